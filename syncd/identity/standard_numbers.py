"""ISBN and ISSN: read with their check digit, since exports put either into the field of both."""

from __future__ import annotations

import re
from functools import lru_cache

from syncd.identity.spelling import plain

_ISBN_LABEL = re.compile(r"e?-?ISBN(?:[-\s]?1[03](?![0-9]))?\)?\s*[:=]?", re.IGNORECASE)
_ISBN = re.compile(
    r"(?<![0-9A-Za-z-])(97[89][- ]?(?:[0-9][- ]?){9}[0-9]|(?:[0-9][- ]?){9}[0-9Xx])"
    r"(?![0-9A-Za-z]|-[0-9Xx])"
)
_ISSN = re.compile(r"(?<![0-9A-Za-z-])([0-9]{4})-?([0-9]{3}[0-9Xx])(?![0-9A-Za-z]|-[0-9Xx])")
_SEPARATORS = str.maketrans("", "", "- ")
_PRINTED_MUSIC = "9790"


def parse_isbns(text: str) -> list[str]:
    """Return the ISBNs of a field with thirteen digits, each once; wrong check digits are out."""
    text = _ISBN_LABEL.sub(" ", plain(text))
    found = (_isbn13(match[1].translate(_SEPARATORS).upper()) for match in _ISBN.finditer(text))
    return list(dict.fromkeys(isbn for isbn in found if isbn))


def parse_issns(text: str) -> list[str]:
    """Return the ISSNs of a field as `NNNN-NNNC`, each once; wrong check digits are out."""
    found = (_issn(f"{match[1]}{match[2].upper()}") for match in _ISSN.finditer(plain(text)))
    return list(dict.fromkeys(issn for issn in found if issn))


@lru_cache(maxsize=4096)
def _isbn13(compact: str) -> str | None:
    if compact.startswith(_PRINTED_MUSIC) and len(compact) == 13:
        return None
    if not compact[-10:-1].strip("0"):
        return None  # zeros stand for no number at all
    body, check = compact[:-1], compact[-1]
    if len(compact) == 13:
        return compact if check == _check_of_ean(body) else None
    return f"978{body}{_check_of_ean('978' + body)}" if check == _check_modulo_11(body) else None


@lru_cache(maxsize=4096)
def _issn(compact: str) -> str | None:
    if not compact.strip("0") or compact[-1] != _check_modulo_11(compact[:-1]):
        return None
    return f"{compact[:4]}-{compact[4:]}"


def _check_of_ean(digits: str) -> str:
    """Return the last digit of an ISBN of thirteen: the others count once and three times."""
    total = sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))
    return str(-total % 10)


def _check_modulo_11(digits: str) -> str:
    """Return the last digit of an ISSN or an ISBN of ten, where X stands for ten."""
    weights = range(len(digits) + 1, 1, -1)
    rest = -sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11
    return "X" if rest == 10 else str(rest)
