"""One run told in order: follow the library, read, match, plan, write down the intent, push.

Everything a run needs to know it asks the ledger; everything it decides stands in the ledger
before it is sent. Killing it at any instruction loses nothing: `open` takes up what was left.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

from syncd.errors import (
    AccessDeniedError,
    Denial,
    LibraryError,
    UnavailableError,
    UnsettledError,
)
from syncd.ledger import holds, journal, outbox
from syncd.ledger.store import Ledger, LibraryLedger
from syncd.library import Description, Library, Noticing, StoredItem
from syncd.matching import DEFAULT_POLICY, Policy
from syncd.plan import Decision, Place, Plan, PlannedRecord
from syncd.record import ItemKey
from syncd.settings import NO_UPDATES, UpdateSettings
from syncd.sync.commit import promise
from syncd.sync.decided import Making
from syncd.sync.drafting import Drafter, tools_for
from syncd.sync.follow import Follower, Reading
from syncd.sync.guards import DEFAULT_LIMITS, GuardLimits, Guards
from syncd.sync.intake import Delivery, Intake
from syncd.sync.pace import Pace
from syncd.sync.push import Pusher, end_finished_runs
from syncd.sync.reconcile import ReconcileReport, Witness, report_on
from syncd.sync.replan import Replanner
from syncd.sync.request_count import RequestCount
from syncd.sync.restoring import Restorer, RestoreReport
from syncd.sync.review import Reviewer
from syncd.sync.standing import Figures, RunSummary
from syncd.sync.three_way import ThreeWay
from syncd.sync.undo import Undoer, UndoReport
from syncd.sync.unfinished import answer_questions
from syncd.sync.whereabouts import Whereabouts
from syncd.system.clock import Pause

log = logging.getLogger(__name__)

_LONGEST_PATIENCE = timedelta(days=1)
"""For longer no library is left alone, whatever it asks for."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Helpers:
    """What a run is given beside library and ledger: kinds of notes, waiting, chance, guards."""

    keep_notes: Collection[str]
    pause: Pause
    jitter: Callable[[], float]
    limits: GuardLimits = DEFAULT_LIMITS
    policy: Policy = DEFAULT_POLICY
    """How strictly works are told apart that are decided again: as the strictest folder wants."""
    places: Mapping[bytes, Place] = field(default_factory=dict)
    """What drop folders ask for, by path: for records that a person has made after all."""
    updates: UpdateSettings = NO_UPDATES
    adapter: str | None = None
    """The name of what made the library, where it is configured."""


def _named(
    method: Callable[Concatenate[LibraryRun, _P], _T],
) -> Callable[Concatenate[LibraryRun, _P], _T]:
    """Let every library error that leaves the method say which library it is about.

    How often the library was asked is noted at the end.
    """

    @wraps(method)
    def call(run: LibraryRun, /, *args: _P.args, **named: _P.kwargs) -> _T:
        with run.requests:
            try:
                return method(run, *args, **named)
            except LibraryError as error:
                error.library = error.library or run.name
                raise

    return call


class LibraryRun:
    """The work on one library, used by one thread.

    Others may ask `is_known`, `was_read` and `figures`, and `resume` a library that was met.
    """

    def __init__(
        self,
        name: str,
        library: Library,
        ledger: Ledger,
        helpers: Helpers,
        others: Collection[tuple[str, str]] = (),
    ) -> None:
        """`others` says what else the configuration names: identities and where they are."""
        self.name = name
        self._library = library
        self._ledger = ledger
        self._helpers = helpers
        self._policy = helpers.policy
        self._pace = Pace(ledger.clock)
        self._completed: list[int] = []
        self._met: _Met | None = None
        self.requests = RequestCount(library, self._find_ledger)
        self._whereabouts = Whereabouts(name, library, ledger, others, helpers.adapter)

    # Opening

    @_named
    def open(self) -> None:
        """Meet the library and finish what an earlier syncd left promised.

        Raises `LibraryError` if the library cannot be worked with now.
        """
        self.meet()
        # What has no outcome yet keeps nothing else back; whoever delivers is told.
        self._push_what_can_be()
        for run_id in self._completed:
            told = {"run": run_id, "library": self.name}
            log.info("finished what an earlier syncd had left", extra=told)

    @_named
    def meet(self) -> Description:
        """Ask the library who it is, and change nothing."""
        description, ledger = self._whereabouts.meet()
        self._met = self._put_together(description, ledger)
        return description

    def _put_together(self, description: Description, ledger: LibraryLedger) -> _Met:
        guards = Guards(self.name, ledger, self._helpers.limits)
        follower = Follower(self._library, ledger, guards, self.name)
        three_way = ThreeWay(self._library, ledger, description.schema)
        replanner = Replanner(self._library, ledger, self._policy, three_way)
        pusher = Pusher(
            self._library,
            ledger,
            follower,
            replanner,
            self._helpers.pause,
            self._helpers.jitter,
            self._pace,
        )
        helpers = self._helpers
        tools = tools_for(self._library, description, helpers.keep_notes, helpers.updates)
        drafter = Drafter(self._library, ledger, follower, tools, three_way)
        return _Met(description, ledger, guards, follower, pusher, drafter)

    @property
    def _here(self) -> _Met:
        if self._met is None:
            raise LookupError(f"library {self.name} was not opened")
        return self._met

    @property
    def description(self) -> Description:
        """Who the library is. Raises `LookupError` before `open` has met it."""
        return self._here.description

    def close(self) -> None:
        """Let go of the library."""
        self._library.close()

    # Following the library

    @_named
    def refresh(self) -> int:
        """Take the library's changes into the mirror; return how many items they concern."""
        return self._here.follower.refresh()

    @_named
    def resume(self, *, as_new: bool = False) -> None:
        """Go on after a guard stopped this library; the next run passes the guards.

        A library that was last seen elsewhere is taken for the same, or, `as_new`, for another;
        a copy of one gets an identity of its own.
        """
        if self._met is None or as_new:
            self._whereabouts.settle(as_new=as_new)
            self.meet()
        here = self._here
        here.guards.let_pass(here.ledger.row())

    @_named
    def allow(self) -> None:
        """Let the next run pass the guards, whatever it comes to."""
        if self._met is None:
            self.meet()
        here = self._here
        here.guards.let_pass(here.ledger.row(), ahead=True)

    def read_items(self, keys: Sequence[ItemKey]) -> Sequence[StoredItem]:
        """Read items as they are in the library now, and change nothing."""
        self.meet()
        return self._library.get(keys)

    # The run

    def is_known(self, sha256: str, folder: bytes) -> bool:
        """Say whether this content from this folder was delivered before.

        A library that was not met yet knows nothing; `deliver` asks again.
        """
        if self._met is None:
            return False
        with self._met.ledger.read() as tx:
            return journal.is_delivered(tx, sha256, folder)

    def was_read(self, sha256: str) -> bool:
        """Say whether records of this content were ever written down, from wherever it came."""
        if self._met is None:
            return False
        with self._met.ledger.read() as tx:
            return journal.is_read(tx, sha256)

    @_named
    def deliver(self, deliveries: Sequence[Delivery], reason: str) -> RunSummary:
        """Bring the records of these exports into the library; return what became of them.

        Raises `LibraryError`, which names the run where one was begun; what was promised by then
        is carried out by `push_pending`. What waits for its outcome raises nothing.
        """
        self._ask_again_if_read_only()
        here = self._here
        here.guards.expect_running(here.ledger.row())
        if not self.description.writable:
            told = self.description.access or "the library may only be read"
            denial = self.description.denial or Denial.READ_ONLY
            raise AccessDeniedError(told, denial=denial)
        with self._patiently():
            self.refresh()
        # What still waits is known to planning; it keeps nothing else back.
        waiting = self._push_what_can_be()
        fresh: list[Delivery] = []
        known: list[Delivery] = []
        for delivery in deliveries:
            (known if self._was_delivered(delivery) else fresh).append(delivery)
        summary = (
            self._deliver(fresh, reason) if fresh else RunSummary(None, {}, {}, waiting=waiting)
        )
        here.guards.raise_again(here.ledger.row())
        return replace(summary, unusable={**self._still_unusable(known), **summary.unusable})

    def _deliver(self, fresh: Sequence[Delivery], reason: str) -> RunSummary:
        here = self._here
        with self._patiently():
            reading, plan = here.drafter.draft(fresh)
        row = here.ledger.row()
        here.guards.mind_plan(row, plan.intents)
        run_id = promise(here.ledger, row.cursor, fresh, reading, plan, reason)
        told = {"run": run_id, "library": self.name}
        log.info("planned %s", reason, extra={**told, "records": len(plan.intents)})
        try:
            waiting = self._push_what_can_be()
            if answer_questions(
                here.ledger, self._policy, self.reviewer(), reading.incoming, run_id
            ):
                waiting = self._push_what_can_be()
        except LibraryError as error:
            error.run = run_id
            raise
        with here.ledger.read() as tx:
            counts = journal.count_decisions(tx, run_id)
        words = ", ".join(f"{number} {decision}" for decision, number in counts.items() if number)
        if waiting is None:
            log.info("done: %s", words or "nothing to do", extra=told)
        else:
            log.warning("not done yet: %s; %s", words, waiting, extra=told)
        if reading.rejected:
            first = reading.rejected[0].planned
            # A command in the foreground shows each of them; this is for the daemon's log.
            log.info(
                "%d could not be used, the first at line %d: %s; `syncd inspect FILE` shows all",
                len(reading.rejected),
                first.origin.line,
                first.reason,
                extra={**told, "file": first.origin.file},
            )
        return RunSummary(
            run_id,
            counts,
            _unusable(fresh, reading),
            [fresh[number].export.sha256 for number in sorted(reading.changed)],
            reading.problems,
            waiting,
        )

    def _push_what_can_be(self) -> UnsettledError | None:
        """Carry out what is promised; return why something still waits for its outcome."""
        try:
            self.push_pending()
        except UnsettledError as error:
            error.library = self.name
            return error
        return None

    def _still_unusable(self, known: Sequence[Delivery]) -> Mapping[str, str]:
        # Nobody may have heard it the first time: the library went away, or syncd was killed.
        return _unusable(known, self._here.drafter.read(known))

    def _was_delivered(self, delivery: Delivery) -> bool:
        # A file that a person names by hand is read again as often as they like.
        folder = delivery.place.folder
        return bool(folder) and self.is_known(delivery.export.sha256, folder)

    @_named
    def draft(self, deliveries: Sequence[Delivery]) -> tuple[Plan, Intake]:
        """Return what `deliver` would do, having followed the library but promised nothing."""
        self.refresh()
        reading, plan = self._here.drafter.draft(deliveries)
        guards = self._here.guards.met_by(self._here.ledger.row(), plan.intents)
        records = [intent.planned for intent in plan.intents]
        if not self._library.capabilities.takes_keys:
            # The keys that it will give are not known before it has given them.
            records = [
                replace(record, item_key=None) if record.decision is Decision.CREATE else record
                for record in records
            ]
        told = [replace(record, library=self.name) for record in records]
        return Plan(told, guards=guards), reading

    @_named
    def push_pending(self) -> None:
        """Carry out what is promised, and close the runs that are done."""
        here = self._here
        here.guards.expect_running(here.ledger.row())
        with self._patiently():
            try:
                here.pusher.push_all()
            finally:
                self._completed += end_finished_runs(here.ledger)
            self._library.finish()
        self._hear()

    def _hear(self) -> None:
        """Keep what the library has to tell people, for those who look."""
        if isinstance(self._library, Noticing):
            self._here.ledger.set_notices(self._library.notices())

    def take_completed(self) -> list[int]:
        """Return the runs, earlier ones included, that were completed since this was last asked."""
        completed, self._completed = self._completed, []
        return completed

    def waiting_runs(self) -> list[int]:
        """Return the runs, earlier ones included, of which something has no outcome yet."""
        with self._here.ledger.read() as tx:
            return outbox.waiting_runs(tx)

    def records(self, run_id: int) -> list[PlannedRecord]:
        """Return what was decided about each record of a run, and what became of it."""
        with self._ledger.read() as connection:
            return journal.records_of_run(connection, run_id, self.name)

    @property
    def landed(self) -> int:
        """How many operations have had an outcome since the library was met."""
        return self._met.pusher.landed if self._met else 0

    # Patience

    def not_before(self) -> datetime | None:
        """Return until when the library asked to be left alone, be it of an earlier process.

        The ledger answers for a library that was not met yet, if its options say who it is.
        """
        ledger = self._find_ledger()
        until = ledger.row().not_before if ledger else None
        if until is None or ledger is None or until - ledger.clock.now() > _LONGEST_PATIENCE:
            # It was written down before the clock was put back.
            return None
        return until

    def _find_ledger(self) -> LibraryLedger | None:
        if self._met is not None:
            return self._met.ledger
        return self._whereabouts.find()

    def _patiently(self) -> _NotBefore:
        return _NotBefore(self._here.ledger)

    # Looking after

    @_named
    def reconcile(self) -> ReconcileReport:
        """Follow the library, carry out what waits, and report how library and ledger compare.

        A library that may only be read is followed and reported on; what waits goes on waiting.
        """
        self._ask_again_if_read_only()
        here = self._here
        with here.follower.witnessing() as witness:
            self._follow()
            if here.description.writable:
                self._push_unless_read_only()
            else:
                self._hear()
        here.guards.raise_again(here.ledger.row())
        here.ledger.set_reconciled()
        report = self._report(witness)
        told = {"library": self.name}
        by_others = (report.changed, report.trashed, report.deleted, report.restored)
        log.info("reconciled: %d items changed by others", sum(map(len, by_others)), extra=told)
        return report

    def _ask_again_if_read_only(self) -> None:
        # Somebody may have given the key the right meanwhile, or made the library writable.
        if not self.description.writable:
            self.meet()

    def _push_unless_read_only(self) -> None:
        try:
            self._push_what_can_be()
        except AccessDeniedError:
            # The right to write may have been taken away since the library was met.
            self.meet()
            if self.description.writable:
                raise

    @_named
    def survey(self) -> ReconcileReport:
        """Follow the library and report as `reconcile` does, but send nothing."""
        with self._here.follower.witnessing() as witness:
            self._follow()
        return self._report(witness)

    def _report(self, witness: Witness) -> ReconcileReport:
        here = self._here
        report = report_on(self.name, witness, here.ledger)
        return replace(report, access="" if here.description.writable else here.description.access)

    def _follow(self) -> None:
        # What is in doubt comes first, so that our own writes are not taken for somebody else's.
        with self._patiently():
            self._here.pusher.look_up_sent()
            self.refresh()

    # Taking back

    @_named
    def undo(self, run_id: int) -> UndoReport:
        """Take back what a run did, where nobody has touched it since.

        Raises `InputError` when there is no such run or it is taken back already.
        """
        self._catch_up()
        undoer = Undoer(self._library, self._here.ledger)
        undo, plan = undoer.promise(run_id)
        waiting = self._push_what_can_be() if undo is not None else None
        return replace(undoer.report(self.name, undo, plan), waiting=waiting)

    @_named
    def restore(self, what: str) -> RestoreReport:
        """Let something come back that was removed: from the trash, or made again.

        `what` is a DOI, a Scopus number or an item key. Raises `InputError` when it is not clear
        what is meant, or it cannot be done.
        """
        self._catch_up()
        here = self._here
        tools = here.drafter.tools
        restorer = Restorer(self._library, here.ledger, tools)
        run_id, key, was = restorer.promise(what)
        waiting = self._push_what_can_be()
        is_now = restorer.is_now(run_id) or key
        return RestoreReport(self.name, run_id, key, was, is_now, waiting)

    def _catch_up(self) -> None:
        """Follow the library and carry out what waits, before a person's wish is decided."""
        here = self._here
        here.guards.expect_running(here.ledger.row())
        if not self.description.writable:
            raise AccessDeniedError(self.description.access or "the library may only be read")
        self._follow()
        self._push_what_can_be()

    def reviewer(self) -> Reviewer:
        """Return who asks and hears about this library; `push_pending` carries out the answers."""
        here = self._here
        making = Making(here.drafter.tools, self._helpers.places)
        return Reviewer(self._library, here.ledger, making=making)

    def figures(self) -> Figures:
        """Return what waits to be sent, what waits for a person, and the last reconcile."""
        ledger = self._find_ledger()
        if ledger is None:
            return Figures()
        with ledger.read() as tx:
            pending = outbox.count_operations(tx)
            held = holds.count_open(tx)
            sent_at = outbox.first_sent_at(tx)
        sure_at = sent_at + self._library.capabilities.late_writes if sent_at else None
        sending = self._pace.look(pending)
        row = ledger.row()
        return Figures(
            pending,
            held,
            row.reconciled_at,
            self.reading,
            sending,
            ledger.identity,
            sure_at,
            row.notices,
        )

    @property
    def reading(self) -> Reading | None:
        """How far the library has been read, while it is."""
        return self._met.follower.reading if self._met else None


class _Met(NamedTuple):
    """What there is once a library has said who it is."""

    description: Description
    ledger: LibraryLedger
    guards: Guards
    follower: Follower
    pusher: Pusher
    drafter: Drafter


class _NotBefore(NamedTuple):
    """Remembers that a library asked for patience while it was entered."""

    ledger: LibraryLedger

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, UnavailableError) and error.retry_after is not None:
            until = self.ledger.clock.now() + max(error.retry_after, timedelta())
            self.ledger.set_not_before(until)


def _unusable(deliveries: Sequence[Delivery], reading: Intake) -> Mapping[str, str]:
    """Say by SHA-256 of which exports nothing could be used, and why."""
    return {
        deliveries[number].export.sha256: exc.message for number, exc in reading.unusable.items()
    }
