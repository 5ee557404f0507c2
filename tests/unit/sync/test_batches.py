"""What is sent together, cut from what waits."""

from __future__ import annotations

from collections.abc import Iterator

from syncd.ledger.outbox import Pending
from syncd.library import CollectionKey, Create, CreateCollection, Operation
from syncd.record import ItemKey
from syncd.sync.batches import cut_batch


class Outbox:
    """Operations of three to a record, which counts how many were read."""

    def __init__(self, records: int) -> None:
        self._records = records
        self.read = 0

    def __iter__(self) -> Iterator[Pending]:
        for number in range(3 * self._records):
            self.read += 1
            yield pending(number, Create(ItemKey(f"K{number:07}"), {}), record=number // 3)


def pending(number: int, operation: Operation, record: int | None) -> Pending:
    return Pending(number, 1, record, operation, ordinal=0, planned_version=0, attempts=0)


def test_no_more_is_read_than_the_record_behind_the_batch() -> None:
    outbox = Outbox(100)

    batch = cut_batch(outbox, operations=10, records=100)

    assert batch is not None
    assert [len(batch.operations), batch.records] == [9, 3]
    assert outbox.read <= 13


def test_nothing_waits() -> None:
    assert cut_batch([], operations=10, records=100) is None


def test_collections_go_before_items_and_apart() -> None:
    made = [
        pending(number, CreateCollection(CollectionKey(f"C{number:07}"), "x", None), record=None)
        for number in range(3)
    ]
    item = pending(3, Create(ItemKey("K0000003"), {}), record=1)

    batch = cut_batch([*made, item], operations=2, records=100)

    assert batch is not None
    assert batch.operations == made[:2]
