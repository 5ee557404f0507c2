"""Undo and restore in tests: how they are asked for, and what a library holds afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from syncd.ledger import journal, outbox
from syncd.ledger.store import Ledger
from syncd.library import Library, Update
from syncd.plan import PlannedOperation
from syncd.record import ItemKey
from tests.support.runs import opened_run


def outside_trash(library: Library) -> tuple[Any, ...]:
    """Return what a person sees outside the trash: items with their children, and collections."""
    items = {item.key: item for page in library.changes_since(0) for item in page.items}
    seen = {
        key: plain(item.data)
        for key, item in items.items()
        if not item.trashed and not _is_below_trash(item.data, items)
    }
    return seen, sorted((each.key, each.name, each.parent) for each in library.collections())


def _is_below_trash(data: Any, items: Any) -> bool:
    parent = items.get(data.get("parentItem"))
    return parent is not None and parent.trashed


def plain(data: Any) -> dict[str, Any]:
    """Return an item's data without what is empty, with sets where order says nothing."""
    kept = {name: value for name, value in data.items() if value}
    if "tags" in kept:
        kept["tags"] = sorted(tag["tag"] for tag in kept["tags"])
    if "collections" in kept:
        kept["collections"] = sorted(kept["collections"])
    return kept


def promise_update(
    ledger: Ledger, library: Library, key: str, data: dict[str, Any], identity: str = "memory:"
) -> int:
    """Write down that a run is to write into an item; return its number."""
    mine = ledger.find_library(identity)
    assert mine is not None
    [item] = library.get([ItemKey(key)])
    with mine.write() as tx:
        run_id = journal.begin_run(tx, "test")
        planned = PlannedOperation(Update(item.key, item.version, data))
        outbox.add_operations(tx, run_id, [(None, "test", planned)], mine.row().cursor)
    return run_id


def update(ledger: Ledger, root: Path, library: Library, key: str, data: dict[str, Any]) -> int:
    """Have a run write into an item; return its number."""
    run_id = promise_update(ledger, library, key, data)
    with opened_run(root, library, ledger):
        return run_id
