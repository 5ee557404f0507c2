"""Fields that mean the same under another name, depending on the type of item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DATES = ("date", "dateDecided", "dateEnacted", "issueDate")
"""Where the date of a work stands."""
TITLES = ("title", "caseName", "nameOfAct", "subject")
"""Where its title stands."""


def first_of(data: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Return the first of these fields that an item has, as text; empty if it has none."""
    for name in names:
        if text := data.get(name):
            return str(text)
    return ""
