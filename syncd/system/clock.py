"""Where time comes from: the two clocks that rooms are given, so that tests never wait.

NOW      the time of day: for people, schedules and the ledger. It may jump.
ELAPSED  time since some fixed moment: for settling, patience and hang detection. It never
         jumps, and stands still while the machine is suspended.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Both clocks."""

    def now(self) -> datetime:
        """Return the time of day, aware, in UTC."""
        ...

    def elapsed(self) -> timedelta:
        """Return the time passed since a fixed moment; only differences mean anything."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def elapsed(self) -> timedelta:
        return timedelta(seconds=time.monotonic())


Pause = Callable[[timedelta], object]
"""Waits that long, or until syncd is asked to stop."""
