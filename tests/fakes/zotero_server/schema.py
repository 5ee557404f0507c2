"""What the server knows of item types and fields, and how it tells clients."""

from __future__ import annotations

from functools import cache
from typing import Any

from syncd.schema import Schema
from syncd.system.resources import shipped_schema

NAME_LIMIT = 255
FIELD_LIMIT = 65_535
DATE_LIMIT = 65_524
"""A date is stored behind a sort prefix, which takes its share."""
NOTE_LIMIT = 500_000

ATTACHMENT_PROPERTIES = frozenset(
    ("linkMode", "contentType", "charset", "filename", "md5", "mtime", "path")
)
LINK_MODES = ("imported_file", "imported_url", "linked_file", "linked_url", "embedded_image")

_TITLES = {"abstractNote": "Abstract", "DOI": "DOI", "url": "URL", "ISBN": "ISBN", "ISSN": "ISSN"}


@cache
def schema() -> Schema:
    """Return the schema that this server enforces."""
    return shipped_schema()


@cache
def all_fields() -> frozenset[str]:
    """Return every field that any item type has, base fields included."""
    known = schema()
    fields = set().union(*known.fields.values())
    for names in known.base_fields.values():
        fields.update(names)
    return frozenset(fields)


@cache
def fields_of(item_type: str) -> tuple[str, ...]:
    """Return an item type's fields in the order in which they are shown."""
    first = ("title", "abstractNote", "publicationTitle", "volume", "issue", "pages", "date")
    known = schema().fields[item_type]
    return (*(name for name in first if name in known), *sorted(known.difference(first)))


def field_title(name: str) -> str:
    """Return how the server calls a field in its messages."""
    if name in _TITLES:
        return _TITLES[name]
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in name)
    return spaced[:1].upper() + spaced[1:]


def remap_fields(fields: dict[str, str], old_type: str, new_type: str) -> dict[str, str]:
    """Carry fields over to another item type by their base fields; drop what has no place."""
    general = {own: base for base, own in schema().base_fields.get(old_type, {}).items()}
    carried: dict[str, str] = {}
    for name, value in fields.items():
        target = schema().find_field(new_type, general.get(name, name))
        if target is not None:
            carried[target] = value
    return carried


@cache
def schema_document() -> dict[str, Any]:
    """Return what `/schema` answers."""
    known = schema()
    return {
        "version": known.version,
        "itemTypes": [_type_document(known, item_type) for item_type in sorted(known.fields)],
        "meta": {"fields": {}},
        "csl": {},
        "locales": {},
    }


def _type_document(known: Schema, item_type: str) -> dict[str, Any]:
    general = {own: base for base, own in known.base_fields.get(item_type, {}).items()}
    creators = known.creator_types.get(item_type, ())
    return {
        "itemType": item_type,
        "fields": [
            {"field": name, "baseField": general[name]} if name in general else {"field": name}
            for name in fields_of(item_type)
        ],
        "creatorTypes": [
            {"creatorType": role, "primary": True} if place == 0 else {"creatorType": role}
            for place, role in enumerate(creators)
        ],
    }
