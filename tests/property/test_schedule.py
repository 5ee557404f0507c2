"""Our cron beside APScheduler's, where both mean the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.schedule import Timetable
from syncd.settings import Cron


def field(first: int, last: int) -> st.SearchStrategy[str]:
    # APScheduler refuses steps that are wider than what they step through; crontab does not.
    number = st.integers(first, last)
    span = st.tuples(number, number).map(sorted).map(lambda pair: f"{pair[0]}-{pair[1]}")
    stepped = st.integers(1, last - first).map(lambda step: f"{first}-{last}/{step}")
    step = st.integers(1, last - first).map(lambda number: f"*/{number}")
    part = st.one_of(number.map(str), span, stepped)
    return st.one_of(st.just("*"), step, st.lists(part, min_size=1, max_size=3).map(",".join))


MOMENTS = st.integers(0, 20 * 365 * 86400).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@settings(max_examples=60, deadline=None)
@given(field(0, 59), field(0, 23), field(1, 28), field(1, 12), MOMENTS)
def test_the_next_time_is_the_one_apscheduler_finds(
    minute: str, hour: str, day: str, month: str, moment: datetime
) -> None:
    trigger = CronTrigger(minute=minute, hour=hour, day=day, month=month, timezone=UTC)
    timetable = Timetable(Cron(f"{minute} {hour} {day} {month} *"), UTC)

    expected = trigger.get_next_fire_time(None, moment + timedelta(seconds=1))

    assert timetable.next_after(moment) == expected
