"""How items are found: by each of their identifiers, and by blocking keys that likeness leaves."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import delete

from syncd.ledger.tables import block, identifier
from syncd.ledger.transaction import Transaction
from syncd.matching import Features, blocking_keys


def add_identifiers(
    tx: Transaction,
    names: Iterable[tuple[str, str, str]],
    *,
    alias: bool,
) -> None:
    """Let items be found by these (kind, value, item key)."""
    rows = [
        {"kind": kind, "value": value, "item_key": key, "alias": int(alias)}
        for kind, value, key in dict.fromkeys(names)
    ]
    tx.add_missing(identifier, rows)


def add_blocks(tx: Transaction, blocks: Collection[tuple[int, str]]) -> None:
    """Let items be found by these (blocking key, item key)."""
    tx.add_missing(block, [{"block": key, "item_key": item_key} for key, item_key in blocks])


def move_aliases(
    tx: Transaction,
    names: Iterable[tuple[str, str]],
    old: str,
    new: str,
) -> None:
    """Let those of these (kind, value) that were learnt for one item lead to another."""
    moved = []
    for kind, value in names:
        found = tx.execute(
            delete(identifier).where(
                identifier.c.library_id == tx.library_id,
                identifier.c.kind == kind,
                identifier.c.value == value,
                identifier.c.item_key == old,
                identifier.c.alias == 1,
            )
        )
        if found.rowcount:
            moved.append((kind, value, new))
    add_identifiers(tx, moved, alias=True)


def drop_aliases(tx: Transaction, names: Iterable[tuple[str, str, str]]) -> None:
    """Let items no longer be found by these (kind, value, item key), where those were learnt."""
    for kind, value, key in names:
        tx.execute(
            delete(identifier).where(
                identifier.c.library_id == tx.library_id,
                identifier.c.kind == kind,
                identifier.c.value == value,
                identifier.c.item_key == key,
                identifier.c.alias == 1,
            )
        )


def forget(tx: Transaction, item_key: str, features: Features) -> None:
    # Aliases stay: the ledger alone knows them. Rows are named by their whole primary key, as
    # neither index can be searched by item.
    for kind, value in features.identity.pairs():
        tx.execute(
            delete(identifier).where(
                identifier.c.library_id == tx.library_id,
                identifier.c.kind == kind,
                identifier.c.value == value,
                identifier.c.item_key == item_key,
                identifier.c.alias == 0,
            )
        )
    tx.execute(
        delete(block).where(
            block.c.library_id == tx.library_id,
            block.c.block.in_(blocking_keys(features)),
            block.c.item_key == item_key,
        )
    )
