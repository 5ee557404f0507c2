"""In one line: what lies in a drop folder, looks like an export, and is not taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from syncd.system.printable import printable

_NAMED = 5
"""So many names stand for one reason; the others are counted."""


def describe_beside(found: Iterable[tuple[str, str]]) -> str:
    """Return what lies there and what to do, the names grouped by reason; empty for nothing."""
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for name, reason in found:
        by_reason[reason].append(name)
    number = sum(map(len, by_reason.values()))
    if not number:
        return ""
    opening = (
        "1 other looks like an export" if number == 1 else f"{number} others look like exports"
    )
    parts = [f"{_list(names)} ({reason})" for reason, names in by_reason.items()]
    return f"{opening}, and {'is' if number == 1 else 'are'} not taken: {'; '.join(parts)}"


def _list(names: list[str]) -> str:
    shown = ", ".join(printable(name) for name in sorted(names)[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown
