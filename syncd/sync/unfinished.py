"""A record that its export cuts off: what it is the beginning of, and who answers for it.

CUT     a record that its export ends in; nothing is made of it unless a person says so
WHOLE   the same record as another export has it; its entry begins as the cut one does

Matching compares what records say. A cut record may say too little for it, half a title at worst;
that its entry is the beginning of another settles the matter all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from syncd.item.reading import citation_of
from syncd.ledger import holds, journal, mirror
from syncd.ledger.holds import HoldRow
from syncd.ledger.store import LibraryLedger
from syncd.ledger.transaction import Transaction
from syncd.ledger.works import LedgerWorks
from syncd.matching import Features, Known, Policy, Ruling, RulingKind, features_of, resolve
from syncd.plan import UNFINISHED, Incoming, PlannedRecord
from syncd.sync.intake import written_in
from syncd.sync.review import Reviewer


class _Entry(NamedTuple):
    """An entry as written, its file, and the title that was read in it."""

    file: str
    title: str
    text: str


class _Question(NamedTuple):
    row: HoldRow
    record: PlannedRecord
    entry: _Entry


def _begins(cut: _Entry, whole: _Entry) -> bool:
    """Tell whether one entry is the beginning of the other, and that by no chance.

    Many records begin alike: the title has to be in it, or the file to be the same. What the cut
    has left of its last line may be read otherwise than the whole line.
    """
    if cut.file == whole.file and whole.text.startswith(cut.text):
        return True
    return cut.title == whole.title != "" and whole.text.startswith(_whole_lines(cut.text))


def _whole_lines(text: str) -> str:
    return text[: text.rfind("\n") + 1]


def recognise(
    incoming: Sequence[Incoming],
    features: Sequence[Features],
    rulings: Sequence[Ruling],
    ledger: LibraryLedger,
) -> list[Ruling]:
    """Return the rulings, with cut records and whole ones joined that matching left apart.

    A whole record is the item that was made of its cut one; a cut one is the item that its whole
    one became.
    """
    unsettled = [number for number, r in enumerate(rulings) if r.kind is not RulingKind.SAME]
    found = list(rulings)
    with ledger.read() as tx:
        asked = [each for each in _questions(tx) if each.record.item_key]
        for number in unsettled:
            record = incoming[number]
            keys = list(_items_made_of(record, asked)) if asked else []
            if not keys and record.is_unfinished:
                keys = list(_items_begun_by(tx, record, rulings[number]))
            for key, item in mirror.find_items(tx, keys[:1]).items():
                removed = None if item.state == "present" else item.state
                found[number] = _same(rulings[number], Known(key, features[number], removed))
    return found


def _items_made_of(record: Incoming, asked: Sequence[_Question]) -> Iterator[str]:
    """Yield the items that were made, or found to be, of what this record was cut to."""
    entry = _entry(record)
    for each in asked:
        if each.record.item_key and _begins(each.entry, entry):
            yield each.record.item_key


def _items_begun_by(tx: Transaction, cut: Incoming, ruling: Ruling) -> Iterator[str]:
    """Yield the items that were made of a record which begins as this one does."""
    alike = [known.ref for known in ruling.candidates if isinstance(known, Known)]
    text = written_in(cut.entry)
    for key, entry in journal.entries_of_items(tx, alike):
        if written_in(entry).startswith(_whole_lines(text)):
            yield key
    for key, entry in journal.entries_at(tx, cut.origin):
        if written_in(entry).startswith(text):
            yield key


def _same(ruling: Ruling, known: Known) -> Ruling:
    reason = "the one record is the beginning of the other"
    return ruling._replace(
        kind=RulingKind.SAME, known=known, candidates=(), reason=reason, doubt=None
    )


def answer_questions(
    ledger: LibraryLedger,
    policy: Policy,
    reviewer: Reviewer,
    incoming: Collection[Incoming],
    run_id: int,
) -> bool:
    """Answer the questions about cut records whose work is there by now; say whether any was.

    `incoming` are the records that this run has brought.
    """
    with ledger.read() as tx:
        waiting = [each for each in _questions(tx) if each.row.answer is None]
    if not waiting:
        return False
    found = dict(_found_in_library(waiting, ledger, policy))
    with ledger.read() as tx:
        found.update(_brought(tx, waiting, incoming, run_id))
        there = mirror.find_items(tx, set(found.values()))
    settled = [(hold_id, key) for hold_id, key in found.items() if key in there]
    for hold_id, key in settled:
        reviewer.join(hold_id, key, f"a whole record has become {key}")
    return bool(settled)


def _found_in_library(
    waiting: Sequence[_Question], ledger: LibraryLedger, policy: Policy
) -> Iterator[tuple[int, str]]:
    features = [
        features_of(citation_of(each.row.payload["data"], each.record.identity)) for each in waiting
    ]
    rulings = resolve(features, LedgerWorks(ledger), policy)
    for question, ruling in zip(waiting, rulings, strict=True):
        if ruling.kind is RulingKind.SAME and ruling.known is not None:
            yield question.row.hold_id, ruling.known.ref


def _brought(
    tx: Transaction, waiting: Sequence[_Question], incoming: Collection[Incoming], run_id: int
) -> Mapping[int, str]:
    """Return the items of this run's records that begin as the cut ones do."""
    keys = {
        (record.origin.file, record.origin.index): record.item_key
        for record in journal.records_of_run(tx.connection, run_id)
    }
    found = {}
    for record in incoming:
        key = keys.get((record.origin.file, record.origin.index))
        if key is None:
            continue
        entry = _entry(record)
        found.update({each.row.hold_id: key for each in waiting if _begins(each.entry, entry)})
    return found


def _questions(tx: Transaction) -> list[_Question]:
    rows = holds.holds_of(tx, UNFINISHED)
    entries = journal.find_entries(tx, [row.record_id for row in rows])
    questions = []
    for row in rows:
        record = journal.get_record(tx, row.record_id)
        text = written_in(entries[row.record_id])
        title = str(row.payload["data"].get("title", ""))
        questions.append(_Question(row, record, _Entry(record.origin.file, title, text)))
    return questions


def _entry(record: Incoming) -> _Entry:
    title = str(record.data.get("title", ""))
    return _Entry(record.origin.file, title, written_in(record.entry))
