"""Volume, issue and pages as exports write and damage them."""

from __future__ import annotations

import pytest

from syncd.matching.numbering import (
    Pages,
    count_pages,
    is_same_issue,
    is_same_page,
    is_same_volume,
    read_issue,
    read_pages,
    read_roman,
    read_volume,
)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("215-233", "215", "233"),
        ("215-33", "215", "233"),
        ("215 -- 233", "215", "233"),
        ("215–233", "215", "233"),
        ("pp. 215-233", "215", "233"),
        ("0215-0233", "215", "233"),
        ("S557-S558", "s557", "s558"),
        ("448+", "448", ""),
        ("Article 101581", "101581", ""),
        ("21-Aug", "21", "28"),
        ("Jan-14", "1", "14"),
        ("xii-xv", "xii", "xv"),
        ("215 p", "", ""),
        ("xii, 215 p.", "", ""),
        ("0012-0019", "12", "19"),
        ("00-5", "0", "5"),
        ("7-", "7", ""),
        ("7--9", "7", "9"),
        ("1-2-3", "1", "2"),
        ("²-³", "", ""),
        ("in press", "", ""),
        ("No Pagination Specified", "", ""),
        ("", "", ""),
    ],
)
def test_pages_are_read(text: str, first: str, last: str) -> None:
    assert read_pages(text) == Pages(first, last)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("215-233", "215", True),
        ("S215", "215", True),
        ("S215", "A215", False),
        ("S1-S4", "1-150", None),
        ("215-233", "301-309", False),
        ("215", "214-215", None),
        ("e1754", "969-972", None),
        ("101581", "15-29", None),
        ("1-13", "1-9", None),
        ("1-13", "1-13", True),
        ("CD001234", "CD001234", None),
        ("", "215", None),
    ],
)
def test_pages_agree_contradict_or_say_nothing(one: str, other: str, same: bool | None) -> None:
    left, right = read_pages(one), read_pages(other)

    assert is_same_page(left, right) is same
    assert is_same_page(right, left) is same


def test_a_work_fills_so_many_pages() -> None:
    assert count_pages(read_pages("215-33")) == 19
    assert count_pages(read_pages("S12-S13")) == 2
    assert count_pages(read_pages("215")) == 0
    assert count_pages(read_pages("xii-15")) == 0
    assert count_pages(read_pages("215-xv")) == 0
    assert count_pages(read_pages("215-204")) == 0


@pytest.mark.parametrize(
    ("text", "volume"),
    [("61 (Supplement 1)", "61"), ("Vol. 7", "7"), ("007", "7"), ("XIV", "14"), ("1)", ""),
     ("(Jul)", ""), ("Epub ahead of print", ""), ("", "")],
)  # fmt: skip
def test_a_volume_is_its_number(text: str, volume: str) -> None:
    assert read_volume(text) == volume


def test_a_supplement_s_number_in_the_volume_s_place_contradicts_nothing() -> None:
    assert is_same_volume("1", "55", "", read_issue("SUPPL. 1")) is None
    assert is_same_volume("2", "55", "", read_issue("SUPPL. 1")) is False


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("3", "3", True),
        ("3-4", "4", None),
        ("8 Supplement 1", "8", None),
        ("Suppl 1", "S1", True),
        ("Suppl 1", "Suppl 2", False),
        ("3", "4", False),
        ("May", "5", None),
        ("1020", "1022", None),
        ("Unknown", "5", None),
    ],
)
def test_issues_agree_contradict_or_say_nothing(one: str, other: str, same: bool | None) -> None:
    assert is_same_issue(read_issue(one), read_issue(other)) is same
    assert is_same_issue(read_issue(other), read_issue(one)) is same


@pytest.mark.parametrize(
    ("text", "value"),
    [("iv", 4), ("xlii", 42), ("ii", 2), ("iiii", None), ("mix", None), ("", None)],
)  # fmt: skip
def test_roman_numbers_are_read(text: str, value: int | None) -> None:
    assert read_roman(text) == value
