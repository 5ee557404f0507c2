"""The library in a directory: what the contract asks, told in looks, pushes and the index.

Every method that needs the index takes the library's lock, looks at what people have changed,
does its work and lets go.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from adapters.file.access import Access
from adapters.file.collections import CollectionsFile
from adapters.file.documents import DamagedDocumentError, parse_item
from adapters.file.edited import notices_of_edits
from adapters.file.exporting import Exporter, Timing
from adapters.file.faults import naming_faults
from adapters.file.identity import identity_at
from adapters.file.index import Index, Row
from adapters.file.layout import Layout
from adapters.file.look import file_name, read_file
from adapters.file.push import Push
from adapters.rules import is_key
from adapters.tidying import damaged
from syncd.errors import ConflictError, Denial, RejectedError, UnavailableError
from syncd.library import (
    Capabilities,
    Changes,
    Description,
    KnownVersions,
    Operation,
    Outcome,
    Pushed,
    Refusal,
    Refused,
    StoredCollection,
    StoredItem,
    StoreFile,
)
from syncd.record import ItemKey
from syncd.schema import Schema

_BATCH_SIZE = 1_000
"""A flush, a transaction and a request of the ledger for so many. Each file is told of five times
by the watch, whose kernel keeps 16,384 such words until they are asked for."""
_PAGE_SIZE = 200
_MOST_TOLD = 5
"""So many damaged items are told of; the log names each."""

log = logging.getLogger(__name__)


def _sleep(duration: timedelta) -> None:
    time.sleep(duration.total_seconds())


class FileLibrary:
    """A library in a directory, which the first push makes if need be.

    Any method raises `UnavailableError` when the disk does not let it work, or when the
    directory is not what it was: not there, or suddenly empty; and `PausedError` when it is a
    copy of a library that is still where it was.
    """

    def __init__(
        self,
        directory: Path,
        schema: Callable[[], Schema],
        *,
        page_size: int = _PAGE_SIZE,
        sleep: Callable[[timedelta], None] = _sleep,
        now_ns: Callable[[], int] = time.time_ns,
        timing: Timing | None = None,
    ) -> None:
        self.capabilities = Capabilities(batch_size=_BATCH_SIZE, carries_identity=True)
        self._layout = Layout(directory)
        self._schema = schema
        self._page_size = page_size
        self._now_ns = now_ns
        self._access = Access(self._layout, sleep, now_ns)
        self._exporter = Exporter(self._layout, self._access, sleep, timing or Timing())
        self._warned: set[tuple[ItemKey, str]] = set()

    @property
    def identity(self) -> str:
        """What the library calls itself, wherever it lies; see `Recognisable`.

        While it cannot be asked, that is what one would be called that began in its place.
        """
        try:
            return self._access.identity()
        except (OSError, UnavailableError):
            return identity_at(str(self._layout.directory.resolve()))

    @property
    def location(self) -> str:
        """Where it lies; see `Recognisable`."""
        return str(self._layout.directory.resolve())

    def describe(self) -> Description:
        directory = self._layout.directory
        with naming_faults(directory):
            self._access.expect_no_copy()
            nearest = directory if directory.exists() else directory.parent
            writable = os.access(nearest, os.W_OK | os.X_OK)
            return Description(
                identity=self._access.identity(),
                title=directory.resolve().name,
                schema=self._schema(),
                writable=writable,
                access="" if writable else f"the folder {nearest} may not be written to",
                denial=None if writable else Denial.FOLDER_CLOSED,
                location=self.location,
                stores_files=True,
            )

    def renew_identity(self) -> None:
        self._access.renew_identity()

    def changes_since(
        self, version: int, *, known: KnownVersions | None = None
    ) -> Iterator[Changes]:
        newer, deleted, to_version = self._look_since(version)
        for start in range(0, len(newer), self._page_size):
            page = {key: at for at, key in newer[start : start + self._page_size]}
            held = known(page) if known else {}
            yield Changes(items=self._read({k: v for k, v in page.items() if held.get(k) != v}))
        yield Changes(deleted=deleted, to_version=to_version)

    def get(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        wanted = [key for key in dict.fromkeys(keys) if is_key(key)]

        def look_up(index: Index) -> dict[ItemKey, Row]:
            self._access.look_at(index, wanted)
            return index.rows(wanted)

        rows = self._access.work(look_up) or {}
        for row in rows.values():
            self._require_readable(row)
        return self._read({key: rows[key].version for key in wanted if key in rows})

    def collections(self) -> list[StoredCollection]:
        with naming_faults(self._layout.directory):
            self._access.exists()
            held = CollectionsFile(self._layout.collections).held()
            return [each for each in held.values() if not each.trashed]

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        if len(operations) > _BATCH_SIZE:
            raise RejectedError(f"at most {_BATCH_SIZE} operations at a time", too_large=True)
        if not operations:
            return Pushed((), None)
        self._exporter.working()
        # A plan made against a version was made against a library that is here somewhere.
        pushed = self._access.work(
            lambda index: self._push(operations, expected, index), create=not expected
        )
        if pushed is None:
            raise self._not_here(expected)
        return pushed

    def store_file(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        """Copy a file into the library. See `Storing`."""
        self._exporter.working()
        stored = self._access.work(lambda index: self._store(operation, content, index))
        key = operation.item_key
        return stored or Refused(key, Refusal.MISSING, f"item {key} is not there")

    def finish(self) -> None:
        """Bring library.json, library.ris and library.bib up to date, now or, in a daemon, soon."""
        self._exporter.finish()

    def notices(self) -> list[str]:
        """Say what people have edited in vain, for as long as it lies there. See `Noticing`."""
        with naming_faults(self._layout.directory):
            return [*notices_of_edits(self._layout), *self._notices_of_damages()]

    def _notices_of_damages(self) -> list[str]:
        damages = self._access.work(lambda index: list(index.damages())) or []
        told = [
            f"{self._layout.items / file_name(key)} cannot be read as an item ({why}); until it is"
            " repaired or removed, its item stays as it was"
            for key, why in damages[:_MOST_TOLD]
        ]
        if (more := len(damages) - len(told)) > 0:
            told.append(f"{more:,} more files in {self._layout.items} cannot be read as items")
        return told

    def close(self) -> None:
        self._exporter.close()
        self._access.close()

    def _push(self, operations: Sequence[Operation], expected: int | None, index: Index) -> Pushed:
        self._access.look_again(index)
        if expected is not None and expected != index.version:
            raise ConflictError(f"the library is at version {index.version}, not {expected}")
        push = Push(self._layout, index, self._schema(), self._now_ns)
        outcomes = push.carry_out(operations)
        self._access.has_written(push.written)
        return Pushed(outcomes, None if expected is None else index.version)

    def _store(self, operation: StoreFile, content: BinaryIO, index: Index) -> Outcome:
        self._access.look_again(index)
        push = Push(self._layout, index, self._schema(), self._now_ns)
        outcome = push.store(operation, content)
        self._access.has_written(push.written)
        return outcome

    def _look_since(self, version: int) -> tuple[list[tuple[int, ItemKey]], list[ItemKey], int]:
        """Return which items changed and which are gone since `version`, and where we stand."""
        self._exporter.working()
        found = self._access.work(lambda index: self._look(version, index))
        if found is None and version:
            raise self._not_here(version)
        return found or ([], [], 0)

    def _look(
        self, version: int, index: Index
    ) -> tuple[list[tuple[int, ItemKey]], list[ItemKey], int]:
        self._access.look(index)
        if version > index.version:
            # The directory is older than the caller's memory of it: a backup was restored.
            # What happened since is unknown, so all of it counts as new.
            index.restart_at(version + 1)
        self._warn_of_damages(index)
        changed = [(row.version, row.key) for row in index.changed_since(version)]
        deleted = [tombstone.key for tombstone in index.deleted_since(version)]
        return changed, deleted, index.version

    def _read(self, versions: dict[ItemKey, int]) -> list[StoredItem]:
        """Read these items; one that a person has just deleted or broken is left to the next look.

        A file may be newer than its version says; then the next look gives it another.
        """
        items = []
        with naming_faults(self._layout.directory):
            for key, version in versions.items():
                try:
                    raw = read_file(self._layout.items, key)
                    _, data, trashed = parse_item(raw)
                except (FileNotFoundError, DamagedDocumentError):
                    continue
                items.append(StoredItem(key, version, data, trashed))
        return items

    def _require_readable(self, row: Row) -> None:
        # Leaving it out would say that the item is not there, and have it made again.
        if row.damaged:
            path = self._layout.items / file_name(row.key)
            raise damaged(path, row.damaged)

    def _warn_of_damages(self, index: Index) -> None:
        for key, why in index.damages():
            if (key, why) not in self._warned:
                path = self._layout.items / file_name(key)
                log.warning("%s is left out until it can be read as an item: %s", path, why)
                self._warned.add((key, why))

    def _not_here(self, version: int | None) -> UnavailableError:
        return UnavailableError(
            f"{self._layout.directory} holds no library, although one was there at version"
            f" {version}: is its disk mounted?"
        )
