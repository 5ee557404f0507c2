"""What the ledger has counted since it began, for monitoring; each look costs little."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, func, select

from syncd.ledger.instants import find_instant, parse_instant
from syncd.ledger.store import Ledger
from syncd.ledger.tables import done, library, outbox, record, request_count, run
from syncd.ledger.transaction import Transaction


@dataclass(slots=True)
class LibraryTally:
    """One library's counts. `decisions` are records of runs that have ended, by decision."""

    known_as: str
    reconciled_at: datetime | None = None
    decisions: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    """To its server, by the status of the answer."""
    runs: int = 0
    run_time: timedelta = timedelta()
    waiting_since: datetime | None = None
    """When the oldest run began of which something has no outcome yet."""


@dataclass(slots=True)
class _Runs:
    """What the runs of a library come to."""

    decisions: Counter[str] = field(default_factory=Counter)
    number: int = 0
    time: timedelta = timedelta()


def count_requests(tx: Transaction, requests: Mapping[str, int]) -> None:
    """Note how often a library was asked: so many requests more, by the status of the answer."""
    rows = [
        {"library_id": tx.library_id, "status": status, "times": times}
        for status, times in requests.items()
    ]
    statement = tx.insert(request_count)
    more = request_count.c.times + statement.excluded.times
    keys = [column.name for column in request_count.primary_key]
    tx.execute(statement.on_conflict_do_update(index_elements=keys, set_={"times": more}), rows)


class Tally:
    """Counts over the whole ledger; what cannot have changed since the last look is kept."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._outcomes: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._counted = 0
        self._runs: defaultdict[int, _Runs] = defaultdict(_Runs)
        self._runs_ended = 0

    def look(self) -> list[LibraryTally]:
        """Return how the libraries stand. Raises `LedgerError`."""
        with self._ledger.read() as connection:
            self._count_outcomes(connection)
            self._count_runs(connection)
            requests: defaultdict[int, Counter[str]] = defaultdict(Counter)
            for row in connection.execute(select(request_count)):
                requests[row.library_id][row.status] = row.times
            waiting = {row.library_id: row.since for row in connection.execute(_WAITING)}
            return [
                self._tally(row, requests[row.library_id], waiting.get(row.library_id))
                for row in connection.execute(select(library))
            ]

    def _tally(self, row: Any, requests: Counter[str], waiting_since: str | None) -> LibraryTally:
        runs = self._runs[row.library_id]
        return LibraryTally(
            row.known_as or "",
            find_instant(row.reconciled_at),
            Counter(runs.decisions),
            Counter(self._outcomes[row.library_id]),
            requests,
            runs.number,
            runs.time,
            find_instant(waiting_since),
        )

    def _count_outcomes(self, connection: Connection) -> None:
        # Rows are only ever added; those that were counted are not read again.
        newest = connection.execute(select(func.max(done.c.done_id))).scalar_one() or 0
        for row in connection.execute(
            select(done.c.library_id, done.c.outcome, func.count().label("times"))
            .where(done.c.done_id > self._counted, done.c.done_id <= newest)
            .group_by(done.c.library_id, done.c.outcome)
        ):
            self._outcomes[row.library_id][row.outcome] += row.times
        self._counted = newest

    def _count_runs(self, connection: Connection) -> None:
        # A run that has ended stays as it is, but they do not end in their order.
        ended = connection.execute(select(func.count(run.c.ended_at))).scalar_one()
        if ended == self._runs_ended:
            return
        counted: defaultdict[int, _Runs] = defaultdict(_Runs)
        for row in connection.execute(_RUNS):
            runs = counted[row.library_id]
            runs.decisions.update(json.loads(row.counts))
            runs.number += 1
            took = parse_instant(row.ended_at) - parse_instant(row.started_at)
            runs.time += max(took, timedelta())
        self._runs, self._runs_ended = counted, ended


# A run that decides about no record, such as an undo, counts its operations in the same place.
_RUNS = select(run).where(
    run.c.ended_at.is_not(None), exists().where(record.c.run_id == run.c.run_id)
)
_WAITING = (
    select(outbox.c.library_id, func.min(run.c.started_at).label("since"))
    .join(run, run.c.run_id == outbox.c.run_id)
    .group_by(outbox.c.library_id)
)
