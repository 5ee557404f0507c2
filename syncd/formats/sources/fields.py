"""The table of tags that hold one plain value: which field each fills, by item type.

Fields are named by their base name (`publisher`, `place`, `type`, …); what a type calls them is
the schema's business. The order of the table is the order of preference: the first tag that has a
value fills the field. Tags that need thought (names, dates, containers, pages, numbers, addresses,
notes, keywords) are not here but in rooms of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from syncd.formats.sources.dates import parse_date
from syncd.formats.sources.draft import Draft
from syncd.formats.sources.text import one_line

ANY = "*"

_YEAR = re.compile(r"\d{4}")

_NO_ARCHIVE = dict.fromkeys(
    """bill blogPost case email hearing patent podcast presentation statute webpage""".split()
)
_BOOK_PARTS = ["bookSection", "conferencePaper", "dictionaryEntry", "encyclopediaArticle"]
_PUBLISHER = {
    "case": "authority",
    "patent": "assignee",
    **dict.fromkeys(["bill", "statute"]),
    ANY: "publisher",
}
_PLACE = {
    **dict.fromkeys(["artwork", "bill", "blogPost", "case", "email", "letter", "statute"]),
    "conferencePaper": None,  # content.py: where the event was
    ANY: "place",
}
# Numbers that an item type has no field for become lines of `extra`: none is lost.
_VOLUME = {"report": "seriesNumber", "statute": "codeNumber", ANY: "volume"}
_ISSUE = {
    "bookSection": "numberOfVolumes",
    "computerProgram": "versionNumber",
    "dataset": "versionNumber",
    "report": "number",
    ANY: "issue",
}
_VIDEO_FORMAT = {"film": "medium", "videoRecording": "medium", "audioRecording": "medium"}

ROUTES: tuple[tuple[str, Mapping[str, str | None]], ...] = (
    ("ST", {"case": "shortTitle", "statute": "shortTitle", ANY: "shortTitle"}),
    (
        "SV",
        {
            "case": "number",
            **dict.fromkeys(
                ["book", "bookSection", "conferencePaper", "report", "thesis"], "seriesNumber"
            ),
        },
    ),
    ("VL", _VOLUME),
    ("VO", _VOLUME),
    (
        "NV",
        {
            **dict.fromkeys(
                [*_BOOK_PARTS, "audioRecording", "book", "hearing", "videoRecording"],
                "numberOfVolumes",
            ),
            "dataset": "number",
        },
    ),
    (
        "ET",
        {
            **dict.fromkeys(["bill", "hearing", "statute"], "session"),
            **dict.fromkeys(["computerProgram", "dataset"], "versionNumber"),
            **dict.fromkeys(
                [
                    "book",
                    "bookSection",
                    "dictionaryEntry",
                    "encyclopediaArticle",
                    "map",
                    "newspaperArticle",
                    "report",
                    "standard",
                ],
                "edition",
            ),
        },
    ),
    ("IS", _ISSUE),
    ("IP", _ISSUE),
    ("PB", _PUBLISHER),
    ("PU", _PUBLISHER),
    ("C1", {"map": "scale"}),
    ("C3", {"artwork": "artworkSize", "patent": "country"}),
    ("C4", {"film": "type"}),
    ("C5", {**_VIDEO_FORMAT, "patent": "references"}),
    ("C6", {"patent": "status"}),
    ("CY", _PLACE),
    ("PI", _PLACE),
    ("PP", _PLACE),
    (
        "M1",
        {
            "bill": "number",
            "book": "seriesNumber",
            "bookSection": "numberOfVolumes",
            "computerProgram": "system",
            "hearing": "number",
            "manuscript": "number",
            "patent": "applicationNumber",
            "statute": "number",
        },
    ),
    (
        "OP",
        {
            **dict.fromkeys(["bill", "case", "hearing", "statute"], "history"),
            "patent": "priorityNumbers",
        },
    ),
    ("CN", {**_NO_ARCHIVE, ANY: "callNumber"}),
    ("H2", {**_NO_ARCHIVE, ANY: "callNumber"}),
    ("AV", {**_NO_ARCHIVE, ANY: "archiveLocation"}),
    ("LA", {"computerProgram": "programmingLanguage", ANY: "language"}),
    ("CR", {ANY: "rights"}),
    ("DB", {**_NO_ARCHIVE, ANY: "libraryCatalog"}),
    ("DP", {**_NO_ARCHIVE, ANY: "libraryCatalog"}),
    ("H1", {**_NO_ARCHIVE, ANY: "libraryCatalog"}),
    ("SE", dict.fromkeys(["bill", "journalArticle", "newspaperArticle", "statute"], "section")),
)

_LABELLED = {
    "RI": "Reviewed Item",
    "TA": "Translated Author",
    "TT": "Translated Title",
    "MA": "Meeting Abstract",
    "NV": "Number of Volumes",
    "SE": "Section",
    "SV": "Series Number",
}
"""Tags without a field, whose values are worth a line of `extra`."""


_NUMBERS = {"VL": "Volume", "VO": "Volume", "IS": "Issue", "IP": "Issue", "M1": ""}
"""What numbers are called where the type has no field for them, or another tag has filled it."""


class Route(NamedTuple):
    """Where a tag's first value goes for one item type."""

    tag: str
    field: str


@lru_cache(maxsize=4096)
def routes_for(item_type: str, tags: tuple[str, ...]) -> tuple[Route, ...]:
    """Return the table's rows for an item type and these tags, in order of preference."""
    rows = ((tag, by_type.get(item_type, by_type.get(ANY))) for tag, by_type in ROUTES)
    return tuple(Route(tag, field) for tag, field in rows if field and tag in tags)


def has_archive(item_type: str) -> bool:
    """Tell whether the item type has fields for archive, catalogue and call number."""
    return item_type not in _NO_ARCHIVE


def fill_plain_fields(draft: Draft) -> None:
    """Give every field of the table its text; values that come too late are named as unused."""
    tags, fields = draft.tags, draft.fields
    for tag, field in routes_for(draft.item_type, tuple(tags)):
        for value in tags.pop(tag):
            text = one_line(value)
            if not text or fields.setdefault(field, text) != text:
                _leave(draft, tag, field, value)


def _leave(draft: Draft, tag: str, field: str, value: str) -> None:
    """Name a value that came too late; a number that merely shares a field is not lost."""
    label = _NUMBERS.get(tag)
    if label is not None and label.lower() != field:
        draft.add_extra(label, one_line(value))
    else:
        draft.leave(tag, value)


def add_labelled_lines(draft: Draft) -> None:
    """Write the tags that have a label but no field into `extra`."""
    if "OP" in draft.tags:
        _add_original(draft)
    if "ET" in draft.tags:
        for value in draft.take("ET"):
            date = parse_date(value)
            is_day = date.month is not None and not date.text
            draft.add_extra("Early Access" if is_day else "Edition", value)
    for tag, label in _LABELLED.items():
        for value in draft.take(tag):
            draft.add_extra(label, one_line(value))


def _add_original(draft: Draft) -> None:
    """A year is the date of the original; anything else describes it."""
    for value in draft.take("OP"):
        if not (_YEAR.fullmatch(value) and draft.fill("originalDate", value)):
            draft.add_extra("Original Publication", one_line(value))
