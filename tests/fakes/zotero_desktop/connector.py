"""The address at which browsers save: new items, into what is selected in the window."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.fakes.zotero_desktop.api import Answer, Request
from tests.fakes.zotero_desktop.items import EntryError, written
from tests.fakes.zotero_desktop.world import World

_NOT_OURS = ("id", "key", "version", "notes", "attachments", "dateAdded", "dateModified")


def save_items(world: World, request: Request) -> Answer:
    """Save items: each in a transaction of its own, under keys that are not told."""
    document = json.loads(request.body)
    with world.lock:
        if document["sessionID"] in world.sessions:
            return Answer(409, {"error": "SESSION_EXISTS"})
        world.sessions.add(document["sessionID"])
    if any("collections" in item for item in document["items"]):
        return Answer(500)
    name = world.settings["selected"].get("path", "users/0")
    for item in document["items"]:
        world.work()
        with world.lock:
            try:
                _save(world, name, item)
            except EntryError:
                return Answer(500)
    return Answer(201)


def _save(world: World, name: str, item: Mapping[str, Any]) -> None:
    library = world.libraries[name]
    kept = {field: value for field, value in item.items() if field not in _NOT_OURS}
    kept["creators"] = [_creator(each) for each in item.get("creators", ())]
    if selected := world.settings["selected"].get("id"):
        kept["collections"] = [selected]
    key = library.new_key()
    world.commit(name, items=[{"key": key, "data": written(library, None, kept)}])


def _creator(creator: Mapping[str, Any]) -> dict[str, Any]:
    if creator.get("fieldMode") == 1:
        return {"creatorType": creator["creatorType"], "name": creator["lastName"]}
    return dict(creator)
