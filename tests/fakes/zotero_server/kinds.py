"""The two kinds of objects that are written in batches: items and collections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from tests.fakes.zotero_server.answers import ObjectError
from tests.fakes.zotero_server.item_parts import read_trashed
from tests.fakes.zotero_server.items import Draft, creator_summary, item_data
from tests.fakes.zotero_server.library import Collection, Item, Library, Stored, is_key
from tests.fakes.zotero_server.schema import NAME_LIMIT
from tests.fakes.zotero_server.text import clean


class Kind(Protocol):
    """What writing and showing need to know about a kind of object."""

    name: str
    plural: str

    def find(self, library: Library, key: str) -> Stored | None:
        """Return the object with this key, or None."""
        ...

    def written(
        self, library: Library, key: str, json: Mapping[str, Any], base: Stored | None
    ) -> tuple[Stored, bool]:
        """Return the object that the JSON makes of `base`, and whether it differs from it."""
        ...

    def envelope(self, thing: Stored, library: Library, url: str) -> dict[str, Any]:
        """Return the object as the API shows it."""
        ...


def _wrap(
    thing: Stored, library: Library, url: str, plural: str, meta: dict[str, Any], data: Any
) -> dict[str, Any]:
    home = f"{url}/{library.path}"
    return {
        "key": thing.key,
        "version": thing.version,
        "library": {
            "type": library.kind.removesuffix("s"),
            "id": library.number,
            "name": library.path,
            "links": {"alternate": {"href": home, "type": "text/html"}},
        },
        "links": {"self": {"href": f"{home}/{plural}/{thing.key}", "type": "application/json"}},
        "meta": meta,
        "data": data,
    }


class ItemKind:
    """Items, notes and attachments."""

    name = "item"
    plural = "items"

    def find(self, library: Library, key: str) -> Item | None:
        return library.items.get(key)

    def written(
        self, library: Library, key: str, json: Mapping[str, Any], base: Stored | None
    ) -> tuple[Stored, bool]:
        draft = Draft(library, key, base if isinstance(base, Item) else None)
        draft.write(json)
        return draft.finished()

    def envelope(self, thing: Stored, library: Library, url: str) -> dict[str, Any]:
        assert isinstance(thing, Item)
        meta: dict[str, Any] = {}
        if thing.creators:
            meta["creatorSummary"] = creator_summary(thing)
        if not thing.parent:
            meta["numChildren"] = library.children[thing.key]
        return _wrap(thing, library, url, self.plural, meta, item_data(thing, library))


class CollectionKind:
    """Collections."""

    name = "collection"
    plural = "collections"

    def find(self, library: Library, key: str) -> Collection | None:
        return library.collections.get(key)

    def written(
        self, library: Library, key: str, json: Mapping[str, Any], base: Stored | None
    ) -> tuple[Stored, bool]:
        known = base if isinstance(base, Collection) else None
        thing = known or Collection(key, "")
        if known is None and "name" not in json:
            raise ObjectError(400, "'name' property not provided")
        for name, value in json.items():
            thing = _with_property(thing, name, value, library)
        return thing, thing != known

    def envelope(self, thing: Stored, library: Library, url: str) -> dict[str, Any]:
        assert isinstance(thing, Collection)
        data: dict[str, Any] = {
            "key": thing.key,
            "version": thing.version,
            "name": thing.name,
            "parentCollection": thing.parent or False,
            "relations": {},
        }
        if thing.trashed:
            data["deleted"] = True
        meta = {
            "numCollections": sum(
                other.parent == thing.key for other in list(library.collections.values())
            ),
            "numItems": sum(thing.key in item.collections for item in list(library.items.values())),
        }
        return _wrap(thing, library, url, self.plural, meta, data)


def _with_property(thing: Collection, name: str, value: Any, library: Library) -> Collection:
    if name == "name":
        return replace(thing, name=_read_collection_name(value))
    if name == "parentCollection":
        return replace(thing, parent=_read_parent_collection(value, library))
    if name == "deleted":
        return replace(thing, trashed=read_trashed(value))
    if name in ("key", "version", "relations"):
        return thing
    raise ObjectError(400, f"Invalid property '{name}'")


def _read_collection_name(value: Any) -> str:
    if not isinstance(value, str):
        raise ObjectError(400, "'name' must be a string")
    name = clean(value)
    if not name:
        raise ObjectError(400, "Collection name cannot be empty")
    if len(name) > NAME_LIMIT:
        raise ObjectError(413, f"Collection name '{name[:50]}…' too long")
    return name


def _read_parent_collection(value: Any, library: Library) -> str | None:
    if value in (None, False, ""):
        return None
    if not isinstance(value, str) or not is_key(value):
        raise ObjectError(400, f"'{value}' is not a valid collection key")
    if value not in library.collections:
        raise ObjectError(409, f"Parent collection {value} not found", {"parentCollection": value})
    return value


ITEMS = ItemKind()
COLLECTIONS = CollectionKind()
