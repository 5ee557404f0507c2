"""A clock that stands until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Both clocks of `system.clock`; `advance` moves them together, `jump` only the time of day."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now or datetime.now(UTC)
        self._elapsed = timedelta(days=3)

    def now(self) -> datetime:
        return self._now

    def elapsed(self) -> timedelta:
        return self._elapsed

    def advance(self, **duration: float) -> None:
        step = timedelta(**duration)
        self._now += step
        self._elapsed += step

    def jump(self, **duration: float) -> None:
        self._now += timedelta(**duration)
