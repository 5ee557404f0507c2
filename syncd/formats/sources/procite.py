"""ProCite: fields that RIS has no tag for stand in N1, each behind its name in ProCite.

The role of people follows them: `A1 - Doe, Jane`, then `N1 - Author Role: edited by`.
"""

from __future__ import annotations

import re

from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.source import Source

_NAME = re.compile(
    r"(Record ID|Connective Phrase|[A-Z][A-Za-z/, ]{0,24} Role|Author, (?:Monographic|Subsidiary)"
    r"|Title,? Monographic|Series (?:Editor|Title|Volume ID|Issue ID)|Volume ID|Issue ID"
    r"|Place of Publication|Publisher Name|Location in Work|Edition|Call Number|Language|Notes"
    r"|Date of (?:Publication|Copyright)|Extent of Work|Report ID|Document Type|Abstract"
    r"|Author Affiliation|Address/Availability|Location/URL|Keywords"
    r"|Histo?ry|ISBN|ISSN|Pages?(?:\(s\))?|Series Volume|Volume|Availability|Medium Designator"
    r"|Reprint Status|Packaging Method|CODEN)\s*:\s*",
    re.IGNORECASE,
)
_OF_THE_DATABASE = frozenset(
    ["coden", "connective phrase", "packaging method", "record id", "reprint status"]
)
_MOVED = {
    "abstract": "N2",
    "address/availability": "AV",
    "author affiliation": "AD",
    "availability": "AV",
    "call number": "CN",
    "date of copyright": "Y1",
    "date of publication": "Y1",
    "document type": "M3",
    "edition": "ET",
    "extent of work": "SP",
    "isbn": "SN",
    "issn": "SN",
    "issue id": "IS",
    "keywords": "KW",
    "language": "LA",
    "location in work": "SP",
    "location/url": "UR",
    "medium designator": "M3",
    "notes": "RN",
    "page": "SP",
    "page(s)": "SP",
    "pages": "SP",
    "place of publication": "CY",
    "publisher name": "PB",
    "report id": "SN",
    "series issue id": "SV",
    "series title": "T3",
    "series volume": "SV",
    "series volume id": "SV",
    "title monographic": "BT",
    "title, monographic": "BT",
    "volume": "VL",
    "volume id": "VL",
}
"""The tag that has a field's meaning, if nothing stands under it yet."""

_COUNTED = frozenset(["book", "manuscript", "thesis"])
"""Works of which the extent is a number of pages."""

_PEOPLE = frozenset(["A1", "A2", "A3", "AU"])
_ROLES = (
    (re.compile(r"\bed(?:s?\b|it)|\bcompil"), "ED"),
    (re.compile(r"\btrans"), "A4"),
)


def _recognise(tags: Tags) -> bool:
    notes = tags.get("N1", ())
    return any(note.startswith(("Record ID:", "Connective Phrase:")) for note in notes)


def _prepare(draft: Draft) -> None:
    _move_people(draft)
    kept = []
    for value in draft.take("N1"):
        named = _NAME.match(value)
        name = named[1].casefold() if named else ""
        rest = value[named.end() :].strip() if named else ""
        if name == "series editor" and rest:
            draft.tags.setdefault("ED", []).append(f"{rest} [series editor]")
            continue
        tag = _MOVED.get(name)
        if name == "extent of work" and draft.item_type not in _COUNTED:
            tag = None
        if name in _OF_THE_DATABASE or name.endswith(" role") or (named and not rest):
            draft.leave("N1", value)
        elif tag is not None and (tag not in draft.tags or tag == "RN"):
            draft.tags.setdefault(tag, []).append(rest)
        else:
            kept.append(value)
    draft.put("N1", kept)


def _move_people(draft: Draft) -> None:
    """Let people wait under the tag whose meaning the role behind them has."""
    above: list[str] = []
    tag = ""
    for name, value in zip(draft.entry.tags, draft.entry.values, strict=True):
        if name in _PEOPLE:
            if name != tag:
                above, tag = [], name
            above.append(value)
        elif name == "N1" and tag and (named := _NAME.match(value)):
            if named[1].casefold().endswith(" role"):
                _move(draft, tag, above, value[named.end() :].casefold())
                tag = ""
        else:
            tag = ""


def _move(draft: Draft, tag: str, people: list[str], role: str) -> None:
    to = next((to for words, to in _ROLES if words.search(role)), "")
    waiting = draft.tags.get(tag, [])
    if to and waiting:
        moved, known = frozenset(people), frozenset(waiting)
        draft.replace(tag, [name for name in waiting if name not in moved])
        draft.tags.setdefault(to, []).extend(name for name in people if name in known)


PROCITE = Source("procite", frozenset(["N1"]), _recognise, _prepare)
