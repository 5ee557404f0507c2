"""A library, a ledger, and files to drop: what a test of whole runs lives in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adapters.memory import MemoryLibrary
from syncd.library import StoredItem
from syncd.plan import Place, PlannedRecord
from syncd.record import ItemKey
from syncd.sync.session import LibraryRun
from syncd.system.resources import shipped_schema
from tests.fakes.clock import FakeClock
from tests.support.exports import write_records
from tests.support.runs import (
    HELPERS,
    deliver,
    opened_ledger,
    opened_run,
    records_of,
    waiting,
)


class House:
    """A library, a ledger, and files to drop."""

    def __init__(self, root: Path, library: Any = None) -> None:
        self.root = root
        self.library = library or MemoryLibrary(shipped_schema())
        self.clock = FakeClock()
        self.helpers = HELPERS
        self._dropped = 0

    def drop(self, *records: str, place: Place | None = None) -> list[PlannedRecord]:
        """Drop records as one file, run, and return what was decided about them.

        Raises what something still waits for.
        """
        path = write_records(self.root / f"export-{self._dropped}.ris", records)
        self._dropped += 1
        with (
            opened_ledger(self.root / "state", self.clock) as ledger,
            opened_run(self.root, self.library, ledger, self.helpers) as run,
        ):
            summary = deliver(run, [path], place or Place(folder=b"/plain"))
            if summary.waiting is not None:
                raise summary.waiting
            return records_of(ledger, summary)

    def resume(self) -> None:
        with opened_ledger(self.root / "state", self.clock) as ledger:
            run = LibraryRun("mine", self.library, ledger, self.helpers)
            run.resume()

    def works(self) -> list[StoredItem]:
        """Return everything in the library that is no note, trashed items included."""
        return [item for item in self.everything() if "parentItem" not in item.data]

    def everything(self) -> list[StoredItem]:
        return [item for page in self.library.changes_since(0) for item in page.items]

    def collections_of(self, key: str) -> list[str]:
        names = {collection.key: collection.name for collection in self.library.collections()}
        [item] = self.library.get([ItemKey(key)])
        return [names[collection] for collection in item.data["collections"]]

    def waiting(self) -> list[str]:
        with opened_ledger(self.root / "state", self.clock) as ledger:
            return waiting(ledger)

    def holds(self) -> list[tuple[str, str]]:
        with opened_ledger(self.root / "state", self.clock) as ledger, ledger.read() as connection:
            rows = connection.exec_driver_sql("SELECT kind, reason FROM hold ORDER BY hold_id")
            return [(row[0], row[1]) for row in rows]
