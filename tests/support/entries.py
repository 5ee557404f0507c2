"""Entries made by hand, as if they had been read."""

from __future__ import annotations

from collections.abc import Iterable

from syncd.formats.ris import Entry


def entry_of(lines: Iterable[tuple[str, str]], *, index: int = 1, first: int = 1) -> Entry:
    """Return the entry of these (tag, value) lines, which stand one below the other."""
    pairs = list(lines)
    numbers = list(range(first, first + len(pairs)))
    tags, values = [tag for tag, _ in pairs], [value for _, value in pairs]
    return Entry(index, first, numbers[-1], tags, values, numbers)
