"""What was dropped, decided and done is written down once and can be told apart afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from syncd.ledger import journal, outbox
from syncd.ledger.journal import ExportFacts
from syncd.ledger.store import Ledger, LibraryLedger
from syncd.ledger.tables import export, record, run
from syncd.ledger.transaction import Transaction
from syncd.library import Trash
from syncd.plan import Decision, Intent, PlannedOperation, PlannedRecord, Pointer
from syncd.record import Doi, Identity, ItemKey, Origin
from tests.fakes.clock import FakeClock

KEY = ItemKey("AAAA2222")
MOSS, FERN = ExportFacts("5" * 64, 10, b"moss.ris"), ExportFacts("6" * 64, 20, b"f\xe9rn.ris")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[LibraryLedger]:
    whole = Ledger.open("", tmp_path, FakeClock())
    yield whole.get_library("file:/shelf", "Shelf")
    whole.close()


def _planned(index: int, decision: Decision = Decision.CREATE, **more: Any) -> PlannedRecord:
    return PlannedRecord(Origin("moss.ris", index, 10 * index), decision, "new", **more)


def _noted(tx: Transaction, *planned: PlannedRecord, run_id: int | None = None) -> list[int]:
    """Write records of one export down in a run; return their numbers."""
    run_id = run_id if run_id is not None else journal.begin_run(tx, "test")
    number = journal.get_export(tx, MOSS)
    return journal.add_records(tx, run_id, [Intent(each) for each in planned], [number])


# Exports


def test_an_export_has_one_number_however_often_and_under_whatever_name(
    ledger: LibraryLedger,
) -> None:
    with ledger.write() as tx:
        first, other = journal.get_export(tx, MOSS), journal.get_export(tx, FERN)
        again = journal.get_export(tx, MOSS._replace(name=b"moss (1).ris"))

        rows = tx.execute(select(export).order_by(export.c.export_id)).all()

    assert first == again != other
    assert [(row.sha256, row.size, row.name) for row in rows] == [MOSS, FERN]
    assert {row.first_seen_at for row in rows} == {tx.now}


def test_an_export_is_delivered_from_the_folder_that_it_came_from(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        number = journal.get_export(tx, MOSS)
        journal.get_export(tx, FERN)
        run_id = journal.begin_run(tx, "test")
        journal.add_delivery(tx, number, b"/inbox", run_id)
        # A file that a person names by hand comes from nowhere, as often as they like.
        journal.add_delivery(tx, number, b"", run_id)
        journal.add_delivery(tx, number, b"", run_id)

        assert journal.is_delivered(tx, MOSS.sha256, b"/inbox")
        assert not journal.is_delivered(tx, MOSS.sha256, b"/other")
        assert not journal.is_delivered(tx, FERN.sha256, b"/inbox")


def test_an_export_was_read_once_a_record_of_it_was_decided(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        journal.get_export(tx, FERN)
        journal.get_export(tx, MOSS)
        assert not journal.is_read(tx, MOSS.sha256)

        _noted(tx, _planned(1), _planned(2))

        assert journal.is_read(tx, MOSS.sha256)
        assert not journal.is_read(tx, FERN.sha256)


# Runs


def test_a_run_says_why_it_began_when_it_ended_and_what_it_came_to(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        run_id, other = journal.begin_run(tx, "schedule"), journal.begin_run(tx, "review")

        journal.end_run(tx, run_id, {"create": 2})

        rows = {row.run_id: row for row in tx.execute(select(run))}
        assert (rows[run_id].reason, rows[run_id].started_at) == ("schedule", tx.now)
        assert (rows[run_id].ended_at, json.loads(rows[run_id].counts)) == (tx.now, {"create": 2})
        assert (rows[other].ended_at, json.loads(rows[other].counts)) == (None, {})


def test_a_run_may_end_when_nothing_of_it_is_promised_any_more(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        done, waits, ended = (journal.begin_run(tx, "test") for _ in range(3))
        journal.end_run(tx, ended, {})
        outbox.add_operations(tx, waits, [(None, "", PlannedOperation(Trash(KEY, 1)))], 1)

        assert journal.open_runs(tx) == [done]
        assert outbox.waiting_runs(tx) == [waits]


def test_the_records_of_a_run_are_counted_by_decision(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        run_id = journal.begin_run(tx, "test")
        skip = _planned(3, Decision.SKIP)
        _noted(tx, _planned(1), _planned(2), skip, run_id=run_id)
        _noted(tx, _planned(1))

        assert journal.count_decisions(tx, run_id) == {"create": 2, "skip": 1}


# Records


def test_the_records_of_a_run_come_back_in_the_order_of_planning(ledger: LibraryLedger) -> None:
    planned = [_planned(index) for index in (3, 1, 2)]
    with ledger.write() as tx:
        run_id = journal.begin_run(tx, "test")
        numbers = _noted(tx, *planned, run_id=run_id)
        _noted(tx, _planned(9))

        assert journal.records_of_run(tx.connection, run_id) == planned
        assert [journal.get_record(tx, number) for number in numbers] == planned
        assert {journal.get_run_of(tx, number) for number in numbers} == {run_id}


def test_a_run_without_records_writes_none(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        assert _noted(tx) == []


def test_an_entry_is_kept_as_it_was_written(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        number = journal.get_export(tx, MOSS)
        other = journal.get_export(tx, FERN)
        intents = [Intent(_planned(1), 0, b"TY"), Intent(_planned(1), 1)]
        journal.add_records(tx, journal.begin_run(tx, "test"), intents, [number, other])

        rows = tx.execute(select(record).order_by(record.c.record_id)).all()

    assert [(row.export_id, row.entry) for row in rows] == [(number, b"TY"), (other, None)]


def test_a_file_name_that_is_no_text_is_told_with_its_bytes_in_view(ledger: LibraryLedger) -> None:
    name = b"f\xe9rn.ris".decode("utf-8", "surrogateescape")
    with ledger.write() as tx:
        [number] = _noted(tx, PlannedRecord(Origin(name, 1, 1), Decision.SKIP, ""))

        assert journal.get_record(tx, number).origin.file == r"f\udce9rn.ris"


def test_a_new_decision_takes_the_place_of_the_one_before(ledger: LibraryLedger) -> None:
    before = _planned(1, identity=Identity(doi=Doi("10.5555/moss.1")), outcome="pending")
    after = replace(
        before,
        decision=Decision.SKIP,
        reason="it appeared meanwhile",
        evidence=("also B",),
        duplicate_of=Pointer(item_key=KEY),
        candidates=(Pointer(item_key="BBBB3333"),),
        item_key=KEY,
        outcome="unchanged",
        error="no note",
    )
    with ledger.write() as tx:
        number, other = _noted(tx, before, before)

        journal.change_decision(tx, number, after)

        assert journal.get_record(tx, number) == after
        assert journal.get_record(tx, other) == before


def test_an_error_is_over_once_a_record_is_settled_without_one(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        number, other = _noted(tx, _planned(1), _planned(2))
        for each in (number, other):
            journal.note_error(tx, each, "no note")

        journal.settle_records(tx, [number], "accepted")

        told = [journal.get_record(tx, each) for each in (number, other)]
        assert [(each.outcome, each.error) for each in told] == [
            ("accepted", None),
            (None, "no note"),
        ]
