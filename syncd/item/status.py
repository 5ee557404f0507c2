"""What an export reveals of a work's fate: retracted, withdrawn, corrected, final at last.

Read from a title, from what databases call the kind of document, and from tags and notes that name
a notice about the work. A notice itself is another work and says nothing here about its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any

from syncd.item.extra import lines_of


class Status(StrEnum):
    """What became of a work; the words are those of plans."""

    RETRACTED = "retracted"
    WITHDRAWN = "withdrawn"
    CONCERN = "under an expression of concern"
    CORRECTED = "corrected"
    IN_PRESS = "in press"


GRAVE = (Status.RETRACTED, Status.WITHDRAWN)
"""Fates that make something else of a work."""

_any_case = partial(re.compile, flags=re.IGNORECASE)

_TITLES = {
    Status.RETRACTED: _any_case(
        r"\A\W*retracted(?:\s+(?:article|paper|chapter|publication))?\W*[:\])–—-]"
        r"|[\[(]\s*(?:this\s+article\s+has\s+been\s+)?retracted\b[^\])]{0,200}[\])]\W*\Z"
    ),
    Status.WITHDRAWN: _any_case(
        r"\A\W*withdrawn(?:\s+(?:article|paper|publication))?\W*[:\])–—-]"
        r"|[\[(]\s*withdrawn\b[^\])]{0,200}[\])]\W*\Z"
    ),
    Status.CONCERN: _any_case(r"[\[(]\s*expression\s+of\s+concern\b[^\])]{0,200}[\])]\W*\Z"),
}
_KINDS = {
    Status.RETRACTED: _any_case(r"retracted(?: (?:article|paper|publication|chapter))?"),
    Status.WITHDRAWN: _any_case(r"withdrawn(?: (?:article|paper|publication))?"),
    Status.CORRECTED: _any_case(r"corrected(?: and republished)?(?: (?:article|paper))?"),
    Status.IN_PRESS: _any_case(
        r"(?:article |paper )?in[- ]press|early access|online ahead of print"
        r"|(?:publish )?ahead of print|aheadofprint|epub ahead of print|online first"
    ),
}
_NOTES = {
    Status.RETRACTED: _any_case(r"\A\W*retraction in\b|\bretraction in(?: \(RIN\))?:"),
    Status.CONCERN: _any_case(r"\bexpression of concern in\b"),
    Status.CORRECTED: _any_case(
        r"\b(?:erratum|corrigendum|correction) in\b|\bcorrected and republished in\b"
    ),
}
_HINTS = (
    *("retract", "withdr", "concern", "correct", "errat", "corrig", "press", "early", "ahead"),
    "online first",
)
"""Something of what any of these patterns asks for."""
_OF_DOCUMENTS = frozenset(("document type", "status", "type", "genre"))
_TAGS = re.compile(r"<[^<>]*>")
_ONE_PARAGRAPH = 2
"""How often a sign that begins a tag stands in a note of one paragraph."""


def statuses_of(data: Mapping[str, Any], notes: Iterable[str] = ()) -> frozenset[Status]:
    """Return what an item's data, and the notes that came with it, say of its fate."""
    found: set[Status] = set()
    title = data.get("title") or ""
    kinds = [tag["tag"].strip() for tag in data.get("tags") or ()]
    for label, text in lines_of(data.get("extra") or ""):
        if label.casefold() in _OF_DOCUMENTS:
            kinds.append(text.strip())
        elif label.casefold() == "early access":
            found.add(Status.IN_PRESS)
    texts = [_without_tags(note) for note in notes]
    if _may_tell("\n".join((title, *kinds, *texts))):
        found |= _told_by(title) | _told_by_kinds(kinds) | _told_by_notes(texts)
    if Status.IN_PRESS in found and _is_placed(data):
        found.discard(Status.IN_PRESS)
    return frozenset(found)


def _without_tags(note: str) -> str:
    if note.count("<") == _ONE_PARAGRAPH and note[:3] == "<p>" and note[-4:] == "</p>":
        return note[3:-4]  # as nearly all are
    return _TAGS.sub("", note)


def _is_placed(data: Mapping[str, Any]) -> bool:
    """Say whether a work has its place in print: an early access date may stay beside it."""
    return bool(data.get("volume") and data.get("pages"))


def changes_the_work(old: str, new: str) -> bool:
    """Say whether a title tells another fate than the one before."""
    return _told_by(old) != _told_by(new)


def _told_by(title: str) -> set[Status]:
    if not _may_tell(title):
        return set()
    return {each for each, words in _TITLES.items() if words.search(title)}


def _told_by_kinds(kinds: Sequence[str]) -> set[Status]:
    if not _may_tell("\n".join(kinds)):
        return set()
    return {each for each, words in _KINDS.items() if any(map(words.fullmatch, kinds))}


def _told_by_notes(texts: Sequence[str]) -> set[Status]:
    if not _may_tell("\n".join(texts)):
        return set()
    return {each for each, words in _NOTES.items() if any(map(words.search, texts))}


def _may_tell(text: str) -> bool:
    """Say whether a pattern may find anything: most works have no fate, and patterns are slow."""
    if not text.isascii():
        return True
    text = text.lower()
    return any(map(text.__contains__, _HINTS))


def revealed(
    before: Mapping[str, Any], after: Mapping[str, Any], said: Collection[str]
) -> list[str]:
    """Return in words what a record reveals that the item does not tell yet.

    `said` is what the record says of the work's fate. `before` is what the item says, empty where
    that is not known, and `after` what it will.
    """
    known = statuses_of(before)
    words = [
        f"it is {status} by now"
        for status in Status
        if status in said and status not in known and status is not Status.IN_PRESS
    ]
    if not before:
        return words
    was_early = Status.IN_PRESS in known or not (before.get("volume") or before.get("pages"))
    if was_early and Status.IN_PRESS not in said and not _is_placed(before) and _is_placed(after):
        words.append("it was in press and is final now")
    return words
