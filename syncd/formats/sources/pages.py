"""Pages, counts of pages, and the numbers of articles that stand in for them."""

from __future__ import annotations

import re

from syncd.formats.sources.draft import Draft

_WITH_PAGES = frozenset(
    """bill bookSection case conferencePaper dictionaryEntry encyclopediaArticle hearing
    journalArticle magazineArticle newspaperArticle patent report statute""".split()
)
_WITH_PAGE_COUNT = frozenset(["book", "manuscript", "standard", "thesis"])
_RANGE = re.compile(r".*\w\s*[-–—,]\s*\w.*")
_ARTICLE_NUMBER = re.compile(r"\d{5,}|[A-Za-z]+[.-]?\d[\w.()/-]*|\d+[A-Za-z][\w.()/-]*")
_NUMBER_LIKE = re.compile(r"(?:(?!\d)[\w.()/ -])*+\d[\w.()/ :-]*+")
_LONGEST_NUMBER = 60
_SHORTEST_PII = 17
_COUNTED = re.compile(r"(\d+) ?(?:pp?\.?|pages?|[Ss]\.|Seiten|páginas)")
_PII = re.compile(r"S?\d{4}-?\d{4}\(\d\d\)\d{5}-?[\dX]|S\d{15}[\dX]")
_PII_LABEL = re.compile(r"\APII\b[\s:]*+", re.IGNORECASE)
_NO_PAGES = frozenset(
    """no specified|no pagination specified|specified|np|n. p.|n.p.|n. pag.|unpaginated|s.p.|s. p.
    |np np|n.p. n.p.|unpaginated unpaginated|unsp""".replace("\n    ", "").split("|")
)
"""What stands for no pages; Ovid parts its `No Pagination Specified` like a range."""
_PAGE_LABEL = re.compile(r"(?:pp?|pgs?|pages?|unsp)(?:[.:]\s*|\s+)(?=\w)", re.IGNORECASE)
_NUMBER_LABEL = re.compile(
    r"\A(?:art(?:n|icle)?(?:[. ]{1,2}(?:no|nr|id|number))?|unsp)(?:[.:]\s*|\s+)(?=\S*+\Z)(?=\S*\d)",
    re.IGNORECASE,
)
_UNSPECIFIED = "UNSP"
"""What Web of Science writes before numbers of articles of which it knows no page."""

_DASHES = ("-", "–", "—")
_AND_FURTHER = ("&", "+")  # Web of Science, where an article goes on elsewhere in the issue


def fill_pages(draft: Draft) -> None:
    """Fill pages or page count; an article number stands in where there are no pages."""
    starts, ends = draft.take("SP"), draft.take("EP")
    start, end = starts[0] if starts else "", ends[0] if ends else ""
    if not start[:1].isdigit() and f"{start} {end}".casefold().strip() in _NO_PAGES:
        start = end = ""
    else:
        starts, ends = starts[1:], ends[1:]
    if len(start) >= _SHORTEST_PII and (pii := find_pii(start)) is not None:
        draft.add_extra("PII", pii)
        start = ""
    if start or end:
        _fill_page_range(draft, start, end)
        if start[:4] == _UNSPECIFIED:
            draft.leave("SP", start)
    for value in starts:
        draft.leave("SP", value)
    for value in ends:
        draft.leave("EP", value)
    if "C7" in draft.tags:
        for value in draft.take("C7"):
            add_article_number(draft, "C7", value)


def find_pii(text: str) -> str | None:
    """Return a publisher's item identifier, if a text is one."""
    bare = _PII_LABEL.sub("", text) if len(text) >= _SHORTEST_PII else ""
    return bare if _PII.fullmatch(bare) else None


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
    elif item_type != "film" and _tidy_pages(start or end)[:1].isdigit():
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
    if counted := _COUNTED.fullmatch(pages):
        pages = counted[1]
    first, _, last = pages.replace("–", "-").partition("-")
    if first == "1" and last.isdecimal():
        draft.fill("numPages", last)
    elif first.isdecimal() and last.isdecimal():
        draft.fill("pages", pages)
    else:
        draft.fill("pages" if start and end and pages not in (start, end) else "numPages", pages)


def add_article_number(draft: Draft, tag: str, value: str) -> None:
    """Use a number that stands for pages where there are none; otherwise keep it as a line."""
    pii = find_pii(value)
    number = _NUMBER_LABEL.sub("", value)
    if number != value and value[:4] == _UNSPECIFIED:
        draft.leave(tag, value)
    if pii is not None:
        draft.add_extra("PII", pii)
    elif len(number) > _LONGEST_NUMBER or not _NUMBER_LIKE.fullmatch(number):
        draft.leave(tag, value)
    elif draft.item_type not in _WITH_PAGES or "pages" in draft.fields:
        if draft.fields.get("pages") != number:
            draft.add_extra("Article Number", number)
    else:
        draft.fill_or_leave("pages", tag, value, number)


def is_article_number(text: str) -> bool:
    """Tell whether a number names an article rather than an issue."""
    return _ARTICLE_NUMBER.fullmatch(text) is not None
