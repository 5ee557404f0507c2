"""How alike two titles are, and what stands in the difference: a typo, a subtitle, a number."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Indel

from syncd.matching.features import Features
from syncd.matching.number_words import NUMBER_WORDS
from syncd.matching.numbering import is_roman, read_roman
from syncd.matching.vocabulary import LISTED, Vocabulary
from syncd.matching.wording import OF_OTHER_WORKS, Difference, find_difference, tells

RELATED = 0.6
"""Below this, two titles have no more in common than any two of one field."""
ALIKE = 0.85
SAME = 0.95
EXACT = 0.985


class Likeness(NamedTuple):
    """`similarity` of the letters and digits, 1 when equal, and what is odd about the rest.

    `contained`: one title is the beginning of the other (a subtitle is missing, a long title was
    cut); `preceded`: one is the end of the other, and what stands in front may make another work
    of it. `other_numbers`: a number, part or dose differs; `number_missing`: one side has none at
    all; `other_part`: only numbers that stand alone differ. `other_words`: a telling word stands
    in the place of another one, or is missing; `other_meaning`: that is no slip of a typist;
    `other_work`: a word makes another work of it, as `protocol` or `revisited` do.
    """

    similarity: float
    contained: bool = False
    preceded: bool = False
    other_numbers: bool = False
    number_missing: bool = False
    other_part: bool = False
    other_words: bool = False
    other_meaning: bool = False
    other_work: bool = False


_MONTHS = frozenset(
    """
    january february march april june july august september october november december spring
    summer autumn winter
    """.split()
)
_NUMBERED = frozenset(
    """
    part volume case study phase stage class type grade chapter book level
    teil partie parte chast deel czesc band tome tomo
    """.split()
)
_LONG_ROMAN = 6
_NUMBER = re.compile(r"[0-9]+(?:decimal[0-9]+)?")
_LEAST_CONTAINED = 10
_CUT = 90


def compare_titles(one: Features, other: Features, vocabulary: Vocabulary = LISTED) -> Likeness:
    """Compare two works by that pair of their titles which is most alike."""
    best = compare_words(one.title, other.title, vocabulary)
    if best.similarity < SAME and (one.other_titles or other.other_titles):
        pairs = (
            (mine, theirs)
            for mine in (one.title, *one.other_titles)
            for theirs in (other.title, *other.other_titles)
        )
        found = (compare_words(*pair, vocabulary) for pair in pairs)
        best = max(found, key=lambda each: each.similarity)
    return best


def compare_words(one: str, other: str, vocabulary: Vocabulary = LISTED) -> Likeness:
    """Compare two folded titles."""
    if not one or not other:
        return Likeness(0.0)
    mine, theirs = one.replace(" ", ""), other.replace(" ", "")
    if mine == theirs:
        return Likeness(1.0)
    similarity = Indel.normalized_similarity(mine, theirs)
    short, long = (one, other) if len(one) < len(other) else (other, one)
    if _begins(long, short):
        return _lacks_subtitle(similarity, long[len(short) :])
    if len(short) >= _LEAST_CONTAINED and long.endswith(f" {short}"):
        return _has_words_in_front(similarity, long[: -len(short)], short)
    if similarity < RELATED:
        return Likeness(similarity)
    numbers = numbers_in(one), numbers_in(other)
    differ = find_difference(one, other, vocabulary) if similarity >= ALIKE else Difference()
    return Likeness(
        similarity,
        other_numbers=numbers[0] != numbers[1],
        number_missing=numbers[0] != numbers[1] and "" in numbers,
        other_part=numbers[0] != numbers[1] and "" not in numbers and _is_other_part(one, other),
        other_words=differ.words,
        other_meaning=differ.meaning,
        other_work=differ.work,
    )


def _lacks_subtitle(similarity: float, rest: str) -> Likeness:
    part = _names_a_part(rest)
    words = rest.split()
    other_work = not OF_OTHER_WORKS.isdisjoint(words)
    return Likeness(
        similarity,
        contained=True,
        other_numbers=part,
        number_missing=part,
        other_words=other_work or "response" in words,
        other_work=other_work,
    )


def _has_words_in_front(similarity: float, front: str, title: str) -> Likeness:
    """Words in front make another work of it, but for a name made of the title's own letters."""
    words = [word for word in front.split() if tells(word)]
    numbered = bool(numbers_in(front))
    return Likeness(
        similarity,
        preceded=True,
        other_numbers=numbered,
        number_missing=numbered,
        other_words=numbered or bool(words),
        other_work=numbered or any(not _is_made_of(word, title) for word in words),
    )


def _is_made_of(name: str, title: str) -> bool:
    """Tell whether a name is short for a title: `HyRed` for `A hybrid job recommendation`."""
    letters = iter(title)
    return name[0] == title[0] and all(letter in letters for letter in name)


def are_unrelated(one: Features, other: Features) -> bool:
    """Tell quickly whether two titles have nothing in common, not even a beginning."""
    if one.other_titles or other.other_titles or not one.title or not other.title:
        return False
    short, long = sorted((one.title, other.title), key=len)
    if long.startswith(short) or long.endswith(short):
        return False
    return not Indel.normalized_similarity(
        short.replace(" ", ""), long.replace(" ", ""), score_cutoff=RELATED
    )


def _begins(long: str, short: str) -> bool:
    """Tell whether a title is the whole beginning of another one, or a long one that was cut."""
    if len(short) < _LEAST_CONTAINED or not long.startswith(short):
        return False
    return len(short) >= _CUT or long[len(short)] == " "


def _names_a_part(rest: str) -> bool:
    """Tell whether a subtitle's first words number it: `part ii`, `2`, `b`.

    An `a` with more behind it is an article: `a randomised trial`.
    """
    words = rest.split()
    if not words or (words[0] == "a" and len(words) > 1):
        return False
    return words[0] in _NUMBERED or bool(numbers_in(words[0])) or len(words[0]) == 1


def _is_other_part(one: str, other: str) -> bool:
    """Tell whether numbers that stand alone (`part ii`, `5 mg`) are all that differs."""
    mine, theirs = one.split(), other.split()
    if len(mine) != len(theirs):
        return False
    pairs = [pair for pair in zip(mine, theirs, strict=True) if pair[0] != pair[1]]
    return all(_is_number(left) and _is_number(right) for left, right in pairs)


def _is_number(word: str) -> bool:
    if word.isdigit() or word in NUMBER_WORDS or len(word) == 1:
        return True
    return len(word) < _LONG_ROMAN and read_roman(word) is not None


@lru_cache(maxsize=2048)
def numbers_in(words: str) -> str:
    """Return the digits of a folded title in order, Roman, ordinal and part numbers included."""
    if words.isalpha():
        return _number(words, "")
    found: list[str] = []
    before = ""
    for word in words.split():
        found.append(_number(word, before))
        before = word
    return "".join(found)


def _number(word: str, before: str) -> str:
    if digits := _NUMBER.findall(word):
        return "".join(digits)
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word]
    if word in _MONTHS:
        return word
    if len(word) == 1:
        return _part(word, before)
    if is_roman(word):
        return str(read_roman(word.removesuffix("e")))
    # Others are words as well, unless they stand after `part` and the like.
    roman = read_roman(word) if before in _NUMBERED and len(word) < _LONG_ROMAN else None
    return str(roman) if roman else ""


def _part(letter: str, before: str) -> str:
    """Return what `i` or `b` numbers after `part`, `type`, …; elsewhere a letter is just that."""
    if before not in _NUMBERED:
        return ""
    roman = read_roman(letter)
    return str(roman) if roman and letter in "ivx" else letter
