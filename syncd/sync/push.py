"""The outbox is carried out: each promised operation reaches the library once, or is held.

The order never varies: mark as sent, send, record the outcome. Whatever stops in between leaves
operations marked as sent, and those are looked up in the library before anything is sent again.
The library is never asked to write over a state that the plan has not seen: when it has moved on,
its changes are taken first and what has not been sent is decided again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from syncd.errors import (
    AccessDeniedError,
    ConflictError,
    OutcomeUnknownError,
    RejectedError,
    UnavailableError,
    UnreadError,
    UnsettledError,
)
from syncd.ledger import history, journal, mirror, outbox
from syncd.ledger.operations import dump_operation
from syncd.ledger.outbox import Pending
from syncd.ledger.store import LibraryLedger
from syncd.library import (
    Accepted,
    Create,
    Library,
    Pushed,
    StoreFile,
    Tracing,
    Update,
)
from syncd.record import ItemKey
from syncd.sync.batches import SILENCES, UNREAD, Batch, Order
from syncd.sync.beforehand import with_before
from syncd.sync.follow import Follower
from syncd.sync.pace import Pace
from syncd.sync.replan import Replanner, is_newer
from syncd.sync.settle import Recorder
from syncd.sync.storing import store
from syncd.system.clock import Pause
from syncd.system.heartbeat import checkpoint

_GUARDED_TRIES = 3
"""How often a single record is tried under guard in a library that never rests."""

_SMALL = 1 << 16
"""Characters: an operation of fewer is too large for no server, as one field may hold as many."""

_FIRST_PAUSE = timedelta(milliseconds=100)


class Pusher:
    """Carries out one library's outbox. `jitter` gives a factor around 1 for each pause."""

    def __init__(
        self,
        library: Library,
        ledger: LibraryLedger,
        follower: Follower,
        replanner: Replanner,
        pause: Pause,
        jitter: Callable[[], float],
        pace: Pace,
    ) -> None:
        self._library = library
        self._ledger = ledger
        self._follower = follower
        self._replanner = replanner
        self._pause = pause
        self._jitter = jitter
        self._recorder = Recorder(library, ledger)
        self._size = library.capabilities.batch_size
        """Records per batch; halved whenever the library turns out to be busy."""
        self._most = self._size
        """Operations per batch; halved while even one record is too large for a request."""
        self._refusals = 0
        self._silences = 0
        self._pace = pace
        self._order = Order(ledger, library.capabilities)
        self._why = ""
        """What was last said where one was refused alone and unread."""
        self.landed = 0
        """How many operations have had an outcome; it grows while the library gets on."""

    def push_all(self) -> None:
        """Carry out everything that is promised.

        Raises `UnavailableError` or `AccessDeniedError`; what was not done then stays promised.
        `UnsettledError` where all was tried and something still waits for its outcome.
        """
        self._why = ""
        self._silences = 0
        self._pace.begin()
        try:
            self._push_batches()
        finally:
            self._pace.end()
        self._expect_settled()

    def _push_batches(self) -> None:
        if self.look_up_sent():
            # What landed unheard has moved the library on, so a guard at the old version would
            # refuse the next batch.
            self._follower.refresh()
        self._order.begin()
        while batch := self._order.next_batch(self._most, self._size):
            checkpoint()
            if not self._decide_again(batch):
                self._push(batch)

    def _decide_again(self, batch: Batch) -> bool:
        """Check operations against what others did since; say whether any was changed."""
        if arrived := self._arrived(batch):
            landed = self._recorder.look(arrived)
            self.landed += landed
            if landed < len(arrived):
                # Some are gone again, and the mirror has to hear of it.
                self._forget_gone(arrived)
            return True
        if updated := self._late_updates(batch):
            landed = self._recorder.look(updated)
            self.landed += landed
            if landed:
                return True
        row = self._ledger.row()
        return self._replanner.decide_again(batch.operations, row.cursor, row.foreign_version)

    def _forget_gone(self, arrived: Sequence[Pending]) -> None:
        self._follower.refresh()
        self._follower.confirm({ItemKey(pending.item_key) for pending in arrived})

    def _arrived(self, batch: Batch) -> list[Pending]:
        """Return what was sent once, given up, and is there all the same: it landed late."""
        sent = [
            p for p in batch.operations if p.sent_at is not None and isinstance(p.operation, Create)
        ]
        if not sent:
            return []
        with self._ledger.read() as tx:
            known = mirror.find_items(tx, {p.item_key for p in sent})
        there = {key for key, item in known.items() if item.state != "deleted"}
        return [p for p in sent if p.item_key in there]

    def _late_updates(self, batch: Batch) -> list[Pending]:
        """Return changes of fields that were sent once and given up, of items changed since."""
        sent = [
            p for p in batch.operations if p.sent_at is not None and isinstance(p.operation, Update)
        ]
        if not sent:
            return []
        with self._ledger.read() as tx:
            known = mirror.find_items(tx, {p.item_key for p in sent})
        return [p for p in sent if is_newer(known.get(p.item_key), p.operation)]

    def look_up_sent(self) -> int:
        """Settle operations whose fate is unknown by looking; return how many had landed."""
        with self._ledger.read() as tx:
            sent = outbox.all_sent(tx)
        step = self._library.capabilities.batch_size * 2
        landed = sum(
            self._recorder.look(sent[start : start + step]) for start in range(0, len(sent), step)
        )
        self.landed += landed
        return landed

    def _push(self, batch: Batch) -> None:
        if isinstance(file := batch.operations[0].operation, StoreFile):
            self._store(batch, file)
            return
        guarded = batch.records > 1 or self._refusals < _GUARDED_TRIES
        expected = self._ledger.row().cursor if guarded else None
        noted = with_before(self._library, batch.operations, expected)
        batch = batch._replace(operations=noted)
        operations = [pending.operation for pending in batch.operations]
        note = self._library.prepare(operations) if isinstance(self._library, Tracing) else None
        with self._ledger.write() as tx:
            outbox.note_before(tx, batch.operations)
            ids = [p.operation_id for p in batch.operations]
            outbox.mark_sent(tx, ids, self._ledger.owner, note)
        try:
            answer = self._library.push(operations, expected=expected)
        except ConflictError as exc:
            self._take_back(batch)
            self._give_way(batch)
            if not guarded:
                # It went against no version, so the library cannot have moved on from it.
                self._mind_silence(str(exc))
        except RejectedError as exc:
            self._take_back(batch)
            self._shrink_or_hold(batch, exc)
        except OutcomeUnknownError as exc:
            self._look_after(batch, exc)
        except UnreadError as exc:
            self._take_back(batch)
            self._shrink_or_leave(batch, str(exc))
        except (UnavailableError, AccessDeniedError):
            self._take_back(batch)
            raise
        else:
            self._take_answer(batch, answer)

    def _store(self, batch: Batch, file: StoreFile) -> None:
        """Have a file stored; nothing of it depends on where the library stands."""
        with self._ledger.write() as tx:
            outbox.mark_sent(tx, [batch.operations[0].operation_id], self._ledger.owner)
        try:
            outcome = store(self._library, file)
        except OutcomeUnknownError as exc:
            self._look_after(batch, exc)
        except RejectedError as exc:
            self._take_back(batch)
            self._recorder.hold_refused(batch.operations, str(exc))
        except UnreadError as exc:
            self._take_back(batch)
            self._leave(batch, str(exc))
        except (UnavailableError, AccessDeniedError):
            self._take_back(batch)
            raise
        else:
            self._take_answer(batch, Pushed([outcome], None))

    def _take_back(self, batch: Batch) -> None:
        with self._ledger.write() as tx:
            outbox.mark_unsent(tx, batch.operations)

    def _take_answer(self, batch: Batch, answer: Pushed) -> None:
        self._refusals = 0
        self._size = min(self._size * 2, self._library.capabilities.batch_size)
        self._most = min(self._most * 2, self._library.capabilities.batch_size)
        settled = self._recorder.record(batch.operations, answer)
        self.landed += settled.landed
        self._pace.note(len(batch.operations))
        if settled.troubled:
            self._order.set_back(settled.troubled)
        if settled.troubled and not settled.landed:
            self._mind_silence("the library has trouble with everything it is sent")
        else:
            self._silences = 0
            self._order.note_success()
        if answer.library_version is None:
            self._follower.refresh()
            self._recorder.hold_twins(_under_given_keys(batch.operations, answer))

    def _give_way(self, batch: Batch) -> None:
        self._refusals += 1
        self._size = max(1, batch.records // 2)
        if batch.records == 1 and self._refusals > 1:
            self._pause(_FIRST_PAUSE * self._refusals * self._jitter())
        self._follower.refresh()

    def _shrink_or_hold(self, batch: Batch, error: RejectedError) -> None:
        if self._shrink(batch):
            return
        if error.too_large and len(batch.operations) > 1:
            # A work with many or long notes: they follow it in requests of their own.
            self._most = len(batch.operations) // 2
            return
        if error.too_large and _is_small(batch.operations[0]):
            self._leave(batch, str(error))
            return
        self._recorder.hold_refused(batch.operations, str(error))

    def _shrink_or_leave(self, batch: Batch, why: str) -> None:
        if not self._shrink(batch):
            self._leave(batch, why)

    def _shrink(self, batch: Batch) -> bool:
        """Send fewer records at a time: so it shows which of them it is, if not all."""
        if batch.records == 1:
            return False
        self._size = max(1, batch.records // 2)
        return True

    def _leave(self, batch: Batch, why: str) -> None:
        """Go on without what the library, or something before it, takes for no reason it gives."""
        self._why = why
        self._order.set_back(batch.operations)
        if not self._order.was_set_back(batch.operations):
            self._mind_silence(why, UNREAD)
            self._order.go_past(self._silences)

    def _look_after(self, batch: Batch, error: OutcomeUnknownError) -> None:
        """See what became of a batch whose answer was lost; the others go on meanwhile."""
        landed = self.look_up_sent()
        self._size = max(1, batch.records // 2)
        if landed:
            self._silences = 0
            self._follower.refresh()
            return
        self._mind_silence(str(error))

    def _mind_silence(self, why: str, most: int = SILENCES) -> None:
        """Leave a library alone for a while that has not got on several times in a row."""
        self._silences += 1
        if self._silences >= most:
            raise UnsettledError(why)

    def _expect_settled(self) -> None:
        with self._ledger.read() as tx:
            unknown = len(outbox.all_sent(tx))
            left = len(outbox.all_set_back(tx))
        if unknown:
            were = "operation was" if unknown == 1 else "operations were"
            raise UnsettledError(
                f"{unknown} {were} sent and not answered; the library may still carry that out, "
                "so it is looked for before it is sent again"
            )
        if left:
            told = f": {self._why}" if self._why else ""
            some = "operation" if left == 1 else "operations"
            raise UnsettledError(f"the library could not take {left} {some} for now{told}")


def _is_small(pending: Pending) -> bool:
    """Say whether an operation is so small that a server which calls it too large has trouble."""
    return len(json.dumps(dump_operation(pending.operation).payload)) < _SMALL


def _under_given_keys(operations: Sequence[Pending], answer: Pushed) -> list[Pending]:
    """Return the operations under the keys that the library gave what they made."""
    return [
        replace(pending, operation=pending.operation._replace(item_key=ItemKey(outcome.key)))
        if isinstance(outcome, Accepted) and isinstance(pending.operation, Create)
        else pending
        for pending, outcome in zip(operations, answer.outcomes, strict=True)
    ]


def end_finished_runs(ledger: LibraryLedger) -> list[int]:
    """Close every run of a library of which nothing is promised any more; return their numbers."""
    with ledger.write() as tx:
        finished = journal.open_runs(tx)
        for run_id in finished:
            # What a person asked for decides about no record; then it is told by what was done.
            counts = journal.count_decisions(tx, run_id)
            journal.end_run(tx, run_id, counts or history.count_done(tx.connection, run_id))
    return finished
