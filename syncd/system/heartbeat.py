"""Whether work goes on: every supervised thread says when it gets somewhere.

A thread that is supervised (`Heartbeats.watch`) calls `beat` after each step that must not take for
ever: a page read, a batch pushed, a file hashed; and `checkpoint` where, besides, it could well
stop. In other threads both do nothing, so they may be called from anywhere. A thread with nothing
to do is at rest and may stay there.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from syncd.system.clock import Clock

_current = threading.local()


def beat() -> None:
    """Say that this thread got somewhere."""
    pulse: Heartbeat | None = getattr(_current, "pulse", None)
    if pulse is not None:
        pulse.beat()


def checkpoint() -> None:
    """Say that this thread got somewhere; raise `Stopped` here if it is to end."""
    pulse: Heartbeat | None = getattr(_current, "pulse", None)
    if pulse is not None:
        pulse.beat()
        if pulse.stopping:
            raise Stopped


@contextmanager
def resting() -> Iterator[None]:
    """Wait within the block for as long as it takes: this thread has nothing to do."""
    pulse: Heartbeat | None = getattr(_current, "pulse", None)
    if pulse is None:
        yield
        return
    pulse.rest()
    try:
        yield
    finally:
        pulse.beat()


class Stopped(BaseException):
    """The thread was asked to end, and did so at a place of its own choice."""


class Heartbeat:
    """The sign of life of one thread. Starts at rest."""

    def __init__(self, name: str, clock: Clock, patience: timedelta) -> None:
        self.name = name
        self._clock = clock
        self._patience = patience
        self._last: timedelta | None = None
        self.stopping = False
        """The thread is to end at its next checkpoint."""

    @property
    def last(self) -> timedelta | None:
        """When it last got somewhere; None while it is at rest."""
        return self._last

    def beat(self) -> None:
        """Work goes on."""
        self._last = self._clock.elapsed()

    def rest(self) -> None:
        """There is nothing to do."""
        self._last = None

    @contextmanager
    def working(self) -> Iterator[None]:
        """Supervise this thread for as long as the block takes."""
        _current.pulse = self
        self.beat()
        try:
            yield
        finally:
            self.rest()
            _current.pulse = None

    def hangs_since(self) -> timedelta | None:
        """Return how long nothing has happened, if that is too long; else None."""
        last = self._last
        if last is None:
            return None
        silence = self._clock.elapsed() - last
        return silence if silence > self._patience else None


class Heartbeats:
    """The supervised threads together."""

    def __init__(self, clock: Clock, patience: timedelta) -> None:
        self._clock = clock
        self._patience = patience
        self._pulses: list[Heartbeat] = []

    def watch(self, name: str) -> Heartbeat:
        """Begin to supervise a thread; it is at rest."""
        pulse = Heartbeat(name, self._clock, self._patience)
        self._pulses = [*self._pulses, pulse]
        return pulse

    def forget(self, pulse: Heartbeat) -> None:
        """Stop supervising a thread."""
        self._pulses = [each for each in self._pulses if each is not pulse]

    def last_beats(self) -> Mapping[str, timedelta]:
        """Return, by name, when each thread last got somewhere; one at rest is well now."""
        now = self._clock.elapsed()
        return {pulse.name: pulse.last or now for pulse in self._pulses}

    def find_hanging(self) -> str | None:
        """Name a thread that has stopped getting anywhere; None when all are well."""
        for pulse in self._pulses:
            silence = pulse.hangs_since()
            if silence is not None:
                return f"{pulse.name} has not moved for {silence.total_seconds():.0f} s"
        return None
