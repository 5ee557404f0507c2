"""What was done to a library, operation by operation, and what syncd last wrote to each item.

DONE  an operation after its outcome: what was written, and what stood there before
BASE  an item's data as syncd last wrote it and the library took it: what differs from it since
      was changed by somebody else
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select

from syncd.ledger.statements import chunks
from syncd.ledger.tables import base, done
from syncd.plan import KnownItem, OperationKind


class Done(NamedTuple):
    """One operation that has its outcome.

    `outcome` is accepted, unchanged or refused; `version` the item's version afterwards, None
    where it was refused. `before` is where the item stood, None where there was none.
    """

    run_id: int
    record_id: int | None
    kind: OperationKind
    item_key: str
    outcome: str
    version: int | None
    written: Mapping[str, Any]
    before: Mapping[str, Any] | None


class Base(NamedTuple):
    """An item as syncd last wrote it: its key, the run, the version it had then, and its data."""

    item_key: str
    run_id: int
    version: int
    data: Mapping[str, Any]


def state_before(item: KnownItem | None) -> dict[str, Any] | None:
    """Return what the mirror knows of an item, as `done.before` keeps it."""
    if item is None:
        return None
    return {
        "state": item.state,
        "version": item.version,
        "collections": sorted(item.collections),
    }


def add_done(connection: Connection, library_id: int, operations: Sequence[Done], now: str) -> None:
    """Keep operations after their outcome."""
    rows = [
        {
            "library_id": library_id,
            "run_id": each.run_id,
            "record_id": each.record_id,
            "kind": each.kind.value,
            "item_key": each.item_key,
            "outcome": each.outcome,
            "version": each.version,
            "written": _pack(each.written),
            "before": json.dumps(each.before) if each.before is not None else None,
            "done_at": now,
        }
        for each in operations
    ]
    for part in chunks(rows):
        connection.execute(insert(done), part)


def done_in_run(connection: Connection, run_id: int) -> list[Done]:
    """Return what a run did, in the order in which it was done."""
    rows = connection.execute(select(done).where(done.c.run_id == run_id).order_by(done.c.done_id))
    return [
        Done(
            run_id=row.run_id,
            record_id=row.record_id,
            kind=OperationKind(row.kind),
            item_key=row.item_key,
            outcome=row.outcome,
            version=row.version,
            written=_unpack(row.written),
            before=json.loads(row.before) if row.before is not None else None,
        )
        for row in rows
    ]


def set_bases(connection: Connection, library_id: int, bases: Sequence[Base]) -> None:
    """Remember what these items are as syncd wrote them, in place of what it wrote before."""
    newest = {each.item_key: each for each in bases}
    for part in chunks(list(newest.values())):
        keys = [each.item_key for each in part]
        connection.execute(
            delete(base).where(base.c.library_id == library_id, base.c.item_key.in_(keys))
        )
        connection.execute(
            insert(base),
            [
                {
                    "library_id": library_id,
                    "item_key": each.item_key,
                    "run_id": each.run_id,
                    "version": each.version,
                    "data": _pack(each.data),
                }
                for each in part
            ],
        )


def find_bases(connection: Connection, library_id: int, keys: Collection[str]) -> dict[str, Base]:
    """Return what these items are as syncd last wrote them; others' items have no base."""
    found: dict[str, Base] = {}
    for part in chunks(keys):
        rows = connection.execute(
            select(base).where(base.c.library_id == library_id, base.c.item_key.in_(part))
        )
        for row in rows:
            found[row.item_key] = Base(row.item_key, row.run_id, row.version, _unpack(row.data))
    return found


def _pack(data: Mapping[str, Any]) -> bytes:
    text = json.dumps(data, ensure_ascii=False)
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def _unpack(packed: bytes) -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads(zlib.decompress(packed).decode("utf-8", "surrogatepass"))
    return data
