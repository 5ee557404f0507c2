"""What the mirror says when a library is looked over, and what a question says once answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from syncd.ledger import holds, journal, mirror, survey
from syncd.ledger.journal import ExportFacts
from syncd.ledger.store import Ledger, LibraryLedger
from syncd.ledger.tables import hold
from syncd.library import StoredItem
from syncd.plan import Decision, Intent, PlannedRecord
from syncd.record import ItemKey, Origin
from tests.fakes.clock import FakeClock

ONE, TWIN, OTHER = ItemKey("AAAA2222"), ItemKey("BBBB3333"), ItemKey("CCCC4444")
MOSS = {"itemType": "book", "title": "Moss on old walls", "DOI": "10.5555/moss.1"}
FERN = {"itemType": "book", "title": "Ferns of the viaducts", "DOI": "10.5555/fern.2"}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: FakeClock) -> Iterator[LibraryLedger]:
    whole = Ledger.open("", tmp_path, clock)
    yield whole.get_library("file:/shelf", "Shelf")
    whole.close()


def test_only_works_that_syncd_made_are_missing(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        run = journal.begin_run(tx, "test")
        ours = [StoredItem(ONE, 1, MOSS), StoredItem(OTHER, 1, FERN)]
        note = StoredItem(ItemKey("NOTE2222"), 1, {"itemType": "note", "parentItem": ONE})
        mirror.write_items(tx, [mirror.row_of(item) for item in (*ours, note)], run)
        mirror.write_items(tx, [mirror.row_of(StoredItem(TWIN, 1, MOSS))])

        mirror.bury(tx, [ONE, TWIN, note.key], 2)

        assert survey.missing_works(tx) == [ONE]


@pytest.mark.parametrize(
    ("data", "is_work"),
    [
        ({"itemType": "book"}, True),
        ({"itemType": "note"}, False),
        ({"itemType": "attachment"}, False),
        ({"itemType": "annotation"}, False),
        ({"itemType": "book", "parentItem": ONE}, False),
    ],
)
def test_notes_and_what_hangs_below_an_item_are_no_works(
    ledger: LibraryLedger, data: dict[str, str], is_work: bool
) -> None:
    with ledger.write() as tx:
        mirror.write_items(tx, [mirror.row_of(StoredItem(OTHER, 1, data))])

        assert (OTHER in survey.find_works(tx, [OTHER])) == is_work
        assert mirror.find_items(tx, [OTHER])[OTHER].seen == is_work


def test_a_question_says_when_it_was_asked_and_when_it_was_answered(
    ledger: LibraryLedger, clock: FakeClock
) -> None:
    with ledger.write() as tx:
        export = journal.get_export(tx, ExportFacts("5" * 64, 1, b"a.ris"))
        planned = PlannedRecord(Origin("a.ris", 1, 1), Decision.HOLD, "")
        run = journal.begin_run(tx, "test")
        [record] = journal.add_records(tx, run, [Intent(planned)], [export])
        holds.add_hold(tx, record, kind="identity", question="?", reason="doubt", payload={})
        asked_at = tx.now
    clock.advance(hours=1)
    with ledger.write() as tx:
        [asked] = holds.open_holds(tx)
        holds.close_hold(tx, asked.hold_id, "skip")
        row = tx.execute(select(hold)).one()

    assert (asked.held_at, asked.reason, asked.answer) == (asked_at, "doubt", None)
    assert (row.held_at, row.answer, row.answered_at) == (asked_at, "skip", tx.now)
    assert asked_at != tx.now
