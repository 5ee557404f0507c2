"""When the next run is due."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from syncd.schedule import Timetable, find_zone, parse_cron
from syncd.settings import Cron

LONDON = ZoneInfo("Europe/London")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def times(expression: str, after: str, count: int, zone: str = "UTC") -> list[str]:
    timetable = Timetable(Cron(expression), ZoneInfo(zone))
    moment, found = at(after), []
    for _ in range(count):
        moment = timetable.next_after(moment)
        found.append(f"{moment:%a %Y-%m-%d %H:%M}")
    return found


@pytest.mark.parametrize("sunday", ["0", "7", "sun", "SUN", "Sunday", "7-7"])
def test_every_word_for_sunday_is_sunday(sunday: str) -> None:
    assert times(f"0 9 * * {sunday}", "2026-11-23 00:00", 1) == ["Sun 2026-11-29 09:00"]


@pytest.mark.parametrize(
    ("weekdays", "expected"),
    [
        ("1-5", "Mon Tue Wed Thu Fri"),
        ("mon-fri", "Mon Tue Wed Thu Fri"),
        ("fri-sun", "Fri Sat Sun"),
        ("5-7", "Fri Sat Sun"),
        ("0-2", "Mon Tue Sun"),
        ("*/2", "Tue Thu Sat Sun"),
        ("1,3,sat", "Mon Wed Sat"),
        ("0-7", "Mon Tue Wed Thu Fri Sat Sun"),
    ],
)
def test_weekdays_come_as_lists_ranges_steps_and_names(weekdays: str, expected: str) -> None:
    week = times(f"0 9 * * {weekdays}", "2026-11-23 00:00", len(expected.split()))

    assert " ".join(day[:3] for day in week) == expected


def test_steps_lists_and_months() -> None:
    assert times("5,50/5 */12 1 feb,11 *", "2026-11-23 00:00", 3) == [
        "Mon 2027-02-01 00:05",
        "Mon 2027-02-01 00:50",
        "Mon 2027-02-01 00:55",
    ]


def test_where_both_days_are_restricted_either_will_do() -> None:
    assert times("0 0 25 * fri", "2026-11-23 00:00", 3) == [
        "Wed 2026-11-25 00:00",
        "Fri 2026-11-27 00:00",
        "Fri 2026-12-04 00:00",
    ]


def test_a_leap_day_is_found_across_a_century_without_one() -> None:
    assert times("0 0 29 2 *", "2096-03-01 00:00", 1) == ["Fri 2104-02-29 00:00"]


def test_the_named_schedules_mean_what_crontab_says() -> None:
    assert times("@weekly", "2026-11-23 00:00", 1) == ["Sun 2026-11-29 00:00"]
    assert times("@daily", "2026-11-23 00:00", 1) == ["Tue 2026-11-24 00:00"]


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("* * * *", "five fields"),
        ("60 * * * *", "“60” is no minute (0-59)"),
        ("* 24 * * *", "“24” is no hour"),
        ("* * 0 * *", "“0” is no day of month"),
        ("* * * * 8", "“8” is no day of week"),
        ("* * * * fri-wed", "“fri-wed” is no day of week"),
        ("* * * marz-xy *", "“xy” is no month"),
        ("*/0 * * * *", "“*/0” is no minute"),
        ("*-5 * * * *", "“*-5” is no minute"),
        ("a b c d e", "“a” is no minute"),
        ("1,,2 * * * *", "“” is no minute"),
        ("0 0 31 2 *", "no year has a day"),
    ],
)
def test_what_is_no_schedule_is_refused_with_the_reason(expression: str, complaint: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_cron(expression)

    assert complaint in str(refusal.value)


# --- clocks that change: London 2026, forward 29 March 01:00 UTC, back 25 October 01:00 UTC


def test_a_time_that_the_spring_skips_is_due_all_the_same() -> None:
    assert times("30 1 * * *", "2026-03-28 12:00", 2, "Europe/London") == [
        "Sun 2026-03-29 01:30",
        "Mon 2026-03-30 00:30",
    ]


def test_a_time_that_comes_twice_in_autumn_is_due_once() -> None:
    assert times("30 1 * * *", "2026-10-24 12:00", 2, "Europe/London") == [
        "Sun 2026-10-25 00:30",
        "Mon 2026-10-26 01:30",
    ]


def test_what_is_due_every_hour_is_due_in_the_hour_that_comes_twice() -> None:
    assert times("30 * * * *", "2026-10-24 23:59", 3, "Europe/London") == [
        "Sun 2026-10-25 00:30",
        "Sun 2026-10-25 01:30",
        "Sun 2026-10-25 02:30",
    ]


def test_the_machines_own_zone_changes_its_clocks_too() -> None:
    code = (
        "from tests.unit.test_schedule import at; from syncd.schedule import *;"
        "from syncd.settings import Cron;"
        "table = Timetable(Cron('30 1 * * *'), find_zone('local'));"
        "print(*(f'{table.next_after(at(day)):%d %H:%M}' for day in"
        " ('2026-03-28 12:00', '2026-03-29 12:00', '2026-10-24 12:00', '2026-10-25 12:00')))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"TZ": "Europe/London"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.split() == ["29", "01:30", "30", "00:30", "25", "00:30", "26", "01:30"]


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="Europe/Berlim"):
        find_zone("Europe/Berlim")
    with pytest.raises(ValueError, match=r"\.\./etc"):
        find_zone("../etc")


# --- runs that were missed

SIX_HOURS = Timetable(timedelta(hours=6), UTC)
NIGHTLY = Timetable(Cron("0 3 * * *"), UTC)
NOW = at("2026-11-23 12:00")


def test_what_never_ran_is_due_at_once() -> None:
    assert SIX_HOURS.next_due(None, NOW) == NOW


def test_what_was_missed_while_the_power_was_off_is_due_at_once_and_once() -> None:
    assert SIX_HOURS.next_due(NOW - timedelta(days=9), NOW) == NOW
    assert NIGHTLY.next_due(at("2026-11-20 03:00"), NOW) == NOW
    assert SIX_HOURS.next_due(NOW, NOW) == NOW + timedelta(hours=6)


def test_what_was_not_missed_keeps_its_time() -> None:
    assert SIX_HOURS.next_due(NOW - timedelta(hours=1), NOW) == NOW + timedelta(hours=5)
    assert NIGHTLY.next_due(at("2026-11-23 03:00"), NOW) == at("2026-11-24 03:00")


def test_a_clock_that_was_put_back_a_year_does_not_stall_the_schedule() -> None:
    assert SIX_HOURS.next_due(NOW + timedelta(days=365), NOW) == NOW + timedelta(hours=6)


def test_two_missed_runs_are_late_and_one_is_not() -> None:
    assert not SIX_HOURS.is_late(NOW - timedelta(hours=11), NOW)
    assert SIX_HOURS.is_late(NOW - timedelta(hours=13), NOW)
    assert not NIGHTLY.is_late(at("2026-11-22 03:00"), NOW)
    assert NIGHTLY.is_late(at("2026-11-21 03:00"), NOW)
