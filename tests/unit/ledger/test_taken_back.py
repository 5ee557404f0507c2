"""What an undo took out of an item is known, value by value, and may be put there on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.ledger import journal
from syncd.ledger.store import Ledger, LibraryLedger
from syncd.ledger.taken_back import (
    FieldValue,
    TakenBack,
    add_taken_back,
    find_taken_back,
    forget_taken_back,
)
from syncd.system.clock import SystemClock

KEY = "ABCD2345"
SAID = {
    "volume": "77",
    "issue": "9",
    "extra": "Scopus EID: 1\nPMID: 7",
    "tags": [{"tag": "new"}, {"tag": "old"}],
}


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[LibraryLedger]:
    ledger = Ledger.open("", tmp_path, SystemClock())
    yield ledger.get_library("memory:", "Mine")
    ledger.close()


def take(mine: LibraryLedger, *values: FieldValue) -> None:
    with mine.write() as tx:
        add_taken_back(tx, KEY, values, journal.begin_run(tx, "undo"))


def known(mine: LibraryLedger) -> TakenBack:
    with mine.read() as tx:
        return find_taken_back(tx, [KEY]).get(KEY, TakenBack())


def test_what_nobody_took_out_may_be_written(mine: LibraryLedger) -> None:
    assert known(mine).without(SAID) == SAID


def test_what_was_taken_out_is_left_out_of_what_a_record_says(mine: LibraryLedger) -> None:
    take(mine, ("volume", "77"), ("extra", "PMID: 7"), ("tags", "new"))

    assert known(mine).without(SAID) == {
        "issue": "9",
        "extra": "Scopus EID: 1",
        "tags": [{"tag": "old"}],
    }


def test_another_value_may_be_written(mine: LibraryLedger) -> None:
    take(mine, ("volume", "77"))

    assert not known(mine).forbids("volume", "78")
    assert not known(mine).forbids("issue", "77")


def test_a_library_may_have_spelled_it_its_own_way(mine: LibraryLedger) -> None:
    take(mine, ("title", "Two words"), ("tags", "to read"))

    said = known(mine).without({"title": " Two  words", "tags": [{"tag": "to  read "}]})

    assert said == {"tags": []}


def test_what_is_put_there_on_purpose_may_be_written_again(mine: LibraryLedger) -> None:
    take(mine, ("volume", "77"), ("tags", "new"))
    with mine.write() as tx:
        forget_taken_back(tx, KEY, [("volume", "77")])

    assert not known(mine).forbids("volume", "77")
    assert known(mine).forbids("tags", "new")
