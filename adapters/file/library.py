"""The library in a directory: what the contract asks, told in looks, pushes and the index.

Every method that needs the index takes the library's lock, looks at what people have changed,
does its work and lets go. Nothing is kept open in between, so that the directory may be moved,
unmounted or have its index deleted at any time.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from adapters.file.collections import CollectionsFile
from adapters.file.documents import DamagedDocumentError, parse_item
from adapters.file.exports import write_exports
from adapters.file.faults import naming_faults
from adapters.file.index import Index, Row, open_index
from adapters.file.layout import Layout
from adapters.file.lock import hold_lock
from adapters.file.look import file_name, look_at, look_at_all
from adapters.file.push import Push
from adapters.file.writing import make_directory_safe
from adapters.rules import is_key
from syncd.errors import ConflictError, RejectedError, UnavailableError
from syncd.library import (
    Capabilities,
    Changes,
    Description,
    KnownVersions,
    Operation,
    Pushed,
    StoredCollection,
    StoredItem,
)
from syncd.record import ItemKey
from syncd.schema import Schema

_BATCH_SIZE = 500
_PAGE_SIZE = 200
_NS_PER_SECOND = 1_000_000_000

log = logging.getLogger(__name__)


def _sleep(duration: timedelta) -> None:
    time.sleep(duration.total_seconds())


class FileLibrary:
    """A library in a directory, which the first push makes if need be.

    Any method raises `UnavailableError` when the disk does not let it work, or when the
    directory is not what it was: not there, or suddenly empty.
    """

    def __init__(
        self,
        directory: Path,
        schema: Callable[[], Schema],
        *,
        page_size: int = _PAGE_SIZE,
        sleep: Callable[[timedelta], None] = _sleep,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.capabilities = Capabilities(batch_size=_BATCH_SIZE)
        self._layout = Layout(directory)
        self._schema = schema
        self._page_size = page_size
        self._sleep = sleep
        self._now_ns = now_ns
        self._warned: set[tuple[ItemKey, str]] = set()

    @property
    def identity(self) -> str:
        """Where the directory is, symbolic links resolved. See `Recognisable`."""
        return f"file:{self._layout.directory.resolve()}"

    def describe(self) -> Description:
        directory = self._layout.directory
        with naming_faults(directory):
            nearest = directory if directory.exists() else directory.parent
            return Description(
                identity=self.identity,
                title=directory.resolve().name,
                schema=self._schema(),
                writable=os.access(nearest, os.W_OK | os.X_OK),
            )

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
        with self._session() as index:
            if index is None:
                return []
            look_at(self._layout.items, index, wanted, self._now_ns())
            rows = index.rows(wanted)
        for row in rows.values():
            self._require_readable(row)
        return self._read({key: rows[key].version for key in wanted if key in rows})

    def collections(self) -> list[StoredCollection]:
        with naming_faults(self._layout.directory):
            self._exists()
            return list(CollectionsFile(self._layout.collections).held().values())

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        if len(operations) > _BATCH_SIZE:
            raise RejectedError(f"at most {_BATCH_SIZE} operations at a time", too_large=True)
        if not operations:
            return Pushed((), None)
        # A plan made against a version was made against a library that is here somewhere.
        with self._session(create=not expected) as index:
            if index is None:
                raise self._not_here(expected)
            look_at_all(self._layout.items, index, self._now_ns())
            if expected is not None and expected != index.version:
                raise ConflictError(f"the library is at version {index.version}, not {expected}")
            push = Push(self._layout, index, self._schema(), self._now_ns)
            outcomes = push.carry_out(operations)
            return Pushed(outcomes, None if expected is None else index.version)

    def finish(self) -> None:
        """Write library.json and library.ris anew if the library has changed since they were."""
        layout = self._layout
        with naming_faults(layout.directory):
            if not self._exists():
                return
            layout.state.mkdir(exist_ok=True)
            with hold_lock(layout.export_lock, self._sleep):
                self._export()

    def close(self) -> None:
        """Nothing is kept open between calls."""

    def _export(self) -> None:
        with self._session() as index:
            if index is None or (index.exported == index.version and self._are_exported()):
                return
            version, families = index.version, index.families()
        # The library is not locked meanwhile; what changes now is for the next run to export.
        write_exports(self._layout, families)
        with self._session() as index:
            if index is not None:
                index.mark_exported(version)

    def _are_exported(self) -> bool:
        return self._layout.csl.exists() and self._layout.ris.exists()

    def _look_since(self, version: int) -> tuple[list[tuple[int, ItemKey]], list[ItemKey], int]:
        """Return which items changed and which are gone since `version`, and where we stand."""
        with self._session() as index:
            if index is None:
                if version:
                    raise self._not_here(version)
                return [], [], 0
            look_at_all(self._layout.items, index, self._now_ns())
            if version > index.version:
                # The directory is older than the caller's memory of it: a backup was restored.
                # What happened since is unknown, so all of it counts as new.
                index.restart_at(version + 1)
            self._warn_of_damages(index)
            return index.changed_since(version), index.deleted_since(version), index.version

    def _read(self, versions: dict[ItemKey, int]) -> list[StoredItem]:
        """Read these items; one that a person has just deleted or broken is left to the next look.

        A file may be newer than its version says; then the next look gives it another.
        """
        items = []
        with naming_faults(self._layout.directory):
            for key, version in versions.items():
                try:
                    raw = (self._layout.items / file_name(key)).read_bytes()
                    _, data, trashed = parse_item(raw)
                except (FileNotFoundError, DamagedDocumentError):
                    continue
                items.append(StoredItem(key, version, data, trashed))
        return items

    def _require_readable(self, row: Row) -> None:
        # Leaving it out would say that the item is not there, and have it made again.
        if row.damaged:
            path = self._layout.items / file_name(row.key)
            raise UnavailableError(
                f"{path} cannot be read as an item: {row.damaged}. Repair the file or remove it"
            )

    def _warn_of_damages(self, index: Index) -> None:
        for key, why in index.damages():
            if (key, why) not in self._warned:
                path = self._layout.items / file_name(key)
                log.warning("%s is left out until it can be read as an item: %s", path, why)
                self._warned.add((key, why))

    @contextmanager
    def _session(self, *, create: bool = False) -> Iterator[Index | None]:
        """Lock the library and open its index; None while there is no library here."""
        layout = self._layout
        with naming_faults(layout.directory):
            is_here, start = self._exists(), self._now_ns() // _NS_PER_SECOND
            if not is_here and not create:
                yield None
                return
            if not is_here:
                self._create()
                start = 0
            layout.state.mkdir(exist_ok=True)
            with hold_lock(layout.lock, self._sleep), open_index(layout.index, start) as index:
                if index.is_new:
                    look_at_all(layout.items, index, self._now_ns())
                yield index

    def _exists(self) -> bool:
        if self._layout.items.is_dir():
            return True
        if self._layout.index.exists():
            raise UnavailableError(f"{self._layout.items} has vanished: is its disk mounted?")
        return False

    def _create(self) -> None:
        directory = self._layout.directory
        if not directory.parent.is_dir():
            raise UnavailableError(
                f"{directory.parent} is not there: is its disk mounted? Only the library's own"
                " folder is made when it is missing"
            )
        for made in (directory, self._layout.items):
            made.mkdir(exist_ok=True)
            make_directory_safe(made.parent)

    def _not_here(self, version: int | None) -> UnavailableError:
        return UnavailableError(
            f"{self._layout.directory} holds no library, although one was there at version"
            f" {version}: is its disk mounted?"
        )
