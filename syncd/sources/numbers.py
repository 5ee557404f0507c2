"""Pages, article numbers, ISSN and ISBN: numbers that exports mix up with one another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from syncd.identity import parse_isbns, parse_issns
from syncd.identity.spelling import plain
from syncd.sources.draft import Draft
from syncd.sources.text import one_line

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
_NO_PAGES = frozenset(["no specified"])  # Ovid parts its `No Specified` like a range
_PAGE_LABEL = re.compile(r"(?:pp?|pgs?|pages?)(?:[.:]\s*|\s+)(?=\w)", re.IGNORECASE)
_DASHES = ("-", "–", "—")
_AND_FURTHER = ("&", "+")  # Web of Science, where an article goes on elsewhere in the issue
_NUMBERED = frozenset(["patent", "report", "standard"])
_LENGTH_OF_ISSN = 9
_OF_NUMBERS = "0123456789-Xx "
_LABEL = re.compile(
    r"(?<![^\W_])(?:[elp][ -]?)?IS(?:SN(?:-L)?|BN(?:[ -]?1[03](?!\d))?)(?![^\W\d_])[-:=#\s]*",
    re.IGNORECASE,
)
_REMARK = re.compile(r"[(\[](?![\dXx -]{8,20}[)\]])([^()\[\]]{0,80})[)\]]")
_SEPARATORS = re.compile(r" ?[;,|/] ?| and | (?=[0-9Xx-]{8,})")
_ISBN = r"97[89][- ]?(?:[0-9][- ]?){9}[0-9]|(?:[0-9][- ]?){9}[0-9Xx]"
_STANDARD_NUMBER = re.compile(rf"{_ISBN}|[0-9]{{4}}-?[0-9]{{3}}[0-9Xx]")
_WORD = re.compile(r"[^\W_]+")
_KINDS_OF_NUMBERS = frozenset("e electronic linking online p print printed web".split())


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
    elif item_type == "film" and start:
        draft.fill("runningTime", start)
        if end and end != start:
            draft.leave("EP", end)
    elif _tidy_pages(start)[:1].isdigit():
        draft.fill("pages", page_range(start, end))
    else:
        for tag, value in (("SP", start), ("EP", end)):
            if value:
                draft.leave(tag, value)


def page_range(start: str, end: str) -> str:
    """Join first and last page; a range that stands in one of them already is taken as it is."""
    if start.isdigit() and end.isdigit():
        return start if start == end else f"{start}-{end}"
    pages = _join_pages(_tidy_pages(start), _tidy_pages(end))
    half = len(pages) // 2
    is_one_twice = pages[half : half + 1] in _DASHES and pages[:half] == pages[half + 1 :]
    return pages[:half] if half and is_one_twice else pages


def _join_pages(start: str, end: str) -> str:
    if not start or not end or start == end or end in _AND_FURTHER:
        return start or end
    if _RANGE.fullmatch(start) and start.endswith(end):
        return start
    if end.startswith(start) and end[len(start) :].lstrip().startswith(_DASHES):
        return end
    return f"{start}-{end}"


def _tidy_pages(text: str) -> str:
    """Take off the label of a page or a range, and write a hyphen once."""
    if text.isalnum():
        return text
    if label := _PAGE_LABEL.match(text):
        text = text[label.end() :]
    text = text.replace("---", "-").replace("--", "-")
    first, last = text[:-2], text[-2:]
    goes_on = last.startswith(_DASHES) and last.endswith(_AND_FURTHER)
    return first if first and goes_on else text


def _fill_page_count(draft: Draft, start: str, end: str) -> None:
    """Count pages from the first on; any other range tells where a part stands."""
    pages = page_range(start, end)
    first, _, last = pages.replace("–", "-").partition("-")
    if first == "1" and last.isdecimal():
        draft.fill("numPages", last)
    elif first.isdecimal() and last.isdecimal():
        draft.fill("pages", pages)
    else:
        draft.fill("pages" if start and end and pages not in (start, end) else "numPages", pages)


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
    remarks: tuple[str, ...] = ()

    @property
    def are_all(self) -> bool:
        """Tell whether the value is nothing but ISSN or ISBN; a remark makes no ISBN another."""
        return not self.rest and bool(self.isbns or (self.issns and not self.remarks))


def parse_serials(text: str) -> Serials:
    """Tell ISSN, ISBN, other numbers and remarks of one value apart, by their check digits."""
    # Journals repeat, so what is read is remembered; a text that is no number is not.
    return _parse_serials(text) if len(text) < _LONGEST_NUMBER else _parse_serials.__wrapped__(text)


@lru_cache(maxsize=1024)
def _parse_serials(text: str) -> Serials:
    if len(text) <= _LENGTH_OF_ISSN and (issns := parse_issns(text)):
        return Serials(tuple(issns))
    issns, isbns, written, rest = [], [], [], []
    text = one_line(text)
    bare, remarks = _set_remarks_apart(text) if text.strip(_OF_NUMBERS) else (text, [])
    for part in _SEPARATORS.split(plain(bare)):
        if found := parse_isbns(part):
            isbns += found
            as_written = _STANDARD_NUMBER.search(part) if len(found) == 1 else None
            written += [as_written[0]] if as_written else found
        elif issn := parse_issns(part):
            issns += issn
        else:
            rest.append(part)
            continue
        remarks.append(_STANDARD_NUMBER.sub(" ", part, count=len(found or issn)))
    if not (issns or isbns or any(map(_SERIAL_LIKE.fullmatch, rest))):
        return Serials(rest=(text,))
    return Serials(
        tuple(dict.fromkeys(issns)),
        tuple(dict.fromkeys(isbns)),
        tuple(written),
        tuple(filter(_says_something, rest)),
        tuple(remark.strip(" :,.-") for remark in remarks if _says_something(remark)),
    )


def _set_remarks_apart(text: str) -> tuple[str, list[str]]:
    """Return a value without labels and brackets, and what stands in the brackets."""
    bare = _LABEL.sub(" ", text)
    return _REMARK.sub(" ", bare).strip(), _REMARK.findall(bare)


def _says_something(text: str) -> bool:
    """Tell whether a text says more than which of its kind a number is."""
    return not _KINDS_OF_NUMBERS.issuperset(_WORD.findall(text.casefold()))


def fill_serial_numbers(draft: Draft) -> None:
    """Fill ISSN and ISBN with every valid number; what is neither is named."""
    found: list[Serials] = []
    has_number = draft.item_type in _NUMBERED
    for tag, value in draft.take_all(("SN", "BN")):
        if has_number and _take_number(draft, tag, value):
            continue
        found.append(serials := parse_serials(value))
        if serials.rest or serials.remarks:
            _place_rest(draft, tag, serials)
    if not found:
        return
    together = found[0] if len(found) == 1 else _join(found)
    draft.issns, draft.isbns = together.issns, together.isbns
    if together.issns:
        draft.fill("ISSN", ", ".join(together.issns))
    if together.isbns:
        draft.fill("ISBN", ", ".join(_once(together.isbns_written)))


def _take_number(draft: Draft, tag: str, value: str) -> bool:
    """Take the number of a patent, report or standard, which may look like any other."""
    is_its_own = draft.item_type == "patent" and tag == "SN"
    if not is_its_own and (_LABEL.search(value) or parse_serials(value).are_all):
        return False
    draft.fill_or_leave("number", tag, value, one_line(value))
    return True


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


def _place_rest(draft: Draft, tag: str, serials: Serials) -> None:
    """Keep numbers whose check digit is wrong, and name what else stands in a value."""
    is_beside = bool(serials.issns or serials.isbns or serials.rest[1:])
    for remark in serials.remarks:
        draft.leave(tag, remark)
    for text in serials.rest:
        is_serial = _SERIAL_LIKE.fullmatch(text) is not None
        if is_serial or not is_beside:
            draft.warn(f"neither an ISSN nor an ISBN: {text}", tag, text)
        if is_serial:
            draft.add_extra("Serial Number", text)
        elif is_beside and draft.item_type in _NUMBERED:
            draft.fill_or_leave("number", tag, text)
        else:
            draft.leave(tag, text)
