"""Entries that no work is as large as: they are refused before they cost time and memory."""

from __future__ import annotations

from syncd.errors import InputError
from syncd.formats.ris import Entry
from syncd.formats.ris.group import MOST_CHARACTERS, MOST_LINES
from syncd.formats.ris.tags import is_prose

_LONG = 1_000_000
"""Characters of one value, from which on it is looked at more closely."""
_MOST_TAGS = 100_000
_ADVICE = "take out of the entry what does not belong to it and drop the file again"


def too_large(entry: Entry) -> InputError | None:
    """Say why an entry is not read; None for one that is."""
    if entry.is_too_large:
        limits = f"{MOST_LINES} lines, {MOST_CHARACTERS} characters"
        message = f"the entry is larger than any work ({limits}); {_ADVICE}"
        return InputError(message, line=entry.line)
    # A block holds less than that.
    if entry.is_short or max(map(len, entry.values)) <= _LONG // 3:
        return None
    for tag, value, line in entry.lines:
        if len(value) > _LONG and tag != "KW" and not is_prose(tag):
            message = f"{tag} has more than {_LONG} characters and is no text; {_ADVICE}"
            return InputError(message, line=line)
        # An embedded picture is long and no trouble; each element costs much more than its length.
        if len(value) > _LONG // 3 and value.count("<") > _MOST_TAGS:
            message = f"{tag} has more than {_MOST_TAGS} elements of HTML; {_ADVICE}"
            return InputError(message, line=line)
    return None
