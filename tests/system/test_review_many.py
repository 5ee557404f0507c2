"""`syncd review` of many: ranges, all, by file and reason, and what was skipped as the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Ended, Syncd
from tests.support.exports import scopus_record, title_of, write_records

ELSEWHERE = {"DO": None, "UR": None, "N1": None, "VL": None, "SP": None, "EP": None}


def look_alike(number: int) -> str:
    """Return a record with title and author of a work, in another journal."""
    return scopus_record(number, **ELSEWHERE, T2="Quite Different Letters")


def mistaken(number: int) -> str:
    """Return a record with the EID of a work, and the look of another."""
    return scopus_record(number, TI=f"Quite another subject {number}", AU="Nobody, N.", DO=None)


def again(number: int) -> str:
    """Return a record that is taken for a work, with an abstract of its own."""
    return scopus_record(number, UR=None, N1=None, AB="Other words.")


class Desk:
    """A file library with works 1 to 4, and exports that may be about them."""

    def __init__(self, base: Path, syncd: Syncd) -> None:
        self._base = base
        self._syncd = syncd
        self._where = ("--file-library", base / "library")

    def drop(self, name: str, *records: str) -> None:
        self._syncd("once", *self._where, write_records(self._base / name, records))

    def review(self, *words: str) -> Ended:
        return self._syncd("review", *words, *self._where)

    def found(self, *words: str) -> dict[str, Any]:
        [library] = json.loads(self.review(*words, "--json").out)["libraries"]
        return dict(library)

    def open(self) -> list[int]:
        return [each["id"] for each in self.found()["held"]]

    def titles(self) -> list[str]:
        files = (self._base / "library").glob("items/*.json")
        found = (json.loads(path.read_text())["data"] for path in files)
        return sorted(data["title"] for data in found if "title" in data)


@pytest.fixture
def desk(tmp_path: Path, syncd: Syncd) -> Desk:
    desk = Desk(tmp_path, syncd)
    desk.drop("works.ris", *(scopus_record(number, N1=None) for number in (1, 2, 3, 4)))
    return desk


@pytest.fixture
def asked(desk: Desk) -> Desk:
    """Questions 1 and 2 are about look-alikes, 3 and 4, of another file, about identifiers."""
    desk.drop("looks.ris", look_alike(1), look_alike(2))
    desk.drop("numbers.ris", mistaken(3), mistaken(4))
    return desk


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (["2-3"], [1, 4]),
        (["1", "3-9"], [2]),
        (["all"], []),
        (["all", "--file", "looks.ris"], [3, 4]),
        (["--file", "numbers.ris"], [1, 2]),
        (["--reason", "DIFFERENT journals"], [3, 4]),
        (["2-4", "--file", "looks.ris"], [1, 3, 4]),
    ],
)
def test_many_are_answered_at_once(asked: Desk, words: list[str], left: list[int]) -> None:
    ended = asked.review("skip", *words)

    assert (ended.code, asked.open()) == (0, left)


def test_a_list_is_narrowed_by_file_and_reason(asked: Desk) -> None:
    by_file = asked.found("list", "--file", "numbers.ris")["held"]
    by_reason = asked.found("show", "--reason", "journals")["held"]

    assert [each["id"] for each in by_file] == [3, 4]
    assert [each["id"] for each in by_reason] == [1, 2]


def test_what_fits_no_question_is_told(asked: Desk) -> None:
    assert asked.review("skip", "7-9").code == 65
    assert asked.review("skip", "--file", "ris").code == 65
    assert asked.review("retry", "all").code == 0
    assert asked.review("skip", "1-2", "99").code == 65
    assert asked.open() == [3, 4]


def test_what_was_skipped_is_listed_and_made_an_item(desk: Desk) -> None:
    desk.drop("again.ris", again(1), again(2))
    listed = desk.review("--decided", "--file", "again.ris").out
    [first, second] = desk.found("--decided", "--run", "2")["decided"]

    made = desk.review("--decided", "create", str(first["id"]))
    desk.drop("again.ris", again(1) + "\n")

    assert title_of(1) in listed
    assert first["record"]["item"]["abstractNote"] == "Other words."
    assert first["candidates"][0]["item"]["title"] == title_of(1)
    assert (first["run"], first["answers"]) == (2, ["create"])
    assert made.code == 0
    assert desk.titles().count(title_of(1)) == 2
    assert [each["id"] for each in desk.found("--decided", "--run", "2")["decided"]] == [
        second["id"]
    ]


def test_what_was_skipped_is_made_by_ranges_and_by_file(desk: Desk) -> None:
    desk.drop("again.ris", again(1), again(2))
    desk.drop("more.ris", again(3), again(4))

    desk.review("--decided", "create", "all", "--file", "more.ris")

    assert [desk.titles().count(title_of(number)) for number in (1, 2, 3, 4)] == [1, 1, 2, 2]


@pytest.mark.parametrize(
    "words",
    [["--decided", "accept", "1"], ["--decided", "create"], ["--run", "1"], ["skip", "1", "x"]],
)
def test_what_was_decided_takes_no_other_answer(desk: Desk, words: list[str]) -> None:
    assert desk.review(*words).code == 64


def test_a_record_that_was_not_skipped_is_not_made_again(desk: Desk) -> None:
    ended = desk.review("--decided", "create", "1")

    assert ended.code == 65
    assert "no record number 1 was skipped as the same" in ended.err
