"""Sorts notes (N1, RN, NO) by kind: some are worth keeping, most are the database's own business.

Scopus writes several labelled pieces into one value, parted by `; `. A piece ends only where a
known label begins, since addresses and reference lists are full of semicolons.

What a note knows and no tag says goes where it belongs: identifiers, rights, the conference.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from syncd.formats.sources.dates import event_days, parse_date
from syncd.formats.sources.draft import Draft
from syncd.formats.sources.identifiers import arxiv_id
from syncd.formats.sources.note_html import note_html, sanitise, text_of_paragraph
from syncd.formats.sources.note_kinds import is_bare, kind_of
from syncd.formats.sources.text import fold_blanks
from syncd.formats.sources.titles import title_text
from syncd.identity import parse_eid, parse_pmcid, parse_pmid, parse_wos
from syncd.record import Note

_KINDS = {
    "abbreviated source title": "coden",
    "chemicals/cas": "chemicals",
    "cited by": "cited-by",
    "coden": "coden",
    "conference code": "conference-code",
    "conference date": "conference",
    "conference name": "conference",
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
# A reference list has hundreds of semicolons: a look at one letter saves trying every label there.
_FURTHER_LABEL = re.compile(
    rf"[;\n][^\S\n]*(?=[{''.join(sorted({label[0] for label in _KINDS}))}]){_LABELS}", re.IGNORECASE
)
_COPYRIGHT = re.compile(
    r"(?:(?:publisher )?copyright|derechos de autor|direitos autorais|droits d.auteur)\s*[-:]\s*",
    re.IGNORECASE,
)
_HTML = re.compile(r"<(?:p|br|div|ul|ol|h[1-6]|blockquote|span|b|i|a)\b[^<>]*>", re.IGNORECASE)

_BEGINS_UNFILLED = "uUnN"
_UNFILLED = re.compile(r"(?:undefined|null|n/a|nan)\s*+;\s*+(?=\S)", re.IGNORECASE)
_PMID = re.compile(r"\bPMID\s*+[:=]?+\s*+(?:NLM)?(\d{1,8})(?!\d)", re.IGNORECASE)
_EXPORTED = re.compile(r"Export Date\s*:\s*(\d{1,2} \w{3,9} \d{4}|\d{4}-\d\d-\d\d)", re.IGNORECASE)
_OF_NOTICES = re.compile(
    r"\b(?:comment|erratum|corrigendum|correction|retraction|update|expression of concern) "
    r"(?:in|on|of|for)\b",
    re.IGNORECASE,
)
_ACCESSION = re.compile(r"Accession Number:\s*([^;.\s]+)", re.IGNORECASE)
_IDENTIFIER = re.compile(
    r"""(?: (?P<pmid> (?:PubMed\s*+)?+(?:PM)?ID\s*+[:=]?+\s*+\d{1,8}(?!\d) )
          | (?P<pmcid> (?:PMCID\s*+[:=]?+\s*+)?PMC\s?\d+ | PMCID\s*+[:=]\s*+\d{5,8}(?!\d) )
          | (?P<scopus> (?:(?:Scopus[\ _]?(?:E?ID)|EID)\s*+[:=]?+\s*+)?
                        \{?2-s2\.0-\d{5,12}(?!\d)\}?
                      | Scopus[\ _]?E?ID\s*+[:=]\s*+\d{10,12}(?!\d) )
          | (?P<wos> WOS:[0-9A-Z]{15}(?![0-9A-Z]) )
          | (?P<arxiv> arXiv\s*+:\s*+[\w.-]{4,15}(?:/\d{7})?(?![\w/])
                       (?:\s\[[\w.-]{2,15}\])? )
        )[;,.\s]*""",
    re.IGNORECASE | re.VERBOSE,
)
_PARSERS: dict[str, Callable[[str], str | None]] = {
    "pmid": parse_pmid,
    "pmcid": parse_pmcid,
    "scopus": parse_eid,
    "wos": parse_wos,
    "arxiv": arxiv_id,
}
_MUCH_FUNDING = 1 << 16
_LONGEST_OF_A_DATABASE = 1_000_000
"""Characters; Zotero takes a quarter of that for a note."""
_BY_HAND_TOO = ("conference", "other", "references")
_IDENTIFIERS_BEGIN = ("pm", "pubmed", "scopus", "eid", "2-s2.0-", "arxiv", "wos:")


def add_notes(draft: Draft) -> None:
    """Turn the note tags into notes by kind, identifiers and rights."""
    for tag in ("N1", "RN", "NO"):
        for value in draft.tags.pop(tag, ()):
            if value[0] in _BEGINS_UNFILLED and (blank := _UNFILLED.match(value)):
                draft.leave(tag, value[: blank.end()].strip(" ;"))
                value = value[blank.end() :]
            if value[0] == "<" and _HTML.match(value):
                _add_html(draft, value)
            else:
                _add_pieces(draft, value)
    _join_funding(draft.notes)


def _add_html(draft: Draft, value: str) -> None:
    """Add a note that Zotero exported: as it is, unless Zotero had made it of a database's text.

    Such a note is one paragraph. One that has more shape is a person's, and so may be what has
    little: a number, a list of references, a remark on a conference.
    """
    html = sanitise(value)
    text = text_of_paragraph(html) if len(html) < _LONGEST_OF_A_DATABASE else None
    if text == "":
        draft.notes.append(Note("bookkeeping", html))
    elif text is None or is_bare(text) or _first_kind(draft, text) in _BY_HAND_TOO:
        draft.notes.append(Note("other", html))
    else:
        _add_pieces(draft, text)


def _first_kind(draft: Draft, text: str) -> str:
    return _labelled_kind(text[: text.find(":", 0, _LONGEST_LABEL) + 1]) or _kind_of(draft, text)


def _add_pieces(draft: Draft, value: str) -> None:
    position, after_label = 0, value.find(":", 0, _LONGEST_LABEL) + 1
    kind = _labelled_kind(value[:after_label])
    if not kind:
        after_label = 0
    if (";" in value or "\n" in value) and value.find(":", after_label) > 0:
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
    note = Note(kind, note_html(text))
    draft.notes.append(note)
    if kind in _READERS:
        _READERS[kind](draft, text)


def _join_funding(notes: list[Note]) -> None:
    """Make one note of those on funding: Scopus writes a line per funder, and some of them twice.

    What a line says may stand in another; that is looked for in what any library has room for.
    """
    said = [note.html for note in notes if note.kind == "funding"]
    if len(said) <= 1:
        return
    together = ""
    further: dict[str, None] = {}
    for html in said:
        if html in together or html in further:
            continue
        if len(together) < _MUCH_FUNDING:
            together += html
        else:
            further[html] = None
    first = next(at for at, note in enumerate(notes) if note.kind == "funding")
    notes[first] = Note("funding", "".join((together, *further)))
    notes[first + 1 :] = [note for note in notes[first + 1 :] if note.kind != "funding"]


def _kind_of(draft: Draft, text: str) -> str:
    """Tell the kind of a note without a label, and take identifiers out of one that has some."""
    kind = kind_of(text, draft.source.name)
    if kind not in ("other", "bookkeeping"):
        return kind
    bare = text[1:-1] if text[:1] in "[(" and text[-1:] in "])" else text
    if bare[:7].lower().startswith(_IDENTIFIERS_BEGIN) and _read_identifiers(draft, bare):
        return "identifier"
    if match := _ACCESSION.match(text):
        if not draft.identify("wos", parse_wos(match[1])):
            draft.fields.setdefault("archiveLocation", match[1])
        return "accession"
    is_title = kind == "other" and _is_same_text(text, draft.fields.get("title", ""))
    return "title" if is_title else kind


def _read_identifiers(draft: Draft, text: str) -> bool:
    """Read identifiers, if there is nothing else; answer whether the record has them now."""
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _IDENTIFIER.match(text, position)
        if match is None or match.lastgroup is None:
            return False
        if match.lastgroup in found:  # a list of other works
            return False
        found[match.lastgroup] = match[0]
        position = match.end()
    known = [draft.identify(kind, _PARSERS[kind](said)) for kind, said in found.items()]
    return all(known)


def _is_same_text(text: str, title: str) -> bool:
    if text[:1].casefold() != title[:1].casefold():
        return False
    return fold_blanks(text).casefold() == title.casefold()


def _read_rights(draft: Draft, text: str) -> None:
    if rights := fold_blanks(_COPYRIGHT.sub("", text, count=1)):
        draft.fill("rights", rights)


def _read_conference(draft: Draft, text: str) -> None:
    """Read the name of a conference or its days, where no tag has told them."""
    label, _, said = text.partition(":")
    said = title_text(said.strip())
    if label.casefold().endswith("name"):
        if said:
            draft.fill("conferenceName", said)
    elif all(line != "Event Date" for line, _ in draft.extra) and (days := event_days(said)):
        draft.add_extra("Event Date", days)


def _read_pmid(draft: Draft, text: str) -> None:
    """Read a PubMed number that EBSCO writes among much else; a notice's is not the work's."""
    if "PMID" in text and not _OF_NOTICES.search(text) and (match := _PMID.search(text)):
        draft.identify("pmid", parse_pmid(match[1]))


def _read_export(draft: Draft, text: str) -> None:
    """Read what stands among the dates of an export: its day, and the Scopus number."""
    if "2-s2.0-" in text:
        draft.identify("scopus", parse_eid(text))
    if "export date" in text.lower() and (match := _EXPORTED.search(text)):
        said = parse_date(match[1])
        draft.exported_on = said.iso if said.day else ""


_READERS: dict[str, Callable[[Draft, str], None]] = {
    "accession": _read_pmid,
    "bookkeeping": _read_pmid,
    "conference": _read_conference,
    "copyright": _read_rights,
    "cited-by": _read_export,
    "export-date": _read_export,
}
