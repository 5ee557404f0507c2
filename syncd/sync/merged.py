"""What waits to be done to an item goes to the one that stands for it since people merged them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from syncd.ledger import merges, outbox
from syncd.ledger.outbox import Pending
from syncd.ledger.transaction import Transaction
from syncd.library import AddToCollection
from syncd.record import ItemKey


def follow_merges(tx: Transaction, waiting: Sequence[Pending]) -> list[Pending]:
    """Let filings of merged items file the items that stay; return what waits then.

    Only filings: whatever else was decided was decided about the item that is gone.
    """
    keys = {p.item_key for p in waiting if isinstance(p.operation, AddToCollection)}
    survivors = merges.find_survivors(tx, keys)
    followed = []
    for pending in waiting:
        operation = pending.operation
        if isinstance(operation, AddToCollection) and pending.item_key in survivors:
            operation = operation._replace(item_key=ItemKey(survivors[pending.item_key]))
            outbox.change(tx, pending.operation_id, operation)
        followed.append(replace(pending, operation=operation))
    return followed
