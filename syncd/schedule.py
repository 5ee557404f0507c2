"""Given the last run, when is the next one: intervals and cron, in a time zone. Pure.

Cron means what crontab(5) means by it: minute, hour, day of month, month, day of week; lists,
ranges, steps and names; Sunday is 0 and 7; where both day fields are restricted, either will do;
and `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.

When clocks are put forward, a time that does not exist is due when it would have been; when they
are put back, a time that comes twice is due once, unless every hour is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from syncd.settings import Cron, When

_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PART = re.compile(r"(?:(?P<first>\w+)(?:-(?P<last>\w+))?|\*)(?:/(?P<step>\d+))?")

# A day that exists at all comes within eight years: 29 February around 2100.
_HORIZON = timedelta(days=366 * 8)


class _Field(NamedTuple):
    name: str
    first: int
    last: int
    names: dict[str, int]


_WEEKDAY = _Field("day of week", 0, 7, {name: number for number, name in enumerate(_DAYS)})

_FIELDS = (
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day of month", 1, 31, {}),
    _Field("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    _WEEKDAY,
)


@dataclass(frozen=True, slots=True)
class CronTimes:
    """The times that a cron expression names."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """Monday is 1, Sunday is 7, as `date.isoweekday` has it."""
    any_day: bool
    """Neither or one of the two day fields is restricted, so both must agree."""
    every_hour: bool

    def falls_on(self, day: date) -> bool:
        """Tell whether some time of this day is named."""
        if day.month not in self.months:
            return False
        by_date, by_weekday = day.day in self.days, day.isoweekday() in self.weekdays
        return by_date and by_weekday if self.any_day else by_date or by_weekday


def parse_cron(expression: str) -> CronTimes:
    """Read a cron expression. Raises `ValueError` with a sentence for whoever wrote it."""
    text = _MACROS.get(expression.strip().lower(), expression)
    parts = text.split()
    if len(parts) != len(_FIELDS):
        raise ValueError(
            f"a cron expression has five fields (minute hour day month weekday), not {len(parts)}"
        )
    minutes, hours, days, months, weekdays = (
        _parse_field(part, field) for part, field in zip(parts, _FIELDS, strict=True)
    )
    times = CronTimes(
        minutes=tuple(sorted(minutes)),
        hours=tuple(sorted(hours)),
        days=frozenset(days),
        months=frozenset(months),
        weekdays=frozenset(number or 7 for number in weekdays),
        any_day=parts[2].startswith("*") or parts[4].startswith("*"),
        every_hour=parts[1].startswith("*"),
    )
    if not _can_happen(times):
        raise ValueError(f"no year has a day that fits “{expression}”")
    return times


class Timetable:
    """When something is due: `When` in a time zone, answered for any moment (aware)."""

    def __init__(self, when: When, zone: tzinfo) -> None:
        self._interval = when if isinstance(when, timedelta) else None
        self._times = parse_cron(when.expression) if isinstance(when, Cron) else None
        self._zone = zone

    def next_after(self, moment: datetime) -> datetime:
        """Return the first time after `moment` (for an interval: one interval later), in UTC."""
        if self._times is None:
            return moment.astimezone(UTC) + (self._interval or timedelta())
        moment = moment.astimezone(UTC)
        return next(each for each in self._from(self._times, moment) if each > moment)

    def next_due(self, last: datetime | None, now: datetime) -> datetime:
        """Return when the next run is due: at once if there was none, or its time has passed."""
        if last is None:
            return now
        if last > now:  # the clock was put back; the last run says nothing about the next one
            return self.next_after(now)
        return max(now, self.next_after(last))

    def is_late(self, last: datetime, now: datetime) -> bool:
        """Tell whether two runs in a row have been missed since the last one."""
        return self.next_after(self.next_after(last)) < now

    def _from(self, times: CronTimes, moment: datetime) -> Iterator[datetime]:
        # A day early: when clocks change, days begin at odd moments.
        day = moment.astimezone(self._zone).date() - timedelta(days=1)
        end = day + _HORIZON
        while day < end:
            if times.falls_on(day):
                yield from self._on(times, day)
            day += timedelta(days=1)

    def _on(self, times: CronTimes, day: date) -> list[datetime]:
        folds = (0, 1) if times.every_hour else (0,)
        moments = {
            datetime.combine(day, time(hour, minute, fold=fold), self._zone).astimezone(UTC)
            for hour in times.hours
            for minute in times.minutes
            for fold in folds
        }
        return sorted(moments)


def find_zone(name: str) -> tzinfo:
    """Return the time zone of this IANA name; `local` is the machine's.

    Raises `ValueError` for one that is not known.
    """
    if name == "local":
        return _Local()
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f"no time zone is called “{name}” (examples: Europe/Berlin, UTC)"
        ) from error


class _Local(tzinfo):
    """The machine's time zone, its changes of clock included."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        if moment is None:
            return None
        # Naive times are local time to `astimezone`, which asks the C library.
        return moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, _moment: datetime | None) -> timedelta | None:
        return None

    def tzname(self, _moment: datetime | None) -> str:
        return "local"

    def fromutc(self, moment: datetime) -> datetime:
        local = moment.replace(tzinfo=UTC).astimezone()
        return local.replace(tzinfo=self)


def _parse_field(text: str, field: _Field) -> set[int]:
    values: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise _wrong(field, part)
        values.update(_parse_part(match, field))
    return values


def _parse_part(match: re.Match[str], field: _Field) -> range:
    step = int(match["step"] or 1)
    # Of the weekdays, 7 is only another word for 0.
    end = field.last - 1 if field is _WEEKDAY else field.last
    if match["first"] is None:
        first, last = field.first, end
    else:
        first = _parse_value(match["first"], field)
        last = end if match["step"] else first
    if match["last"]:
        last = _parse_value(match["last"], field)
    if field is _WEEKDAY and last == 0 < first:
        last = 7  # fri-sun
    if step < 1 or last < first:
        raise _wrong(field, match[0])
    return range(first, last + 1, step)


def _parse_value(text: str, field: _Field) -> int:
    number = field.names.get(text[:3].lower()) if text.isalpha() else None
    if number is None and text.isdecimal():
        number = int(text)
    if number is None or not field.first <= number <= field.last:
        raise _wrong(field, text)
    return number


def _wrong(field: _Field, text: str) -> ValueError:
    names = f" or {', '.join(field.names)}" if field.names else ""
    return ValueError(f"“{text}” is no {field.name} ({field.first}-{field.last}{names})")


def _can_happen(times: CronTimes) -> bool:
    # 2096 is a leap year; four years hold every month and every day there is.
    start = date(2096, 1, 1)
    return any(times.falls_on(start + timedelta(days=offset)) for offset in range(366))
