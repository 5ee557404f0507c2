"""How well an encoding explains bytes: read in the right one, words are words of some language.

EVIDENCE   the words and signs that are not ASCII, weighed by their bytes
GOOD       a word in letters of one language, capitals where capitals stand; a sign where such a
           sign belongs; for scripts of many bytes, a character from their common range
BAD        everything else: `gar‡on`, `Za¿ó³æ`, `Ðóññêîå`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from syncd.ris import languages

WESTERN = "windows-1252"


class Reading(NamedTuple):
    """Bytes as read in one encoding, and how much of them that explains."""

    encoding: str
    text: str
    good: float
    bad: float
    shape: float

    @property
    def amount(self) -> float:
        """Return how many bytes of evidence there were."""
        return self.good + self.bad

    @property
    def share(self) -> float:
        """Return which part of the evidence is explained."""
        return self.good / self.amount if self.amount else 0.0

    @property
    def score(self) -> float:
        """Return a number that is higher for a better explanation of the same bytes."""
        return self.good - 2 * self.bad + self.shape


def rank(sample: bytes) -> list[Reading]:
    """Read bytes in every encoding we know, the best explanation first."""
    readings = [weigh(sample, name) for name, weigh in _CANDIDATES]
    return sorted(readings, key=lambda reading: -reading.score)


# Encodings of one byte: words and signs.

_WORD = re.compile(r"[^\W\d_ªºµ²³¹½¼¾]+")
_SIGN = re.compile(r"[^\x00-\x7f]")
_QUOTES = frozenset("“”„‚‘’«»‹›")
_OPENING = frozenset("¿¡")
_BY_NUMBERS = frozenset("°±×÷µ²³¹½¼¾€£¥ªº§‰")
_ANYWHERE = frozenset("–—…•·®©™†‡¶\u00a0\u00ad")


def _read_letters(sample: bytes, encoding: str, alphabets: tuple[str, ...]) -> Reading:
    text = sample.decode(encoding, "replace")
    good = bad = shape = 0.0
    for weight, is_good, bonus in _judged(text, [frozenset(letters) for letters in alphabets]):
        if is_good:
            good += weight
            shape += bonus
        else:
            bad += weight
    return Reading(encoding, text, good, bad, shape)


def _judged(text: str, alphabets: list[frozenset[str]]) -> Iterator[tuple[int, bool, float]]:
    """Yield (bytes, whether good, bonus for its shape) for each word and sign of the evidence."""
    rest = text
    for match in _WORD.finditer(text):
        word = match[0]
        if not word.isascii():
            special = [letter for letter in word if not letter.isascii()]
            yield len(special), _fits(word, special, alphabets), _shape(word)
    rest = _WORD.sub(lambda match: "a" * len(match[0]), text)
    for match in _SIGN.finditer(rest):
        at = match.start()
        before = rest[at - 1] if at else " "
        after = rest[at + 1] if at + 1 < len(rest) else " "
        belongs = _belongs(before, match[0], after)
        if belongs is not None:
            yield 1, belongs, 0.0


def _fits(word: str, special: list[str], alphabets: list[frozenset[str]]) -> bool:
    letters = frozenset("".join(special).lower())
    if not any(letters <= alphabet for alphabet in alphabets):
        return False
    if not _is_latin(letters) and len(special) < len(word):
        return False  # Cyrillic or Greek mixed with ASCII within one word
    if len(letters & languages.RARE_CYRILLIC) * 3 > len(letters):
        return False
    return not _has_odd_capitals(word)


def _is_latin(letters: frozenset[str]) -> bool:
    return all(letter < "\u0370" for letter in letters)


def _has_odd_capitals(word: str) -> bool:
    """Tell whether a letter that is not ASCII breaks the pattern of capitals: `gŽnŽral`."""
    for before, letter in pairwise(word):
        if letter.isupper() and before.islower() and not letter.isascii():
            return True
        if letter.isupper() and before.islower() and not before.isascii() and word[0].islower():
            return True
    inner = word[1:]
    return len(word) > 3 and sum(map(str.isupper, inner)) >= 2 and not inner.isupper()


def _shape(word: str) -> float:
    """Reward vowels between consonants and consonants between vowels: `père`, but `Kučera`."""
    word = word.lower()
    total = 0.0
    for at, letter in enumerate(word):
        if letter.isascii() or letter in languages.DIAERESIS:
            continue
        is_vowel = letter in languages.VOWELS
        around = [word[i] in languages.VOWELS for i in (at - 1, at + 1) if 0 <= i < len(word)]
        alike = around.count(is_vowel)
        if not alike:
            total += 0.5
        elif alike == len(around):
            total -= 0.5
    return total


def _belongs(before: str, sign: str, after: str) -> bool | None:
    """Tell whether a sign stands where such a sign stands; None if that says nothing."""
    inside = before.isalpha() and after.isalpha()
    if sign in _QUOTES:
        return sign in "’‘" if inside else before.isspace() != after.isspace() or None
    if sign in _OPENING:
        return not before.isalnum() and after.isalnum()
    if sign in _BY_NUMBERS:
        return not inside and (before + after).strip() != "" and _near_number(before, after)
    if sign in _ANYWHERE:
        return None if inside or sign in "\u00a0\u00ad" else True
    return False


def _near_number(before: str, after: str) -> bool:
    return before.isdigit() or after.isdigit() or not before.isalpha() or not after.isalpha()


# Encodings of two bytes: characters from the ranges that texts are made of.

_Zones = Callable[[int, int], bool | None]


def _read_characters(sample: bytes, encoding: str, zones: _Zones) -> Reading:
    text = sample.decode(encoding, "replace")
    good = bad = 0
    for character in text:
        if character.isascii():
            continue
        raw = b"" if character == "\ufffd" else character.encode(encoding, "replace")
        common = zones(raw[0], raw[1]) if len(raw) == 2 else False
        good += 2 if common else 0
        bad += 2 if common is False else 0
    return Reading(encoding, text, good, bad, 0.0)


def _gb_zones(first: int, second: int) -> bool | None:
    if first in (0xA1, 0xA3):
        return None
    return 0xB0 <= first <= 0xD7 and second >= 0xA1


def _big5_zones(first: int, _second: int) -> bool | None:
    if 0xA1 <= first <= 0xA3:
        return None
    return 0xA4 <= first <= 0xC6


def _jis_zones(first: int, second: int) -> bool | None:
    if first == 0x81:
        return None
    return 0x88 <= first <= 0x97 or (first == 0x82 and second >= 0x4F) or first == 0x83


def _euc_jp_zones(first: int, _second: int) -> bool | None:
    if first in (0xA1, 0xA3):
        return None
    return first in (0xA4, 0xA5)


def _euc_kr_zones(first: int, _second: int) -> bool | None:
    if first in (0xA1, 0xA3):
        return None
    return 0xB0 <= first <= 0xC8


_Weigh = Callable[[bytes, str], Reading]


def _letters(alphabets: tuple[str, ...]) -> _Weigh:
    return lambda sample, encoding: _read_letters(sample, encoding, alphabets)


def _characters(zones: _Zones) -> _Weigh:
    return lambda sample, encoding: _read_characters(sample, encoding, zones)


# Where two encodings explain the bytes equally well, the earlier one ranks first.
_CANDIDATES: tuple[tuple[str, _Weigh], ...] = (
    (WESTERN, _letters(languages.WESTERN)),
    ("mac-roman", _letters(languages.WESTERN)),
    ("cp437", _letters(languages.WESTERN)),
    ("cp850", _letters(languages.WESTERN)),
    ("windows-1250", _letters(languages.CENTRAL)),
    ("iso-8859-2", _letters(languages.CENTRAL)),
    ("windows-1254", _letters(languages.TURKISH)),
    ("windows-1251", _letters(languages.CYRILLIC)),
    ("koi8-r", _letters(languages.CYRILLIC)),
    ("cp866", _letters(languages.CYRILLIC)),
    ("windows-1253", _letters(languages.GREEK)),
    ("gb18030", _characters(_gb_zones)),
    ("shift_jis", _characters(_jis_zones)),
    ("big5", _characters(_big5_zones)),
    ("euc_jp", _characters(_euc_jp_zones)),
    ("euc_kr", _characters(_euc_kr_zones)),
)
