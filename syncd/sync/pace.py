"""How fast a library takes what it is sent, and how long the rest will take at that pace.

Learnt from the answers as they come, the latest counting most, since a library is not always
equally fast: a Zotero on this machine takes a second for an item while it shows a large library,
and a tenth of that while it shows another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from syncd.system.clock import Clock

_KEPT = 0.8
"""How much of what was learnt before still counts when another batch has been answered."""


_SILENT = timedelta(minutes=2)
"""After so long without an answer nobody can tell how long the rest will take."""


class Sending(NamedTuple):
    """How far what is promised has been sent in this pass; `left` is None while nobody can tell.

    `silent` is for how long the library has not answered, where that is long.
    """

    done: int
    of: int
    left: timedelta | None
    silent: timedelta | None = None

    @classmethod
    def together(cls, each: Sequence[Sending]) -> Sending | None:
        """Return how far several are that are sent at the same time: the slowest ends it."""
        if not each:
            return None
        lefts = [sending.left for sending in each]
        known = [left for left in lefts if left is not None]
        silences = [sending.silent for sending in each if sending.silent is not None]
        return cls(
            sum(sending.done for sending in each),
            sum(sending.of for sending in each),
            max(known) if len(known) == len(lefts) else None,
            max(silences, default=None),
        )


class _Learnt(NamedTuple):
    """Operations that were answered, and the time they took, both fading."""

    operations: float = 0.0
    took: timedelta = timedelta()


class Pace:
    """Kept by whoever sends, on its own thread; `look` may be called by any."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._learnt = _Learnt()
        self._noted_at = clock.elapsed()
        self._done: int | None = None
        """How many have been answered in this pass; None between two."""

    def begin(self) -> None:
        """A pass over what is promised begins."""
        self._noted_at = self._clock.elapsed()
        self._done = 0

    def end(self) -> None:
        """It is over, for whatever reason; what was learnt is kept for the next."""
        self._done = None

    def note(self, operations: int) -> None:
        """So many operations have been answered since the last time."""
        now = self._clock.elapsed()
        took, self._noted_at = now - self._noted_at, now
        self._learnt = _Learnt(
            self._learnt.operations * _KEPT + operations, self._learnt.took * _KEPT + took
        )
        self._done = (self._done or 0) + operations

    def look(self, pending: int) -> Sending | None:
        """Say how far the pass has got that has these still to do; None where there is none."""
        done, learnt = self._done, self._learnt
        if done is None or not pending:
            return None
        silent = self._clock.elapsed() - self._noted_at
        if silent >= _SILENT:
            return Sending(done, done + pending, None, silent)
        left = learnt.took * (pending / learnt.operations) if learnt.operations else None
        return Sending(done, done + pending, left)


def words_for(left: timedelta) -> str:
    """Say a time that is left as one would: `about 5 minutes`."""
    seconds = left.total_seconds()
    if seconds < 5:
        return "a few seconds"
    if seconds < 90:
        return f"about {max(5, round(seconds / 5) * 5)} seconds"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} minutes"
    return f"about {round(seconds / 3600)} hours"


def words_about(sending: Sending) -> str:
    """Say how long the rest will take, or that the library is silent; empty: nobody can tell."""
    if sending.silent is not None:
        minutes = round(sending.silent.total_seconds() / 60)
        return f"no answer for {minutes} minutes: the library is busy, or waits for a person"
    return f"{words_for(sending.left)} left" if sending.left is not None else ""
