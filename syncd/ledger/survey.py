"""What the mirror says when a library is looked over: what others did, what is missing, twins.

Only works count here; their notes and attachments go with them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import func, select

from syncd.ledger.knowledge import find_shared_dois
from syncd.ledger.statements import chunks
from syncd.ledger.tables import identifier, item
from syncd.ledger.transaction import Transaction
from syncd.matching import Features, load_features

_NAMES_OF_A_WORK = ("scopus", "doi")
"""The identifiers that two items of one work are most likely to share."""

_CROWD = 50
"""An identifier on more items than this names what contains them, whatever else is known."""


class Before(NamedTuple):
    """A work as the mirror held it: where it was and how."""

    version: int
    state: str


def find_works(tx: Transaction, keys: Collection[str]) -> dict[str, Before]:
    """Return what the mirror says of those keys that are works it has seen."""
    found: dict[str, Before] = {}
    for part in chunks(keys):
        rows = tx.execute(
            select(item.c.item_key, item.c.version, item.c.state).where(
                item.c.library_id == tx.library_id,
                item.c.item_key.in_(part),
                item.c.features.is_not(None),
            )
        )
        for row in rows:
            found[row.item_key] = Before(row.version, row.state)
    return found


def missing_works(tx: Transaction) -> list[str]:
    """Return the keys of the works that syncd made and that are no longer there."""
    rows = tx.execute(
        select(item.c.item_key)
        .where(
            item.c.library_id == tx.library_id,
            item.c.state != "present",
            item.c.made_by_run.is_not(None),
            item.c.features.is_not(None),
        )
        .order_by(item.c.item_key)
    )
    return list(rows.scalars())


def all_features(tx: Transaction) -> Iterator[tuple[str, Features]]:
    """Yield what is compared of every work that the library has, by key."""
    rows = tx.execute(
        select(item.c.item_key, item.c.features).where(
            item.c.library_id == tx.library_id,
            item.c.state != "deleted",
            item.c.features.is_not(None),
        )
    )
    for row in rows:
        yield row.item_key, load_features(row.features)


def namesakes(tx: Transaction) -> Iterator[dict[str, Features]]:
    """Yield the present works that bear the same Scopus number or DOI, by key.

    DOIs known to name several works are left out.
    """
    shared = (
        select(identifier.c.kind, identifier.c.value)
        .where(identifier.c.library_id == tx.library_id, identifier.c.kind.in_(_NAMES_OF_A_WORK))
        .group_by(identifier.c.kind, identifier.c.value)
        .having(func.count().between(2, _CROWD))
        .subquery()
    )
    rows = tx.execute(
        select(identifier.c.kind, identifier.c.value, item.c.item_key, item.c.features)
        .join(
            shared,
            (identifier.c.kind == shared.c.kind) & (identifier.c.value == shared.c.value),
        )
        .join(
            item,
            (item.c.library_id == identifier.c.library_id)
            & (item.c.item_key == identifier.c.item_key),
        )
        .where(
            identifier.c.library_id == tx.library_id,
            item.c.state == "present",
            item.c.features.is_not(None),
        )
        .order_by(identifier.c.kind, identifier.c.value, item.c.item_key)
    )
    for (kind, value), bearers in groupby(rows, attrgetter("kind", "value")):
        works = {row.item_key: load_features(row.features) for row in bearers}
        if len(works) > 1 and not (kind == "doi" and find_shared_dois(tx, [value])):
            yield works
