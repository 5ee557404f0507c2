"""What stands in a tag and is no value of it: what spreadsheets, forms and other tools write there.

FRACTION   spreadsheets and data frames make 2019.0 and 12.0 of 2019 and 12
ZERO       a zero where a number was not known
KIND       RefWorks writes the kind of work into M1: `Journal Article`
ADDRESS    an author's address in the tag of the issue
SPAN       the years that a database covered: `ERIC <1992 to June 2024>`
"""

from __future__ import annotations

import re

from syncd.formats.sources.draft import Draft
from syncd.formats.sources.group_names import names_an_institution
from syncd.formats.sources.item_types import NAMED_KINDS
from syncd.formats.sources.text import without_fraction

_NUMBERED = ("VL", "VO", "IS", "IP", "M1", "NV", "SV", "SP", "EP", "ET", "AN", "C2", "C7")
_MAY_BE_ZERO = frozenset(["SP", "EP"])
_NEVER = frozenset(["-1", "-1.0"])
_OF_VOLUMES = re.compile(r"(?:(?:v|vol|volume|bd|band|tome?)\b\.? ?){1,2}", re.IGNORECASE)
_OF_ISSUES = re.compile(r"(?:(?:issue|iss|no|nr|number|heft)\b\.? ?|n[°º] ?)", re.IGNORECASE)
_LABELS = {
    **dict.fromkeys(["VL", "VO"], _OF_VOLUMES),
    **dict.fromkeys(["IS", "IP"], _OF_ISSUES),
}
"""What stands before a number and says what its tag says."""
_RANGE = re.compile(r"(\d+)\.0\s*+[-–]\s*+(\d+)\.0")
_PLAIN_NUMBER = re.compile(r"\d{1,4}(?:[-/–]\d{1,4})?")
_OF_WORKS_WITH_VERSIONS = frozenset(["computerProgram", "dataset"])
_OF_BOOKS = frozenset(["book", "bookSection", "dictionaryEntry", "encyclopediaArticle"])
_WRAPPING = frozenset("[({\"'")
_WRAPPED = re.compile(r"[\[(]?([\"'])(\w+)\1[\])]?|\{(\w+)\}")
_ISSUES = frozenset(["IS", "IP"])
_LONGEST_ISSUE = 40
_COMMAS_OF_ADDRESS = 3
_KINDS = frozenset(
    """bills/resolutions|book, edited|book, section|book, whole|case/court decisions
    |computer program|conference proceedings|dissertation/thesis|dissertation/thesis, unpublished
    |edited book|electronic article|electronic book|electronic book section|generic|grant|hearing
    |journal|journal article|journal, electronic|laws/statutes|magazine article|map|monograph
    |motion picture|music score|newspaper article|online database|online discussion forum/blogs
    |online multimedia|personal communication|sound recording|thesis|unpublished material
    |unpublished work|video/dvd|web page""".replace("\n    ", "").split("|")
)
_SPAN = re.compile(
    r"(?<!\s)\s*+(?:<[^<>]{0,60}\d{4}[^<>]{0,60}>"
    r"|[\[(]?\d{4} ?(?:-|–|to) ?[^()\[\]]{0,20}(?:\d{4}[^()\[\]]{0,20}|present)[)\]]?)\Z"
)
_ENDS_OF_SPAN = frozenset("0123456789>)]t")  # the last that of `present`
_PLACE_OF_DATABASE = ("DB", "DP")

PLACEHOLDER_TAGS = frozenset([*_NUMBERED, *_PLACE_OF_DATABASE])


def leave_placeholders(draft: Draft) -> None:
    """Name what says nothing, and write numbers as they were before a spreadsheet held them."""
    tags = draft.tags
    for tag in _NUMBERED:
        values = tags.get(tag)
        if values is not None and not (len(values) == 1 and _is_plain(values[0])):
            _tidy(draft, tag, values)
    for tag in _PLACE_OF_DATABASE:
        values = tags.get(tag)
        if values is not None and values[0][-1] in _ENDS_OF_SPAN:
            tags[tag] = [_SPAN.sub("", value) or value for value in values]


def _is_plain(value: str) -> bool:
    return value.isalnum() and value[0] != "0" and not value.isalpha()


def _tidy(draft: Draft, tag: str, values: list[str]) -> None:
    kept = []
    for value in values:
        text = value if _may_have_fractions(draft, tag) else _without_fractions(value)
        if _says_nothing(tag, text):
            draft.leave(tag, value)
        else:
            bare = _without_label(tag, text) if tag in _LABELS else text
            kept.append(bare)
            if bare != text:
                draft.leave(tag, value)  # for the sake of the label
    if kept != values:
        draft.replace(tag, kept)


def _may_have_fractions(draft: Draft, tag: str) -> bool:
    """Tell whether numbers such as `2.0` are meant: those of a version are."""
    if draft.item_type in _OF_WORKS_WITH_VERSIONS:
        return True
    return tag == "ET" and draft.item_type not in _OF_BOOKS


def _without_fractions(value: str) -> str:
    if value[0] in _WRAPPING and (wrapped := _WRAPPED.fullmatch(value)):
        return wrapped[2] or wrapped[3]
    if match := _RANGE.fullmatch(value):
        return f"{match[1]}-{match[2]}"
    return without_fraction(value)


def _without_label(tag: str, value: str) -> str:
    """Return `9` of `v. 9` or `Vol. 9`; where more is said, a value is left as it is."""
    label = None if value[0].isdigit() else _LABELS[tag].match(value)
    bare = value[label.end() :] if label else ""
    return bare if _PLAIN_NUMBER.fullmatch(bare) else value


def _says_nothing(tag: str, text: str) -> bool:
    if text in _NEVER:
        return True
    if not text.strip("0"):
        return tag not in _MAY_BE_ZERO
    if tag == "M1":
        folded = text.casefold()
        return folded in _KINDS or folded in NAMED_KINDS
    may_be_address = len(text) > _LONGEST_ISSUE or text[0] == "("
    if tag in _ISSUES and ("@" in text or "://" in text):
        return True
    return tag in _ISSUES and may_be_address and _is_address(text)


def _is_address(text: str) -> bool:
    behind_name = text[0] == "(" and text.count(",") >= _COMMAS_OF_ADDRESS
    return behind_name or names_an_institution(text)
