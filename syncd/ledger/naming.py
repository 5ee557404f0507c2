"""Items by what people call them: an identifier or a key, in whatever state they are."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from syncd.ledger import mirror
from syncd.ledger.tables import identifier
from syncd.ledger.transaction import Transaction
from syncd.plan import KnownItem

NAMES_OF_A_WORK = ("scopus", "doi")
"""The kinds of identifiers by which people name a work."""


def find_bearers(tx: Transaction, names: Collection[tuple[str, str]]) -> dict[str, KnownItem]:
    """Return the items that bear one of these identifiers, removed ones included."""
    keys: list[str] = []
    for kind, value in names:
        keys += tx.execute(
            select(identifier.c.item_key).where(
                identifier.c.library_id == tx.library_id,
                identifier.c.kind == kind,
                identifier.c.value == value,
            )
        ).scalars()
    return mirror.find_items(tx, set(keys))


def find_names(tx: Transaction, item_key: str) -> list[tuple[str, str]]:
    """Return the identifiers that an item is known by, as (kind, value)."""
    rows = tx.execute(
        select(identifier.c.kind, identifier.c.value).where(
            identifier.c.library_id == tx.library_id,
            identifier.c.item_key == item_key,
            identifier.c.kind.in_(NAMES_OF_A_WORK),
        )
    )
    return [(row.kind, row.value) for row in rows]
