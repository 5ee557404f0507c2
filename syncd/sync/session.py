"""One run told in order: follow the library, read, match, plan, write down the intent, push.

Everything a run needs to know it asks the ledger; everything it decides stands in the ledger
before it is sent. Killing it at any instruction loses nothing: `open` takes up what was left.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

from syncd.errors import AccessDeniedError, InputError, LibraryError, UnavailableError
from syncd.ledger import holds, journal, outbox
from syncd.ledger.store import Ledger, LibraryRow
from syncd.ledger.works import LedgerWorks
from syncd.library import Description, Library, Recognisable
from syncd.matching import Policy, resolve
from syncd.plan import Intent, Plan
from syncd.sync.commit import promise
from syncd.sync.follow import Follower
from syncd.sync.guards import DEFAULT_LIMITS, GuardLimits, Guards
from syncd.sync.intake import Delivery, Intake, Tools, read_deliveries, with_rejections
from syncd.sync.lookup import CollectionBook, LedgerLookup
from syncd.sync.planner import make_intents
from syncd.sync.prior_match import recognise
from syncd.sync.push import Pusher, end_finished_runs
from syncd.sync.reconcile import ReconcileReport, report_on
from syncd.sync.replan import Replanner
from syncd.sync.review import Reviewer
from syncd.system.clock import Pause

log = logging.getLogger(__name__)

_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run came to; its number is None where there was nothing new.

    `unusable` says by SHA-256 of which exports nothing could be used, and why; `changed` names
    those that changed under the reader and are looked at again later.
    """

    run: int | None
    counts: Mapping[str, int]
    unusable: Mapping[str, str]
    changed: Collection[str] = ()
    problems: Sequence[InputError] = ()
    """What is odd about exports that were used all the same."""


@dataclass(frozen=True, slots=True)
class Helpers:
    """What a run is given beside library and ledger: kinds of notes, waiting, chance, guards."""

    keep_notes: Collection[str]
    pause: Pause
    jitter: Callable[[], float]
    limits: GuardLimits = DEFAULT_LIMITS


def _named(
    method: Callable[Concatenate[LibraryRun, _P], _T],
) -> Callable[Concatenate[LibraryRun, _P], _T]:
    """Let every library error that leaves the method say which library it is about."""

    @wraps(method)
    def call(run: LibraryRun, /, *args: _P.args, **named: _P.kwargs) -> _T:
        try:
            return method(run, *args, **named)
        except LibraryError as error:
            error.library = error.library or run.name
            raise

    return call


class LibraryRun:
    """The work on one library. Used by one thread; `is_known` alone may be asked by others."""

    def __init__(self, name: str, library: Library, ledger: Ledger, helpers: Helpers) -> None:
        self.name = name
        self._library = library
        self._ledger = ledger
        self._helpers = helpers
        self._policy = Policy()
        self._guards = Guards(name, ledger, helpers.limits)
        self._met: _Met | None = None
        self._identity: str | None = None

    # Opening

    @_named
    def open(self) -> None:
        """Meet the library and finish what an earlier syncd left promised.

        Raises `LibraryError` if the library cannot be worked with now.
        """
        self.meet()
        self.push_pending()

    @_named
    def meet(self) -> Description:
        """Ask the library who it is, and change nothing."""
        description = self._library.describe()
        row = self._ledger.get_library(description.identity, description.title)
        self._identity = description.identity
        self._met = self._put_together(description, row)
        return description

    def _put_together(self, description: Description, row: LibraryRow) -> _Met:
        follower = Follower(self._library, self._ledger, row, self._guards)
        replanner = Replanner(
            self._library, self._ledger, row.library_id, row.identity, self._policy
        )
        pusher = Pusher(
            self._library,
            self._ledger,
            row.library_id,
            follower,
            replanner,
            self._helpers.pause,
            self._helpers.jitter,
        )
        return _Met(description, row.library_id, follower, pusher)

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

    def resume(self) -> None:
        """Go on after a guard stopped this library; the next run passes the guards."""
        self._guards.let_pass(self._row())

    def _row(self) -> LibraryRow:
        return self._here.follower.row()

    # The run

    def is_known(self, sha256: str, folder: bytes) -> bool:
        """Say whether this content from this folder was delivered before.

        A library that was not met yet knows nothing; `deliver` asks again.
        """
        if self._met is None:
            return False
        with self._ledger.read() as connection:
            return journal.is_delivered(connection, self._here.library_id, sha256, folder)

    @_named
    def deliver(self, deliveries: Sequence[Delivery], reason: str) -> RunSummary:
        """Bring the records of these exports into the library; return what became of them.

        Raises `LibraryError`; what was promised by then is carried out by `push_pending`.
        """
        self._guards.expect_running(self._row())
        if not self.description.writable:
            raise AccessDeniedError(self.description.access or "the library may only be read")
        with self._patiently():
            self.refresh()
            self._here.pusher.push_all()
        fresh: list[Delivery] = []
        known: list[Delivery] = []
        for delivery in deliveries:
            (known if self._was_delivered(delivery) else fresh).append(delivery)
        summary = self._deliver(fresh, reason) if fresh else RunSummary(None, {}, {})
        self._guards.raise_again(self._row())
        return replace(summary, unusable={**self._still_unusable(known), **summary.unusable})

    def _deliver(self, fresh: Sequence[Delivery], reason: str) -> RunSummary:
        reading, intents, book = self._draft(fresh)
        self._guards.mind_creates(self._row(), intents)
        run_id = promise(self._ledger, self._row(), fresh, reading, intents, book, reason)
        told = {"run": run_id, "library": self.name}
        log.info("planned %s", reason, extra={**told, "records": len(intents)})
        self.push_pending()
        with self._ledger.read() as connection:
            counts = journal.count_decisions(connection, run_id)
        words = ", ".join(f"{number} {decision}" for decision, number in counts.items() if number)
        log.info("done: %s", words or "nothing to do", extra=told)
        if reading.rejected:
            first = reading.rejected[0].planned
            # A command in the foreground shows each of them; this is for the daemon's log.
            log.info(
                "%d could not be used, the first at line %d: %s; `syncd inspect` shows all",
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
        )

    def _still_unusable(self, known: Sequence[Delivery]) -> Mapping[str, str]:
        # Nobody may have heard it the first time: the library went away, or syncd was killed.
        return _unusable(known, read_deliveries(known, self._tools()))

    def _was_delivered(self, delivery: Delivery) -> bool:
        # A file that a person names by hand is read again as often as they like.
        folder = delivery.place.folder
        return bool(folder) and self.is_known(delivery.export.sha256, folder)

    def _tools(self) -> Tools:
        description = self.description
        # A server may take a note that the key cannot read back; what cannot be seen again
        # cannot be sent once.
        keep_notes = self._helpers.keep_notes if description.takes_notes else ()
        return Tools(description.schema, keep_notes, self._library.capabilities.text_limits)

    @_named
    def draft(self, deliveries: Sequence[Delivery]) -> tuple[Plan, Intake]:
        """Return what `deliver` would do, having followed the library but promised nothing."""
        self.refresh()
        reading, intents, _ = self._draft(deliveries)
        return Plan([intent.planned for intent in intents]), reading

    @_named
    def push_pending(self) -> None:
        """Carry out what is promised, and close the runs that are done."""
        self._guards.expect_running(self._row())
        with self._patiently():
            self._here.pusher.push_all()
            end_finished_runs(self._ledger, self._here.library_id)
            self._library.finish()

    def _draft(self, deliveries: Sequence[Delivery]) -> tuple[Intake, list[Intent], CollectionBook]:
        description = self.description
        reading = read_deliveries(deliveries, self._tools())
        wants_collections = any(delivery.place.collection for delivery in deliveries)
        book = CollectionBook(
            description.identity, self._library.collections() if wants_collections else ()
        )
        desk = LedgerLookup(self._ledger, self._here.library_id, description.identity, book)
        works = LedgerWorks(self._ledger, self._here.library_id)
        citations = [record.citation for record in reading.incoming]
        rulings = resolve(citations, works, self._policy)
        rulings = recognise(citations, rulings, self._ledger, self._here.library_id)
        intents = make_intents(reading.incoming, rulings, desk)
        return reading, with_rejections(intents, reading), book

    # Patience

    def not_before(self) -> datetime | None:
        """Return until when the library asked to be left alone, be it of an earlier process.

        From here on the ledger answers for a library that was not met yet, if its options say
        who it is.
        """
        if self._identity is None and isinstance(self._library, Recognisable):
            self._identity = self._library.identity
        row = self._find_row()
        return row.not_before if row else None

    def _find_row(self) -> LibraryRow | None:
        return self._ledger.find_library(self._identity) if self._identity else None

    def _patiently(self) -> _NotBefore:
        return _NotBefore(self._ledger, self._here.library_id)

    # Looking after

    @_named
    def reconcile(self) -> ReconcileReport:
        """Follow the library, carry out what waits, and report how library and ledger compare."""
        with self._here.follower.witnessing() as witness:
            self._follow()
            self.push_pending()
        self._guards.raise_again(self._row())
        self._ledger.set_reconciled(self._here.library_id)
        report = report_on(self.name, witness, self._ledger, self._row().cursor)
        told = {"library": self.name}
        log.info("reconciled: %d items changed by others", len(report.changed), extra=told)
        return report

    @_named
    def survey(self) -> ReconcileReport:
        """Follow the library and report as `reconcile` does, but send nothing."""
        with self._here.follower.witnessing() as witness:
            self._follow()
        return report_on(self.name, witness, self._ledger, self._row().cursor)

    def _follow(self) -> None:
        # What is in doubt comes first, so that our own writes are not taken for somebody else's.
        with self._patiently():
            self._here.pusher.look_up_sent()
            self.refresh()

    def reviewer(self) -> Reviewer:
        """Return who asks and hears about this library; `push_pending` carries out the answers."""
        return Reviewer(
            self._library, self._ledger, self._here.library_id, self.description.identity
        )

    def figures(self) -> Figures:
        """Return what waits to be sent, what waits for a person, and the last reconcile."""
        row = self._find_row()
        if row is None:
            return Figures()
        with self._ledger.read() as connection:
            pending = outbox.count_operations(connection, row.library_id)
            held = holds.count_open(connection, row.library_id)
        return Figures(pending, held, row.reconciled_at)


class _Met(NamedTuple):
    """What there is once a library has said who it is."""

    description: Description
    library_id: int
    follower: Follower
    pusher: Pusher


class Figures(NamedTuple):
    """How a library stands: operations to be sent, questions for a person, last reconcile."""

    pending: int = 0
    held: int = 0
    last_reconcile_at: datetime | None = None


class _NotBefore(NamedTuple):
    """Remembers that a library asked for patience while it was entered."""

    ledger: Ledger
    library_id: int

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, UnavailableError) and error.retry_after is not None:
            until = self.ledger.clock.now() + max(error.retry_after, timedelta())
            self.ledger.set_not_before(self.library_id, until)


def _unusable(deliveries: Sequence[Delivery], reading: Intake) -> Mapping[str, str]:
    """Say by SHA-256 of which exports nothing could be used, and why."""
    return {
        deliveries[number].export.sha256: exc.message for number, exc in reading.unusable.items()
    }
