"""Numbers under which registers keep clinical trials, found wherever they stand."""

from __future__ import annotations

import re

_MAY_BE = re.compile(
    r"nct[\s:#-]?\d|isrctn|eudract|euctr|\d{4}-\d{6}-\d\d|drks|actrn|chictr|ctri/|irct|umin|jprn|kct[\s:-]?\d|(?:ntr|nl)[\s:-]?\d{3}"
    r"|japic|pactr|rbr-|tctr|slctr|lbctr|per-\d|rpcec|jrct|anzctr"
)
_NUMBER = re.compile(
    r"""
    (?<![a-z0-9])(?:
        nct[\s:#-]?(?P<nct>\d{8})
      | isrctn[\s:#/-]?(?P<isrctn>\d{8})
      | (?:eudract|euctr)?[\s:#-]{0,6}(?P<eudract>20\d\d-\d{6}-\d\d)(?:-[a-z]{2})?
      | (?P<other>
            drks[\s:-]?\d{8} | actrn[\s:-]?\d{14}p? | chictr-?[a-z]*-?\d{8,10}
          | ctri/\d{4}/\d{2,3}/\d{5,6} | irct[\s:-]?\d{8,14}n?\d{0,3}
          | (?:jprn-)?(?:umin[\s:-]?\d{9}|jrct[s]?\d{9,10}|japicCTI-?\d{6}) | kct[\s:-]?\d{7}
          | (?:ntr|nl)[\s:-]?\d{3,5} | pactr[\s:-]?\d{15,16} | rbr-[a-z0-9]{5,8}
          | tctr[\s:-]?\d{11} | slctr/\d{4}/\d{3} | lbctr\d{10} | per-\d{3}-\d{2} | rpcec\d{8}
        )
    )(?![0-9])""",
    re.VERBOSE | re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[\s:#-]+")


def find_trial_numbers(text: str) -> tuple[str, ...]:
    """Return the registry numbers in a text, each once, in order and in one spelling."""
    if not _MAY_BE.search(text.lower()):
        return ()
    return tuple(sorted({_spell(found) for found in _NUMBER.finditer(text)}))


def _spell(found: re.Match[str]) -> str:
    for kind in ("nct", "isrctn", "eudract"):
        if number := found[kind]:
            return f"{kind}{number}"
    return _SEPARATORS.sub("", found["other"].lower()).removeprefix("jprn")
