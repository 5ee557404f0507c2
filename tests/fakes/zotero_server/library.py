"""One library: its version, its objects, its log of deletions, and how they move together."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

KEY_ALPHABET = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"

_FIRST_VERSION = 2
"""A library that nobody has used yet is at a small version, not at 0."""


def is_key(text: str) -> bool:
    """Say whether this can be the key of an object."""
    return len(text) == 8 and all(character in KEY_ALPHABET for character in text)


@dataclass(frozen=True, slots=True)
class Item:
    """An item as the server keeps it: fields that are empty are not kept."""

    key: str
    item_type: str
    fields: Mapping[str, str]
    special: Mapping[str, Any]
    creators: tuple[Mapping[str, str], ...] = ()
    tags: frozenset[tuple[str, int]] = frozenset()
    collections: frozenset[str] = frozenset()
    relations: frozenset[tuple[str, str]] = frozenset()
    trashed: bool = False
    parent: str | None = None
    date_added: str = ""
    date_modified: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as the server keeps it."""

    key: str
    name: str
    parent: str | None = None
    trashed: bool = False
    version: int = 0


Stored = Item | Collection


class Library:
    """A user's or a group's library. Whoever reads or writes several things takes `lock`."""

    def __init__(self, kind: str, number: int) -> None:
        self.kind = kind
        self.number = number
        self.lock = threading.RLock()
        self.version = _FIRST_VERSION
        self.items: dict[str, Item] = {}
        self.collections: dict[str, Collection] = {}
        self.children: Counter[str] = Counter()
        self.deleted: dict[str, dict[str, int]] = {"items": {}, "collections": {}, "tags": {}}

    @property
    def path(self) -> str:
        """The library's name in URLs: `users/1`."""
        return f"{self.kind}/{self.number}"

    def new_key(self) -> str:
        """Make a key that nothing here has."""
        while True:
            key = "".join(secrets.choice(KEY_ALPHABET) for _ in range(8))
            if key not in self.items and key not in self.collections:
                return key

    def bump(self) -> int:
        """Raise the library version and return it."""
        self.version += 1
        return self.version

    def uri(self, key: str) -> str:
        """Return an item's address as relations write it."""
        return f"http://zotero.org/{self.path}/items/{key}"

    def put(self, thing: Stored, version: int) -> Stored:
        """Keep an object at this version; it leaves the log of deletions."""
        kept = replace(thing, version=version)
        if isinstance(kept, Item):
            self._count_child(self.items.get(kept.key), -1)
            self._count_child(kept, 1)
            self.items[kept.key] = kept
            self._mirror_relations(kept, version)
            self.deleted["items"].pop(kept.key, None)
        else:
            self.collections[kept.key] = kept
            self.deleted["collections"].pop(kept.key, None)
        return kept

    def _count_child(self, item: Item | None, change: int) -> None:
        if item is not None and item.parent:
            self.children[item.parent] += change

    def _mirror_relations(self, item: Item, version: int) -> None:
        """Give the other end of a `dc:relation` the way back, at the same version."""
        here = self.uri(item.key)
        for predicate, target in item.relations:
            other = self.items.get(target.rsplit("/", 1)[-1])
            if predicate != "dc:relation" or other is None or self.uri(other.key) != target:
                continue
            back = ("dc:relation", here)
            if back not in other.relations:
                self.items[other.key] = replace(
                    other, relations=other.relations | {back}, version=version
                )

    def join_silently(self, item: Item, collection: str) -> None:
        """Put an item into a collection without any version moving."""
        self.items[item.key] = replace(item, collections=item.collections | {collection})

    def delete_items(self, keys: list[str], version: int) -> None:
        """Delete items with their children, for good, at one version."""
        for key in keys:
            item = self.items.pop(key, None)
            if item is None:
                continue
            self._count_child(item, -1)
            self.deleted["items"][key] = version
            self._drop_relations_to(key)
            children = [child.key for child in self.items.values() if child.parent == key]
            self.delete_items(children, version)

    def _drop_relations_to(self, key: str) -> None:
        """Take out relations to a deleted item, silently; `dc:replaces` stays."""
        target = self.uri(key)
        for other in list(self.items.values()):
            left = frozenset(
                relation
                for relation in other.relations
                if relation[1] != target or relation[0] == "dc:replaces"
            )
            if left != other.relations:
                self.items[other.key] = replace(other, relations=left)

    def delete_collections(self, keys: list[str], version: int) -> None:
        """Delete collections: only those named are logged, and items lose them silently."""
        gone: set[str] = set()
        for key in keys:
            if key in self.collections:
                self.deleted["collections"][key] = version
                gone |= self._with_descendants(key)
        for key in gone:
            self.collections.pop(key, None)
        for item in list(self.items.values()):
            if item.collections & gone:
                self.items[item.key] = replace(item, collections=item.collections - gone)

    def _with_descendants(self, key: str) -> set[str]:
        found = {key}
        for child in self.collections.values():
            if child.parent == key:
                found |= self._with_descendants(child.key)
        return found


class Versions:
    """How one write request numbers its objects: each anew, or all of them alike."""

    def __init__(self, library: Library, *, once: bool) -> None:
        self._library = library
        self._once = once
        self._taken: int | None = None

    def next(self) -> int:
        """Return the version for the next object that is committed."""
        if self._taken is None or not self._once:
            self._taken = self._library.bump()
        return self._taken

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Hold the library for the whole request where one version covers it."""
        held: AbstractContextManager[Any] = self._library.lock if self._once else nullcontext()
        with held:
            yield
