"""What one run did to each item and collection, summed up over its operations.

CHANGE   a property of an item: what stood there before the run, and what it wrote
PLACE    a collection or tag: (collection | tag, value)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from syncd.item.equality import spelled
from syncd.ledger.history import Done
from syncd.library import (
    AddToCollection,
    Create,
    CreateCollection,
    ItemData,
    OnCollection,
    Operation,
    Restore,
    StoreFile,
    Trash,
    TrashCollection,
    Update,
)

_PLACES = {"collections": "collection", "tags": "tag"}

Place = tuple[str, str]


class Moved(StrEnum):
    """Where a run put something that was there before."""

    NOWHERE = ""
    INTO_TRASH = "into the trash"
    OUT_OF_TRASH = "out of the trash"


class Change(NamedTuple):
    """A property before and after; `is_known` says whether what stood there before is known."""

    before: Any
    after: Any
    is_known: bool = True


@dataclass(slots=True)
class Effect:
    """What a run did to one item."""

    made: ItemData | None = None
    """What it was made with; None: it was there."""
    moved: Moved = Moved.NOWHERE
    fields: dict[str, Change] = field(default_factory=dict)
    added: dict[Place, Any] = field(default_factory=dict)
    """Where it was put, each with the entry of the item's data."""
    taken: dict[Place, Any] = field(default_factory=dict)
    """Where it was taken out."""
    bare: set[str] = field(default_factory=set)
    """Which of `collections` and `tags` it did not even have, before it was put anywhere."""
    is_unsure: bool = False
    """Whether the run gave it tags of which some may have been there before."""
    version: int | None = None
    """The item's version as the run left it; None where somebody else wrote in between."""
    moved_at: int = 0
    """The version that putting it into the trash, or taking it out, gave it."""


class CollectionEffect(NamedTuple):
    """What a run did to one collection; `made` as it was made, None: it was there."""

    made: CreateCollection | None
    is_in_trash: bool


class Effects(NamedTuple):
    """What a run did, by key, in the order in which it began with each."""

    items: Mapping[str, Effect]
    collections: Mapping[str, CollectionEffect]


def effects_of(done: Iterable[Done]) -> Effects:
    """Sum up what a run did; what changed nothing is left out."""
    items: dict[str, Effect] = {}
    collections: dict[str, CollectionEffect] = {}
    for each in done:
        if each.outcome != "accepted":
            continue
        if isinstance(each.operation, OnCollection):
            _add_to_collections(collections, each)
        else:
            effect = items.get(each.item_key)
            if effect is None:
                effect = items[each.item_key] = Effect(version=each.version)
            elif effect.version == _seen_at(each.operation):
                effect.version = each.version
            else:
                effect.version = None
            _add(effect, each)
    return Effects(items, collections)


def _add_to_collections(collections: dict[str, CollectionEffect], each: Done) -> None:
    made = each.operation if isinstance(each.operation, CreateCollection) else None
    before = collections.get(each.item_key)
    collections[each.item_key] = CollectionEffect(
        made or (before.made if before else None), isinstance(each.operation, TrashCollection)
    )


def _add(effect: Effect, each: Done) -> None:
    match each.operation:
        case Create(_, data):
            effect.made = data
        case Trash():
            _move(effect, Moved.INTO_TRASH, Moved.OUT_OF_TRASH, each.version)
        case Restore():
            _move(effect, Moved.OUT_OF_TRASH, Moved.INTO_TRASH, each.version)
        case Update(_, _, data):
            _add_update(effect, data, _before(each))
        case AddToCollection() as filed:
            _add_filing(effect, filed, each)


def _before(each: Done) -> ItemData | None:
    found: ItemData | None = (each.before or {}).get("data")
    return found


def _seen_at(operation: Operation) -> int | None:
    """Return the version of its item against which an operation was sent."""
    if isinstance(operation, Create | StoreFile | OnCollection):
        return None
    return operation.base_version


def _move(effect: Effect, there: Moved, back: Moved, version: int | None) -> None:
    effect.moved = Moved.NOWHERE if effect.moved is back else there
    effect.moved_at = version or 0


def _add_update(effect: Effect, data: ItemData, before: ItemData | None) -> None:
    for name, after in data.items():
        if before is not None and name not in before:
            continue  # It stood there just so.
        if name in _PLACES:
            _add_places(effect, name, before, after)
            continue
        first = effect.fields.get(name)
        old = first.before if first else (before or {}).get(name)
        is_known = first.is_known if first else before is not None
        effect.fields[name] = Change(old, after, is_known)


def _add_filing(effect: Effect, filed: AddToCollection, each: Done) -> None:
    before = _before(each)
    if before is None:
        # The mirror knows an item's collections, but not its tags.
        before = {"collections": (each.before or {}).get("collections", ())}
        effect.is_unsure |= bool(filed.tags)
        filed = filed._replace(tags=())
    for name, more in (("collections", filed.collections), ("tags", filed.tags)):
        if more:
            _note_bare(effect, name, before)
    there = places_in(before)
    tags = [{"tag": tag} for tag in filed.tags]
    for place, entry in places_in({"collections": filed.collections, "tags": tags}).items():
        if place not in there:
            _put(effect, place, entry)


def _note_bare(effect: Effect, name: str, before: ItemData) -> None:
    """Note whether an item had no collections or tags at all when it was first put somewhere."""
    is_first = not any(place[0] == _PLACES[name] for place in (*effect.added, *effect.taken))
    if is_first and name in before and before[name] is None:
        effect.bare.add(name)


def _add_places(effect: Effect, name: str, before: ItemData | None, after: Any) -> None:
    if before is None:
        effect.is_unsure = True
        return
    _note_bare(effect, name, before)
    old, new = ({place_of(name, e): e for e in entries or ()} for entries in (before[name], after))
    for place, entry in new.items():
        if place not in old:
            _put(effect, place, entry)
    for place, entry in old.items():
        if place not in new and effect.added.pop(place, None) is None:
            effect.taken[place] = entry


def _put(effect: Effect, place: Place, entry: Any) -> None:
    if effect.taken.pop(place, None) is None:
        effect.added[place] = entry


def place_of(name: str, entry: Any) -> Place:
    """Return the place that an entry of an item's `collections` or `tags` stands for."""
    value = entry["tag"] if isinstance(entry, Mapping) else entry
    return _PLACES[name], spelled(value)


def places_in(data: ItemData) -> dict[Place, Any]:
    """Return every place where an item is, with the entry of its data."""
    return {place_of(name, entry): entry for name in _PLACES for entry in data.get(name) or ()}
