"""What people do in the window."""

from __future__ import annotations

from typing import Any

from tests.fakes.zotero_desktop.items import written
from tests.fakes.zotero_desktop.world import Library, World


def act(world: World, library: str, do: str, **deed: Any) -> str:
    """Do something in a library by hand, a new group perhaps; return the key that it is about."""
    held = world.libraries.setdefault(library, Library())
    key = str(deed.get("key") or held.new_key())
    with world.lock:
        item = held.items.get(key)
        match do:
            case "write item":
                data = written(held, item["data"] if item else None, deed["json"])
                world.commit(library, items=[{"key": key, "data": data}])
            case "trash" | "restore":
                data = written(held, held.items[key]["data"], {"deleted": do == "trash"})
                world.commit(library, items=[{"key": key, "data": data}])
            case "erase":
                children = [
                    k for k, each in held.items.items() if each["data"].get("parentItem") == key
                ]
                world.commit(library, erased=[key, *children])
            case "write collection":
                world.commit(library, collections=[{"key": key, "data": deed["json"]}])
            case "erase collection":
                _erase_collection(world, library, key)
            case "merge":
                _merge(world, library, key, deed["loser"])
            case "set editable":
                world.commit(library, editable=deed["editable"])
            case _:
                raise ValueError(f"nobody does {do!r}")
    return key


def _erase_collection(world: World, library: str, key: str) -> None:
    """Erase a collection: items leave it, and their versions stay."""
    held = world.libraries[library]
    left = []
    for item in held.items.values():
        if key in item["data"].get("collections", ()):
            kept = [each for each in item["data"]["collections"] if each != key]
            left.append({**item, "data": {**item["data"], "collections": kept}})
    world.commit(library, erased=[key], silent=left)


def _merge(world: World, library: str, key: str, loser: str) -> None:
    """Merge one item into another, as the window does: one transaction, one version."""
    held = world.libraries[library]
    master, other = held.items[key], held.items[loser]
    collections = [*master["data"]["collections"], *other["data"]["collections"]]
    replaced = master["data"]["relations"].get("dc:replaces", [])
    uri = f"http://zotero.org/users/local/aBcDeFgH/items/{loser}"
    merged = {
        **master["data"],
        "collections": list(dict.fromkeys(collections)),
        "relations": {**master["data"]["relations"], "dc:replaces": [*replaced, uri]},
    }
    gone = {**other["data"], "deleted": True}
    world.commit(library, items=[{"key": key, "data": merged}, {"key": loser, "data": gone}])


def state(world: World, library: str) -> dict[str, Any]:
    """Return everything in a library."""
    held = world.libraries[library]
    return {"version": held.version, "items": held.items, "collections": held.collections}
