"""What was planned for a work that is still to be made goes wherever that work goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.errors import UnsettledError
from syncd.item.minting import mint_key
from syncd.library import CollectionKey, Create, CreateCollection, Operation, Pushed
from syncd.plan import Decision, Place
from syncd.record import ItemKey
from syncd.sync.review import Answer
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record, title_of
from tests.support.house import House
from tests.support.libraries import GivesKeys, LateLibrary, Push, with_mishaps
from tests.support.runs import opened_ledger, opened_run

INBOX = Place(folder=b"/inbox", collection=("Inbox",), tags=("to read",))
NESTED = Place(folder=b"/nested", collection=("Shelf", "Winter", "Ice"))
THEIRS = ItemKey("HAND2345")
SECOND = "the same work, exported again"


def _key(number: int, ordinal: int = 0) -> ItemKey:
    return mint_key("memory:", ("scopus", f"2-s2.0-{85000000000 + number}"), ordinal)


def _records(house: House) -> list[tuple[str, str | None, str | None]]:
    """Return the decision, the item and the outcome of each record, as the ledger has them."""
    with opened_ledger(house.root / "state", house.clock) as ledger, ledger.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT decision, item_key, outcome FROM record ORDER BY record_id"
        )
        return [(row[0], row[1], row[2]) for row in rows]


def _go_on(house: House) -> None:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers),
    ):
        pass


def _tags(house: House, key: str) -> set[str]:
    [item] = house.library.get([ItemKey(key)])
    return {tag["tag"] for tag in item.data.get("tags", ())}


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house in which a work waits for its outcome, and a second run wants it filed."""
    library = LateLibrary()
    house = House(tmp_path, library)
    for record, place in (
        (scopus_record(1, N1=None), Place(folder=b"/plain")),
        (scopus_record(1, N1=SECOND), INBOX),
    ):
        with pytest.raises(UnsettledError):
            house.drop(record, place=place)
    # What was sent never arrives.
    library.late = []
    house.clock.advance(minutes=6)
    return house


def test_it_is_filed_once_it_is_made(house: House) -> None:
    _go_on(house)

    assert house.collections_of(_key(1)) == ["Inbox"]
    assert _tags(house, _key(1)) == {"to read"}
    assert _records(house) == [
        ("create", _key(1), "accepted"),
        ("collect", _key(1), "accepted"),
    ]


def test_where_somebody_else_made_it_theirs_is_filed(house: House) -> None:
    data = {"itemType": "journalArticle", "title": title_of(1), "DOI": "10.5555/invented.1"}
    house.library.add(THEIRS, data)

    _go_on(house)

    assert house.collections_of(THEIRS) == ["Inbox"]
    assert _tags(house, THEIRS) == {"to read"}
    assert [(item, outcome) for _, item, outcome in _records(house)] == [
        (THEIRS, "unchanged"),
        (THEIRS, "accepted"),
    ]
    assert house.waiting() == []


def test_where_its_key_went_to_another_work_a_person_is_asked_once_for_both(house: House) -> None:
    theirs = {"itemType": "book", "title": "Nothing to do with it"}
    house.library.add(_key(1), theirs)

    _go_on(house)

    assert [item.data for item in house.library.get([_key(1)])] == [theirs]
    assert _records(house) == [("hold", None, None), ("skip", None, "unchanged")]
    assert house.waiting() == []
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        [held] = run.reviewer().held()
        run.reviewer().answer(held.hold_id, Answer.CREATE)
        run.push_pending()
    assert house.collections_of(_key(1, 1)) == ["Inbox"]
    assert _tags(house, _key(1, 1)) == {"to read"}
    assert _records(house)[0] == ("create", _key(1, 1), "accepted")


def test_what_a_person_had_made_is_found_under_the_key_that_it_got(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.drop(scopus_record(1))
    doubtful = {"TI": "Quite another subject altogether", "AU": "Nobody, N.", "DO": None}
    house.drop(scopus_record(1, **doubtful))
    inner = house.library
    taken: list[ItemKey] = []

    def takes_the_key(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        taken.extend(each.item_key for each in operations if isinstance(each, Create))
        inner.add(taken[0], {"itemType": "book", "title": "Nothing to do with it"})
        return push(operations, expected)

    house.library = with_mishaps(inner, takes_the_key)
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        [held] = run.reviewer().held()
        run.reviewer().answer(held.hold_id, Answer.CREATE)
        run.push_pending()

    [made] = [item for item in house.works() if item.data["title"] == doubtful["TI"]]
    assert made.key not in taken
    assert _records(house)[-1] == ("create", made.key, "accepted")


# Libraries that name what is made in them


def test_nested_collections_are_made_below_the_keys_that_the_library_gives(tmp_path: Path) -> None:
    house = House(tmp_path, GivesKeys())

    house.drop(scopus_record(1), place=NESTED)
    house.drop(scopus_record(2), place=NESTED)

    made = {each.name: each for each in house.library.collections()}
    assert len(house.library.collections()) == 3
    assert all(each.key.startswith("GIVEN") for each in made.values())
    assert made["Shelf"].parent is None
    assert made["Winter"].parent == made["Shelf"].key
    assert made["Ice"].parent == made["Winter"].key
    assert [item.data["collections"] for item in house.works()] == [[made["Ice"].key]] * 2


def test_what_a_person_took_out_of_a_collection_that_got_another_key_stays_out(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, GivesKeys())
    [record] = house.drop(scopus_record(1), place=INBOX)
    house.library.edit(ItemKey(str(record.item_key)), {"collections": [], "tags": []})

    [again] = house.drop(scopus_record(1, N1="other"), place=INBOX)

    assert again.decision is Decision.SKIP
    assert house.works()[0].data["collections"] == []


def test_a_collection_that_waits_to_be_made_is_promised_once(tmp_path: Path) -> None:
    library = LateLibrary()
    house = House(tmp_path, library)
    for number in (1, 2):
        with pytest.raises(UnsettledError):
            house.drop(scopus_record(number), place=INBOX)
    with opened_ledger(house.root / "state", house.clock) as ledger, ledger.read() as connection:
        promised = connection.exec_driver_sql(
            "SELECT item_key FROM outbox WHERE kind = 'create_collection'"
        )
        assert list(promised.scalars()) == [mint_key("memory:", ("collection", "Inbox"))]
    library.land()

    _go_on(house)

    [inbox] = house.library.collections()
    assert [item.data["collections"] for item in house.works()] == [[inbox.key]] * 2


def test_a_nested_collection_follows_its_parent_to_another_key(tmp_path: Path) -> None:
    class Curtained(MemoryLibrary):
        """Does not list the collections in its trash, as Zotero's server does not."""

        trashed = CollectionKey(mint_key("memory:", ("collection", "Shelf")))

        def collections(self) -> list[Any]:
            return [each for each in super().collections() if each.key != self.trashed]

    library = Curtained(shipped_schema())
    library.push([CreateCollection(library.trashed, "Shelf")], expected=None)
    house = House(tmp_path, library)

    [record] = house.drop(scopus_record(1), place=NESTED)

    made = {each.name: each for each in library.collections()}
    assert made["Winter"].parent == made["Shelf"].key != library.trashed
    assert made["Ice"].parent == made["Winter"].key
    assert record.outcome == "accepted"
    assert house.collections_of(str(record.item_key)) == ["Ice"]
    assert house.waiting() == []
