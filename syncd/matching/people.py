"""Authors, compared as exports spell them: initials, swapped names, particles, other alphabets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Indel

from syncd.matching.folding import fold

KEPT = 6
"""How many authors of a work are compared; exports cut long lists, seldom below three."""

_LONGEST = 32
_NOBODY = frozenset(
    (
        "", "anon", "anonymous", "no author listed", "no authors listed", "unknown",
        "unknown author", "n a", "et al", "others", "none", "null", "nan",
    )
)  # fmt: skip
_INITIALS_LAST = re.compile(r"(?<=\S)\s++((?:[A-Z]\.?[ -]?){1,3})\Z")
"""`Xu J`, where nobody put a comma."""

_SHORT_NAME = 6
_ALIKE = 0.6
_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))
_PARTICLES = re.compile(
    r"\b(?:van|von|der|den|de|ter|ten|la|le|del|della|di|da|dos|el|al|bin|zu)\b ?(?=\w)"
)
_SAME_NAME = 0.84
_TOO_SHORT_TO_MISSPELL = 4
_INITIALS = 2
"""Letters that a word has at most which may be initials."""


class Authors(IntEnum):
    """How far the authors of two works agree; UNKNOWN where a side names none.

    REORDERED: the same people in another order. CUT: the first is the same, and all of the
    shorter list are on the longer one.
    """

    DIFFERENT = 0
    UNKNOWN = 1
    SHARED = 2
    REORDERED = 3
    SAME_FIRST = 4
    CUT = 5
    SAME = 6


def fold_authors(authors: Sequence[str]) -> tuple[str, ...]:
    """Return the first authors as `family,given`, folded; who stands for nobody is left out."""
    folded: list[str] = []
    for author in authors:
        family, _, given = author.partition(",")
        if not given and (found := _INITIALS_LAST.search(family.strip())):
            family, given = family.strip()[: found.start()], found[1]
        name = fold(family)
        if name in _NOBODY:
            continue
        folded.append(f"{name},{fold(given)}"[:_LONGEST])
        if len(folded) == KEPT:
            break
    return tuple(folded)


def compare_authors(one: Sequence[str], other: Sequence[str]) -> Authors:
    """Tell how far two lists of folded authors agree."""
    if not one or not other:
        return Authors.UNKNOWN
    if one == other:
        return Authors.SAME
    if one[0].isascii() != other[0].isascii():
        return Authors.UNKNOWN  # another script, which nobody can compare by letters
    met, met_other = _meet(one, other)
    everybody = min(met, met_other) == min(len(one), len(other))
    if is_same_person(one[0], other[0]):
        complete = len(one) == len(other) or max(len(one), len(other)) == KEPT
        if not everybody:
            return Authors.SAME_FIRST
        return Authors.SAME if complete else Authors.CUT
    if met == met_other == len(one) == len(other) and met > 1:
        return Authors.REORDERED
    return Authors.SHARED if met else Authors.DIFFERENT


def count_in_common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many people are on both of two lists of folded authors."""
    return min(_meet(one, other))


def _meet(one: Sequence[str], other: Sequence[str]) -> tuple[int, int]:
    """Return how many on either side are also on the other."""
    pairs = [
        (mine, theirs)
        for mine, name in enumerate(one)
        for theirs, candidate in enumerate(other)
        if is_same_person(name, candidate)
    ]
    return len({mine for mine, _ in pairs}), len({theirs for _, theirs in pairs})


class _Name(NamedTuple):
    """A folded name taken apart: once for all the names that it is compared with."""

    whole: str
    letters: str
    joined: str
    """The family name in one word, its particles with it: `delacruz`."""
    family: str
    given: str
    words: tuple[str, ...]
    long: tuple[str, ...]
    """Words that are no initials."""
    long_of_family: tuple[str, ...]


@lru_cache(maxsize=512)
def _take_apart(name: str) -> _Name:
    family, _, given = name.partition(",")
    joined = family.replace(" ", "")
    family = _PARTICLES.sub("", family)
    words = tuple(f"{family} {given}".split())
    long = tuple(word for word in words if len(word) > _INITIALS)
    of_family = family.split()
    letters = name.replace(",", "").replace(" ", "")
    of_both = tuple(word for word in long if word in of_family)
    return _Name(name, letters, joined, family, given, words, long, of_both)


def is_same_person(one: str, other: str) -> bool:
    """Tell whether two folded names may be one person's, with names swapped or cut short."""
    mine, theirs = _take_apart(one), _take_apart(other)
    if _are_run_together(mine, theirs.family) or _are_run_together(theirs, mine.family):
        return True
    if _is_same_word(mine.family, theirs.family) or mine.joined == theirs.joined:
        return _may_be_given(mine.given, theirs.given)
    met = [word for word in mine.long if word in theirs.long]
    of_families = (*mine.long_of_family, *theirs.long_of_family)
    if not any(word in of_families for word in met):
        return False
    initials = _initials(mine.words), _initials(theirs.words)
    return initials[0] <= initials[1] or initials[1] <= initials[0]


def have_other_given_names(one: str, other: str) -> bool:
    """Tell whether two of one family name are most likely two people: Karl and Knut, Jr. and Sr."""
    mine, theirs = _take_apart(one), _take_apart(other)
    if not mine.given or not theirs.given or not _is_same_word(mine.family, theirs.family):
        return False
    suffixes = [frozenset(name.given.split()) & _SUFFIXES for name in (mine, theirs)]
    if all(suffixes) and suffixes[0] != suffixes[1]:
        return True
    short, long = sorted((_first(mine.given), _first(theirs.given)), key=len)
    if len(short) < _INITIALS or long.startswith(short):
        return False
    if len(long) <= _TOO_SHORT_TO_MISSPELL:
        return True
    if len(short) < _TOO_SHORT_TO_MISSPELL:
        return False  # `xm` may be Xiaoming
    return Indel.normalized_similarity(short, long) < _ALIKE


def _first(given: str) -> str:
    """Return the first given name; one that is written in two words is taken whole."""
    words = given.split()
    return "".join(words) if all(len(word) > 1 for word in words) else words[0]


def _are_run_together(name: _Name, family: str) -> bool:
    """`gotzjurgen` is what some exports leave of `Gotz, Jurgen`."""
    run = len(name.letters) > _SHORT_NAME and family.startswith(name.letters)
    return run and family != name.whole


def _is_same_word(one: str, other: str) -> bool:
    if one == other:
        return True
    one, other = one.replace(" ", ""), other.replace(" ", "")
    if one == other:
        return True
    if min(len(one), len(other)) <= _TOO_SHORT_TO_MISSPELL:
        return False
    return Indel.normalized_similarity(one, other, score_cutoff=_SAME_NAME) >= _SAME_NAME


def _may_be_given(one: str, other: str) -> bool:
    """Two given names disagree only if both are there and share no initial at all."""
    return not one or not other or bool(_initials(set(one.split())) & _initials(set(other.split())))


def _initials(words: Iterable[str]) -> set[str]:
    return {word[0] for word in words}
