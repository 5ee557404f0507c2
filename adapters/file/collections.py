"""`collections.json`: the library's collections, one a line, for people and programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from adapters.file.documents import DamagedDocumentError, parse_json
from adapters.file.signatures import find_fingerprint
from syncd.errors import UnavailableError
from syncd.library import CollectionKey, StoredCollection


def format_collections(collections: Iterable[StoredCollection]) -> bytes:
    """Return the text of all collections, in Zotero's names for their properties."""
    lines = (json.dumps(_document(each), ensure_ascii=False) for each in collections)
    return ("[\n  " + ",\n  ".join(lines) + "\n]\n").encode()


def _document(collection: StoredCollection) -> dict[str, Any]:
    key, name, parent, trashed = collection
    document = {"key": key, "name": name, "parentCollection": parent}
    return {**document, "deleted": True} if trashed else document


def parse_collections(raw: bytes) -> list[StoredCollection]:
    """Read the text of all collections. Raises `DamagedDocumentError`.

    A collection that looks absent would be made again, so a text that is not wholly understood
    is not used at all.
    """
    entries = parse_json(raw)
    if not isinstance(entries, list):
        raise DamagedDocumentError("it is not a list of collections")
    return [_collection(entry) for entry in entries]


class CollectionsFile:
    """The collections as they were when first asked for.

    `base` is the fingerprint of the file they were read from; None: there was none.
    """

    def __init__(self, path: Path) -> None:
        self.base: str | None = None
        self._path = path
        self._held: dict[CollectionKey, StoredCollection] | None = None

    def held(self) -> dict[CollectionKey, StoredCollection]:
        """Return the collections by key.

        Raises `OSError`, and `UnavailableError` when a person has to repair the file first.
        """
        if self._held is None:
            self.base = find_fingerprint(self._path)
            self._held = {collection.key: collection for collection in self._read()}
        return self._held

    def _read(self) -> list[StoredCollection]:
        try:
            return parse_collections(self._path.read_bytes())
        except FileNotFoundError:
            return []
        except DamagedDocumentError as error:
            raise UnavailableError(f"{self._path}: {error}") from error


def _collection(entry: Any) -> StoredCollection:
    match entry:
        case {"key": str(key), "name": str(name), **rest}:
            parent = rest.get("parentCollection") or None
            if parent is None or isinstance(parent, str):
                above = CollectionKey(parent) if parent else None
                trashed = bool(rest.get("deleted"))
                return StoredCollection(CollectionKey(key), name, above, trashed)
    raise DamagedDocumentError('each collection has a "key", a "name" and a "parentCollection"')
