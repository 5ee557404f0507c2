"""In what batches the outbox is carried out, and how a library that resists is met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.errors import (
    AccessDeniedError,
    ConflictError,
    OutcomeUnknownError,
    RejectedError,
    UnavailableError,
    UnreadError,
    UnsettledError,
)
from syncd.ledger.outbox import Pending
from syncd.library import (
    AddToCollection,
    Capabilities,
    CollectionKey,
    Create,
    CreateCollection,
    Operation,
    Pushed,
    Refusal,
    Refused,
    key_of,
)
from syncd.record import ItemKey
from syncd.sync.batches import cut_batch
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record, title_of
from tests.support.house import House
from tests.support.libraries import GivesKeys, Mishap, Push, with_mishaps

# What goes together

_numbers = count(1)


def _pending(operation: Operation, record: int | None) -> Pending:
    return Pending(next(_numbers), 1, record, operation, 0, 0, 0)


def _work(record: int) -> Pending:
    return _pending(Create(ItemKey(f"WORK{record:04}"), {"title": "t"}), record)


def _note(record: int, number: int) -> Pending:
    data = {"note": "n", "parentItem": f"WORK{record:04}"}
    return _pending(Create(ItemKey(f"NOTE{record:02}{number:02}"), data), record)


def _family(record: int, notes: int) -> list[Pending]:
    return [_work(record), *(_note(record, number) for number in range(notes))]


def _filing(record: int, key: str) -> Pending:
    return _pending(AddToCollection(ItemKey(key), 0, (), ("new",)), record)


def _collection(key: str, parent: str | None = None) -> Pending:
    above = CollectionKey(parent) if parent else None
    return _pending(CreateCollection(CollectionKey(key), key, above), None)


def test_nothing_to_send_is_no_batch() -> None:
    assert cut_batch([], 50, 50) is None


def test_a_records_operations_are_not_torn_apart() -> None:
    families = [_family(record, 2) for record in (1, 2, 3)]
    waiting = [each for family in families for each in family]

    batch = cut_batch(waiting, 7, 50)

    assert batch is not None
    assert batch.operations == [*families[0], *families[1]]
    assert batch.records == 2


def test_a_batch_that_fits_exactly_is_full() -> None:
    waiting = [*_family(1, 2), *_family(2, 2)]

    assert cut_batch(waiting, 6, 50) == (waiting, 2)


def test_a_record_that_is_larger_than_a_batch_goes_in_parts() -> None:
    family = _family(1, 9)

    batch = cut_batch([*family, *_family(2, 0)], 4, 50)

    assert batch is not None
    assert (batch.operations, batch.records) == (family[:4], 1)


def test_no_more_records_go_together_than_are_asked_for() -> None:
    waiting = [_work(record) for record in range(5)]

    assert cut_batch(waiting, 50, 2) == (waiting[:2], 2)


def test_collections_go_first_and_apart() -> None:
    collections = [_collection("COLL0001"), _collection("COLL0002"), _collection("COLL0003")]

    batch = cut_batch([*collections, _work(1)], 50, 50)

    assert batch is not None
    assert (batch.operations, batch.records) == (collections, 1)
    assert cut_batch([*collections, _work(1)], 2, 50) == (collections[:2], 1)


def test_a_collection_waits_for_the_one_that_it_hangs_below() -> None:
    outer, inner = _collection("COLL0001"), _collection("COLL0002", "COLL0001")

    assert cut_batch([outer, inner], 50, 50) == ([outer], 1)
    assert cut_batch([inner], 50, 50) == ([inner], 1)


def test_what_is_done_to_an_item_waits_for_the_item() -> None:
    work, other = _work(1), _work(2)
    filing = _filing(3, work.item_key)

    assert cut_batch([work, other, filing], 50, 50) == ([work, other], 2)
    assert cut_batch([other, filing], 50, 50) == ([other, filing], 2)


@pytest.mark.parametrize("takes_keys", [True, False])
def test_notes_wait_for_their_item_where_the_library_names_it(takes_keys: bool) -> None:
    work, note = _family(1, 1)

    batch = cut_batch([work, note], 50, 50, takes_keys=takes_keys)

    assert batch is not None
    assert batch.operations == ([work, note] if takes_keys else [work])


# How a library that resists is met


class Watched:
    """A house whose library notes how many operations each push had, and whether it was guarded."""

    def __init__(self, root: Path, *mishaps: Mishap, batch_size: int = 50) -> None:
        capabilities = Capabilities(batch_size=batch_size)
        memory = MemoryLibrary(shipped_schema(), capabilities=capabilities)
        self.sizes: list[int] = []
        self.guarded: list[bool] = []
        self.pauses: list[timedelta] = []
        watched = [self._watched(mishap) for mishap in (*mishaps, *[_well] * 30)]
        self.house = House(root, with_mishaps(memory, *watched))
        self.house.helpers = replace(
            self.house.helpers, pause=self.pauses.append, jitter=lambda: 2.0
        )

    def _watched(self, mishap: Mishap) -> Mishap:
        def watched(push: Push, operations: Sequence[Operation], expected: int | None) -> Pushed:
            self.sizes.append(len(operations))
            self.guarded.append(expected is not None)
            return mishap(push, operations, expected)

        return watched

    def drop(self, records: int) -> list[str]:
        """Drop works without notes; return the titles of what is there then."""
        self.house.drop(*(scopus_record(number, N1=None) for number in range(records)))
        return sorted(item.data["title"] for item in self.house.works())


def _well(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    return push(operations, expected)


def _moved_on(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    raise ConflictError("the library has moved on")


def _lost(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    raise OutcomeUnknownError("nobody knows")


def _lost_on_the_way_back(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    push(operations, expected)
    raise OutcomeUnknownError("nobody knows")


def _never(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    raise RejectedError("never")


def _unread(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    raise UnreadError("nothing was made of it")


def _too_large(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    raise RejectedError("too large", too_large=True)


def _troubled(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    outcomes = [Refused(key_of(each), Refusal.TROUBLE, "not now") for each in operations]
    return Pushed(outcomes, expected)


def _titles(records: int) -> list[str]:
    return sorted(title_of(number) for number in range(records))


@pytest.mark.parametrize(
    ("mishaps", "sizes"),
    [
        ([], [8]),
        ([_moved_on], [8, 4, 4]),
        ([_moved_on, _moved_on], [8, 4, 2, 4, 2]),
        ([_moved_on, _moved_on, _moved_on, _moved_on], [8, 4, 2, 1, 1, 2, 4, 1]),
        ([_lost], [8, 4, 4]),
        ([_never, _never], [8, 4, 2, 4, 2]),
    ],
)
def test_a_batch_that_does_not_pass_goes_again_in_halves_and_grows_again(
    tmp_path: Path, mishaps: list[Mishap], sizes: list[int]
) -> None:
    watched = Watched(tmp_path, *mishaps)

    assert watched.drop(8) == _titles(8)
    assert watched.sizes == sizes


def test_one_record_is_tried_under_guard_three_times_with_longer_pauses(tmp_path: Path) -> None:
    watched = Watched(tmp_path, *[_moved_on] * 3)

    assert watched.drop(1) == _titles(1)
    assert watched.guarded == [True, True, True, False]
    assert watched.pauses == [timedelta(milliseconds=400), timedelta(milliseconds=600)]


def test_a_library_that_refuses_even_what_goes_against_no_version_is_left_alone(
    tmp_path: Path,
) -> None:
    watched = Watched(tmp_path, *[_moved_on] * 20)

    with pytest.raises(UnsettledError, match="moved on"):
        watched.drop(1)

    assert watched.guarded == [True, True, True, False, False, False]
    assert len(watched.house.waiting()) == 1


def test_a_library_that_rests_again_is_written_to_under_guard(tmp_path: Path) -> None:
    watched = Watched(tmp_path, *[_moved_on] * 3, batch_size=1)

    assert watched.drop(2) == _titles(2)
    assert watched.guarded == [True, True, True, False, True]


def test_no_batch_is_larger_than_the_library_takes(tmp_path: Path) -> None:
    watched = Watched(tmp_path, batch_size=3)

    assert watched.drop(8) == _titles(8)
    assert watched.sizes == [3, 3, 2]


def test_a_library_that_loses_three_answers_in_a_row_is_left_alone(tmp_path: Path) -> None:
    watched = Watched(tmp_path, *[_lost] * 3)

    with pytest.raises(UnsettledError, match="nobody knows"):
        watched.drop(8)

    assert watched.sizes == [8, 4, 2]
    assert len(watched.house.waiting()) == 8


def test_answers_that_are_lost_now_and_then_are_no_silence(tmp_path: Path) -> None:
    watched = Watched(tmp_path, _lost, _well, _lost, _lost)

    assert watched.drop(8) == _titles(8)


def test_an_answer_that_was_lost_after_all_landed_is_no_silence(tmp_path: Path) -> None:
    watched = Watched(tmp_path, _lost, _lost, _lost_on_the_way_back, _lost, _lost)

    assert watched.drop(8) == _titles(8)
    assert watched.house.waiting() == []


def test_what_the_library_has_trouble_with_is_tried_once_in_a_pass(tmp_path: Path) -> None:
    watched = Watched(tmp_path, _troubled, batch_size=4)

    with pytest.raises(UnsettledError, match="4 operations"):
        watched.drop(6)
    there = [item.data["title"] for item in watched.house.works()]
    watched.house.drop(scopus_record(9, N1=None))

    assert sorted(there) == sorted(title_of(number) for number in (4, 5))
    assert len(watched.house.works()) == 7
    assert watched.house.waiting() == []


def test_a_library_that_has_trouble_with_everything_is_left_alone(tmp_path: Path) -> None:
    watched = Watched(tmp_path, *[_troubled] * 5, batch_size=1)

    with pytest.raises(UnsettledError, match="trouble with everything"):
        watched.drop(5)

    assert watched.sizes == [1, 1, 1]


def test_of_records_that_are_refused_as_a_whole_the_one_is_found(tmp_path: Path) -> None:
    def refuses_three(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        if any(isinstance(e, Create) and e.data["title"] == title_of(3) for e in operations):
            raise RejectedError("no such thing as three")
        return push(operations, expected)

    watched = Watched(tmp_path, *[refuses_three] * 20)

    assert watched.drop(6) == sorted(title_of(number) for number in range(6) if number != 3)
    assert watched.house.holds() == [("refused", "no such thing as three")]
    assert watched.house.waiting() == []


def test_a_work_that_is_too_large_with_its_note_goes_before_it(tmp_path: Path) -> None:
    watched = Watched(tmp_path, _too_large)

    [record] = watched.house.drop(scopus_record(1))

    assert watched.sizes == [2, 1, 1]
    assert (record.outcome, record.error) == ("accepted", None)
    assert len(watched.house.everything()) == 2


def test_one_operation_that_is_too_large_by_itself_is_put_before_a_person(tmp_path: Path) -> None:
    watched = Watched(tmp_path, _too_large)

    watched.house.drop(scopus_record(1, N1=None, AB="Moss. " * 11_000))

    assert watched.house.works() == []
    assert watched.house.holds() == [("refused", "too large")]


def test_what_no_server_can_mean_by_too_large_is_tried_again(tmp_path: Path) -> None:
    watched = Watched(tmp_path, *[_too_large] * 6)

    with pytest.raises(UnsettledError, match="too large"):
        watched.drop(6)
    watched.house.drop(scopus_record(9, N1=None))

    assert watched.house.holds() == []
    assert len(watched.house.works()) == 7


def test_of_records_that_are_refused_unread_the_one_waits_and_the_others_arrive(
    tmp_path: Path,
) -> None:
    def stops_three(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        if any(isinstance(e, Create) and e.data["title"] == title_of(3) for e in operations):
            raise UnreadError("nothing was made of it")
        return push(operations, expected)

    watched = Watched(tmp_path, *[stops_three] * 20)

    with pytest.raises(UnsettledError, match="1 operation for now: nothing was made of it"):
        watched.drop(6)

    there = sorted(item.data["title"] for item in watched.house.works())
    assert there == sorted(title_of(number) for number in range(6) if number != 3)
    assert watched.house.holds() == []
    assert len(watched.house.waiting()) == 1


def test_records_that_are_refused_unread_keep_back_none_that_come_after_them(
    tmp_path: Path,
) -> None:
    stopped = {title_of(number) for number in range(5)}

    def stops_five(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        if any(isinstance(e, Create) and e.data["title"] in stopped for e in operations):
            raise UnreadError("nothing was made of it")
        return push(operations, expected)

    watched = Watched(tmp_path, *[stops_five] * 60)
    with pytest.raises(UnsettledError):
        watched.drop(5)

    with pytest.raises(UnsettledError, match="5 operations for now"):
        watched.drop(9)

    there = sorted(item.data["title"] for item in watched.house.works())
    assert there == sorted(title_of(number) for number in range(5, 9))


def test_a_library_that_reads_nothing_is_left_alone_and_nothing_is_a_question(
    tmp_path: Path,
) -> None:
    watched = Watched(tmp_path, *[_unread] * 24)

    with pytest.raises(UnsettledError, match="nothing was made of it"):
        watched.drop(30)
    sizes = list(watched.sizes)
    watched.house.drop(scopus_record(40, N1=None))

    assert sizes == [30, 15, 7, 3, *[1] * 20]
    assert watched.house.holds() == []
    assert len(watched.house.works()) == 31


@pytest.mark.parametrize("error", [UnavailableError("gone"), AccessDeniedError("no")])
def test_what_was_provably_not_sent_is_sent_with_the_next_run(
    tmp_path: Path, error: Exception
) -> None:
    def fails(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        raise error

    watched = Watched(tmp_path, fails)
    with pytest.raises(type(error)):
        watched.drop(2)
    waiting = watched.house.waiting()

    watched.house.drop(scopus_record(9, N1=None))

    assert (len(waiting), watched.house.waiting()) == (2, [])
    assert len(watched.house.works()) == 3


def test_a_library_that_names_its_items_is_sent_a_note_when_its_item_has_a_name(
    tmp_path: Path,
) -> None:
    sizes: list[int] = []

    def notes(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        sizes.append(len(operations))
        return push(operations, expected)

    house = House(tmp_path, with_mishaps(GivesKeys(), *[notes] * 9))

    house.drop(scopus_record(1), scopus_record(2))

    assert sizes == [2, 2]
    parents = {item.data["parentItem"] for item in house.everything() if "note" in item.data}
    assert parents == {item.key for item in house.works()}


def test_what_a_library_named_itself_is_not_taken_for_a_twin_of_it(tmp_path: Path) -> None:
    def in_company(push: Push, operations: Sequence[Operation], expected: int | None) -> Pushed:
        # Somebody else has written too, so the changes are taken, our own among them.
        return push(operations, expected)._replace(library_version=None)

    house = House(tmp_path, with_mishaps(GivesKeys(), *[in_company] * 9))

    house.drop(*(scopus_record(number) for number in range(3)))

    assert house.holds() == []
    assert len(house.works()) == 3
