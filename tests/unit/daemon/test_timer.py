"""The schedule's clockwork, with APScheduler's own threads and a time of day that jumps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from syncd.daemon.timer import Timer
from syncd.schedule import Timetable
from syncd.system.clock import SystemClock


class Ring(threading.Event):
    """Counts how often it rang, and waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __call__(self) -> None:
        self.count += 1
        self.set()


class Wound(NamedTuple):
    """A timer at work, and when it says its job is due."""

    timer: Timer
    due: dict[str, datetime]


Wind = Callable[..., Wound]


@pytest.fixture
def ring() -> Ring:
    return Ring()


@pytest.fixture
def wind(ring: Ring) -> Iterator[Wind]:
    wound: list[Wound] = []

    def start(every: timedelta, last: datetime | None, chance: float = 0.0) -> Wound:
        due: dict[str, datetime] = {}
        timer = Timer(SystemClock(), lambda: chance, due.__setitem__)
        timer.add("job", Timetable(every, UTC), last, ring)
        timer.start()
        wound.append(Wound(timer, due))
        return wound[-1]

    yield start
    for each in wound:
        each.timer.stop()


def test_a_job_rings_again_and_again(wind: Wind, ring: Ring) -> None:
    wind(timedelta(seconds=0.1), datetime.now(UTC))

    for _ in range(3):
        assert ring.wait(2)
        ring.clear()


def test_a_job_missed_a_hundred_times_rings_once(wind: Wind, ring: Ring) -> None:
    now = datetime.now(UTC)

    wound = wind(timedelta(hours=1), now - timedelta(hours=100))

    assert ring.wait(2)
    assert ring.count == 1
    assert timedelta(minutes=59) < wound.due["job"] - now < timedelta(minutes=61)


def test_a_job_that_is_not_due_is_announced_and_does_not_ring(wind: Wind, ring: Ring) -> None:
    now = datetime.now(UTC)

    wound = wind(timedelta(hours=6), now - timedelta(hours=1))

    assert not ring.wait(0.1)
    assert wound.due["job"] == now + timedelta(hours=5)


def test_chance_puts_a_job_off_by_a_minute_at_most(wind: Wind) -> None:
    now = datetime.now(UTC)

    wound = wind(timedelta(hours=6), now, chance=1.0)

    assert wound.due["job"] == now + timedelta(hours=6, minutes=1)


def test_a_clock_put_back_does_not_stall_the_schedule(wind: Wind, ring: Ring) -> None:
    now = datetime.now(UTC)
    wound = wind(timedelta(seconds=0.3), now + timedelta(days=365))

    assert ring.wait(2)
    ring.clear()
    wound.timer.clock_jumped()
    assert ring.wait(2)


def test_after_a_jump_of_the_clock_the_times_are_worked_out_again(wind: Wind, ring: Ring) -> None:
    now = datetime.now(UTC)
    wound = wind(timedelta(hours=1), now)
    first = wound.due["job"]

    wound.timer.clock_jumped()

    assert wound.due["job"] == first
    assert not ring.wait(0.1)
