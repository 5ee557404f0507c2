"""What became of the items since the last look: edited, added, deleted or damaged by someone.

A look compares the directory with the index and brings the index up to date; whatever it finds
changed gets one new library version together. Files are opened only where `stat` says that they
may have changed.

Absence is believed with care. A file is gone when it is gone at a second glance; a directory
that has lost everything at once is no longer trusted, until a person says that it is meant.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from adapters.file.documents import DamagedDocumentError, parse_item
from adapters.file.index import Index, Row
from adapters.file.signatures import find_stat, fingerprint, signature
from adapters.file.writing import is_left_over
from adapters.rules import is_key
from syncd.errors import UnavailableError
from syncd.record import ItemKey

EMPTIED = "EMPTIED"
"""A file of this name among the items says: yes, all of them were deleted on purpose."""

_ENDING = ".json"
_DIGEST_BYTES = 16
_AT_ONCE = 1 << 16
_LARGEST_ITEM = 64 * 1024 * 1024
_MANY = 10
"""So many items hardly vanish at once because somebody deleted each of them."""

_Stats = Mapping[ItemKey, os.stat_result]


def file_name(key: str) -> str:
    """Return the name of an item's file."""
    return key + _ENDING


def key_in(name: str) -> ItemKey | None:
    """Return the key in the name of an item's file; None for another file's name."""
    key = name.removesuffix(_ENDING)
    return ItemKey(key) if key != name and is_key(key) else None


def read_file(items: Path, key: str) -> bytes:
    """Return what is written in an item's file. Raises `OSError`."""
    # Buffers and paths cost more than the reading, and a library has very many of them.
    descriptor = os.open(f"{items}{os.sep}{key}{_ENDING}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        # To where nothing comes: not every file system gives all of a short file at once.
        return b"".join(iter(partial(os.read, descriptor, _AT_ONCE), b""))
    finally:
        os.close(descriptor)


def digest_of(raw: bytes) -> bytes:
    """Return what a file's content is known by."""
    return blake2b(raw, digest_size=_DIGEST_BYTES).digest()


def row_of(
    key: ItemKey, version: int, data: Mapping[str, Any], *, trashed: bool, raw: bytes, mark: str
) -> Row:
    """Return what the index remembers of a readable item; `mark` is its file's signature."""
    parent = data.get("parentItem")
    return Row(
        key=key,
        version=version,
        signature=mark,
        digest=digest_of(raw),
        item_type=data["itemType"],
        parent=parent if isinstance(parent, str) and parent else None,
        trashed=int(trashed),
    )


def look_at_all(items: Path, index: Index, now_ns: int) -> set[ItemKey]:
    """Bring the index up to date with the directory.

    Returns the items that can be changed without a trace in the directory: links, and files that
    have another name elsewhere. Raises `UnavailableError` when all of many items have vanished,
    `OSError` from the disk.
    """
    known = index.signatures()
    count = len(known)
    found, elsewhere, is_empty = _list_changed(items, known)
    if is_empty and count >= _MANY and not (items / EMPTIED).exists():
        raise UnavailableError(
            f"{items}: all {count} items are gone, as if the folder were not the right one."
            f" If they were deleted on purpose, make an empty file {EMPTIED} in it"
        )
    _Look(items, index, now_ns).compare(found, known)
    return elsewhere


def look_at(items: Path, index: Index, keys: Collection[ItemKey], now_ns: int) -> None:
    """Bring the index up to date with some of the items only."""
    known = {key: row.signature for key, row in index.rows(keys).items()}
    found = {key: there for key in keys if (there := _find(items, key))}
    _Look(items, index, now_ns).compare(found, known)


def _list_changed(
    items: Path, known: dict[ItemKey, str]
) -> tuple[dict[ItemKey, os.stat_result], set[ItemKey], bool]:
    """Return the files that are not as they are `known`, those that lie elsewhere as well, and
    whether there is none of any kind.

    Those that are as known are taken out of it: of a large library, nearly all, and nothing that
    is kept for each of them has to be made, or looked through afterwards.
    """
    found: dict[ItemKey, os.stat_result] = {}
    elsewhere: set[ItemKey] = set()
    is_empty = True
    with os.scandir(items) as entries:
        for entry in entries:
            key = ItemKey(entry.name.removesuffix(_ENDING))
            mark = known.get(key)
            # What is known is known to be a key, which takes long to tell.
            if (mark is None or key == entry.name) and key_in(entry.name) is None:
                if is_left_over(entry.name):
                    (items / entry.name).unlink(missing_ok=True)
                continue
            there = _stat(items, entry, key)
            if there is None:
                continue
            is_empty = False
            if there.st_nlink > 1 or entry.is_symlink():
                elsewhere.add(key)
            if fingerprint(there) == mark:
                del known[key]
            else:
                found[key] = there
    return found, elsewhere, is_empty


def _stat(items: Path, entry: os.DirEntry[str], key: ItemKey) -> os.stat_result | None:
    try:
        return entry.stat()
    except OSError:
        return _find(items, key)


def _find(items: Path, key: ItemKey) -> os.stat_result | None:
    return find_stat(items / file_name(key))


class _Look:
    """One comparison of files with what was known of them."""

    def __init__(self, items: Path, index: Index, now_ns: int) -> None:
        self._items = items
        self._index = index
        self._now_ns = now_ns
        self._next = index.version + 1
        self._changed = False
        self._highest = 0

    def compare(self, found: _Stats, known: Mapping[ItemKey, str]) -> None:
        index = self._index
        doubtful = [key for key, there in found.items() if known.get(key, "") != fingerprint(there)]
        before = index.rows(doubtful)
        index.put(self._read_all(doubtful, found, before), before)
        gone = [key for key in known if key not in found and not _find(self._items, key)]
        index.bury(gone, self._next)
        if self._changed or gone:
            index.move_to(self._next)
        if index.is_new and self._highest and self._highest >= index.version:
            # The files know of later versions than the clock that a new index starts from.
            index.restart_at(self._highest + 1)

    def _read_all(
        self, keys: Iterable[ItemKey], found: _Stats, known: Mapping[ItemKey, Row]
    ) -> Iterator[Row]:
        for key in keys:
            row = self._read(key, found[key], known.get(key))
            if row is not None:
                self._changed |= row.version == self._next
                yield row

    def _read(self, key: ItemKey, found: os.stat_result, known: Row | None) -> Row | None:
        mark = signature(found, self._now_ns)
        if stat.S_ISLNK(found.st_mode):
            # What it leads to may come into reach without a trace in `stat`: look again.
            return _damaged(key, known, "", b"", "it is a link that leads to no file")
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST_ITEM:
            return _damaged(key, known, mark, b"", "it is not a file, or far too large for an item")
        try:
            raw = read_file(self._items, key)
        except FileNotFoundError:
            return None  # gone since it was listed; the next look will say so
        except OSError as error:
            # What cannot be opened may become readable without a trace in `stat`: look again.
            return _damaged(key, known, "", b"", error.strerror or str(error))
        if known and known.digest == digest_of(raw):
            return known._replace(signature=mark)
        try:
            version, data, trashed = parse_item(raw)
        except DamagedDocumentError as error:
            return _damaged(key, known, mark, digest_of(raw), str(error))
        self._highest = max(self._highest, version)
        return row_of(key, self._next, data, trashed=trashed, raw=raw, mark=mark)


def _damaged(key: ItemKey, known: Row | None, mark: str, digest: bytes, why: str) -> Row:
    """Return the row of an item that is still there and cannot be read."""
    known = known or Row(key, 0, mark, digest, "", None, trashed=0)
    return known._replace(signature=mark, digest=digest, damaged=why)
