"""How what a citation says is read, and which spellings of it agree: labelled, one a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from syncd.matching.containers import fold_container, is_same_container
from syncd.matching.folding import fold
from syncd.matching.languages import guess_language
from syncd.matching.likeness import compare_words, numbers_in
from syncd.matching.number_words import read_ordinal
from syncd.matching.numbering import (
    is_same_issue,
    is_same_page,
    read_issue,
    read_pages,
    read_roman,
    read_volume,
)
from syncd.matching.people import compare_authors, fold_authors
from syncd.matching.signs import read_tex, spell_signs
from syncd.matching.titles import is_generic, read_title, weight

DATA = Path(__file__).parents[2] / "data"
READINGS, SPELLINGS = (
    [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines()]
    for name in ("readings", "spellings")
)


def taken_apart(title: str) -> list[Any]:
    found = read_title(title)
    return [found.words, list(found.others), int(found.markers), found.translated]


READERS: dict[str, Callable[[Any], object]] = {
    "roman": read_roman,
    "pages": lambda text: list(read_pages(text)),
    "volume": read_volume,
    "issue": read_issue,
    "container": fold_container,
    "first people": lambda names: list(fold_authors(names)),
    "signs": lambda text: spell_signs(text).split(),
    "tex": lambda text: read_tex(text).split(),
    "folded": fold,
    "language": guess_language,
    "ordinal": read_ordinal,
    "number in a title": numbers_in,
    "title": taken_apart,
    "weight of a title": weight,
    "borne by many": is_generic,
}


@pytest.mark.parametrize("row", READINGS, ids=lambda row: f"{row['of']} {row['said']}")
def test_it_is_read_as_labelled(row: dict[str, Any]) -> None:
    assert READERS[row["of"]](row["said"]) == row["is"]


def likeness(one: str, other: str) -> list[str]:
    found = compare_words(read_title(one).words, read_title(other).words)
    steps = (("equal", 0.985), ("agree", 0.95), ("alike", 0.85), ("related", 0.6))
    near = next((name for name, least in steps if found.similarity >= least), "apart")
    return [near, *(name for name, holds in found._asdict().items() if holds is True)]


COMPARED: dict[str, Callable[[Any, Any], object]] = {
    "titles": likeness,
    "containers": lambda one, other: is_same_container(fold_container(one), fold_container(other)),
    "people": lambda one, other: compare_authors(fold_authors(one), fold_authors(other)).name,
    "first pages": lambda one, other: is_same_page(read_pages(one), read_pages(other)),
    "issues": lambda one, other: is_same_issue(read_issue(one), read_issue(other)),
}


@pytest.mark.parametrize("row", SPELLINGS, ids=lambda row: f"{row['of']} {row['one']}")
def test_two_spellings_are_to_each_other_as_labelled(row: dict[str, Any]) -> None:
    compare = COMPARED[row["of"]]

    assert compare(row["one"], row["other"]) == row["are"]
    assert compare(row["other"], row["one"]) == row["are"]
