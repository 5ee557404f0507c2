"""Which values say less than others, and which only spell the same in another way."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.item.precision import says_less
from syncd.item.sameness import says_same


def _people(*names: str) -> list[dict[str, str]]:
    parted = (name.partition(", ") for name in names)
    return [
        {"creatorType": "author", "lastName": family, "firstName": given}
        for family, _, given in parted
    ]


LESS = [
    ("date", "2023-11-02", "2023-11"),
    ("date", "2 November 2023", "2024"),
    ("publicationTitle", "Annals of Peat Science", "Ann. Peat Sci."),
    ("publicationTitle", "Zeitschrift für Torfkunde", "Zeitschrift fur Torfkunde"),
    ("title", "CO<sub>2</sub> in bogs", "CO2 in bogs"),
    ("title", "Bogs: a field guide", "Bogs"),
    ("abstractNote", "We measured water and peat in forty bogs over ten years in the north.",
     "We measured water and peat in forty bogs over t"),
    ("pages", "120-131", "120"),
    ("ISSN", "1474-1776, 1474-1784", "1474-1784"),
    ("creators", _people("Ash, Maria Q.", "Birch, Tom"), _people("Ash, M.", "Birch, Tom")),
    ("creators", _people("Ash, Maria", "Birch, Tom", "Cedar, Eve"), _people("Ash, M", "Cedar, E")),
    ("creators", _people("Ågren, Åsa"), _people("Agren, Asa")),
]  # fmt: skip
NOT_LESS = [
    ("date", "2023", "2024"),
    ("date", "2023", "2023-11-02"),
    ("volume", "12", "1"),
    ("issue", "3", "4"),
    ("pages", "e1031", "120-131"),
    ("title", "BOGS AND FENS", "Bogs and fens"),
    ("title", "Bogs", "Bogs: a field guide"),
    ("publicationTitle", "Ann. Peat Sci.", "Annals of Peat Science"),
    ("publicationTitle", "Annals of Peat Science", "Annals of Moor Science"),
    ("creators", _people("Ash, M.", "Birch, T."), _people("Ash, Maria", "Birch, Tom")),
    ("creators", _people("Ash, Maria"), _people("Asch, Maria")),
    ("creators", _people("Ash, Maria"), _people("Ash, Maria", "Birch, Tom")),
]


@pytest.mark.parametrize("name, old, new", LESS)
def test_it_says_less(name: str, old: Any, new: Any) -> None:
    assert says_less(name, old, new)


@pytest.mark.parametrize("name, old, new", NOT_LESS)
def test_it_says_as_much(name: str, old: Any, new: Any) -> None:
    assert not says_less(name, old, new)


SAME = [
    ("DOI", "https://doi.org/10.5555/ABC", "10.5555/abc"),
    ("ISSN", "1474-1776, 1474-1784", "1474-1784 1474-1776"),
    ("pages", "120–131", "120-131"),
    ("title", "Bogs  and\u0301 fens", "Bogs and\u0301 fens "),
    ("url", "https://www.example.org/a?utm_source=x", "http://example.org/a/"),
]
OTHER = [
    ("DOI", "10.5555/abc", "10.5555/abd"),
    ("pages", "120-131", "120-132"),
    ("url", "https://www.example.org/a", "https://www.example.org/b"),
    ("url", "https://doi.org/10.5555/a", "https://doi.org/10.5555/b"),
    ("volume", "12", ""),
]


@pytest.mark.parametrize("name, one, other", SAME)
def test_two_spellings_are_one_value(name: str, one: str, other: str) -> None:
    assert says_same(name, one, other)


@pytest.mark.parametrize("name, one, other", OTHER)
def test_two_values_are_two(name: str, one: str, other: str) -> None:
    assert not says_same(name, one, other)
