"""The words that ship with syncd are found, and no others."""

from __future__ import annotations

import gzip
from importlib.resources import files

import pytest

from syncd.matching.vocabulary import is_listed

WORDS = gzip.decompress((files("syncd") / "data" / "words-en.txt.gz").read_bytes()).split()


def test_the_list_is_in_order_as_it_is_searched_by_halves() -> None:
    assert sorted(set(WORDS)) == WORDS


@pytest.mark.parametrize("place", [0, 1, 2, 777, len(WORDS) // 2, len(WORDS) - 2, len(WORDS) - 1])
def test_every_word_is_found(place: int) -> None:
    assert is_listed(WORDS[place].decode())


@pytest.mark.parametrize("word", ["", "a", "zzzzzz", "analysiss", "therap", "\u03b2-blocker"])
def test_no_other_is(word: str) -> None:
    assert is_listed(word) == (word.encode() in WORDS)
