"""The side door, `/_test/…`: what a test does that no client of the API could."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from tests.fakes.serving import SIDE_DOOR
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
from tests.fakes.zotero_server.library import KEY_ALPHABET, Item, Library
from tests.fakes.zotero_server.php_json import read_json
from tests.fakes.zotero_server.world import World

PREFIX = SIDE_DOOR


class Admin:
    """Answers what tests ask of the server itself."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._backups: dict[str, dict[str, Any]] = {}

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
                "files": sorted(self._world.files.stored),
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
            "seed": _seed,
            "edit many": _edit_many,
            "back up": self._back_up,
            "put back": self._put_back,
        }
        with library.lock:
            return deeds[document["do"]](library, document)

    def _back_up(self, library: Library, _deed: Mapping[str, Any]) -> str:
        """Keep a library as it is now."""
        state = {name: deepcopy(getattr(library, name)) for name in _STATE}
        self._backups[library.path] = state
        return str(library.version)

    def _put_back(self, library: Library, _deed: Mapping[str, Any]) -> str:
        """Make a library what it was when it was kept, its version included."""
        for name, value in self._backups[library.path].items():
            setattr(library, name, deepcopy(value))
        return str(library.version)


_STATE = ("version", "items", "collections", "children", "deleted")
"""What a library is made of."""


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


def _seed(library: Library, deed: Mapping[str, Any]) -> str:
    """Fill the library with works that differ in their numbers, each at a version of its own."""
    for number in range(deed["first"], deed["first"] + deed["count"]):
        library.put(_work(number), library.bump())
    return str(library.version)


def _work(number: int) -> Item:
    words = random.Random(number)
    fields = {
        "title": " ".join(words.choices(_WORDS, k=9)).capitalize(),
        "abstractNote": " ".join(words.choices(_WORDS, k=150)),
        "publicationTitle": f"Journal of {words.choice(_WORDS)} and {words.choice(_WORDS)}",
        "date": str(1990 + number % 35),
        "volume": str(1 + number % 80),
        "pages": f"{number}-{number + 9}",
        "DOI": f"10.5555/seeded.{number}",
        "extra": f"Scopus EID: 2-s2.0-{84_000_000_000 + number}",
    }
    names = [words.choice(_WORDS).capitalize() for _ in range(4)]
    creators = [{"creatorType": "author", "lastName": name, "firstName": "A."} for name in names]
    added = "2026-01-02T03:04:05Z"
    return Item(
        seeded_key(number),
        "journalArticle",
        fields,
        {},
        tuple(creators),
        date_added=added,
        date_modified=added,
    )


def seeded_key(number: int) -> str:
    """Return the key of a seeded work."""
    text = ""
    for _ in range(8):
        number, place = divmod(number, len(KEY_ALPHABET))
        text = KEY_ALPHABET[place] + text
    return text


def _edit_many(library: Library, deed: Mapping[str, Any]) -> str:
    """Let a person edit the titles of many items, each at a version of its own."""
    for key in deed["keys"]:
        item = library.items[key]
        title = f"{item.fields['title']}, edited"
        library.put(replace(item, fields={**item.fields, "title": title}), library.bump())
    return str(library.version)


_WORDS = (
    "analysis therapy effects clinical outcome cohort response expression protein receptor model "
    "patients randomised controlled trial evidence review surface energy method growth resistance "
    "signal pathway tumour cell imaging learning network data estimate population risk factor"
).split()
