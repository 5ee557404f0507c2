"""What a person wrote, taken kindly: item data in the shape that readers rely on.

A number for a text, `null` for nothing, an item pasted as the web API gives it. What cannot be an
item at all is damaged, which is a state of what is stored and never of the item.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from adapters.rules import UnreadableItemError
from syncd.errors import UnavailableError
from syncd.library import StoredItem
from syncd.record import ItemKey
from syncd.system.resources import shipped_schema

log = logging.getLogger(__name__)

_STRUCTURED = frozenset({"creators", "tags", "collections", "relations"})
_NOT_TEXT = frozenset({"md5", "mtime", "inPublications", "parentItem"})
_NOT_DATA = frozenset({"key", "version", "deleted"})
_NO_FIELDS = _STRUCTURED | _NOT_DATA
_TEXT_ALONE = {str}


def tidy_data(data: Any) -> dict[str, Any]:
    """Return what was stored as an item's data, without key, version and `deleted`.

    Raises `UnreadableItemError`, which says why it cannot be an item's, for whoever wrote it.
    """
    if not isinstance(data, Mapping):
        raise UnreadableItemError("it is no item data")
    if not isinstance(data.get("itemType"), str):
        raise UnreadableItemError('there is no "itemType"')
    tidied = dict(data)
    # Nearly everything is text, and stays as it is.
    odd = [name for name, value in data.items() if type(value) is not str or name in _NO_FIELDS]
    for name in odd:
        if name in _NOT_DATA:
            del tidied[name]
        else:
            tidied[name] = _tidy(name, tidied[name])
    return tidied


def _tidy(name: str, value: Any) -> Any:
    if name in _STRUCTURED:
        return _structured(name, value)
    if isinstance(value, dict | list):
        if name in _texts():
            raise UnreadableItemError(f'"{name}" has to be text')
        return value  # newer than this syncd, and nothing that it would write
    if name in _NOT_TEXT or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


@cache
def _texts() -> frozenset[str]:
    """Return the names of all fields that are known: every one of them holds text."""
    return frozenset({"itemType", "note"}).union(*shipped_schema().fields.values())


def _structured(name: str, value: Any) -> Any:
    if value in (None, "", [], {}):
        # PHP writes an empty object as an empty list now and then, and people write "".
        return {} if name == "relations" else []
    if name == "relations":
        good = isinstance(value, dict)
    else:
        good = isinstance(value, list) and all(map(_ELEMENTS[name], value))
    if not good:
        raise UnreadableItemError(f'"{name}" has the wrong shape')
    return value


def _is_creator(creator: Any) -> bool:
    if not isinstance(creator, dict) or set(map(type, creator.values())) != _TEXT_ALONE:
        return False
    return "creatorType" in creator and ("lastName" in creator or "name" in creator)


def _is_tag(tag: Any) -> bool:
    return isinstance(tag, dict) and isinstance(tag.get("tag"), str)


def _is_key(key: Any) -> bool:
    return isinstance(key, str)


_ELEMENTS: Mapping[str, Callable[[Any], bool]] = {
    "creators": _is_creator,
    "tags": _is_tag,
    "collections": _is_key,
}


def damaged(where: object, why: object) -> UnavailableError:
    """Return what `Library.get` raises for an item that is stored at `where` and cannot be read.

    The library waits until somebody has repaired it: an item that is left out is not there, and
    would be made again.
    """
    return UnavailableError(f"{where} cannot be read as an item: {why}. Repair it or remove it")


def read_or_raise(
    keys: Sequence[ItemKey],
    find: Callable[[ItemKey], StoredItem | None],
    where: Callable[[ItemKey], object],
) -> list[StoredItem]:
    """Return those of these items that exist, each once, as `Library.get` has to.

    `find` raises `UnreadableItemError` for one that is damaged, and `where` says where it is
    stored. Raises what `damaged` returns.
    """
    found = []
    for key in dict.fromkeys(keys):
        try:
            item = find(key)
        except UnreadableItemError as error:
            raise damaged(where(key), error) from error
        if item is not None:
            found.append(item)
    return found


def read_or_warn(
    keys: Sequence[ItemKey],
    find: Callable[[ItemKey], StoredItem | None],
    where: Callable[[ItemKey], object],
) -> list[StoredItem]:
    """Return those of these items that can be read, for a listing; the log names the others.

    A damaged one is neither changed nor deleted: it is left out until it can be read again, which
    gives it a newer version.
    """
    found = []
    for key in keys:
        try:
            item = find(key)
        except UnreadableItemError as error:
            log.warning("%s is left out until it can be read as an item: %s", where(key), error)
            continue
        if item is not None:
            found.append(item)
    return found
