"""Operations become what is sent, with a mark by which it is found again, and are found by it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.answers import Report
from adapters.rules import find_fault, set_properties
from adapters.zotero_web.writing import Held, WriteDraft, draft, read_outcomes
from syncd.library import (
    Accepted,
    CollectionKey,
    Create,
    CreateCollection,
    Operation,
    Outcome,
    Refusal,
    Refused,
    Restore,
    StoredCollection,
    StoredItem,
    Trash,
    Update,
)
from syncd.schema import Schema

_GONE = re.compile(r"(?:Parent )?[Cc]ollection \w++ not found")
_BLANK: Mapping[str, Any] = {"creators": [], "tags": [], "collections": [], "relations": {}}


def draft_marked(
    place: int,
    operation: Operation,
    held: Held,
    marks: Mapping[str, str],
    schema: Schema,
) -> WriteDraft:
    """Prepare an operation; `held` is what it is to change, as it was just read.

    Zotero takes what no item can have, and makes a line of `extra` or a guess of it; so that is
    refused here.
    """
    match operation:
        case Create(key, data):
            if fault := find_fault(data, schema):
                return WriteDraft(place, operation, outcome=Refused(key, Refusal.INVALID, fault))
            made = draft(place, operation, held)
            return made._replace(to_send=_unnamed(made.to_send, dateAdded=marks[key]))
        case CreateCollection():
            made = draft(place, operation, held)
            return made._replace(to_send=_unnamed(made.to_send))
        case Update() | Trash() | Restore():
            item = held.items.get(operation.item_key)
            if (refused := _refused(operation, item)) is not None or item is None:
                return WriteDraft(place, operation, outcome=refused)
            changed = set_properties(operation.data) if isinstance(operation, Update) else {}
            if fault := find_fault({"itemType": item.data.get("itemType"), **changed}, schema):
                refused = Refused(item.key, Refusal.INVALID, fault)
                return WriteDraft(place, operation, outcome=refused)
            # Zotero takes no other version than the very one that the item has.
            made = draft(place, operation._replace(base_version=item.version), held)
            before = _before(operation, item)
            return made._replace(operation=operation, before=before)
    return draft(place, operation, held)


def outcomes_of(sent: Sequence[WriteDraft], report: Report) -> list[Outcome]:
    """Return what became of each object. Raises as `read_outcomes` does."""
    return [_with_missing(outcome) for outcome in read_outcomes(sent, report)]


def _with_missing(outcome: Outcome) -> Outcome:
    """Tell what refers to something that is gone from what is wrong in itself; the code is one."""
    if isinstance(outcome, Refused) and _GONE.match(outcome.message):
        return outcome._replace(refusal=Refusal.MISSING)
    return outcome


def _unnamed(to_send: Mapping[str, Any] | None, **more: Any) -> Mapping[str, Any] | None:
    """Return what is sent for something new: Zotero gives the key."""
    if to_send is None:
        return None
    return {k: v for k, v in to_send.items() if k not in ("key", "version")} | more


def _refused(operation: Update | Trash | Restore, item: StoredItem | None) -> Refused | None:
    key = operation.item_key
    if item is None:
        return Refused(key, Refusal.MISSING, f"item {key} is not there")
    if item.version > operation.base_version:
        told = f"planned at {operation.base_version}, now {item.version}"
        return Refused(key, Refusal.CHANGED, f"item {key} has changed since ({told})")
    return None


def _before(operation: Operation, item: StoredItem) -> Mapping[str, Any] | None:
    if not isinstance(operation, Update):
        return None
    return {name: item.data.get(name, _BLANK.get(name, "")) for name in operation.data}


def find_made(
    operation: Operation,
    marks: Mapping[str, str],
    items: Sequence[StoredItem],
    collections: Sequence[StoredCollection],
    named: set[CollectionKey],
) -> Accepted | None:
    """Return what a creation made, among items and collections that are newer than the attempt.

    None where it made nothing, or makes nothing. `named` are collections found already.
    """
    match operation:
        case Create(key, data) if key in marks:
            for item in items:
                if _bears(item, marks[key], data):
                    return Accepted(item.key, item.version)
        case CreateCollection(_, name, parent):
            for each in collections:
                if (each.name, each.parent) == (name, parent) and each.key not in named:
                    named.add(each.key)
                    return Accepted(each.key, 0)
    return None


def _bears(item: StoredItem, mark: str, data: Mapping[str, Any]) -> bool:
    """Say whether an item is the one that was sent with this mark."""
    there = item.data
    return bool(
        there.get("dateAdded") == mark
        and there.get("itemType") == data.get("itemType")
        and there.get("parentItem") == data.get("parentItem")
    )
