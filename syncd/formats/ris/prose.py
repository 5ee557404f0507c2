"""Tells a tag from running text that merely looks like one: `AU - Doe, Jane`, `CA - 125 levels`.

It is asked of lines that begin with a known tag, below a value that may wrap, and are written
otherwise than the file writes its tags. Such a line is a tag unless something speaks against it:
the sentence above goes on, or the value is none that this tag can have.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from syncd.formats.ris.tags import KEPT, TITLES


class Above(NamedTuple):
    """The value that a line would continue: its tag, its last line, and whether it has several."""

    tag: str
    text: str
    is_wrapped: bool


_NAMES = frozenset(("A1", "A2", "A3", "A4", "AU", "ED"))
_ADDRESSES = frozenset(("L1", "L2", "L3", "L4", "L5", "LK", "LL", "UR"))
_NUMBERS = frozenset(("EP", "IP", "IS", "SP", "VL", "VO"))
_SERIALS = frozenset(("BN", "SN"))
_DATES = frozenset(("DA", "PY", "Y1", "Y2", "YR"))
_ADDRESS = re.compile(r"\S*(?:://|www\.|10\.|doi)|<|internal-pdf")
_NUMBER = re.compile(r"(?=.{0,30}\Z)(?!.* [a-z]{3})[\w.]*\d")
_SERIAL = re.compile(r"(?:\D*\d){7}")
_DATE = re.compile(
    r"\(?\d{4}(?!\d)(?! [a-z]{3})|\d{1,2}[ /.-]\W*(?![a-z]{3,}\b)|[A-Z][A-Za-z]{2,8}\b(?! [a-z])"
)
_DOI = re.compile(r"\S*10\.\d{4}|(?i:doi)")
_SHAPES = {
    **dict.fromkeys(_ADDRESSES, _ADDRESS.match),
    **dict.fromkeys(_NUMBERS, _NUMBER.match),
    **dict.fromkeys(_SERIALS, _SERIAL.match),
    **dict.fromkeys(_DATES, _DATE.match),
    "DO": _DOI.match,
    "LA": re.compile(r"[^.]{1,60}\Z").match,
}
"""What tells whether the value of a tag looks as all its values do."""

_SURE = {
    **dict.fromkeys(_NAMES, re.compile(r"[^\W\d]\D{0,60}, ?[^\W\d_]").match),
    **dict.fromkeys(_ADDRESSES, re.compile(r"https?://").match),
    **dict.fromkeys(_SERIALS, re.compile(r"[\d -]{8,17}[\dXx]?\Z").match),
    **dict.fromkeys(_DATES, re.compile(r"\d{4}(?:/[\d/]*)?\Z").match),
    "DO": re.compile(r"(?:https?://\S*|doi:\s*)?10\.\d{4}").match,
}
"""The same where nothing but the value tells a tag from a word: `AU-Doe, Jane`, but `CA-125`."""

# Tags whose values may begin with a small letter.
_IN_ANY_CASE = frozenset("AB C1 C2 DB DP ID KW LA LB M1 M2 M3 N1 N2 NO RN U1 U2 U3 U4 U5".split())
_IN_SMALL_LETTERS = _IN_ANY_CASE | frozenset("BT CY J1 J2 JA JF JO PB PI PP PU T2 T3".split())
# Those whose values may be sentences.
_OF_SENTENCES = frozenset("AB AD BT C1 CR CT FU FX N1 N2 NO RN T1 T2 T3 TI TT".split())
_SENTENCE = re.compile(
    r"(?:\S+ ){1,4}(?:are|can|could|did|do|does|had|has|have|is|may|should|was|were|will|would)"
    r" [^.]*\.\Z"
)
_NUMBER_OF = re.compile(r"\d[\d.,%]*+ [a-z]")
_BREAKS_OFF = re.compile(
    r"\b(?:a|an|and|are|as|at|by|for|from|in|is|of|on|or|that|the|to|was|were|which|with)\Z"
)
_GOES_ON = re.compile(rf"[,;:(/–—-]\Z|{_BREAKS_OFF.pattern}")
_READS_ON = re.compile(r"[a-z]{2,}\b")
_LONGEST_WORD = 8
_NAMES_OF_WORKS = frozenset(("BT", "CT", "JF", "JO", "T1", "T2", "T3", "TI", "TT"))
_OPENING, _CLOSING = re.compile(r"[(\[]"), re.compile(r"[)\]]")
_ENDS = (".", "!", "?", "…", ".)", '."', ".”", "?)", "]")
_PARTICLES = frozenset(
    "af al and bin da de del den der des di dos du el la le ten ter van von zu".split()
)
_MOST_WORDS = 12


def continues(tag: str, value: str, above: Above, *, is_used: bool) -> bool:
    """Tell whether a line with this tag and value is part of the value above it.

    `is_used` tells that other tags of the entry are written in the same way.
    """
    shape = _has_shape(tag, value)
    if shape:
        return False
    if shape is not None and not is_used:
        return True
    if _is_sentence(tag, value):
        return True
    if _GOES_ON.search(above.text[-_LONGEST_WORD:]):
        return True
    ends = above.text.endswith(_ENDS)
    if value[:1].islower() or _NUMBER_OF.match(value):
        is_free = tag in _IN_ANY_CASE and (ends or above.tag in TITLES)
        return not is_free
    return above.is_wrapped and not ends and not is_used


def is_ended(text: str) -> bool:
    """Tell whether a text ends as sentences do."""
    return text.endswith(_ENDS)


def breaks_off(tag: str, text: str) -> bool:
    """Tell whether the last value of a file was surely cut off: its sentence or name goes on.

    Names of works end with no full stop, but neither with `of the` nor inside brackets.
    """
    if tag in KEPT:
        return not is_ended(text)
    if tag not in _NAMES_OF_WORKS:
        return False
    is_open = len(_OPENING.findall(text)) > len(_CLOSING.findall(text))
    return is_open or _GOES_ON.search(text[-_LONGEST_WORD:]) is not None


def may_go_on(value: str) -> bool:
    """Tell quickly whether a value may be what `surely_continues` takes for prose."""
    first = value[:1]
    return (
        first.islower()
        or value[-1:] == "."
        or (first.isdigit() and _NUMBER_OF.match(value) is not None)
    )


def surely_continues(tag: str, value: str, above: Above) -> bool:
    """Tell the same of a line that is written as all tags of its file are, with one blank.

    It is a tag unless the sentence above breaks off and its value reads like the rest.
    """
    if _has_shape(tag, value) or above.text.endswith(_ENDS):
        return False
    if _is_sentence(tag, value):
        return True
    reads_on = (_READS_ON.match(value) or _NUMBER_OF.match(value)) is not None
    if _BREAKS_OFF.search(above.text[-_LONGEST_WORD:]):
        return reads_on or value.endswith(".")
    if above.text.endswith((",", "(")):
        return reads_on
    may_begin_small = tag in _IN_SMALL_LETTERS and tag != above.tag
    return reads_on and value.endswith(".") and not may_begin_small


def _is_sentence(tag: str, value: str) -> bool:
    """Tell whether a value is, or ends, a sentence, though those of its tag are none."""
    has_sentences = tag in _OF_SENTENCES and not value[:1].islower()
    return not has_sentences and _SENTENCE.match(value) is not None


def has_shape(tag: str, value: str) -> bool:
    """Tell whether a value looks like those of its tag, and those look like nothing else."""
    return bool(_has_shape(tag, value))


def is_unlike_prose(tag: str, value: str) -> bool:
    """Tell whether a value can be nothing but one of its tag, whatever stands before it."""
    looks_right = _SURE.get(tag)
    return looks_right is not None and looks_right(value) is not None


def _has_shape(tag: str, value: str) -> bool | None:
    """Tell whether a value looks like those of its tag; None if they look like anything."""
    if tag in _NAMES:
        return _is_name(value)
    looks_right = _SHAPES.get(tag)
    return looks_right(value) is not None if looks_right else None


def _is_name(value: str) -> bool:
    words = value.split()
    return len(words) <= _MOST_WORDS and all(map(_may_be_in_name, words))


def _may_be_in_name(word: str) -> bool:
    is_small = word[0].islower() and "'" not in word and word not in _PARTICLES
    return not is_small and not any(map(str.isdigit, word))
