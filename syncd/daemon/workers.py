"""The workers: all threads that work for one reading of the configuration, from start to end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from syncd.daemon.board import Board
from syncd.daemon.queue import Patience, Request, Wish
from syncd.daemon.scanners import Scanners
from syncd.daemon.timer import Timer
from syncd.daemon.work import Assemble, LibraryWork
from syncd.daemon.worker import Worker, WorkerContext
from syncd.errors import BusyError
from syncd.inbox import Export, Inbox, IsKnown
from syncd.schedule import Timetable, find_zone
from syncd.settings import FolderSettings, Settings
from syncd.sync.standing import RunSummary
from syncd.system.clock import Clock
from syncd.system.heartbeat import Heartbeat, Heartbeats, checkpoint, resting

Delivered = Callable[[Settings, str, Sequence[Export], RunSummary], None]
"""Told, on a library's thread and at once, what became of exports."""


def leave_untold(
    settings: Settings, library: str, exports: Sequence[Export], summary: RunSummary
) -> None:
    """Tell nobody of what was delivered."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What outlives a configuration."""

    state_dir: Path
    clock: Clock
    board: Board
    heartbeats: Heartbeats
    chance: Callable[[], float]
    failed: Callable[[BaseException], None]
    delivered: Delivered = leave_untold


class Workers:
    """A scanner for each folder, a worker for each library, and the timer that wakes them.

    Making one assembles everything anew, with the errors of `Assemble`.
    """

    def __init__(self, assemble: Assemble, shared: Shared) -> None:
        self._shared = shared
        self._stopping = threading.Event()
        self._heartbeats: list[Heartbeat] = []
        assembly = assemble(self._pause)
        self.settings = assembly.settings
        zone = find_zone(self.settings.schedule.timezone)
        self._reconciling = Timetable(self.settings.schedule.reconcile, zone)
        self._rescanning = Timetable(self.settings.schedule.rescan, zone)
        surroundings = WorkerContext(
            shared.clock, shared.board, self, shared.chance, shared.state_dir / "at-work"
        )
        self._workers = {
            work.name: Worker(work, surroundings, self._heartbeat(f"library {work.name}"))
            for work in assembly.libraries
        }
        self._scanners = self._make_scanners()
        self._timer = Timer(shared.clock, shared.chance, shared.board.show_due)

    @property
    def libraries(self) -> Collection[str]:
        """The names of the libraries that are served."""
        return self._workers.keys()

    def start(self) -> None:
        """Begin: open the libraries, scan the folders, wind the timer."""
        self._shared.board.begin(
            {worker.name: worker.load for worker in self._workers.values()},
            [each.path for each in self.settings.folders],
        )
        for worker in self._workers.values():
            worker.start()
        self._scanners.start()
        now = self._shared.clock.now()
        self._timer.add("rescan", self._rescanning, now, self._scanners.rescan)
        for worker in self._workers.values():
            self._timer.add(
                f"reconcile {worker.name}",
                self._reconciling,
                worker.last_reconcile_at(),
                _wisher(worker),
            )
        self._timer.start()

    def stop(self) -> None:
        """End every wait, and each thread after what it is doing."""
        self._stopping.set()
        self._timer.stop()
        self._scanners.stop()
        for worker in self._workers.values():
            worker.stop()

    def is_busy(self) -> bool:
        """Tell whether any library has exports at work or waiting."""
        return any(worker.queued() for worker in self._workers.values())

    def is_over(self) -> bool:
        """Tell whether, after `stop`, every thread has ended."""
        workers = self._workers.values()
        over = self._scanners.is_over() and not any(each.is_alive() for each in workers)
        if over:
            for heartbeat in self._heartbeats:
                self._shared.heartbeats.forget(heartbeat)
        return over

    def excuse(self) -> None:
        """The process ends in order: nothing that is at work is to blame for it."""
        for worker in self._workers.values():
            worker.excuse()

    def woke_up(self) -> None:
        """The machine slept, or its clock was set: look at everything again, now."""
        self._timer.clock_jumped()
        self._scanners.rescan()
        for worker in self._workers.values():
            worker.hurry()

    def rescan(self) -> None:
        """Look into every folder now."""
        self._scanners.rescan()

    def show_silent(self) -> None:
        """Name the folders that do not answer."""
        self._scanners.show_silent()

    def find_late(self, now: datetime) -> list[str]:
        """Name the libraries that have not been reconciled for two of their turns."""
        return [
            worker.name
            for worker in self._workers.values()
            if (last := worker.last_reconcile_at()) and self._reconciling.is_late(last, now)
        ]

    def perform(
        self,
        library: str,
        perform: Callable[[LibraryWork], Any],
        patience: Patience | None = None,
    ) -> Any:
        """Have something done on a library's own thread; return or raise what comes of it.

        Raises `BusyError` when the daemon ends before it is done, or too many are waiting, and
        `TimeoutError` when what only looks takes more than `patience`.
        """
        request = Request(perform)
        worker = self._workers[library]
        worker.hurry()
        if not worker.perform(request):
            raise BusyError(f"too much is waiting for the library {library}")
        if patience is not None and not request.is_done_within(patience):
            worker.withdraw(request)
            raise TimeoutError
        request.done.wait()
        if request.error is not None:
            raise request.error
        return request.result

    def resume(self, library: str, *, as_new: bool = False) -> None:
        """Go on with a library that a guard stopped; see `LibraryRun.resume`."""
        self._workers[library].resume(as_new=as_new)

    def reconcile_soon(self, library: str) -> None:
        """Have a library reconciled, and what waits for it carried out, once it answers."""
        self._workers[library].wish(Wish.RECONCILE)

    # --- for the workers

    def opened(self) -> None:
        """Have the folders looked into by somebody who can tell now what is known."""
        self._scanners.rescan()

    def delivered(self, library: str, exports: Sequence[Export], summary: RunSummary) -> None:
        """Hand exports back to their scanners."""
        self._scanners.delivered(library, exports, summary)
        self._shared.delivered(self.settings, library, exports, summary)

    def failed(self, error: BaseException) -> None:
        """Pass on what this daemon cannot survive."""
        self._shared.failed(error)

    def _pause(self, duration: timedelta) -> None:
        with resting():
            self._stopping.wait(max(duration.total_seconds(), 0))
        checkpoint()

    # --- putting it together

    def _make_scanners(self) -> Scanners:
        inboxes = [
            Inbox(
                folder,
                max_file_size=self.settings.limits.max_file_size,
                clock=self._shared.clock,
                is_known=self._is_known_in(folder),
            )
            for folder in self.settings.folders
        ]
        offers = {name: worker.offer for name, worker in self._workers.items()}
        return Scanners(
            inboxes, offers, self._shared.clock, self._shared.board, self._shared.failed
        )

    def _is_known_in(self, folder: FolderSettings) -> IsKnown:
        workers = [self._workers[name] for name in folder.libraries]
        return lambda sha256: all(worker.is_known(sha256, folder) for worker in workers)

    def _heartbeat(self, name: str) -> Heartbeat:
        heartbeat = self._shared.heartbeats.watch(name)
        self._heartbeats.append(heartbeat)
        return heartbeat


def _wisher(worker: Worker) -> Callable[[], None]:
    return lambda: worker.wish(Wish.RECONCILE)
