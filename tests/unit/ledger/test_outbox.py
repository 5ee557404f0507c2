"""What is promised waits in order, is kept back where it must be, and comes back as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.ledger import history, journal, outbox
from syncd.ledger.history import Base, Done
from syncd.ledger.journal import ExportFacts
from syncd.ledger.outbox import Pending
from syncd.ledger.store import Ledger, LibraryLedger
from syncd.ledger.tables import outbox as table
from syncd.ledger.transaction import Transaction
from syncd.library import (
    AddToCollection,
    CollectionKey,
    Create,
    CreateCollection,
    FileToStore,
    Operation,
    Restore,
    Trash,
    Update,
)
from syncd.plan import Decision, Intent, PlannedOperation, PlannedRecord
from syncd.record import ItemKey, Origin
from tests.fakes.clock import FakeClock

KEYS = tuple(ItemKey(f"ITEM{number}222") for number in range(2, 9))
INBOX, SHELF = CollectionKey("INBX2222"), CollectionKey("SHLF2222")
OPERATIONS: tuple[Operation, ...] = (
    Create(KEYS[0], {"itemType": "book", "title": "Ünïcode – “quoted”"}),
    Create(KEYS[1], {"itemType": "note", "note": "", "parentItem": KEYS[0]}),
    Update(KEYS[2], 7, {"title": "Changed", "tags": [{"tag": "a"}]}),
    AddToCollection(KEYS[3], 8, (INBOX, SHELF), ("to read",)),
    Trash(KEYS[4], 9),
    Restore(KEYS[5], 10),
    CreateCollection(INBOX, "Inbox", SHELF),
    CreateCollection(SHELF, "Shelf"),
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: FakeClock) -> Iterator[LibraryLedger]:
    whole = Ledger.open("", tmp_path, clock)
    yield whole.get_library("file:/shelf", "Shelf")
    whole.close()


def _records(tx: Transaction, count: int) -> tuple[int, list[int]]:
    run = journal.begin_run(tx, "test")
    export = journal.get_export(tx, ExportFacts("0" * 64, 1, b"a.ris"))
    intents = [
        Intent(PlannedRecord(Origin("a.ris", number, number), Decision.CREATE, "new"))
        for number in range(count)
    ]
    return run, journal.add_records(tx, run, intents, [export])


def _promise(tx: Transaction, *wanted: tuple[int | None, Operation]) -> list[Pending]:
    """Promise operations, each with the place of its record; None is that of a collection."""
    run, records = _records(tx, 4)
    outbox.add_operations(
        tx,
        run,
        [
            (None if record is None else records[record], "", PlannedOperation(operation, 2))
            for record, operation in wanted
        ],
        5,
    )
    return list(outbox.next_planned(tx, 100, []))


def _keys(waiting: Iterable[Pending]) -> list[str]:
    return [each.item_key for each in waiting]


def _operations(waiting: list[Pending]) -> list[Operation]:
    return [each.operation for each in waiting]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: type(each).__name__)
def test_every_operation_comes_back_as_it_was_promised(
    ledger: LibraryLedger, operation: Operation
) -> None:
    with ledger.write() as tx:
        [waiting] = _promise(tx, (0, operation))

    assert waiting.operation == operation
    assert (waiting.ordinal, waiting.planned_version, waiting.attempts) == (2, 5, 0)
    assert waiting.sent_at is None


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: type(each).__name__)
def test_every_operation_comes_back_as_it_was_done(
    ledger: LibraryLedger, operation: Operation
) -> None:
    with ledger.write() as tx:
        run, [record] = _records(tx, 1)
        done = Done(run, record, operation, "accepted", 12, {"state": "present"})
        refused = Done(run, None, operation, "refused", None, None)
        history.add_done(tx, [done, refused])

    with ledger.read() as tx:
        assert history.done_in_run(tx.connection, run) == [done, refused]


def test_a_work_is_compared_by_what_it_says_once_it_is_promised_otherwise(
    ledger: LibraryLedger,
) -> None:
    making = Create(KEYS[0], {"itemType": "book", "title": "Moss"})
    with ledger.write() as tx:
        run, records = _records(tx, 1)
        planned = PlannedOperation(making, features=b"moss")
        outbox.add_operations(tx, run, [(records[0], "", planned)], 5)
        [before] = outbox.works_to_make(tx)
        other = making._replace(data={"itemType": "book", "title": "Fern"})
        outbox.change(tx, before.operation_id, other)
        [after] = outbox.works_to_make(tx)

    assert before.features == b"moss"
    assert after.features is None


def test_a_base_takes_the_place_of_the_one_before(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        run, _ = _records(tx, 1)
        history.set_bases(tx, [Base(KEYS[0], run, 3, {"title": "one"})])
        history.set_bases(tx, [Base(KEYS[0], run, 4, {"title": "two \ud800"})])

        assert history.find_bases(tx, KEYS) == {
            KEYS[0]: Base(KEYS[0], run, 4, {"title": "two \ud800"})
        }


def test_an_item_is_what_its_newest_creation_says_until_it_is_written_to(
    ledger: LibraryLedger,
) -> None:
    file = FileToStore("/drop", "moss.pdf", 0, 5, 7, "0" * 32)
    first, second, refused = (
        Create(KEYS[0], {"itemType": "attachment", "title": title}, held)
        for title, held in (("first", None), ("second", file), ("refused", None))
    )
    with ledger.write() as tx:
        run, _ = _records(tx, 1)
        for making, outcome in ((first, "accepted"), (second, "unchanged"), (refused, "refused")):
            history.add_done(tx, [Done(run, None, making, outcome, 3, None)])
        made = Base(KEYS[0], run, 3, second.data)
        history.set_bases(tx, [made, Base(KEYS[1], run, 3, {"title": "other"})], {KEYS[0]})
        before = history.find_bases(tx, KEYS)
        history.set_bases(tx, [made._replace(data={"title": "changed"})])
        after = history.find_bases(tx, KEYS)
        history.set_bases(tx, [made], {KEYS[0]})
        again = history.find_bases(tx, KEYS)

    assert before == {KEYS[0]: made, KEYS[1]: Base(KEYS[1], run, 3, {"title": "other"})}
    assert after[KEYS[0]].data == {"title": "changed"}
    assert again == before


def test_collections_go_first_and_all_else_in_the_order_of_promising(
    ledger: LibraryLedger,
) -> None:
    with ledger.write() as tx:
        waiting = _promise(tx, *((0, each) for each in OPERATIONS))

        assert _keys(waiting) == [INBOX, SHELF, *KEYS[:6]]
        assert _keys(outbox.next_planned(tx, 3, [])) == [INBOX, SHELF, KEYS[0]]


def test_the_next_ones_are_found_without_going_through_all_that_wait(
    ledger: LibraryLedger,
) -> None:
    with ledger.write() as tx:
        _promise(tx, *((None, Create(KEYS[0], {"n": number})) for number in range(20)))
        among_few = _steps_to_the_next(tx, 5)
        _promise(tx, *((None, Create(KEYS[1], {"n": number})) for number in range(2000)))

        assert _steps_to_the_next(tx, 5) < 2 * among_few


def _steps_to_the_next(tx: Transaction, limit: int) -> int:
    """Return how many steps SQLite takes to find what is to be sent next, in tens."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    driver = tx.connection.connection.driver_connection
    assert driver is not None
    driver.set_progress_handler(step, 10)
    assert len(list(outbox.next_planned(tx, limit, []))) == limit
    driver.set_progress_handler(None, 0)
    return steps


def test_what_is_under_way_keeps_back_its_record_and_its_item(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        first, *_ = _promise(
            tx,
            (0, Create(KEYS[0], {})),
            (0, Create(KEYS[1], {"parentItem": KEYS[0]})),
            (1, AddToCollection(KEYS[0], 0, (INBOX,))),
            (2, Create(KEYS[2], {})),
        )
        outbox.mark_sent(tx, [first.operation_id], "me")

        assert _keys(outbox.next_planned(tx, 100, [])) == [KEYS[2]]
        assert _keys(outbox.all_sent(tx)) == [KEYS[0]]


def test_what_is_passed_over_keeps_back_its_record_and_its_item(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        first, *_ = _promise(
            tx,
            (0, Create(KEYS[0], {})),
            (0, Create(KEYS[1], {"parentItem": KEYS[0]})),
            (1, AddToCollection(KEYS[0], 0, (INBOX,))),
            (None, Trash(KEYS[4], 1)),
            (2, Create(KEYS[2], {})),
        )

        assert _keys(outbox.next_planned(tx, 100, [first])) == [KEYS[4], KEYS[2]]


def test_a_stray_that_is_passed_over_keeps_back_nothing_else(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        first, *_ = _promise(tx, (None, Trash(KEYS[4], 1)), (None, Trash(KEYS[5], 1)))

        assert _keys(outbox.next_planned(tx, 100, [first])) == [KEYS[5]]


def test_a_collection_that_is_under_way_keeps_back_what_goes_into_it_and_nothing_else(
    ledger: LibraryLedger,
) -> None:
    inside = Create(KEYS[5], {"itemType": "book", "title": "In it", "collections": [INBOX]})
    below = CreateCollection(CollectionKey("BELOW234"), "Below", INBOX)
    with ledger.write() as tx:
        inbox, *_ = _promise(
            tx,
            (None, CreateCollection(INBOX, "Inbox")),
            (None, below),
            (0, inside),
            (0, Create(KEYS[6], {"itemType": "note", "note": "", "parentItem": KEYS[5]})),
            (2, AddToCollection(KEYS[5], 0, (), ("to read",))),
            (1, Create(KEYS[4], {"itemType": "book", "title": "Elsewhere"})),
        )
        assert _keys(outbox.next_planned(tx, 100, [inbox])) == [KEYS[4]]

        outbox.mark_sent(tx, [inbox.operation_id], "me")

        assert _keys(outbox.next_planned(tx, 100, [])) == [KEYS[4]]


def test_what_is_sent_says_by_whom_and_when_and_can_be_taken_back(
    ledger: LibraryLedger, clock: FakeClock
) -> None:
    with ledger.write() as tx:
        [first] = _promise(tx, (0, OPERATIONS[0]))
        outbox.mark_sent(tx, [first.operation_id], "me")
        assert _row(tx) == ("sent", "me", tx.now, 0, 5)
        [sent] = outbox.all_sent(tx)
        assert sent.sent_at is not None
        assert abs(sent.sent_at - clock.now()) < timedelta(seconds=1)

        # Given up after a lost answer: that it was sent once stays known, by whom does not.
        outbox.send_again(tx, sent)
        assert _row(tx) == ("planned", None, tx.now, 0, outbox.DECIDE_AGAIN)
        [again] = outbox.next_planned(tx, 1, [])
        was_sent_at = tx.now

    clock.advance(minutes=1)
    with ledger.write() as tx:
        outbox.mark_sent(tx, [again.operation_id], "me")
        outbox.mark_unsent(tx, [again])
        assert _row(tx) == ("planned", None, was_sent_at, 0, outbox.DECIDE_AGAIN)

        outbox.mark_unsent(tx, [first])
        assert _row(tx) == ("planned", None, None, 0, outbox.DECIDE_AGAIN)


def test_how_often_something_came_back_is_counted(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        [first] = _promise(tx, (0, OPERATIONS[0]))

        outbox.send_again(tx, first, attempts=3)
        outbox.set_planned_version(tx, [first.operation_id], 8)

        assert _row(tx) == ("planned", None, None, 3, 8)
        [read] = outbox.read_again(tx, [first])
        assert (read.attempts, read.planned_version) == (3, 8)


def _row(tx: Transaction) -> tuple[object, ...]:
    columns = table.c.state, table.c.owner, table.c.sent_at, table.c.attempts
    return tuple(
        tx.execute(table.select().with_only_columns(*columns, table.c.planned_version)).one()
    )


def test_what_was_rewritten_is_read_as_it_is_now_and_what_is_gone_not_at_all(
    ledger: LibraryLedger,
) -> None:
    with ledger.write() as tx:
        waiting = _promise(tx, *((0, each) for each in OPERATIONS[:4]))
        outbox.change(tx, waiting[1].operation_id, Trash(KEYS[6], 3), ordinal=9)
        outbox.remove(tx, [waiting[2].operation_id])

        now = outbox.read_again(tx, list(reversed(waiting)))

        assert _operations(now) == [OPERATIONS[0], Trash(KEYS[6], 3), OPERATIONS[3]]
        assert now[1].ordinal == 9


def test_what_makes_a_work_is_told_from_what_hangs_below_one(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        waiting = _promise(tx, *((0, each) for each in OPERATIONS))

        assert [each.item_key for each in waiting if each.makes_work] == [KEYS[0]]
        assert [each.item_key for each in waiting if not each.is_main] == [KEYS[1]]
        assert _operations(outbox.works_to_make(tx)) == [OPERATIONS[0]]
        assert outbox.collections_to_make(tx) == list(OPERATIONS[6:])
        assert outbox.count_operations(tx) == len(OPERATIONS)


def test_only_what_makes_something_promises_a_key(ledger: LibraryLedger) -> None:
    with ledger.write() as tx:
        _promise(tx, *((0, each) for each in OPERATIONS))

        assert outbox.find_keys(tx, [*KEYS, INBOX, SHELF]) == {KEYS[0], KEYS[1], INBOX, SHELF}


def test_what_goes_into_a_collection_or_below_it_is_found(ledger: LibraryLedger) -> None:
    filed = Create(KEYS[6], {"itemType": "book", "collections": [SHELF]})
    with ledger.write() as tx:
        _promise(tx, *((0, each) for each in (*OPERATIONS, filed)))

        assert _operations(outbox.operations_in(tx, SHELF)) == [OPERATIONS[3], OPERATIONS[6], filed]
        assert _operations(outbox.operations_on(tx, KEYS[3])) == [OPERATIONS[3]]
