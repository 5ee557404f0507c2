"""Sorts notes (N1, RN, NO) by kind: some are worth keeping, most are the database's own business.

Scopus writes several labelled pieces into one value, parted by `; `. A piece ends only where a
known label begins, since addresses and reference lists are full of semicolons.
"""

from __future__ import annotations

import re
from functools import lru_cache

from syncd.identity import parse_pmcid, parse_pmid
from syncd.record import Note
from syncd.sources.draft import Draft
from syncd.sources.note_html import note_html, sanitise
from syncd.sources.text import fold_blanks

_KINDS = {
    "abbreviated source title": "coden",
    "chemicals/cas": "chemicals",
    "cited by": "cited-by",
    "coden": "coden",
    "conference code": "conference-code",
    "correspondence address": "correspondence",
    "export date": "export-date",
    "funding details": "funding",
    "funding information": "funding",
    "funding text": "funding",
    "manufacturers": "chemicals",
    "molecular sequence numbers": "chemicals",
    "publisher copyright": "copyright",
    "references": "references",
    "tradenames": "chemicals",
}
"""Kinds by label. Reference lists hold the identifiers of other works and are never searched."""

_LABELS = rf"(?P<label>{'|'.join(map(re.escape, _KINDS))})(?:\s*\d+)?\s*:"
_LONGEST_LABEL = 80
_FIRST_LABEL = re.compile(_LABELS, re.IGNORECASE)
_FURTHER_LABEL = re.compile(rf"[;\n]\s*{_LABELS}", re.IGNORECASE)
_CITED_OFTEN = re.compile(
    r"times cited|cited reference count|\A\W*cited by(?: \(since \d+\))?\s*:?\s*\d",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"(?:publisher )?copyright\s*[-:]\s*", re.IGNORECASE)
_UPDATED = re.compile(
    r"last updated\s*[-:]|date (?:revised|completed|created)\s*[-:]", re.IGNORECASE
)
_BARE = re.compile(r"\d{1,4}|SI")
_PMID = re.compile(r"\bPMID\s*[:=]?\s*\d+\.?", re.IGNORECASE)
_PMCID = re.compile(r"(?:PMCID\s*[:=]?\s*)?PMC\s*\d+\.?", re.IGNORECASE)
_ACCESSION = re.compile(r"Accession Number:\s*([^;.\s]+)", re.IGNORECASE)
_HTML = re.compile(r"\s*<(?:p|div|ul|ol|h[1-6]|blockquote|span|b|i|a)\b[^<>]*>", re.IGNORECASE)


def add_notes(draft: Draft) -> None:
    """Turn the note tags into notes by kind, identifiers and rights."""
    for tag in ("N1", "RN", "NO"):
        for value in draft.tags.pop(tag, ()):
            if value[0] == "<" and _HTML.match(value):
                draft.notes.append(Note("other", sanitise(value)))
            else:
                _add_pieces(draft, value)


def _add_pieces(draft: Draft, value: str) -> None:
    position, after_label = 0, value.find(":", 0, _LONGEST_LABEL) + 1
    kind = _labelled_kind(value[:after_label])
    if not kind:
        after_label = 0
    if value.find(":", after_label) > 0:
        for match in _FURTHER_LABEL.finditer(value, after_label):
            _add_piece(draft, kind, value[position : match.start()].strip())
            position, kind = match.start("label"), _KINDS[match["label"].casefold()]
    _add_piece(draft, kind, value[position:].strip() if position else value)


@lru_cache(maxsize=256)
def _labelled_kind(beginning: str) -> str:
    """Return the kind that a label, up to its colon, stands for; nothing if it is none."""
    label = _FIRST_LABEL.fullmatch(beginning)
    return _KINDS[label["label"].casefold()] if label else ""


def _add_piece(draft: Draft, kind: str, text: str) -> None:
    if not text:
        return
    kind = kind or _kind_of(draft, text)
    if kind == "copyright":
        draft.fill("rights", fold_blanks(_COPYRIGHT.sub("", text, count=1)))
    note = Note(kind, note_html(text))
    if kind == "funding":
        _add_funding(draft.notes, note)
    else:
        draft.notes.append(note)


def _add_funding(notes: list[Note], note: Note) -> None:
    """Add to the one note on funding: Scopus writes a line per funder, and some of them twice."""
    for position, known in enumerate(notes):
        if known.kind == note.kind:
            if note.html not in known.html:
                notes[position] = Note(note.kind, known.html + note.html)
            return
    notes.append(note)


def _kind_of(draft: Draft, text: str) -> str:
    """Tell the kind of a note without a label."""
    if "cited" in text.lower() and _CITED_OFTEN.search(text):
        return "cited-by"
    if _COPYRIGHT.match(text):
        return "copyright"
    if _BARE.fullmatch(text):
        return "cited-by"
    if _UPDATED.match(text):
        return "export-date"
    if _PMID.fullmatch(text) and draft.identify("pmid", parse_pmid(text)):
        return "identifier"
    if _PMCID.fullmatch(text) and draft.identify("pmcid", parse_pmcid(text)):
        return "identifier"
    if match := _ACCESSION.match(text):
        draft.fields.setdefault("archiveLocation", match[1])
        if pmid := _PMID.search(text):
            draft.identify("pmid", parse_pmid(pmid[0]))
        return "accession"
    is_title = _is_same_text(text, draft.fields.get("title", ""))
    return "title" if is_title else "other"


def _is_same_text(text: str, title: str) -> bool:
    if text[:1].casefold() != title[:1].casefold():
        return False
    return fold_blanks(text).casefold() == title.casefold()
