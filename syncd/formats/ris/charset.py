"""Tells by evidence in which encoding bytes were written, or refuses to guess."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from syncd.errors import InputError
from syncd.formats.ris.evidence import LOOK_ALIKES, TagReading, weigh
from syncd.formats.ris.evidence import WESTERN as WESTERN

_ENOUGH = 1 << 14  # bytes of evidence looked at
_A_SLIP = 2  # odd bytes that are damage rather than an encoding, if nothing explains them
_PLENTY = 40  # bytes that make a guess certain if they are all explained
_HALF = 0.5  # share that windows-1252 has to explain if no other encoding is plausible at all
_MARGIN = 1.0  # bytes by which an encoding has to explain more than the next
_OF_ONE, _OF_SEVERAL = 0.95, 0.85  # shares of words in one language that tell one from several
_TELLING = 8  # bytes from which on that tells anything
_LEAD, _LEAD_SHARE = 2.0, 0.25  # the same against windows-1252 where that is plausible too

_LINE_END = re.compile(rb"[\r\n]+")


class CharsetGuess(NamedTuple):
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
            if any(_holds(head, word.encode(name), len(word)) for word in ("TY ", "ty ", "ER ")):
                return name, 0
    return "utf-8", 0


def _holds(head: bytes, word: bytes, letters: int) -> bool:
    """Tell whether a word stands in text of characters that are several bytes wide."""
    return word in head and head.index(word) % (len(word) // letters) == 0


def judge(evidence: bytes) -> CharsetGuess:
    """Tell how to read bytes that no byte order mark speaks for.

    Raises `InputError` if several encodings explain them and give different text, or none does.
    """
    if _is_utf8(evidence):  # as nearly all is
        return CharsetGuess("utf-8", is_ascii=evidence.isascii())
    lines = _LINE_END.split(evidence)
    if len(lines) > 1:
        del lines[-1]  # empty, or perhaps cut in the middle of a character
    lines = [line for line in lines if not line.isascii()]
    bad = [line for line in lines if not _is_utf8(line)]
    good = len(lines) - len(bad)
    if not bad:
        return CharsetGuess("utf-8", is_ascii=not good)
    western, rivals = weigh(b"\n".join(bad)[:_ENOUGH])
    best = _choose(western, rivals)
    if good * 10 >= len(bad):
        return CharsetGuess("utf-8", fallback=best.encoding if best else WESTERN)
    if best is None and western.amount <= _A_SLIP and not rivals:
        return CharsetGuess("utf-8", certain=False)
    if best is None:
        raise InputError(_undecided([western, *rivals]))
    certain = best.amount >= _PLENTY and best.share == 1.0
    how = "certainly" if certain else "probably"
    reason = f"not UTF-8 but {how} {best.encoding}: check that the text reads well"
    return CharsetGuess(best.encoding, certain, reason=reason)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _choose(western: TagReading, rivals: list[TagReading]) -> TagReading | None:
    """Choose the reading that explains the bytes, or None if none does or several do.

    Exports that are not UTF-8 are in windows-1252 as a rule, so a rival that reads the bytes
    differently has to explain them much better, or alone.
    """
    if western.is_plausible or not western.amount:
        rivals = [rival for rival in rivals if _is_better(rival, western)]
        if not rivals:
            return western
    if not rivals:
        return western if western.share >= _HALF else None
    best = rivals[0]
    others = [rival for rival in rivals if rival.text != best.text]
    if others and best.score - others[0].score < _MARGIN:
        return None
    return best


def _is_better(rival: TagReading, western: TagReading) -> bool:
    """Tell whether text that also looks right as windows-1252 is rather in its look-alike.

    It is if that explains much more, or by one language what else takes several.
    """
    if rival.encoding not in LOOK_ALIKES:
        return False
    lead = max(_LEAD, _LEAD_SHARE * western.amount)
    of_one = rival.one_language >= _OF_ONE and western.one_language <= _OF_SEVERAL
    if of_one and western.amount >= _TELLING:
        lead = 0.0
    return rival.score >= western.score + lead


def _undecided(readings: list[TagReading]) -> str:
    names = ", ".join(reading.encoding for reading in readings[:3])
    return (
        f"cannot tell in which encoding this file was written (not UTF-8; tried {names}, …); "
        "save it as UTF-8 and drop it again"
    )
