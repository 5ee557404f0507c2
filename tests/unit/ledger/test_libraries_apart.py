"""Two libraries share a ledger and nothing else: what is known of one says nothing of the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from syncd.item.reading import citation_of
from syncd.ledger import (
    answered,
    asked,
    decided,
    duplicates,
    history,
    holds,
    index,
    journal,
    knowledge,
    merges,
    mirror,
    outbox,
    survey,
)
from syncd.ledger.history import Base, Done
from syncd.ledger.journal import ExportFacts
from syncd.ledger.store import Ledger, LibraryLedger
from syncd.ledger.tables import metadata
from syncd.ledger.transaction import Transaction
from syncd.ledger.works import LedgerWorks
from syncd.library import (
    AddToCollection,
    Changes,
    CollectionKey,
    Create,
    CreateCollection,
    Operation,
    StoredItem,
    Trash,
)
from syncd.matching import Verdict, blocking_keys, features_of
from syncd.plan import Decision, Intent, PlannedOperation, PlannedRecord, Pointer
from syncd.record import Doi, Identity, ItemKey, Origin
from tests.fakes.clock import FakeClock

KEY, TWIN, OTHER = ItemKey("AAAA2222"), ItemKey("BBBB3333"), ItemKey("CCCC4444")
GONE = ItemKey("DDDD5555")
NEW = ItemKey("DDDD5555")
DATA = {
    "itemType": "journalArticle",
    "title": "Moss on the northern walls of old mills",
    "DOI": "10.5555/moss.1",
    "collections": ["INBX2222"],
}
CITATION = citation_of(DATA)
FORMER = CITATION._replace(title="Moss on walls")
FACTS = ExportFacts("5" * 64, 10, b"moss.ris")


class Halves(NamedTuple):
    """The two libraries of one ledger; `mine` knows much, `theirs` nothing yet."""

    ledger: Ledger
    mine: LibraryLedger
    theirs: LibraryLedger


@pytest.fixture
def halves(tmp_path: Path) -> Iterator[Halves]:
    ledger = Ledger.open("", tmp_path, FakeClock())
    mine, theirs = (ledger.get_library(name, name) for name in ("file:/mine", "file:/theirs"))
    with mine.write() as tx:
        fill(tx)
    duplicates.pair_what_changed(mine)
    yield Halves(ledger, mine, theirs)
    ledger.close()


def planned(key: str | None = KEY) -> PlannedRecord:
    return PlannedRecord(
        Origin("moss.ris", 1, 1),
        Decision.CREATE,
        "new",
        identity=Identity(doi=Doi("10.5555/moss.1")),
        item_key=key,
    )


def fill(tx: Transaction) -> int:
    """Let a library know something of every kind; return the number of its record."""
    run = journal.begin_run(tx, "test")
    export = journal.get_export(tx, FACTS)
    journal.add_delivery(tx, export, b"/inbox", run)
    [record] = journal.add_records(tx, run, [Intent(planned())], [export])
    rows = [mirror.row_of(StoredItem(key, 3, DATA)) for key in (KEY, TWIN)]
    mirror.write_items(tx, rows, run)
    mirror.write_items(tx, [mirror.row_of(StoredItem(OTHER, 3, DATA, trashed=True))], run)
    merges.set_replacements(tx, {KEY: [GONE]})
    mirror.move_cursor(tx, 3, foreign=True)
    index.add_identifiers(tx, [("pmid", "77", KEY)], alias=True)
    knowledge.add_members(tx, [(KEY, FORMER)])
    knowledge.add_placements(tx, [(KEY, "tag", "to read"), (KEY, "collection", "INBX2222")], run)
    knowledge.add_shared_dois(tx, ["10.5555/supplement.1"])
    knowledge.add_answer(tx, (KEY, "fingerprint"), Verdict.SAME)
    holds.add_hold(
        tx,
        record,
        kind="identity",
        question="which?",
        reason="in doubt",
        payload={"collections": ["INBX2222"], "tags": [], "candidates": [TWIN]},
    )
    answered.add_work(tx, "fingerprint", CITATION)
    answered.leave_out(tx, "unwanted")
    taken = replace(planned(), decision=Decision.SKIP, duplicate_of=Pointer(item_key=KEY))
    journal.add_records(tx, run, [Intent(taken)], [export])
    operations: list[Operation] = [
        Create(NEW, DATA),
        AddToCollection(KEY, 3, (CollectionKey("INBX2222"),), ()),
    ]
    each = [(record, "new", PlannedOperation(operation)) for operation in operations]
    stray = PlannedOperation(Trash(TWIN, 3))
    making = PlannedOperation(CreateCollection(CollectionKey("INBX2222"), "Inbox"))
    more = [(None, "stray", stray), (None, "asked for", making)]
    outbox.add_operations(tx, run, [*each, *more], 3)
    [first, _] = outbox.operations_of_record(tx, record)
    outbox.mark_sent(tx, [first.operation_id], "somebody")
    history.add_done(tx, [Done(run, record, Create(KEY, DATA), "accepted", 3, None)])
    history.set_bases(tx, [Base(KEY, run, 3, DATA)])
    asked.remember_collections(tx, {("Inbox",): "INBX2222"})
    holds.add_hold(tx, record, kind="identity", question="who?", reason="", payload={})
    holds.close_hold(tx, holds.open_holds(tx)[-1].hold_id, "skip")
    journal.begin_run(tx, "nothing to do")
    return record


def blocks(citation: Any = CITATION) -> list[int]:
    return sorted(blocking_keys(features_of(citation)))


QUESTIONS: dict[str, Callable[[Transaction], Any]] = {
    "deliveries": lambda tx: journal.is_delivered(tx, FACTS.sha256, b"/inbox"),
    "records of an item": lambda tx: len(journal.records_of_item(tx, KEY, 0, None)),
    "items": lambda tx: sorted(mirror.find_items(tx, [KEY, TWIN, OTHER])),
    "versions": lambda tx: mirror.known_versions(tx, [KEY]),
    "losses": lambda tx: mirror.count_losses(tx, [KEY]),
    "works by key": lambda tx: sorted(survey.find_works(tx, [KEY])),
    "missing works": survey.missing_works,
    "duplicates": duplicates.find_pairs,
    "survivors": lambda tx: merges.find_survivors(tx, [GONE]),
    "replaced": lambda tx: merges.find_replaced(tx, [KEY]),
    "placements": lambda tx: knowledge.find_placements(tx, [KEY]),
    "shared DOIs": lambda tx: knowledge.find_shared_dois(tx, ["10.5555/supplement.1"]),
    "members": lambda tx: len(knowledge.find_members(tx, [KEY])),
    "an answer": lambda tx: knowledge.find_answer(tx, "fingerprint", KEY),
    "all answers": knowledge.all_answers,
    "a question by the work's name": lambda tx: holds.find_named(tx, "which?") is not None,
    "questions by their works' names": lambda tx: sorted(holds.all_named(tx, {"which?"})),
    "questions about a candidate": lambda tx: len(holds.holds_about(tx, TWIN)),
    "what was left out": lambda tx: sorted(answered.left_out(tx)),
    "works in answers": lambda tx: sorted(answered.all_works(tx)),
    "works by name": lambda tx: sorted(answered.find_works(tx, ["fingerprint"])),
    "answers for matching": lambda tx: bool(answered.read_answers(tx)),
    "what was taken for the same": lambda tx: len(decided.taken_for_the_same(tx)),
    "all features": lambda tx: sorted(key for key, _ in survey.all_features(tx)),
    "open questions": lambda tx: [row.question for row in holds.open_holds(tx)],
    "a question": lambda tx: holds.find_hold(tx, 1) is not None,
    "how many questions": holds.count_open,
    "keys": lambda tx: outbox.find_keys(tx, [NEW]),
    "what was sent": lambda tx: len(outbox.all_sent(tx)),
    "works to make": lambda tx: len(outbox.works_to_make(tx)),
    "what is done to an item": lambda tx: len(outbox.operations_on(tx, KEY)),
    "what goes into a collection": lambda tx: len(outbox.operations_in(tx, "INBX2222")),
    "what may be sent": lambda tx: len(list(outbox.next_planned(tx, 9, []))),
    "how many operations": outbox.count_operations,
    "collections to make": lambda tx: len(outbox.collections_to_make(tx)),
    "runs that wait": lambda tx: len(outbox.waiting_runs(tx)),
    "runs that may end": lambda tx: len(journal.open_runs(tx)),
    "what was read": lambda tx: journal.is_read(tx, FACTS.sha256),
    "paths that were asked for": asked.collections_asked_for,
    "bases": lambda tx: sorted(history.find_bases(tx, [KEY])),
}
NOTHING: tuple[Any, ...] = (0, (0, 0), False, None, [], {}, set())


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_known_of_one_library_is_not_said_of_the_other(halves: Halves, name: str) -> None:
    with halves.mine.read() as tx:
        assert QUESTIONS[name](tx) not in NOTHING
    with halves.theirs.read() as tx:
        assert QUESTIONS[name](tx) in NOTHING


def test_matching_sees_the_works_of_its_own_library(halves: Halves) -> None:
    pair = ("doi", "10.5555/moss.1")
    for ledger, keys in ((halves.mine, {KEY, TWIN, OTHER}), (halves.theirs, set())):
        works = LedgerWorks(ledger)
        assert {known.ref for known in works.by_identifiers([pair]).get(pair, ())} == keys
        assert {each.ref for group in works.by_blocks(blocks()).values() for each in group} == keys


def test_works_of_both_are_told_apart_though_their_keys_are_the_same(halves: Halves) -> None:
    with halves.theirs.write() as tx:
        fill(tx)
        mirror.bury(tx, [KEY], 4)

    for ledger, removed in ((halves.mine, None), (halves.theirs, "deleted")):
        found = LedgerWorks(ledger).by_identifiers([("pmid", "77")])[("pmid", "77")]
        assert {known.removed for known in found} == {removed}
        assert len(found) == 2  # as it is, and as the record was that joined it


def _bury_and_answer(tx: Transaction) -> None:
    mirror.bury(tx, [KEY], 4)
    knowledge.add_answer(tx, (KEY, "fingerprint"), Verdict.DIFFERENT)


CHANGES: dict[str, Callable[[Transaction], Any]] = {
    "items are written": lambda tx: mirror.write_items(
        tx, [mirror.row_of(StoredItem(KEY, 9, {"itemType": "book", "title": "Other"}))]
    ),
    "a page is taken": lambda tx: mirror.apply_page(tx, Changes([], [KEY, TWIN], 9)),
    "an item is filed": lambda tx: mirror.note_change(tx, KEY, 9, collections=["X"], state="x"),
    "collections go": lambda tx: mirror.keep_collections(tx, []),
    "items replace others": lambda tx: merges.set_replacements(tx, {KEY: [TWIN], TWIN: []}),
    "the cursor moves": lambda tx: mirror.move_cursor(tx, 9, foreign=True),
    "placements move": lambda tx: knowledge.move_placements(tx, KEY, TWIN),
    "a collection moves": lambda tx: knowledge.move_collection(tx, "INBX2222", "NEWS2222"),
    "a collection answers to its path under another key": lambda tx: asked.move_collection(
        tx, "INBX2222", "NEWS2222"
    ),
    "questions move": lambda tx: holds.move_collection(tx, "INBX2222", "NEWS2222"),
    "members move": lambda tx: knowledge.move_members(tx, KEY, TWIN),
    "aliases move": lambda tx: index.move_aliases(tx, [("pmid", "77")], KEY, TWIN),
    "an item leaves the indexes": lambda tx: index.forget(tx, {KEY: features_of(CITATION)}),
    "all is decided again": outbox.decide_all_again,
    "something is deleted and answered": _bury_and_answer,
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("knows", [False, True], ids=["knows nothing", "knows the same"])
def test_what_is_done_to_one_library_leaves_the_other_as_it_was(
    halves: Halves, name: str, knows: bool
) -> None:
    if knows:
        with halves.theirs.write() as tx:
            fill(tx)
    before = _rows_of(halves.mine)

    with halves.theirs.write() as tx:
        CHANGES[name](tx)

    assert _rows_of(halves.mine) == before


def _rows_of(ledger: LibraryLedger) -> dict[str, list[tuple[Any, ...]]]:
    """Return everything that the ledger holds about a library."""
    with ledger.read() as tx:
        return {
            table.name: sorted(
                (tuple(row) for row in tx.execute(_of_library(table, tx.library_id))), key=repr
            )
            for table in metadata.sorted_tables
            if "library_id" in table.c
        }


def _of_library(table: Any, library_id: int) -> Any:
    return select(table).where(table.c.library_id == library_id)
