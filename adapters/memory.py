"""A library in RAM: the reference that every other adapter is measured against.

It promises what the contract promises and nothing else, forgets everything when it is dropped,
and is deterministic: no clock, no randomness. Some of its methods stand for what people do in
their library while syncd is not looking; they are held to no rules, as people are not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

from adapters.listing import list_changes
from adapters.rules import PutCollection, PutItem, carry_out, expect_push, store_facts
from syncd.library import (
    Accepted,
    Capabilities,
    Changes,
    CollectionKey,
    Description,
    ItemData,
    KnownVersions,
    Operation,
    Outcome,
    Pushed,
    StoredCollection,
    StoredItem,
    StoreFile,
)
from syncd.record import ItemKey
from syncd.schema import Schema


class _Held(NamedTuple):
    """An item as text, so that nobody can change it from outside."""

    version: int
    text: str
    trashed: bool


class MemoryLibrary:
    """A library that lives as long as the object does; its version starts at 0."""

    def __init__(
        self,
        schema: Schema,
        *,
        identity: str = "memory:",
        capabilities: Capabilities | None = None,
        page_size: int = 100,
    ) -> None:
        self.capabilities = capabilities or Capabilities()
        self.version = 0
        self._schema = schema
        self._identity = identity
        self._page_size = page_size
        self._items: dict[ItemKey, _Held] = {}
        self._tombstones: dict[ItemKey, int] = {}
        self._collections: dict[CollectionKey, StoredCollection] = {}
        self._collection_gone_at = 0
        self.files: dict[ItemKey, bytes] = {}
        """What attachments hold."""

    def describe(self) -> Description:
        return Description(self._identity, "memory", self._schema, stores_files=True)

    def changes_since(
        self, version: int, *, known: KnownVersions | None = None
    ) -> Iterator[Changes]:
        yield from list_changes(
            version,
            self.version,
            {key: held.version for key, held in self._items.items()},
            self.get,
            deleted=self._tombstones,
            known=known,
            collections=frozenset(self._collections)
            if self._collection_gone_at > version
            else None,
            page_size=self._page_size,
        )

    def get(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        return [item for key in keys if (item := self.find_item(key))]

    def collections(self) -> list[StoredCollection]:
        return [each for each in self._collections.values() if not each.trashed]

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        expect_push(
            operations,
            batch_size=self.capabilities.batch_size,
            expected=expected,
            version=self.version,
        )
        outcomes = carry_out(operations, self, self._schema)
        return Pushed(outcomes, None if expected is None else self.version)

    def store_file(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        """Keep a file. See `Storing`."""
        verdict = store_facts(operation, self)
        if not isinstance(verdict, PutItem):
            return verdict
        self.files[verdict.key] = content.read()
        return Accepted(verdict.key, self.put_item(verdict), before=verdict.before)

    def finish(self) -> None:
        """Nothing is derived from the items."""

    def close(self) -> None:
        """There is nothing to let go of: an object that is still referred to keeps its items."""

    # What the rules look up and put down.

    def has_item(self, key: ItemKey) -> bool:
        return key in self._items

    def find_item(self, key: ItemKey) -> StoredItem | None:
        held = self._items.get(key)
        return StoredItem(key, held.version, json.loads(held.text), held.trashed) if held else None

    def find_collection(self, key: CollectionKey) -> StoredCollection | None:
        return self._collections.get(key)

    def put_item(self, item: PutItem) -> int:
        self.version += 1
        self._items[item.key] = _Held(self.version, json.dumps(item.data), item.trashed)
        self._tombstones.pop(item.key, None)
        return self.version

    def put_collection(self, collection: PutCollection) -> int:
        self.version += 1
        self._collections[collection.key] = collection.collection
        return self.version

    # What people do.

    def add(self, key: ItemKey, data: ItemData) -> None:
        """Make an item."""
        self.put_item(PutItem(key, data, trashed=False))

    def edit(self, key: ItemKey, changes: Mapping[str, Any]) -> None:
        """Set these properties of an item."""
        item = self._get(key)
        self.put_item(PutItem(key, {**item.data, **changes}, item.trashed))

    def trash(self, key: ItemKey) -> None:
        """Move an item to the trash."""
        self.put_item(PutItem(key, self._get(key).data, trashed=True))

    def restore(self, key: ItemKey) -> None:
        """Take an item out of the trash."""
        self.put_item(PutItem(key, self._get(key).data, trashed=False))

    def delete(self, key: ItemKey) -> None:
        """Delete an item for good, and with it its children; all in one version."""
        self._get(key)
        self.version += 1
        children = [other for other in self._items if self._parent_of(other) == key]
        for gone in (key, *children):
            del self._items[gone]
            self._tombstones[gone] = self.version

    def change_collection(self, collection: StoredCollection) -> None:
        """Rename a collection or move it elsewhere."""
        self.put_collection(PutCollection(collection))

    def delete_collection(self, key: CollectionKey) -> None:
        """Delete a collection and those in it; items leave it without a version of their own."""
        for child in [c.key for c in self._collections.values() if c.parent == key]:
            self.delete_collection(child)
        self.version += 1
        self._collection_gone_at = self.version
        del self._collections[key]
        for item_key, held in self._items.items():
            data = json.loads(held.text)
            if key in data.get("collections", ()):
                data["collections"].remove(key)
                self._items[item_key] = held._replace(text=json.dumps(data))

    def _get(self, key: ItemKey) -> StoredItem:
        item = self.find_item(key)
        if item is None:
            raise KeyError(key)
        return item

    def _parent_of(self, key: ItemKey) -> object:
        return self._get(key).data.get("parentItem")
