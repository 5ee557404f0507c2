"""What was done to a library, operation by operation, and what syncd last wrote to each item.

DONE  an operation after its outcome: what was written, and what stood there before
BASE  an item's data as syncd last wrote it and the library took it: what differs from it since
      was changed by somebody else
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from syncd.ledger.operations import KINDS, OperationRow, dump_operation, load_operation
from syncd.ledger.statements import chunks
from syncd.ledger.tables import base, done, item, record
from syncd.ledger.transaction import Transaction
from syncd.library import Create, Operation, key_of
from syncd.plan import KnownItem, split_file
from syncd.system.packing import decode, encode, encode_text, pack, unpack


class Done(NamedTuple):
    """One operation that has its outcome.

    `outcome` is accepted, unchanged or refused; `version` the item's version afterwards, None
    where it was refused. `before` is where the item stood, None where there was none.
    """

    run_id: int
    record_id: int | None
    operation: Operation
    outcome: str
    version: int | None
    before: Mapping[str, Any] | None

    @property
    def item_key(self) -> str:
        """The key of the item or collection that it was about."""
        return key_of(self.operation)

    @property
    def kind(self) -> str:
        """What the operation is called in the ledger."""
        return KINDS[type(self.operation)]


class Base(NamedTuple):
    """An item as syncd last wrote it: its key, the run, the version it had then, and its data."""

    item_key: str
    run_id: int
    version: int
    data: Mapping[str, Any]


def state_before(
    item: KnownItem | None, changed: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """Return how an item stood, as `done.before` keeps it.

    `item` is what the mirror knows of it, `changed` the properties that the library said it had.
    """
    if item is None and changed is None:
        return None
    known = (
        {"state": item.state, "version": item.version, "collections": sorted(item.collections)}
        if item
        else {}
    )
    return {**known, **({"data": dict(changed)} if changed is not None else {})}


def add_done(tx: Transaction, operations: Sequence[Done]) -> None:
    """Keep operations after their outcome."""
    tx.add(done, [_row_of(each, tx.now) for each in operations])


def _row_of(each: Done, now: str) -> dict[str, Any]:
    row = dump_operation(each.operation)
    return {
        "run_id": each.run_id,
        "record_id": each.record_id,
        "kind": row.kind,
        "item_key": row.item_key,
        "base_version": row.base_version,
        "outcome": each.outcome,
        "version": each.version,
        "written": encode(row.payload),
        "before": encode_text(each.before) if each.before is not None else None,
        "done_at": now,
    }


def done_in_run(connection: Connection, run_id: int) -> list[Done]:
    """Return what a run did, to whichever library, in the order in which it was done."""
    rows = connection.execute(select(done).where(done.c.run_id == run_id).order_by(done.c.done_id))
    return [_read(row) for row in rows]


def done_to_items(tx: Transaction, keys: Collection[str]) -> list[Done]:
    """Return what was ever done to these items or collections, in the order of its outcome."""
    rows: list[Any] = []
    for part in chunks(keys):
        rows += tx.execute(
            select(done).where(
                done.c.library_id == tx.library_id, done.c.item_key.in_(tx.listed(part))
            )
        ).all()
    return [_read(row) for row in sorted(rows, key=lambda row: int(row.done_id))]


def find_met(tx: Transaction, keys: Collection[str]) -> set[str]:
    """Return those of these items to which anything was ever done, or was refused."""
    return tx.find_among(done.c.item_key, keys)


def children_made(tx: Transaction, parent: str) -> list[Done]:
    """Return the notes and links that were made below an item, in the order of making."""
    made = select(record.c.record_id).where(
        record.c.library_id == tx.library_id, record.c.item_key == parent
    )
    rows = tx.execute(
        select(done)
        .where(
            done.c.library_id == tx.library_id,
            done.c.kind == KINDS[Create],
            done.c.outcome != "refused",
            done.c.record_id.in_(made),
        )
        .order_by(done.c.done_id)
    )
    found = (_read(row) for row in rows)
    return [
        each
        for each in found
        if isinstance(each.operation, Create) and each.operation.parent == parent
    ]


def done_for_record(tx: Transaction, record_id: int, item_key: str) -> list[Done]:
    """Return what was done to an item because of a record, in the order of its outcome."""
    rows = tx.execute(
        select(done)
        .where(done.c.record_id == record_id, done.c.item_key == item_key)
        .order_by(done.c.done_id)
    )
    return [_read(row) for row in rows]


def was_anything_done(tx: Transaction, record_id: int) -> bool:
    """Say whether an operation of a record was accepted."""
    query = select(done.c.done_id).where(
        done.c.record_id == record_id, done.c.outcome == "accepted"
    )
    return tx.execute(query.limit(1)).first() is not None


def count_done(connection: Connection, run_id: int) -> dict[str, int]:
    """Return how many operations of each kind a run has done."""
    rows = connection.execute(
        select(done.c.kind, func.count().label("times"))
        .where(done.c.run_id == run_id, done.c.outcome == "accepted")
        .group_by(done.c.kind)
        .order_by(done.c.kind)
    )
    return {row.kind: row.times for row in rows}


def _read(row: Any) -> Done:
    return Done(
        run_id=row.run_id,
        record_id=row.record_id,
        operation=load_operation(
            OperationRow(row.kind, row.item_key, row.base_version, _unpack(row.written))
        ),
        outcome=row.outcome,
        version=row.version,
        before=decode(row.before) if row.before is not None else None,
    )


def set_bases(tx: Transaction, bases: Sequence[Base], as_made: Collection[str] = ()) -> None:
    """Remember what these items are as syncd wrote them, in place of what it wrote before.

    Those of the keys `as_made` are what the newest creation says that is kept of them.
    """
    rows = [
        {
            "item_key": each.item_key,
            "run_id": each.run_id,
            "version": each.version,
            "data": None if each.item_key in as_made else pack(encode(each.data)),
        }
        for each in bases
    ]
    tx.put(base, rows)


def find_bases(tx: Transaction, keys: Collection[str]) -> dict[str, Base]:
    """Return what these items are as syncd last wrote them; others' items have no base."""
    found: dict[str, Base] = {}
    for part in chunks(keys):
        rows = tx.execute(
            select(base).where(
                base.c.library_id == tx.library_id, base.c.item_key.in_(tx.listed(part))
            )
        )
        found.update((each.item_key, each) for each in _read_bases(tx, rows.all()))
    return found


def _read_bases(tx: Transaction, rows: Sequence[Any]) -> Iterator[Base]:
    made = _find_made(tx, [row.item_key for row in rows if row.data is None])
    for row in rows:
        data = made[row.item_key] if row.data is None else _unpack(row.data)
        yield Base(row.item_key, row.run_id, row.version, data)


def _find_made(tx: Transaction, keys: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """Return what these items were made of, when they were made last."""
    made: dict[str, Mapping[str, Any]] = {}
    for part in chunks(keys):
        rows = tx.execute(
            select(done.c.item_key, done.c.written)
            .where(
                done.c.library_id == tx.library_id,
                done.c.item_key.in_(tx.listed(part)),
                done.c.kind == KINDS[Create],
                done.c.outcome != "refused",
            )
            .order_by(done.c.done_id)
        )
        made.update((row.item_key, split_file(_unpack(row.written))[0]) for row in rows)
    return made


def find_notes(tx: Transaction, parents: Collection[str]) -> dict[str, dict[str, Base]]:
    """Return, by item, the notes that syncd hung below it, as it last wrote them.

    Those that were removed since are among them.
    """
    found: dict[str, dict[str, Base]] = {}
    for part in chunks(parents):
        rows = tx.execute(
            select(base, item.c.parent)
            .join(
                item,
                (item.c.library_id == base.c.library_id) & (item.c.item_key == base.c.item_key),
            )
            .where(base.c.library_id == tx.library_id, item.c.parent.in_(part))
        ).all()
        for row, each in zip(rows, _read_bases(tx, rows), strict=True):
            if each.data.get("itemType") == "note":
                found.setdefault(row.parent, {})[each.item_key] = each
    return found


def _unpack(kept: bytes) -> Mapping[str, Any]:
    """Return what is kept as JSON, packed or not."""
    data: Mapping[str, Any] = decode(unpack(kept))
    return data
