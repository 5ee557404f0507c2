"""What is refused again and again for no reason that is given keeps back nothing that is sound."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.memory import MemoryLibrary
from syncd.errors import LibraryError, OutcomeUnknownError, UnreadError, UnsettledError
from syncd.library import (
    Capabilities,
    Create,
    CreateCollection,
    Operation,
    Pushed,
    Refusal,
    Refused,
    key_of,
)
from syncd.plan import Place
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record, title_of
from tests.support.house import House


class Stops(MemoryLibrary):
    """Takes nothing that bears one of the names in `stopped`; of a batch, not even the rest."""

    def __init__(
        self, stopped: Sequence[str], why: LibraryError, capabilities: Capabilities | None = None
    ) -> None:
        super().__init__(shipped_schema(), capabilities=capabilities or Capabilities(batch_size=50))
        self.stopped = set(stopped)
        self.why = why
        self.requests = 0

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        self.requests += 1
        if any(self._is_stopped(each) for each in operations):
            raise self.why
        return super().push(operations, expected=expected)

    def _is_stopped(self, operation: Operation) -> bool:
        match operation:
            case Create(_, data):
                return data.get("title") in self.stopped
            case CreateCollection(_, name):
                return name in self.stopped
        return False


class Troubled(Stops):
    """Has trouble of its own with what is stopped, and takes all else."""

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        self.requests += 1
        good = [each for each in operations if not self._is_stopped(each)]
        answer = MemoryLibrary.push(self, good, expected=expected)
        outcomes = iter(answer.outcomes)
        told = [
            Refused(key_of(each), Refusal.TROUBLE, "500")
            if self._is_stopped(each)
            else next(outcomes)
            for each in operations
        ]
        return answer._replace(outcomes=told)


UNREAD = UnreadError("nothing was made of it")
LOST = OutcomeUnknownError("the answer was lost")


def _records(numbers: range) -> list[str]:
    return [scopus_record(number, N1=None) for number in numbers]


def _titles(numbers: range) -> list[str]:
    return [title_of(number) for number in numbers]


def _there(house: House) -> set[str]:
    return {item.data["title"] for item in house.works()}


def _drop(house: House, numbers: range) -> None:
    with pytest.raises(UnsettledError):
        house.drop(*_records(numbers))


def test_a_block_that_is_refused_unread_is_gone_past_within_the_first_pass(tmp_path: Path) -> None:
    library = Stops(_titles(range(60)), UNREAD)
    house = House(tmp_path, library)

    _drop(house, range(64))

    assert _there(house) == set(_titles(range(60, 64)))
    assert library.requests < 60


def test_a_library_that_takes_nothing_is_left_alone_whatever_waits(tmp_path: Path) -> None:
    library = Stops(_titles(range(301)), UNREAD)
    house = House(tmp_path, library)

    _drop(house, range(300))
    before = library.requests
    _drop(house, range(300, 301))

    assert before < 30
    assert library.requests - before < 75  # three passes: at the start, before and after planning


@pytest.mark.parametrize(
    "library",
    [Stops(_titles(range(25)), UNREAD), Troubled(_titles(range(150)), UNREAD)],
    ids=["unread", "troubled"],
)
def test_what_was_refused_before_is_tried_when_all_else_is_through(
    tmp_path: Path, library: Stops
) -> None:
    house = House(tmp_path, library)
    _drop(house, range(len(library.stopped)))
    before = library.requests

    _drop(house, range(900, 903))

    assert _there(house) == set(_titles(range(900, 903)))
    assert library.requests - before < 60


def test_what_was_tried_last_is_tried_last_again(tmp_path: Path) -> None:
    library = Stops(_titles(range(12)), UNREAD)
    house = House(tmp_path, library)
    _drop(house, range(12))
    library.stopped.remove(title_of(11))

    for number in (900, 901, 902):
        house.clock.advance(seconds=1)
        _drop(house, range(number, number + 1))

    assert title_of(11) in _there(house)


def test_all_that_was_refused_goes_soon_when_nothing_stops_it_any_more(tmp_path: Path) -> None:
    library = Stops(_titles(range(20)), UNREAD)
    house = House(tmp_path, library)
    _drop(house, range(20))
    library.stopped.clear()
    library.requests = 0

    house.drop(*_records(range(900, 901)))

    assert _there(house) == {*_titles(range(20)), title_of(900)}
    assert library.requests <= 8
    assert house.waiting() == []


def test_works_whose_answer_never_comes_keep_back_none_that_come_after_them(
    tmp_path: Path,
) -> None:
    late = Capabilities(batch_size=1, late_writes=timedelta(minutes=5))
    house = House(tmp_path, Stops(_titles(range(12)), LOST, late))
    for _ in range(2):
        _drop(house, range(12))
        house.clock.advance(minutes=6)

    _drop(house, range(900, 903))

    assert _there(house) == set(_titles(range(900, 903)))


def test_a_collection_that_is_refused_keeps_back_what_goes_into_it_and_nothing_else(
    tmp_path: Path,
) -> None:
    library = Stops(["Stopped"], UNREAD)
    house = House(tmp_path, library)
    with pytest.raises(UnsettledError):
        house.drop(scopus_record(1), place=Place(folder=b"/a", collection=("Stopped", "Below it")))

    with pytest.raises(UnsettledError):
        house.drop(scopus_record(2), place=Place(folder=b"/b", collection=("Inbox",)))

    assert _there(house) == {title_of(2)}
    library.stopped.clear()
    house.drop(scopus_record(3))
    assert _there(house) == set(_titles(range(1, 4)))


def test_a_note_below_what_was_set_back_waits_for_it(tmp_path: Path) -> None:
    library = Stops([title_of(1)], UNREAD)
    house = House(tmp_path, library)
    with pytest.raises(UnsettledError):
        house.drop(scopus_record(1), scopus_record(2))
    with pytest.raises(UnsettledError):  # the same work, to be filed elsewhere
        house.drop(scopus_record(1, N1="again"), place=Place(folder=b"/b", tags=("later",)))
    library.stopped.clear()

    house.drop(scopus_record(3))

    assert _there(house) == set(_titles(range(1, 4)))
    [work] = [item for item in house.works() if item.data["title"] == title_of(1)]
    assert {tag["tag"] for tag in work.data["tags"]} == {"later"}
    assert (house.waiting(), house.holds()) == ([], [])
