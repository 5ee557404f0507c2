"""Operations we have promised to carry out, on disk until each has an outcome.

PLANNED  written down, not sent; may still be decided again
SENT     handed to the library; its fate is unknown until an answer, or a look, settles it
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select, update

from syncd.ledger.statements import chunks
from syncd.ledger.tables import outbox
from syncd.library import (
    AddToCollection,
    CollectionKey,
    Create,
    CreateCollection,
    Operation,
    Restore,
    Trash,
)
from syncd.plan import OperationKind, PlannedOperation
from syncd.record import ItemKey

MAPPING_VERSION = 1
"""Raised when the same entry would become another item; written beside each payload."""


DECIDE_AGAIN = -1
"""A `planned_version` older than any library: the operation is decided again before it is sent."""


_MAKING = (OperationKind.CREATE.value, OperationKind.CREATE_COLLECTION.value)
"""Operations that make something under their key."""


@dataclass(frozen=True, slots=True)
class Pending:
    """One row of the outbox."""

    operation_id: int
    run_id: int
    record_id: int | None
    kind: OperationKind
    item_key: str
    ordinal: int
    base_version: int | None
    planned_version: int
    payload: Mapping[str, Any]
    attempts: int

    @property
    def is_main(self) -> bool:
        """Whether this is the record's own operation rather than one of its children's."""
        return "parentItem" not in self.payload

    def to_operation(self) -> Operation:
        """Return the operation as a library takes it."""
        key = ItemKey(self.item_key)
        match self.kind:
            case OperationKind.CREATE:
                return Create(key, self.payload)
            case OperationKind.COLLECT:
                return AddToCollection(
                    key,
                    self.base_version or 0,
                    tuple(CollectionKey(value) for value in self.payload["collections"]),
                    tuple(self.payload["tags"]),
                )
            case OperationKind.RESTORE:
                return Restore(key, self.base_version or 0)
            case OperationKind.TRASH:
                return Trash(key, self.base_version or 0)
            case OperationKind.CREATE_COLLECTION:
                parent = self.payload["parent"]
                return CreateCollection(
                    CollectionKey(self.item_key),
                    self.payload["name"],
                    CollectionKey(parent) if parent else None,
                )


def add_operations(
    connection: Connection,
    library_id: int,
    run_id: int,
    planned: Sequence[tuple[int | None, str, PlannedOperation]],
    planned_version: int,
) -> None:
    """Promise operations, each with its record's number and reason, in the order of sending."""
    rows = [
        {
            "library_id": library_id,
            "run_id": run_id,
            "record_id": record_id,
            "kind": operation.kind.value,
            "item_key": operation.item_key,
            "ordinal": operation.ordinal,
            "base_version": operation.base_version,
            "planned_version": planned_version,
            "payload": json.dumps(operation.payload, ensure_ascii=False),
            "mapping": MAPPING_VERSION,
            "reason": reason,
            "attempts": 0,
            "state": "planned",
        }
        for record_id, reason, operation in planned
    ]
    for part in chunks(rows):
        connection.execute(insert(outbox), part)


def next_operations(
    connection: Connection, library_id: int, state: str, limit: int
) -> list[Pending]:
    """Return the first operations in this state, in the order of sending."""
    rows = connection.execute(
        select(outbox)
        .where(outbox.c.library_id == library_id, outbox.c.state == state)
        .order_by(
            # Collections first: one that had to be made anew has a later number than its items.
            case((outbox.c.kind == OperationKind.CREATE_COLLECTION.value, 0), else_=1),
            outbox.c.operation_id,
        )
        .limit(limit)
    )
    return [_read(row) for row in rows]


def operations_of_record(connection: Connection, record_id: int) -> list[Pending]:
    """Return what is still promised for a record."""
    rows = connection.execute(
        select(outbox).where(outbox.c.record_id == record_id).order_by(outbox.c.operation_id)
    )
    return [_read(row) for row in rows]


def operations_in(connection: Connection, library_id: int, collection: str) -> list[Pending]:
    """Return what is promised to be put into a collection, or below it."""
    rows = connection.execute(
        select(outbox)
        .where(outbox.c.library_id == library_id, outbox.c.payload.contains(f'"{collection}"'))
        .order_by(outbox.c.operation_id)
    )
    return [_read(row) for row in rows]


def _read(row: Any) -> Pending:
    return Pending(
        operation_id=row.operation_id,
        run_id=row.run_id,
        record_id=row.record_id,
        kind=OperationKind(row.kind),
        item_key=row.item_key,
        ordinal=row.ordinal,
        base_version=row.base_version,
        planned_version=row.planned_version,
        payload=json.loads(row.payload),
        attempts=row.attempts,
    )


def find_keys(connection: Connection, library_id: int, keys: Collection[str]) -> set[str]:
    """Return those of the keys under which something is promised."""
    found: set[str] = set()
    for part in chunks(keys):
        rows = connection.execute(
            select(outbox.c.item_key).where(
                outbox.c.library_id == library_id,
                outbox.c.item_key.in_(part),
                outbox.c.kind.in_(_MAKING),
            )
        )
        found.update(rows.scalars())
    return found


def count_operations(connection: Connection, library_id: int) -> int:
    """Return how many operations of a library have no outcome yet."""
    return connection.execute(
        select(func.count()).select_from(outbox).where(outbox.c.library_id == library_id)
    ).scalar_one()


def set_state(connection: Connection, operation_ids: Collection[int], state: str) -> None:
    """Say that operations are about to be sent, or are known not to have landed."""
    for part in chunks(operation_ids):
        connection.execute(
            update(outbox).where(outbox.c.operation_id.in_(part)).values(state=state)
        )


def remove(connection: Connection, operation_ids: Collection[int]) -> None:
    """Take operations out: each has its outcome."""
    for part in chunks(operation_ids):
        connection.execute(delete(outbox).where(outbox.c.operation_id.in_(part)))


def change(connection: Connection, operation_id: int, **values: Any) -> None:
    """Change what is promised: key, payload, base version, state or number of attempts."""
    if "payload" in values:
        values["payload"] = json.dumps(values["payload"], ensure_ascii=False)
    connection.execute(update(outbox).where(outbox.c.operation_id == operation_id).values(**values))


def decide_all_again(connection: Connection, library_id: int) -> None:
    """Say that nothing which waits for a library is to be sent before it was decided again."""
    connection.execute(
        update(outbox).where(outbox.c.library_id == library_id).values(planned_version=DECIDE_AGAIN)
    )


def set_planned_version(
    connection: Connection, operation_ids: Collection[int], version: int
) -> None:
    """Say that operations were decided again against the library at this version."""
    for part in chunks(operation_ids):
        connection.execute(
            update(outbox).where(outbox.c.operation_id.in_(part)).values(planned_version=version)
        )
