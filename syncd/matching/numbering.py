"""Volume, issue and pages as numbers that can be compared.

Each comparison answers True (equal), False (they contradict each other) or None (nothing said).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from syncd.matching.folding import fold
from syncd.matching.number_words import read_ordinal


class Pages(NamedTuple):
    """First and last page, folded (`s557`); empty where unknown."""

    first: str = ""
    last: str = ""


_MONTHS = {
    name: str(number)
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_PAGE = r"(?:[a-z]{0,4}\.?[0-9]+[a-z]?(?:\.[a-z]?[0-9]+)*|[ivxlc]+(?![a-z]))"
_RANGE = re.compile(rf"({_PAGE})\+?(?:\s*-+\s*({_PAGE}))?", re.IGNORECASE)
_LABEL = re.compile(
    r"^\s*(?:pp?|pages?|(?:art(?:icle)?|artn)\.?(?:\s*(?:no|number|id)\b)?)\b[\s.:]*", re.IGNORECASE
)
_NUMBER_OF_PAGES = re.compile(r"(?:[ivxlc]+,\s*)?[0-9]+\s*p(?:p|ages|g|s)?\.?", re.IGNORECASE)
_NOTHING = frozenset(("unknown", "na", "n a", "none", "null", "nan"))
_SPREADSHEET = re.compile(r"^[a-z]{3}(?=-[0-9]{2}$)|(?<=[0-9]-)[a-z]{3}$")
_DASHES = str.maketrans("‐‑‒–—−", "------")
_VOLUME = re.compile(
    r"(?:(?:vol(?:ume)?|v|band|bd|tome?|t|jg) ?)?0*([0-9]+)((?<=[0-9])[a-d](?![a-z0-9]))?"
)
_LETTER_RANGE = re.compile(r"[a-z] [a-z]")
_OF_VOLUMES = frozenset("vol volume v band bd tome tomo t teil part volumen".split())
_DIGITS = re.compile(r"[0-9]+")
_SUPPLEMENT = re.compile(r"suppl?[a-z]*")
_ISSUES = re.compile(r"[0-9]+|s(?![a-z])")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ROMAN = re.compile(r"(?=[ivxlc])(?:c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")
_SURELY_ROMAN = frozenset(("ii", "iii", "iv", "vii", "viii", "ix", "xii", "xiii"))
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_ARTICLE_NUMBER = re.compile(r"[a-z]{1,4}[0-9]{4,}|e[0-9]+|[0-9]{5,}|[0-9]+\.[0-9]+")
_REVIEW_NUMBER = re.compile(r"cd[0-9]{6}|mr[0-9]{6}")


def read_roman(text: str) -> int | None:
    """Return the value of a lower-case Roman number up to 399, or None."""
    if not text or not _ROMAN.fullmatch(text):
        return None
    values = [_ROMAN_VALUES[letter] for letter in text]
    following = [*values[1:], 0]
    return sum(-v if v < after else v for v, after in zip(values, following, strict=True))


def is_roman(word: str) -> bool:
    """Tell whether a folded word is a Roman number and hardly ever anything else: `xviii`, `xixe`.

    Others, as `xi` or `c`, number only what stands before them.
    """
    if word in _SURELY_ROMAN:
        return True
    number = word.removesuffix("e")
    return len(number) > 1 and len(word) > 2 and "x" in number and read_roman(number) is not None


def read_pages(text: str) -> Pages:
    """Return first and last page; `221-8` ends on 228; `21-Aug` was 21-8 before a spreadsheet."""
    begin, dash, end = text.partition("-")
    if text.isascii() and begin.isdigit() and (end.isdigit() or not dash):
        first = _page(begin)  # as nearly all are
        return Pages(first, _complete(first, _page(end)) if dash else "")
    text = _LABEL.sub("", text.lower().translate(_DASHES)).strip()
    text = _SPREADSHEET.sub(lambda match: _MONTHS.get(match[0], match[0]), text)
    found = _RANGE.match(text)
    if not found or _NUMBER_OF_PAGES.fullmatch(text):
        return Pages()
    first = _page(found[1])
    return Pages(first, _complete(first, _page(found[2])) if found[2] else "")


def _page(text: str) -> str:
    text = text.replace(".", "", 1) if text[0].isalpha() else text
    return text.lstrip("0") or "0"


def _complete(first: str, last: str) -> str:
    """Fill up a last page that was written short (`8` after `221` is `228`)."""
    if last.isdigit() and len(last) < len(first):
        return first[: len(first) - len(last)] + last
    return last


def read_volume(text: str) -> str:
    """Return a volume's number: `61 (Supplement 1)` is 61, `XIV` is 14, `second` is 2.

    A single letter stays; other words are none, and no number of a month either.

    `1)` is what some exports leave of `64 (Suppl 1)`: the volume is lost.
    """
    if text.count(")") > text.count("("):
        return ""
    folded = fold(text)
    if digits := _VOLUME.match(folded):
        return (digits[1].lstrip("0") or "0") + (digits[2] or "")
    if _LETTER_RANGE.fullmatch(folded):
        return folded
    if roman := read_roman(folded):
        return str(roman)
    words = [word for word in folded.split() if word not in _OF_VOLUMES]
    number = read_ordinal(words[0]) if len(words) == 1 else ""
    if number.isdigit() or len(number) == 1:
        return number
    return str(read_roman(number) or "")


def read_issue(text: str) -> str:
    """Return the numbers of an issue, blank-separated: `3-4` is `3 4`, `8 Suppl 1` is `8 s 1`."""
    folded = fold(text)
    if not folded:
        return ""
    if folded.isascii() and folded.isdigit():
        return folded.lstrip("0") or "0"
    folded = _SUPPLEMENT.sub("s", folded)
    parts = _ISSUES.findall(folded)
    if not parts and folded in _NOTHING:
        return ""
    return " ".join(part.lstrip("0") or "0" for part in parts) or folded[:12]


def is_same_issue(one: str, other: str) -> bool | None:
    """Compare two issues; a double issue agrees with either of its numbers."""
    if not one or not other:
        return None
    if one == other:
        return True
    mine, theirs = set(one.split()) - {"s"}, set(other.split()) - {"s"}
    if one.replace(" ", "").isalpha() != other.replace(" ", "").isalpha():
        return None  # `May` may well be number 5
    # From 100 on, issues are counted through all years, and exports are seldom right about them.
    if mine & theirs or all(len(number) > 2 for number in mine | theirs):
        return None
    return False


def is_same_volume(one: str, other: str, issue: str, other_issue: str) -> bool | None:
    """Compare two volumes; some exports put a supplement's number in the volume's place."""
    if not one or not other:
        return None
    if one == other or one.rstrip(_LETTERS) == other or other.rstrip(_LETTERS) == one:
        return True  # `12B` may be told as 12
    for volume, own, theirs in ((one, issue, other_issue), (other, other_issue, issue)):
        if not own and "s" in theirs and volume in theirs.split():
            return None
    return False


def is_same_number(one: str, other: str) -> bool | None:
    """Compare two numbers, either of which may be unknown."""
    return None if not one or not other else one == other


@lru_cache(maxsize=2048)
def is_same_page(one: Pages, other: Pages) -> bool | None:
    """Compare where two works begin; an article number says nothing about a printed page."""
    if not one.first or not other.first:
        return None
    if _is_one_page(one.first, other.first):
        return _begins_alike(one, other)
    is_number = bool(_ARTICLE_NUMBER.fullmatch(one.first))
    if is_number != bool(_ARTICLE_NUMBER.fullmatch(other.first)):
        return None
    return None if _are_adjacent(one.first, other.first) else False


def _are_adjacent(one: str, other: str) -> bool:
    """Exports differ by a page where an article begins below another one."""
    return one.isdigit() and other.isdigit() and abs(int(one) - int(other)) == 1


def _begins_alike(one: Pages, other: Pages) -> bool | None:
    """Page 1 is every paper's first in some proceedings; a Cochrane number is every update's."""
    if "1" in (one.first, other.first):
        return True if one.last and one.last == other.last else None
    return None if _REVIEW_NUMBER.fullmatch(one.first) else True


def first_number(pages: Pages) -> int:
    """Return the number of the first page; 0 where it has none."""
    found = _DIGITS.search(pages.first)
    return int(found[0]) if found else 0


def are_apart(one: Pages, other: Pages) -> bool:
    """Tell whether two works begin on pages after the known end of one another."""
    return _ends_before(one, other) or _ends_before(other, one)


def _ends_before(one: Pages, other: Pages) -> bool:
    last, first = _DIGITS.search(one.last), _DIGITS.search(other.first)
    return last is not None and first is not None and int(last[0]) < int(first[0])


def is_article_number(pages: Pages) -> bool:
    """Tell whether a number stands for the pages that one work alone has."""
    return bool(_ARTICLE_NUMBER.fullmatch(pages.first))


def count_pages(pages: Pages) -> int:
    """Return how many pages a work certainly fills; 0 where that cannot be known."""
    first, last = _DIGITS.search(pages.first), _DIGITS.search(pages.last)
    return max(int(last[0]) - int(first[0]) + 1, 0) if first and last else 0


def _is_one_page(one: str, other: str) -> bool:
    """Compare two pages; the letter of a supplement or an article may be missing on one side."""
    if one == other:
        return True
    numbers = [page.lstrip(_LETTERS).lstrip("0") for page in (one, other)]
    return numbers[0] == numbers[1] != "" and (one.isdigit() or other.isdigit())
