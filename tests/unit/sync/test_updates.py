"""A change of an item's fields travels like every operation: plan, outbox, library, ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from syncd.errors import OutcomeUnknownError
from syncd.ledger import history, journal, mirror, outbox
from syncd.ledger.history import Base, Done
from syncd.ledger.store import LibraryLedger
from syncd.ledger.works import LedgerWorks
from syncd.library import (
    Accepted,
    Operation,
    Pushed,
    Refusal,
    Refused,
    Restore,
    StoredItem,
    Trash,
    Update,
)
from syncd.plan import KnownItem, PlannedOperation
from syncd.record import ItemKey
from syncd.sync.review import Answer
from tests.support.exports import scopus_record
from tests.support.house import House
from tests.support.libraries import Push, with_mishaps
from tests.support.runs import opened_ledger, opened_run

VOLUME = {"volume": "77", "tags": [{"tag": "kept"}]}


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house with one item in its library, without notes."""
    house = House(tmp_path)
    house.drop(scopus_record(1, N1=None))
    return house


def _key(house: House) -> ItemKey:
    return house.works()[0].key


def _send(
    house: House,
    make: Callable[[ItemKey, int], Operation],
    meanwhile: Callable[[], None] = lambda: None,
) -> tuple[list[Done], str | None]:
    """Promise a change of the only item and carry it out; return what was done, and the outcome."""
    with opened_ledger(house.root / "state", house.clock) as ledger:
        mine = _ledger_of(house, ledger)
        [item] = house.works()
        with mine.write() as tx:
            run_id = journal.begin_run(tx, "test")
            [(record, _)] = journal.records_of_item(tx, item.key, 1, None)
            planned = PlannedOperation(make(item.key, item.version))
            outbox.add_operations(tx, run_id, [(record, "test", planned)], mine.row().cursor)
        meanwhile()
        with opened_run(house.root, house.library, ledger, house.helpers):
            pass
        with mine.read() as tx:
            outcome = journal.get_record(tx, record).outcome
            return history.done_in_run(tx.connection, run_id), outcome


def _ledger_of(house: House, ledger: Any) -> LibraryLedger:
    found = ledger.find_library("memory:")
    assert found is not None
    mine: LibraryLedger = found
    return mine


def _known(house: House) -> tuple[KnownItem, Base]:
    with opened_ledger(house.root / "state", house.clock) as ledger:
        key = _key(house)
        with _ledger_of(house, ledger).read() as tx:
            return mirror.find_items(tx, [key])[key], history.find_bases(tx, [key])[key]


def test_it_is_written_and_kept_with_what_stood_there_before(house: House) -> None:
    [before] = house.works()

    [done], outcome = _send(house, lambda key, version: Update(key, version, VOLUME))

    [after] = house.works()
    assert after.data == {**before.data, **VOLUME}
    assert outcome == "accepted"
    assert (done.operation, done.version) == (
        Update(after.key, before.version, VOLUME),
        after.version,
    )
    assert done.before == {
        "state": "present",
        "version": before.version,
        "collections": [],
        "data": {"volume": before.data["volume"], "tags": []},
    }
    known, base = _known(house)
    assert known.version == after.version
    assert base == Base(after.key, done.run_id, after.version, after.data)


def test_the_mirror_knows_the_item_by_what_was_written(house: House) -> None:
    _send(house, lambda key, version: Update(key, version, {"DOI": "10.5555/mended.9"}))

    pair = ("doi", "10.5555/mended.9")
    with opened_ledger(house.root / "state", house.clock) as ledger:
        found = LedgerWorks(_ledger_of(house, ledger)).by_identifiers([pair])
        assert {known.ref for known in found[pair]} == {_key(house)}
    [again] = house.drop(scopus_record(1, DO="10.5555/mended.9", UR=None))
    assert again.item_key == _key(house)


def test_what_says_nothing_new_is_kept_as_unchanged(house: House) -> None:
    [before] = house.works()

    [done], outcome = _send(
        house, lambda key, version: Update(key, version, {"title": before.data["title"]})
    )

    assert (done.outcome, outcome) == ("unchanged", "unchanged")
    assert house.works() == [before]


def test_an_item_that_a_person_has_edited_since_is_left_as_it_is(house: House) -> None:
    key = _key(house)

    done, outcome = _send(
        house,
        lambda key, version: Update(key, version, VOLUME),
        lambda: house.library.edit(key, {"volume": "mine"}),
    )

    assert (done, outcome) == ([], "unchanged")
    assert house.works()[0].data["volume"] == "mine"
    assert house.waiting() == []


def test_an_item_that_is_gone_is_not_updated(house: House) -> None:
    key = _key(house)

    done, outcome = _send_gone(house, key)

    assert (done, outcome) == ([], "unchanged")
    assert (house.works(), house.waiting()) == ([], [])


def _send_gone(house: House, key: ItemKey) -> tuple[list[Done], str | None]:
    return _send(
        house,
        lambda key, version: Update(key, version, VOLUME),
        lambda: house.library.delete(key),
    )


def test_a_change_elsewhere_does_not_keep_it_back(house: House) -> None:
    [done], outcome = _send(
        house,
        lambda key, version: Update(key, version, VOLUME),
        lambda: house.library.add(ItemKey("HAND2345"), {"itemType": "book", "title": "Elsewhere"}),
    )

    assert (done.outcome, outcome) == ("accepted", "accepted")


@pytest.mark.parametrize("lands", [True, False])
def test_after_a_lost_answer_it_is_written_once(house: House, lands: bool) -> None:
    inner = house.library

    def is_lost(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        if lands:
            push(operations, expected)
        raise OutcomeUnknownError("lost")

    house.library = with_mishaps(inner, is_lost)

    [done], outcome = _send(house, lambda key, version: Update(key, version, VOLUME))

    assert (done.outcome, outcome) == ("accepted", "accepted")
    [after] = house.works()
    assert after.data["volume"] == "77"
    known, base = _known(house)
    assert (known.version, base.version) == (after.version, after.version)
    assert base.data["volume"] == "77"


def test_what_the_library_refuses_is_put_before_a_person_and_can_be_sent_again(
    house: House,
) -> None:
    def refuses(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        return Pushed([Refused(_key(house), Refusal.INVALID, "no such volume")], expected)

    inner = house.library
    house.library = with_mishaps(inner, refuses)

    [done], outcome = _send(house, lambda key, version: Update(key, version, VOLUME))

    assert (done.outcome, done.version, outcome) == ("refused", None, "refused")
    assert house.holds() == [("refused", "no such volume")]
    house.library = inner
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        [held] = run.reviewer().held()
        assert held.data == VOLUME

        run.reviewer().answer(held.hold_id, Answer.RETRY)
        run.push_pending()
    assert house.works()[0].data["volume"] == "77"


def test_the_mirror_follows_what_syncd_trashes_and_restores(house: House) -> None:
    _, base = _known(house)

    for make, state in ((Trash, "trashed"), (Restore, "present")):
        [done], _ = _send(house, make)

        [item] = house.works()
        known, kept = _known(house)
        assert (known.state, known.version) == (state, item.version)
        assert done.before is not None
        assert done.before["state"] != state
        assert kept == base


def test_an_item_that_the_answer_shows_is_not_read_again(house: House) -> None:
    plain = house.library
    read: list[ItemKey] = []

    def shows(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        answer = push(operations, expected)
        [outcome] = answer.outcomes
        assert isinstance(outcome, Accepted)
        [item] = plain.get([ItemKey(outcome.key)])
        return answer._replace(outcomes=[outcome._replace(item=item)])

    def get(keys: Sequence[ItemKey]) -> list[StoredItem]:
        read.extend(keys)
        return plain.get(keys)

    house.library = with_mishaps(plain, shows)
    house.library.get = get

    _send(
        house, lambda key, version: Update(key, version, {"DOI": "10.5555/mended.9"}, {"DOI": ""})
    )

    assert read == []
    with opened_ledger(house.root / "state", house.clock) as ledger:
        found = LedgerWorks(_ledger_of(house, ledger)).by_identifiers([("doi", "10.5555/mended.9")])
    assert found
