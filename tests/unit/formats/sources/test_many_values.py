"""Entries of tens of thousands of values take no longer than their number explains."""

from __future__ import annotations

import time

import pytest

from syncd.errors import InputError
from syncd.formats.sources import read_record
from syncd.item.limits import fit
from syncd.record import Record
from tests.support.entries import entry_of

MANY = 40_000
SECONDS = 4.0
"""Of CPU: what grows with the number takes less than one, what grows with its square many."""
Values = list[tuple[str, str]]

_EBSCO = ("DP", "EBSCOhost")
_NO_PLACE = "Univ, Dept. of X, Street 1, 1000 Y"
_HOSTILE: dict[str, Values] = {
    "authors under two tags": [
        each for i in range(MANY // 2) for each in (("AU", f"Abel{i}, A."), ("A1", f"Bell{i}, B."))
    ],
    "abstracts of EBSCO": [_EBSCO, *(("AB", f"a{i} b") for i in range(MANY))],
    "notes on funding": [("N1", f"Funding details: a{i}") for i in range(2 * MANY)],
    "places that are none": [
        each for i in range(MANY) for each in (("CY", f"{_NO_PLACE}{i}"), ("CY", f"P{i}"))
    ],
    "names under a caption": [("AU", "Roe, M."), *(("CA", f"Study Team {i}") for i in range(MANY))],
}


def _read(values: Values) -> Record:
    read = read_record(entry_of([("TY", "JOUR"), ("TI", "Tides"), *values]), "x.ris")
    assert not isinstance(read, InputError)
    return read


@pytest.mark.parametrize("values", _HOSTILE.values(), ids=_HOSTILE.keys())
def test_no_number_of_values_makes_the_mapping_slow(values: Values) -> None:
    start = time.process_time()
    _read(values)

    assert time.process_time() - start < SECONDS


def test_no_number_of_tags_makes_the_look_at_limits_slow() -> None:
    tags = [{"tag": f"a{i}"} for i in range(MANY)]
    start = time.process_time()
    data, _ = fit({"tags": tags})

    assert time.process_time() - start < SECONDS
    assert data["tags"] == tags


def test_tags_that_differ_in_their_type_alone_are_two() -> None:
    tags = [{"tag": "a"}, {"tag": "a", "type": 1}, {"tag": "a"}]
    assert fit({"tags": tags})[0]["tags"] == tags[:2]


def test_what_a_note_on_funding_has_said_is_not_said_again() -> None:
    values = ["Funding details: a", "other", "Funding details: b", "Funding details: a"]
    notes = _read([("N1", value) for value in values]).notes
    assert [note.kind for note in notes] == ["funding", "other"]
    assert (notes[0].html.count(": a"), notes[0].html.count(": b")) == (1, 1)


def test_a_name_under_a_second_tag_is_the_same_person() -> None:
    values = [("AU", "Roe, M."), ("A1", "Poe, A."), ("A1", "Roe, M."), ("AU", "Roe, M.")]
    read = _read(values)
    assert [creator.family for creator in read.creators] == ["Roe", "Poe", "Roe"]
