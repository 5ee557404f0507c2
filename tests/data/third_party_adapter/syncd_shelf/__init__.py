"""A syncd adapter by somebody else: a library in one JSON file, `adapter = "shelf"`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.rules import PutItem, judge
from syncd.errors import ConflictError, RejectedError
from syncd.library import (
    Accepted,
    Capabilities,
    Changes,
    CollectionKey,
    Description,
    KnownVersions,
    Operation,
    Outcome,
    Pushed,
    Refused,
    StoredCollection,
    StoredItem,
    Surroundings,
)
from syncd.record import ItemKey
from syncd.system.resources import shipped_schema

_EMPTY = '{"version": 0, "items": {}, "deleted": {}, "collections": {}}'


class Shelf:
    """The whole library as it is in the file, and the answers to what the rules ask."""

    def __init__(self, path: Path) -> None:
        self._path = path
        text = path.read_text() if path.exists() else _EMPTY
        self.held: dict[str, Any] = json.loads(text)

    def save(self) -> None:
        self._path.write_text(json.dumps(self.held))

    def has_item(self, key: ItemKey) -> bool:
        return key in self.held["items"]

    def find_item(self, key: ItemKey) -> StoredItem | None:
        found = self.held["items"].get(key)
        return StoredItem(key, *found) if found else None

    def find_collection(self, key: CollectionKey) -> StoredCollection | None:
        found = self.held["collections"].get(key)
        return StoredCollection(*found) if found else None

    def put_item(self, key: ItemKey, data: Mapping[str, Any], *, trashed: bool) -> None:
        self.held["version"] += 1
        self.held["items"][key] = (self.held["version"], data, trashed)
        self.held["deleted"].pop(key, None)

    def put_collection(self, collection: StoredCollection) -> None:
        self.held["version"] += 1
        self.held["collections"][collection.key] = collection

    def delete(self, key: ItemKey) -> None:
        self.held["version"] += 1
        del self.held["items"][key]
        self.held["deleted"][key] = self.held["version"]


class ShelfLibrary:
    """The library; everything is read from the file and written back at every call."""

    def __init__(self, path: Path) -> None:
        self.capabilities = Capabilities(batch_size=40)
        self.path = path

    def describe(self) -> Description:
        return Description(f"shelf:{self.path.resolve()}", self.path.stem, shipped_schema())

    def changes_since(
        self, version: int, *, known: KnownVersions | None = None
    ) -> Iterator[Changes]:
        held = Shelf(self.path).held
        newer = {ItemKey(key): item for key, item in held["items"].items() if item[0] > version}
        mine = known(newer) if known else {}
        yield Changes(
            items=[StoredItem(k, *item) for k, item in newer.items() if mine.get(k) != item[0]],
            deleted=[ItemKey(key) for key, at in held["deleted"].items() if at > version],
            to_version=held["version"],
        )

    def get(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        shelf = Shelf(self.path)
        return [item for key in keys if (item := shelf.find_item(key))]

    def collections(self) -> list[StoredCollection]:
        held = [StoredCollection(*c) for c in Shelf(self.path).held["collections"].values()]
        return [each for each in held if not each.trashed]

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        shelf = Shelf(self.path)
        if len(operations) > self.capabilities.batch_size:
            raise RejectedError("too many operations", too_large=True)
        if expected not in (None, shelf.held["version"]):
            raise ConflictError(f"the shelf is at version {shelf.held['version']}")
        outcomes = [self._carry_out(operation, shelf) for operation in operations]
        shelf.save()
        return Pushed(outcomes, None)

    def _carry_out(self, operation: Operation, shelf: Shelf) -> Outcome:
        verdict = judge(operation, shelf, shipped_schema())
        if isinstance(verdict, Accepted | Refused):
            return verdict
        if isinstance(verdict, PutItem):
            shelf.put_item(verdict.key, verdict.data, trashed=verdict.trashed)
        else:
            shelf.put_collection(verdict.collection)
        return Accepted(verdict.key, shelf.held["version"])

    def finish(self) -> None: ...

    def close(self) -> None: ...


class ShelfAdapter:
    """The one option is `file`."""

    def check_options(self, options: Mapping[str, object]) -> Mapping[str, str]:
        return {} if "file" in options else {"file": "is missing"}

    def open(self, options: Mapping[str, object], surroundings: Surroundings) -> ShelfLibrary:
        return ShelfLibrary(Path(str(options["file"])))


ADAPTER = ShelfAdapter()
