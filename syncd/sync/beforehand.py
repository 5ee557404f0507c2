"""What stands where operations are about to write is read, and kept, before they are sent.

An answer that is lost tells nothing of it, and a look afterwards finds it overwritten; without it
nobody could take the change back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from syncd.errors import UnavailableError
from syncd.ledger.outbox import Pending
from syncd.library import (
    AddToCollection,
    Library,
    Operation,
    Remembering,
    StoredItem,
    Update,
)
from syncd.record import ItemKey


def with_before(
    library: Library, operations: Sequence[Pending], expected: int | None
) -> list[Pending]:
    """Return operations with what stands in the items that they change.

    What planning has seen of fields stays, since they are decided again whenever that changes.
    Where an item is filed is looked up each time, and read only where the library does not know
    it at version `expected`.
    """
    filing = [ItemKey(p.item_key) for p in operations if isinstance(p.operation, AddToCollection)]
    writing = [
        ItemKey(p.item_key)
        for p in operations
        if isinstance(p.operation, Update) and p.operation.before is None
    ]
    if not (filing or writing):
        return list(operations)
    items: dict[ItemKey, StoredItem] = {}
    if isinstance(library, Remembering):
        items |= library.find_filed([key for key in filing if key not in writing], expected)
    try:
        unknown = [key for key in dict.fromkeys(filing + writing) if key not in items]
        items |= {item.key: item for item in library.get(unknown)} if unknown else {}
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
    # What is newer than the plan is refused, and is not what would be written over.
    seen = item.data if item and item.version <= operation.base_version else None
    if isinstance(operation, AddToCollection):
        names = ("collections", "tags")
        before = {name: seen.get(name) for name in names} if seen is not None else None
        return operation._replace(before=before)
    if operation.before is not None or seen is None:
        return operation
    return operation._replace(before={name: seen.get(name) for name in operation.data})
