"""Which collection answers to a path that a folder asks for, whatever people call it by now."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import delete, select

from syncd.ledger.tables import asked_collection
from syncd.ledger.transaction import Transaction

Path = tuple[str, ...]
"""Names of collections from the top down, as configured."""


def collections_asked_for(tx: Transaction) -> dict[Path, list[str]]:
    """Return for each path the collections that have answered to it, the one in use last."""
    rows = tx.execute(
        select(asked_collection.c.path, asked_collection.c.collection_key)
        .where(asked_collection.c.library_id == tx.library_id)
        .order_by(asked_collection.c.asked_at)
    )
    found: dict[Path, list[str]] = {}
    for row in rows:
        found.setdefault(tuple(json.loads(row.path)), []).append(row.collection_key)
    return found


def remember_collections(tx: Transaction, used: Mapping[Path, str]) -> None:
    """Remember which collections answer to these paths from now on."""
    rows = [
        {"path": json.dumps(path, ensure_ascii=False), "collection_key": key, "asked_at": tx.now}
        for path, key in used.items()
    ]
    tx.add_missing(asked_collection, rows)


def move_collection(tx: Transaction, old: str, new: str) -> None:
    """Let a collection be known by another key: that is the one which it got."""
    ours = (
        asked_collection.c.library_id == tx.library_id,
        asked_collection.c.collection_key == old,
    )
    rows = tx.execute(select(asked_collection).where(*ours)).mappings().all()
    tx.execute(delete(asked_collection).where(*ours))
    # It may have answered to the same path under the other key before.
    tx.add_missing(asked_collection, [{**row, "collection_key": new} for row in rows])
