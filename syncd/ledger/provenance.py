"""Where items came from, and what became of each record of a file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from syncd.ledger.instants import parse_instant
from syncd.ledger.journal import read_record
from syncd.ledger.statements import chunks
from syncd.ledger.tables import done, export, hold, record, run
from syncd.ledger.transaction import Transaction
from syncd.plan import PlannedRecord


class Decided(NamedTuple):
    """One decision on one record: when, by which run, for which export.

    `is_open` says that a question about it waits for a person.
    """

    record_id: int
    run_id: int
    library_id: int
    export_id: int
    decided_at: datetime
    planned: PlannedRecord
    is_open: bool = False


def decided_about(tx: Transaction, keys: Collection[str]) -> list[Decided]:
    """Return every decision that named one of these items, in the order of the runs."""
    found: list[Decided] = []
    for part in chunks(keys):
        query = _DECIDED.where(
            record.c.library_id == tx.library_id, record.c.item_key.in_(part)
        ).order_by(record.c.record_id)
        found += [_read(row) for row in tx.execute(query)]
    return sorted(found, key=lambda each: each.record_id)


def decided_of_exports(connection: Connection, export_ids: Sequence[int]) -> list[Decided]:
    """Return the newest decision on each record of these exports, for each library."""
    newest: dict[tuple[int, int, int], Decided] = {}
    for part in chunks(export_ids):
        query = _DECIDED.where(record.c.export_id.in_(part)).order_by(record.c.record_id)
        for row in connection.execute(query):
            newest[row.library_id, row.export_id, row.position] = _read(row)
    return list(newest.values())


_OPEN = (
    select(hold.c.hold_id)
    .where(hold.c.record_id == record.c.record_id, hold.c.answer.is_(None))
    .exists()
)
_DECIDED = select(record, run.c.started_at, _OPEN.label("is_open")).join(
    run, run.c.run_id == record.c.run_id
)


def _read(row: Any) -> Decided:
    return Decided(
        row.record_id,
        row.run_id,
        row.library_id,
        row.export_id,
        parse_instant(row.started_at),
        read_record(row),
        bool(row.is_open),
    )


def items_of_run(connection: Connection, run_id: int) -> list[str]:
    """Return the items that a run decided about or did something to."""
    named = connection.execute(
        select(record.c.item_key)
        .where(record.c.run_id == run_id, record.c.item_key.is_not(None))
        .order_by(record.c.record_id)
    ).scalars()
    changed = connection.execute(
        select(done.c.item_key)
        .where(done.c.run_id == run_id, done.c.kind.not_like("%collection"))
        .order_by(done.c.done_id)
    ).scalars()
    return list(dict.fromkeys([*named, *changed]))


def exports_of_run(connection: Connection, run_id: int) -> list[int]:
    """Return the exports of which a run decided about records."""
    rows = connection.execute(
        select(record.c.export_id).distinct().where(record.c.run_id == run_id)
    ).scalars()
    return sorted(rows)


def exports_called(connection: Connection, name: str) -> list[int]:
    """Return the exports that had this file name when they were dropped."""
    wanted = PurePath(name).name
    rows = connection.execute(
        select(export.c.export_id).where(export.c.name == wanted.encode("utf-8", "surrogateescape"))
    ).scalars()
    # A member of a container is called by its own name; the container's stands in its records.
    within = connection.execute(
        select(record.c.export_id).distinct().where(record.c.file.contains(wanted, autoescape=True))
    ).scalars()
    named = [each for each in within if _is_called(connection, each, wanted)]
    return sorted({*rows, *named})


def _is_called(connection: Connection, export_id: int, name: str) -> bool:
    query = select(record.c.file).where(record.c.export_id == export_id).limit(1)
    file = connection.execute(query).scalar_one()
    return name in PurePath(file).parts


def names_of_exports(connection: Connection, export_ids: Sequence[int]) -> dict[int, str]:
    """Return by which names exports were dropped."""
    found: dict[int, str] = {}
    for part in chunks(export_ids):
        rows = connection.execute(
            select(export.c.export_id, export.c.name).where(export.c.export_id.in_(part))
        )
        found.update((row.export_id, row.name.decode("utf-8", "replace")) for row in rows)
    return found


def exports_with(connection: Connection, sha256: str) -> list[int]:
    """Return the export that has this content, if it was ever dropped."""
    query = select(export.c.export_id).where(export.c.sha256 == sha256)
    return list(connection.execute(query).scalars())
