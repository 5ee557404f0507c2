"""Numbers under which registers keep clinical trials, found wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LONG = 300
_VERY_LONG = 1 << 16
_BETWEEN_WORDS = re.compile(r"[a-z.,;] [A-Za-z]{3}")
"""Between two words that are no number."""
_DIGITS = re.compile(r"[0-9]{3}")
_UNNAMED = re.compile(r"20[0-3][0-9]-[0-9]{6}-[0-9][0-9]")
# For texts in small letters: to mind no case takes twice as long.
_NUMBER = re.compile(
    r"""
    (?<![a-z0-9])(?:
        nct[\s:#-]?(?P<nct>\d{8})
      | isrctn[\s:#/-]?(?P<isrctn>\d{8})
      | (?:eudract|euctr|euct|ctis)?[\s:#-]{0,6}(?P<eudract>20\d\d-\d{6}-\d\d)(?:-[a-z]{2}|-\d\d)?
      | (?P<other>
            drks[\s:-]?\d{8} | actrn[\s:-]?\d{14}p? | chictr-?[a-z]*-?\d{8,10}
          | ctri/\d{4}/\d{2,3}/\d{5,6} | irct[\s:-]?\d{8,14}n?\d{0,3}
          | (?:jprn-)?(?:umin[\s:-]?\d{9}|jrct[s]?\d{9,10}|japiccti-?\d{6}) | kct[\s:-]?\d{7}
          | (?:ntr|nl)[\s:-]?\d{3,5} | pactr[\s:-]?\d{15,16} | rbr-[a-z0-9]{5,8}
          | crd4\d{10} | u1111-\d{4}-\d{4} | (?:itmctr|hkuctr)-?\d{3,12}
          | nmrr-\d{2}-\d{1,5}-\d{1,6} | jma-iia\d{5} | reec-\d{4}-\d{4}
          | tctr[\s:-]?\d{11} | slctr/\d{4}/\d{3} | lbctr\d{10} | per-\d{3}-\d{2} | rpcec\d{8}
        )
    )(?![0-9])""",
    re.VERBOSE,
)
_DIGITS_BEHIND = {
    end: re.compile(rf"{end}{rest}")
    for end, rest in {
        "ct": r"(?:r-?(?:(?!ctr)[a-z])*+-?|[nirs]{0,2})[\s:#/-]{0,6}\d",
        **dict.fromkeys(
            ("drks", "umin", "ntr", "nl", "crd", "nmrr", "jma-iia", "reec", "per", "rpcec"),
            r"[\s:#/-]{0,6}\d",
        ),
        **dict.fromkeys(("rbr-", "u1111-"), ""),
        "20": r"\d\d-\d{6}-",
    }.items()
}
"""What each number has at least: the end of a register's name, and a digit behind it. Looked for
one by one, as what begins with a text is found many times faster than one of several."""
_NAMES = re.compile(r"CT|DRKS|UMIN|NTR|RBR-|CRD4|U1111-|NMRR-|RPCEC|JMA-IIA|REec-")
"""What of it stands in capitals in running text."""
_IN_PARTS = ("u1111", "nmrr", "reec", "jma", "rbr", "per")
"""Registers whose numbers are several, which no separator may join."""

_SEPARATORS = re.compile(r"[\s:#-]+")


def find_trial_numbers(text: str) -> tuple[str, ...]:
    """Return the registry numbers in a text, each once, in order and in one spelling.

    In running text a register has to be written as it writes itself.
    """
    if len(text) > _LONG and not _may_be_named(text):
        return ()
    if len(text) > _VERY_LONG:
        return tuple(sorted({number for part in _parts(text) for number in _find(part)}))
    low = text.lower()
    if len(text) <= _LONG and not _may_be_numbered(low):
        return ()
    return tuple(sorted(set(_find(low))))


def _find(low: str) -> Iterator[str]:
    if any(end in low and behind.search(low) for end, behind in _DIGITS_BEHIND.items()):
        yield from map(_spell, _NUMBER.finditer(low))


def _parts(text: str) -> Iterator[str]:
    """Yield a long text in small letters part by part; each ends where no number does."""
    begin = 0
    while begin < len(text):
        blanks = _BETWEEN_WORDS.search(text, begin + _VERY_LONG)
        end = blanks.start() + 1 if blanks else len(text)
        yield text[begin:end].lower()
        begin = end


def _may_be_named(text: str) -> bool:
    if _NAMES.search(text):
        return True
    return "egist" in text and _UNNAMED.search(text) is not None


def _may_be_numbered(low: str) -> bool:
    # Asked of nearly every record: in this form it takes two thirds of a pattern's time.
    if "rbr-" in low:
        return True
    if not _DIGITS.search(low):
        return False
    if "ct" in low:
        if "nct" in low or "ctr" in low or "rct" in low or "ract" in low:
            return True
        if "kct" in low or "cti" in low or "euct" in low:
            return True
    if "ntr" in low or "drks" in low or "umin" in low or "crd4" in low:
        return True
    if "u1111-" in low or "nmrr-" in low or "rpcec" in low or "per-" in low:
        return True
    if "jma-iia" in low or "reec-" in low or "nl" in low:
        return True
    return _UNNAMED.search(low) is not None


def _spell(found: re.Match[str]) -> str:
    for kind in ("nct", "isrctn", "eudract"):
        if number := found[kind]:
            return f"{kind}{number}"
    other = found["other"]
    if other.startswith(_IN_PARTS):
        return other
    return _SEPARATORS.sub("", other).removeprefix("jprn")
