"""Which words of two titles differ, and whether a difference is one of spelling or of meaning.

A word in another's place tells two works apart if it is a word: `maternal` is no misspelt
`paternal`, though one letter is all that differs. How near two spellings are counts only where
one of them is no known word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA, Levenshtein

from syncd.matching.number_words import NUMBER_WORDS
from syncd.matching.vocabulary import Vocabulary

_SILENT = frozenset(
    """
    a an the of in on for to and or with by at from as is are its their this that vs versus
    de la le les des du et un une en au aux l d
    der die das und von des im zur zum fur bei mit ein eine einer den dem
    el los las y una por para con del al
    il lo gli della delle di e per nel o os do da dos das no na em
    """.split()
)
"""Words that exports leave out or change without making another title of it."""

_SLIP = 1
"""Letters that a misspelling adds, drops, changes or swaps; two make another drug of one."""

_SHORT = 3
_VARIANTS = tuple(
    (re.compile(pattern), spelt)
    for pattern, spelt in (
        ("[ao]e", "e"), ("ue", "u"), ("z", "s"), ("our", "or"), ("ph", "f"), ("tre(?=s?$)", "ter"),
        ("ogue", "og"), ("mme(?=s?$)", "m"), ("ll", "l"), ("yse", "ys"),
    )
)  # fmt: skip
_PLURAL = re.compile(r"(?<=[a-z]{3})(?:ies|y|(?<![sui])s)$")


def has_other_words(one: str, other: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a telling word of one folded title is missing from the other, or is another."""
    mine, theirs = one.split(), other.split()
    return any(
        _differ(
            mine[step.src_start : step.src_end], theirs[step.dest_start : step.dest_end], vocabulary
        )
        for step in Levenshtein.opcodes(mine, theirs)
        if step.tag != "equal"
    )


def _differ(mine: Sequence[str], theirs: Sequence[str], vocabulary: Vocabulary) -> bool:
    if "".join(mine) == "".join(theirs):
        return False
    rest = list(_telling(theirs))
    for word in _telling(mine):
        found = next((w for w in rest if _is_counterpart(word, w, vocabulary)), None)
        if found is None:
            return True
        rest.remove(found)
    return bool(rest)


def _telling(words: Sequence[str]) -> Iterator[str]:
    """Yield words that mean something; numbers are compared for themselves."""
    for word in words:
        if word not in _SILENT and not word.isdigit() and word not in NUMBER_WORDS:
            yield word


def _is_counterpart(word: str, candidate: str, vocabulary: Vocabulary) -> bool:
    if _spell(word) == _spell(candidate):
        return True
    if min(len(word), len(candidate)) <= _SHORT:
        return False
    near = OSA.distance(word, candidate, score_cutoff=_SLIP) <= _SLIP
    return near and vocabulary.knows(word) != vocabulary.knows(candidate)


@lru_cache(maxsize=2048)
def _spell(word: str) -> str:
    """Return what British and American, singular and plural have in common."""
    if len(word) <= _SHORT:
        return word
    for pattern, spelt in _VARIANTS:
        word = pattern.sub(spelt, word)
    return _PLURAL.sub("", word)
