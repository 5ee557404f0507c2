"""How long to leave a library alone that did not do what it was asked. Pure but for chance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

SHORTEST = timedelta(seconds=5)
LONGEST = timedelta(minutes=15)
REFUSED = timedelta(hours=1)
"""After a refused key: nothing helps but a person, who may have acted meanwhile."""


class Backoff:
    """Waits longer each time, until something has worked.

    `chance` returns numbers from 0 to 1: libraries that failed together do not come back
    together.
    """

    def __init__(self, chance: Callable[[], float], shortest: timedelta = SHORTEST) -> None:
        self._chance = chance
        self._shortest = shortest
        self._failures = 0

    def next_wait(self, retry_after: timedelta | None = None) -> timedelta:
        """Count a failure; return how long to wait: as long as the library asked, if it did."""
        backoff = min(LONGEST, self._shortest * (1 << min(self._failures, 20)))
        self._failures += 1
        if retry_after is not None:
            return retry_after + self._shortest * self._chance()
        return backoff * (0.75 + self._chance() / 4)

    def succeeded(self) -> None:
        """Begin with short waits again."""
        self._failures = 0
