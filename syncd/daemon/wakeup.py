"""How the main thread is woken: by signals and by other threads, without a lock.

A signal handler runs in the middle of whatever the main thread does, so it must not take a lock
that is perhaps held there. Python writes a signal's number into a pipe by itself; other threads
write a zero.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta


class Wakeup:
    """A pipe that ends a wait."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def ring(self) -> None:
        """Wake the main thread. Any thread may."""
        # A full pipe rings anyhow.
        with suppress(BlockingIOError):
            os.write(self._write, b"\0")

    def wait(self, timeout: timedelta) -> list[int]:
        """Wait to be woken, at most so long; return the signals that came."""
        ready, _, _ = select.select([self._read], [], [], max(timeout.total_seconds(), 0))
        return [number for number in os.read(self._read, 4096) if number] if ready else []

    @contextmanager
    def catching(self, signals: Sequence[signal.Signals]) -> Iterator[None]:
        """Take these signals as rings, in the main thread, while the block lasts."""
        before = {number: signal.signal(number, lambda *_: None) for number in signals}
        pipe_before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(pipe_before)
            for number, handler in before.items():
                signal.signal(number, handler)
