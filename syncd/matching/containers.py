"""Journals, proceedings and books in which a work stands, under full and short names."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import Indel

from syncd.matching.folding import fold

_LONGEST = 72
_SUBTITLE = re.compile(
    r"\s*(?::|\s=\s|\.\s*conference\b|\bconference:).*", re.IGNORECASE | re.DOTALL
)
_ASIDE = re.compile(r"\s*[(\[][^)\]]*[)\]]?")
_SILENT = frozenset(
    """
    the of and in for on to a an at de la le les des du et der die das und fur y en el los las e do
    da dos das del di il i w v na dla
    """.split()
)
_OF_ANY_MEETING = frozenset(
    """
    proceedings proc annual conference international conf symposium meeting congress workshop
    acm ieee vol vols ser series lecture notes
    """.split()
)
_ORDINAL = re.compile(r"[0-9]+(?:st|nd|rd|th)?")
_ALIKE = 0.9
_WORDS_IN_COMMON = 0.6


@lru_cache(maxsize=16384)
def fold_container(text: str) -> str:
    """Return the telling words of a container's name, folded; a subtitle is left out."""
    main = _ASIDE.sub(" ", _SUBTITLE.sub("", text))
    words = fold(main).split() or fold(text).split()
    telling = [word for word in words if word not in _SILENT]
    return " ".join(telling or words)[:_LONGEST].strip()


@lru_cache(maxsize=65536)
def is_same_container(one: str, other: str) -> bool | None:
    """Tell whether two folded names mean one container; None where that cannot be said."""
    if not one or not other:
        return None
    if one == other:
        return True
    mine, theirs = one.split(), other.split()
    if _abbreviates(mine, theirs) or _abbreviates(theirs, mine):
        return True
    if _is_acronym(mine, theirs) or _is_acronym(theirs, mine):
        return True
    if Indel.normalized_similarity(one, other) >= _ALIKE and _ordinals(mine) == _ordinals(theirs):
        return True
    return _by_words(set(mine), set(theirs))


def _ordinals(words: list[str]) -> set[str]:
    return {word for word in words if _ORDINAL.fullmatch(word)}


def _abbreviates(short: list[str], long: list[str]) -> bool:
    """`curr opin lipidol` is `current opinion lipidology`: each word begins as its full form."""
    if len(short) != len(long):
        return False
    return all(
        full.startswith(cut) or (full[0] == cut[0] and full[-1] == cut[-1] and len(cut) > 2)
        for cut, full in zip(short, long, strict=True)
    )


def _is_acronym(short: list[str], long: list[str]) -> bool:
    """`icis` is `international conference information systems`; so is `icis transforming …`."""
    if len(long) < 3:
        return False
    initials = "".join(word[0] for word in long if not _ORDINAL.fullmatch(word))
    return short[0] == initials or (
        len(short) == 1 and short[0] == initials[: len(short[0])] and len(short[0]) > 2
    )


def _by_words(mine: set[str], theirs: set[str]) -> bool | None:
    shared = mine & theirs
    if not shared:
        return False
    telling = shared - _OF_ANY_MEETING
    if telling and (mine <= theirs or theirs <= mine):
        return True
    share = len(shared) / min(len(mine), len(theirs))
    if telling and share >= _WORDS_IN_COMMON:
        return None
    return False
