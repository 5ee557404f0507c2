"""Tells by evidence in which encoding bytes were written, or refuses to guess."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from syncd.errors import InputError
from syncd.ris.evidence import WESTERN as WESTERN
from syncd.ris.evidence import Reading, rank

_ENOUGH = 1 << 14  # bytes of evidence looked at
_PLAUSIBLE = 0.85  # share of the evidence that an encoding has to explain
_MARGIN = 1.0  # bytes by which it has to explain more than the next
_A_SLIP = 4  # odd bytes that are damage rather than an encoding, if nothing explains them
_PLENTY = 40  # bytes that make a guess certain if they are all explained

_LINE_END = re.compile(rb"[\r\n]+")


class Verdict(NamedTuple):
    """What is to be done with bytes: read them in `encoding`, and what is no UTF-8 in `fallback`.

    `is_ascii` says that the bytes told nothing; `reason` is what a person should know.
    """

    encoding: str
    certain: bool = True
    fallback: str = WESTERN
    is_ascii: bool = False
    reason: str = ""


_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")


def declared(head: bytes) -> tuple[str, int]:
    """Return the encoding that a byte order mark, or the width of `TY`, tells of; UTF-8 if none.

    With it comes the size of the mark.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    if b"\0" in head:
        for name in _WIDE:
            if any(word.encode(name) in head for word in ("TY ", "ty ", "ER ", "er ", "TY-")):
                return name, 0
    return "utf-8", 0


def judge(evidence: bytes) -> Verdict:
    """Tell how to read bytes that no byte order mark speaks for.

    Raises `InputError` if several encodings explain them and give different text, or none does.
    """
    if evidence.isascii():
        return Verdict("utf-8", is_ascii=True)
    lines = _LINE_END.split(evidence)
    if len(lines) > 1:
        del lines[-1]  # empty, or perhaps cut in the middle of a character
    lines = [line for line in lines if not line.isascii()]
    bad = [line for line in lines if not _is_utf8(line)]
    good = len(lines) - len(bad)
    if not bad:
        return Verdict("utf-8", is_ascii=not good)
    ranking = rank(b"\n".join(bad)[:_ENOUGH])
    best = ranking[0]
    if good * 10 >= len(bad):
        fallback = best.encoding if _is_clear(ranking) else WESTERN
        return Verdict("utf-8", fallback=fallback)
    if best.share < _PLAUSIBLE and best.amount <= _A_SLIP:
        return Verdict("utf-8", certain=False)
    if not _is_clear(ranking):
        raise InputError(_undecided(ranking))
    certain = best.amount >= _PLENTY and best.share == 1.0
    how = "certainly" if certain else "probably"
    reason = f"not UTF-8, {how} {best.encoding}: check that the text reads well"
    return Verdict(best.encoding, certain, reason=reason)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_clear(ranking: list[Reading]) -> bool:
    """Tell whether the first reading is plausible and no other explains the bytes as well."""
    best = ranking[0]
    if best.share < _PLAUSIBLE:
        return False
    rivals = [other for other in ranking[1:] if other.text != best.text]
    if not rivals or rivals[0].share < _PLAUSIBLE:
        return True
    lead = best.score - rivals[0].score
    return lead >= _MARGIN or (lead >= 0 and best.encoding == WESTERN)


def _undecided(ranking: list[Reading]) -> str:
    names = " or ".join(reading.encoding for reading in ranking[:2])
    return (
        f"cannot tell in which encoding this file was written ({names}, perhaps); "
        "save it as UTF-8 and drop it again"
    )
