"""An operation as a row holds it: its kind, its key, the version it was planned against, the rest.

The words for the kinds are those of the columns `outbox.kind` and `done.kind`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from syncd.library import (
    AddToCollection,
    CollectionKey,
    Create,
    CreateCollection,
    FileToStore,
    Operation,
    Restore,
    RestoreCollection,
    StoreFile,
    Trash,
    TrashCollection,
    Update,
    key_of,
)
from syncd.plan import Offer, OfferMode, split_file, with_file
from syncd.record import ItemKey

CREATE_COLLECTION = "create_collection"
RESTORE_COLLECTION = "restore_collection"

KINDS: Mapping[type[Operation], str] = {
    Create: "create",
    Update: "update",
    AddToCollection: "collect",
    Trash: "trash",
    Restore: "restore",
    StoreFile: "store_file",
    CreateCollection: CREATE_COLLECTION,
    TrashCollection: "trash_collection",
    RestoreCollection: RESTORE_COLLECTION,
}
"""What each operation is called in the ledger."""

MAKING = (KINDS[Create], KINDS[CreateCollection])
"""Operations that make something under their key."""


class OperationRow(NamedTuple):
    """The columns that hold an operation.

    `payload` is what the library will see of it, `before` what stands there until then.
    """

    kind: str
    item_key: str
    base_version: int | None
    payload: Mapping[str, Any]
    before: Mapping[str, Any] | None = None


def dump_operation(operation: Operation) -> OperationRow:
    """Return an operation as a row holds it."""
    version = getattr(operation, "base_version", None)
    before = operation.before if isinstance(operation, Update | AddToCollection) else None
    payload = _payload(operation)
    return OperationRow(KINDS[type(operation)], key_of(operation), version, payload, before)


def _payload(operation: Operation) -> Mapping[str, Any]:
    match operation:
        case Create(_, data, file):
            return with_file(data, file)
        case Update():
            return operation.data
        case StoreFile(_, file):
            return file._asdict()
        case AddToCollection():
            return {
                "collections": list(operation.collections),
                "tags": list(operation.tags),
            }
        case CreateCollection():
            return {"name": operation.name, "parent": operation.parent}
        case Trash() | Restore() | TrashCollection() | RestoreCollection():
            return {}


def load_operation(row: OperationRow) -> Operation:
    """Return the operation that a row holds. Raises `ValueError` for a kind that is none."""
    key, version, payload = ItemKey(row.item_key), row.base_version or 0, row.payload
    match row.kind:
        case "create":
            return Create(key, *split_file(payload))
        case "store_file":
            return StoreFile(key, FileToStore(**payload))
        case "update":
            return Update(key, version, payload, row.before)
        case "collect":
            collections = tuple(CollectionKey(each) for each in payload["collections"])
            return AddToCollection(key, version, collections, tuple(payload["tags"]), row.before)
        case "trash":
            return Trash(key, version)
        case "restore":
            return Restore(key, version)
        case "create_collection":
            parent = payload["parent"]
            collection = CollectionKey(row.item_key)
            return CreateCollection(
                collection, payload["name"], CollectionKey(parent) if parent else None
            )
        case "trash_collection":
            return TrashCollection(CollectionKey(row.item_key))
        case "restore_collection":
            return RestoreCollection(CollectionKey(row.item_key))
    raise ValueError(f"{row.kind!r} is no kind of operation")


def dump_offer(offer: Offer | None) -> str | None:
    """Return what an update was decided from as a row holds it."""
    if offer is None:
        return None
    said = {**offer._asdict(), "before": dict(offer.before), "seen": dict(offer.seen)}
    return json.dumps(said, ensure_ascii=False)


def load_offer(text: str | None) -> Offer | None:
    """Return what a row says that an update was decided from."""
    if text is None:
        return None
    said = json.loads(text)
    said["mode"], said["fields"] = OfferMode(said["mode"]), tuple(said["fields"])
    return Offer(**said)
