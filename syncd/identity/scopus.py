"""The Scopus accession number: `2-s2.0-` and ten to twelve digits.

One number has many notations (`SCOPUS:…`, `scp=…`, `…/publications/…`), of which some lose the
zeros in front. Zeros belong to the number, so it is padded to ten digits and always text.

Not a record's number: an author's, a source's, ScienceDirect's `1-s2.0-…`, those in a list of
references, and digits without any label in a field that may hold anything.
"""

from __future__ import annotations

import re

from syncd.identity.spelling import decode_html, decode_percent, plain
from syncd.record import Eid

_DIGITS = r"\s*+([0-9]{5,12})(?![0-9]|[.,][0-9]|e[+-]?[0-9])"
_ALONE = re.compile(rf"[\s\"'{{(\[]*+{_DIGITS}[\s\"'}})\].,;]*+", re.IGNORECASE)

_CANONICAL = re.compile(r"2-s2\.0-(?=[0-9]*[1-9])[0-9]{10,12}")
"""What most fields hold, which needs no work."""

_WHOLE = rf"(?<![0-9a-z.-])2-s2\.0-{_DIGITS}"
_LABELLED = (
    rf"(?<![a-z-])(?:scopus(?:[\s_-]*(?:id|eid|accession\s+number))?|eid)\s*+[:=][\s\"'{{]*+"
    rf"(?:2-s2\.0-)?{_DIGITS}"
)
_IN_PARAMETER = rf"(?<![a-z])scp={_DIGITS}"
_IN_PATH = rf"(?:scopus[.-]com\S{{0,100}}?/publications|/scopus_id)/{_DIGITS}"

_ANYWHERE = re.compile(rf"{_WHOLE}|{_LABELLED}|{_IN_PARAMETER}|{_IN_PATH}", re.IGNORECASE)
_IN_FRAGMENT = rf"scopus\.com/[^\s#]{{0,200}}+#\S{{0,100}}?{_WHOLE}"
_IN_URL = re.compile(
    "|".join((rf"(?<![a-z])eid={_WHOLE}", _IN_PARAMETER, _IN_PATH, _IN_FRAGMENT)), re.IGNORECASE
)
_CITED_WORKS = re.compile(r"\breferences?\s*:", re.IGNORECASE)
_FOREIGN_HOST = re.compile(r"://(?![^/\s]*scopus)(?![^/\s]*elsevier)", re.IGNORECASE)


def parse_eid(text: str, *, bare: bool = False) -> Eid | None:
    """Return the record's EID as a field gives it, or None.

    `bare`: the field is known to hold Scopus numbers, so digits alone count.
    """
    if _CANONICAL.fullmatch(text):
        return Eid(text)
    text = _tidy(text)
    if bare and (alone := _ALONE.fullmatch(text)):
        return _format(alone[1])
    return _first(_ANYWHERE, _CITED_WORKS.split(text, maxsplit=1)[0])


def find_eid_in_url(text: str) -> Eid | None:
    """Return the EID that a link to Scopus carries, or None; other sites' links never count."""
    return _first(_IN_URL, _tidy(text))


def _tidy(text: str) -> str:
    text = plain(text)
    if "&" in text:
        text = decode_html(text)
    return decode_percent(text) if "%" in text else text


def _first(pattern: re.Pattern[str], text: str) -> Eid | None:
    for match in pattern.finditer(text):
        foreign = "scp" in match[0].casefold() and _is_foreign(text[: match.start()])
        if not foreign and match.lastindex is not None:
            return _format(match[match.lastindex])
    return None


def _is_foreign(before: str) -> bool:
    """Tell whether a parameter stands in the address of another site, where `scp` is a word."""
    word = before.split()[-1] if before and not before[-1].isspace() else ""
    return _FOREIGN_HOST.search(word) is not None and "scopus" not in word.casefold()


def _format(digits: str) -> Eid | None:
    number = digits.lstrip("0")
    return Eid(f"2-s2.0-{digits.zfill(10)}") if number else None
