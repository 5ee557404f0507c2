"""What a run must never lose or do twice: deliveries, shared DOIs, keys, removed works."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.errors import UnavailableError
from syncd.item.minting import mint_key
from syncd.library import Create, Operation, Pushed, Restore
from syncd.plan import Decision, Place
from syncd.record import ItemKey
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record, title_of, write_records
from tests.support.house import House
from tests.support.libraries import Push, with_mishaps
from tests.support.runs import delivery_of, opened_ledger, opened_run

BACK = Place(folder=b"/back", readd=True)
FOLDER = b"/dropped"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def _key(number: int, ordinal: int = 0) -> ItemKey:
    return mint_key("memory:", ("scopus", f"2-s2.0-{85000000000 + number}"), ordinal)


# Deliveries


def test_an_export_that_changed_under_the_reader_is_not_counted_as_delivered(house: House) -> None:
    path = write_records(house.root / "growing.ris", [scopus_record(1)])
    whole = write_records(house.root / "whole.ris", [scopus_record(3)])
    delivery = delivery_of(path)
    write_records(path, [scopus_record(1), scopus_record(2)])
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        summary = run.deliver([delivery, delivery_of(whole)], "test")

        assert list(summary.changed) == [delivery.export.sha256]
        assert not run.is_known(delivery.export.sha256, FOLDER)
        assert run.is_known(delivery_of(whole).export.sha256, FOLDER)
        assert [item.data["title"] for item in house.works()] == [title_of(3)]

        run.deliver([delivery_of(path)], "test")
        assert {item.data["title"] for item in house.works()} == {title_of(n) for n in (1, 2, 3)}


def test_an_export_that_changed_back_is_read(house: House) -> None:
    path = write_records(house.root / "a.ris", [scopus_record(1)])
    delivery = delivery_of(path)
    write_records(path, [scopus_record(2)])
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        run.deliver([delivery], "test")
        write_records(path, [scopus_record(1)])

        run.deliver([delivery_of(path)], "test")

    assert [item.data["title"] for item in house.works()] == [title_of(1)]


def test_a_file_named_by_hand_is_read_each_time_and_is_no_folders_delivery(house: House) -> None:
    by_hand = Place()
    house.drop(scopus_record(1), place=by_hand)

    [again] = house.drop(scopus_record(1), place=by_hand)
    [dropped] = house.drop(scopus_record(1), place=Place(folder=FOLDER))

    assert (again.decision, dropped.decision) == (Decision.SKIP, Decision.SKIP)
    assert house.drop(scopus_record(1), place=Place(folder=FOLDER)) == []


def test_the_same_content_is_read_once_for_each_folder(house: House) -> None:
    house.drop(scopus_record(1), place=Place(folder=b"/one"))

    [record] = house.drop(scopus_record(1), place=Place(folder=b"/two", tags=("two",)))

    assert record.decision is Decision.COLLECT
    assert house.drop(scopus_record(1), place=Place(folder=b"/two", tags=("two",))) == []


def test_why_an_export_could_not_be_used_is_said_again(house: House) -> None:
    path = write_records(house.root / "empty.ris", ["no record in here\n"])
    delivery = delivery_of(path, Place(folder=FOLDER))
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        first, second = (run.deliver([delivery], "test") for _ in range(2))

    assert first.run is not None
    assert second.run is None
    assert first.unusable == second.unusable
    assert list(first.unusable) == [delivery.export.sha256]


def test_an_export_that_is_cut_off_is_used_and_it_is_said(house: House) -> None:
    cut_off = scopus_record(2).split("ER  -", maxsplit=1)[0]
    path = write_records(house.root / "cut.ris", [scopus_record(1), cut_off])
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        summary = run.deliver([delivery_of(path)], "test")

    assert summary.problems
    assert all(problem.path == path for problem in summary.problems)


def test_a_library_is_told_when_a_run_is_over(tmp_path: Path) -> None:
    class Derived(MemoryLibrary):
        """Notes how many items there were whenever it was told."""

        finished: list[int]

        def finish(self) -> None:
            self.finished.append(len(self._items))

    library = Derived(shipped_schema())
    library.finished = []
    house = House(tmp_path, library)

    house.drop(scopus_record(1), scopus_record(2))

    assert library.finished[-1] == 4


def test_each_run_that_is_done_is_told_of_once(house: House) -> None:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        first = run.deliver(
            [delivery_of(write_records(house.root / "a.ris", [scopus_record(1)]))], "test"
        )

        assert run.take_completed() == [first.run]
        assert run.take_completed() == []
        assert run.landed == 2
        assert first.counts == {"create": 1}


# Shared DOIs


def _of_supplement(title: str, author: str, page: int) -> str:
    return (
        f"TY  - JOUR\nTI  - {title}\nAU  - {author}\nT2  - Supplements of Botany\nPY  - 2011\n"
        f"VL  - 9\nSP  - {page}\nEP  - {page + 1}\nDO  - 10.5555/supplement.9\nER  - \n"
    )


LICHENS = _of_supplement("Lichens of the northern quarries", "Arendt, A.", 12)
SEEDS = _of_supplement("Seed banks beneath abandoned railways", "Bloch, B.", 340)
FERNS = _of_supplement("Ferns in the shade of viaducts", "Castro, C.", 77)


def test_a_doi_that_names_several_works_is_not_forgotten(house: House) -> None:
    house.drop(LICHENS, SEEDS)
    for item in house.works():
        # Nothing but the ledger knows it any more.
        house.library.edit(item.key, {"DOI": ""})

    with opened_ledger(house.root / "state") as ledger, ledger.read() as connection:
        shared = connection.exec_driver_sql("SELECT doi FROM shared_doi").scalars()
        assert list(shared) == ["10.5555/supplement.9"]
    [record] = house.drop(FERNS)
    assert (record.decision, record.outcome) == (Decision.CREATE, "accepted")
    assert len(house.works()) == 3


# Removed works


def test_a_work_that_comes_back_has_its_own_key_again(house: House) -> None:
    house.drop(scopus_record(1, N1=None))
    house.library.delete(_key(1))

    [record] = house.drop(scopus_record(1), place=BACK)

    assert record.item_key == _key(1)
    assert [item.key for item in house.works()] == [_key(1)]


def test_another_work_does_not_get_the_key_of_a_deleted_one(house: House) -> None:
    # Both have the same DOI and so the same series of keys; the first is remembered by its own.
    [first] = house.drop(LICHENS)
    house.library.delete(ItemKey(str(first.item_key)))

    [other] = house.drop(SEEDS, place=BACK)

    assert other.item_key != first.item_key
    assert [item.data["title"] for item in house.works()] == [
        "Seed banks beneath abandoned railways"
    ]


def test_a_work_that_several_records_bring_back_is_restored_once(house: House) -> None:
    house.drop(scopus_record(1, N1=None))
    house.library.trash(_key(1))
    pushed: list[Operation] = []

    def watches(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        pushed.extend(operations)
        return push(operations, expected)

    house.library = with_mishaps(house.library, *[watches] * 5)

    records = house.drop(scopus_record(1, N1="a"), scopus_record(1, N1="b"), place=BACK)

    assert [each for each in pushed if isinstance(each, Restore)] == [Restore(_key(1), 2)]
    assert [record.decision for record in records] == [Decision.COLLECT, Decision.SKIP]
    [item] = house.works()
    assert not item.trashed


def test_an_item_that_a_person_trashes_while_it_is_restored_twice_ends_as_they_left_it(
    house: House,
) -> None:
    house.drop(scopus_record(1, N1=None))
    house.library.trash(_key(1))
    house.drop(scopus_record(1, N1="a"), place=BACK)
    house.library.trash(_key(1))

    [record] = house.drop(scopus_record(1, N1="b"))

    assert record.decision is Decision.SKIP
    assert [item.trashed for item in house.works()] == [True]


@pytest.mark.parametrize("remove", ["trash", "delete"])
def test_a_work_that_is_removed_while_its_tag_waits_is_not_sent_back(
    house: House, remove: str
) -> None:
    [first] = house.drop(scopus_record(1, N1=None))
    inner = house.library

    def removes(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        getattr(inner, remove)(_key(1))
        return push(operations, expected)

    house.library = with_mishaps(inner, removes)

    [record] = house.drop(scopus_record(1), place=Place(folder=b"/t", tags=("new",)))

    assert (record.item_key, record.outcome) == (first.item_key, "unchanged")
    assert [item for item in house.works() if not item.trashed] == []
    assert (house.waiting(), house.holds()) == ([], [])


def test_a_work_that_was_removed_while_nothing_could_be_sent_stays_removed(house: House) -> None:
    house.drop(scopus_record(1, N1=None))
    inner = house.library

    def is_away(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        raise UnavailableError("nothing was written")

    house.library = with_mishaps(inner, is_away)
    with pytest.raises(UnavailableError):
        house.drop(scopus_record(1), place=Place(folder=b"/t", tags=("new",)))
    inner.trash(_key(1))

    house.drop(scopus_record(2, N1=None))

    assert [item.key for item in house.works() if item.trashed] == [_key(1)]
    assert house.waiting() == []


# Moving on to another key


def test_notes_and_places_go_with_a_work_to_its_next_key(house: House) -> None:
    inner = house.library
    filed = Place(folder=b"/filed", collection=("Inbox",), tags=("new",))

    def takes_the_key(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        if any(isinstance(each, Create) for each in operations):
            inner.add(_key(1), {"itemType": "book", "title": "Nothing to do with it"})
        return push(operations, expected)

    house.library = with_mishaps(
        inner, lambda push, ops, expected: push(ops, expected), takes_the_key
    )
    [record] = house.drop(scopus_record(1), place=filed)
    key = ItemKey(str(record.item_key))
    assert key == _key(1, 1)
    [note] = [item for item in house.everything() if "parentItem" in item.data]
    assert note.data["parentItem"] == key
    house.library.edit(key, {"collections": [], "tags": []})

    [again] = house.drop(scopus_record(1, N1="again"), place=filed)

    assert (again.decision, again.item_key) == (Decision.SKIP, key)
    assert house.collections_of(key) == []
    [book] = inner.get([_key(1)])
    assert "tags" not in book.data
