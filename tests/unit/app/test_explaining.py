"""What is told of items and records: where they came from, whose each field is, how they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

from syncd.app.explaining import ExplainedItem, explain_exports, explain_items
from syncd.ledger import provenance
from syncd.ledger.store import LibraryLedger
from syncd.ledger.transaction import Transaction
from syncd.record import ItemKey
from tests.support.exports import scopus_record
from tests.support.house import House
from tests.support.runs import opened_ledger
from tests.support.taking_back import update


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def mine(house: House) -> Iterator[LibraryLedger]:
    with opened_ledger(house.root / "state", house.clock) as ledger:
        yield ledger.get_library("memory:", "Mine")


def no_survivors(_tx: Transaction, _keys: Collection[str]) -> Mapping[str, str]:
    return {}


def explained(house: House, mine: LibraryLedger, key: str) -> ExplainedItem:
    [item] = explain_items("mine", mine, [key], house.library.get, no_survivors)
    return item


def test_a_field_is_syncds_while_it_says_what_syncd_last_wrote(
    house: House, mine: LibraryLedger
) -> None:
    [record] = house.drop(scopus_record(1))
    key = ItemKey(str(record.item_key))
    with opened_ledger(house.root / "state", house.clock) as ledger:
        update(ledger, house.root, house.library, key, {"volume": "77"})
    house.library.edit(key, {"issue": "9", "title": "Mine"})

    item = explained(house, mine, key)

    whose = {name: item.fields[name] for name in ("volume", "issue", "title", "DOI")}
    assert whose == {"volume": "syncd", "issue": "person", "title": "person", "DOI": "syncd"}
    assert [(deed.run, deed.kind) for deed in item.deeds] == [(1, "create"), (2, "update")]


def test_in_an_item_of_others_only_what_syncd_filled_is_its_own(
    house: House, mine: LibraryLedger
) -> None:
    key = ItemKey("HAND2345")
    house.library.add(key, {"itemType": "book", "title": "Theirs"})
    house.drop(scopus_record(1))
    with opened_ledger(house.root / "state", house.clock) as ledger:
        update(ledger, house.root, house.library, key, {"ISBN": "9783161484100"})

    assert explained(house, mine, key).fields == {"title": "person", "ISBN": "syncd"}


def test_every_record_that_is_the_items_work_is_told_with_its_run(
    house: House, mine: LibraryLedger
) -> None:
    [record] = house.drop(scopus_record(1))
    house.drop(scopus_record(2), scopus_record(1))

    origins = explained(house, mine, str(record.item_key)).origins

    told = [(each.run_id, each.planned.origin.index, each.planned.decision) for each in origins]
    assert told == [(1, 1, "create"), (2, 2, "skip")]


def test_a_record_whose_item_was_merged_into_another_is_told_with_that_one(
    house: House, mine: LibraryLedger
) -> None:
    [record] = house.drop(scopus_record(1))
    house.library.trash(ItemKey(str(record.item_key)))
    house.drop(scopus_record(2))
    with mine.read() as tx:
        exports = provenance.exports_of_run(tx.connection, 1)
        decided = provenance.decided_of_exports(tx.connection, exports)

    [told] = explain_exports(
        "mine", mine, decided, lambda _tx, keys: dict.fromkeys(keys, "SURV2345")
    )

    assert (told.fate, told.merged_into) == ("merged_into", "SURV2345")
