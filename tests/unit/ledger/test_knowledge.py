"""What the ledger alone knows stays known, whatever people do to the items."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncd.item.reading import citation_of
from syncd.ledger import (
    answered,
    asked,
    duplicates,
    holds,
    index,
    journal,
    knowledge,
    mirror,
)
from syncd.ledger.journal import ExportFacts
from syncd.ledger.store import Ledger, LibraryLedger
from syncd.ledger.tables import hold, identifier, placement
from syncd.ledger.transaction import Transaction
from syncd.ledger.works import LedgerWorks
from syncd.library import Changes, StoredItem
from syncd.matching import Verdict, blocking_keys, dump_features, features_of
from syncd.plan import Decision, Intent, PlannedRecord, Pointer
from syncd.record import Doi, Eid, Identity, ItemKey, Origin
from tests.fakes.clock import FakeClock

KEY, OTHER = ItemKey("AAAA2222"), ItemKey("BBBB3333")
DATA = {
    "itemType": "journalArticle",
    "title": "Moss on the northern walls of old mills",
    "DOI": "10.5555/moss.1",
}
EDITED = {**DATA, "title": "Reading list, week nine", "DOI": "10.5555/other.2"}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[LibraryLedger]:
    whole = Ledger.open("", tmp_path, FakeClock())
    yield whole.get_library("file:/shelf", "Shelf")
    whole.close()


def _write(tx: Transaction, data: Any, version: int = 1, **more: Any) -> None:
    mirror.write_items(tx, [mirror.row_of(StoredItem(KEY, version, data))], **more)


def _found(ledger: LibraryLedger, kind: str, value: str) -> set[str]:
    works = LedgerWorks(ledger).by_identifiers([(kind, value)])
    return {known.ref for known in works.get((kind, value), ())}


def _found_by_likeness(ledger: LibraryLedger, data: Any) -> set[str]:
    keys = blocking_keys(features_of(citation_of(data)))
    return {known.ref for group in LedgerWorks(ledger).by_blocks(keys).values() for known in group}


def _run(tx: Transaction) -> int:
    return journal.begin_run(tx, "test")


# Identifiers and likeness


def test_an_alias_is_not_forgotten_when_its_item_is_edited(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        _write(tx, DATA)
        index.add_identifiers(tx, [("pmid", "77", KEY)], alias=True)

    for version in (2, 3):
        with ledger.write() as tx:
            _write(tx, EDITED, version)

    assert _found(ledger, "pmid", "77") == {KEY}
    assert _found(ledger, "doi", "10.5555/moss.1") == set()
    assert _found(ledger, "doi", "10.5555/other.2") == {KEY}


def test_an_identifier_of_one_item_is_not_forgotten_with_that_of_another(
    ledger: LibraryLedger,
) -> None:
    with ledger.write() as tx:
        _write(tx, DATA)
        mirror.write_items(tx, [mirror.row_of(StoredItem(OTHER, 1, DATA))])

        _write(tx, EDITED, 2)

    assert _found(ledger, "doi", "10.5555/moss.1") == {OTHER}
    assert _found_by_likeness(ledger, DATA) == {OTHER}


def test_an_alias_moves_for_good(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        _write(tx, DATA)
        mirror.write_items(tx, [mirror.row_of(StoredItem(OTHER, 1, EDITED))])
        index.add_identifiers(tx, [("pmid", "77", KEY), ("pmid", "78", KEY)], alias=True)

        index.move_aliases(tx, [("pmid", "77"), ("doi", "10.5555/moss.1")], KEY, OTHER)

        rows = tx.execute(identifier.select().where(identifier.c.kind == "pmid")).all()
        assert {(row.value, row.item_key, row.alias) for row in rows} == {
            ("77", OTHER, 1),
            ("78", KEY, 1),
        }
    # What an item says of itself is no alias, and stays with it.
    assert _found(ledger, "doi", "10.5555/moss.1") == {KEY}


def test_what_others_made_is_known_as_it_is_and_not_as_it_was(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        _write(tx, DATA)
        _write(tx, EDITED, 2)

    assert _found_by_likeness(ledger, DATA) == set()
    assert _found_by_likeness(ledger, EDITED) == {KEY}


def test_what_syncd_made_is_known_as_it_was_as_well(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        _write(tx, DATA, made_by_run=_run(tx))
        _write(tx, EDITED, 2)
        _write(tx, {**EDITED, "title": "Week ten"}, 3)

    for data in (DATA, EDITED, {**EDITED, "title": "Week ten"}):
        assert _found_by_likeness(ledger, data) == {KEY}


def test_a_removed_item_keeps_its_identifiers_and_its_maker(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        run = _run(tx)
        _write(tx, DATA, made_by_run=run)
        assert mirror.bury(tx, [KEY, OTHER], 5) == [KEY, OTHER]
        assert mirror.bury(tx, [KEY], 6) == []

        known = mirror.find_items(tx, [KEY, OTHER])
        assert (known[KEY].state, known[KEY].seen, known[KEY].is_free) == ("deleted", True, False)
        assert (known[OTHER].version, known[OTHER].seen, known[OTHER].is_free) == (5, False, True)
    assert _found(ledger, "doi", "10.5555/moss.1") == {KEY}


def test_a_page_is_news_where_a_version_or_a_deletion_is(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        _write(tx, DATA, 4)

        assert not mirror.apply_page(tx, Changes([StoredItem(KEY, 4, DATA)], [], 4))
        assert mirror.apply_page(tx, Changes([StoredItem(KEY, 5, DATA)], [], 5))
        assert mirror.apply_page(tx, Changes([], [KEY], 6))
        assert not mirror.apply_page(tx, Changes([], [KEY], 7))
        assert mirror.known_versions(tx, [KEY]) == {}
        assert mirror.apply_page(tx, Changes([StoredItem(KEY, 5, DATA)], [], 8))


@pytest.mark.parametrize("state", ["present", "trashed"])
def test_what_syncd_did_to_an_item_is_noted(ledger: LibraryLedger, state: str) -> None:
    with ledger.write() as tx:
        _write(tx, {**DATA, "collections": ["ONE22222"]}, 4)

        mirror.note_change(tx, KEY, 6, collections=["TWO22222", "ONE22222"], state=state)
        mirror.note_change(tx, OTHER, 6, state=state)

        known = mirror.find_items(tx, [KEY, OTHER])
        assert known.keys() == {KEY}
        assert (known[KEY].state, known[KEY].version) == (state, 6)
        assert known[KEY].collections == {"ONE22222", "TWO22222"}


# Places, members, answers


def test_placements_move_with_the_key_and_say_who_put_it_there(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        one, two = _run(tx), _run(tx)
        knowledge.add_placements(tx, [(KEY, "tag", "a"), (KEY, "tag", "b")], one)
        knowledge.add_placements(tx, [(OTHER, "tag", "b"), (OTHER, "collection", "a")], two)

        knowledge.move_placements(tx, KEY, OTHER)

        rows = tx.execute(placement.select()).all()
        assert {(row.item_key, row.kind, row.value, row.run_id) for row in rows} == {
            (OTHER, "tag", "a", one),
            (OTHER, "tag", "b", two),
            (OTHER, "collection", "a", two),
        }


def test_a_collection_moves_and_a_tag_of_its_name_does_not(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        places = [(KEY, "collection", "ONE22222"), (KEY, "tag", "ONE22222")]
        knowledge.add_placements(tx, places, _run(tx))

        knowledge.move_collection(tx, "ONE22222", "TWO22222")

        assert knowledge.find_placements(tx, [KEY, OTHER]) == {
            KEY: {("collection", "TWO22222"), ("tag", "ONE22222")}
        }


def test_members_move_with_the_key_and_are_found_by_likeness(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        _write(tx, EDITED)
        mirror.write_items(tx, [mirror.row_of(StoredItem(OTHER, 1, EDITED))])
        knowledge.add_members(tx, [(KEY, citation_of(DATA))])

        knowledge.move_members(tx, KEY, OTHER)

        features = dump_features(features_of(citation_of(DATA)))
        assert knowledge.find_members(tx, [KEY, OTHER]) == [(OTHER, features)]
    assert OTHER in _found_by_likeness(ledger, DATA)


def test_a_record_that_is_as_its_item_says_is_no_member(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        _write(tx, DATA)

        knowledge.add_members(tx, [(KEY, citation_of(DATA)), (KEY, citation_of(DATA))])

        assert knowledge.find_members(tx, [KEY]) == []


def test_an_answer_holds_both_ways_and_may_be_changed(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        knowledge.add_answer(tx, ("b", "a"), Verdict.SAME)
        assert knowledge.find_answer(tx, "a", "b") is Verdict.SAME

        knowledge.add_answer(tx, ("a", "b"), Verdict.DIFFERENT)

        assert knowledge.find_answer(tx, "b", "a") is Verdict.DIFFERENT
        assert knowledge.find_answer(tx, "a", "c") is None
        assert knowledge.all_answers(tx) == [("a", "b", "different")]


@pytest.mark.parametrize(
    ("shared", "told"), [("10.5555/moss.1", []), ("10.5555/other.2", [{KEY, OTHER}])]
)
def test_works_that_only_a_shared_doi_joins_are_no_duplicates(
    ledger: LibraryLedger, shared: str, told: list[set[str]]
) -> None:
    with ledger.write() as tx:
        _write(tx, DATA)
        mirror.write_items(tx, [mirror.row_of(StoredItem(OTHER, 1, DATA))])

        knowledge.add_shared_dois(tx, [shared])
    duplicates.pair_what_changed(ledger)

    with ledger.read() as tx:
        assert [{pair.one, pair.other} for pair in duplicates.find_pairs(tx)] == told


# Records and questions


def _record(**more: Any) -> PlannedRecord:
    origin = Origin("ä.ris", 3, 14, "2-s2.0-1", "scopus", "A title")
    return PlannedRecord(origin, Decision.HOLD, "why", **more)


def _noted(tx: Transaction, planned: PlannedRecord) -> int:
    export = journal.get_export(tx, ExportFacts("0" * 64, 1, b"a.ris"))
    [number] = journal.add_records(tx, _run(tx), [Intent(planned, entry=b"raw")], [export])
    return number


def test_a_record_comes_back_as_it_was_decided(ledger: LibraryLedger) -> None:
    planned = _record(
        evidence=("also B",),
        duplicate_of=Pointer(item_key=KEY),
        candidates=(Pointer(file="b.ris", index=2), Pointer(item_key=OTHER, source_id="x")),
        identity=Identity(
            scopus=Eid("2-s2.0-0000000001"), doi=Doi("10.5/x"), pmid="7", isbn=("1",), issn=("2",)
        ),
        item_key=KEY,
        outcome="pending",
        error="no",
    )
    with ledger.write() as tx:
        number = _noted(tx, planned)

        assert journal.get_record(tx, number) == planned
        assert journal.records_of_item(tx, KEY, 1, None) == [(number, planned)]
        assert journal.records_of_item(tx, KEY, 2, None) == []
        assert journal.records_of_item(tx, KEY, 2, number) == [(number, planned)]
        assert journal.get_run_of(tx, number) == 1


def test_what_became_of_a_record_is_noted(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        number, other = (_noted(tx, _record()) for _ in range(2))
        journal.settle_records(tx, [number], "refused", "too long")
        journal.note_error(tx, other, "no note")

        told = [journal.get_record(tx, each) for each in (number, other)]
        assert [(each.outcome, each.error) for each in told] == [
            ("refused", "too long"),
            (None, "no note"),
        ]


def _ask(tx: Transaction, record: int, **payload: list[str]) -> None:
    holds.add_hold(
        tx, record, kind="identity", question="which?", reason="in doubt", payload=payload
    )


@pytest.mark.parametrize("answer", ["skip", "drop"])
def test_a_question_that_was_settled_is_not_asked_again(ledger: LibraryLedger, answer: str) -> None:
    with ledger.write() as tx:
        record = _noted(tx, _record())
        _ask(tx, record)
        [asked] = holds.open_holds(tx)
        holds.close_hold(tx, asked.hold_id, answer)

        _ask(tx, record)

        assert holds.open_holds(tx) == []
        assert holds.count_open(tx) == 0
        assert answered.left_out(tx) == ({"which?"} if answer == "skip" else set())


def test_a_question_whose_answer_did_not_settle_it_is_open_again(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        first, second = (_noted(tx, _record()) for _ in range(2))
        _ask(tx, first, tags=["a"])
        [asked] = holds.open_holds(tx)
        holds.close_hold(tx, asked.hold_id, "retry")
        assert holds.count_open(tx) == 0

        _ask(tx, second, tags=["b"])

        [again] = holds.open_holds(tx)
        assert (again.hold_id, again.record_id) == (asked.hold_id, second)
        assert again.payload == {"tags": ["b"]}
        assert tx.execute(hold.select()).one().answered_at is None


def test_a_question_gathers_the_places_of_all_who_ask_it(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        first, second = (_noted(tx, _record()) for _ in range(2))
        _ask(tx, first, tags=["ä"], collections=["ONE22222"], data=["first"])
        _ask(tx, second, tags=["b", "ä"], collections=["TWO22222"], data=["second"])

        [asked] = holds.open_holds(tx)
        assert asked.record_id == first
        assert asked.payload == {
            "tags": ["ä", "b"],
            "collections": ["ONE22222", "TWO22222"],
            "data": ["first"],
        }


def test_a_question_follows_a_collection_to_another_key(ledger: LibraryLedger) -> None:
    refused = [[KEY, "create", {"collections": ["ONE22222"], "title": "ONE22222"}, None]]
    payload = {"collections": ["ONE22222", "TWO22222"], "operations": refused}
    with ledger.write() as tx:
        holds.add_hold(
            tx, _noted(tx, _record()), kind="refused", question="?", reason="", payload=payload
        )

        holds.move_collection(tx, "ONE22222", "NEW22222")

        [asked] = holds.open_holds(tx)
        assert asked.payload["collections"] == ["NEW22222", "TWO22222"]
        assert asked.payload["operations"][0][2] == {
            "collections": ["NEW22222"],
            "title": "ONE22222",
        }


# Two keys of one collection


def test_what_was_put_under_both_keys_of_a_collection_is_remembered_once(
    ledger: LibraryLedger,
) -> None:
    with ledger.write() as tx:
        run = _run(tx)
        knowledge.add_placements(
            tx, [(KEY, "collection", "OLD"), (KEY, "collection", "NEW"), (KEY, "tag", "x")], run
        )
        knowledge.move_collection(tx, "OLD", "NEW")
        placed = knowledge.find_placements(tx, [KEY])[KEY]

    assert placed == {("collection", "NEW"), ("tag", "x")}


def test_a_path_that_both_keys_have_answered_to_leads_to_the_one_that_is_left(
    ledger: LibraryLedger,
) -> None:
    with ledger.write() as tx:
        for key in ("OLD", "NEW"):
            asked.remember_collections(tx, {("In", "Web"): key})
        asked.move_collection(tx, "OLD", "NEW")

        assert asked.collections_asked_for(tx) == {("In", "Web"): ["NEW"]}
