"""What a library of our own making does with an operation: the rules, without the storage.

`memory` and `file` keep their items in different places and ask here what to do with them, so
that both refuse the same things for the same reasons. The rules are those of Zotero's web API
as its server applies them; where that server silently repairs (a number for a text, an empty
creator), these refuse, so that a mistake of ours shows in a test and not in a library.

CHANGE     what an accepted operation comes to: an item or a collection to be written
HOLDINGS   what is there already, as far as the rules must look it up
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import orjson

from syncd.errors import ConflictError, RejectedError
from syncd.item.minting import ALPHABET
from syncd.library import (
    Accepted,
    AddToCollection,
    CollectionKey,
    Create,
    CreateCollection,
    Operation,
    Outcome,
    Refusal,
    Refused,
    Restore,
    RestoreCollection,
    StoredCollection,
    StoredItem,
    StoreFile,
    Trash,
    TrashCollection,
    Update,
    key_of,
)
from syncd.record import ItemKey
from syncd.schema import Schema

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
KEY_ALPHABET = ALPHABET
KEY_LENGTH = 8
_KEY = re.compile(rf"[{KEY_ALPHABET}]{{{KEY_LENGTH}}}")

_NOTHING_FOREIGN = (
    orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)

CHILD_TYPES = frozenset({"note", "attachment", "annotation"})
"""Item types that say something about a work rather than describe one."""

_COMMON = frozenset({"itemType", "tags", "collections", "relations", "dateAdded", "dateModified"})
_OF_TYPE: Mapping[str, frozenset[str]] = {
    "note": frozenset({"parentItem", "note"}),
    "attachment": frozenset(
        {"parentItem", "note", "linkMode", "contentType", "charset", "filename", "md5", "mtime"}
        | {"title", "url", "accessDate", "path"}
    ),
}
_HOLDING_FILES = frozenset({"imported_file", "imported_url"})
_OF_PERSON = frozenset({"creatorType", "firstName", "lastName"})
_OF_TAG = frozenset({"tag", "type"})
_TEXT_ALONE = {str}
_NO_FIELDS: frozenset[str] = frozenset()
_MAY_BE_NULL = frozenset({"md5", "mtime"})
_LONGEST_COLLECTION_NAME = 255


class PutItem(NamedTuple):
    """Write this item as the newest version of itself."""

    key: ItemKey
    data: Mapping[str, Any]
    trashed: bool
    before: Mapping[str, Any] | None = None
    """The properties that are changed, as they stood; None for a new item."""


class PutCollection(NamedTuple):
    """Write this collection."""

    collection: StoredCollection

    @property
    def key(self) -> CollectionKey:
        return self.collection.key


Change = PutItem | PutCollection


class UnreadableItemError(Exception):
    """Something is stored under a key and cannot be read; only a person can say what it was."""


class Holdings(Protocol):
    """What a library holds right now, the changes of the same push included."""

    def has_item(self, key: ItemKey) -> bool: ...

    def find_item(self, key: ItemKey) -> StoredItem | None:
        """Return the item, or None; raises `UnreadableItemError` for one that is damaged."""
        ...

    def find_collection(self, key: CollectionKey) -> StoredCollection | None:
        """Return the collection, trashed or not."""
        ...


class Store(Holdings, Protocol):
    """Where a library keeps what it holds; every change raises its version."""

    def put_item(self, item: PutItem) -> int:
        """Keep this as the newest version of the item; return that version."""
        ...

    def put_collection(self, collection: PutCollection) -> int:
        """Keep this collection; return the version that the library has now."""
        ...


class _RefuseError(Exception):
    """Leave a rule with the refusal it came to."""

    def __init__(self, refusal: Refusal, message: str) -> None:
        self.refusal = refusal
        self.message = message
        super().__init__(message)


def is_key(text: str) -> bool:
    """Say whether a library would take this as a key."""
    return _KEY.fullmatch(text) is not None


def judge(operation: Operation, holdings: Holdings, schema: Schema) -> Change | Accepted | Refused:
    """Return what an operation comes to: a change, nothing to do, or a refusal with its reason."""
    key = key_of(operation)
    if not is_key(key):
        return Refused(key, Refusal.INVALID, f"{key!r} is not a valid key")
    try:
        verdict = _apply(operation, holdings, schema)
        if isinstance(verdict, PutItem):
            _check_encodable(verdict.data)
    except _RefuseError as error:
        return Refused(key, error.refusal, error.message)
    except UnreadableItemError as error:
        return Refused(key, Refusal.INVALID, str(error))
    return verdict


def expect_push(
    operations: Sequence[Operation], *, batch_size: int, expected: int | None, version: int
) -> None:
    """Raise what refuses a push as a whole: `RejectedError` too many, `ConflictError` too late.

    `version` is where the library stands.
    """
    if len(operations) > batch_size:
        raise RejectedError(f"at most {batch_size} operations at a time", too_large=True)
    if expected is not None and expected != version:
        raise ConflictError(f"the library is at version {version}, not {expected}")


def carry_out(operations: Sequence[Operation], store: Store, schema: Schema) -> list[Outcome]:
    """Do to a store what the rules say of each operation; return the outcomes, in order."""
    return [_carry_out(operation, store, schema) for operation in operations]


def _carry_out(operation: Operation, store: Store, schema: Schema) -> Outcome:
    verdict = judge(operation, store, schema)
    if isinstance(verdict, PutItem):
        return Accepted(verdict.key, store.put_item(verdict), before=verdict.before)
    if isinstance(verdict, PutCollection):
        return Accepted(verdict.key, store.put_collection(verdict))
    return verdict


def store_facts(operation: StoreFile, holdings: Holdings) -> PutItem | Outcome:
    """Return what it comes to that an attachment holds a file: the item that shows it, or why not.

    For libraries that keep the file beside the item, before they show it there.
    """
    key, file = operation
    try:
        item = holdings.find_item(key)
    except UnreadableItemError as error:
        return Refused(key, Refusal.INVALID, str(error))
    if item is None:
        return Refused(key, Refusal.MISSING, f"item {key} is not there")
    if item.data.get("linkMode") not in _HOLDING_FILES:
        return Refused(key, Refusal.INVALID, f"item {key} is no attachment that holds a file")
    held = item.data.get("md5")
    if held == file.md5:
        return Accepted(key, item.version, unchanged=True)
    if held:
        return Refused(key, Refusal.CHANGED, f"item {key} holds another file")
    facts = {"md5": file.md5, "mtime": file.mtime, "filename": file.name}
    before = {name: item.data.get(name) for name in facts}
    return PutItem(key, {**item.data, **facts}, item.trashed, before)


def find_fault(data: Mapping[str, Any], schema: Schema) -> str | None:
    """Return what keeps data from being an item's, whatever else is in the library; or None.

    For libraries that take anything and make something else of it.
    """
    try:
        _check_data(data, schema, _item_type(data, schema))
    except _RefuseError as error:
        return error.message
    return None


def _apply(operation: Operation, holdings: Holdings, schema: Schema) -> Change | Accepted:
    match operation:
        case Create():
            return _create(operation, holdings, schema)
        case Update():
            return _update(operation, holdings, schema)
        case AddToCollection():
            return _add_to_collection(operation, holdings)
        case Trash():
            return _move(operation, holdings, to_trash=True)
        case Restore():
            return _move(operation, holdings, to_trash=False)
        case StoreFile():
            raise _RefuseError(Refusal.INVALID, "a file is stored, not pushed")
        case CreateCollection():
            return _create_collection(operation, holdings)
        case TrashCollection(key):
            return _move_collection(key, holdings, to_trash=True)
        case RestoreCollection(key):
            return _move_collection(key, holdings, to_trash=False)


def _create(operation: Create, holdings: Holdings, schema: Schema) -> PutItem:
    if holdings.has_item(operation.item_key):
        raise _RefuseError(Refusal.KEY_TAKEN, f"item {operation.item_key} exists")
    _check_data(operation.data, schema, _item_type(operation.data, schema))
    _check_surroundings(operation.data, holdings)
    return PutItem(operation.item_key, operation.data, trashed=False)


def _update(operation: Update, holdings: Holdings, schema: Schema) -> PutItem | Accepted:
    item = _current(operation.item_key, operation.base_version, holdings)
    named = set_properties(operation.data)
    changed = {name: new for name, new in operation.data.items() if _differs(item.data, name, new)}
    data = {name: value for name, value in item.data.items() if name not in changed}
    data |= {name: new for name, new in changed.items() if name in named}
    # A new item type judges every field anew; otherwise what others wrote is not ours to judge.
    judged = data if "itemType" in changed else named
    _check_data(judged, schema, _item_type(data, schema))
    _check_surroundings(named, holdings)
    if not changed:
        return Accepted(item.key, item.version, unchanged=True)
    return PutItem(item.key, data, item.trashed, {name: item.data.get(name) for name in changed})


def set_properties(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return those properties of an update that it sets, without those that it takes away."""
    return {n: new for n, new in data.items() if new is not None or n in _MAY_BE_NULL}


def _add_to_collection(operation: AddToCollection, holdings: Holdings) -> PutItem | Accepted:
    item = _current(operation.item_key, operation.base_version, holdings)
    _check_collections(operation.collections, holdings)
    collections, tags = item.data.get("collections", ()), item.data.get("tags", ())
    # A person may have left either in any shape; then it is not ours to put right.
    _check_text_list(collections, "collections")
    _check_tags(tags)
    more_collections = [key for key in operation.collections if key not in collections]
    names = {tag["tag"] for tag in tags}
    more_tags = [{"tag": name} for name in operation.tags if name not in names]
    if not more_collections and not more_tags:
        return Accepted(item.key, item.version, unchanged=True)
    _check_tags(more_tags)
    more: dict[str, Any] = {}
    if more_collections:
        more["collections"] = [*collections, *more_collections]
    if more_tags:
        more["tags"] = [*tags, *more_tags]
    before = {name: item.data.get(name) for name in more}
    return PutItem(item.key, {**item.data, **more}, item.trashed, before)


def _move(operation: Trash | Restore, holdings: Holdings, *, to_trash: bool) -> PutItem | Accepted:
    item = _current(operation.item_key, operation.base_version, holdings)
    if item.trashed == to_trash:
        return Accepted(item.key, item.version, unchanged=True)
    return PutItem(item.key, item.data, trashed=to_trash)


def _create_collection(operation: CreateCollection, holdings: Holdings) -> PutCollection:
    key, name, parent = operation
    if holdings.find_collection(key) is not None:
        raise _RefuseError(Refusal.KEY_TAKEN, f"collection {key} exists")
    if not name.strip() or len(name) > _LONGEST_COLLECTION_NAME:
        raise _RefuseError(
            Refusal.INVALID, f"a collection's name has 1 to {_LONGEST_COLLECTION_NAME} characters"
        )
    _check_encodable(name)
    if parent is not None and holdings.find_collection(parent) is None:
        raise _RefuseError(Refusal.MISSING, f"parent collection {parent} is not there")
    return PutCollection(StoredCollection(key, name, parent))


def _move_collection(
    key: CollectionKey, holdings: Holdings, *, to_trash: bool
) -> PutCollection | Accepted:
    collection = holdings.find_collection(key)
    if collection is None:
        raise _RefuseError(Refusal.MISSING, f"collection {key} is not there")
    if collection.trashed == to_trash:
        return Accepted(key, 0, unchanged=True)
    return PutCollection(collection._replace(trashed=to_trash))


def _current(key: ItemKey, base_version: int, holdings: Holdings) -> StoredItem:
    """Return the item an operation was planned against, or refuse: gone, or newer than that."""
    item = holdings.find_item(key)
    if item is None:
        raise _RefuseError(Refusal.MISSING, f"item {key} is not there")
    if item.version > base_version:
        raise _RefuseError(
            Refusal.CHANGED,
            f"item {key} has changed since (planned at {base_version}, now {item.version})",
        )
    return item


def _differs(data: Mapping[str, Any], name: str, new: Any) -> bool:
    old = data.get(name)
    # An absent property and an empty one say the same.
    return bool(old or new) and old != new


def _check_surroundings(data: Mapping[str, Any], holdings: Holdings) -> None:
    """Refuse data that refers to what the library does not hold."""
    parent_key = data.get("parentItem")
    if parent_key:
        parent = holdings.find_item(ItemKey(parent_key))
        if parent is None:
            raise _RefuseError(Refusal.MISSING, f"parent item {parent_key} is not there")
        if parent.data.get("itemType") in CHILD_TYPES:
            raise _RefuseError(Refusal.INVALID, f"item {parent_key} cannot have children")
        if data.get("collections"):
            raise _RefuseError(Refusal.INVALID, "an item with a parent is in no collection")
    _check_collections(data.get("collections", ()), holdings)


def _check_collections(keys: Any, holdings: Holdings) -> None:
    for key in keys:
        if holdings.find_collection(CollectionKey(key)) is None:
            raise _RefuseError(Refusal.MISSING, f"collection {key} is not there")


def _item_type(data: Mapping[str, Any], schema: Schema) -> str:
    item_type = data.get("itemType")
    if not isinstance(item_type, str) or not (item_type in schema.fields or item_type in _OF_TYPE):
        raise _RefuseError(Refusal.INVALID, f"{item_type!r} is not a valid item type")
    return item_type


def _check_data(data: Mapping[str, Any], schema: Schema, item_type: str) -> None:
    """Refuse properties that an item of this type does not have, or not in this shape."""
    fields, more = schema.fields.get(item_type, _NO_FIELDS), _OF_TYPE.get(item_type, _NO_FIELDS)
    # Nearly everything is text in a field.
    odd = [name for name, value in data.items() if type(value) is not str or name not in fields]
    for name in odd:
        value = data[name]
        match name:
            case "creators":
                _check_creators(value, schema, item_type)
            case "tags":
                _check_tags(value)
            case "collections":
                _check_text_list(value, name)
            case "relations":
                _check_shape(isinstance(value, Mapping), name)
            case _:
                known = name in fields or name in more or name in _COMMON
                _check_field(name, value, item_type, known=known)


def _check_field(name: str, value: Any, item_type: str, *, known: bool) -> None:
    # An empty field of another type says nothing and is let through, as Zotero does.
    if not known and value != "":
        raise _RefuseError(Refusal.INVALID, f"{name!r} is not a valid field for type {item_type!r}")
    _check_shape(isinstance(value, str) or name in _MAY_BE_NULL, name)


def _check_creators(creators: Any, schema: Schema, item_type: str) -> None:
    _check_shape(isinstance(creators, list | tuple), "creators")
    roles = schema.creator_types.get(item_type, ())
    for creator in creators:
        if not _is_person(creator, roles):
            _check_creator(creator, roles, item_type)


def _is_person(creator: Any, roles: Collection[str]) -> bool:
    """Say of a creator whether it is as nearly all are, and good."""
    return (
        type(creator) is dict
        and creator.keys() == _OF_PERSON
        and set(map(type, creator.values())) == _TEXT_ALONE
        and creator["creatorType"] in roles
    )


def _check_creator(creator: Any, roles: Collection[str], item_type: str) -> None:
    _check_shape(isinstance(creator, Mapping), "creators")
    names = creator.keys() - {"creatorType"}
    if names not in ({"name"}, {"firstName", "lastName"}):
        raise _RefuseError(
            Refusal.INVALID, "a creator has either 'firstName' and 'lastName' or 'name'"
        )
    _check_shape(all(isinstance(creator[name], str) for name in names), "creators")
    role = creator.get("creatorType")
    if role not in roles and role != "author":
        raise _RefuseError(
            Refusal.INVALID, f"{role!r} is not a valid creator type for {item_type!r}"
        )


def _check_tags(tags: Any) -> None:
    _check_shape(isinstance(tags, list | tuple), "tags")
    for tag in tags:
        _check_shape(type(tag) is dict or isinstance(tag, Mapping), "tags")
        _check_shape(tag.keys() <= _OF_TAG, "tags")
        _check_shape(isinstance(name := tag.get("tag"), str) and name != "", "tags")


def _check_text_list(values: Any, name: str) -> None:
    _check_shape(isinstance(values, list | tuple), name)
    _check_shape(all(isinstance(value, str) for value in values), name)


def _check_shape(good: bool, name: str) -> None:
    if not good:
        raise _RefuseError(Refusal.INVALID, f"property {name!r} has the wrong shape")


def _check_encodable(value: Any) -> None:
    """Refuse what no JSON text in UTF-8 can carry: lone surrogates, foreign objects."""
    if _is_encodable(value):
        return
    try:
        _encode(value).encode()
    except (TypeError, ValueError) as error:
        raise _RefuseError(
            Refusal.INVALID, f"the data cannot be written as JSON: {error}"
        ) from error


def _is_encodable(value: Any) -> bool:
    try:
        # The fast encoder makes a null of what is no number; else it takes nothing wrong.
        return b"null" not in orjson.dumps(value, option=_NOTHING_FOREIGN)
    except TypeError:
        return False
