"""One push into the directory: everything is laid out first, then put into place at once.

Until the first file has its name, a fault means that nothing was written. After it, only a look
can tell how far the push came, and the error says so.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO, NamedTuple

from adapters.file.collections import CollectionsFile, format_collections
from adapters.file.documents import DamagedDocumentError, format_item, parse_item
from adapters.file.faults import unknown_outcome
from adapters.file.flushing import make_directory_safe
from adapters.file.identity import keep_removed
from adapters.file.index import Index, Row
from adapters.file.index_shape import DamagedIndexError
from adapters.file.layout import Layout
from adapters.file.look import digest_of, file_name, read_file, row_of
from adapters.file.signatures import find_fingerprint, signature
from adapters.file.writing import Staging, laid_out
from adapters.rules import (
    Change,
    PutCollection,
    PutItem,
    UnreadableItemError,
    judge,
    store_facts,
)
from syncd.errors import UnavailableError
from syncd.library import (
    Accepted,
    CollectionKey,
    Create,
    OnCollection,
    Operation,
    Outcome,
    Refusal,
    Refused,
    StoredCollection,
    StoredItem,
    StoreFile,
    key_of,
)
from syncd.record import ItemKey
from syncd.schema import Schema

_CHUNK = 1 << 18
_UNFIT = (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ)
"""What a file system says of a name that it cannot give."""


class _Written(NamedTuple):
    """An item as this push leaves it, and the text of its file."""

    item: StoredItem
    raw: bytes


class Push:
    """The holdings of the library as the operations of one push change them."""

    def __init__(
        self, layout: Layout, index: Index, schema: Schema, now_ns: Callable[[], int]
    ) -> None:
        self._layout = layout
        self._index = index
        self._schema = schema
        self._now_ns = now_ns
        self._version = index.version
        self._items = Staging(layout.items)
        self._shelf = Staging(layout.directory)
        self._written: dict[ItemKey, _Written] = {}
        self._bases: dict[ItemKey, str | None] = {}
        self._put: list[Row] = []
        """What the index was told of what was put into place."""
        self._asked: set[ItemKey] = set()
        self._known: dict[ItemKey, Row] = {}
        """What the index says of the items that it was `asked` for."""
        self._collections = CollectionsFile(layout.collections)
        self._content: BinaryIO | None = None
        """What is to be stored."""

    @property
    def written(self) -> dict[str, tuple[ItemKey, bytes, bytes]]:
        """The names of the files that the push has written, with key, text and digest of each."""
        return {
            file_name(row.key): (row.key, self._written[row.key].raw, row.digest)
            for row in self._put
        }

    def carry_out(self, operations: Sequence[Operation]) -> list[Outcome]:
        """Write what the operations come to, remember it, and answer each.

        Raises `OSError`, `sqlite3.Error` or `DamagedIndexError` when nothing was written,
        `OutcomeUnknownError` when some may have been.
        """
        try:
            self._asked = {ItemKey(key_of(operation)) for operation in operations}
            self._known = self._index.rows(self._asked)
            outcomes = [self._attempt(operation) for operation in operations]
            # Written first and committed last: an index that cannot be written stops us here.
            self._index.move_to(self._version)
            overtaken = self._put_into_place()
            self._put = list(self._rows(overtaken))
            self._index.put(self._put, self._known)
            if self._index.returned:
                keep_removed(self._layout.removed, self._index.removed, self._index.returned)
            self._index.commit()
        except (OSError, sqlite3.Error, DamagedIndexError, UnavailableError) as error:
            if self._items.landed or self._shelf.landed:
                raise unknown_outcome(self._layout.directory, error) from error
            raise
        finally:
            self._items.clear()
            self._shelf.clear()
        return [
            _answer(operation, outcome, overtaken=self._name_of(operation) in overtaken)
            for operation, outcome in zip(operations, outcomes, strict=True)
        ]

    def store(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        """Copy a file to where an attachment's lies, then have the attachment show it.

        Raises as `carry_out` does, and what `content` raises.
        """
        self._content = content
        [outcome] = self.carry_out([operation])
        return outcome

    # What the rules look up.

    def has_item(self, key: ItemKey) -> bool:
        return key in self._written or self._find_row(key) is not None

    def find_item(self, key: ItemKey) -> StoredItem | None:
        if key in self._written:
            return self._written[key].item
        row = self._find_row(key)
        if row is None:
            return None
        if row.damaged:
            raise UnreadableItemError(f"{file_name(key)} cannot be read as an item: {row.damaged}")
        return self._read(row)

    def _find_row(self, key: ItemKey) -> Row | None:
        # What the operations are about was looked up at once; parents may be others.
        if key not in self._asked:
            self._asked.add(key)
            self._known |= self._index.rows([key])
        return self._known.get(key)

    def find_collection(self, key: CollectionKey) -> StoredCollection | None:
        return self._collections.held().get(key)

    def _read(self, row: Row) -> StoredItem | None:
        path = self._layout.items / file_name(row.key)
        self._bases[row.key] = find_fingerprint(path)
        try:
            raw = read_file(self._layout.items, row.key)
            _, data, trashed = parse_item(raw)
        except FileNotFoundError:
            return None  # deleted since the look; the next one will say so
        except DamagedDocumentError as error:
            raise UnreadableItemError(f"{file_name(row.key)}: {error}") from error
        # Edited since the look: newer than anything that could have been planned against.
        version = row.version if digest_of(raw) == row.digest else self._index.version + 1
        return StoredItem(row.key, version, data, trashed)

    def _attempt(self, operation: Operation) -> Outcome:
        verdict = self._judge(operation)
        if isinstance(verdict, Accepted | Refused):
            return verdict
        self._version += 1
        if isinstance(verdict, PutCollection):
            self._lay_out_collections(verdict.collection)
        else:
            self._lay_out_item(verdict)
        before = verdict.before if isinstance(verdict, PutItem) else None
        return Accepted(verdict.key, self._version, before=before)

    def _judge(self, operation: Operation) -> Change | Outcome:
        if not (isinstance(operation, StoreFile) and self._content):
            return judge(operation, self, self._schema)
        verdict = store_facts(operation, self)
        if isinstance(verdict, PutItem):
            # It lies there before its attachment says so; what nobody refers to, the next replaces.
            target = self._layout.file_of(operation.item_key, operation.file.name)
            try:
                self._copy(self._content, target)
            except OSError as error:
                if error.errno not in _UNFIT:
                    raise
                told = f"the library's disk takes no file of this name: {error.strerror}"
                return Refused(operation.item_key, Refusal.INVALID, told)
        return verdict

    def _copy(self, content: BinaryIO, target: Path) -> None:
        for folder in (target.parent.parent, target.parent):
            folder.mkdir(exist_ok=True)
            make_directory_safe(folder.parent)
        # Its own name may be as long as names can be.
        with laid_out(target.parent / "file") as (file, temporary):
            copyfileobj(content, file, _CHUNK)
        try:
            temporary.rename(target)
        finally:
            temporary.unlink(missing_ok=True)
        make_directory_safe(target.parent)

    def _lay_out_item(self, change: PutItem) -> None:
        key, data, trashed, _ = change
        raw = format_item(key, self._version, data, trashed=trashed)
        self._items.lay_out(file_name(key), raw, self._bases.get(key))
        self._written[key] = _Written(StoredItem(key, self._version, data, trashed), raw)

    def _lay_out_collections(self, collection: StoredCollection) -> None:
        held = self._collections.held()
        held[collection.key] = collection
        raw = format_collections(held.values())
        self._shelf.lay_out(self._layout.collections.name, raw, self._collections.base)

    def _put_into_place(self) -> set[str]:
        self._shelf.make_safe()
        self._items.make_safe()
        # Collections first: an item may stand in one, and not the other way round.
        return self._shelf.put_into_place() | self._items.put_into_place()

    def _name_of(self, operation: Operation) -> str:
        if isinstance(operation, OnCollection):
            return self._layout.collections.name
        return file_name(operation.item_key)

    def _rows(self, overtaken: set[str]) -> Iterator[Row]:
        now_ns = self._now_ns()
        prefix = os.path.join(self._layout.items, "")  # noqa: PTH118 - for every file of a push
        mark = None
        for (key, version, data, trashed), raw in self._written.values():
            if file_name(key) not in overtaken:
                # Behind one that is too young to be told by `stat`, all are: they came later.
                if mark != "":
                    mark = signature(os.stat(prefix + file_name(key)), now_ns)  # noqa: PTH116
                yield row_of(key, version, data, trashed=trashed, raw=raw, mark=mark)


def _answer(operation: Operation, outcome: Outcome, *, overtaken: bool) -> Outcome:
    """Return the outcome, unless a person wrote the same file between our look and our writing."""
    if not overtaken or isinstance(outcome, Refused) or outcome.unchanged:
        return outcome
    refusal = Refusal.KEY_TAKEN if isinstance(operation, Create) else Refusal.CHANGED
    return Refused(key_of(operation), refusal, "someone has just written the same file")
