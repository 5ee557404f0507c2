"""What takes back one run's effect on one item, where nobody has touched it since.

Only what still is as the run left it is taken back. What others have changed since is theirs, and
an item that the run made stays if anyone has worked with it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from syncd.item.equality import find_differences, stands
from syncd.item.lines import put_lines_back
from syncd.ledger.merges import replaced_by
from syncd.ledger.taken_back import FieldValue, values_of
from syncd.library import ItemData, Operation, Restore, StoredItem, Trash, Update
from syncd.sync.effects import Change, Effect, Moved, Place, place_of, places_in


class Standing(NamedTuple):
    """How an item stands now.

    `base` is the item as syncd last wrote it, `written` the same of what syncd hung below it;
    `children` are all that hang below it, and `collections` those that an item can be in.
    """

    item: StoredItem | None
    base: ItemData | None
    children: Sequence[StoredItem]
    written: Mapping[str, ItemData]
    collections: Collection[str]


class Reversal(NamedTuple):
    """What takes an effect back, and why something of it is left."""

    operations: tuple[Operation, ...] = ()
    left: tuple[str, ...] = ()

    def exchanged(self) -> tuple[list[FieldValue], list[FieldValue]]:
        """Return the values that go from the item's fields, and those that come in their place."""
        taken: list[FieldValue] = []
        put: list[FieldValue] = []
        for operation in self.operations:
            if isinstance(operation, Update):
                for name, after in operation.data.items():
                    old = list(values_of(name, (operation.before or {}).get(name)))
                    new = list(values_of(name, after))
                    taken += [each for each in old if each not in new]
                    put += [each for each in new if each not in old]
        return taken, put


def reverse(effect: Effect, standing: Standing, *, keeps_trash: bool = True) -> Reversal:
    """Return what takes an effect back, given how its item stands now."""
    item = standing.item
    if item is None:
        gone = effect.moved is Moved.INTO_TRASH
        return Reversal(left=("it was deleted for good since",) if gone else ())
    if effect.made is not None:
        return _remove(item, find_touches(item, standing), keeps_trash=keeps_trash)
    if effect.moved is Moved.OUT_OF_TRASH:
        # What people made of it before it came back is no reason to keep it.
        is_as_left = item.version == effect.version
        why = () if is_as_left else _touches_of(item, standing)
        why = (*why, *_touches_below(standing, since=effect.moved_at))
        return _remove(item, why, keeps_trash=keeps_trash)
    back = effect.moved is Moved.INTO_TRASH and item.trashed
    changed = _change(effect, item, standing.collections)
    if item.trashed and not back:
        return Reversal(left=("it is in the trash",) if changed.operations else ())
    if back:
        restore = Restore(item.key, item.version)
        return changed._replace(operations=(restore, *changed.operations))
    return changed


def _remove(item: StoredItem, why: tuple[str, ...], *, keeps_trash: bool) -> Reversal:
    if item.trashed:
        return Reversal()
    if not keeps_trash:
        why = ("its library has no trash",)
    return Reversal(left=why) if why else Reversal((Trash(item.key, item.version),))


def find_touches(item: StoredItem, standing: Standing) -> tuple[str, ...]:
    """Return what others have done to an item of syncd's and below it, in words."""
    return (*_touches_of(item, standing), *_touches_below(standing))


def _touches_of(item: StoredItem, standing: Standing) -> tuple[str, ...]:
    base = standing.base
    if base is None:
        return ("what syncd wrote of it is not known",)
    edited = find_differences(base, item.data)
    words = [f"{', '.join(edited)} edited since"] if edited else []
    words += _moves(base, item.data, standing.collections)
    if {*replaced_by(item.data)} - {*replaced_by(base)}:
        words.append("another item was merged into it since")
    return tuple(words)


def _touches_below(standing: Standing, since: int = 0) -> tuple[str, ...]:
    """Return what others have done below an item of syncd's, in words.

    What hung there as it does at version `since` of the library is not of later.
    """
    words = []
    for child in standing.children:
        if child.version <= since:
            continue
        kind = child.data.get("itemType", "item")
        written = standing.written.get(child.key)
        if written is None:
            words.append(f"{_with_article(kind)} was added since")
        elif find_differences(written, child.data):
            words.append(f"its {kind} was edited since")
    return tuple(dict.fromkeys(words))


def _with_article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _moves(base: ItemData, now: ItemData, existing: Collection[str]) -> list[str]:
    old, new = places_in(base), places_in(now)
    more = {kind for kind, value in new.keys() - old.keys()}
    less = {
        kind
        for kind, value in old.keys() - new.keys()
        # What was in a collection that is gone was not touched for that.
        if kind == "tag" or value in existing
    }
    words = {"collection": "collections", "tag": "tags"}
    return [f"{words[kind]} changed since" for kind in sorted(more | less)]


def _change(effect: Effect, item: StoredItem, existing: Collection[str]) -> Reversal:
    """Return what puts back the fields and places that still are as the run left them."""
    put: dict[str, Any] = {}
    left = []
    for name, change in effect.fields.items():
        if not change.is_known:
            left.append(f"what stood in {name} before is not known")
            continue
        now = item.data.get(name)
        if stands(name, now, change.before):
            continue
        value = _value_before(name, now, change)
        if value is _THEIRS:
            left.append(f"{name} changed since")
        else:
            put[name] = value
    if effect.is_unsure:
        left.append("which tags it had before is not known")
    places = _places_back(effect, item, existing)
    data = {**put, **places}
    before = {name: item.data.get(name) for name in data}
    operations = (Update(item.key, item.version, data, before),) if data else ()
    return Reversal(operations, tuple(left))


_THEIRS = object()
"""Stands for the value of a property that is somebody else's by now."""


def _value_before(name: str, now: Any, change: Change) -> Any:
    """Return what is to stand in a property again, None where it was not there; or `_THEIRS`."""
    if name == "extra" and isinstance(now, str) and now.strip() != str(change.after or "").strip():
        # Where others have moved but a blank in it, that is theirs as well.
        lines = put_lines_back(now, str(change.before or ""), str(change.after or ""))
        if lines is None:
            return _THEIRS
        return lines or (None if change.before is None else "")
    return change.before if stands(name, now, change.after) else _THEIRS


def _places_back(
    effect: Effect, item: StoredItem, existing: Collection[str]
) -> dict[str, list[Any] | None]:
    """Return the item's collections and tags as they are to be, where that is not as they are.

    None where it is to have none, and had not even the property before.
    """
    wanted: dict[str, list[Any] | None] = {}
    for name, kind in (("collections", "collection"), ("tags", "tag")):
        now = list(item.data.get(name) or ())
        kept = [entry for entry in now if place_of(name, entry) not in effect.added]
        there = {place_of(name, entry) for entry in now}
        more = [
            entry
            for place, entry in effect.taken.items()
            if place[0] == kind and place not in there and _can_hold(place, existing)
        ]
        if len(kept) < len(now) or more:
            wanted[name] = [*kept, *more] or (None if name in effect.bare else [])
    return wanted


def _can_hold(place: Place, existing: Collection[str]) -> bool:
    kind, value = place
    return kind == "tag" or value in existing
