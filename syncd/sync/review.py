"""What a person answers about records in doubt is carried out, and never asked again.

HELD       a question with what is needed to judge it: the record's item and the candidates'
ACCEPT     the record is that candidate's work     CREATE  it is a work of its own
SKIP       leave it out                            RETRY   send what was refused once more
DROP       do not
DECIDED    a record that was skipped as the same; a person may say that it is not
MINE       a field stays as it is      THEIRS  it is written as the export says (`conflicts`)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from syncd.errors import InputError, KeyLookupError, LibraryError
from syncd.ledger import holds, journal, outbox
from syncd.ledger.decided import find_taken, taken_for_the_same
from syncd.ledger.holds import HoldRow
from syncd.ledger.store import LibraryLedger
from syncd.library import Library
from syncd.plan import FIELDS, IDENTITY, UNFINISHED, PlannedRecord
from syncd.record import ItemKey
from syncd.sync import answering
from syncd.sync.answering import Hearing, candidates_of
from syncd.sync.conflicts import answer_fields, fields_of
from syncd.sync.decided import Making, Remaker, data_of
from syncd.sync.keys import KeyMinter
from syncd.sync.making import Tools
from syncd.sync.sharing import Imported, Sharing
from syncd.system.resources import shipped_schema


class Answer(StrEnum):
    """What a person may say."""

    ACCEPT = "accept"
    CREATE = "create"
    SKIP = "skip"
    RETRY = "retry"
    DROP = "drop"
    MINE = "mine"
    THEIRS = "theirs"


def _mine(said: Hearing) -> bool:
    return answer_fields(said.tx, said.row, said.word, take_theirs=False)


def _theirs(said: Hearing) -> bool:
    return answer_fields(said.tx, said.row, said.word, take_theirs=True)


Carry = Callable[[Hearing], bool | None]
"""Carries an answer out; False where a part of the question still waits."""

_ABOUT_A_WORK: Mapping[Answer, Carry] = {
    Answer.ACCEPT: answering.accept,
    Answer.CREATE: answering.create,
    Answer.SKIP: answering.leave_out,
}

KINDS: Mapping[str, Mapping[Answer, Carry]] = {
    IDENTITY: _ABOUT_A_WORK,
    UNFINISHED: _ABOUT_A_WORK,
    "refused": {Answer.RETRY: answering.retry, Answer.DROP: answering.drop},
    "twin": {Answer.DROP: answering.drop},
    FIELDS: {Answer.MINE: _mine, Answer.THEIRS: _theirs},
}
"""Which answers each kind of question takes, and what carries them out."""

ANSWERS: Mapping[str, tuple[Answer, ...]] = {kind: tuple(said) for kind, said in KINDS.items()}


class Candidate(NamedTuple):
    """What a record may be: an item, with its data where the library still has it.

    Or a work that is held itself, or was left out (`is_held`): then `item_key` is its name,
    `question` the number of the open question about it, and `data` what its item would be.
    """

    item_key: str
    data: Mapping[str, Any] | None
    is_held: bool = False
    question: int | None = None


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


class Decided(NamedTuple):
    """A record that was taken for a work already there, beside that work."""

    record_id: int
    run_id: int
    record: PlannedRecord
    data: Mapping[str, Any]
    other: Candidate


class Reviewer:
    """Asks and hears about one library; what is answered stands in the outbox afterwards."""

    def __init__(
        self,
        library: Library | None,
        ledger: LibraryLedger,
        unavailable: str | None = None,
        making: Making | None = None,
    ) -> None:
        """`making` is what it takes to make an item of a record that was skipped."""
        self.unavailable = unavailable
        """Why the library could not be asked; candidates then stand without their data."""
        self._library = library
        self._ledger = ledger
        self._making = making
        self._minter = KeyMinter(ledger.identity)
        self.sharing = Sharing(ledger)
        """Takes answers to other ledgers, and takes in those of others."""

    def held(self, numbers: Collection[int] | None = None) -> list[Held]:
        """Return what waits for a person, with both sides of each question.

        With `numbers`, only those of these questions that wait.
        """
        with self._ledger.read() as tx:
            rows = holds.open_holds(tx) if numbers is None else holds.find_open(tx, numbers)
            records = [journal.get_record(tx, row.record_id) for row in rows]
            named = holds.all_named(tx, {key for row in rows for key in candidates_of(row)})
        keys = [key for row in rows for key in candidates_of(row) if key not in named]
        items = self._find_items(keys)

        def candidate(key: str) -> Candidate:
            if key not in named:
                return Candidate(key, items.get(key))
            other = named[key]
            question = None if other.answer else other.hold_id
            return Candidate(key, _own_data(other), is_held=True, question=question)

        return [
            Held(
                hold_id=row.hold_id,
                kind=row.kind,
                reason=row.reason,
                held_at=row.held_at,
                record=record,
                data=_own_data(row),
                candidates=tuple(map(candidate, candidates_of(row))),
                fields=fields_of(row),
            )
            for row, record in zip(rows, records, strict=True)
        ]

    def decided(self, run: int | None = None, file: str | None = None) -> list[Decided]:
        """Return what was skipped as the same, by one run or of one file, with both sides."""
        with self._ledger.read() as tx:
            rows = taken_for_the_same(tx, run, file)
        items = self._find_items([row.planned.item_key for row in rows if row.planned.item_key])
        tools = self._making.tools if self._making else Tools(shipped_schema(), ())
        return [
            Decided(
                record_id=row.record_id,
                run_id=row.run_id,
                record=row.planned,
                data=data_of(row, tools),
                other=Candidate(row.planned.item_key or "", items.get(row.planned.item_key or "")),
            )
            for row in rows
        ]

    def _find_items(self, keys: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return the data of those of the items that can be read now."""
        if self._library is None or not keys:
            return {}
        wanted = [ItemKey(key) for key in dict.fromkeys(keys)]
        try:
            return {item.key: item.data for item in self._library.get(wanted)}
        except (KeyLookupError, LibraryError) as error:
            self.unavailable = str(error)
            return {}

    def open_questions(self) -> set[int]:
        """Return the numbers of the questions that wait for an answer."""
        with self._ledger.read() as tx:
            return holds.open_numbers(tx)

    def pending(self) -> int:
        """Return how much of what was promised, by answers or else, is still to be sent."""
        with self._ledger.read() as tx:
            return outbox.count_operations(tx)

    def answer(
        self, hold_id: int, answer: Answer, word: str | None = None, mark: str | None = None
    ) -> None:
        """Carry out what a person said about a question.

        `word` goes with the answer: which candidate is meant where ACCEPT leaves a choice, and for
        MINE and THEIRS which field: the question waits until all of them are answered. `mark` is
        that of the question as the person saw it (`holds.mark_of`). Raises `InputError` when there
        is no such question, it is asked otherwise by now, or that is no answer to it.
        """
        with self._ledger.write() as tx:
            row = holds.find_hold(tx, hold_id)
            if row is None or row.answer is not None:
                raise InputError(f"no question number {hold_id} waits for an answer")
            if mark is not None and holds.find_mark(tx, hold_id) != mark:
                raise InputError(f"question {hold_id} is asked otherwise now; nothing was done")
            if answer not in KINDS[row.kind]:
                known = ", ".join(KINDS[row.kind])
                raise InputError(f"{answer} is no answer to question {hold_id}; it takes {known}")
            if KINDS[row.kind][answer](Hearing(tx, row, self._minter, word)) is False:
                return
            holds.close_hold(tx, hold_id, answer.value)

    def join(self, hold_id: int, item_key: str, reason: str) -> None:
        """Answer a question without asking: its record has turned out to be this item."""
        with self._ledger.write() as tx:
            row = holds.find_hold(tx, hold_id)
            if row is not None and row.answer is None:
                answering.be_item(tx, row, ItemKey(item_key), reason)
                holds.close_hold(tx, hold_id, Answer.ACCEPT.value)

    def decided_numbers(self, records: Collection[int]) -> set[int]:
        """Return those of the records that this library skipped as the same."""
        with self._ledger.read() as tx:
            return {record for record in records if find_taken(tx, record) is not None}

    def create_decided(self, record_id: int) -> None:
        """Make an item of a record that was skipped as the same; remember that it is not.

        Raises `InputError` where that cannot be done.
        """
        if self._library is None or self._making is None:
            raise InputError("what was skipped can be made only while the library is at hand")
        Remaker(self._library, self._ledger, self._making).create(record_id)

    # Sharing answers

    def export_answers(self) -> dict[str, Any]:
        """Return every answer about this library as a document that `import_answers` takes."""
        return self.sharing.export_answers()

    def import_answers(self, document: Mapping[str, Any]) -> Imported:
        """Take over answers that others gave; return what came of them.

        Own answers stay. Raises `InputError` when the document is not one of answers.
        """
        return self.sharing.import_answers(document)

    def settle(self) -> list[int]:
        """Answer the open questions that answers already known settle; return their numbers."""
        settled = self.sharing.find_settled()
        for hold_id, answer, item_key in settled:
            self.answer(hold_id, Answer(answer), item_key)
        return [hold_id for hold_id, _, _ in settled]


def _own_data(row: HoldRow) -> Mapping[str, Any]:
    if row.kind == "refused":
        data: Mapping[str, Any] = row.payload["operations"][0][2]
        return data
    if row.kind == FIELDS:
        return {name: sides["theirs"] for name, sides in fields_of(row).items()}
    own: Mapping[str, Any] = row.payload.get("data", {})
    return own
