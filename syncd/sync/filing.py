"""A record is the work of an item that is there: what is done about it, whoever found that out.

Planning, deciding again and a person's answer all ask here, so that the same rules hold for all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from syncd.library import AddToCollection, CollectionKey, Operation, Restore
from syncd.plan import Decision, KnownItem
from syncd.record import ItemKey

Placement = tuple[str, str]
"""Where an item is put: (collection | tag, value)."""


class Filed(NamedTuple):
    """What filing an item comes to: the decision, its operations, and where they put it."""

    decision: Decision
    operations: tuple[Operation, ...] = ()
    placements: tuple[Placement, ...] = ()


def file_item(
    key: ItemKey,
    item: KnownItem,
    wanted: Iterable[Placement],
    placed: Collection[Placement],
    *,
    readd: bool = False,
    restored: bool = False,
) -> Filed:
    """Return what puts an item where it is wanted.

    It is not put where it is, nor where syncd `placed` it before: it was taken out by a person.
    One that was removed stays so, unless works may come back (`readd`); `restored` says that this
    plan takes it out of the trash already.
    """
    if item.state != "present" and not readd:
        return Filed(Decision.SKIP)
    operations: list[Operation] = []
    if item.state == "trashed" and not restored:
        operations.append(Restore(key, item.version))
    fresh = tuple(
        placement
        for placement in dict.fromkeys(wanted)
        if placement not in placed and placement[1] not in _there(item, placement[0])
    )
    if fresh:
        collections = tuple(CollectionKey(value) for kind, value in fresh if kind == "collection")
        tags = tuple(value for kind, value in fresh if kind == "tag")
        operations.append(AddToCollection(key, item.version, collections, tags))
    decision = Decision.COLLECT if operations else Decision.SKIP
    return Filed(decision, tuple(operations), fresh)


def placements_of(collections: Iterable[str], tags: Iterable[str]) -> tuple[Placement, ...]:
    """Return collections and tags as places where an item is put."""
    return (*(("collection", key) for key in collections), *(("tag", name) for name in tags))


def _there(item: KnownItem, kind: str) -> frozenset[str]:
    return item.collections if kind == "collection" else frozenset()
