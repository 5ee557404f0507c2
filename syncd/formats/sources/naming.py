"""Tells by their words whether two names are of one journal, and whether a name is an event's.

WORDS      runs of letters, case folded; punctuation tells no names apart
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
_ARTICLES = frozenset("a an das der die el la le les the".split())
_ENDS_IN_YEAR = re.compile(r"\b20\d\d$")

# What is no letter of ASCII, as a table for bytes.translate, which is faster than any search.
_BLANKED = bytes(byte if chr(byte).isalpha() else 0x20 for byte in range(0x80)) + bytes(0x80)


def words_of(text: str) -> list[str]:
    """Return the words of a text, by which it is compared."""
    if text.isascii():
        return text.lower().encode().translate(_BLANKED).decode().split()
    return _WORD.findall(text.casefold())


def letters_of(text: str) -> str:
    """Return the letters of a text: its words where blanks and hyphens tell nothing."""
    return "".join(words_of(text))


def is_same(one: str, other: str) -> bool:
    """Tell whether two names have the same letters and digits."""
    if one == other:
        return True
    if letters_of(one) != letters_of(other):
        return False
    return list(filter(str.isdigit, one)) == list(filter(str.isdigit, other))


def abbreviates(short: str, long: str) -> bool:
    """Tell whether `short` is a shorter form of `long`: word beginnings in order, or initials."""
    return len(short) < len(long) < _LONG and _abbreviates(short, long)


@lru_cache(maxsize=512)
def _abbreviates(short: str, long: str) -> bool:
    return _is_short_form(words_of(short), words_of(long))


def is_related(words: Sequence[str], text: str, journal: str) -> bool:
    """Tell whether a text, of these words, is the journal's name, or one shortens the other.

    Unlike `abbreviates` it remembers nothing of the text: it may be a title, which never repeats.
    """
    names = _words_of_journal(journal) if len(journal) < _LONG else words_of(journal)
    if "".join(words) == "".join(names):
        return True
    if len(text) < len(journal):
        return len(journal) < _LONG and _is_short_form(words, names)
    return len(journal) < len(text) < _LONG and _is_short_form(names, words)


@lru_cache(maxsize=256)
def _words_of_journal(journal: str) -> tuple[str, ...]:
    return tuple(words_of(journal))


def _is_short_form(parts: Sequence[str], words: Sequence[str]) -> bool:
    if not parts:
        return False
    if len(parts) == 1 and _is_acronym(parts[0], words):
        return True
    return _are_beginnings(parts, words)


def _are_beginnings(parts: Sequence[str], words: Sequence[str]) -> bool:
    # Both begin with the same word: `Cancer` is no short form of `A trial in cancer patients`.
    first = next((at for at, word in enumerate(words) if word not in _ARTICLES), 0)
    if not words or not words[first].startswith(parts[0]):
        return False
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


def is_event(text: str, words: Sequence[str] | None = None) -> bool:
    """Tell whether a title, of these words, names a conference rather than a publication."""
    if text[-1:].isdigit() and _ENDS_IN_YEAR.search(text):
        return True
    return not _EVENTS.isdisjoint(words_of(text) if words is None else words)
