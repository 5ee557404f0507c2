"""What a server says is taken for what it should be, or for no answer."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from adapters.answers import objects_in, report_in, version_in, versions_in
from syncd.errors import OutcomeUnknownError, UnavailableError

ENVELOPE: dict[str, Any] = {"key": "AAAA2222", "version": 3, "data": {"itemType": "note"}}

NO_OBJECTS: list[Any] = [
    {},
    [None],
    [{"key": "AAAA2222", "version": 3}],
    [ENVELOPE | {"key": None}],
    [ENVELOPE | {"key": 7}],
    [ENVELOPE | {"version": None}],
    [ENVELOPE | {"version": "3"}],
    [ENVELOPE | {"version": True}],
    [ENVELOPE | {"version": -1}],
    [ENVELOPE | {"version": 10**30}],
    [ENVELOPE, ENVELOPE | {"data": []}],
]


@pytest.mark.parametrize("told", NO_OBJECTS)
def test_what_is_no_list_of_objects_is_no_answer(told: Any) -> None:
    with pytest.raises(UnavailableError):
        objects_in(told)


def test_objects_are_taken_as_they_are_told() -> None:
    assert objects_in([ENVELOPE]) == [ENVELOPE]


@pytest.mark.parametrize("version", [None, "3", True, -1, 2.5, 10**30])
def test_what_is_no_version_is_no_listing(version: Any) -> None:
    with pytest.raises(UnavailableError):
        versions_in({"AAAA2222": 3, "BBBB3333": version})


@pytest.mark.parametrize(("told", "version"), [("12", 12), ("", None), ("1e3", None)])
def test_the_version_in_a_header(told: str, version: int | None) -> None:
    response = httpx2.Response(200, headers={"Last-Modified-Version": told})
    assert version_in(response) == version


def test_a_version_longer_than_any_is_none() -> None:
    response = httpx2.Response(200, headers={"Last-Modified-Version": "9" * 5000})
    assert version_in(response) is None


NO_REPORTS: list[Any] = [
    None,
    [],
    {"successful": "all of them"},
    {"successful": {"0": None}},
    {"successful": {"0": {"version": 3}}},
    {"successful": {"0": ENVELOPE | {"data": "none"}}},
    {"unchanged": 7},
    {"failed": {"0": "no"}},
    {"failed": {"0": None}},
]


@pytest.mark.parametrize("told", NO_REPORTS)
def test_a_write_whose_report_makes_no_sense_has_an_unknown_outcome(told: Any) -> None:
    with pytest.raises(OutcomeUnknownError):
        report_in(told, 3)


def test_a_report_may_leave_parts_out_or_have_empty_lists_for_them() -> None:
    report = report_in({"successful": {"0": ENVELOPE}, "unchanged": [], "failed": None}, 4)

    assert report == ({"0": ENVELOPE}, {}, {}, 4)
