"""What was skipped as the same can be shown, and made an item after all, for good."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from syncd.errors import InputError
from syncd.plan import Decision, Place
from syncd.sync.reconcile import find_duplicates
from syncd.sync.session import LibraryRun
from tests.support.exports import scopus_record, title_of
from tests.support.house import House
from tests.support.runs import opened_ledger, opened_run

FILED = Place(folder=b"/filed", collection=("Inbox",), tags=("filed",))


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.helpers = replace(house.helpers, places={FILED.folder: FILED})
    house.drop(scopus_record(1))
    return house


@contextmanager
def opened(house: House) -> Iterator[LibraryRun]:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        yield run


def create(house: House, number: int) -> None:
    with opened(house) as run:
        run.reviewer().create_decided(number)
        run.push_pending()


def nearly(**more: str | None) -> str:
    """Return a record that every rule takes for work 1."""
    changes = {"UR": None, "N1": "Funding details: Somebody", "AB": "Other words.", **more}
    return scopus_record(1, **changes)


def test_what_was_skipped_as_the_same_is_listed_with_both_sides(house: House) -> None:
    house.drop(nearly())
    house.drop(scopus_record(2), place=FILED)

    with opened(house) as run:
        [found] = run.reviewer().decided()

    [item, _] = house.works()
    # Its abstract is a newer one, and goes into the item that it was taken for.
    assert found.record.decision is Decision.UPDATE
    assert found.data["title"] == title_of(1)
    assert found.data["abstractNote"] == "Other words."
    assert found.other.item_key == item.key
    assert found.other.data == item.data


def test_what_was_skipped_is_listed_by_run_or_by_file(house: House) -> None:
    house.drop(nearly())
    house.drop(nearly(PY="1992"))

    with opened(house) as run:
        reviewer = run.reviewer()
        newest, older = reviewer.decided()

        assert newest.run_id > older.run_id
        assert [d.record_id for d in reviewer.decided(run=older.run_id)] == [older.record_id]
        assert [d.record_id for d in reviewer.decided(file="export-2.ris")] == [newest.record_id]
        assert reviewer.decided(file=newest.record.origin.file) == [newest]
        assert reviewer.decided(file="port-2.ris") == []


def test_what_was_skipped_becomes_an_item_in_its_place_with_its_note(house: House) -> None:
    house.drop(nearly(), place=FILED)
    with opened(house) as run:
        [found] = run.reviewer().decided()

    create(house, found.record_id)

    [_, made] = house.works()
    assert made.data["abstractNote"] == "Other words."
    assert {"tag": "filed"} in made.data["tags"]
    assert house.collections_of(made.key) == ["Inbox"]
    assert [e.data["note"] for e in house.everything() if e.data.get("parentItem") == made.key]


def test_what_the_record_wrote_into_the_other_item_goes_back(house: House) -> None:
    [before] = house.works()
    house.drop(nearly(KW="moss"), place=FILED)
    written = house.works()[0]
    with opened(house) as run:
        [found] = run.reviewer().decided()

    create(house, found.record_id)

    [item, made] = house.works()
    assert (item.key, item.data) == (before.key, before.data)
    assert written.data["abstractNote"] == made.data["abstractNote"] == "Other words."
    assert house.collections_of(item.key) == []
    assert house.collections_of(made.key) == ["Inbox"]


def test_what_a_person_has_changed_of_it_since_stays(house: House) -> None:
    house.drop(nearly(KW="moss"), place=FILED)
    [item] = house.works()
    house.library.edit(item.key, {"abstractNote": "Mine."})
    with opened(house) as run:
        [found] = run.reviewer().decided()

    create(house, found.record_id)

    item = house.works()[0]
    assert item.data["abstractNote"] == "Mine."
    assert not item.data["tags"]


def test_an_undo_of_the_answer_writes_into_the_other_item_again(house: House) -> None:
    house.drop(nearly(), place=FILED)
    [item] = house.works()
    with opened(house) as run:
        [found] = run.reviewer().decided()
    create(house, found.record_id)

    with opened(house) as run:
        run.undo(3)

    [first, made] = house.works()
    assert first.data == item.data
    assert made.trashed


def test_that_the_two_differ_is_remembered_for_good(house: House) -> None:
    house.drop(nearly())
    with opened(house) as run:
        [found] = run.reviewer().decided()
    create(house, found.record_id)
    [item, made] = sorted(house.works(), key=lambda each: "abstractNote" in each.data)

    [again, first] = house.drop(nearly(N1=None), scopus_record(1, N1=None))

    assert (again.decision, again.item_key) == (Decision.SKIP, made.key), again.reason
    assert (first.decision, first.item_key) == (Decision.SKIP, item.key), first.reason
    assert len(house.works()) == 2
    with opened_ledger(house.root / "state") as ledger:
        known = ledger.find_library(house.library.describe().identity)
        assert known is not None
        with known.read() as tx:
            assert find_duplicates(tx) == []


def test_a_reconcile_does_not_name_the_two_as_duplicates(house: House) -> None:
    house.drop(nearly())
    create(house, 2)

    with opened(house) as run:
        assert list(run.reconcile().duplicates) == []


def test_a_record_that_was_the_same_as_another_of_its_file_becomes_an_item(house: House) -> None:
    house.drop(scopus_record(2, N1=None), scopus_record(2, N1=None, UR=None, AB="Other words."))
    with opened(house) as run:
        [found] = run.reviewer().decided()

    create(house, found.record_id)

    assert sorted(item.data["title"] for item in house.works()) == [
        title_of(1),
        title_of(2),
        title_of(2),
    ]


def test_only_what_was_skipped_as_the_same_can_be_made(house: House) -> None:
    with opened(house) as run, pytest.raises(InputError, match="no record number 1 was taken"):
        run.reviewer().create_decided(1)
