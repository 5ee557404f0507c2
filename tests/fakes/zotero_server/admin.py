"""The side door, `/_test/…`: what a test does that no client of the API could."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.fakes.zotero_server.answers import (
    ObjectError,
    Request,
    RequestError,
    Response,
    json_response,
)
from tests.fakes.zotero_server.faults import Fault
from tests.fakes.zotero_server.items import item_data
from tests.fakes.zotero_server.kinds import COLLECTIONS, ITEMS
from tests.fakes.zotero_server.library import Library
from tests.fakes.zotero_server.php_json import read_json
from tests.fakes.zotero_server.world import World

PREFIX = "/_test/"


class Admin:
    """Answers what tests ask of the server itself."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, request: Request) -> Response:
        """Answer a request under the prefix."""
        routes: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("POST", "reset"): lambda _: self._world.reset(),
            ("POST", "setup"): lambda request: self._world.set_up(read_json(request.body)),
            ("POST", "act"): self._act,
            ("POST", "faults"): self._arm,
            ("GET", "faults"): lambda _: self._world.faults.struck(),
            ("DELETE", "faults"): lambda _: self._world.faults.disarm(),
            ("POST", "revoke"): lambda request: self._world.revoke(request.body.decode()),
            ("GET", "requests"): lambda _: list(self._world.journal),
            ("DELETE", "requests"): lambda _: self._world.journal.clear(),
            ("GET", "state"): self._state,
        }
        route = routes.get((request.method, request.path.removeprefix(PREFIX)))
        if route is None:
            return RequestError(404, "no such thing behind the side door").response()
        try:
            return json_response(route(request))
        except RequestError as error:
            return error.response()
        except ObjectError as error:
            return RequestError(error.code, error.message).response()

    def _arm(self, request: Request) -> None:
        self._world.faults.arm(Fault.from_json(read_json(request.body)))

    def _state(self, request: Request) -> dict[str, Any]:
        library = self._world.library(request.parameter("library") or "")
        with library.lock:
            return {
                "version": library.version,
                "items": {key: item_data(item, library) for key, item in library.items.items()},
                "collections": {
                    key: {
                        "name": thing.name,
                        "parent": thing.parent,
                        "version": thing.version,
                        "deleted": thing.trashed,
                    }
                    for key, thing in library.collections.items()
                },
                "deleted": library.deleted,
            }

    def _act(self, request: Request) -> str:
        """Do what a person would do in their Zotero, which then syncs."""
        document = read_json(request.body)
        library = self._world.library(document["library"])
        deeds: dict[str, Callable[[Library, Mapping[str, Any]], str]] = {
            "write item": _write_item,
            "write collection": _write_collection,
            "trash": lambda library, deed: _set_trashed(library, deed, trashed=True),
            "restore": lambda library, deed: _set_trashed(library, deed, trashed=False),
            "delete": _delete,
            "touch": _touch,
        }
        with library.lock:
            return deeds[document["do"]](library, document)


def _write_item(library: Library, deed: Mapping[str, Any]) -> str:
    key = deed.get("key") or library.new_key()
    item, _ = ITEMS.written(library, key, deed["json"], library.items.get(key))
    library.put(item, library.bump())
    return str(key)


def _write_collection(library: Library, deed: Mapping[str, Any]) -> str:
    key = deed.get("key") or library.new_key()
    thing, _ = COLLECTIONS.written(library, key, deed["json"], library.collections.get(key))
    library.put(thing, library.bump())
    return str(key)


def _set_trashed(library: Library, deed: Mapping[str, Any], *, trashed: bool) -> str:
    item = library.items[deed["key"]]
    library.put(replace(item, trashed=trashed), library.bump())
    return item.key


def _delete(library: Library, deed: Mapping[str, Any]) -> str:
    """Delete for good: an item (with its children) or a collection."""
    key = str(deed["key"])
    if key in library.collections:
        library.delete_collections([key], library.bump())
    else:
        library.delete_items([key], library.bump())
    return key


def _touch(library: Library, _deed: Mapping[str, Any]) -> str:
    """Raise the library version as if something unrelated had changed."""
    return str(library.bump())
