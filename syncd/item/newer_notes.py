"""Which note of an item a newer record writes anew: none that might be another note.

A record has no names for its notes. What stayed is told by its text; of what is left, one note
may be the newer text of one other, if both begin with the same label or say much of the same.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from syncd.item.equality import stands
from syncd.item.merging import NOTHING, FieldChange, Merge
from syncd.item.precision import says_less

_MARKUP = re.compile(r"<[^>]*>")
_LABEL = re.compile(r"\s*([^\W\d_][\w &/-]{2,40}?)\s*\d*\s*:")
_WORD = re.compile(r"\w+")
_ALIKE = 0.5
"""From this share of common words on, one text is another one's newer wording."""


class NewerNote(NamedTuple):
    """The key of a note, and what is to stand there."""

    item_key: str
    html: str


def find_newer_note(written: Mapping[str, str], ours: Sequence[str]) -> NewerNote | None:
    """Return which of the notes that syncd wrote, by key, a record has a newer text of.

    None where no note has changed, where it cannot be told which, and where the newer text would
    say less.
    """
    gone = {
        key: note for key, note in written.items() if not any(_says_same(note, o) for o in ours)
    }
    new = [note for note in ours if not any(_says_same(note, w) for w in written.values())]
    if len(gone) != 1 or len(new) != 1:
        return None
    [(key, old)], [note] = gone.items(), new
    return NewerNote(key, note) if _is_newer_wording(_text(old), _text(note)) else None


def merge_note(
    base: Mapping[str, Any] | None, theirs: Mapping[str, Any], ours: Mapping[str, Any]
) -> Merge:
    """Return what writes a note anew: nothing unless it still is what syncd wrote, where it was."""
    if base is None or theirs.get("parentItem") != base.get("parentItem"):
        return NOTHING
    there, new = theirs.get("note"), ours.get("note")
    if not new or not stands("note", base.get("note"), there) or stands("note", new, there):
        return NOTHING
    return Merge({"note": new}, (FieldChange("note", _text(there or ""), _text(new)),))


def _says_same(one: str, other: str) -> bool:
    return stands("note", one, other)


def _is_newer_wording(old: str, new: str) -> bool:
    if says_less("note", old, new) or set(_words(new)) < set(_words(old)):
        return False
    labels = [found[1].casefold() if (found := _LABEL.match(text)) else "" for text in (old, new)]
    if labels[0] or labels[1]:
        return labels[0] == labels[1]
    matcher = SequenceMatcher(None, _words(old), _words(new), autojunk=False)
    return matcher.ratio() >= _ALIKE


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _text(note: str) -> str:
    return " ".join(html.unescape(_MARKUP.sub(" ", note)).split())
