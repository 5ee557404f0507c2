"""Operations become the objects of a write, and its report becomes their outcomes.

OBJECT     what is sent for one operation: with its key, and the version that it may replace
GUARD      the library version that must still hold; the server looks at it once per request
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from adapters.answers import Report, not_understood
from adapters.rules import UnreadableItemError
from adapters.tidying import tidy_data
from syncd.errors import OutcomeUnknownError, UnavailableError
from syncd.library import (
    Accepted,
    AddToCollection,
    Create,
    CreateCollection,
    ItemData,
    OnCollection,
    Operation,
    Outcome,
    Refusal,
    Refused,
    Restore,
    RestoreCollection,
    StoredItem,
    StoreFile,
    Trash,
    TrashCollection,
    Update,
    key_of,
)
from syncd.record import ItemKey

_REFUSALS = {400: Refusal.INVALID, 404: Refusal.MISSING, 413: Refusal.INVALID}
"""What says something about the object; anything else is the server's own trouble (observed)."""

_CONFLICT = 409
_NAMED = re.compile(r"(?:collection|item) \w++ (?:not found|cannot)", re.IGNORECASE)
"""What a conflict says that is about what the object refers to; any other is a lock."""

_TOO_NEW = 412


class WriteDraft(NamedTuple):
    """One operation, with what is to be sent for it, or with its outcome if nothing is."""

    place: int
    operation: Operation
    to_send: Mapping[str, Any] | None = None
    before: ItemData | None = None
    outcome: Outcome | None = None

    @property
    def is_collection(self) -> bool:
        return isinstance(self.operation, OnCollection)


class Held(NamedTuple):
    """What was read before a write: items that it changes, and collections that it moves.

    A collection is as the server shows it.
    """

    items: Mapping[str, StoredItem]
    collections: Mapping[str, Mapping[str, Any]]


def needs_look(operation: Operation) -> bool:
    """Say whether an item has to be read before an operation on it can be sent or kept."""
    return isinstance(operation, AddToCollection | Update) and operation.before is None


def draft(place: int, operation: Operation, held: Held) -> WriteDraft:
    """Prepare an operation."""
    before = _before(operation, held)
    match operation:
        case AddToCollection():
            made = _draft_addition(operation, held.items.get(operation.item_key), before)
        case TrashCollection(key) | RestoreCollection(key):
            made = _draft_move(operation, held.collections.get(key))
        case StoreFile(key):
            made = Refused(key, Refusal.INVALID, "a file is stored, not pushed")
        case _:
            made = _object(operation)
    if isinstance(made, Accepted | Refused):
        return WriteDraft(place, operation, outcome=made)
    if not _can_be_sent(made):
        message = "holds characters that no JSON text can carry"
        return WriteDraft(
            place, operation, outcome=Refused(key_of(operation), Refusal.INVALID, message)
        )
    return WriteDraft(place, operation, to_send=made, before=before)


def requests(drafts: Sequence[WriteDraft]) -> Iterator[list[WriteDraft]]:
    """Yield what goes together, in order: items and collections have addresses of their own."""
    to_send = [one for one in drafts if one.to_send is not None]
    for _, together in groupby(to_send, key=lambda one: one.is_collection):
        yield list(together)


def read_outcomes(sent: Sequence[WriteDraft], report: Report) -> list[Outcome]:
    """Return what became of each object. The report names them by their place alone.

    Raises `OutcomeUnknownError` when the report leaves one of them out.
    """
    return [_outcome(str(index), one, report) for index, one in enumerate(sent)]


def version_after(guard: int | None, sent: Sequence[WriteDraft], report: Report) -> int | None:
    """Return where the library stands if nothing else can have changed since `guard`, or None.

    Each object that was written, unchanged ones too, raises the version by one; on older servers
    all of them do so together. A relation changes the item at its other end as well.
    """
    if guard is None or report.library_version is None:
        return None
    if any(_relates(one) for one in sent):
        return None
    raised = len(report.successful) + len(report.unchanged)
    alone = {guard + raised, guard + min(raised, 1)}
    return report.library_version if report.library_version in alone else None


def _relates(draft: WriteDraft) -> bool:
    """Tell whether what is sent changes the other end of a relation, or may end one."""
    made = draft.to_send or {}
    return bool(made.get("relations")) or ("relations" in made and bool(made.get("version")))


def stored_item(found: Mapping[str, Any]) -> StoredItem:
    """Return an item from the envelope in which the server shows it.

    Raises `UnavailableError` where the server shows something else as an item's data.
    """
    try:
        data = tidy_data(found["data"])
    except UnreadableItemError as error:
        raise not_understood(f"item {found['key']}: {error}") from error
    return StoredItem(
        ItemKey(found["key"]), found["version"], data, trashed=bool(found["data"].get("deleted"))
    )


def _before(operation: Operation, held: Held) -> ItemData | None:
    """Return what stands where an operation writes: what its sender has seen, or what was read."""
    if not isinstance(operation, AddToCollection | Update):
        return None
    if operation.before is not None:
        return operation.before
    item = held.items.get(operation.item_key)
    if item is None:
        return None
    if isinstance(operation, AddToCollection):
        return {name: item.data.get(name, []) for name in ("collections", "tags")}
    return {name: item.data.get(name) for name in operation.data}


def _draft_move(
    operation: TrashCollection | RestoreCollection, held: Mapping[str, Any] | None
) -> dict[str, Any] | Outcome:
    """Move a collection at the version at which it was read: the server wants to hear of one."""
    key, to_trash = operation.collection_key, isinstance(operation, TrashCollection)
    if held is None:
        return Refused(key, Refusal.MISSING, f"collection {key} is not there")
    if bool(held["data"].get("deleted")) == to_trash:
        return Accepted(key, int(held["version"]), unchanged=True)
    # pyzotero sends no collection without its name, and moves one without a parent to the top.
    shown = {name: held["data"].get(name, "") for name in ("name", "parentCollection")}
    return {"key": key, "version": int(held["version"]), **shown, "deleted": to_trash}


def _object(operation: Create | Update | Trash | Restore | CreateCollection) -> dict[str, Any]:
    match operation:
        case Create(key, data):
            return {**data, "key": key, "version": 0}
        case Update(key, version, data):
            return {**_without_none(data), "key": key, "version": version}
        case Trash(key, version):
            return {"key": key, "version": version, "deleted": 1}
        case Restore(key, version):
            return {"key": key, "version": version, "deleted": 0}
        case CreateCollection(key, name, parent):
            return {"key": key, "version": 0, "name": name, "parentCollection": parent or False}


_EMPTY: Mapping[str, Any] = {"creators": [], "tags": [], "collections": [], "relations": {}}
"""What the server wants to see where a property that is no text is to be empty."""


def _without_none(data: ItemData) -> dict[str, Any]:
    """Return properties as they are sent: the server has no other way to take one away."""
    return {n: _EMPTY.get(n, "") if new is None else new for n, new in data.items()}


def _draft_addition(
    operation: AddToCollection, item: StoredItem | None, before: ItemData | None
) -> dict[str, Any] | Outcome:
    """Write the item's collections and tags whole, with ours among them.

    The object carries the version at which they were read: whatever somebody adds in between
    makes the server refuse it, so nothing is lost. `item` is None where the sender has read them.
    """
    key, base_version, collections, tags, _ = operation
    if before is None:
        return Refused(key, Refusal.MISSING, f"item {key} is not there")
    version = item.version if item else base_version
    if version > base_version:
        message = f"item {key} has changed since (planned at {base_version}, now {version})"
        return Refused(key, Refusal.CHANGED, message)
    held_collections = list(before.get("collections") or ())
    held_tags = list(before.get("tags") or ())
    new_collections = [one for one in collections if one not in held_collections]
    names = {tag.get("tag") for tag in held_tags}
    new_tags = [{"tag": name} for name in dict.fromkeys(tags) if name not in names]
    if not new_collections and not new_tags:
        return Accepted(key, version, unchanged=True)
    changed: dict[str, Any] = {"key": key, "version": version}
    if new_collections:
        changed["collections"] = [*held_collections, *dict.fromkeys(new_collections)]
    if new_tags:
        # Only then: the server takes any tags that are sent for a change.
        changed["tags"] = [*held_tags, *new_tags]
    return changed


def _can_be_sent(made: Mapping[str, Any]) -> bool:
    try:
        json.dumps(made, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError):
        return False
    return True


def _outcome(place: str, draft: WriteDraft, report: Report) -> Outcome:
    operation = draft.operation
    key = key_of(operation)
    if place in report.successful:
        made = report.successful[place]
        item = None if draft.is_collection else _shown(made)
        if made["key"] != (draft.to_send or {}).get("key", made["key"]):
            raise OutcomeUnknownError(f"the server did not say what became of {key}")
        return Accepted(made["key"], made["version"], before=draft.before, item=item)
    if place in report.unchanged:
        return Accepted(key, getattr(operation, "base_version", 0), unchanged=True)
    if place in report.failed:
        return _refused(key, operation, report.failed[place])
    raise OutcomeUnknownError(f"the server did not say what became of {key}")


def _shown(made: Mapping[str, Any]) -> StoredItem | None:
    """Return the item that a report shows, if it shows any. Raises `OutcomeUnknownError`."""
    try:
        return stored_item(made) if "data" in made else None
    except UnavailableError as error:
        raise OutcomeUnknownError(str(error)) from error


def _refused(key: str, operation: Operation, notice: Mapping[str, Any]) -> Refused:
    code = notice.get("code")
    message = html.unescape(str(notice.get("message", f"refused with {code}")))
    if code == _TOO_NEW:
        creating = isinstance(operation, Create | CreateCollection)
        return Refused(key, Refusal.KEY_TAKEN if creating else Refusal.CHANGED, message)
    refusal = _REFUSALS.get(code, Refusal.TROUBLE) if isinstance(code, int) else Refusal.TROUBLE
    if code == _CONFLICT and _NAMED.search(message):
        refusal = Refusal.MISSING
    return Refused(key, refusal, message)
