"""Which words are known to be words, and so are no misspelling of another.

KNOWN  a word of the list that ships with syncd, or one that titles of two other works have
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files

_LEAST_TITLES = 3
"""The title in question and two others."""


@cache
def _listed() -> bytes:
    """Return the words in order, one a line: a set of them would take ten times the room."""
    packed = (files("syncd") / "data" / "words-en.txt.gz").read_bytes()
    return gzip.decompress(packed)


@lru_cache(maxsize=4096)
def is_listed(word: str) -> bool:
    """Tell whether a folded word is in the list of English words."""
    words, wanted = _listed(), word.encode()
    low, high = 0, len(words)
    while low < high:
        start = words.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = words.index(b"\n", start)
        found = words[start:end]
        if found == wanted:
            return True
        low, high = (end + 1, high) if found < wanted else (low, start)
    return False


class Vocabulary:
    """The words of some titles beside those of the list; they are counted when first asked for."""

    def __init__(self, titles: Iterable[str] = ()) -> None:
        self._titles = titles
        self._common: frozenset[str] | None = None

    def knows(self, word: str) -> bool:
        """Tell whether this is a word rather than a misspelling."""
        return is_listed(word) or word in self._met_often()

    def _met_often(self) -> frozenset[str]:
        if self._common is None:
            counts: Counter[str] = Counter()
            for title in set(self._titles):
                counts.update(set(title.split()))
            self._common = frozenset(w for w, times in counts.items() if times >= _LEAST_TITLES)
        return self._common


LISTED = Vocabulary()
"""The list alone."""
