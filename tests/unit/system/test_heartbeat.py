"""Whether work goes on."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from syncd.system.heartbeat import Heartbeats, Stopped, beat, checkpoint, resting
from tests.fakes.clock import FakeClock

PATIENCE = timedelta(minutes=1)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def pulses(clock: FakeClock) -> Heartbeats:
    return Heartbeats(clock, PATIENCE)


def test_a_thread_at_work_that_falls_silent_is_named(clock: FakeClock, pulses: Heartbeats) -> None:
    with pulses.watch("library mine").working():
        clock.advance(seconds=60)
        assert pulses.find_hanging() is None
        clock.advance(seconds=1)
        assert pulses.find_hanging() == "library mine has not moved for 61 s"


def test_every_step_buys_time(clock: FakeClock, pulses: Heartbeats) -> None:
    with pulses.watch("library mine").working():
        for _ in range(3):
            clock.advance(seconds=50)
            beat()
        assert pulses.find_hanging() is None


def test_a_thread_at_rest_may_stay_there_but_not_afterwards(
    clock: FakeClock, pulses: Heartbeats
) -> None:
    with pulses.watch("the scanner").working():
        with resting():
            clock.advance(hours=5)
            assert pulses.find_hanging() is None
        clock.advance(seconds=61)
        assert pulses.find_hanging() is not None


def test_a_thread_that_has_not_begun_or_has_ended_does_not_hang(
    clock: FakeClock, pulses: Heartbeats
) -> None:
    pulse = pulses.watch("library mine")
    clock.advance(hours=5)
    assert pulses.find_hanging() is None
    with pulse.working():
        pass
    clock.advance(hours=5)
    assert pulses.find_hanging() is None


def test_who_is_forgotten_is_not_named(clock: FakeClock, pulses: Heartbeats) -> None:
    pulse = pulses.watch("library mine")
    with pulse.working():
        clock.advance(hours=5)
        pulses.forget(pulse)
        assert pulses.find_hanging() is None


def test_a_thread_that_is_to_end_does_so_at_its_next_checkpoint(pulses: Heartbeats) -> None:
    pulse = pulses.watch("library mine")
    with pulse.working():
        checkpoint()
        pulse.stopping = True
        beat()
        with pytest.raises(Stopped):
            checkpoint()


def test_an_unsupervised_thread_is_not_bothered(pulses: Heartbeats) -> None:
    with pulses.watch("library mine").working() as _:
        other = threading.Thread(target=checkpoint)
        other.start()
        other.join()
    beat()
    checkpoint()
    with resting():
        pass


def test_a_thread_at_rest_is_well_now_and_one_at_work_since_its_last_step(
    clock: FakeClock, pulses: Heartbeats
) -> None:
    pulses.watch("at rest")
    with pulses.watch("at work").working():
        begun = clock.elapsed()
        clock.advance(seconds=50)

        assert pulses.last_beats() == {"at rest": clock.elapsed(), "at work": begun}
