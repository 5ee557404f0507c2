"""Text reduced to what two spellings of it have in common: lower-case Latin words.

Accents, markup, punctuation and case come off; Greek and Cyrillic text is written in Latin
letters, because the other export may have done that already; a Greek letter in a formula becomes
its name. Scripts that cannot be written so (Chinese, Arabic, …) stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LATIN = {
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ŋ": "n",
    "ħ": "h", "ə": "e", "ß": "ss", "ĳ": "ij",
}  # fmt: skip
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu",
    "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau",
    "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "µ": "mu",
}  # fmt: skip
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "ie",
    "ж": "zh", "з": "z", "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m",
    "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e",
    "ю": "iu", "я": "ia", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "ђ": "dj", "џ": "dz",
    "ў": "u",
}  # fmt: skip
_PERSIAN = {"ی": "ي", "ى": "ي", "ک": "ك", "ہ": "ه"}
"""Letters of Persian and Urdu that exports write as Arabic ones."""

_LETTERS = {
    ord(letter): spelt
    for table in (_LATIN, _GREEK, _CYRILLIC, _PERSIAN)
    for letter, spelt in table.items()
}
_GREEK_PAIRS = {
    "ου": "ou", "αυ": "av", "ευ": "ev", "ηυ": "iv", "γγ": "ng", "γξ": "nx", "γχ": "nch",
    "μπ": "b", "ντ": "nt",
}  # fmt: skip
_GREEK_SOUNDS = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", (
    "a", "v", "g", "d", "e", "z", "i", "th", "i", "k", "l", "m", "n", "x", "o", "p", "r", "s", "s",
    "t", "y", "f", "ch", "ps", "o",
), strict=True))  # fmt: skip
_GREEK_TEXT = re.compile("|".join([*_GREEK_PAIRS, *_GREEK_SOUNDS]))

_LAST_DIGIT = "\uffff"
"""Behind it are digits of scripts that nobody numbers anything in."""

_FORMULA = 3
"""Greek letters that may well be a formula."""

_OF_LETTERS = "".join(
    chr(code)
    for first, last in ((0x900, 0xEFF), (0xF00, 0x109F), (0x1780, 0x17FF))
    for code in range(first, last + 1)
    if unicodedata.category(chr(code)).startswith("M")
)
"""Marks that are vowels and tones in the scripts of India and South East Asia, and no accents."""

_APOSTROPHES = re.compile(r"(?<=\w)['’ʼ`´‘](?=\w)")
_NO_WORD = re.compile(rf"(?:[^\w{_OF_LETTERS}]|_)+")
_ASCII_WORDS = "".join(char if char.isalnum() else " " for char in map(chr, range(128)))
"""What stands for each character of ASCII; a text is translated by it in a fifth of the time that
a pattern takes."""


def fold(text: str) -> str:
    """Return the words of `text`, folded, with one blank between them."""
    text = text.lower()
    if "'" in text or not text.isascii():
        text = _APOSTROPHES.sub("", text)
    if text.isascii():
        if text.isalnum():
            return text
        return " ".join(text.translate(_ASCII_WORDS).split())
    return _NO_WORD.sub(" ", fold_letters(text)).strip()


@lru_cache(maxsize=1024)
def fold_letters(text: str) -> str:
    """Return lower-case `text` in Latin letters without accents, its punctuation kept."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(
        letter if letter.isascii() else _spell_digit(letter)
        for letter in decomposed
        if not unicodedata.combining(letter) or letter in _OF_LETTERS
    )
    if _is_greek(bare):
        bare = _GREEK_TEXT.sub(_sound_of, bare)
    return bare.translate(_LETTERS).casefold()


def _spell_digit(letter: str) -> str:
    """Return a digit of whichever script as ours, any other letter as it is."""
    return letter if letter > _LAST_DIGIT else str(unicodedata.decimal(letter, letter))


def _is_greek(text: str) -> bool:
    """Tell whether text is written in Greek, rather than a formula with Greek letters in it."""
    greek = sum("α" <= letter <= "ω" for letter in text)
    return greek > _FORMULA and 2 * greek > sum(map(str.isalpha, text))


def _sound_of(found: re.Match[str]) -> str:
    return _GREEK_PAIRS.get(found[0]) or _GREEK_SOUNDS[found[0]]


def is_ideographic(text: str) -> bool:
    """Tell whether most letters of `text` stand for a word or syllable each (CJK, Hangul)."""
    if text.isascii():
        return False
    dense = sum("\u2e80" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7ff" for letter in text)
    return 2 * dense > len(text)
