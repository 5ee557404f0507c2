"""Numbers under which registers keep clinical trials, found wherever they stand."""

from __future__ import annotations

import re

_MAY_BE = re.compile(
    r"nct[\s:#-]?\d|isrctn|eudract|euctr|\d{4}-\d{6}-\d\d|drks|actrn|chictr|ctri/|irct|umin|jprn|kct[\s:-]?\d|(?:ntr|nl)[\s:-]?\d{3}"
    r"|japic|pactr|rbr-|tctr|slctr|lbctr|per-\d|rpcec|jrct|anzctr|crd4|u1111-|itmctr|hkuctr|nmrr-"
    r"|jma-iia|reec-|ctis"
)
_LONG = 300
_NAMES = (
    "NCT", "CTR", "ISRCTN", "raCT", "DRKS", "IRCT", "UMIN", "KCT", "NTR", "RBR-", "RPCEC", "jRCT",
    "CRD4", "U1111-", "NMRR-", "CTIS", "JMA-IIA", "REec-", "japicCTI",
)  # fmt: skip
"""What registers call themselves in running text; looking for these is far quicker."""

_UNNAMED = re.compile(r"20[0-3][0-9]-[0-9]{6}-[0-9][0-9]")
_NUMBER = re.compile(
    r"""
    (?<![a-z0-9])(?:
        nct[\s:#-]?(?P<nct>\d{8})
      | isrctn[\s:#/-]?(?P<isrctn>\d{8})
      | (?:eudract|euctr|euct|ctis)?[\s:#-]{0,6}(?P<eudract>20\d\d-\d{6}-\d\d)(?:-[a-z]{2}|-\d\d)?
      | (?P<other>
            drks[\s:-]?\d{8} | actrn[\s:-]?\d{14}p? | chictr-?[a-z]*-?\d{8,10}
          | ctri/\d{4}/\d{2,3}/\d{5,6} | irct[\s:-]?\d{8,14}n?\d{0,3}
          | (?:jprn-)?(?:umin[\s:-]?\d{9}|jrct[s]?\d{9,10}|japicCTI-?\d{6}) | kct[\s:-]?\d{7}
          | (?:ntr|nl)[\s:-]?\d{3,5} | pactr[\s:-]?\d{15,16} | rbr-[a-z0-9]{5,8}
          | crd4\d{10} | u1111-\d{4}-\d{4} | (?:itmctr|hkuctr)-?\d{3,12}
          | nmrr-\d{2}-\d{1,5}-\d{1,6} | jma-iia\d{5} | reec-\d{4}-\d{4}
          | tctr[\s:-]?\d{11} | slctr/\d{4}/\d{3} | lbctr\d{10} | per-\d{3}-\d{2} | rpcec\d{8}
        )
    )(?![0-9])""",
    re.VERBOSE | re.IGNORECASE,
)
_IN_PARTS = ("u1111", "nmrr", "reec", "jma")
"""Registers whose numbers are several, which no separator may join."""

_SEPARATORS = re.compile(r"[\s:#-]+")


def find_trial_numbers(text: str) -> tuple[str, ...]:
    """Return the registry numbers in a text, each once, in order and in one spelling."""
    if len(text) > _LONG:
        if not any(name in text for name in _NAMES) and not _UNNAMED.search(text):
            return ()
    elif not _MAY_BE.search(text.lower()):
        return ()
    return tuple(sorted({_spell(found) for found in _NUMBER.finditer(text)}))


def _spell(found: re.Match[str]) -> str:
    for kind in ("nct", "isrctn", "eudract"):
        if number := found[kind]:
            return f"{kind}{number}"
    other = found["other"].lower()
    if other.startswith(_IN_PARTS):
        return other
    return _SEPARATORS.sub("", other).removeprefix("jprn")
