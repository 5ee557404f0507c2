"""When the exports are written: at once, or now and then while a daemon is at work.

Other programs read them, and a daemon that takes in one file after the other would write them
anew for each. It writes them at once when the last time is long ago, and otherwise later: once
the time has passed, or as soon as the work has rested for a while.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple, Protocol

from adapters.file.access import Access
from adapters.file.exports import carry_out, plan_export
from adapters.file.faults import naming_faults
from adapters.file.index import Index
from adapters.file.layout import Layout
from adapters.file.lock import hold_lock
from syncd.errors import LibraryError

_REST = timedelta(seconds=10)
"""Work that has rested for so long is done."""

log = logging.getLogger(__name__)


class Appointment(Protocol):
    """Something that will be done later."""

    def cancel(self) -> None:
        """Have it not done, unless it is being done already."""
        ...


def _elapsed() -> timedelta:
    return timedelta(seconds=time.monotonic())


def _later(wait: timedelta, action: Callable[[], None]) -> Appointment:
    timer = threading.Timer(wait.total_seconds(), action)
    timer.daemon = True
    timer.name = "exports"
    timer.start()
    return timer


class Timing(NamedTuple):
    """How long the exports may wait while work goes on, and how time is told."""

    at_most_every: timedelta = timedelta()
    elapsed: Callable[[], timedelta] = _elapsed
    later: Callable[[timedelta, Callable[[], None]], Appointment] = _later


class Exporter:
    """Writes one library's exports, on whichever thread it is time."""

    def __init__(
        self, layout: Layout, access: Access, sleep: Callable[[timedelta], None], timing: Timing
    ) -> None:
        self._layout = layout
        self._access = access
        self._sleep = sleep
        self._timing = timing
        self._writing = threading.Lock()
        self._written_at: timedelta | None = None
        self._worked_at = timedelta()
        self._appointment: Appointment | None = None
        self._closed = False

    def working(self) -> None:
        """Take note that work goes on."""
        self._worked_at = self._timing.elapsed()

    def finish(self) -> None:
        """Write the exports if they are not up to date, now or soon. Raises `LibraryError`."""
        self.working()
        if self._wait() > timedelta() or not self._writing.acquire(blocking=False):
            self._put_off()
            return
        try:
            self._write()
        finally:
            self._writing.release()

    def close(self) -> None:
        """Write now what was put off, or wait for what is being written; later, nothing is."""
        self._closed = True
        appointment, self._appointment = self._appointment, None
        if appointment is not None:
            appointment.cancel()
            self._write_somehow()
        with self._writing:
            pass  # whoever was at it on another thread has finished

    def _wait(self) -> timedelta:
        """Return how long it is until the exports may be written again."""
        if self._written_at is None:
            return timedelta()
        return self._written_at + self._timing.at_most_every - self._timing.elapsed()

    def _put_off(self) -> None:
        if self._appointment is None and not self._closed:
            self._appointment = self._timing.later(self._next(), self._keep_appointment)

    def _next(self) -> timedelta:
        rest = self._worked_at + _REST - self._timing.elapsed()
        return max(min(self._wait(), rest), timedelta(seconds=1))

    def _keep_appointment(self) -> None:
        self._appointment = None
        now = self._timing.elapsed()
        if self._wait() > timedelta() and now - self._worked_at < _REST:
            self._put_off()
        elif not self._write_somehow():
            self._written_at = now
            self._put_off()

    def _write_somehow(self) -> bool:
        with self._writing:
            try:
                self._write()
            except LibraryError as error:
                log.warning("the exports are not up to date: %s", error)
                return False
        return True

    def _write(self) -> None:
        layout = self._layout
        with naming_faults(layout.directory):
            if not self._access.exists():
                return
            layout.state.mkdir(exist_ok=True)
            with hold_lock(layout.export_lock, self._sleep):
                if self._export():
                    self._written_at = self._timing.elapsed()

    def _export(self) -> bool:
        """Write what is not up to date; say whether that was anything."""
        export = self._access.work(
            lambda index: plan_export(self._layout, index, self._access.take_kept(index))
        )
        if export is None:
            return False
        # The library is not locked meanwhile; what changes now is for the next time to export.
        done = carry_out(self._layout, export)
        if done is None:
            self._access.work(_forget_exports)
            return self._export()
        self._access.work(lambda index: index.mark_exported(done.standing, done.pieces, done.whole))
        for edited, kept in done.asides:
            log.warning(
                "%s was edited by hand: that is kept as %s, and the file is written anew from the"
                " items. To change a work, edit its file in %s",
                edited, kept, self._layout.items,
            )  # fmt: skip
        return True


def _forget_exports(index: Index) -> None:
    index.forget_exports()
