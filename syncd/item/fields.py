"""Fields that mean the same under another name, depending on the type of item."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

DATES = ("date", "dateDecided", "dateEnacted", "issueDate")
"""Where the date of a work stands."""
TITLES = ("title", "caseName", "nameOfAct", "subject")
"""Where its title stands."""


Named = tuple[tuple[str, tuple[str, ...]], ...]
"""Names of another format, each with the fields that it may stand for."""


def names_among(table: Mapping[str, tuple[str, ...]], present: Collection[str]) -> Named:
    """Return those names of a table of which a field is present, with only such fields."""
    found = (
        (name, tuple(field for field in fields if field in present))
        for name, fields in table.items()
    )
    return tuple((name, fields) for name, fields in found if fields)


def first_of(data: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Return the first of these fields that an item has, as text; empty if it has none."""
    for name in names:
        if text := data.get(name):
            return str(text)
    return ""
