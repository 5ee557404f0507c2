"""A run to drop exports into, with the real ledger and any library."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import select

from syncd.inbox import read_exports
from syncd.ledger import journal
from syncd.ledger.store import Ledger
from syncd.ledger.tables import outbox
from syncd.library import Library
from syncd.plan import Place, PlannedRecord
from syncd.sync.intake import Delivery
from syncd.sync.session import Helpers, LibraryRun
from syncd.sync.standing import RunSummary
from syncd.system.clock import Clock, SystemClock

HELPERS = Helpers(
    keep_notes=frozenset({"funding", "other"}), pause=lambda _: None, jitter=lambda: 1.0
)
FOLDER = Place(folder=b"/dropped")


@contextmanager
def opened_ledger(state: Path, clock: Clock | None = None) -> Iterator[Ledger]:
    """Open the ledger of a state directory."""
    ledger = Ledger.open("", state, clock or SystemClock())
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def opened_run(
    state: Path, library: Library, ledger: Ledger | None = None, helpers: Helpers = HELPERS
) -> Iterator[LibraryRun]:
    """Open a run on a library, having taken up what an earlier one left."""
    own = ledger or Ledger.open("", state, SystemClock())
    try:
        run = LibraryRun("mine", library, own, helpers)
        run.open()
        yield run
    finally:
        own.close()


def delivery_of(path: Path, place: Place = FOLDER) -> Delivery:
    """Make an export of a file, dropped into a place."""
    [export] = read_exports(path, 1 << 30)
    return Delivery(export, place)


def deliver(run: LibraryRun, paths: Sequence[Path], place: Place = FOLDER) -> RunSummary:
    """Drop files and run once."""
    return run.deliver([delivery_of(path, place) for path in paths], "test")


def records_of(ledger: Ledger, summary: RunSummary) -> list[PlannedRecord]:
    """Return what the ledger says of each record of a run."""
    if summary.run is None:
        return []
    with ledger.read() as connection:
        return journal.records_of_run(connection, summary.run)


def waiting(ledger: Ledger) -> list[str]:
    """Return the keys of what is promised and not done."""
    with ledger.read() as connection:
        return list(connection.execute(select(outbox.c.item_key)).scalars())


def let_time_pass(state: Path) -> None:
    """Make what was sent so long ago that no library can carry it out any more."""
    long_ago = "2020-01-01T00:00:00.000Z"
    with closing(sqlite3.connect(state / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE outbox SET sent_at = ? WHERE sent_at IS NOT NULL", [long_ago])
