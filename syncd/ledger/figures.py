"""What the ledger has counted since it began, for monitoring; each look costs little."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, func, select

from syncd.ledger.instants import find_instant, parse_instant
from syncd.ledger.store import Ledger
from syncd.ledger.tables import done, library, outbox, record, run


@dataclass(slots=True)
class LibraryTally:
    """One library's counts. `decisions` are records of runs that have ended, by decision."""

    known_as: str
    reconciled_at: datetime | None = None
    decisions: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    run_time: timedelta = timedelta()
    waiting_since: datetime | None = None
    """When the oldest run began of which something has no outcome yet."""


class Tally:
    """Counts over the whole ledger, read again at each look as far as they can have changed."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._outcomes: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._counted = 0

    def look(self) -> list[LibraryTally]:
        """Return how the libraries stand. Raises `LedgerError`."""
        with self._ledger.read() as connection:
            tallies = {
                row.library_id: LibraryTally(row.known_as or "", find_instant(row.reconciled_at))
                for row in connection.execute(select(library))
            }
            self._count_outcomes(connection)
            for number, outcomes in self._outcomes.items():
                tallies[number].outcomes = Counter(outcomes)
            for row in connection.execute(_RUNS):
                _add_run(tallies[row.library_id], row)
            for row in connection.execute(_WAITING):
                tallies[row.library_id].waiting_since = find_instant(row.since)
        return list(tallies.values())

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


# A run that decides about no record, such as an undo, counts its operations in the same place.
_RUNS = select(run).where(
    run.c.ended_at.is_not(None), exists().where(record.c.run_id == run.c.run_id)
)
_WAITING = (
    select(outbox.c.library_id, func.min(run.c.started_at).label("since"))
    .join(run, run.c.run_id == outbox.c.run_id)
    .group_by(outbox.c.library_id)
)


def _add_run(tally: LibraryTally, row: Any) -> None:
    tally.decisions.update(json.loads(row.counts))
    tally.runs += 1
    took = parse_instant(row.ended_at) - parse_instant(row.started_at)
    tally.run_time += max(took, timedelta())
