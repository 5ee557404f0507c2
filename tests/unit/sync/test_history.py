"""What was done is kept: each operation after its outcome, and each item as it was last written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.errors import OutcomeUnknownError
from syncd.ledger import history
from syncd.ledger.history import Base, Done
from syncd.library import AddToCollection, Create, Operation, Pushed, Refusal, Refused
from syncd.plan import Place
from syncd.record import ItemKey
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record
from tests.support.house import House
from tests.support.libraries import Push, with_mishaps
from tests.support.runs import opened_ledger

INBOX = Place(folder=b"/inbox", collection=("Inbox",), tags=("to read",))


def _done(house: House, run: int) -> list[Done]:
    with opened_ledger(house.root / "state", house.clock) as ledger, ledger.read() as connection:
        return history.done_in_run(connection, run)


def _base(house: House, key: str) -> Base | None:
    with opened_ledger(house.root / "state", house.clock) as ledger:
        mine = ledger.find_library(house.library.describe().identity)
        assert mine is not None
        with mine.read() as tx:
            return history.find_bases(tx, [key]).get(key)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_what_a_run_made_is_kept_with_the_data_it_wrote(house: House) -> None:
    [record] = house.drop(scopus_record(1))

    [work] = [each for each in _done(house, 1) if each.item_key == record.item_key]
    [item] = house.works()
    assert (work.operation, work.outcome) == (Create(item.key, item.data), "accepted")
    assert (work.version, work.before) == (item.version, None)
    base = _base(house, item.key)
    assert base == Base(item.key, 1, item.version, item.data)


def test_what_filed_an_item_is_kept_with_where_it_stood_before(house: House) -> None:
    house.drop(scopus_record(1))
    [before] = house.works()

    house.drop(scopus_record(1), place=INBOX)

    [filed] = [each for each in _done(house, 2) if isinstance(each.operation, AddToCollection)]
    [after] = house.works()
    assert filed.before == {
        "state": "present",
        "version": before.version,
        "collections": [],
        "data": {"collections": [], "tags": before.data["tags"]},
    }
    assert filed.operation == AddToCollection(
        after.key, before.version, tuple(after.data["collections"]), ("to read",)
    )
    base = _base(house, after.key)
    assert base is not None
    assert (base.run_id, base.version) == (2, after.version)
    assert base.data["collections"] == after.data["collections"]
    assert {"tag": "to read"} in base.data["tags"]


def test_items_that_others_made_have_no_base(house: House) -> None:
    house.library.add(
        ItemKey("HAND2345"), {"itemType": "journalArticle", "DOI": "10.5555/invented.1"}
    )

    house.drop(scopus_record(1), place=INBOX)

    assert _base(house, "HAND2345") is None


def test_a_lost_answer_keeps_what_was_done_once(house: House) -> None:
    inner = house.library

    def is_lost(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        push(operations, expected)
        raise OutcomeUnknownError("lost")

    house.library = with_mishaps(inner, is_lost)
    [record] = house.drop(scopus_record(1))

    works = [each for each in _done(house, 1) if each.item_key == record.item_key]
    assert [each.outcome for each in works] == ["accepted"]
    assert _base(house, str(record.item_key)) is not None


def test_what_the_library_refused_is_kept_as_refused(tmp_path: Path) -> None:
    class Strict(MemoryLibrary):
        def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
            made = [each for each in operations if isinstance(each, Create)]
            return Pushed(
                [Refused(each.item_key, Refusal.INVALID, "no such thing") for each in made],
                self.version,
            )

    house = House(tmp_path, Strict(shipped_schema()))

    [record] = house.drop(scopus_record(1))

    [work] = [each for each in _done(house, 1) if each.item_key == record.item_key]
    assert (work.outcome, work.version) == ("refused", None)
    assert _base(house, str(record.item_key)) is None
