"""Screening decisions that come back with an export: labels in keywords, notes and unused tags.

Rayyan writes `RAYYAN-INCLUSION: {"Ann"=>"Included"} | RAYYAN-LABELS: pilot,adults`, ASReview a note
or keyword `ASReview_relevant`, Covidence a word of its own. The operator says which label becomes
which tag; a note that held nothing but decisions is no note any more.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from syncd.record import Note, Record

_MARKUP = re.compile(r"<[^<>]*>")
_PIECES = re.compile(r"[|;\n]|<br\s*/?>|</p>", re.IGNORECASE)
_QUOTED = re.compile(r'"([^"]*)"')
_OF_TOOLS = re.compile(r"\s*(?:RAYYAN-|ASReview_|Covidence\b)", re.IGNORECASE)


class Screened(NamedTuple):
    """A record without its screening labels, and the tags that they stand for."""

    record: Record
    tags: tuple[str, ...]


def screened(record: Record, screening: Mapping[str, str]) -> Screened:
    """Take the labels that `screening` names out of a record."""
    if not screening:
        return Screened(record, ())
    wanted = {label.casefold().strip(): tag for label, tag in screening.items()}
    found: dict[str, None] = {}
    keywords = []
    for keyword in record.tags:
        tag = wanted.get(keyword.name.casefold().strip())
        if tag is None:
            keywords.append(keyword)
        else:
            found[tag] = None
    notes = []
    for note in record.notes:
        tags = dict.fromkeys(wanted[label] for label in _labels_in(note.html) if label in wanted)
        found.update(tags)
        if not (tags and _is_decision(note, wanted)):
            notes.append(note)
    for values in record.unused.values():
        found.update(
            (wanted[label], None)
            for value in values
            for label in _labels_in(value)
            if label in wanted
        )
    return Screened(record._replace(tags=tuple(keywords), notes=tuple(notes)), tuple(found))


def _labels_in(text: str) -> Iterator[str]:
    """Yield everything in a text that may be a label, folded."""
    for piece in _pieces_of(text):
        yield piece.casefold()
        _, _, said = piece.rpartition(":")
        for part in (*said.split(","), *_QUOTED.findall(piece)):
            yield part.strip().casefold()


def _pieces_of(text: str) -> Iterator[str]:
    for piece in _PIECES.split(text):
        plain = html.unescape(_MARKUP.sub("", piece)).strip()
        if plain:
            yield plain


def _is_decision(note: Note, wanted: Mapping[str, str]) -> bool:
    """Say whether a note says nothing but what was decided."""
    return all(
        piece.casefold() in wanted or _OF_TOOLS.match(piece) for piece in _pieces_of(note.html)
    )
