"""Tells by their words whether two names are of one journal, and whether a name is an event's.

WORDS      runs of letters, case folded; digits and punctuation tell no names apart
SHORTER    `Nat. Med.`: beginnings of the words in their order; `PNAS`: initials
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+")
_LONG = 500
"""Texts of this length are no names of journals and not worth remembering."""

_EVENTS = frozenset("colloquium conference congress meeting proceedings symposium workshop".split())
_EVENT = re.compile(rf"\b(?:{'|'.join(sorted(_EVENTS))})\b|\b20\d\d$", re.IGNORECASE)


# What is no letter of ASCII, as a table for bytes.translate, which is faster than any search.
_BLANKED = bytes(byte if chr(byte).isalpha() else 0x20 for byte in range(0x80)) + bytes(0x80)


def _find_words(text: str) -> list[str]:
    if text.isascii():
        return text.lower().encode().translate(_BLANKED).decode().split()
    return _WORD.findall(text.casefold())


def _words_of(text: str) -> Sequence[str]:
    return _known_words(text) if len(text) < _LONG else _find_words(text)


@lru_cache(maxsize=512)
def _known_words(text: str) -> tuple[str, ...]:
    return tuple(_find_words(text))


def is_same(one: str, other: str) -> bool:
    """Tell whether two names have the same letters."""
    return one == other or "".join(_words_of(one)) == "".join(_words_of(other))


def letters_of(text: str) -> str:
    """Return the letters of a text, by which it is compared."""
    return "".join(_find_words(text))


def abbreviates(short: str, long: str) -> bool:
    """Tell whether `short` is a shorter form of `long`: word beginnings in order, or initials."""
    if not len(short) < len(long) < _LONG:
        return False
    parts, words = _words_of(short), _words_of(long)
    if not parts:
        return False
    if len(parts) == 1 and _is_acronym(parts[0], words):
        return True
    return _are_beginnings(parts, words)


def _are_beginnings(parts: Sequence[str], words: Sequence[str]) -> bool:
    remaining = iter(words)
    for part in parts:
        for word in remaining:
            if word.startswith(part):
                break
        else:
            return False
    return True


def _is_acronym(acronym: str, words: Sequence[str]) -> bool:
    initials = iter([word[0] for word in words])
    return len(acronym) > 1 and all(letter in initials for letter in acronym)


def is_related(one: str, other: str) -> bool:
    """Tell whether two names are of one journal: the same, or one a shorter form of the other."""
    short, long = (one, other) if len(one) < len(other) else (other, one)
    return is_same(one, other) or abbreviates(short, long)


def is_event(text: str) -> bool:
    """Tell whether a title names a conference rather than a publication."""
    if text.isascii() and not text[-1:].isdigit() and _EVENTS.isdisjoint(_words_of(text)):
        return False
    return _EVENT.search(text) is not None
