"""One library's worker: the only thread that speaks to it, and the only one that waits for it."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from syncd.app.remedies import PASSES_BY_ITSELF, cause_of, remedy_for
from syncd.control.status import LibraryState
from syncd.daemon.backoff import REFUSED, Backoff
from syncd.daemon.board import Board, LibraryStatus, Load, RunStatus
from syncd.daemon.queue import Request, Task, Wish, WorkQueue
from syncd.daemon.suspects import MOST_TRIES, Suspects
from syncd.daemon.work import LibraryWork, Offered
from syncd.errors import (
    AccessDeniedError,
    AdapterFailedError,
    BusyError,
    KeyLookupError,
    LedgerError,
    LibraryError,
    PausedError,
    SyncdError,
    UnavailableError,
    UnsettledError,
)
from syncd.inbox import Export, is_silent
from syncd.settings import FolderSettings
from syncd.sync.standing import Figures, RunSummary
from syncd.system.clock import Clock
from syncd.system.heartbeat import Heartbeat, Stopped, resting
from syncd.system.printable import printable

log = logging.getLogger(__name__)

_SERVED_AT_MOST = 3
_ASKED_AT_MOST_EVERY = timedelta(minutes=1)
_CRASHES_IN_A_ROW = 3


class Listener(Protocol):
    """Who wants to know what became of the work; called on the worker's thread."""

    def opened(self) -> None:
        """A library can be worked with from now on."""
        ...

    def delivered(self, library: str, exports: Sequence[Export], summary: RunSummary) -> None:
        """These exports have had their run."""
        ...

    def failed(self, error: BaseException) -> None:
        """This cannot go on: our own memory is in doubt, or syncd has a bug."""
        ...


_POISON = (
    f"set aside: syncd was ended {MOST_TRIES} times while it was at work on this file; "
    "`syncd once` with its name tries it again"
)


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """What a worker shares with the others."""

    clock: Clock
    board: Board
    listener: Listener
    chance: Callable[[], float]
    at_work: Path
    """A directory to note down in what is at work."""


class Worker:
    """Serves one library until it is stopped. Its methods may be called by any thread."""

    def __init__(
        self, work: LibraryWork, surroundings: WorkerContext, heartbeat: Heartbeat
    ) -> None:
        self.name = work.name
        self._work = work
        self._clock = surroundings.clock
        self._board = surroundings.board
        self._listener = surroundings.listener
        self._heartbeat = heartbeat
        self._patience = Backoff(surroundings.chance)
        self._lookouts = Backoff(surroundings.chance)
        self._landed = 0
        self._unsettled: UnsettledError | None = None
        """Why something that was promised still waits for its outcome, as was said last."""
        self._figures = Figures()
        """As last read from the ledger."""
        self._resume_as_new: bool | None = None
        self._suspects = Suspects(surroundings.at_work / f"{work.name}.json")
        self._queue = WorkQueue(self._suspects.tries)
        self._is_open = False
        self._has_failed = False
        """Whether the adapter's own code has failed."""
        self._asked_at: timedelta | None = None
        """When a library that refused its key was, or will be, asked again for a file."""
        self._asked_for: set[tuple[object, ...]] = set()
        """For which files a library that refused its key was asked again."""
        self._served: Counter[tuple[object, ...]] = Counter()
        self._crashed: dict[tuple[object, ...], str] = {}
        self._status = LibraryStatus(work.name)
        self._thread = threading.Thread(target=self._run, name=f"library {work.name}", daemon=True)

    def start(self) -> None:
        """Begin: open the library, then wait for work."""
        self._thread.start()

    def stop(self) -> None:
        """End every wait, and the thread after what it is doing."""
        self._heartbeat.stopping = True
        self._queue.close()

    def is_alive(self) -> bool:
        """Tell whether the thread is still there."""
        return self._thread.is_alive()

    def offer(self, export: Export) -> Offered:
        """Take an export on, once, if there is room for it now and nothing speaks against it.

        Until the library has been reached there is none: only then is it certain what it knows.
        Nor is there for a folder whose drive does not answer, as others would wait for it.
        """
        if not self._is_open:
            self._ask_again_for(export)
        if not self._is_open or is_silent(export.folder):
            return Offered(has_room=False)
        if (reason := self._why_set_aside(export)) is not None:
            return Offered(has_room=True, set_aside=reason)
        if self._served[_attempt(export)] >= _SERVED_AT_MOST:
            return Offered(has_room=True)
        return Offered(self._queue.offer(export))

    def _ask_again_for(self, export: Export) -> None:
        """Have a library that refused its key asked again: whoever drops a file expects that."""
        now = self._clock.elapsed()
        if self._status.state is not LibraryState.REFUSED or _attempt(export) in self._asked_for:
            return
        self._asked_for.add(_attempt(export))
        if self._asked_at is not None and self._asked_at > now:
            return  # It will be.
        # A server that sees a bad key over and over locks its address out.
        soonest = now if self._asked_at is None else self._asked_at + _ASKED_AT_MOST_EVERY
        self._asked_at = max(now, soonest)
        self._queue.hurry(self._asked_at - now)

    def _why_set_aside(self, export: Export) -> str | None:
        if _attempt(export) in self._crashed:
            return self._crashed[_attempt(export)]
        if self._suspects.is_poison(export) and not self._work.was_read(export.sha256):
            # Read since then, it is harmless now: a person had it read by hand.
            return _POISON
        return None

    def excuse(self) -> None:
        """The process ends in order, be it in the middle of something."""
        self._suspects.excuse()

    def load(self) -> Load:
        """Return what there is to do for the library at this moment."""
        return Load(self.queued(), self._look_at_figures())

    def _look_at_figures(self) -> Figures:
        """Return how the library stands, as last known where the ledger cannot be read now."""
        try:
            self._figures = self._work.figures()
        except LedgerError as error:
            # Whoever works with the ledger says so loudly.
            log.debug("%s", error, extra={"library": self.name})
        return self._figures

    def queued(self) -> int:
        """Return how many exports wait here or are at work."""
        return len(self._queue)

    def is_known(self, sha256: str, folder: FolderSettings) -> bool:
        """Tell whether the library has had that export from that folder."""
        if self._queue.holds(folder.path, sha256):
            return False
        return self._work.is_known(sha256, folder)

    def last_reconcile_at(self) -> datetime | None:
        """Return when the library was last reconciled."""
        return self._look_at_figures().last_reconcile_at

    def wish(self, wish: Wish) -> None:
        """Ask for work that has no argument."""
        self._queue.wish(wish)

    def hurry(self) -> None:
        """Try again now what was put off."""
        self._queue.hurry()

    def resume(self, *, as_new: bool = False) -> None:
        """Go on at once after a guard stopped the library; see `LibraryRun.resume`.

        After a failure of its adapter, that is loaded anew.
        """
        if self._is_open and not as_new:
            self._work.resume()
        else:
            # Who the library is, is settled on its own thread before it is opened.
            self._resume_as_new = as_new
            self._is_open = False
            self._queue.wish(Wish.PUSH)
        self.hurry()

    def perform(self, request: Request) -> bool:
        """Have something done on the worker's thread; False when it cannot be."""
        return self._queue.request(request)

    def withdraw(self, request: Request) -> None:
        """Do not begin with a request that nobody waits for any more."""
        self._queue.withdraw(request)

    # --- on the thread

    def _run(self) -> None:
        try:
            with self._heartbeat.working():
                while not self._queue.closed:
                    self._step()
        except Stopped:
            log.debug("stopped in the middle", extra={"library": self.name})
        except BaseException as error:  # noqa: BLE001 - the main thread raises it again
            self._queue.close()
            self._listener.failed(error)
        finally:
            self._work.close()

    def _step(self) -> None:
        if not self._is_open:
            self._trying(None, self._open)
            return
        with resting():
            task = self._queue.take()
        if task is None:
            return
        if self._resume_as_new is None:
            self._trying(task, lambda: self._carry_out(task))
        else:
            # A person said meanwhile that it is another library: it is opened anew first.
            self._queue.put_back(task)

    def _open(self) -> None:
        not_before = self._work.not_before()
        if not_before is not None and not_before > self._clock.now():
            raise UnavailableError(
                "it asked to be left alone", retry_after=not_before - self._clock.now()
            )
        if self._has_failed:
            self._work.renew()
            self._has_failed = False
        wanted = self._resume_as_new
        if wanted is not None:
            self._work.resume(as_new=wanted)
            if self._resume_as_new is wanted:
                self._resume_as_new = None
        self._work.open()
        self._is_open = True
        self._asked_for.clear()
        log.info("library is open", extra={"library": self.name})
        self._listener.opened()

    def _carry_out(self, task: Task) -> None:
        match task:
            case Wish.RECONCILE:
                self._work.reconcile()
            case Wish.PUSH:
                self._push()
            case Request():
                self._answer(task)
            case exports:
                self._deliver(exports)

    def _trying(self, task: Task | None, attempt: Callable[[], None]) -> None:
        """Make an attempt; when the library does not play along, wait and keep the task."""
        try:
            attempt()
        except (LibraryError, KeyLookupError, LedgerError) as error:
            if isinstance(error, LedgerError) and not error.passing:
                raise
            if task is not None:
                self._queue.put_back(task)
            self._put_off(error)
        else:
            self._patience.succeeded()
            wait = self._come_back()
            now = self._clock.now()
            if wait is not None and self._unsettled is not None:
                told = str(self._unsettled)
                self._show(LibraryState.WAITING, told, next_try_at=now + wait)
            else:
                self._show(LibraryState.OK, last_success_at=now, next_try_at=None)

    def _push(self) -> None:
        try:
            self._work.push_pending()
        except UnsettledError as error:
            # What still waits is looked at again after a while, see `_come_back`.
            self._unsettled = error
        else:
            self._unsettled = None

    def _come_back(self) -> timedelta | None:
        """Look again after a while for operations that still wait for their outcome.

        Returns how long that is; None where nothing waits.
        """
        self._mind_progress()
        figures = self._look_at_figures()
        if not figures.pending:
            self._lookouts.succeeded()
            self._unsettled = None
            return None
        wait = self._lookouts.next_wait()
        if figures.sure_at is not None:
            # Waits that double would come minutes late to the look that decides.
            left = figures.sure_at - self._clock.now()
            wait = min(wait, left) if left > timedelta() else wait
        self._queue.wish(Wish.PUSH, after=wait)
        return wait

    def _mind_progress(self) -> None:
        """Let waits be short again as soon as anything has got through."""
        landed = self._work.landed()
        if landed != self._landed:
            self._landed = landed
            self._patience.succeeded()
            self._lookouts.succeeded()

    def _put_off(self, error: LibraryError | KeyLookupError | LedgerError) -> None:
        self._mind_progress()
        if _needs_a_person(error):
            # Another key may be there next time, so the library is asked from the start.
            self._is_open = False
            state, wait = LibraryState.REFUSED, REFUSED
        elif isinstance(error, AdapterFailedError):
            # Its code may be another next time, so the library is made and asked from the start.
            self._is_open, self._has_failed = False, True
            state, wait = LibraryState.PAUSED, REFUSED
        elif isinstance(error, PausedError):
            state, wait = LibraryState.PAUSED, REFUSED
        else:
            retry_after = error.retry_after if isinstance(error, UnavailableError) else None
            state, wait = LibraryState.WAITING, self._patience.next_wait(retry_after)
        told = f"{error}; {remedy_for(error, self.name)}"
        # What passes by itself needs no advice in the status; what a person ends does.
        message = str(error) if cause_of(error) in PASSES_BY_ITSELF else told
        said = told.removeprefix(f"{state.value}: ")
        log.warning("%s: %s", state.value, said, extra={"library": self.name})
        # Whoever asked is told at once rather than kept waiting until the library is back.
        self._queue.refuse_requests(error)
        self._show(state, message, next_try_at=self._clock.now() + wait)
        with resting():
            self._queue.pause(wait)

    # --- exports

    def _deliver(self, exports: Sequence[Export]) -> None:
        self._suspects.begin(exports)
        try:
            self._deliver_somehow(exports)
        except (SyncdError, Stopped):
            self._suspects.end(exports)
            raise
        self._suspects.end(exports)
        self._queue.finished()

    def _deliver_somehow(self, exports: Sequence[Export]) -> None:
        try:
            summary = self._deliver_together(exports)
        except SyncdError:
            raise
        except Exception:
            log.exception("a run failed; trying its files one by one", extra={"library": self.name})
            self._deliver_singly(exports)
        else:
            self._report(exports, summary)

    def _deliver_together(self, exports: Sequence[Export]) -> RunSummary:
        return self._work.deliver(exports, _reason(exports))

    def _deliver_singly(self, exports: Sequence[Export]) -> None:
        """Find the file that a run fails on and set it aside, so that the others get through.

        Raises what was raised last when several fail in a row: then it is not the file.
        """
        crashes = 0
        for export in exports:
            try:
                summary = self._deliver_together([export])
            except SyncdError:
                raise
            except Exception as error:
                crashes += 1
                if crashes >= min(_CRASHES_IN_A_ROW, len(exports) + 1):
                    raise
                self._set_aside(export, error)
            else:
                crashes = 0
                self._report([export], summary)

    def _set_aside(self, export: Export, error: Exception) -> None:
        name = f"{type(error).__name__}: {error}"
        self._crashed[_attempt(export)] = f"set aside until syncd is restarted: a bug ({name})"
        log.error(
            "set aside until syncd is restarted",
            exc_info=error,
            extra={"library": self.name, "file": export.dropped_as},
        )
        self._show_run(None, _reason([export]), 1, error=f"syncd failed on this file ({name})")

    def _report(self, exports: Sequence[Export], summary: RunSummary) -> None:
        # What a silent drive withheld has not been served, however often it was asked for.
        self._served.update(_attempt(each) for each in exports if not is_silent(each.folder))
        self._unsettled = summary.waiting
        if summary.run is not None:
            self._show_run(summary, _reason(exports), len(exports))
            if held := summary.counts.get("hold"):
                told = {"run": summary.run, "library": self.name}
                log.info("%d held for a person: `syncd review` shows them", held, extra=told)
        for export in exports:
            if why := summary.unusable.get(export.sha256):
                told = {"library": self.name, "file": export.dropped_as}
                log.warning("nothing of it can be used: %s", why, extra=told)
        self._listener.delivered(self.name, exports, summary)

    def _show_run(
        self, summary: RunSummary | None, reason: str, files: int, error: str | None = None
    ) -> None:
        run = summary.run if summary else None
        counts = dict(summary.counts) if summary else {}
        now = self._clock.now()
        self._board.show_run(RunStatus(run, self.name, reason, now, files, counts, error))

    # --- requests

    def _answer(self, request: Request) -> None:
        request.begun.set()
        try:
            request.result = request.perform(self._work)
        except Stopped:
            request.error = BusyError("the daemon is stopping")
            raise
        except Exception as error:
            # Raised again where it was asked for; here it ends only what cannot go on.
            request.error = error
            if isinstance(error, LedgerError) and not error.passing:
                raise
        finally:
            request.done.set()

    def _show(self, state: LibraryState, message: str = "", **changes: Any) -> None:
        self._status = replace(self._status, state=state, message=message, **changes)
        self._board.show_library(self._status)


def _reason(exports: Sequence[Export]) -> str:
    """Say what a run is about, in words that any log and ledger can hold."""
    first = printable(str(exports[0].name))
    return first if len(exports) == 1 else f"{first} and {len(exports) - 1} more"


def _needs_a_person(error: LibraryError | KeyLookupError | LedgerError) -> bool:
    if isinstance(error, KeyLookupError):
        return not error.passing
    return isinstance(error, AccessDeniedError)


def _attempt(export: Export) -> tuple[object, ...]:
    """Name this very file with this very content: dropped anew, it may be served anew."""
    return (export.folder, export.sha256, export.stamp)
