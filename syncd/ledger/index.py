"""How items are found: by each of their identifiers, and by blocking keys that likeness leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, delete, insert, select

from syncd.ledger.statements import chunks
from syncd.ledger.tables import block, identifier
from syncd.matching import Features, blocking_keys


def add_identifiers(
    connection: Connection,
    library_id: int,
    names: Iterable[tuple[str, str, str]],
    *,
    alias: bool,
) -> None:
    """Let items be found by these (kind, value, item key)."""
    wanted = set(names)
    for part in chunks(wanted):
        known = _known_names(connection, library_id, part)
        rows = [
            {
                "library_id": library_id,
                "kind": kind,
                "value": value,
                "item_key": key,
                "alias": int(alias),
            }
            for kind, value, key in part
            if (kind, value, key) not in known
        ]
        if rows:
            connection.execute(insert(identifier), rows)


def _known_names(
    connection: Connection, library_id: int, names: Sequence[tuple[str, str, str]]
) -> set[tuple[str, str, str]]:
    by_kind: defaultdict[str, set[str]] = defaultdict(set)
    for kind, value, _ in names:
        by_kind[kind].add(value)
    known: set[tuple[str, str, str]] = set()
    for kind, values in by_kind.items():
        found = connection.execute(
            select(identifier.c.value, identifier.c.item_key).where(
                identifier.c.library_id == library_id,
                identifier.c.kind == kind,
                identifier.c.value.in_(values),
            )
        )
        known.update((kind, row.value, row.item_key) for row in found)
    return known


def add_blocks(
    connection: Connection, library_id: int, blocks: Collection[tuple[int, str]]
) -> None:
    """Let items be found by these (blocking key, item key)."""
    for part in chunks(blocks):
        found = connection.execute(
            select(block.c.block, block.c.item_key).where(
                block.c.library_id == library_id,
                block.c.block.in_({key for key, _ in part}),
                block.c.item_key.in_({item_key for _, item_key in part}),
            )
        )
        known = {(row.block, row.item_key) for row in found}
        rows = [
            {"library_id": library_id, "block": key, "item_key": item_key}
            for key, item_key in part
            if (key, item_key) not in known
        ]
        if rows:
            connection.execute(insert(block), rows)


def move_aliases(
    connection: Connection,
    library_id: int,
    names: Iterable[tuple[str, str]],
    old: str,
    new: str,
) -> None:
    """Let those of these (kind, value) that were learnt for one item lead to another."""
    moved = []
    for kind, value in names:
        found = connection.execute(
            delete(identifier).where(
                identifier.c.library_id == library_id,
                identifier.c.kind == kind,
                identifier.c.value == value,
                identifier.c.item_key == old,
                identifier.c.alias == 1,
            )
        )
        if found.rowcount:
            moved.append((kind, value, new))
    add_identifiers(connection, library_id, moved, alias=True)


def forget(connection: Connection, library_id: int, item_key: str, features: Features) -> None:
    # Aliases stay: the ledger alone knows them. Rows are named by their whole primary key, as
    # neither index can be searched by item.
    for kind, value in features.identity.pairs():
        connection.execute(
            delete(identifier).where(
                identifier.c.library_id == library_id,
                identifier.c.kind == kind,
                identifier.c.value == value,
                identifier.c.item_key == item_key,
                identifier.c.alias == 0,
            )
        )
    connection.execute(
        delete(block).where(
            block.c.library_id == library_id,
            block.c.block.in_(blocking_keys(features)),
            block.c.item_key == item_key,
        )
    )
