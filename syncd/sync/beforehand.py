"""What stands where operations are about to write is read, and kept, before they are sent.

An answer that is lost tells nothing of it, and a look afterwards finds it overwritten; without it
nobody could take the change back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from syncd.errors import UnavailableError
from syncd.ledger.outbox import Pending
from syncd.library import AddToCollection, Library, Operation, StoredItem, Update
from syncd.record import ItemKey


def with_before(library: Library, operations: Sequence[Pending]) -> list[Pending]:
    """Return operations with what stands in the items that they change."""
    keys = [
        ItemKey(pending.item_key)
        for pending in operations
        if isinstance(pending.operation, AddToCollection | Update)
    ]
    if not keys:
        return list(operations)
    try:
        items = {item.key: item for item in library.get(list(dict.fromkeys(keys)))}
    except UnavailableError:
        # One of them may be damaged; what the library says to each of them is heard when it is
        # sent.
        return list(operations)
    return [
        replace(each, operation=_with_before(each.operation, items.get(ItemKey(each.item_key))))
        for each in operations
    ]


def _with_before(operation: Operation, item: StoredItem | None) -> Operation:
    if not isinstance(operation, AddToCollection | Update):
        return operation
    if item is None or item.version > operation.base_version:
        # It will be refused; what stands there now is not what it would write over.
        return operation._replace(before=None)
    if isinstance(operation, AddToCollection):
        names = ("collections", "tags")
        return operation._replace(before={name: item.data.get(name, []) for name in names})
    return operation._replace(before={name: item.data.get(name) for name in operation.data})
