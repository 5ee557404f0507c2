"""More keys than one statement takes are asked for in several, and none is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from syncd.item.reading import citation_of
from syncd.ledger import history, index, journal, knowledge, mirror, outbox, survey
from syncd.ledger.history import Base
from syncd.ledger.journal import ExportFacts
from syncd.ledger.statements import chunks
from syncd.ledger.store import Ledger, LibraryLedger
from syncd.ledger.transaction import Transaction
from syncd.ledger.works import LedgerWorks
from syncd.library import Create, StoredItem
from syncd.plan import Decision, Intent, PlannedOperation, PlannedRecord
from syncd.record import ItemKey, Origin
from tests.fakes.clock import FakeClock

MANY = 801
KEYS = [ItemKey(f"K{number:07}") for number in range(MANY)]
NEW = [ItemKey(f"N{number:07}") for number in range(MANY)]
DOIS = [f"10.5555/many.{number}" for number in range(MANY)]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibraryLedger]:
    """A ledger that knows so much of everything that one statement does not take its keys."""
    whole = Ledger.open("", tmp_path_factory.mktemp("state"), FakeClock())
    ledger = whole.get_library("file:/shelf", "Shelf")
    with ledger.write() as tx:
        _fill(tx)
    yield ledger
    whole.close()


def _data(number: int) -> dict[str, Any]:
    return {"itemType": "book", "title": f"Volume {number}", "DOI": DOIS[number]}


def _fill(tx: Transaction) -> None:
    run = journal.begin_run(tx, "test")
    export = journal.get_export(tx, ExportFacts("5" * 64, 1, b"a.ris"))
    intents = [Intent(PlannedRecord(Origin("a.ris", n, n), Decision.HOLD, "")) for n in range(MANY)]
    records = journal.add_records(tx, run, intents, [export])
    stored = [StoredItem(key, 5, _data(number)) for number, key in enumerate(KEYS)]
    mirror.write_items(tx, [mirror.row_of(item) for item in stored], run)
    knowledge.add_placements(tx, [(key, "tag", "new") for key in KEYS], run)
    knowledge.add_shared_dois(tx, DOIS)
    book = citation_of({"itemType": "book", "title": "As it was"})
    knowledge.add_members(tx, [(key, book) for key in KEYS])
    history.set_bases(tx, [Base(key, run, 5, {}) for key in KEYS])
    making = [
        (record, "", PlannedOperation(Create(key, {})))
        for record, key in zip(records, NEW, strict=True)
    ]
    outbox.add_operations(tx, run, making, 5)


LOOKUPS: dict[str, Callable[[Transaction, Sequence[ItemKey]], Any]] = {
    "items": mirror.find_items,
    "versions": mirror.known_versions,
    "works": survey.find_works,
    "placements": knowledge.find_placements,
    "members": knowledge.find_members,
    "bases": history.find_bases,
}


@pytest.mark.parametrize("name", LOOKUPS)
@pytest.mark.parametrize("count", [1, MANY])
def test_none_of_many_is_left_out_and_none_is_told_of_unasked(
    ledger: LibraryLedger, name: str, count: int
) -> None:
    with ledger.read() as tx:
        assert len(LOOKUPS[name](tx, KEYS[:count])) == count


@pytest.mark.parametrize("count", [1, MANY])
def test_dois_promised_keys_and_operations_are_found_as_well(
    ledger: LibraryLedger, count: int
) -> None:
    with ledger.read() as tx:
        assert knowledge.find_shared_dois(tx, DOIS[:count]) == set(DOIS[:count])
        assert outbox.find_keys(tx, NEW[:count]) == set(NEW[:count])
        waiting = outbox.works_to_make(tx)[:count]
        assert outbox.read_again(tx, waiting) == waiting


def test_losses_are_counted_over_all_of_many(ledger: LibraryLedger) -> None:
    with ledger.read() as tx:
        assert mirror.count_losses(tx, KEYS) == (MANY, MANY)


def test_works_are_found_by_any_of_many_identifiers(ledger: LibraryLedger) -> None:
    found = LedgerWorks(ledger).by_identifiers([("doi", doi) for doi in DOIS])

    assert {known.ref for group in found.values() for known in group} == set(KEYS)


def test_of_many_that_are_buried_those_that_were_there_are_told(tmp_path: Path) -> None:
    whole = Ledger.open("", tmp_path, FakeClock())
    with whole.get_library("file:/shelf", "Shelf").write() as tx:
        first = mirror.bury(tx, KEYS, 6)
        again = mirror.bury(tx, [*KEYS, ItemKey("ANOTHER2")], 7)
        found = mirror.find_items(tx, KEYS)
    whole.close()

    assert (first, again) == (KEYS, ["ANOTHER2"])
    assert {item.state for item in found.values()} == {"deleted"}


def test_of_many_operations_all_are_marked_and_taken_out(tmp_path: Path) -> None:
    whole = Ledger.open("", tmp_path, FakeClock())
    with whole.get_library("file:/shelf", "Shelf").write() as tx:
        run = journal.begin_run(tx, "test")
        making = [(None, "", PlannedOperation(Create(key, {}))) for key in NEW]
        outbox.add_operations(tx, run, making, 5)
        waiting = outbox.works_to_make(tx)

        outbox.mark_sent(tx, [each.operation_id for each in waiting], "somebody")
        sent = outbox.all_sent(tx)
        outbox.remove(tx, [each.operation_id for each in waiting])

        assert [each.item_key for each in sent] == NEW
        assert outbox.count_operations(tx) == 0
    whole.close()


def test_many_identifiers_are_learnt_and_moved(tmp_path: Path) -> None:
    whole = Ledger.open("", tmp_path, FakeClock())
    ledger = whole.get_library("file:/shelf", "Shelf")
    with ledger.write() as tx:
        mirror.write_items(tx, [mirror.row_of(StoredItem(KEYS[0], 1, _data(0)))])
        pairs = [("pmid", str(number)) for number in range(MANY)]
        index.add_identifiers(tx, [(*pair, KEYS[0]) for pair in pairs], alias=True)
    found = LedgerWorks(ledger).by_identifiers(pairs)
    whole.close()

    assert len(found) == MANY


@pytest.mark.parametrize("count", [0, 1, 399, 400, 401, 801])
def test_chunks_hold_every_value_once_in_order_and_are_never_too_long(count: int) -> None:
    parts = list(chunks(range(count)))

    assert [value for part in parts for value in part] == list(range(count))
    assert all(0 < len(part) <= 400 for part in parts)


def test_texts_are_found_whatever_stands_in_them(ledger: LibraryLedger) -> None:
    odd = ['10.5555/"quoted"', "10.5555/back\\slash", "10.5555/nul\0end", "10.5555/ümlaut", "1"]

    with ledger.write() as tx:
        knowledge.add_shared_dois(tx, odd)
        found = knowledge.find_shared_dois(tx, [*odd, "10.5555/nul", "10.5555/none"])

    assert found == set(odd)
