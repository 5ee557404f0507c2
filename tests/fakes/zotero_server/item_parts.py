"""The structured properties of an item, checked: creators, tags, collections, relations."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.zotero_server.answers import CrashError, ObjectError
from tests.fakes.zotero_server.library import Library, is_key
from tests.fakes.zotero_server.schema import NAME_LIMIT, schema

_NAMES = ("firstName", "lastName", "name")
_PREDICATES = re.compile(r"owl:sameAs|dc:replaces|dc:relation|mendeleyDB:\w+")
_ITEM_URI = re.compile(r"http://zotero\.org/(users|groups)/\d+/items/[2-9A-NP-Z]{8}")

SHOWN = 50
"""How much of a value that is too long the server repeats in its message."""


def read_text(name: str, value: Any) -> str:
    """Turn what was sent for a text property into text, as PHP would."""
    if isinstance(value, str):
        return value
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        raise ObjectError(400, f"Unexpected array for property '{name}'")
    raise CrashError(f"an object for property {name!r}")


def read_creators(value: Any, item_type: str, *, is_new: bool) -> tuple[dict[str, str], ...]:
    """Check the `creators` property."""
    if not isinstance(value, list):
        raise ObjectError(400, "'creators' property must be an array")
    roles = schema().creator_types.get(item_type, ())
    if value and not roles:
        raise ObjectError(400, f"'creators' is not a valid property for type '{item_type}'")
    # A form that was opened and not filled in is forgiven once, and only alone.
    if is_new and len(value) == 1 and isinstance(value[0], dict) and _is_blank(value[0]):
        return ()
    return tuple(_read_creator(creator, item_type, roles) for creator in value)


def _is_blank(creator: dict[str, Any]) -> bool:
    return not any(str(creator.get(name) or "").strip() for name in _NAMES)


def _read_creator(creator: Any, item_type: str, roles: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(creator, dict):
        raise ObjectError(400, "Creator must be an object")
    for name in creator:
        if name not in (*_NAMES, "creatorType"):
            raise ObjectError(400, f"Invalid creator property '{name}'")
    role = creator.get("creatorType")
    if not isinstance(role, str):
        raise ObjectError(400, "creator object must contain 'creatorType'")
    if role not in roles and role != "author":
        raise ObjectError(400, f"'{role}' is not a valid creator type for item type '{item_type}'")
    _check_name_shape(creator)
    read = {"creatorType": role}
    for name in _NAMES:
        if name in creator:
            read[name] = _read_name(name, creator[name])
    return read


def _check_name_shape(creator: dict[str, Any]) -> None:
    if "name" in creator and ("firstName" in creator or "lastName" in creator):
        raise ObjectError(400, "'firstName'/'lastName' and 'name' are mutually exclusive")
    if ("firstName" in creator) != ("lastName" in creator):
        missing = "lastName" if "firstName" in creator else "firstName"
        raise ObjectError(400, f"'{missing}' creator property not provided")
    if _is_blank(creator):
        raise ObjectError(400, "creator object must contain 'firstName'/'lastName' or 'name'")


def _read_name(name: str, value: Any) -> str:
    text = read_text(name, value).strip()
    if len(text) > NAME_LIMIT:
        raise ObjectError(
            413,
            f"The creator name ‘{text[:SHOWN]}…’ is too long to sync. Please shorten it.",
            {"field": "creator", "value": text},
        )
    return text


def read_tags(value: Any) -> frozenset[tuple[str, int]]:
    """Check the `tags` property; empty ones go, doubles become one."""
    if not isinstance(value, list):
        raise ObjectError(400, "'tags' property must be an array")
    tags = set()
    for tag in value:
        if not isinstance(tag, dict):
            raise ObjectError(400, "Tag must be an object")
        if "tag" not in tag:
            raise ObjectError(400, "Tag must contain 'tag'")
        for name in tag:
            if name not in ("tag", "type"):
                raise ObjectError(400, f"Invalid tag property '{name}'")
        text = read_text("tag", tag["tag"]).strip()
        kind = tag.get("type", 0)
        if not isinstance(kind, int):
            raise ObjectError(400, "Tag 'type' must be an integer")
        if len(text) > NAME_LIMIT:
            raise ObjectError(413, f"Tag '{text[:SHOWN]}…' too long", {"tag": text})
        if text:
            tags.add((text, int(kind)))
    return frozenset(tags)


def read_collections(value: Any, library: Library, parent: str | None) -> frozenset[str]:
    """Check the `collections` property."""
    if not isinstance(value, list):
        raise ObjectError(400, "'collections' property must be an array")
    for key in value:
        if not isinstance(key, str) or not is_key(key):
            raise ObjectError(400, f"'{key}' is not a valid collection key")
        if key not in library.collections:
            raise ObjectError(409, f"Collection {key} not found", {"collection": key})
    if value and parent:
        raise ObjectError(400, "Child items cannot be assigned to collections")
    return frozenset(value)


def read_relations(value: Any) -> frozenset[tuple[str, str]]:
    """Check the `relations` property; an empty array passes for an empty object."""
    if value == []:
        return frozenset()
    if not isinstance(value, dict):
        raise ObjectError(400, "'relations' property must be an object")
    relations = set()
    for predicate, targets in value.items():
        if not _PREDICATES.fullmatch(predicate):
            raise ObjectError(400, f"Unsupported predicate '{predicate}'")
        for target in targets if isinstance(targets, list) else [targets]:
            known = isinstance(target, str) and (
                predicate.startswith("mendeleyDB:") or _ITEM_URI.fullmatch(target)
            )
            if not known:
                raise ObjectError(
                    400, f"'relations' values currently must be Zotero item URIs, got '{target}'"
                )
            relations.add((predicate, target))
    return frozenset(relations)


def read_parent(value: Any, library: Library, item_type: str) -> str | None:
    """Check the `parentItem` property; false and null mean none."""
    if value is None or value is False:
        return None
    if not isinstance(value, str) or not is_key(value):
        raise ObjectError(400, f"'{value}' is not a valid item key")
    if item_type not in ("note", "attachment", "annotation"):
        raise ObjectError(400, f"'{item_type}' items cannot have a parent item")
    parent = library.items.get(value)
    if parent is None:
        raise ObjectError(409, f"Parent item {value} not found", {"parentItem": value})
    if parent.item_type in ("note", "annotation") or parent.parent:
        raise ObjectError(409, f"Parent item {value} cannot have children", {"parentItem": value})
    return value


def read_trashed(value: Any) -> bool:
    """Check the `deleted` property."""
    if isinstance(value, bool) or value in (0, 1):
        return bool(value)
    raise ObjectError(500, "An error occurred")
