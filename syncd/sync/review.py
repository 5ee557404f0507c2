"""What a person answers about records in doubt is carried out, and never asked again.

HELD       a question with what is needed to judge it: the record's item and the candidates'
ACCEPT     the record is that candidate's work     CREATE  it is a work of its own
SKIP       leave it out                            RETRY   send what was refused once more
DROP       do not
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection

from syncd.errors import InputError, KeyLookupError, LibraryError
from syncd.item import citation_of
from syncd.ledger import holds, index, journal, knowledge, mirror, outbox
from syncd.ledger.holds import HoldRow
from syncd.ledger.store import Ledger
from syncd.library import Library
from syncd.matching import Verdict
from syncd.plan import Decision, OperationKind, PlannedOperation, PlannedRecord, Pointer
from syncd.record import ItemKey
from syncd.sync.keys import KeyMinter, LedgerKeys

ANSWERS_SCHEMA = "syncd.answers/1"


class Answer(StrEnum):
    """What a person may say."""

    ACCEPT = "accept"
    CREATE = "create"
    SKIP = "skip"
    RETRY = "retry"
    DROP = "drop"


ANSWERS: Mapping[str, tuple[Answer, ...]] = {
    "identity": (Answer.ACCEPT, Answer.CREATE, Answer.SKIP),
    "refused": (Answer.RETRY, Answer.DROP),
    "twin": (Answer.DROP,),
}
"""Which answers each kind of question takes."""


class Candidate(NamedTuple):
    """What a record may be: an item, with its data where the library still has it."""

    item_key: str
    data: Mapping[str, Any] | None


class Held(NamedTuple):
    """One question, ready to be judged. `data` is the item that the record would become."""

    hold_id: int
    kind: str
    reason: str
    held_at: str
    record: PlannedRecord
    data: Mapping[str, Any]
    candidates: tuple[Candidate, ...]


class Reviewer:
    """Asks and hears about one library; what is answered stands in the outbox afterwards."""

    def __init__(
        self,
        library: Library | None,
        ledger: Ledger,
        library_id: int,
        identity: str,
        unavailable: str | None = None,
    ) -> None:
        self.unavailable = unavailable
        """Why the library could not be asked; candidates then stand without their data."""
        self._library = library
        self._ledger = ledger
        self._library_id = library_id
        self._identity = identity
        self._minter = KeyMinter(identity)

    def held(self) -> list[Held]:
        """Return what waits for a person, with both sides of each question."""
        with self._ledger.read() as connection:
            rows = holds.open_holds(connection, self._library_id)
            records = [journal.get_record(connection, row.record_id) for row in rows]
        keys = [ItemKey(key) for row in rows for key in _candidate_keys(row)]
        items = self._find_items(keys)
        return [
            Held(
                hold_id=row.hold_id,
                kind=row.kind,
                reason=row.reason,
                held_at=row.held_at,
                record=record,
                data=_own_data(row),
                candidates=tuple(
                    Candidate(key, items.get(ItemKey(key))) for key in _candidate_keys(row)
                ),
            )
            for row, record in zip(rows, records, strict=True)
        ]

    def _find_items(self, keys: Sequence[ItemKey]) -> Mapping[ItemKey, Mapping[str, Any]]:
        """Return the data of those of the items that can be read now."""
        if self._library is None or not keys:
            return {}
        try:
            return {item.key: item.data for item in self._library.get(keys)}
        except (KeyLookupError, LibraryError) as error:
            self.unavailable = str(error)
            return {}

    def open_questions(self) -> set[int]:
        """Return the numbers of the questions that wait for an answer."""
        with self._ledger.read() as connection:
            return {row.hold_id for row in holds.open_holds(connection, self._library_id)}

    def pending(self) -> int:
        """Return how much of what was promised, by answers or else, is still to be sent."""
        with self._ledger.read() as connection:
            return outbox.count_operations(connection, self._library_id)

    def answer(self, hold_id: int, answer: Answer, item_key: str | None = None) -> None:
        """Carry out what a person said about a question.

        `item_key` says which candidate is meant where ACCEPT leaves a choice. Raises
        `InputError` when there is no such question, or that is no answer to it.
        """
        with self._ledger.write() as connection:
            row = holds.find_hold(connection, self._library_id, hold_id)
            if row is None or row.answer is not None:
                raise InputError(f"no question number {hold_id} waits for an answer")
            if answer not in ANSWERS[row.kind]:
                known = ", ".join(ANSWERS[row.kind])
                raise InputError(f"{answer} is no answer to question {hold_id}; it takes {known}")
            record = journal.get_record(connection, row.record_id)
            match answer:
                case Answer.ACCEPT:
                    self._accept(connection, row, record, _choose(row, item_key))
                case Answer.CREATE:
                    self._create(connection, row, record)
                case Answer.SKIP:
                    self._leave_out(connection, row, record)
                case Answer.RETRY:
                    self._retry(connection, row, record)
                case Answer.DROP:
                    pass
            holds.close_hold(connection, hold_id, answer.value, self._ledger.now())

    # Sharing answers

    def export_answers(self) -> dict[str, Any]:
        """Return every answer about this library as a document that `import_answers` takes."""
        with self._ledger.read() as connection:
            answers = knowledge.all_answers(connection, self._library_id)
            skipped = holds.skipped_questions(connection, self._library_id)
        return {
            "schema": ANSWERS_SCHEMA,
            "library": self._identity,
            "answers": [
                {"one": one, "other": other, "verdict": verdict} for one, other, verdict in answers
            ],
            "left_out": skipped,
        }

    def import_answers(self, document: Mapping[str, Any]) -> int:
        """Take over answers that others gave; return how many were new.

        Own answers stay. Raises `InputError` when the document is not one of answers.
        """
        answers = read_answers(document)
        with self._ledger.write() as connection:
            known = {(a, b) for a, b, _ in knowledge.all_answers(connection, self._library_id)}
            fresh = [each for each in answers if each[:2] not in known]
            for one, other, verdict in fresh:
                self._remember(connection, one, other, verdict)
        return len(fresh)

    def settle(self, left_out: Collection[str] = ()) -> list[int]:
        """Answer the open questions that answers already known settle; return their numbers.

        `left_out` are questions that others answered by leaving the record out.
        """
        with self._ledger.read() as connection:
            found = [
                (row.hold_id, self._find_answer(connection, row, left_out))
                for row in holds.open_holds(connection, self._library_id)
                if row.kind == "identity"
            ]
        settled = [(hold_id, *answer) for hold_id, answer in found if answer is not None]
        for hold_id, answer, item_key in settled:
            self.answer(hold_id, answer, item_key)
        return [hold_id for hold_id, _, _ in settled]

    # Inside a transaction

    def _find_answer(
        self, connection: Connection, row: HoldRow, left_out: Collection[str]
    ) -> tuple[Answer, str | None] | None:
        if row.question in left_out:
            return Answer.SKIP, None
        known = partial(knowledge.find_answer, connection, self._library_id)
        said = {key: known(row.payload["fingerprint"], key) for key in _candidate_keys(row)}
        same = [key for key, verdict in said.items() if verdict is Verdict.SAME]
        if len(same) == 1 and mirror.find_items(connection, self._library_id, same):
            return Answer.ACCEPT, same[0]
        if said and all(verdict is Verdict.DIFFERENT for verdict in said.values()):
            return Answer.CREATE, None
        return None

    def _accept(
        self, connection: Connection, row: HoldRow, record: PlannedRecord, key: str
    ) -> None:
        item = mirror.find_items(connection, self._library_id, [key]).get(key)
        if item is None:
            raise InputError(f"{key} is no item of the library")
        payload = row.payload
        self._remember(connection, payload["fingerprint"], key, Verdict.SAME)
        citation = citation_of(payload["data"], record.identity)
        knowledge.add_members(connection, self._library_id, [(key, citation)])
        index.add_identifiers(
            connection,
            self._library_id,
            [(kind, value, key) for kind, value in record.identity.pairs()],
            alias=True,
        )
        wanted = [c for c in payload["collections"] if c not in item.collections]
        files = bool(wanted or payload["tags"]) and item.state == "present"
        if files:
            operation = PlannedOperation(
                OperationKind.COLLECT,
                key,
                {"collections": wanted, "tags": payload["tags"]},
                base_version=item.version,
            )
            run_id = self._promise(connection, row, [operation])
        else:
            run_id = journal.get_run_of(connection, row.record_id)
        self._remember_place(connection, row, key, run_id)
        decided = replace(
            record,
            decision=Decision.COLLECT if files else Decision.SKIP,
            reason=f"a person said it is {key}; {record.reason}",
            duplicate_of=Pointer(item_key=key),
            item_key=key,
            outcome="pending" if files else "unchanged",
        )
        journal.change_decision(connection, row.record_id, decided)

    def _create(self, connection: Connection, row: HoldRow, record: PlannedRecord) -> None:
        payload = row.payload
        for candidate in payload["candidates"]:
            self._remember(connection, payload["fingerprint"], candidate, Verdict.DIFFERENT)
        book = LedgerKeys(connection, self._library_id)
        citation = citation_of(payload["data"], record.identity)
        key, ordinal, _ = self._minter.choose(citation, payload["fingerprint"], book)
        data = {**payload["data"], "collections": payload["collections"]}
        names = {tag["tag"] for tag in data.get("tags", ())}
        more = [{"tag": tag} for tag in payload["tags"] if tag not in names]
        data["tags"] = [*data.get("tags", ()), *more]
        operations = [PlannedOperation(OperationKind.CREATE, key, data, ordinal)]
        for number, child in enumerate(payload["children"]):
            child_key = self._minter.choose_child(key, number, book)
            operations.append(
                PlannedOperation(OperationKind.CREATE, child_key, {**child, "parentItem": key})
            )
        run_id = self._promise(connection, row, operations)
        self._remember_place(connection, row, key, run_id)
        decided = replace(
            record,
            decision=Decision.CREATE,
            reason=f"a person said it is a work of its own; {record.reason}",
            item_key=key,
            outcome="pending",
        )
        journal.change_decision(connection, row.record_id, decided)

    def _leave_out(self, connection: Connection, row: HoldRow, record: PlannedRecord) -> None:
        decided = replace(
            record,
            decision=Decision.SKIP,
            reason=f"a person left it out; {record.reason}",
            outcome="unchanged",
        )
        journal.change_decision(connection, row.record_id, decided)

    def _retry(self, connection: Connection, row: HoldRow, record: PlannedRecord) -> None:
        operations = [
            PlannedOperation(OperationKind(kind), key, payload, base_version=base)
            for key, kind, payload, base in row.payload["operations"]
        ]
        self._promise(connection, row, operations)
        # What was refused may be a note alone; then its item is there, and stays so.
        whole = any("parentItem" not in operation.payload for operation in operations)
        outcome = "pending" if whole else record.outcome
        decided = replace(record, outcome=outcome, error=None)
        journal.change_decision(connection, row.record_id, decided)

    def _promise(
        self, connection: Connection, row: HoldRow, operations: Sequence[PlannedOperation]
    ) -> int:
        # Nothing was decided again yet: the library may have moved on since the question.
        run_id = journal.begin_run(connection, self._library_id, "review", self._ledger.now())
        outbox.add_operations(
            connection,
            self._library_id,
            run_id,
            [(row.record_id, "answered by a person", operation) for operation in operations],
            outbox.DECIDE_AGAIN,
        )
        return run_id

    def _remember_place(self, connection: Connection, row: HoldRow, key: str, run_id: int) -> None:
        collections = [(key, "collection", each) for each in row.payload["collections"]]
        tags = [(key, "tag", each) for each in row.payload["tags"]]
        knowledge.add_placements(connection, self._library_id, [*collections, *tags], run_id)

    def _remember(self, connection: Connection, one: str, other: str, verdict: Verdict) -> None:
        knowledge.add_answer(
            connection, self._library_id, (one, other), verdict, self._ledger.now()
        )


def read_answers(document: Mapping[str, Any]) -> list[tuple[str, str, Verdict]]:
    """Return the answers that a document holds. Raises `InputError` if it holds something else."""
    if document.get("schema") != ANSWERS_SCHEMA:
        raise InputError(f"these are no answers: the schema is not {ANSWERS_SCHEMA}")
    left_out = document.get("left_out", [])
    if not isinstance(left_out, list) or not all(isinstance(each, str) for each in left_out):
        raise InputError("what was left out is no list of questions")
    try:
        return [
            (str(each["one"]), str(each["other"]), Verdict(each["verdict"]))
            for each in document["answers"]
        ]
    except (KeyError, TypeError, ValueError) as exc:
        raise InputError(f"an answer is not as it should be: {exc}") from exc


def _candidate_keys(row: HoldRow) -> list[str]:
    if row.kind == "twin":
        return list(row.payload["twins"])
    return list(row.payload.get("candidates", ()))


def _own_data(row: HoldRow) -> Mapping[str, Any]:
    if row.kind == "refused":
        data: Mapping[str, Any] = row.payload["operations"][0][2]
        return data
    own: Mapping[str, Any] = row.payload.get("data", {})
    return own


def _choose(row: HoldRow, item_key: str | None) -> str:
    known = _candidate_keys(row)
    if item_key is None and len(known) == 1:
        return known[0]
    if item_key in known:
        return str(item_key)
    choice = ", ".join(known) or "none"
    raise InputError(f"question {row.hold_id}: say which of its candidates is meant ({choice})")
