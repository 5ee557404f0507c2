"""Which notes of an item a newer record writes anew: none that might be another note.

A record has no names for its notes. What stayed is told by its text; of what is left, one note
is the newer text of one other if no further one begins with the same label, or, without labels,
if there is no further one and both say much of the same.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from syncd.item.equality import stands
from syncd.item.merging import NOTHING, FieldChange, Merge
from syncd.item.precision import says_less

_MARKUP = re.compile(r"<[^<>]*+>")
_LABEL = re.compile(r"\s*+([^\W\d_][\w &/-]{2,40}?)\s*+(?:\d++\s*+)?:")
_WORD = re.compile(r"\w+")
_ALIKE = 0.5
"""From this share of common words on, one text is another one's newer wording."""


class NewerNote(NamedTuple):
    """The key of a note, and what is to stand there."""

    item_key: str
    html: str


def find_newer_notes(written: Mapping[str, str], ours: Sequence[str]) -> list[NewerNote]:
    """Return which of the notes that syncd wrote, by key, a record has newer texts of.

    Those of which it cannot be told, and those whose newer text would say less, are left out.
    """
    gone: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    new: defaultdict[str, list[str]] = defaultdict(list)
    for key, note in written.items():
        if not any(_says_same(note, each) for each in ours):
            gone[_label(note)].append((key, note))
    for note in ours:
        if not any(_says_same(note, each) for each in written.values()):
            new[_label(note)].append(note)
    found = []
    for label, notes in gone.items():
        if len(notes) == len(new[label]) == 1:
            [(key, old)], [note] = notes, new[label]
            if _is_newer_wording(_text(old), _text(note), is_labelled=bool(label)):
                found.append(NewerNote(key, note))
    return found


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


def _label(note: str) -> str:
    found = _LABEL.match(_text(note))
    return found[1].casefold() if found else ""


def _is_newer_wording(old: str, new: str, *, is_labelled: bool) -> bool:
    if says_less("note", old, new) or set(_words(new)) < set(_words(old)):
        return False
    if is_labelled:
        return True
    matcher = SequenceMatcher(None, _words(old), _words(new), autojunk=False)
    return matcher.ratio() >= _ALIKE


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _text(note: str) -> str:
    return " ".join(html.unescape(_MARKUP.sub(" ", note)).split())
