"""A collection is known by its key: a person may rename it, move it, or delete it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from syncd.library import CollectionKey, StoredCollection
from syncd.plan import Decision, Place
from tests.support.exports import scopus_record
from tests.support.house import House

WEB = Place(folder=b"/web", collection=("In", "Web"))


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.drop(scopus_record(1), place=WEB)
    return house


def _rename(house: House, old: str, new: str) -> CollectionKey:
    [found] = [each for each in house.library.collections() if each.name == old]
    house.library.change_collection(StoredCollection(found.key, new, found.parent))
    return found.key


@pytest.mark.parametrize("name", ["In", "Web"])
def test_new_records_follow_a_collection_that_was_renamed(house: House, name: str) -> None:
    _rename(house, name, "What I call it")

    [record] = house.drop(scopus_record(2), place=WEB)

    assert len(house.library.collections()) == 2
    [before, after] = [house.collections_of(item.key) for item in house.works()]
    assert before == after
    assert record.outcome == "accepted"


def test_old_records_are_not_filed_a_second_time_after_a_rename(house: House) -> None:
    _rename(house, "Web", "What I call it")

    [record] = house.drop(scopus_record(1, N1="again"), place=WEB)

    assert record.decision is Decision.SKIP
    assert [each.name for each in house.library.collections()] == ["In", "What I call it"]


def test_a_renamed_collection_is_followed_where_the_ledger_was_lost(house: House) -> None:
    _rename(house, "Web", "What I call it")
    shutil.rmtree(house.root / "state")

    [old, _] = house.drop(scopus_record(1), scopus_record(2), place=WEB)

    assert old.decision is Decision.SKIP
    assert [each.name for each in house.library.collections()] == ["In", "What I call it"]
    assert {name for item in house.works() for name in house.collections_of(item.key)} == {
        "What I call it"
    }


def test_a_collection_that_was_moved_elsewhere_is_followed(house: House) -> None:
    [found] = [each for each in house.library.collections() if each.name == "Web"]
    house.library.change_collection(StoredCollection(found.key, "Web", None))

    house.drop(scopus_record(2), place=WEB)

    assert len(house.library.collections()) == 2


def test_a_deleted_collection_is_made_anew_for_new_records_alone(house: House) -> None:
    [found] = [each for each in house.library.collections() if each.name == "Web"]
    house.library.delete_collection(found.key)

    [new] = house.drop(scopus_record(2), place=WEB)
    [old] = house.drop(scopus_record(1, N1="again"), place=WEB)

    assert house.collections_of(str(new.item_key)) == ["Web"]
    assert old.decision is Decision.SKIP
    assert house.collections_of(str(old.item_key)) == []


def test_another_folder_that_asks_for_the_same_path_files_into_the_same(house: House) -> None:
    _rename(house, "Web", "What I call it")

    house.drop(scopus_record(3), place=Place(folder=b"/other", collection=("In", "Web")))

    assert len(house.library.collections()) == 2
