"""The outbox is carried out: each promised operation reaches the library once, or is held.

The order never varies: mark as sent, send, record the outcome. Whatever stops in between leaves
operations marked as sent, and those are looked up in the library before anything is sent again.
The library is never asked to write over a state that the plan has not seen: when it has moved on,
its changes are taken first and what has not been sent is decided again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple

from syncd.errors import (
    ConflictError,
    OutcomeUnknownError,
    RejectedError,
    UnavailableError,
)
from syncd.ledger import journal, outbox
from syncd.ledger.outbox import Pending
from syncd.ledger.store import Ledger
from syncd.library import Library, Pushed
from syncd.plan import OperationKind
from syncd.sync.follow import Follower
from syncd.sync.replan import Replanner
from syncd.sync.settle import Recorder
from syncd.system.clock import Pause
from syncd.system.heartbeat import checkpoint

_GUARDED_TRIES = 3
"""How often a single record is tried under guard in a library that never rests."""

_FIRST_PAUSE = timedelta(milliseconds=100)


class Batch(NamedTuple):
    """Operations that are sent together."""

    operations: list[Pending]
    records: int


class Pusher:
    """Carries out one library's outbox. `jitter` gives a factor around 1 for each pause."""

    def __init__(
        self,
        library: Library,
        ledger: Ledger,
        library_id: int,
        follower: Follower,
        replanner: Replanner,
        pause: Pause,
        jitter: Callable[[], float],
    ) -> None:
        self._library = library
        self._ledger = ledger
        self._library_id = library_id
        self._follower = follower
        self._replanner = replanner
        self._pause = pause
        self._jitter = jitter
        self._recorder = Recorder(library, ledger, library_id)
        self._size = library.capabilities.batch_size
        """Records per batch; halved whenever the library turns out to be busy."""
        self._most = self._size
        """Operations per batch; halved while even one record is too large for a request."""
        self._refusals = 0

    def push_all(self) -> None:
        """Carry out everything that is promised.

        Raises `UnavailableError` or `AccessDeniedError`; what was not done then stays promised.
        """
        if self.look_up_sent():
            # What landed unheard has moved the library on, so a guard at the old version would
            # refuse the next batch.
            self._follower.refresh()
        while batch := self._next_batch():
            checkpoint()
            if self._decide_again(batch):
                continue
            self._push(batch)

    def _decide_again(self, batch: Batch) -> bool:
        """Check operations against what others did since; say whether any was changed."""
        row = self._follower.row()
        return self._replanner.decide_again(batch.operations, row.cursor, row.foreign_version)

    def look_up_sent(self) -> int:
        """Settle operations whose fate is unknown by looking; return how many had landed."""
        landed = 0
        while sent := self._read("sent"):
            landed += self._recorder.look(sent)
        return landed

    def _read(self, state: str) -> list[Pending]:
        limit = self._library.capabilities.batch_size * 2
        with self._ledger.read() as connection:
            return outbox.next_operations(connection, self._library_id, state, limit)

    def _next_batch(self) -> Batch | None:
        waiting = self._read("planned")
        return cut_batch(waiting, self._most, self._size)

    def _push(self, batch: Batch) -> None:
        guarded = batch.records > 1 or self._refusals < _GUARDED_TRIES
        self._mark(batch, "sent")
        try:
            answer = self._library.push(
                [pending.to_operation() for pending in batch.operations],
                expected=self._follower.row().cursor if guarded else None,
            )
        except ConflictError:
            self._mark(batch, "planned")
            self._give_way(batch)
        except RejectedError as exc:
            self._mark(batch, "planned")
            self._shrink_or_hold(batch, exc)
        except OutcomeUnknownError as exc:
            self._look_after(batch, exc)
        except UnavailableError:
            self._mark(batch, "planned")
            raise
        else:
            self._take_answer(batch, answer)

    def _mark(self, batch: Batch, state: str) -> None:
        with self._ledger.write() as connection:
            outbox.set_state(connection, [p.operation_id for p in batch.operations], state)

    def _take_answer(self, batch: Batch, answer: Pushed) -> None:
        self._refusals = 0
        self._size = min(self._size * 2, self._library.capabilities.batch_size)
        self._most = min(self._most * 2, self._library.capabilities.batch_size)
        self._recorder.record(batch.operations, answer)
        if answer.library_version is None:
            self._follower.refresh()
            self._recorder.hold_twins(batch.operations)

    def _give_way(self, batch: Batch) -> None:
        self._refusals += 1
        self._size = max(1, batch.records // 2)
        if batch.records == 1 and self._refusals > 1:
            self._pause(_FIRST_PAUSE * self._refusals * self._jitter())
        self._follower.refresh()

    def _shrink_or_hold(self, batch: Batch, error: RejectedError) -> None:
        if batch.records > 1:
            # Which of them it is, if not all, shows when fewer go at a time.
            self._size = max(1, batch.records // 2)
            return
        if error.too_large and len(batch.operations) > 1:
            # A work with many or long notes: they follow it in requests of their own.
            self._most = len(batch.operations) // 2
            return
        self._recorder.hold_refused(batch.operations, str(error))

    def _look_after(self, batch: Batch, error: OutcomeUnknownError) -> None:
        landed = self.look_up_sent()
        self._size = max(1, batch.records // 2)
        if not landed:
            raise UnavailableError(str(error)) from error
        self._follower.refresh()


def cut_batch(waiting: Sequence[Pending], operations: int, records: int) -> Batch | None:
    """Return the longest beginning of `waiting` that may be sent together, or None if it is empty.

    A record's operations stay together if they fit at all; collections go before, and apart.
    """
    if not waiting:
        return None
    first = waiting[0]
    if first.kind is OperationKind.CREATE_COLLECTION:
        collections = [p for p in waiting if p.kind is OperationKind.CREATE_COLLECTION]
        return Batch(collections[:operations], 1)
    batch: list[Pending] = []
    taken = 0
    for group in _groups(waiting):
        if batch and (taken == records or len(batch) + len(group) > operations):
            break
        batch += group[:operations]
        taken += 1
    return Batch(batch, taken)


def _groups(waiting: Sequence[Pending]) -> list[list[Pending]]:
    groups: list[list[Pending]] = []
    for pending in waiting:
        if groups and groups[-1][0].record_id == pending.record_id:
            groups[-1].append(pending)
        else:
            groups.append([pending])
    return groups


def end_finished_runs(ledger: Ledger, library_id: int) -> None:
    """Close every run of a library of which nothing is promised any more."""
    with ledger.write() as connection:
        for run_id in journal.open_runs(connection, library_id):
            counts = journal.count_decisions(connection, run_id)
            journal.end_run(connection, run_id, counts, ledger.now())
