"""Which words of two titles differ, and whether a difference is one of spelling or of meaning.

A word in another's place tells two works apart if it is a word: `maternal` is no misspelt
`paternal`, though one letter is all that differs. How near two spellings are counts only where
one of them is no known word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from rapidfuzz.distance import OSA, Levenshtein

from syncd.matching.folding import is_ideographic
from syncd.matching.number_words import NUMBER_WORDS
from syncd.matching.numbering import is_roman, read_roman
from syncd.matching.vocabulary import Vocabulary

_SILENT = frozenset(
    """
    a an the of in on for to and or with by at from as is are its their this that vs versus
    de la le les des du et un une en au aux l d lessthan morethan
    der die das und von des im zur zum fur bei mit ein eine einer den dem
    el los las y una por con del al
    il lo gli della delle di e per nel o os do da dos das na em
    """.split()
)
"""Words that exports leave out or change without making another title of it."""

_OPPOSITES = (
    frozenset(("to", "from")),
    frozenset(("and", "or")),
    frozenset(("lessthan", "morethan")),
)
"""Silent words that tell where one stands in the other's place; single letters do so as well."""

_NEGATIONS = frozenset(
    """
    no not non nor neither cannot without never lack lacks lacking absence absent fail fails failed
    unable mangel fehlende manque falta ausencia assenza otsutstvie
    nicht kein keine keinen ohne pas sans aucun sin nunca senza sem nao
    niet geen zonder ej inte utan ikke uden uten ei ne nie bez nem nelkul degil olmayan bukan tanpa
    den choris без לא ללא لا ليس غير بدون
    """.split()
)
_NEGATING = frozenset("不无無非未没沒")
"""Ideographs that turn a statement around."""

OF_OTHER_WORKS = frozenset(
    """
    protocol protocols reply comment commentary erratum corrigendum correction appendix
    supplement supplementary supplemental supporting update updated follow followup extension
    rejoinder discussion retracted replication revisited sequel continued concluded abridged
    summary translation translated reprint reprinted republished preface index recommendation
    highlights podcast guide workbook edition
    """.split()
)
"""Words in front, behind or in a subtitle that make another work of it."""

_OF_SIGNS = frozenset(("plus", "minus", "sharp", "plusminus"))
"""What signs are spelt as, and some exports lose."""

_SLIP = 1
"""Letters that a misspelling adds, drops, changes or swaps; two make another drug of one."""

_OF_ANOTHER_FORM = 2
"""Letters in which two forms of a word differ: `alumnos` and `alumnas`, `-one` and `-olone`."""

_SHORT = 3
_VARIANTS = tuple(
    (re.compile(pattern), spelt)
    for pattern, spelt in (
        ("[ao]e", "e"), ("ue", "u"), ("z", "s"), ("our", "or"), ("ph", "f"), ("tre(?=s?$)", "ter"),
        ("ogue", "og"), ("mme(?=s?$)", "m"), ("ll", "l"), ("yse", "ys"),
    )
)  # fmt: skip
_TRANSLITERATED = tuple(
    (re.compile(pattern), spelt)
    for pattern, spelt in (
        ("(?<=[aou])e(?=.)|(?<=a)a", ""), ("g", "h"), ("shch|sch", "sc"), ("ks", "x"),
        ("[ck]h", "h"), ("ts|cz", "c"), ("(?<=[sz])h", ""), ("[yj]", "i"),
        ("i?(?=[aeou])", ""), ("i+", "i"), ("w", "v"),
    )
)  # fmt: skip
"""What several ways to write Cyrillic, Greek and umlauts in plain letters have in common."""

_PREFIX = re.compile(
    r"^(?:micro|macro|inter|intra|infra|hyper|hypo|anti|ante|pre|pro|ab|ad|in|un|en)"
)
_ENDING = re.compile(
    r"(?:ate|ite|ide|ine|ene|ane|yne|ase|ose|one|ole|ol|al|an|in|yl|ic|ous)(?=s?$)"
)
"""Of chemical names, mostly: propane and propene, galactose and galactase."""
_NUMBER = re.compile(r"([0-9]+(?:decimal[0-9]+)?)(?:st|nd|rd|th)?")
_HAS_DIGIT = re.compile(r"[0-9]")
_PLURAL = re.compile(r"(?<=[a-z]{3})(?:ies|y|(?<![sui])s)$")


class Difference(NamedTuple):
    """`words`: a telling word of one title is missing from the other, or is another there.

    `meaning`: that is no slip of whoever typed it, but says something else: a word, a letter or a
    number stands in the place of another, or the one title denies what the other says. `work`: a
    word makes another work of it: `protocol for`, `revisited`.
    """

    words: bool = False
    meaning: bool = False
    work: bool = False


def find_difference(one: str, other: str, vocabulary: Vocabulary) -> Difference:
    """Tell in what two folded titles differ."""
    found = [_differ(mine, theirs, vocabulary) for mine, theirs in _parts_that_differ(one, other)]
    return Difference(*(any(each) for each in zip(*found, strict=True))) if found else Difference()


def _parts_that_differ(one: str, other: str) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield the words that stand between equal ones, those of either side."""
    mine, theirs = one.split(), other.split()
    steps = Levenshtein.opcodes(mine, theirs)
    for is_equal, group in groupby(steps, key=lambda step: step.tag == "equal"):
        if not is_equal:
            first, *_, last = [*group] * 2
            yield mine[first.src_start : last.src_end], theirs[first.dest_start : last.dest_end]


def _differ(mine: Sequence[str], theirs: Sequence[str], vocabulary: Vocabulary) -> Difference:
    if "".join(mine) == "".join(theirs):
        return Difference()
    if _are_opposite(set(mine), set(theirs)):
        return Difference(words=True, meaning=True)
    rest, alone = list(_telling(theirs)), []
    for word in _telling(mine):
        found = next((w for w in rest if _is_counterpart(word, w, vocabulary)), None)
        if found is None:
            alone.append(word)
        else:
            rest.remove(found)
    meaning = (
        _is_another_number(mine, theirs)
        or _stands_for_little(mine, theirs)
        or _says_otherwise(alone, rest, vocabulary)
    )
    work = not OF_OTHER_WORKS.isdisjoint([*alone, *rest])
    return Difference(bool(alone or rest), meaning, work)


def _are_opposite(mine: AbstractSet[str], theirs: AbstractSet[str]) -> bool:
    letters = [{word for word in words if len(word) == 1} for words in (mine, theirs)]
    if all(letters) and letters[0] != letters[1]:
        return True
    return any(
        mine & pair and theirs & pair and mine & pair != theirs & pair for pair in _OPPOSITES
    )


def _telling(words: Sequence[str]) -> Iterator[str]:
    """Yield words that mean something; numbers are compared for themselves."""
    return (word for word in words if tells(word))


def tells(word: str) -> bool:
    """Tell whether a word means something by itself and is no number."""
    return word not in _SILENT and not _is_number(word)


def _is_number(word: str) -> bool:
    return word in NUMBER_WORDS or bool(_NUMBER.fullmatch(word)) or is_roman(word)


def _is_another_number(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Tell whether a number that stands alone is another one on the other side."""
    numbers = [[_value(word) for word in words if _is_number(word)] for words in (mine, theirs)]
    return all(numbers) and numbers[0] != numbers[1]


def _value(number: str) -> str:
    if is_roman(number):
        return str(read_roman(number.removesuffix("e")))
    return NUMBER_WORDS.get(number) or number.rstrip("stndrh")


def _stands_for_little(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Tell whether a telling word stands where the other side has a number or a silent word."""
    if len(mine) != len(theirs):
        return False
    return any(tells(one) != tells(other) for one, other in zip(mine, theirs, strict=True))


def _says_otherwise(alone: Sequence[str], rest: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Tell whether words without a counterpart mean something else, and are not just missing."""
    mine, theirs = set(alone), set(rest)
    odd = mine | theirs
    if not odd.isdisjoint(_NEGATIONS) or any(map(_denies, odd)):
        return True
    if mine & _OF_SIGNS and theirs & _OF_SIGNS:
        return True
    alone = [word for word in alone if word not in _OF_SIGNS]
    rest = [word for word in rest if word not in _OF_SIGNS]
    # Words that are more on one side were left out or reworded; as many are put for one another.
    return len(alone) == len(rest) and not _may_be_misprints(alone, rest, vocabulary)


def _may_be_misprints(mine: Sequence[str], theirs: Sequence[str], vocabulary: Vocabulary) -> bool:
    return all(_is_misprint(*pair, vocabulary) for pair in zip(mine, theirs, strict=True))


def _is_misprint(one: str, other: str, vocabulary: Vocabulary) -> bool:
    """Tell whether two words that are no counterparts may be one that was typed or read wrongly."""
    replaced = [step for step in Levenshtein.opcodes(one, other) if step.tag == "replace"]
    if _HAS_DIGIT.search(one + other) or is_ideographic(one) or is_ideographic(other):
        return not replaced
    if min(len(one), len(other)) <= _SHORT or vocabulary.knows(one) or vocabulary.knows(other):
        return False
    # Names and forms of one word begin and end alike, or are near: what is mangled is neither.
    mangled = OSA.distance(one, other) > _OF_ANOTHER_FORM and one[-2:] != other[-2:]
    return mangled and one[:_SHORT] == other[:_SHORT]


def _denies(word: str) -> bool:
    return is_ideographic(word) and not _NEGATING.isdisjoint(word)


def _is_counterpart(word: str, candidate: str, vocabulary: Vocabulary) -> bool:
    if _spell(word) == _spell(candidate):
        return True
    if min(len(word), len(candidate)) <= _SHORT or _are_a_pair(word, candidate):
        return False
    known = vocabulary.knows(word), vocabulary.knows(candidate)
    if not any(known):
        return _sound(word) == _sound(candidate)
    if all(known) or word[0] != candidate[0]:
        return False  # hardly anybody mistypes the first letter: `methyl-`, `ethyl-`
    return OSA.distance(word, candidate, score_cutoff=_SLIP) <= _SLIP


def _are_a_pair(one: str, other: str) -> bool:
    """Tell whether two words differ in a prefix or ending alone that makes another word of each."""
    for pattern in (_PREFIX, _ENDING):
        found = pattern.search(one), pattern.search(other)
        if found[0] and found[1] and found[0][0] != found[1][0]:
            stems = [pattern.sub("", word) for word in (one, other)]
            if stems[0] == stems[1]:
                return True
    return False


@lru_cache(maxsize=2048)
def _spell(word: str) -> str:
    """Return what British and American, singular and plural have in common."""
    if len(word) <= _SHORT:
        return word
    for pattern, spelt in _VARIANTS:
        word = pattern.sub(spelt, word)
    return _PLURAL.sub("", word)


def _sound(word: str) -> str:
    """Return what spellings in Latin letters of one foreign word have in common."""
    for pattern, spelt in _TRANSLITERATED:
        word = pattern.sub(spelt, word)
    return word
