"""How alike two titles are, and what stands in the difference: a typo, a subtitle, a number."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Indel

from syncd.matching.features import Features
from syncd.matching.numbering import read_roman

RELATED = 0.6
"""Below this, two titles have no more in common than any two of one field."""
ALIKE = 0.85
SAME = 0.95
EXACT = 0.985


class Likeness(NamedTuple):
    """`similarity` of the letters and digits, 1 when equal, and what is odd about the rest.

    `contained`: one title is the beginning or end of the other (a subtitle is missing, a long
    title was cut). `other_numbers`: a number, part or dose differs; `number_missing`: one side has
    none at all; `other_part`: only numbers that stand alone differ. `other_words`: a telling
    word stands in the place of another one.
    """

    similarity: float
    contained: bool = False
    other_numbers: bool = False
    number_missing: bool = False
    other_part: bool = False
    other_words: bool = False


_NUMBER_WORDS = {
    word: str(number)
    for number, words in enumerate(
        (
            "one first", "two second", "three third", "four fourth", "five fifth", "six sixth",
            "seven seventh", "eight eighth", "nine ninth", "ten tenth", "eleven eleventh",
            "twelve twelfth",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip
_MONTHS = frozenset(
    """
    january february march april june july august september october november december spring
    summer autumn winter
    """.split()
)
_NUMBERED = frozenset(
    "part volume case study phase stage class type grade chapter book level".split()
)
_ROMANS = frozenset(("ii", "iii", "iv", "vii", "viii", "ix", "xii", "xiii"))
"""Roman numbers that are hardly ever a word; others count after `part` and the like."""

_LONG_ROMAN = 6
_NUMBER = re.compile(r"[0-9]+(?:decimal[0-9]+)?")
_OF_OTHER_WORKS = frozenset(
    """
    protocol protocols reply response comment commentary erratum corrigendum correction appendix
    supplement update updated follow followup extension
    """.split()
)
"""Words of a subtitle that make another work of it."""

_LEAST_CONTAINED = 10
_CUT = 90
_LIKE_WORD = 0.72
_TELLING = 4
_OPPOSITES = (
    frozenset(("men", "women")),
    frozenset(("male", "female")),
    frozenset(("males", "females")),
    frozenset(("with", "without")),
    frozenset(("before", "after")),
    frozenset(("pre", "post")),
    frozenset(("low", "high")),
    frozenset(("left", "right")),
    frozenset(("short", "long")),
    frozenset(("north", "south")),
    frozenset(("east", "west")),
    frozenset(("boys", "girls")),
    frozenset(("mothers", "fathers")),
)
_OPPOSED_BEGINNINGS = (
    ("hyper", "hypo"),
    ("pre", "post"),
    ("intra", "inter"),
    ("intra", "extra"),
    ("non", ""),
    ("un", ""),
)


def compare_titles(one: Features, other: Features) -> Likeness:
    """Compare two works by that pair of their titles which is most alike."""
    best = compare_words(one.title, other.title)
    if best.similarity < SAME and (one.other_titles or other.other_titles):
        pairs = (
            (mine, theirs)
            for mine in (one.title, *one.other_titles)
            for theirs in (other.title, *other.other_titles)
        )
        best = max((compare_words(*pair) for pair in pairs), key=lambda found: found.similarity)
    return best


def compare_words(one: str, other: str) -> Likeness:
    """Compare two folded titles."""
    if not one or not other:
        return Likeness(0.0)
    mine, theirs = one.replace(" ", ""), other.replace(" ", "")
    if mine == theirs:
        return Likeness(1.0)
    similarity = Indel.normalized_similarity(mine, theirs)
    short, long = (one, other) if len(one) < len(other) else (other, one)
    if _contains(long, short):
        rest = long[len(short) :] if long.startswith(short) else long[: -len(short)]
        part = _names_a_part(rest)
        return Likeness(
            similarity,
            contained=True,
            other_numbers=part,
            number_missing=part,
            other_words=not _OF_OTHER_WORKS.isdisjoint(rest.split()),
        )
    if similarity < RELATED:
        return Likeness(similarity)
    numbers = numbers_in(one), numbers_in(other)
    return Likeness(
        similarity,
        other_numbers=numbers[0] != numbers[1],
        number_missing=numbers[0] != numbers[1] and "" in numbers,
        other_part=numbers[0] != numbers[1] and "" not in numbers and _is_other_part(one, other),
        other_words=similarity >= ALIKE and _has_other_words(one, other),
    )


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


def _contains(long: str, short: str) -> bool:
    if len(short) < _LEAST_CONTAINED:
        return False
    cut = len(short) >= _CUT
    if long.startswith(short):
        return cut or long[len(short)] == " "
    return long.endswith(short) and long[-len(short) - 1] == " "


def _names_a_part(rest: str) -> bool:
    """Tell whether a subtitle's first words number it: `part ii`, `2`, `a`."""
    words = rest.split()
    return bool(words) and (
        words[0] in _NUMBERED or bool(numbers_in(words[0])) or len(words[0]) == 1
    )


def _is_other_part(one: str, other: str) -> bool:
    """Tell whether numbers that stand alone (`part ii`, `5 mg`) are all that differs."""
    mine, theirs = one.split(), other.split()
    if len(mine) != len(theirs):
        return False
    pairs = [pair for pair in zip(mine, theirs, strict=True) if pair[0] != pair[1]]
    return all(_is_number(left) and _is_number(right) for left, right in pairs)


def _is_number(word: str) -> bool:
    if word.isdigit() or word in _NUMBER_WORDS or len(word) == 1:
        return True
    return len(word) < _LONG_ROMAN and read_roman(word) is not None


@lru_cache(maxsize=8192)
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
    if word in _NUMBER_WORDS:
        return _NUMBER_WORDS[word]
    if word in _MONTHS:
        return word
    if len(word) == 1:
        return _part(word, before)
    roman = read_roman(word) if len(word) < _LONG_ROMAN else None
    return str(roman) if roman and (word in _ROMANS or before in _NUMBERED) else ""


def _part(letter: str, before: str) -> str:
    """Return what `i` or `b` numbers after `part`, `type`, …; elsewhere a letter is just that."""
    if before not in _NUMBERED:
        return ""
    roman = read_roman(letter)
    return str(roman) if roman and letter in "ivx" else letter


def _has_other_words(one: str, other: str) -> bool:
    mine, theirs = set(one.split()), set(other.split())
    only_mine, only_theirs = mine - theirs, theirs - mine
    if not only_mine or not only_theirs:
        return False
    if any(opposite <= only_mine | only_theirs for opposite in _OPPOSITES):
        return True
    joined = "".join(sorted(only_theirs)), "".join(sorted(only_mine))
    strange = [word for word in only_mine if _is_strange(word, only_theirs, joined[0])]
    return bool(strange) and any(_is_strange(word, only_mine, joined[1]) for word in only_theirs)


def _is_strange(word: str, others: set[str], joined: str) -> bool:
    """Tell whether a telling word has no counterpart: misspelt, inflected or joined to another."""
    if len(word) < _TELLING or word in joined:
        return False
    return not any(_is_like(word, candidate) for candidate in others)


def _is_opposed(word: str, candidate: str) -> bool:
    """Tell whether two words differ in a beginning that turns their meaning."""
    return any(
        word.startswith(one) and candidate == other + word[len(one) :]
        for one, other in _OPPOSED_BEGINNINGS
    )


def _is_like(word: str, candidate: str) -> bool:
    if _is_opposed(word, candidate) or _is_opposed(candidate, word):
        return False
    return (
        candidate in word
        or word in candidate
        or (Indel.normalized_similarity(word, candidate) >= _LIKE_WORD)
    )
