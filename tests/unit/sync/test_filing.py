"""Where an item that is there is put, and where it is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.ledger import history
from syncd.library import AddToCollection, CollectionKey, CreateCollection
from syncd.plan import Decision, Place
from syncd.record import ItemKey
from syncd.settings import WhenFound
from tests.support.exports import scopus_record
from tests.support.house import House
from tests.support.runs import opened_ledger

INBOX = Place(folder=b"/inbox", collection=("Inbox",))
TAGGED = Place(folder=b"/tagged", tags=("new",))
BY_HAND = CollectionKey("BYHAND22")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def _made(house: House) -> ItemKey:
    """Have an item made in no collection and without a tag."""
    [record] = house.drop(scopus_record(1, N1=None))
    return ItemKey(str(record.item_key))


def test_an_item_that_a_person_has_put_there_already_is_not_filed(house: House) -> None:
    key = _made(house)
    house.library.push([CreateCollection(BY_HAND, "Inbox")], expected=None)
    house.library.edit(key, {"collections": [BY_HAND]})
    version = house.library.version

    [record] = house.drop(scopus_record(1, N1="again"), place=INBOX)

    assert (record.decision, record.outcome) == (Decision.SKIP, "unchanged")
    assert house.library.version == version


@pytest.mark.parametrize(
    ("place", "emptied"), [(INBOX, {"collections": []}), (TAGGED, {"tags": []})]
)
def test_what_a_person_takes_back_after_an_item_was_filed_stays_out(
    house: House, place: Place, emptied: dict[str, list[str]]
) -> None:
    key = _made(house)
    [filed] = house.drop(scopus_record(1, N1="again"), place=place)
    house.library.edit(key, emptied)

    [record] = house.drop(scopus_record(1, N1="once more"), place=place)

    assert (filed.decision, record.decision) == (Decision.COLLECT, Decision.SKIP)
    [item] = house.works()
    assert (item.data["collections"], item.data["tags"]) == ([], [])


def test_a_tag_of_a_collections_name_is_given_although_the_item_is_in_the_collection(
    house: House,
) -> None:
    key = _made(house)
    house.library.push([CreateCollection(BY_HAND, "Inbox")], expected=None)
    house.library.edit(key, {"collections": [BY_HAND]})

    house.drop(scopus_record(1, N1="again"), place=Place(folder=b"/t", tags=(BY_HAND,)))

    assert house.works()[0].data["tags"] == [{"tag": BY_HAND}]


def test_a_place_that_is_asked_for_twice_is_one(house: House) -> None:
    _made(house)

    house.drop(scopus_record(1, N1="again"), place=Place(folder=b"/t", tags=("new", "new")))

    assert house.works()[0].data["tags"] == [{"tag": "new"}]


def test_a_folder_that_files_nothing_still_skips_what_is_there(house: House) -> None:
    _made(house)

    place = Place(folder=b"/skip", tags=("new",), when_found=WhenFound.SKIP)
    [record] = house.drop(scopus_record(1, N1="again"), place=place)

    assert record.decision is Decision.SKIP
    assert house.works()[0].data["tags"] == []


@pytest.mark.parametrize("by_hand", [True, False])
def test_what_was_in_a_collection_that_is_gone_is_not_filed_into_the_new_one(
    house: House, by_hand: bool
) -> None:
    if by_hand:
        house.library.push([CreateCollection(BY_HAND, "Inbox")], expected=None)
    house.drop(scopus_record(1, N1=None), place=INBOX)
    [gone] = house.library.collections()
    house.library.delete_collection(gone.key)
    house.drop(scopus_record(2, N1=None), place=INBOX)

    [record] = house.drop(scopus_record(1, N1="again"), place=INBOX)

    assert len(house.library.collections()) == 1
    assert house.collections_of(str(record.item_key)) == []


def test_where_an_item_stood_before_it_was_filed_again_is_kept(house: House) -> None:
    _made(house)
    house.drop(scopus_record(1, N1="a"), place=INBOX)
    [inbox] = house.library.collections()
    house.drop(scopus_record(1, N1="b"), place=Place(folder=b"/shelf", collection=("Shelf",)))

    with opened_ledger(house.root / "state", house.clock) as ledger, ledger.read() as connection:
        filings = [
            done
            for done in history.done_in_run(connection, 3)
            if isinstance(done.operation, AddToCollection)
        ]

    [filing] = filings
    assert filing.before is not None
    assert filing.before["collections"] == [inbox.key]
