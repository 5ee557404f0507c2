"""Entries that no work is as large as: they are refused before they cost time and memory."""

from __future__ import annotations

from syncd.errors import InputError
from syncd.formats.ris import Entry
from syncd.formats.ris.group import MOST_CHARACTERS, MOST_LINES
from syncd.formats.ris.tags import TITLES, is_prose

_LONG = 1_000_000
"""Characters of one value, from which on it is looked at more closely."""
_LONG_IN_ALL = _LONG // 3
"""Characters of one entry, or of a title, from which on it is."""
_MOST_TAGS = 100_000
_MOST_SIGNS = 1_000_000
_MOST_PEOPLE = MOST_LINES
_PEOPLE = frozenset("A1 A2 A3 A4 A5 A6 AU CA ED".split())
_BETWEEN_PEOPLE = ";|\t；"
_ADVICE = "take out of the entry what does not belong to it and drop the file again"


def too_large(entry: Entry) -> InputError | None:
    """Say why an entry is not read; None for one that is."""
    if entry.is_too_large:
        limits = f"{MOST_LINES} lines, {MOST_CHARACTERS} characters"
        message = f"the entry is larger than any work ({limits}); {_ADVICE}"
        return InputError(message, line=entry.line)
    # A block holds less than that.
    if entry.is_short or sum(map(len, entry.values)) <= _LONG_IN_ALL:
        return None
    people = 0
    for tag, value, line in entry.lines:
        if tag in _PEOPLE and (people := people + _most_people(value)) > _MOST_PEOPLE:
            message = f"more than {_MOST_PEOPLE} people are named; {_ADVICE}"
            return InputError(message, line=line)
        if tag in TITLES and len(value) > _LONG_IN_ALL:
            message = f"{tag} has more than {_LONG_IN_ALL} characters and is no title; {_ADVICE}"
            return InputError(message, line=line)
        if len(value) > _LONG and tag != "KW" and not is_prose(tag):
            message = f"{tag} has more than {_LONG} characters and is no text; {_ADVICE}"
            return InputError(message, line=line)
        # An embedded picture is long and no trouble; each element costs much more than its length.
        if len(value) > _LONG_IN_ALL and value.count("<") > _MOST_TAGS:
            message = f"{tag} has more than {_MOST_TAGS} elements of HTML; {_ADVICE}"
            return InputError(message, line=line)
        # In HTML, each is written with four or five times as many characters.
        if len(value) > _LONG and value.count("&") + value.count(">") > _MOST_SIGNS:
            message = f"{tag} has more than {_MOST_SIGNS} signs & and > and is no text; {_ADVICE}"
            return InputError(message, line=line)
    return None


def _most_people(value: str) -> int:
    """Return how many people a value may name, at most."""
    return 1 + sum(map(value.count, _BETWEEN_PEOPLE))
