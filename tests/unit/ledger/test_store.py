"""Which library a ledger means: by what it is, and where it was last seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from syncd.errors import LedgerError
from syncd.ledger import journal, mirror, outbox
from syncd.ledger.instants import format_instant
from syncd.ledger.store import Ledger, LibraryLedger
from syncd.ledger.tables import library
from syncd.ledger.tables import outbox as outbox_table
from syncd.library import Trash
from syncd.plan import PlannedOperation
from syncd.record import ItemKey
from tests.fakes.clock import FakeClock

HERE, THERE = "https://here.example", "https://there.example"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: FakeClock) -> Iterator[Ledger]:
    ledger = Ledger.open("", tmp_path, clock)
    yield ledger
    ledger.close()


def _number(found: LibraryLedger | None) -> int | None:
    if found is None:
        return None
    with found.read() as tx:
        return tx.library_id


def _rows(ledger: Ledger) -> list[tuple[str, str, str, str]]:
    with ledger.read() as connection:
        rows = connection.execute(select(library).order_by(library.c.library_id))
        return [(row.identity, row.known_as, row.title, row.location) for row in rows]


def test_a_library_that_is_met_again_is_the_same_under_its_present_title(ledger: Ledger) -> None:
    first = ledger.get_library("group:7", "Mosses", HERE)
    again = ledger.get_library("group:7", "Mosses and ferns", HERE)

    assert (first.identity, _number(first)) == (again.identity, _number(again))
    assert _rows(ledger) == [("group:7", "group:7", "Mosses and ferns", HERE)]


def test_a_library_that_was_never_met_is_not_found(ledger: Ledger) -> None:
    ledger.get_library("group:7", "Mosses", HERE)

    assert ledger.find_library("group:8") is None
    assert ledger.find_library("group:7", THERE) is None
    assert ledger.places_of("group:8") == []


def test_a_library_is_found_where_it_was_last_seen_or_where_no_place_is_known(
    ledger: Ledger,
) -> None:
    known = ledger.get_library("group:7", "Mosses", HERE)
    nowhere = ledger.get_library("group:8", "Ferns")

    assert _number(ledger.find_library("group:7", HERE)) == _number(known)
    assert _number(ledger.find_library("group:7")) == _number(known)
    assert _number(ledger.find_library("group:8", THERE)) == _number(nowhere)
    assert (ledger.places_of("group:7"), ledger.places_of("group:8")) == ([HERE], [""])


def test_a_library_that_had_no_place_gets_the_one_where_it_is_met(ledger: Ledger) -> None:
    ledger.get_library("group:7", "Mosses")

    ledger.get_library("group:7", "Mosses", HERE)

    assert ledger.places_of("group:7") == [HERE]


def test_another_library_of_the_same_number_is_told_from_the_first_by_its_place(
    ledger: Ledger,
) -> None:
    first = ledger.get_library("group:7", "Mosses", HERE)
    second = ledger.get_library("group:7", "Other mosses", THERE)

    assert (first.identity, second.identity) == ("group:7", f"group:7 at {THERE}")
    assert ledger.places_of("group:7") == [HERE, THERE]
    assert _number(ledger.find_library("group:7", THERE)) == _number(second) != _number(first)


def test_the_library_that_was_met_last_is_the_one_that_moved(ledger: Ledger) -> None:
    ledger.get_library("group:7", "Mosses", HERE)
    second = ledger.get_library("group:7", "Other mosses", THERE)

    ledger.move_library("group:7", "https://elsewhere.example")

    assert ledger.places_of("group:7") == [HERE, "https://elsewhere.example"]
    assert _number(ledger.find_library("group:7", "https://elsewhere.example")) == _number(second)


def test_what_nobody_has_met_cannot_move(ledger: Ledger) -> None:
    ledger.move_library("group:7", HERE)

    assert _rows(ledger) == []


def test_a_library_stands_at_the_beginning_until_it_is_looked_at(
    ledger: Ledger, clock: FakeClock
) -> None:
    mosses = ledger.get_library("group:7", "Mosses", HERE)
    before = mosses.row()
    with mosses.write() as tx:
        mirror.move_cursor(tx, 12, foreign=False)
        mirror.move_cursor(tx, 14, foreign=True)
        mirror.move_cursor(tx, 15, foreign=False)
    after = mosses.row()

    assert (before.cursor, before.foreign_version, before.mirrored_at) == (0, 0, None)
    assert (after.cursor, after.foreign_version) == (15, 14)
    assert after.mirrored_at is not None
    assert format_instant(after.mirrored_at) == format_instant(clock.now())


def test_what_is_remembered_of_a_library_is_its_own(ledger: Ledger, clock: FakeClock) -> None:
    mosses, ferns = (ledger.get_library(name, name) for name in ("group:7", "group:8"))
    later = clock.now() + timedelta(hours=1)

    mosses.set_not_before(later)
    mosses.set_paused("too much")
    mosses.set_reconciled()

    row, other = mosses.row(), ferns.row()
    assert row.not_before is not None
    assert row.reconciled_at is not None
    assert format_instant(row.not_before) == format_instant(later)
    assert format_instant(row.reconciled_at) == format_instant(clock.now())
    assert row.paused == "too much"
    assert (other.not_before, other.reconciled_at, other.paused) == (None, None, None)

    mosses.set_not_before(None)
    mosses.set_paused(None)

    assert (mosses.row().not_before, mosses.row().paused) == (None, None)


def test_what_is_sent_bears_the_name_of_the_process_that_sends_it(
    ledger: Ledger, tmp_path: Path, clock: FakeClock
) -> None:
    mosses = ledger.get_library("group:7", "Mosses", HERE)
    other = Ledger.open("", tmp_path, clock)
    with mosses.write() as tx:
        trash = PlannedOperation(Trash(ItemKey("AAAA2222"), 1))
        outbox.add_operations(tx, journal.begin_run(tx, "test"), [(None, "", trash)], 1)
        outbox.mark_sent(tx, [1], mosses.owner)
        owners = tx.execute(select(outbox_table.c.owner)).scalars().all()
    other.close()

    assert owners == [ledger.owner]
    assert ledger.owner != other.owner


def test_nothing_of_a_change_that_fails_is_kept(ledger: Ledger) -> None:
    mosses = ledger.get_library("group:7", "Mosses", HERE)

    with pytest.raises(ZeroDivisionError), mosses.write() as tx:
        mirror.move_cursor(tx, 12, foreign=True)
        raise ZeroDivisionError

    assert mosses.row().cursor == 0


def test_nothing_is_written_into_a_file_that_was_removed(ledger: Ledger, tmp_path: Path) -> None:
    mosses = ledger.get_library("group:7", "Mosses", HERE)
    (tmp_path / "ledger.sqlite").unlink()

    with pytest.raises(LedgerError, match="was removed") as told, mosses.write() as tx:
        mirror.move_cursor(tx, 12, foreign=True)

    assert told.value.gone
    assert not told.value.passing
    assert mosses.row().cursor == 0


def test_a_file_that_was_moved_is_written_to_where_it_is(tmp_path: Path, clock: FakeClock) -> None:
    state = tmp_path / "state"
    state.mkdir()
    whole = Ledger.open("", state, clock)
    mosses = whole.get_library("group:7", "Mosses", HERE)
    state.rename(tmp_path / "moved")

    with mosses.write() as tx:
        mirror.move_cursor(tx, 12, foreign=True)

    assert mosses.row().cursor == 12
    whole.close()
    (tmp_path / "moved").rename(state)
    with closing(Ledger.open("", state, clock)) as again:
        assert again.get_library("group:7", "Mosses", HERE).row().cursor == 12
