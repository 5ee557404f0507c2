"""What a person answers about records in doubt is carried out, and never asked again.

HELD       a question with what is needed to judge it: the record's item and the candidates'
ACCEPT     the record is that candidate's work     CREATE  it is a work of its own
SKIP       leave it out                            RETRY   send what was refused once more
DROP       do not
MINE       a field stays as it is      THEIRS  it is written as the export says (`conflicts`)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from syncd.errors import InputError, KeyLookupError, LibraryError
from syncd.item import citation_of
from syncd.ledger import holds, journal, knowledge, mirror, outbox
from syncd.ledger.holds import HoldRow
from syncd.ledger.operations import OperationRow, load_offer, load_operation
from syncd.ledger.store import LibraryLedger
from syncd.ledger.transaction import Transaction
from syncd.library import Create, Library
from syncd.matching import Verdict
from syncd.plan import Decision, Intent, PlannedOperation, PlannedRecord, Pointer
from syncd.record import ItemKey
from syncd.sync.commit import decide_again
from syncd.sync.conflicts import KIND, answer_fields, fields_of
from syncd.sync.filing import file_item, placements_of
from syncd.sync.keys import KeyMinter, LedgerKeys

ANSWERS_SCHEMA = "syncd.answers/1"


class Answer(StrEnum):
    """What a person may say."""

    ACCEPT = "accept"
    CREATE = "create"
    SKIP = "skip"
    RETRY = "retry"
    DROP = "drop"
    MINE = "mine"
    THEIRS = "theirs"


ANSWERS: Mapping[str, tuple[Answer, ...]] = {
    "identity": (Answer.ACCEPT, Answer.CREATE, Answer.SKIP),
    "refused": (Answer.RETRY, Answer.DROP),
    "twin": (Answer.DROP,),
    KIND: (Answer.MINE, Answer.THEIRS),
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
    fields: Mapping[str, Any] = MappingProxyType({})
    """The fields in doubt, where the question is what an item shall say: `mine` and `theirs`."""


class Reviewer:
    """Asks and hears about one library; what is answered stands in the outbox afterwards."""

    def __init__(
        self,
        library: Library | None,
        ledger: LibraryLedger,
        unavailable: str | None = None,
    ) -> None:
        self.unavailable = unavailable
        """Why the library could not be asked; candidates then stand without their data."""
        self._library = library
        self._ledger = ledger
        self._minter = KeyMinter(ledger.identity)

    def held(self) -> list[Held]:
        """Return what waits for a person, with both sides of each question."""
        with self._ledger.read() as tx:
            rows = holds.open_holds(tx)
            records = [journal.get_record(tx, row.record_id) for row in rows]
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
                fields=fields_of(row),
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
        with self._ledger.read() as tx:
            return {row.hold_id for row in holds.open_holds(tx)}

    def pending(self) -> int:
        """Return how much of what was promised, by answers or else, is still to be sent."""
        with self._ledger.read() as tx:
            return outbox.count_operations(tx)

    def answer(self, hold_id: int, answer: Answer, item_key: str | None = None) -> None:
        """Carry out what a person said about a question.

        `item_key` says which candidate is meant where ACCEPT leaves a choice, and for MINE and
        THEIRS which field: the question waits until all of them are answered. Raises
        `InputError` when there is no such question, or that is no answer to it.
        """
        with self._ledger.write() as tx:
            row = holds.find_hold(tx, hold_id)
            if row is None or row.answer is not None:
                raise InputError(f"no question number {hold_id} waits for an answer")
            if answer not in ANSWERS[row.kind]:
                known = ", ".join(ANSWERS[row.kind])
                raise InputError(f"{answer} is no answer to question {hold_id}; it takes {known}")
            record = journal.get_record(tx, row.record_id)
            match answer:
                case Answer.ACCEPT:
                    self._accept(tx, row, record, _choose(row, item_key))
                case Answer.CREATE:
                    self._create(tx, row, record)
                case Answer.SKIP:
                    self._leave_out(tx, row, record)
                case Answer.RETRY:
                    self._retry(tx, row, record)
                case Answer.MINE | Answer.THEIRS:
                    takes = answer is Answer.THEIRS
                    if not answer_fields(tx, row, item_key, take_theirs=takes):
                        return
                case Answer.DROP:
                    pass
            holds.close_hold(tx, hold_id, answer.value)

    # Sharing answers

    def export_answers(self) -> dict[str, Any]:
        """Return every answer about this library as a document that `import_answers` takes."""
        with self._ledger.read() as tx:
            answers = knowledge.all_answers(tx)
            skipped = holds.skipped_questions(tx)
        return {
            "schema": ANSWERS_SCHEMA,
            "library": self._ledger.identity,
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
        with self._ledger.write() as tx:
            known = {(a, b) for a, b, _ in knowledge.all_answers(tx)}
            fresh = [each for each in answers if each[:2] not in known]
            for one, other, verdict in fresh:
                self._remember(tx, one, other, verdict)
        return len(fresh)

    def settle(self, left_out: Collection[str] = ()) -> list[int]:
        """Answer the open questions that answers already known settle; return their numbers.

        `left_out` are questions that others answered by leaving the record out.
        """
        with self._ledger.read() as tx:
            found = [
                (row.hold_id, self._find_answer(tx, row, left_out))
                for row in holds.open_holds(tx)
                if row.kind == "identity"
            ]
        settled = [(hold_id, *answer) for hold_id, answer in found if answer is not None]
        for hold_id, answer, item_key in settled:
            self.answer(hold_id, answer, item_key)
        return [hold_id for hold_id, _, _ in settled]

    # Inside a transaction

    def _find_answer(
        self, tx: Transaction, row: HoldRow, left_out: Collection[str]
    ) -> tuple[Answer, str | None] | None:
        if row.question in left_out:
            return Answer.SKIP, None
        known = partial(knowledge.find_answer, tx)
        said = {key: known(row.payload["fingerprint"], key) for key in _candidate_keys(row)}
        same = [key for key, verdict in said.items() if verdict is Verdict.SAME]
        if len(same) == 1 and mirror.find_items(tx, same):
            return Answer.ACCEPT, same[0]
        if said and all(verdict is Verdict.DIFFERENT for verdict in said.values()):
            return Answer.CREATE, None
        return None

    def _accept(self, tx: Transaction, row: HoldRow, record: PlannedRecord, key: str) -> None:
        item = mirror.find_items(tx, [key]).get(key)
        if item is None:
            raise InputError(f"{key} is no item of the library")
        payload = row.payload
        self._remember(tx, payload["fingerprint"], key, Verdict.SAME)
        wanted = placements_of(payload["collections"], payload["tags"])
        placed = knowledge.find_placements(tx, [key]).get(key, frozenset())
        filed = file_item(ItemKey(key), item, wanted, placed)
        decided = replace(
            record,
            decision=filed.decision,
            reason=f"a person said it is {key}; {record.reason}",
            duplicate_of=Pointer(item_key=key),
            item_key=key,
        )
        intent = Intent(
            decided,
            operations=tuple(map(PlannedOperation, filed.operations)),
            # It counts as put there even where it was already, so that it is not put back.
            placements=wanted,
            aliases=tuple(record.identity.pairs()),
            member=citation_of(payload["data"], record.identity),
        )
        self._decide(tx, row, intent)

    def _create(self, tx: Transaction, row: HoldRow, record: PlannedRecord) -> None:
        payload = row.payload
        for candidate in payload["candidates"]:
            self._remember(tx, payload["fingerprint"], candidate, Verdict.DIFFERENT)
        book = LedgerKeys(tx)
        citation = citation_of(payload["data"], record.identity)
        key, ordinal, _ = self._minter.choose(citation, payload["fingerprint"], book)
        data = {**payload["data"], "collections": payload["collections"]}
        names = {tag["tag"] for tag in data.get("tags", ())}
        more = [{"tag": tag} for tag in payload["tags"] if tag not in names]
        data["tags"] = [*data.get("tags", ()), *more]
        operations = [PlannedOperation(Create(key, data), ordinal)]
        for number, child in enumerate(payload["children"]):
            child_key = self._minter.choose_child(key, number, book)
            operations.append(PlannedOperation(Create(child_key, {**child, "parentItem": key})))
        decided = replace(
            record,
            decision=Decision.CREATE,
            reason=f"a person said it is a work of its own; {record.reason}",
            item_key=key,
        )
        wanted = placements_of(payload["collections"], payload["tags"])
        intent = Intent(decided, operations=tuple(operations), placements=wanted)
        self._decide(tx, row, intent)

    def _leave_out(self, tx: Transaction, row: HoldRow, record: PlannedRecord) -> None:
        decided = replace(
            record,
            decision=Decision.SKIP,
            reason=f"a person left it out; {record.reason}",
            outcome="unchanged",
        )
        journal.change_decision(tx, row.record_id, decided)

    def _retry(self, tx: Transaction, row: HoldRow, record: PlannedRecord) -> None:
        operations = [_read_operation(each) for each in row.payload["operations"]]
        run_id = journal.begin_run(tx, "review")
        reason = "answered by a person"
        outbox.add_operations(
            tx,
            run_id,
            [(row.record_id, reason, each) for each in operations],
            outbox.DECIDE_AGAIN,
        )
        # What was refused may be a note alone; then its item is there, and stays so.
        refused = [each.operation for each in operations]
        whole = any(not (isinstance(each, Create) and each.parent) for each in refused)
        outcome = "pending" if whole else record.outcome
        decided = replace(record, outcome=outcome, error=None)
        journal.change_decision(tx, row.record_id, decided)

    def _decide(self, tx: Transaction, row: HoldRow, intent: Intent) -> None:
        # The library may have moved on since the question: all is decided again before it is sent.
        begins = bool(intent.operations)
        run_id = (
            journal.begin_run(tx, "review") if begins else journal.get_run_of(tx, row.record_id)
        )
        decide_again(tx, run_id, row.record_id, intent, outbox.DECIDE_AGAIN)

    def _remember(self, tx: Transaction, one: str, other: str, verdict: Verdict) -> None:
        knowledge.add_answer(tx, (one, other), verdict)


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
    if row.kind == KIND:
        return {name: sides["theirs"] for name, sides in fields_of(row).items()}
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


def _read_operation(kept: Sequence[Any]) -> PlannedOperation:
    """Return an operation that was refused, as the question about it holds it.

    Older questions hold nothing of what an update was decided from.
    """
    key, kind, payload, base_version, *offer = kept
    operation = load_operation(OperationRow(kind, key, base_version, payload))
    return PlannedOperation(operation, offer=load_offer(offer[0] if offer else None))
