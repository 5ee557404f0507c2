"""From a request to its answer: who asks, may they, and which part of the server replies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.zotero_server.access import Key, Permissions, require, secret_of
from tests.fakes.zotero_server.answers import (
    Request,
    RequestError,
    Response,
    json_response,
)
from tests.fakes.zotero_server.files import STORAGE
from tests.fakes.zotero_server.kinds import COLLECTIONS, ITEMS, Kind
from tests.fakes.zotero_server.library import Item, Library, is_key
from tests.fakes.zotero_server.reads import (
    ItemScope,
    list_collections,
    list_deleted,
    list_items,
    meta_response,
)
from tests.fakes.zotero_server.schema import schema, schema_document
from tests.fakes.zotero_server.single import SingleWrite
from tests.fakes.zotero_server.tags import delete_tags, list_tags
from tests.fakes.zotero_server.world import World
from tests.fakes.zotero_server.writes import BatchWrite, header_version, read_objects

_KINDS: dict[str, Kind] = {"items": ITEMS, "collections": COLLECTIONS}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to one library, admitted."""

    request: Request
    library: Library
    permissions: Permissions
    secret: str
    rest: tuple[str, ...]
    """The path's parts behind the library."""
    url: str
    crash_after: int | None


class Api:
    """The public side of the server."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, request: Request, crash_after: int | None = None) -> Response:
        """Answer a request; a refusal is an answer too."""
        try:
            response = self._answer(request, crash_after)
        except RequestError as error:
            response = error.response()
        response.headers["Zotero-API-Version"] = "3"
        response.headers["Zotero-Schema-Version"] = str(schema().version)
        if self._world.settings.backoff:
            response.headers["Backoff"] = str(self._world.settings.backoff)
        return response

    def _answer(self, request: Request, crash_after: int | None) -> Response:
        _check_headers(request)
        if request.path.startswith(STORAGE):
            return self._world.files.take(request, self._world.settings)
        key = self._world.key(secret_of(request), request.address)
        with self._world.limiter.admit(key.user.number if key else 0, request.address):
            return self._admitted(request, key, crash_after)

    def _admitted(self, request: Request, key: Key | None, crash_after: int | None) -> Response:
        parts = tuple(part for part in request.path.split("/") if part)
        if request.path == "/schema":
            return json_response(schema_document())
        if parts[:1] == ("keys",):
            return self._key(parts, key)
        general = meta_response(request.path, request)
        if general is not None:
            return general
        if len(parts) < (2 if parts[:1] == ("groups",) else 3) or parts[0] not in (
            "users",
            "groups",
        ):
            raise RequestError(404, "Not found")
        library = self._world.library("/".join(parts[:2]))
        permissions = self._world.permissions(key, library)
        if parts[0] == "users" and parts[2:] == ("groups",):
            return self._groups(library, key)
        require(permissions, request, anonymous=key is None)
        if not parts[2:]:
            return self._group(library)
        url = f"http://{request.host}"
        secret = key.secret if key else ""
        visit = Visit(request, library, permissions, secret, parts[2:], url, crash_after)
        return self._in_library(visit)

    def _key(self, parts: tuple[str, ...], key: Key | None) -> Response:
        if parts == ("keys", "current"):
            if key is None:
                raise RequestError(403, "Forbidden")
            return json_response(key.document())
        named = self._world.keys.get(parts[1]) if len(parts) == 2 else None
        if named is None:
            raise RequestError(404, "Key not found")
        return json_response(named.document())

    def _group(self, library: Library) -> Response:
        group = self._world.groups[library.number]
        return json_response(
            {
                "id": group.number,
                "version": 1,
                "data": {
                    "id": group.number,
                    "version": 1,
                    "name": group.name,
                    "owner": group.owner,
                    "type": "Private",
                    "libraryEditing": group.editing,
                    "libraryReading": group.reading,
                    "fileEditing": group.files,
                    "members": sorted(group.members),
                },
            }
        )

    def _groups(self, library: Library, key: Key | None) -> Response:
        if key is None or key.user.number != library.number:
            return json_response([])
        mine = [
            {"id": group.number, "version": 1, "data": {"id": group.number, "name": group.name}}
            for group in self._world.groups.values()
            if group.may_read(key.user.number)
            and self._world.permissions(key, self._world.library(f"groups/{group.number}")).read
        ]
        return json_response(mine)

    def _in_library(self, visit: Visit) -> Response:
        room, *rest = visit.rest
        if room in _KINDS and not rest and visit.request.method == "POST":
            return self._write_many(visit, _KINDS[room])
        if room == "items" and rest[1:] == ["file"] and visit.request.method == "POST":
            return self._file(visit, rest[0])
        if room in _KINDS and visit.request.method != "GET":
            return self._write_one(visit, _KINDS[room], rest)
        rooms: dict[str, Callable[[Visit, list[str]], Response]] = {
            "items": _read_items,
            "collections": _read_collections,
            "deleted": lambda visit, _: list_deleted(visit.library, visit.request),
            "tags": self._tags,
            "searches": _nothing_stored,
            "settings": self._settings,
        }
        if room not in rooms:
            raise RequestError(404, "Not found")
        return rooms[room](visit, rest)

    def _file(self, visit: Visit, key: str) -> Response:
        if not visit.permissions.files:
            raise RequestError(403, "File editing is not enabled for this library")
        settings = self._world.settings
        return self._world.files.post(visit.library, key, visit.request, settings)

    def _write_many(self, visit: Visit, kind: Kind) -> Response:
        token = self._world.tokens.check(visit.secret, visit.request)
        guard = header_version(visit.request)
        objects = read_objects(visit.request, kind)
        batch = BatchWrite(visit.library, kind, self._world.settings, visit.url, guard)
        response = batch.run(objects, visit.crash_after)
        # The note of the token is lost with the transaction of a last object that failed.
        if not batch.last_failed:
            self._world.tokens.record(visit.secret, token)
        return response

    def _write_one(self, visit: Visit, kind: Kind, rest: list[str]) -> Response:
        request = visit.request
        single = SingleWrite(visit.library, kind, self._world.settings)
        if request.method == "DELETE" and not rest:
            keys = (request.parameter(f"{kind.name}Key") or "").split(",")
            return single.delete_many([key for key in keys if is_key(key)], request)
        if kind is COLLECTIONS and len(rest) >= 2:
            return _write_members(visit, rest)
        if len(rest) != 1:
            raise RequestError(404, "Not found")
        if request.method == "DELETE":
            return single.delete(rest[0], request)
        if request.method not in ("PUT", "PATCH"):
            raise RequestError(405, "Method not allowed")
        token = self._world.tokens.check(visit.secret, request)
        response = single.write(rest[0], request)
        self._world.tokens.record(visit.secret, token)
        return response

    def _tags(self, visit: Visit, _rest: list[str]) -> Response:
        if visit.request.method == "DELETE":
            return delete_tags(visit.library, visit.request)
        return list_tags(visit.library)

    def _settings(self, visit: Visit, rest: list[str]) -> Response:
        if visit.request.method == "GET":
            return _nothing_stored(visit, rest)
        raise RequestError(400, f"Invalid setting '{'/'.join(rest)}'")


def _check_headers(request: Request) -> None:
    if "expect" in request.headers:
        raise RequestError(417, "Expect header is not supported")
    version = request.parameter("v") or request.headers.get("zotero-api-version") or "3"
    if version not in ("1", "2", "3"):
        raise RequestError(400, f"Invalid API version '{version}'")


def _read_items(visit: Visit, rest: list[str]) -> Response:
    notes = visit.permissions.notes
    scopes = {
        (): ItemScope(notes=notes),
        ("top",): ItemScope(notes=notes, top=True),
        ("trash",): ItemScope(notes=notes, trash=True),
    }
    scope = scopes.get(tuple(rest))
    if scope is not None:
        return list_items(visit.library, visit.request, visit.url, scope)
    item = _existing_item(visit, rest[0])
    if len(rest) == 1:
        document = ITEMS.envelope(item, visit.library, visit.url)
        return json_response(document).with_version(item.version)
    if rest[1:] == ["children"]:
        scope = ItemScope(notes=notes, parent=item.key)
        return list_items(visit.library, visit.request, visit.url, scope)
    raise RequestError(404, "Not found")


def _existing_item(visit: Visit, key: str) -> Item:
    if not is_key(key):
        raise RequestError(404, "Not found")
    item = visit.library.items.get(key)
    if item is None or (item.item_type == "note" and not visit.permissions.notes):
        raise RequestError(404, "Item does not exist")
    return item


def _read_collections(visit: Visit, rest: list[str]) -> Response:
    if not rest:
        return list_collections(visit.library, visit.request, visit.url, lambda _: True)
    if rest == ["top"]:
        return list_collections(
            visit.library, visit.request, visit.url, lambda thing: thing.parent is None
        )
    thing = visit.library.collections.get(rest[0])
    if thing is None:
        raise RequestError(404, "Collection not found" if is_key(rest[0]) else "Not found")
    if rest[1:] == ["collections"]:
        return list_collections(
            visit.library, visit.request, visit.url, lambda other: other.parent == rest[0]
        )
    if rest[1:2] == ["items"]:
        scope = ItemScope(
            notes=visit.permissions.notes, top=rest[2:] == ["top"], collection=rest[0]
        )
        return list_items(visit.library, visit.request, visit.url, scope)
    return json_response(COLLECTIONS.envelope(thing, visit.library, visit.url)).with_version(
        thing.version
    )


def _write_members(visit: Visit, rest: list[str]) -> Response:
    """Put items into a collection by its address; no version moves, `since` never shows it."""
    if rest[1] != "items" or rest[0] not in visit.library.collections:
        raise RequestError(404, "Not found")
    if visit.request.method == "DELETE":
        raise RequestError(500, "An error occurred")
    with visit.library.lock:
        for key in visit.request.content().decode("ascii", "replace").split():
            item = visit.library.items.get(key)
            if item is None:
                raise RequestError(409, f"Item {key} not found")
            visit.library.join_silently(item, rest[0])
        return Response(204).with_version(visit.library.version)


def _nothing_stored(visit: Visit, _rest: list[str]) -> Response:
    empty: object = {} if visit.rest[0] == "settings" else []
    return json_response(empty).with_version(visit.library.version)
