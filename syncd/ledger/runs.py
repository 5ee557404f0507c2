"""Runs by their numbers: what each was, which takes back which, and lists of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from syncd.ledger.instants import find_instant, parse_instant
from syncd.ledger.statements import chunks
from syncd.ledger.tables import delivery, export, library, outbox, record, run


class RunRow(NamedTuple):
    """One run. `undoes` is the run that it takes back; `ended_at` None: something waits of it."""

    run_id: int
    library_id: int
    identity: str
    title: str
    reason: str
    started_at: datetime
    ended_at: datetime | None
    counts: Mapping[str, int]
    undoes: int | None


def find_run(connection: Connection, run_id: int) -> RunRow | None:
    """Return a run; None if there is none of this number."""
    row = connection.execute(_RUNS.where(run.c.run_id == run_id)).one_or_none()
    return _read(row) if row else None


def list_runs(
    connection: Connection,
    *,
    last: int | None = None,
    before: int | None = None,
    identities: Collection[str] | None = None,
) -> list[RunRow]:
    """Return runs, newest first: at most `last` of them, of those numbered below `before`.

    `identities` are the libraries that they may be about.
    """
    query = _RUNS.order_by(run.c.run_id.desc())
    if before is not None:
        query = query.where(run.c.run_id < before)
    if identities is not None:
        query = query.where(library.c.identity.in_(identities))
    if last is not None:
        query = query.limit(last)
    return [_read(row) for row in connection.execute(query)]


_RUNS = select(run, library.c.identity, library.c.title).join(library)


def _read(row: Any) -> RunRow:
    return RunRow(
        row.run_id,
        row.library_id,
        row.identity,
        row.title,
        row.reason,
        parse_instant(row.started_at),
        find_instant(row.ended_at),
        json.loads(row.counts),
        row.undoes,
    )


def files_of(connection: Connection, run_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the names of the exports that each run delivered, or decided about."""
    names: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for part in chunks(run_ids):
        for row in connection.execute(
            select(delivery.c.run_id, export.c.name)
            .join(export)
            .where(delivery.c.run_id.in_(part))
            .order_by(delivery.c.export_id)
        ):
            names[row.run_id][row.name.decode("utf-8", "surrogateescape")] = None
        # A file that was named by hand before has its delivery with the run that first read it.
        missing = [run_id for run_id in part if run_id not in names]
        for row in connection.execute(
            select(record.c.run_id, export.c.name)
            .distinct()
            .join(export, export.c.export_id == record.c.export_id)
            .where(record.c.run_id.in_(missing))
        ):
            names[row.run_id][row.name.decode("utf-8", "surrogateescape")] = None
    return {run_id: list(found) for run_id, found in names.items()}


def count_waiting(connection: Connection, run_id: int) -> int:
    """Return how many operations of a run have no outcome yet."""
    query = select(func.count()).select_from(outbox).where(outbox.c.run_id == run_id)
    return int(connection.execute(query).scalar_one())


def find_undo(connection: Connection, run_id: int) -> int | None:
    """Return the run by which this one is taken back now; None where it stands."""
    later = connection.execute(
        select(run.c.run_id).where(run.c.undoes == run_id).order_by(run.c.run_id.desc())
    ).scalars()
    return next((each for each in later if find_undo(connection, each) is None), None)


def find_root(connection: Connection, run_id: int) -> int | None:
    """Return the run that an undo, or an undo of undos, is about; None for any other run."""
    undoes = connection.execute(select(run.c.undoes).where(run.c.run_id == run_id)).scalar()
    return None if undoes is None else find_root(connection, undoes) or int(undoes)


def does_again(connection: Connection, run_id: int) -> bool:
    """Say whether taking this run back does again what another has taken back."""
    undoes = connection.execute(select(run.c.undoes).where(run.c.run_id == run_id)).scalar()
    return undoes is not None and not does_again(connection, undoes)


def undone_by(connection: Connection, run_ids: Collection[int]) -> dict[int, int]:
    """Return, for those of the runs that take back another, which one that is."""
    found: dict[int, int] = {}
    for part in chunks(run_ids):
        rows = connection.execute(
            select(run.c.run_id, run.c.undoes).where(
                run.c.run_id.in_(part), run.c.undoes.is_not(None)
            )
        )
        found.update((row.run_id, row.undoes) for row in rows)
    return found
