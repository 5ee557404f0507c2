"""What an item becomes when JSON is written to it, and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.fakes.zotero_server import item_parts as parts
from tests.fakes.zotero_server.answers import ObjectError
from tests.fakes.zotero_server.dates import now, parse_instant
from tests.fakes.zotero_server.library import Item, Library
from tests.fakes.zotero_server.schema import (
    ATTACHMENT_PROPERTIES,
    DATE_LIMIT,
    FIELD_LIMIT,
    LINK_MODES,
    NOTE_LIMIT,
    all_fields,
    field_title,
    fields_of,
    remap_fields,
    schema,
)
from tests.fakes.zotero_server.text import clean, clean_note

_INSTANTS = ("dateAdded", "dateModified")
_IGNORED = ("key", "version", "itemType", "inPublications")
_SORT_PREFIX = "0000-00-00 "


class Draft:
    """An item while JSON is being written to it."""

    def __init__(self, library: Library, key: str, base: Item | None) -> None:
        self._library = library
        self._base = base
        self._item = base or Item(key, "", {}, {})
        self._fields: dict[str, str] = dict(self._item.fields)
        self._special: dict[str, Any] = dict(self._item.special)
        self._asked: dict[str, str] = {}
        self._always_changes = False

    def write(self, json: Mapping[str, Any]) -> None:
        """Take every property over, or raise `ObjectError`."""
        self._write_type(json)
        # The parent decides whether collections are allowed, so it goes first.
        for name in sorted(json, key=lambda name: name != "parentItem"):
            if name not in _IGNORED:
                self._write_property(name, json[name])
        if self._item.item_type == "attachment" and "linkMode" not in self._special:
            raise ObjectError(400, "'linkMode' property not provided")

    def finished(self) -> tuple[Item, bool]:
        """Return the item and whether it differs from what it was."""
        item = replace(self._item, fields=self._fields, special=self._special)
        base = self._base
        if base is None:
            instant = now()
            added = self._asked.get("dateAdded", instant)
            return (
                replace(
                    item,
                    date_added=added,
                    date_modified=self._asked.get("dateModified", instant),
                ),
                True,
            )
        modified = self._modified_at(base, item)
        item = replace(
            item, date_added=self._asked.get("dateAdded", base.date_added), date_modified=modified
        )
        return item, self._always_changes or item != base

    def _modified_at(self, base: Item, item: Item) -> str:
        asked = self._asked.get("dateModified", base.date_modified)
        if asked != base.date_modified:
            return asked
        # Moving between collections or relating items does not count as editing them.
        blind = replace(item, collections=base.collections, relations=base.relations)
        return now() if self._always_changes or blind != base else base.date_modified

    def _write_type(self, json: Mapping[str, Any]) -> None:
        if "itemType" not in json:
            if self._base is None:
                raise ObjectError(400, "'itemType' property not provided")
            return
        item_type = json["itemType"]
        if not isinstance(item_type, str):
            raise ObjectError(400, "'itemType' must be a string")
        if item_type not in schema().fields:
            raise ObjectError(400, f"'{item_type}' is not a valid itemType")
        if self._base is not None and item_type != self._item.item_type:
            self._fields = remap_fields(self._fields, self._item.item_type, item_type)
        self._item = replace(self._item, item_type=item_type)

    def _write_property(self, name: str, value: Any) -> None:
        if name in _INSTANTS:
            self._write_instant(name, value)
        elif name == "note":
            self._write_note(value)
        elif name in ATTACHMENT_PROPERTIES:
            self._write_attachment_property(name, value)
        elif not self._write_structured(name, value):
            self._write_field(name, value)

    def _write_structured(self, name: str, value: Any) -> bool:
        item = self._item
        if name == "parentItem":
            item = replace(item, parent=parts.read_parent(value, self._library, item.item_type))
        elif name == "creators":
            creators = parts.read_creators(value, item.item_type, is_new=self._base is None)
            item = replace(item, creators=creators)
        elif name == "tags":
            item = replace(item, tags=parts.read_tags(value))
            self._always_changes |= bool(value)
        elif name == "collections":
            keys = parts.read_collections(value, self._library, item.parent)
            item = replace(item, collections=keys)
        elif name == "relations":
            item = replace(item, relations=parts.read_relations(value))
        elif name == "deleted":
            item = replace(item, trashed=parts.read_trashed(value))
        else:
            return False
        self._item = item
        return True

    def _write_instant(self, name: str, value: Any) -> None:
        instant = parse_instant(value) if isinstance(value, str) else None
        if instant is None:
            raise ObjectError(
                400, f"'{name}' must be in ISO 8601 or UTC 'YYYY-MM-DD[ hh:mm:ss]' format ({value})"
            )
        self._asked[name] = instant

    def _write_note(self, value: Any) -> None:
        if self._item.item_type not in ("note", "attachment"):
            raise ObjectError(400, "'note' property is valid only for note and attachment items")
        text = parts.read_text("note", value)
        if len(text) > NOTE_LIMIT:
            raise ObjectError(413, f"Note '{text[:80]}…' too long")
        self._special["note"] = clean_note(text)

    def _write_attachment_property(self, name: str, value: Any) -> None:
        if self._item.item_type != "attachment":
            raise ObjectError(400, f"'{name}' is valid only for attachment items")
        if name == "linkMode" and value not in LINK_MODES:
            raise ObjectError(400, f"'{value}' is not a valid linkMode")
        self._special[name] = value

    def _write_field(self, name: str, value: Any) -> None:
        if name not in all_fields():
            raise ObjectError(400, f"Invalid property '{name}'")
        text = clean(parts.read_text(name, value))
        self._always_changes |= isinstance(value, int | float) and not isinstance(value, bool)
        if name not in schema().fields[self._item.item_type]:
            if text:
                raise ObjectError(
                    400, f"'{name}' is not a valid field for type '{self._item.item_type}'"
                )
            return
        if name == "accessDate":
            text = _read_access_date(text)
        self._check_length(name, text)
        if text:
            self._fields[name] = text
        else:
            self._fields.pop(name, None)

    def _check_length(self, name: str, text: str) -> None:
        if len(text.encode()) <= (DATE_LIMIT if name == "date" else FIELD_LIMIT):
            return
        shown = _SORT_PREFIX + text if name == "date" else text
        title = field_title(name)
        raise ObjectError(
            413,
            f"{title} field value '{shown[: parts.SHOWN]}…' too long "
            f"for item '{self._library.number}/{self._item.key}'",
            {"field": title, "value": shown},
        )


def _read_access_date(text: str) -> str:
    if not text:
        return ""
    instant = now() if text == "CURRENT_TIMESTAMP" else parse_instant(text)
    if instant is None:
        raise ObjectError(
            400,
            f"'accessDate' must be in ISO 8601 or UTC 'YYYY-MM-DD[ hh:mm:ss]' format ({text})",
        )
    return instant


def item_data(item: Item, library: Library) -> dict[str, Any]:
    """Return the `data` of an item as the server shows it: every field of its type is there."""
    data: dict[str, Any] = {"key": item.key, "version": item.version}
    if item.parent:
        data["parentItem"] = item.parent
    data["itemType"] = item.item_type
    if item.item_type == "attachment":
        data["linkMode"] = item.special["linkMode"]
    names = fields_of(item.item_type)
    if "title" in names:
        data["title"] = item.fields.get("title", "")
    if schema().creator_types.get(item.item_type):
        data["creators"] = [dict(creator) for creator in item.creators]
    data |= {name: item.fields.get(name, "") for name in names}
    if item.item_type in ("note", "attachment"):
        data["note"] = item.special.get("note", "")
    data |= {name: value for name, value in item.special.items() if name != "note"}
    data["tags"] = [
        {"tag": name, "type": kind} if kind else {"tag": name} for name, kind in sorted(item.tags)
    ]
    if not item.parent:
        data["collections"] = sorted(item.collections)
    data["relations"] = _relations(item)
    if item.trashed:
        data["deleted"] = 1
    return data | {"dateAdded": item.date_added, "dateModified": item.date_modified}


def _relations(item: Item) -> dict[str, str | list[str]]:
    grouped: dict[str, list[str]] = {}
    for predicate, target in sorted(item.relations):
        grouped.setdefault(predicate, []).append(target)
    return {name: found[0] if len(found) == 1 else found for name, found in grouped.items()}


def creator_summary(item: Item) -> str:
    """Return the short form of an item's creators for `meta`."""
    names = [creator.get("lastName") or creator.get("name", "") for creator in item.creators]
    if len(names) > 2:
        return f"{names[0]} et al."
    return " and ".join(names)
