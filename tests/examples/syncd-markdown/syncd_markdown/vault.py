"""The folder of notes, and what is remembered of it between two looks.

The notes are the library; `.syncd-markdown.json` only remembers how each looked at which version,
so that what a person did meanwhile is noticed. A note is put into place whole before that is
written: after a crash in between, it is found like one that a person has written.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from adapters.kit import PutCollection, PutItem, is_key, read_or_raise, read_or_warn
from syncd.library import CollectionKey, StoredCollection, StoredItem
from syncd.record import ItemKey
from syncd_markdown.page import Page, format_page, parse_page

_MEMORY = ".syncd-markdown.json"
_NEW: dict[str, Any] = {"version": 0, "notes": {}, "deleted": {}, "collections": {}}


class Vault:
    """The notes as they are now: a `Store` for the rules. Made by `open`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        memory = folder / _MEMORY
        text = memory.read_text(encoding="utf-8") if memory.exists() else json.dumps(_NEW)
        self._held: dict[str, Any] = json.loads(text)
        self._notice()

    @classmethod
    @contextmanager
    def open(cls, folder: Path, *, make: bool = False) -> Iterator[Vault]:
        """Have the notes to oneself; `make` the folder if it is missing."""
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        if not folder.exists():
            yield cls(folder)
            return
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            vault = cls(folder)
            try:
                yield vault
            finally:
                vault._remember()
        finally:
            os.close(descriptor)

    def _notice(self) -> None:
        """Give what a person wrote or removed since the last look a version of its own."""
        there = {path.stem: path for path in self._folder.glob("*.md") if is_key(path.stem)}
        for key, path in there.items():
            if self._digest_of(key) != (digest := _digest(path.read_bytes())):
                self._held["notes"][key] = [self._next(), digest]
                self._held["deleted"].pop(key, None)
        for key in self._held["notes"].keys() - there.keys():
            del self._held["notes"][key]
            self._held["deleted"][key] = self._next()

    def _digest_of(self, key: str) -> str | None:
        found = self._held["notes"].get(key)
        return str(found[1]) if found else None

    def _next(self) -> int:
        self._held["version"] += 1
        return self.version

    def _remember(self) -> None:
        _write(self._folder / _MEMORY, json.dumps(self._held, indent=1))

    @property
    def version(self) -> int:
        return int(self._held["version"])

    @property
    def versions(self) -> dict[ItemKey, int]:
        return {ItemKey(key): found[0] for key, found in self._held["notes"].items()}

    @property
    def deleted(self) -> dict[ItemKey, int]:
        return {ItemKey(key): version for key, version in self._held["deleted"].items()}

    def collections(self) -> list[StoredCollection]:
        held = [StoredCollection(*each) for each in self._held["collections"].values()]
        return [each for each in held if not each.trashed]

    # What the rules look up and put down: see `adapters.kit.Store`.

    def has_item(self, key: ItemKey) -> bool:
        return key in self._held["notes"]

    def find_item(self, key: ItemKey) -> StoredItem | None:
        if not self.has_item(key):
            return None
        page = parse_page(self._path(key).read_bytes())
        return StoredItem(key, self.versions[key], page.data, page.trashed)

    def find_collection(self, key: CollectionKey) -> StoredCollection | None:
        found = self._held["collections"].get(key)
        return StoredCollection(*found) if found else None

    def put_item(self, item: PutItem) -> int:
        text = format_page(Page(dict(item.data), item.trashed))
        _write(self._path(item.key), text)
        self._held["notes"][item.key] = [self._next(), _digest(text.encode())]
        self._held["deleted"].pop(item.key, None)
        return self.version

    def put_collection(self, collection: PutCollection) -> int:
        self._held["collections"][collection.key] = collection.collection
        return self._next()

    # Reading

    def get(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        """Read these; one that is damaged is neither there nor gone, so it is told."""
        return read_or_raise(keys, self.find_item, self._path)

    def listed(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        """Read these for a listing, which goes on without the damaged ones."""
        return read_or_warn(keys, self.find_item, self._path)

    def _path(self, key: ItemKey) -> Path:
        return self._folder / f"{key}.md"


def _digest(raw: bytes) -> str:
    return sha256(raw).hexdigest()


def _write(path: Path, text: str) -> None:
    """Put a file into place, whole or not at all."""
    aside = path.with_name(f".{path.name}.new")
    with aside.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
