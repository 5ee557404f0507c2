"""Journals, proceedings and books in which a work stands, under full and short names."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import Indel

from syncd.matching.folding import fold
from syncd.matching.number_words import ORDINAL_WORDS, read_ideographs
from syncd.matching.numbering import read_roman
from syncd.matching.vocabulary import is_listed

_LONGEST = 96
_SUBTITLE = re.compile(
    r"(?<!\s)\s*+(?::|(?<=\s)=\s|\.\s*+conference\b|\bconference:).*", re.IGNORECASE | re.DOTALL
)
_ASIDE = re.compile(r"(?<!\s)\s*+[(\[][^)\]]*+[)\]]?")
_SILENT = frozenset(
    """
    the of and in for on to a an at de la le les des du et der die das und fur y en el los las e do
    da dos das del di il i w v na dla supplement supplements suppl
    """.split()
)
_OF_ANY_MEETING = frozenset(
    """
    proceedings proc annual conference international conf symposium meeting congress workshop
    int intl internat acm ieee vol vols ser series lecture notes
    """.split()
)
_ORDINAL = re.compile(r"([0-9]+)(?:st|nd|rd|th|e|er|re|eme|o|a)?")
_IDEOGRAPHIC = re.compile(
    r"(?:第|\u110c\u1166)([一二三四五六七八九十]{1,3}|[0-9]+)(?:[届回次]|\u1112\u116c|\u110e\u1161)"
)
"""The 12th of its kind; the syllables of Korean stand taken apart in folded text."""

_SHORT_YEAR = re.compile(r"[a-z]{3,}([0-9]{2})")
_LAST_OF_CENTURY = 50
_DIGITS_OF_YEAR = 4
_OF_VOLUMES = frozenset(("vol", "vols", "volume", "volumes", "pt", "pts"))
_TRIAL = re.compile(
    r"(?:nct|isrctn|chictr[a-z-]{0,30}|actrn|ctri|drks|irct|jprn-?[a-z]{0,30}|kct|ntr|umin|tctr|eudract|euctr)"
    r"[\s:/-]?[0-9][0-9a-z/-]{3,}",
    re.IGNORECASE,
)
_NOTHING = frozenset(("unknown", "na", "n/a", "none", "null", "nan"))
_LONGEST_CONTRACTION = 5
_ALIKE = 0.9
_FEW = 2
_MOST = 0.7


@lru_cache(maxsize=4096)
def fold_container(text: str) -> str:
    """Return the telling words of a container's name, folded; a subtitle is left out.

    A trial register stands for the trial's number in it, if that is given.
    """
    if trial := _TRIAL.search(text):
        return fold(trial[0]).replace(" ", "")
    if text.lower() in _NOTHING:
        return ""
    main = _ASIDE.sub(" ", _SUBTITLE.sub("", text))
    words = fold(main).split() or fold(text).split()
    telling = [word for word in words if word not in _SILENT]
    return " ".join(telling or words)[:_LONGEST].strip()


@lru_cache(maxsize=4096)
def is_same_container(one: str, other: str) -> bool | None:
    """Tell whether two folded names mean one container; None where that cannot be said."""
    if not one or not other:
        return None
    if one == other:
        return True
    if _TRIAL.fullmatch(one) and _TRIAL.fullmatch(other):
        return False
    mine, theirs = one.split(), other.split()
    ordinals = _ordinals(mine), _ordinals(theirs)
    if _contradict(*ordinals):
        return False
    if one.isascii() != other.isascii():
        return None  # another script, in which the name may be the same
    if _is_motto(one, other) or _is_motto(other, one):
        return True
    if _is_short_for(mine, theirs) or _is_short_for(theirs, mine):
        return True
    if Indel.normalized_similarity(one, other) >= _ALIKE and ordinals[0] == ordinals[1]:
        return True
    return _by_words(_telling(mine), _telling(theirs))


def are_told_apart(one: str, other: str) -> bool:
    """Tell whether an ordinal or a year says that two containers are another one of their kind."""
    return _contradict(_ordinals(one.split()), _ordinals(other.split()))


def is_bare_acronym(name: str) -> bool:
    """Tell whether a meeting goes by one word that is none: `SIGMOD Conference`."""
    words = _telling(name.split())
    return len(words) == 1 and not is_listed(words[0])


def _is_motto(short: str, long: str) -> bool:
    """Tell whether a long name begins with a whole other one: a motto or a place comes after."""
    return long.startswith(f"{short} ") and short.count(" ") > _FEW


def _is_short_for(short: list[str], long: list[str]) -> bool:
    return _abbreviates(short, long) or _is_acronym(short, long)


def _abbreviates(short: list[str], long: list[str]) -> bool:
    """`curr opin lipidol` is `current opinion lipidology`, `natl` is `national`."""
    return len(short) == len(long) and all(
        full.startswith(cut) or (len(short) > 1 and _is_contracted(cut, full))
        for cut, full in zip(short, long, strict=True)
    )


def _is_contracted(cut: str, full: str) -> bool:
    """Tell whether a short word is made of a long one's letters, in their order."""
    if not 3 <= len(cut) <= _LONGEST_CONTRACTION or cut[0] != full[0]:
        return False
    letters = iter(full)
    return all(letter in letters for letter in cut)


def _is_acronym(short: list[str], long: list[str]) -> bool:
    """`icis` is `international conference information systems`, also with a motto after it."""
    initials = "".join(word[0] for word in long if not _ORDINAL.fullmatch(word))
    if len(short[0]) < 3:
        return False
    return short[0] == initials or (len(short) == 1 and initials.startswith(short[0]))


def _ordinals(words: list[str]) -> set[str]:
    """Return which of its kind it is: the 30th conference, sheet 12, the proceedings of 2010."""
    found = set()
    for before, word in zip(["", *words], words, strict=False):
        if before in _OF_VOLUMES:
            continue
        if ordinal := _ORDINAL.fullmatch(ORDINAL_WORDS.get(word, word)):
            found.add(ordinal[1])
        elif len(word) > 1 and (roman := read_roman(word)):
            found.add(str(roman))
        elif counted := _IDEOGRAPHIC.search(word):
            found.add(read_ideographs(counted[1]))
        elif short := _SHORT_YEAR.fullmatch(word):
            found.add(("20" if int(short[1]) < _LAST_OF_CENTURY else "19") + short[1])
    return found


def _contradict(one: set[str], other: set[str]) -> bool:
    """Compare years with years, and other numbers with such; one side may have more of them."""
    pairs = (
        (
            {n for n in one if len(n) == _DIGITS_OF_YEAR},
            {n for n in other if len(n) == _DIGITS_OF_YEAR},
        ),
        (
            {n for n in one if len(n) < _DIGITS_OF_YEAR},
            {n for n in other if len(n) < _DIGITS_OF_YEAR},
        ),
    )
    return any(not (mine <= theirs or theirs <= mine) for mine, theirs in pairs)


def _telling(words: list[str]) -> list[str]:
    return [
        word
        for word in words
        if word not in _OF_ANY_MEETING
        and word not in ORDINAL_WORDS
        and not _ORDINAL.fullmatch(word)
    ]


def _by_words(mine: list[str], theirs: list[str]) -> bool | None:
    """`diabetes` is not `diabetes care`; a long name inside a longer one is most likely one."""
    if mine == theirs and mine:
        return True
    short, long = sorted((mine, theirs), key=lambda words: (len(words), words))
    shared = sum(any(_begins(word, other) for other in long) for word in short)
    if shared < len(short):
        return None if shared > _FEW and shared >= _MOST * len(short) else False
    if len(short) < _FEW:
        return False
    within = f" {' '.join(short)} " in f" {' '.join(long)} "
    return True if within and len(short) > _FEW else None


def _begins(word: str, other: str) -> bool:
    return word.startswith(other) or other.startswith(word)
