"""Pages, article numbers, ISSN and ISBN: numbers that exports mix up with one another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from syncd.identity import parse_isbns, parse_issns
from syncd.sources.draft import Draft
from syncd.sources.text import fold_blanks

_WITH_PAGES = frozenset(
    """bill bookSection case conferencePaper dictionaryEntry encyclopediaArticle hearing
    journalArticle magazineArticle newspaperArticle patent report statute""".split()
)
_WITH_PAGE_COUNT = frozenset(["book", "manuscript", "standard", "thesis"])
_RANGE = re.compile(r".*\w\s*[-–—,]\s*\w.*")
_ARTICLE_NUMBER = re.compile(r"\d{5,}|[A-Za-z]+[.-]?\d[\w.()/-]*|\d+[A-Za-z][\w.()/-]*")
_NUMBER_LIKE = re.compile(
    r"(?:(?:art(?:n|icle)?|paper|no)\.? *)*[\w.()/ -]*\d[\w.()/ :-]*", re.IGNORECASE
)
_LONGEST_NUMBER = 60
_PII = re.compile(r"S?\d{4}-?\d{4}\(\d\d\)\d{5}-?[\dX]|S\d{15}[\dX]")
_SERIAL_LIKE = re.compile(r"[\dXx -]{8,20}")
_NO_PAGES = frozenset(["no specified", "n/a", "na", "-", "--"])
_MEDIUM = re.compile(
    r" ?\((?:ISSN|ISBN|e-?ISSN|e-?ISBN|print(?:ed)?|online|electronic|linking|hardcover|paperback"
    r"|softcover|hbk|pbk|ebook|e-?pub|pdf)[^)]{0,40}\) ?",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r" ?[;,|/] ?| (?=[0-9Xx-]{8,})")


def fill_pages(draft: Draft) -> None:
    """Fill pages or page count; an article number stands in where there are no pages."""
    starts, ends = draft.take("SP"), draft.take("EP")
    start, end = starts[0] if starts else "", ends[0] if ends else ""
    if not start[:1].isdigit() and f"{start} {end}".casefold().strip() in _NO_PAGES:
        start = end = ""
    else:
        starts, ends = starts[1:], ends[1:]
    if start or end:
        _fill_page_range(draft, start, end)
    for value in starts:
        draft.leave("SP", value)
    for value in ends:
        draft.leave("EP", value)
    if "C7" in draft.tags:
        for value in draft.take("C7"):
            add_article_number(draft, "C7", value)


def _fill_page_range(draft: Draft, start: str, end: str) -> None:
    item_type = draft.item_type
    if item_type in _WITH_PAGES:
        draft.fill("pages", page_range(start, end))
    elif item_type in _WITH_PAGE_COUNT:
        _fill_page_count(draft, start, end)
    elif item_type == "film":
        draft.fill("runningTime", page_range(start, end))
    elif start[:1].isdigit():
        draft.fill("pages", page_range(start, end))
    else:
        draft.leave("SP", page_range(start, end))


def page_range(start: str, end: str) -> str:
    """Join first and last page; a range that stands in one of them already is taken as it is."""
    if not start or start == end or not end:
        return start or end
    if _RANGE.fullmatch(start) and start.endswith(end):
        return start
    return f"{start}-{end}"


def _fill_page_count(draft: Draft, start: str, end: str) -> None:
    if start and end and start != end:
        if start == "1" and end.isdecimal():
            draft.fill("numPages", end)
        else:
            draft.fill("pages", page_range(start, end))
    else:
        draft.fill("numPages", start or end)


def add_article_number(draft: Draft, tag: str, value: str) -> None:
    """Use a number that stands for pages where there are none; otherwise keep it as a line."""
    if _PII.fullmatch(value):
        draft.add_extra("PII", value)
    elif len(value) > _LONGEST_NUMBER or not _NUMBER_LIKE.fullmatch(value):
        draft.leave(tag, value)
    elif draft.item_type not in _WITH_PAGES or "pages" in draft.fields:
        if draft.fields.get("pages") != value:
            draft.add_extra("Article Number", value)
    else:
        draft.fill_or_leave("pages", tag, value)


def is_article_number(text: str) -> bool:
    """Tell whether a number names an article rather than an issue."""
    return _ARTICLE_NUMBER.fullmatch(text) is not None


class Serials(NamedTuple):
    """The numbers of one SN value: as fields hold them, as identities hold them, and the rest."""

    issns: tuple[str, ...] = ()
    isbns: tuple[str, ...] = ()
    isbns_written: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()


def parse_serials(text: str) -> Serials:
    """Tell ISSN, ISBN and other numbers of one value apart, by their check digits."""
    # Journals repeat, so what is read is remembered; a text that is no number is not.
    return _parse_serials(text) if len(text) < _LONGEST_NUMBER else _parse_serials.__wrapped__(text)


@lru_cache(maxsize=1024)
def _parse_serials(text: str) -> Serials:
    issns: list[str] = []
    isbns: list[str] = []
    written: list[str] = []
    rest: list[str] = []
    for part in _SEPARATORS.split(_MEDIUM.sub(" ", fold_blanks(text)).strip()):
        if found := parse_isbns(part):
            isbns += found
            written.append(part) if len(found) == 1 else written.extend(found)
        elif issn := parse_issns(part):
            issns += issn
        elif part:
            rest.append(part)
    return Serials(
        tuple(dict.fromkeys(issns)), tuple(dict.fromkeys(isbns)), tuple(written), tuple(rest)
    )


def fill_serial_numbers(draft: Draft) -> None:
    """Fill ISSN and ISBN with every valid number; what is neither is named."""
    found: list[Serials] = []
    for tag, value in draft.take_all(("SN", "BN")):
        found.append(serials := parse_serials(value))
        for number in serials.rest:
            _place_other_number(draft, tag, number)
    if not found:
        return
    together = found[0] if len(found) == 1 else _join(found)
    draft.issns, draft.isbns = together.issns, together.isbns
    if together.issns:
        draft.fill("ISSN", ", ".join(together.issns))
    if together.isbns:
        draft.fill("ISBN", ", ".join(_once(together.isbns_written)))


def _join(found: Sequence[Serials]) -> Serials:
    return Serials(
        issns=tuple(dict.fromkeys(issn for serials in found for issn in serials.issns)),
        isbns=tuple(dict.fromkeys(isbn for serials in found for isbn in serials.isbns)),
        isbns_written=tuple(isbn for serials in found for isbn in serials.isbns_written),
    )


def _once(isbns: Iterable[str]) -> list[str]:
    """Leave out an ISBN that is there already in another spelling."""
    seen: dict[str, str] = {}
    for isbn in isbns:
        seen.setdefault(isbn.replace("-", "").replace(" ", "").upper(), isbn)
    return list(seen.values())


def _place_other_number(draft: Draft, tag: str, number: str) -> None:
    field = {"patent": "number", "report": "number", "standard": "number"}.get(draft.item_type)
    if field is not None and draft.fill(field, number):
        return
    draft.warn(f"neither an ISSN nor an ISBN: {number}", tag, number)
    if _SERIAL_LIKE.fullmatch(number):
        draft.add_extra("Serial Number", number)
    else:
        draft.leave(tag, number)
