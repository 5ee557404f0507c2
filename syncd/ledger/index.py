"""How items are found: by each of their identifiers, and by blocking keys that likeness leaves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import bindparam, delete

from syncd.ledger.tables import block, identifier
from syncd.ledger.transaction import Transaction
from syncd.matching import Features, index_keys


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
    _drop_names(tx, names, alias=1)


def forget(tx: Transaction, items: Mapping[str, Features]) -> None:
    """Take items out of the indexes, each with what it was found by."""
    # Aliases stay: the ledger alone knows them. Rows are named by their whole primary key, as
    # neither index can be searched by item.
    names = [
        (kind, value, key)
        for key, features in items.items()
        for kind, value in features.identity.pairs()
    ]
    _drop_names(tx, names, alias=0)
    blocks = [
        {"of_library": tx.library_id, "of_block": block_key, "of_item": key}
        for key, features in items.items()
        for block_key in index_keys(features)
    ]
    if blocks:
        tx.execute(_DROP_BLOCK, blocks)


def _drop_names(tx: Transaction, names: Iterable[tuple[str, str, str]], *, alias: int) -> None:
    rows = [
        {
            "of_library": tx.library_id,
            "of_kind": kind,
            "of_value": value,
            "of_item": key,
            "is_alias": alias,
        }
        for kind, value, key in names
    ]
    if rows:
        tx.execute(_DROP_NAME, rows)


# Made once: a change of a thousand items drops ten thousand rows.
_DROP_NAME = delete(identifier).where(
    identifier.c.library_id == bindparam("of_library"),
    identifier.c.kind == bindparam("of_kind"),
    identifier.c.value == bindparam("of_value"),
    identifier.c.item_key == bindparam("of_item"),
    identifier.c.alias == bindparam("is_alias"),
)
_DROP_BLOCK = delete(block).where(
    block.c.library_id == bindparam("of_library"),
    block.c.block == bindparam("of_block"),
    block.c.item_key == bindparam("of_item"),
)
