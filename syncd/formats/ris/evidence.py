"""How well an encoding explains bytes: read in the right one, words are words of some language.

EVIDENCE   the words and signs that are not ASCII, weighed by their bytes
GOOD       a word in letters of one language, capitals where capitals stand; a sign where such a
           sign belongs; for scripts of many bytes, a character from their common range
BAD        everything else: `gar‡on`, `Za¿ó³æ`, `Ðóññêîå`
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from syncd.formats.ris import languages

WESTERN = "windows-1252"
# They have most letters where windows-1252 has them, so that text can look right in both.
LOOK_ALIKES = frozenset(("windows-1250", "windows-1254", "iso-8859-2"))


class TagReading(NamedTuple):
    """Bytes as read in one encoding, and how much of them that explains."""

    encoding: str
    text: str
    good: float
    bad: float
    shape: float = 0.0
    one_language: float = 1.0
    """Share of the words that the one language explains that explains most."""

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

    @property
    def is_plausible(self) -> bool:
        """Tell whether nearly all evidence is explained."""
        return self.share >= _PLAUSIBLE


_PLAUSIBLE = 0.85


def weigh(sample: bytes) -> tuple[TagReading, list[TagReading]]:
    """Read bytes as windows-1252, and as all that reads them plausibly but otherwise."""
    western = _CANDIDATES[0][1](sample, WESTERN)
    others = [read(sample, encoding) for encoding, read in _CANDIDATES[1:]]
    rivals = [other for other in others if _is_rival(other) and other.text != western.text]
    return western, sorted(rivals, key=lambda reading: -reading.score)


def _is_rival(reading: TagReading) -> bool:
    least = 0 if reading.encoding in _LATIN else _SHORTEST
    return reading.is_plausible and reading.good >= least


_SHORTEST = 6  # bytes; fewer make no text in another script
_LATIN = LOOK_ALIKES | {"mac-roman", "cp437", "cp850"}


# Encodings of one byte: words and signs.

_WORD = re.compile(r"[^\W\d_ªºµ²³¹½¼¾]+")
_SIGN = re.compile(r"[^\x00-\x7f\xa0\xad]")  # hard blanks and soft hyphens stand anywhere
_QUOTES = frozenset("“”„‚‘’«»‹›")
_OPENING = frozenset("¿¡")
_ORDINALS = frozenset("ªº")
_BY_NUMBERS = frozenset("°±×÷µ²³¹½¼¾€£¥§‰")
_DASHES = frozenset("–—")
_ANYWHERE = frozenset("–—…•·®©™†‡¶")


def _read_letters(
    sample: bytes, encoding: str, alphabets: tuple[frozenset[str], ...]
) -> TagReading:
    text = sample.decode(encoding, "replace")
    good = bad = shape = 0.0
    languages_of_words: Counter[int] = Counter()
    words = 0
    for word in _words(text):
        weight = sum(not letter.isascii() for letter in word)
        fitting = _fitting(word, alphabets)
        good += weight if fitting else 0
        bad += 0 if fitting else weight
        shape += _shape(word) if fitting else 0.0
        languages_of_words.update(fitting)
        words += 1
    for belongs in _signs(text):
        good += belongs
        bad += not belongs
    most = max(languages_of_words.values(), default=0)
    return TagReading(encoding, text, good, bad, shape, most / words if words else 1.0)


def _words(text: str) -> Iterator[str]:
    """Yield the words that are not ASCII; initials say nothing and are left out.

    A number grown into a word is part of it, which makes it fit no language.
    """
    for match in _WORD.finditer(text):
        word = match[0]
        is_initial = len(word) == 1 and text.startswith(".", match.end())
        if not word.isascii() and not is_initial:
            grown = (
                match.start() > 0 and text[match.start() - 1].isdigit() and not word[0].isascii()
            )
            yield "0" + word if grown else word


def _signs(text: str) -> Iterator[bool]:
    """Tell of each sign that is not ASCII whether it stands where it belongs."""
    rest = _WORD.sub(lambda match: "a" * len(match[0]), text)
    for match in _SIGN.finditer(rest):
        at = match.start()
        yield _belongs(rest[at - 1 : at] or " ", match[0], rest[at + 1 : at + 2] or " ")


def _fitting(word: str, alphabets: tuple[frozenset[str], ...]) -> list[int]:
    """Return which of the alphabets a word can be written in."""
    letters = frozenset(letter for letter in word.lower() if not letter.isascii())
    if not _is_word(word, letters):
        return []
    return [at for at, alphabet in enumerate(alphabets) if letters <= alphabet]


def _is_word(word: str, letters: frozenset[str]) -> bool:
    if len(word) == 1:
        return word in languages.ALONE
    if _has_odd_capitals(word) or word[0] == "0" or _STUTTER.search(word):
        return False
    if any(letter >= "\u0370" for letter in letters):  # Greek, Cyrillic: no ASCII among it
        common = len(letters & languages.RARE_CYRILLIC) * 3 <= len(letters)
        return common and not any(map(str.isascii, word)) and not _NO_GREEK_OR_RUSSIAN.search(word)
    return any(map(str.isascii, word)) and not _NOWHERE.search(word)


# More letters with marks in a row than any language has; letters where they never stand, such
# as è before a vowel, which is č misread.
_NOWHERE = re.compile(
    r"(?i)[^\x00-\x7f]{5}|[^\x00-\x7fąćęłńóśźż]{4}|ñ(?![aeiouáéíóúüy]|\Z)|[aeiou]œ|œ[aeo]"
    r"|[èìò][aeiouy]|ê[aiou]|[aeiouy]æ|ã[bcdfghjklmnpqrtvz]|yý|ýy"
    r"|[bcdfghjklmnpqrtvxz]š[bcdfghjklmnpqrtvxz]|őe|[aeo]ű"
)


# A final sigma inside a word, another one at its end, or a longer word without its accent; a soft
# or hard sign at the beginning or after a vowel.
_NO_GREEK_OR_RUSSIAN = re.compile(
    r"ς\w|σ\Z|\A\w?[α-ω]{5,}\Z|(?i:\A[ьъ]|[аеёиоуыэюя][ьъ])",
)
_STUTTER = re.compile(r"(.)\1{3}")


def _has_odd_capitals(word: str) -> bool:
    """Tell whether letters that are not ASCII break the pattern of capitals: `gŽnŽral`."""
    inner = [letter for letter in word[1:] if not letter.isascii()]
    if any(map(str.isupper, inner)) and not word.isupper():
        return True
    plain = [letter for letter in word if letter.isascii()]
    return len(plain) > 1 and all(map(str.isupper, plain)) and not word.isupper()


def _shape(word: str) -> float:
    """Reward vowels between consonants and consonants between vowels: `père`, but `Kučera`."""
    total = -len(word) / 4 if word.isupper() and word[0] >= "\u0370" else 0.0
    word = word.lower()
    for at, letter in enumerate(word):
        if letter.isascii() or letter in languages.BESIDE_VOWELS:
            continue
        is_vowel = letter in languages.VOWELS
        around = [word[i] in languages.VOWELS for i in (at - 1, at + 1) if 0 <= i < len(word)]
        alike = around.count(is_vowel)
        if not alike:
            total += 0.5
        elif alike == len(around):
            total -= 0.5
    return total


def _belongs(before: str, sign: str, after: str) -> bool:
    """Tell whether a sign stands where such a sign stands."""
    inside = before.isalpha() and after.isalpha()
    if sign in _QUOTES:
        return sign in "’‘" if inside else sign != "‚"  # which is é in MS-DOS
    if sign in _OPENING:
        return not before.isalnum() and after.isalnum()
    if sign in _ORDINALS:
        return before.isalnum()
    if sign in _BY_NUMBERS:
        return _near_number(before, after)
    return sign in _ANYWHERE and (sign in _DASHES or not inside)


def _near_number(before: str, after: str) -> bool:
    return before.isdigit() or after.isdigit() or not before.isalpha() or not after.isalpha()


# Encodings of two bytes: characters from the ranges that texts are made of.

_Test = Callable[[int, int], bool]


class _Script(NamedTuple):
    """What the two bytes of characters tell.

    Texts are made of `common` characters; `neutral` ones, such as punctuation, tell nothing. Of
    `telling` bytes of common characters or more, some are `typical`: they tell the encoding from
    others that use the same ranges.
    """

    common: _Test
    neutral: _Test
    typical: _Test
    telling: int = 0


def _is_any(_first: int, _second: int) -> bool:
    return True


_GB = _Script(
    common=lambda first, second: 0xB0 <= first <= 0xD7 and second >= 0xA1,
    neutral=lambda first, _: first in (0xA1, 0xA3),
    typical=lambda first, _: first > 0xC8,  # behind the range that Korean fills
    telling=24,
)
_BIG5 = _Script(
    common=lambda first, _: 0xA4 <= first <= 0xC6,
    neutral=lambda first, _: 0xA1 <= first <= 0xA3,
    typical=lambda _, second: second < 0x80,
    telling=16,
)
_SHIFT_JIS = _Script(
    common=lambda first, second: (
        first == 0x83
        or 0x88 <= first <= 0x97
        or (first == 0x82 and second >= 0x4F)
        or (first == 0x98 and second <= 0x72)
    ),
    neutral=lambda first, _: first in (0x81, 0x87),
    typical=_is_any,
)
_EUC_JP = _Script(
    common=lambda first, _: first in (0xA4, 0xA5) or 0xB0 <= first <= 0xCF,
    neutral=lambda first, _: first in (0xA1, 0xA3) or first >= 0xD0,
    typical=lambda first, _: first in (0xA4, 0xA5),  # kana
)
_EUC_KR = _Script(
    common=lambda first, _: 0xB0 <= first <= 0xC8,
    neutral=lambda first, _: first in (0xA1, 0xA3),
    typical=_is_any,
)

_CHARACTER = re.compile(r"(?<![a-z])([^\x00-\x7f])(?![a-z])|[^\x00-\x7f]")
_ONE_IN = 20


def _read_characters(sample: bytes, encoding: str, script: _Script) -> TagReading:
    text = sample.decode(encoding, "replace")
    good = bad = typical = 0
    for match in _CHARACTER.finditer(text):
        raw = b"" if match[0] == "\ufffd" else match[0].encode(encoding, "replace")
        if match[1] is None or len(raw) != 2:  # grown together with a word in small letters; rare
            bad += 2
        elif script.common(raw[0], raw[1]):
            good += 2
            typical += 2 * script.typical(raw[0], raw[1])
        elif not script.neutral(raw[0], raw[1]):
            bad += 2
    if good >= script.telling and typical * _ONE_IN < good:
        good, bad = 0, good + bad
    return TagReading(encoding, text, good, bad)


_Weigh = Callable[[bytes, str], TagReading]


def _letters(alphabets: tuple[str, ...]) -> _Weigh:
    sets = tuple(frozenset(letters) for letters in alphabets)
    return lambda sample, encoding: _read_letters(sample, encoding, sets)


def _characters(script: _Script) -> _Weigh:
    return lambda sample, encoding: _read_characters(sample, encoding, script)


# Where two encodings explain the bytes equally well, the earlier one ranks first.
_CANDIDATES: tuple[tuple[str, _Weigh], ...] = (
    (WESTERN, _letters(languages.WESTERN)),
    ("windows-1250", _letters(languages.CENTRAL)),
    ("iso-8859-2", _letters(languages.CENTRAL)),
    ("windows-1254", _letters(languages.TURKISH)),
    ("mac-roman", _letters(languages.WESTERN)),
    ("cp437", _letters(languages.WESTERN)),
    ("cp850", _letters(languages.WESTERN)),
    ("windows-1251", _letters(languages.CYRILLIC)),
    ("koi8-r", _letters(languages.CYRILLIC)),
    ("cp866", _letters(languages.CYRILLIC)),
    ("windows-1253", _letters(languages.GREEK)),
    ("gb18030", _characters(_GB)),
    ("shift_jis", _characters(_SHIFT_JIS)),
    ("cp932", _characters(_SHIFT_JIS)),
    ("big5", _characters(_BIG5)),
    ("euc_jp", _characters(_EUC_JP)),
    ("euc_kr", _characters(_EUC_KR)),
)
