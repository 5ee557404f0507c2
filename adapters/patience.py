"""How to leave a server alone that asked for it, and still get done in the end.

A server may ask for a pause on a good answer: finish what you are doing, then wait. Looking who
we are, taking what changed and sending one batch belong together, so that many requests may be
made between two pauses. If the server goes on asking, each further stretch may be twice as long
as the one before it: a large library is read in the end, however slowly.

STRETCH   the requests between two pauses
"""

from __future__ import annotations

from datetime import timedelta

from syncd.system.clock import Clock

_SHORTEST_STRETCH = 8
_LONGEST_STRETCH = 64
_FORGOTTEN_AFTER = timedelta(minutes=10)
"""After so long without being asked, stretches are short again."""


class Patience:
    """Counts requests, and says when it is time to wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: timedelta | None = None
        self._asked_at: timedelta | None = None
        self._made = 0
        self._allowed = _SHORTEST_STRETCH
        self._kept = False
        """Somebody was told to wait during this stretch."""

    def ask(self, pause: timedelta) -> None:
        """The server asks for a pause."""
        now = self._clock.elapsed()
        if self._asked_at is not None and now - self._asked_at > _FORGOTTEN_AFTER:
            self._allowed = _SHORTEST_STRETCH
        self._asked_at = now
        self._until = now + pause

    def begin_request(self) -> None:
        """A request is about to be made."""
        self._end_pause()
        self._made += 1

    def left(self) -> timedelta | None:
        """Return how long to wait before more work is begun, or None."""
        self._end_pause()
        if self._until is None or self._made < self._allowed:
            return None
        self._kept = True
        return self._until - self._clock.elapsed()

    def _end_pause(self) -> None:
        if self._until is None or self._clock.elapsed() < self._until:
            return
        longer = 2 * self._allowed if self._kept else _SHORTEST_STRETCH
        self._allowed = min(longer, _LONGEST_STRETCH)
        self._until, self._made, self._kept = None, 0, False
