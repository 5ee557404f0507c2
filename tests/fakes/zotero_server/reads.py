"""Reading many objects: which ones, in which order, how many at a time, in which form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.fakes.zotero_server.answers import Request, RequestError, Response, json_response
from tests.fakes.zotero_server.kinds import COLLECTIONS, ITEMS, Kind
from tests.fakes.zotero_server.library import Collection, Item, Library, Stored, is_key
from tests.fakes.zotero_server.schema import schema

_DEFAULT_LIMIT = 25
_MAX_LIMIT = 100

_ITEM_SORTS: dict[str, Callable[[Item], str]] = {
    "dateModified": lambda item: item.date_modified,
    "dateAdded": lambda item: item.date_added,
    "title": lambda item: item.fields.get("title", ""),
    "creator": lambda item: "".join(c.get("lastName") or c.get("name", "") for c in item.creators),
    "itemType": lambda item: item.item_type,
    "date": lambda item: item.fields.get("date", ""),
    "publisher": lambda item: item.fields.get("publisher", ""),
    "publicationTitle": lambda item: item.fields.get("publicationTitle", ""),
    "addedBy": lambda _item: "",
    "numItems": lambda _item: "",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """A request for many objects, read and checked."""

    request: Request
    form: str
    start: int
    limit: int | None
    since: int
    keys: frozenset[str]

    @classmethod
    def read(cls, request: Request, kind: Kind) -> Listing:
        """Check the parameters that all listings share; names nobody knows are ignored."""
        form = request.parameter("format") or "json"
        if form not in ("json", "versions", "keys"):
            raise RequestError(400, f"Invalid 'format' value '{form}'")
        include = request.parameter("include") or "data"
        if any(part not in ("data", "bib", "citation") for part in include.split(",")):
            raise RequestError(400, f"Invalid 'include' value '{include}'")
        keys = frozenset(
            key for key in (request.parameter(f"{kind.name}Key") or "").split(",") if is_key(key)
        )
        return cls(
            request,
            form,
            max(0, _integer(request.parameter("start"), 0)),
            _MAX_LIMIT if keys else _read_limit(request, form),
            _read_since(request, required=False),
            keys,
        )

    def is_unmodified(self, library: Library) -> bool:
        """Say whether the caller has seen this version of the library already."""
        asked = self.request.headers.get("if-modified-since-version", "")
        return asked.isdecimal() and int(asked) >= library.version

    def answer(self, things: Sequence[Stored], kind: Kind, library: Library, url: str) -> Response:
        """Show one page of these objects."""
        total = len(things)
        end = None if self.limit is None else self.start + self.limit
        response = self._page(things[self.start : end], kind, library, url)
        response.headers["Total-Results"] = str(total)
        response.headers["Link"] = self._links(total, url)
        return response.with_version(library.version)

    def _page(self, page: Iterable[Stored], kind: Kind, library: Library, url: str) -> Response:
        if self.form == "versions":
            return json_response({thing.key: thing.version for thing in page})
        if self.form == "keys":
            body = "".join(f"{thing.key}\n" for thing in page).encode()
            return Response(200, body, "text/plain; charset=UTF-8")
        return json_response([kind.envelope(thing, library, url) for thing in page])

    def _links(self, total: int, url: str) -> str:
        links = {}
        if self.limit is not None:
            last = max(0, (total - 1) // self.limit * self.limit)
            if self.start + self.limit < total:
                links["next"] = self.start + self.limit
            if self.start > 0:
                links["first"] = 0
                links["prev"] = max(0, self.start - self.limit)
            if self.start < last:
                links["last"] = last
        shown = [f'<{self._address(url, start)}>; rel="{name}"' for name, start in links.items()]
        return ", ".join([*shown, f'<{url}{self.request.path}>; rel="alternate"'])

    def _address(self, url: str, start: int) -> str:
        query = {name: values[-1] for name, values in self.request.query.items()}
        query.pop("key", None)
        query["start"] = str(start)
        return f"{url}{self.request.path}?{urlencode(query)}"


def list_items(library: Library, request: Request, url: str, scope: ItemScope) -> Response:
    """Answer a listing of items."""
    listing = Listing.read(request, ITEMS)
    order = _read_order(request)
    mode = request.parameter("qmode") or "titleCreatorYear"
    if mode not in ("titleCreatorYear", "everything"):
        raise RequestError(400, f"Invalid 'qmode' value '{mode}'")
    with library.lock:
        if listing.is_unmodified(library):
            return Response(304)
        asked = _asked_for(library, listing.keys)
        found = [item for item in asked if scope.holds(item, listing)]
        found = [item for item in found if _matches_search(item, request)]
        # Python sorts stably: of items changed in the same second the newer one comes first.
        found.sort(key=lambda item: item.version, reverse=True)
        order(found)
        return listing.answer(found, ITEMS, library, url)


def _asked_for(library: Library, keys: frozenset[str]) -> Iterable[Item]:
    """Return the items under these keys, or all where none are named."""
    if not keys:
        return library.items.values()
    return [library.items[key] for key in keys if key in library.items]


def list_collections(
    library: Library, request: Request, url: str, chosen: Callable[[Collection], bool]
) -> Response:
    """Answer a listing of collections; those in the trash are among them."""
    listing = Listing.read(request, COLLECTIONS)
    with library.lock:
        if listing.is_unmodified(library):
            return Response(304)
        found = [
            thing
            for thing in library.collections.values()
            if chosen(thing)
            and thing.version > listing.since
            and (not listing.keys or thing.key in listing.keys)
        ]
        found.sort(key=lambda thing: thing.name)
        return listing.answer(found, COLLECTIONS, library, url)


def list_deleted(library: Library, request: Request) -> Response:
    """Answer which objects are gone since a version."""
    since = _read_since(request, required=True)
    with library.lock:
        log = {
            kind: sorted(key for key, version in entries.items() if version > since)
            for kind, entries in library.deleted.items()
        }
        document: dict[str, list[str]] = {"searches": [], "settings": []} | log
        return json_response(document).with_version(library.version)


@dataclass(frozen=True, slots=True)
class ItemScope:
    """Which part of a library a listing looks at."""

    notes: bool = True
    top: bool = False
    trash: bool = False
    collection: str | None = None
    parent: str | None = None

    def holds(self, item: Item, listing: Listing) -> bool:
        """Say whether an item belongs to the listing."""
        return (
            (self.notes or item.item_type != "note")
            and not (self.top and item.parent)
            and self._trash_fits(item, listing)
            and (self.collection is None or self.collection in item.collections)
            and (self.parent is None or item.parent == self.parent)
            and item.version > listing.since
            and (not listing.keys or item.key in listing.keys)
        )

    def _trash_fits(self, item: Item, listing: Listing) -> bool:
        if self.trash:
            return item.trashed
        return not item.trashed or listing.request.parameter("includeTrashed") == "1"


def _integer(text: str | None, default: int) -> int:
    try:
        return int(text) if text is not None else default
    except ValueError:
        return default


def _read_limit(request: Request, form: str) -> int | None:
    text = request.parameter("limit")
    if text is None and form in ("versions", "keys"):
        return None
    limit = _integer(text, 0)
    if limit <= 0:
        return _DEFAULT_LIMIT
    return limit if form in ("versions", "keys") else min(limit, _MAX_LIMIT)


def _read_since(request: Request, *, required: bool) -> int:
    text = request.parameter("since")
    if text is None:
        if required:
            raise RequestError(400, "'since' parameter must be provided")
        return -1
    try:
        return int(text)
    except ValueError:
        raise RequestError(400, f"Invalid 'since' value '{text}'") from None


def _read_order(request: Request) -> Callable[[list[Item]], None]:
    name = request.parameter("sort") or "dateModified"
    if name not in _ITEM_SORTS:
        raise RequestError(400, f"Invalid 'sort' value '{name}'")
    direction = request.parameter("direction") or ("desc" if name.startswith("date") else "asc")
    if direction not in ("asc", "desc"):
        raise RequestError(400, f"Invalid 'direction' value '{direction}'")
    by = _ITEM_SORTS[name]
    return lambda items: items.sort(key=by, reverse=direction == "desc")


def _matches_search(item: Item, request: Request) -> bool:
    return (
        _matches_words(item, request)
        and _matches_alternatives(request.query.get("itemType", []), {item.item_type})
        and _matches_alternatives(request.query.get("tag", []), {name for name, _ in item.tags})
    )


def _matches_words(item: Item, request: Request) -> bool:
    """Quick search: title, creators, year. Nothing else is searched, in either mode."""
    query = request.parameter("q") or ""
    names = " ".join(name for creator in item.creators for name in creator.values())
    text = f"{item.fields.get('title', '')} {names} {item.fields.get('date', '')[:4]}".casefold()
    quoted = query.split('"')
    phrases = quoted[1::2] + [word for loose in quoted[::2] for word in loose.split()]
    return all(phrase.casefold() in text for phrase in phrases if phrase)


def _matches_alternatives(conditions: Sequence[str], values: set[str]) -> bool:
    """`a || b` is either, `-a` is not; several parameters all hold."""
    for condition in conditions:
        if condition.startswith("-"):
            if condition[1:] in values:
                return False
        elif not values.intersection(part.strip() for part in condition.split("||")):
            return False
    return True


def meta_response(path: str, request: Request) -> Response | None:
    """Answer the questions about item types that need no library; None: not such a path."""
    known = schema()
    item_type = request.parameter("itemType") or ""
    if path in ("/itemTypeFields", "/itemTypeCreatorTypes") and item_type not in known.fields:
        raise RequestError(400, f"Invalid item type '{item_type}'")
    answers: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "/itemTypes": lambda: _named("itemType", sorted(known.fields)),
        "/itemFields": lambda: _named("field", sorted(set().union(*known.fields.values()))),
        "/itemTypeFields": lambda: _named("field", sorted(known.fields[item_type])),
        "/itemTypeCreatorTypes": lambda: _named("creatorType", known.creator_types[item_type]),
    }
    answer = answers.get(path)
    return None if answer is None else json_response(answer())


def _named(kind: str, names: Iterable[str]) -> list[dict[str, Any]]:
    return [{kind: name, "localized": name} for name in names]
