"""What people do between the plan and the push is respected, down to notes and collections."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adapters.memory import MemoryLibrary
from syncd.item.minting import mint_key
from syncd.library import (
    Capabilities,
    CollectionKey,
    Create,
    CreateCollection,
    Operation,
    Pushed,
    StoredCollection,
)
from syncd.plan import Decision, Place
from syncd.record import ItemKey
from syncd.system.resources import shipped_schema
from tests.support.everyday import everyday_record
from tests.support.exports import scopus_record
from tests.support.house import House
from tests.support.libraries import Push, with_mishaps
from tests.support.runs import opened_ledger

INBOX = Place(folder=b"/inbox", collection=("Inbox",))


def test_an_item_that_is_trashed_before_it_is_filed_is_left_in_the_trash(tmp_path: Path) -> None:
    house = House(tmp_path)
    [first] = house.drop(scopus_record(1))
    key = ItemKey(str(first.item_key))
    inner = house.library

    def trashes_it(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        inner.trash(key)
        return push(operations, expected)

    # The collection goes first and alone; the item's turn comes with the second push.
    house.library = with_mishaps(inner, lambda push, ops, expected: push(ops, expected), trashes_it)

    [record] = house.drop(scopus_record(1), place=INBOX)

    [item] = house.works()
    assert item.trashed
    assert item.data["collections"] == []
    assert record.outcome == "unchanged"
    assert house.waiting() == []


def test_a_note_does_not_follow_an_item_that_was_deleted_meanwhile(tmp_path: Path) -> None:
    inner = MemoryLibrary(shipped_schema(), capabilities=Capabilities(batch_size=1))
    house = House(tmp_path, inner)

    def deletes_the_item(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        [item] = house.works()
        inner.delete(item.key)
        return push(operations, expected)

    house.library = with_mishaps(
        inner, lambda push, ops, expected: push(ops, expected), deletes_the_item
    )

    [record] = house.drop(scopus_record(1))

    assert house.everything() == []
    assert record.error == "not added: its item was deleted meanwhile"
    assert house.waiting() == []


class Curtained(MemoryLibrary):
    """A library that does not list its trashed collections, as Zotero's server does not."""

    trashed: CollectionKey

    def collections(self) -> list[StoredCollection]:
        return [each for each in super().collections() if each.key != self.trashed]


def test_a_collection_in_the_trash_is_made_anew_under_another_key(tmp_path: Path) -> None:
    library = Curtained(shipped_schema())
    library.trashed = CollectionKey(mint_key("memory:", ("collection", "Inbox")))
    library.push([CreateCollection(library.trashed, "Inbox")], expected=None)
    house = House(tmp_path, library)

    [record] = house.drop(scopus_record(1), place=INBOX)

    assert record.outcome == "accepted"
    [made] = library.collections()
    assert made.name == "Inbox"
    assert house.works()[0].data["collections"] == [made.key]
    assert house.waiting() == []


def test_what_syncd_made_is_known_as_its_own_after_people_have_edited_it(tmp_path: Path) -> None:
    house = House(tmp_path)
    [record] = house.drop(scopus_record(1))
    house.library.edit(ItemKey(str(record.item_key)), {"title": "Something else entirely"})
    house.drop(scopus_record(2))

    with opened_ledger(house.root / "state") as ledger, ledger.read() as connection:
        makers = connection.exec_driver_sql(
            "SELECT made_by_run FROM item WHERE features IS NOT NULL"
        )
        assert sorted(makers.scalars()) == [1, 2]


def _of_supplement(title: str, author: str, page: int) -> str:
    return (
        f"TY  - JOUR\nTI  - {title}\nAU  - {author}\nT2  - Supplements of Botany\nPY  - 2011\n"
        f"VL  - 9\nSP  - {page}\nEP  - {page + 1}\nDO  - 10.5555/supplement.9\nER  - \n"
    )


def test_a_key_promised_to_another_record_is_not_free(tmp_path: Path) -> None:
    # Two works under one DOI have the first two keys of one series; another program takes the
    # first of them, and both records are still to have an item each.
    inner = MemoryLibrary(shipped_schema())
    house = House(tmp_path)
    titles = ["Lichens of the northern quarries", "Seed banks beneath abandoned railways"]

    def takes_the_first_key(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        data = {"itemType": "book", "title": "Tram timetables of another century"}
        inner.add(next(each.item_key for each in operations if isinstance(each, Create)), data)
        return push(operations, expected)

    house.library = with_mishaps(inner, takes_the_first_key)
    records = house.drop(
        _of_supplement(titles[0], "Arendt, A.", 12), _of_supplement(titles[1], "Bloch, B.", 340)
    )

    made = {item.data["title"]: item.key for item in house.works()}
    assert [record.item_key for record in records] == [made[title] for title in titles]
    assert len(set(made.values())) == 3


def test_an_item_that_another_made_of_it_and_a_person_retitled_is_asked_about(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    inner = house.library

    def is_made_elsewhere(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        [making] = [one for one in operations if isinstance(one, Create) and not one.parent]
        inner.add(making.item_key, {**making.data, "title": "What a person calls it"})
        return push(operations, expected)

    house.library = with_mishaps(inner, is_made_elsewhere)

    [record] = house.drop(everyday_record(1))

    assert len(house.works()) == 1
    assert record.decision is Decision.HOLD
    assert record.reason.startswith("an item seems to have been made of it, as its key says")
    assert house.waiting() == []
