"""The schedule's clockwork: APScheduler rings, `syncd.schedule` says when.

Jobs only wake somebody, so they take no time and cannot fail. A run that comes late is still
run, once, however many were missed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from syncd.schedule import Timetable
from syncd.system.clock import Clock

_JITTER = 0.02
_MOST_JITTER = timedelta(minutes=1)

Due = Callable[[str, datetime], None]
"""Told when a job is due next."""


@dataclass(slots=True)
class _Job:
    timetable: Timetable
    wake: Callable[[], None]
    last: datetime | None


class Timer:
    """Rings at the times of its timetables, from `start` to `stop`."""

    def __init__(self, clock: Clock, chance: Callable[[], float], due: Due) -> None:
        self._clock = clock
        self._chance = chance
        self._due = due
        self._jobs: dict[str, _Job] = {}
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            daemon=True,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def add(
        self, name: str, timetable: Timetable, last: datetime | None, wake: Callable[[], None]
    ) -> None:
        """Call `wake` whenever the timetable says so; `last` is when that was done last.

        What was missed since then is due at once.
        """
        self._jobs[name] = _Job(timetable, wake, last)
        self._scheduler.add_job(self._ring, self._trigger(name), args=[name], id=name)

    def start(self) -> None:
        """Begin to ring."""
        self._scheduler.start()

    def stop(self) -> None:
        """Ring no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def clock_jumped(self) -> None:
        """Work the times out again: the time of day is not what it was."""
        for name in self._jobs:
            self._scheduler.reschedule_job(name, trigger=self._trigger(name))
        self._scheduler.wakeup()

    def _ring(self, name: str) -> None:
        job = self._jobs[name]
        job.last = self._clock.now()
        job.wake()

    def _trigger(self, name: str) -> BaseTrigger:
        return _Trigger(lambda previous, now: self._next(name, previous, now))

    def _next(self, name: str, previous: datetime | None, now: datetime) -> datetime:
        timetable = self._jobs[name].timetable
        if previous is None:
            due = timetable.next_due(self._jobs[name].last, now)
        else:
            due = timetable.next_after(max(previous, now))
        if due > now:
            # So that a thousand daemons do not knock on the hour.
            due += min(_MOST_JITTER, (due - now) * _JITTER) * self._chance()
        self._due(name, due)
        return due


class _Trigger(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 has no types
    """Lets APScheduler ask our timetable."""

    def __init__(self, find_next: Callable[[datetime | None, datetime], datetime]) -> None:
        self._find_next = find_next

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        return self._find_next(previous, now)
