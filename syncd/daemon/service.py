"""The main thread: signals, systemd, the status, and the change of workers; no work of its own."""

from __future__ import annotations

import faulthandler
import logging
import os
import random
import signal
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from syncd.app.wiring import recognise
from syncd.control.protocol import ControlServer, Handler
from syncd.control.services import SERVED, Known, list_libraries, unlist_libraries
from syncd.control.status import write_status
from syncd.daemon.board import Board
from syncd.daemon.queue import Patience
from syncd.daemon.wakeup import Wakeup
from syncd.daemon.work import Assemble, LibraryWork
from syncd.daemon.workers import Delivered, Shared, Workers, leave_untold
from syncd.errors import BusyError, ConfigError, LedgerError, StateError, SyncdError
from syncd.system.clock import Clock, SystemClock
from syncd.system.heartbeat import Heartbeats
from syncd.system.sd_notify import Notifier
from syncd.system.state_lock import find_holder

log = logging.getLogger(__name__)

HANGING = timedelta(minutes=15)
"""A thread that has not moved for so long will not move again."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_TICK = timedelta(seconds=30)
_CHANGING = timedelta(milliseconds=50)
_SETTLING = timedelta(seconds=1)
_WHILE_BUSY = timedelta(seconds=2)
_STOPPING = timedelta(seconds=5)
_JUMP = timedelta(seconds=10)
_PUT_BACK = "put it back, or start the daemon anew"


@dataclass(frozen=True, slots=True)
class Means:
    """What the daemon works with; the defaults are the machine's own."""

    clock: Clock = field(default_factory=SystemClock)
    notifier: Notifier = field(default_factory=Notifier)
    chance: Callable[[], float] = random.random
    hanging: timedelta = HANGING
    tick: timedelta = _TICK
    """How often the main thread looks after what nobody rings for."""
    runtime_dir: Path | None = None
    """Where commands with another state directory find it."""
    is_service: bool = True
    """Whether that directory is for the commands of other accounts as well."""
    delivered: Delivered = leave_untold
    """Told what became of exports."""
    observe: Callable[[Mapping[str, Any]], None] = lambda _document: None
    """Shown the status when it has changed; it takes no time."""


class Daemon:
    """Serves the libraries and folders of a configuration until it is told to stop.

    The caller holds the lock of `state_dir`.
    """

    def __init__(self, state_dir: Path, assemble: Assemble, means: Means | None = None) -> None:
        means = means or Means()
        self._state_dir = state_dir
        self._assemble = assemble
        self._clock = means.clock
        self._notifier = means.notifier
        self._every = means.tick
        self._observe = means.observe
        self._runtime_dir = means.runtime_dir
        self._is_service = means.is_service
        self._listed: Sequence[Known] = ()
        self._renewed = False
        self._wakeup = Wakeup()
        self._board = Board(self._clock.now(), self._wakeup.ring)
        self._heartbeats = Heartbeats(self._clock, means.hanging)
        self._shared = Shared(
            state_dir,
            self._clock,
            self._board,
            self._heartbeats,
            means.chance,
            self._fail,
            means.delivered,
        )
        self._failure: BaseException | None = None
        self._stopping = False
        self._reload_wanted = False
        self._workers: Workers | None = None
        self._next: Workers | None = None
        self._drift = self._measure_drift()
        self._tick_at = self._feed_at = self._publish_at = timedelta()
        self._published: Mapping[str, Any] = {}
        self._unwritten = ""
        self._unpublished = True
        self._hang_told = False
        self._is_moved = False

    @property
    def libraries(self) -> Collection[str]:
        """The names of the libraries that are served."""
        return self._workers.libraries if self._workers else ()

    def perform(
        self,
        library: str,
        perform: Callable[[LibraryWork], Any],
        patience: Patience | None = None,
    ) -> Any:
        """Have something done on a library's own thread; return or raise what comes of it.

        Raises `BusyError` when the daemon ends before it is done, and `TimeoutError` when what
        only looks takes more than `patience`.
        """
        if self._workers is None:
            raise BusyError("the daemon is starting")
        return self._workers.perform(library, perform, patience)

    def resume(self, library: str, *, as_new: bool = False) -> None:
        """Go on with a library that a guard stopped; see `LibraryRun.resume`."""
        if self._workers is not None:
            self._workers.resume(library, as_new=as_new)
            self._renewed = self._renewed or as_new

    def reconcile_soon(self, library: str) -> None:
        """Have a library reconciled, and what waits for it carried out, once it answers."""
        if self._workers is not None:
            self._workers.reconcile_soon(library)

    def rescan(self) -> None:
        """Look into every folder now."""
        if self._workers is not None:
            self._workers.rescan()

    def beats(self) -> dict[str, datetime]:
        """Return, by name, when each supervised thread last got somewhere."""
        elapsed, now = self._clock.elapsed(), self._clock.now()
        beats = self._heartbeats.last_beats()
        return {name: now - (elapsed - at) for name, at in beats.items()}

    def document(self) -> dict[str, Any]:
        """Return the status document."""
        return {**self._board.document(), "state_directory": str(self._state_dir)}

    def run(self, handlers: Mapping[str, Handler], code_of: Callable[[SyncdError], int]) -> None:
        """Serve until SIGTERM or SIGINT. Must be called in the main thread.

        `handlers` answer what other commands ask through the control socket; the exit code of
        their failures is `code_of`'s. Raises what `Assemble` raises, and whatever the daemon
        cannot survive: `LedgerError`, `StateError`, or a bug.
        """
        handlers = {**handlers, SERVED: lambda _request, _progress: self._describe_service()}
        control = ControlServer(
            self._state_dir, handlers, code_of, self._runtime_dir, is_shared=self._is_service
        )
        with self._wakeup.catching(_SIGNALS):
            self._workers = Workers(self._assemble, self._shared)
            control.start()
            try:
                self._list_libraries()
                self._workers.start()
                self._say_ready()
                while not self._stopping:
                    self._round()
            finally:
                self._end(control)
        if self._failure is not None:
            raise self._failure

    def leave(self) -> None:
        """After `run`: end the process with 0, if a thread was left in the middle of something.

        Such a thread, waiting for a library's answer, say, cannot be ended but with the process.
        That is no worse than a power cut, which loses nothing.
        """
        if self._workers is not None and not self._is_over():
            self._workers.excuse()
            log.warning("leaving in the middle of a run; the next start takes it up")
            logging.shutdown()
            os._exit(0)

    def _is_over(self) -> bool:
        return self._workers is None or self._workers.is_over()

    # --- the rounds

    def _round(self) -> None:
        for number in self._wakeup.wait(self._until_next()):
            if number == signal.SIGHUP:
                self._reload_wanted = True
            else:
                log.info("%s: stopping", signal.Signals(number).name)
                self._stopping = True
        if self._stopping or self._failure is not None:
            self._stopping = True
            return
        self._change_workers()
        if self._renewed:
            # The library takes its new identity when its own thread comes to it, and shows that.
            self._list_again()
        if self._tick_at <= self._clock.elapsed():
            self._tick()
        self._publish()
        self._feed()

    def _until_next(self) -> timedelta:
        now = self._clock.elapsed()
        due = [self._tick_at - now, self._feed_at - now]
        if self._workers is not None and self._workers.is_busy():
            # What is pending changes while an export is at work, and nobody rings for it.
            due.append(_WHILE_BUSY)
        if self._unpublished:
            due.append(self._publish_at - now)
        if self._next is not None:
            due.append(_CHANGING)
        return max(min(due), timedelta())

    def _tick(self) -> None:
        """Look after what nobody rings for."""
        self._tick_at = self._clock.elapsed() + self._every
        drift = self._measure_drift()
        if abs(drift - self._drift) > _JUMP and self._workers is not None:
            log.info("the clock jumped, or the machine slept: looking at everything again")
            self._workers.woke_up()
        self._drift = drift
        self._look_for_state()
        if self._workers is not None:
            self._workers.show_silent()
            self._board.show_late(self._workers.find_late(self._clock.now()))

    def _look_for_state(self) -> None:
        """Say so where the state directory was moved: the ledger goes on in another place."""
        try:
            is_there = find_holder(self._state_dir) is not None
        except StateError as error:
            log.debug("%s", error)
            return
        if is_there == self._is_moved:
            self._is_moved = not is_there
            told = f"its state directory is no longer {self._state_dir}: {_PUT_BACK}"
            self._board.show_message("" if is_there else told)
            log.warning("%s", "its state directory is back" if is_there else told)

    def _measure_drift(self) -> timedelta:
        return self._clock.now() - _EPOCH - self._clock.elapsed()

    def _feed(self) -> None:
        """Tell systemd that work goes on, if it does."""
        if self._feed_at > self._clock.elapsed():
            return
        self._feed_at = self._clock.elapsed() + (self._notifier.watchdog or self._every * 3) / 3
        hanging = self._heartbeats.find_hanging()
        if hanging is None:
            self._notifier.alive()
        elif not self._hang_told:
            self._hang_told = True
            log.critical("%s; this is a bug", hanging)
            faulthandler.dump_traceback(all_threads=True)
            self._board.show_message(hanging)

    def _publish(self) -> None:
        """Write the status down when it has changed, but not more than once a second."""
        if self._publish_at > self._clock.elapsed():
            self._unpublished = True
            return
        document = self._board.document()
        self._unpublished = document != self._published
        if not self._unpublished:
            return
        self._publish_at = self._clock.elapsed() + _SETTLING
        self._observe(document)
        try:
            write_status(self._state_dir, document)
        except StateError as error:
            self._say_unwritten(str(error))
            return
        if self._unwritten:
            self._unwritten = ""
            self._board.show_message("")
        self._published, self._unpublished = document, False
        self._notifier.status(self._board.sentence())

    def _say_unwritten(self, why: str) -> None:
        # It is tried again each second, and told once; who asks by the socket sees it meanwhile.
        if not self._unwritten:
            log.warning("the status %s", why)
            self._board.show_message(f"the status {why}")
        self._unwritten = why

    # --- reading the configuration again

    def _change_workers(self) -> None:
        if self._reload_wanted and self._next is None:
            self._reload_wanted = False
            self._reload()
        if self._next is not None and self._workers is not None and self._workers.is_over():
            self._workers, self._next = self._next, None
            self._list_again()
            self._workers.start()
            log.info("the configuration was read again")
            self._say_ready()

    def _reload(self) -> None:
        self._notifier.reloading()
        try:
            self._next = Workers(self._assemble, self._shared)
        except (ConfigError, LedgerError, StateError) as error:
            log.error("the configuration was not applied, the old one stays: %s", error)  # noqa: TRY400
            self._board.show_message(f"the configuration was not applied: {error}")
            self._say_ready()
            return
        self._board.show_message("")
        if self._workers is not None:
            self._workers.stop()

    def _say_ready(self) -> None:
        sentence = self._board.sentence()
        self._notifier.ready(sentence)
        log.info("%s", sentence)

    # --- being found by commands that have another state directory

    def _list_libraries(self) -> None:
        if self._runtime_dir is not None and self._workers is not None:
            known = sorted(recognise(self._workers.settings).values())
            if known != self._listed:
                list_libraries(self._runtime_dir, known, with_places=not self._is_service)
                self._listed = known

    def _list_again(self) -> None:
        try:
            self._list_libraries()
        except StateError as error:
            log.warning("%s", error)
            self._board.show_message(str(error))

    def _describe_service(self) -> dict[str, Any]:
        if self._workers is None:
            raise BusyError("the daemon is starting")
        known = recognise(self._workers.settings)
        return {
            "libraries": [[identity, place, name] for name, (identity, place) in known.items()],
            "state": str(self._state_dir),
        }

    # --- the end

    def _fail(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self._wakeup.ring()

    def _end(self, control: ControlServer) -> None:
        self._notifier.stopping()
        if self._runtime_dir is not None and not self._notifier.has_manager:
            # A manager removes the directory with the list when the service stops, and keeps both
            # while it is restarted: no command is to begin a ledger of its own in between.
            unlist_libraries(self._runtime_dir)
        control.close()
        if self._workers is not None:
            self._workers.stop()
        until = self._clock.elapsed() + _STOPPING
        while not self._is_over() and self._clock.elapsed() < until:
            self._wakeup.wait(_CHANGING)
        self._publish_at = timedelta()
        self._publish()
        self._say_what_waits()

    def _say_what_waits(self) -> None:
        pending = sum(library["pending"] for library in self._board.document()["libraries"])
        if pending:
            waits = "1 change waits" if pending == 1 else f"{pending:,} changes wait"
            log.info("%s to be sent; the next start, or `syncd once`, goes on with it", waits)
