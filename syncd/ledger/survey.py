"""What the mirror says when a library is looked over: what others did, and what is missing.

Only works count here; their notes and attachments go with them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import select

from syncd.ledger.operations import KINDS
from syncd.ledger.statements import chunks
from syncd.ledger.tables import done, item, run
from syncd.ledger.transaction import Transaction
from syncd.library import Trash
from syncd.matching import Features, load_features


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
    """Return the keys of the works that syncd made and that others have removed.

    What an undo put into the trash is not missed, unless somebody has changed it since.
    """
    undone = (
        select(done.c.done_id)
        .join(run, run.c.run_id == done.c.run_id)
        .where(
            done.c.library_id == tx.library_id,
            done.c.item_key == item.c.item_key,
            done.c.kind == KINDS[Trash],
            done.c.version == item.c.version,
            run.c.undoes.is_not(None),
        )
    )
    rows = tx.execute(
        select(item.c.item_key)
        .where(
            item.c.library_id == tx.library_id,
            # Named, so that the index by state finds the few there are.
            item.c.state.in_(("trashed", "deleted")),
            item.c.made_by_run.is_not(None),
            item.c.features.is_not(None),
            ~undone.exists(),
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
