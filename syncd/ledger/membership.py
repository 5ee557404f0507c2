"""What is in a collection, as far as the mirror knows."""

from __future__ import annotations

from sqlalchemy import select

from syncd.ledger.tables import item
from syncd.ledger.transaction import Transaction


def find_members(tx: Transaction, collection: str) -> list[str]:
    """Return the items in a collection that are neither in the trash nor gone."""
    rows = tx.execute(
        select(item.c.item_key, item.c.collections).where(
            item.c.library_id == tx.library_id,
            item.c.state == "present",
            item.c.collections.contains(collection),
        )
    )
    return [row.item_key for row in rows if collection in row.collections.split()]
