"""ISSN, ISBN and the numbers of patents and reports, which exports mix up with one another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from syncd.formats.sources.draft import Draft
from syncd.formats.sources.text import one_line, without_fraction
from syncd.identity import parse_isbns, parse_issns
from syncd.identity.spelling import plain

_ISBN = r"97[89][- ]?(?:[0-9][- ]?){9}[0-9]|(?:[0-9][- ]?){9}[0-9Xx]"
_LONGEST_NUMBER = 60
_SERIAL_LIKE = re.compile(r"[\dXx -]{8,20}")
_NUMBERED = frozenset(["patent", "report", "standard"])
_LENGTH_OF_ISSN = 9
_WITH_BLANK = re.compile(r"\d{4}(?: | ?- ?)\d{3}[\dXx]")
_OF_NUMBERS = "0123456789-Xx "
_LABEL = re.compile(
    r"(?<![^\W_])(?:[elp][ -]?)?IS(?:SN(?:-L)?|BN(?:[ -]?1[03](?!\d))?)(?![^\W\d_])[-:=#\s]*",
    re.IGNORECASE,
)
_REMARK = re.compile(r"[(\[](?![\dXx -]{8,20}[)\]])([^()\[\]]{0,80})[)\]]")
_SEPARATORS = re.compile(r" ?[;,|/] ?| and | (?=[0-9Xx-]{8,})")
_WRAPPING = re.compile(r"\\[rnt]|[\[\]{}\"'\\]")
_LISTS_BEGIN = ("('", '("', "c('", 'c("')
_KIND_BEFORE = re.compile(r"(?<![^\W_])[EP](?=\d{4}-?\d{3}[\dX](?![^\W_]))", re.IGNORECASE)
_STANDARD_NUMBER = re.compile(rf"{_ISBN}|[0-9]{{4}}-?[0-9]{{3}}[0-9Xx]")
_WORD = re.compile(r"[^\W_]+")
_KINDS_OF_NUMBERS = frozenset("e electronic linking online p print printed web".split())


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
    return _remember_serials(text) if len(text) < _LONGEST_NUMBER else _parse_serials(text)


@lru_cache(maxsize=4096)
def _remember_serials(text: str) -> Serials:
    return _parse_serials(text)


def _parse_serials(text: str) -> Serials:
    if len(text) <= _LENGTH_OF_ISSN and " " not in text and (issns := parse_issns(text)):
        return Serials(tuple(issns))
    issns, isbns, written, rest = [], [], [], []
    text = _unwrapped(one_line(text))
    if _WITH_BLANK.fullmatch(text):
        text = f"{text[:4]}-{text[-4:]}"
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


def _unwrapped(text: str) -> str:
    """Return numbers without what programs wrap them in: lists, quotes, signs of line ends."""
    text = without_fraction(text)
    if text.startswith(_LISTS_BEGIN):
        text = text.removeprefix("c")[1:].removesuffix(")")
    if '"' in text or "'" in text or "\\" in text:
        text = _WRAPPING.sub(" ", text).strip()
    return _KIND_BEFORE.sub("", text) if text.strip(_OF_NUMBERS) else text


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


def _digits(text: str) -> str:
    return text.replace("-", "").replace(" ", "")


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
        if is_serial and not _digits(text)[-10:-1].strip("0"):
            draft.leave(tag, text)
            continue
        if is_serial or not is_beside:
            draft.warn(f"neither an ISSN nor an ISBN: {text}", tag, text)
        if is_serial:
            draft.add_extra("Serial Number", text)
        elif is_beside and draft.item_type in _NUMBERED:
            draft.fill_or_leave("number", tag, text)
        else:
            draft.leave(tag, text)
