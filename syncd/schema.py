"""Which item types, fields and creator types a library knows.

A library's own schema is read at start-up, never compiled in; the one shipped with syncd
(`shipped_schema` in `resources`) is the newest known and serves offline.

BASE FIELD  a field under its general name: `publicationTitle` is `bookTitle` on a bookSection.
            Libraries take only the type's own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Schema:
    """One version of Zotero's item schema.

    `creator_types` lists the primary creator type first. `base_fields` maps item type to
    {base field: the type's own name}, only where the two differ.
    """

    version: int
    fields: Mapping[str, frozenset[str]]
    creator_types: Mapping[str, tuple[str, ...]]
    base_fields: Mapping[str, Mapping[str, str]]

    def find_field(self, item_type: str, name: str) -> str | None:
        """Return the name under which `item_type` knows the field, or None if it has none."""
        own = self.base_fields.get(item_type, {}).get(name, name)
        return own if own in self.fields.get(item_type, ()) else None

    def find_role(self, item_type: str, role: str) -> str | None:
        """Return the creator type to use for `role`, or None if the item type has no creators.

        An author becomes the type's primary creator, anyone else without a place of their
        own a contributor: a library refuses a creator type that the item type does not know.
        """
        known = self.creator_types.get(item_type, ())
        if role in known or not known:
            return role if known else None
        if role != "author" and "contributor" in known:
            return "contributor"
        return known[0]


def schema_from_json(document: Mapping[str, Any]) -> Schema:
    """Read a schema as the Zotero API serves it under `/schema`.

    Raises `ValueError` if the document is no such schema.
    """
    try:
        item_types = document["itemTypes"]
        return Schema(
            version=int(document["version"]),
            fields={
                entry["itemType"]: frozenset(field["field"] for field in entry["fields"])
                for entry in item_types
            },
            creator_types={entry["itemType"]: _creator_types(entry) for entry in item_types},
            base_fields={
                entry["itemType"]: {
                    field["baseField"]: field["field"]
                    for field in entry["fields"]
                    if field.get("baseField", field["field"]) != field["field"]
                }
                for entry in item_types
            },
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a Zotero item schema: {error!r}") from error


def _creator_types(entry: Mapping[str, Any]) -> tuple[str, ...]:
    ranked = sorted(entry["creatorTypes"], key=lambda creator: not creator.get("primary", False))
    return tuple(creator["creatorType"] for creator in ranked)
