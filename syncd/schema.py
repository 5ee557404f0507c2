"""Which item types, fields and creator types a library knows.

A library's own schema is read at start-up, never compiled in; the one shipped with syncd
(`shipped_schema` in `resources`) is the newest known and serves offline.

BASE FIELD  a field under its general name: `publicationTitle` is `bookTitle` on a bookSection.
            Libraries take only the type's own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
