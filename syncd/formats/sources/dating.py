"""Which dates of an entry are the work's, which say when it was filed, looked up or took place.

HISTORY   a date of the manuscript, such as `received`: never the work's beside another
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from syncd.formats.sources.dates import (
    LONGEST_DATE,
    UNKNOWN,
    Date,
    event_days,
    find_days,
    in_year,
    parse_date,
)
from syncd.formats.sources.draft import Draft

_DATE_TAGS = {"": ("DA", "Y1", "PY", "YR"), "patent": ("DA", "Y1", "PY", "YR", "C2")}
_FILING_TAGS = ("FD", "C1")
_ACCESS_TAGS = ("Y2", "RD")
_WEB_PAGE_ACCESS = ("VL", "M1")
_NOTHING_ELSE = UNKNOWN[3:]
"""Behind year, month and day of a date that says no more than these."""

_HISTORY = re.compile(r"\b(?:received|accepted|submitted|revised)\b", re.IGNORECASE)
_FIRST_DAYS = frozenset([(1, 1, 1), (1900, 1, 1), (1970, 1, 1)])
_NO_SUCH_DAY = "there is no such day or month, so it is left out of the date"

Said = tuple[str, str]
"""A tag and the value under it."""


class _Beside(NamedTuple):
    """What an entry's dates say that the date field does not hold.

    `lines` go to `extra`; `doubts` are warnings, each about one of the values.
    """

    lines: tuple[tuple[str, str], ...]
    unused: tuple[Said, ...]
    doubts: tuple[tuple[str, Said], ...]


def fill_date(draft: Draft) -> None:
    """Fill the date from DA, Y1 and PY: the first year wins, then whoever knows more about it."""
    said = tuple(draft.take_all(_DATE_TAGS.get(draft.item_type, _DATE_TAGS[""])))
    if not said:
        return
    long = sum([len(value) for _, value in said]) > LONGEST_DATE
    text, beside = _read_dates(said) if long else _remember_dates(said)
    if text:
        draft.fill("date", text)
    if beside:
        for label, line in beside.lines:
            draft.add_extra(label, line)
        for tag, value in beside.unused:
            draft.leave(tag, value)
        for message, (tag, value) in beside.doubts:
            draft.warn(f"{message}: {value}", tag, value)


@lru_cache(maxsize=4096)
def _remember_dates(said: tuple[Said, ...]) -> tuple[str, _Beside | None]:
    return _read_dates(said)


def _read_dates(said: tuple[Said, ...]) -> tuple[str, _Beside | None]:
    tags: dict[str, str] = {}
    for tag, value in said:
        tags.setdefault(value, tag)
    dates = [parse_date(value) for value in tags]
    if len(dates) == 1 and dates[0].year is not None and dates[0][3:] == _NOTHING_ELSE:
        return dates[0].iso, None  # as most are
    work = _of_the_work(dates)
    year = next((date.year for date in work if date.year is not None), None)
    date = _together([in_year(date, year) for date in work if date.year in (None, year)], year)
    used: list[Said] = []
    unused: list[Said] = []
    doubts: list[tuple[str, Said]] = []
    for (value, tag), given in zip(tags.items(), dates, strict=True):
        each = in_year(given, year)
        known = each != UNKNOWN and _is_part_of(each, date)
        (used if known else unused).append((tag, value))
        if each.impossible:
            doubts.append((_NO_SUCH_DAY, (tag, value)))
    if used and date.year is None:
        doubts.append(("the date has no year", used[0]))
    return _field_text(date), _Beside(_lines(date), tuple(unused), tuple(doubts))


def _of_the_work(dates: Sequence[Date]) -> Sequence[Date]:
    """Leave out what is the manuscript's history, if a date of the work is known as well.

    So it is with the day from which programs count, which they write for a day that is not known.
    """
    firsts = {date.year for date in dates if date[:3] in _FIRST_DAYS} if len(dates) > 1 else None
    if firsts and any(date.year not in (None, *firsts) for date in dates):
        dates = [date for date in dates if date[:3] not in _FIRST_DAYS]
    if not any(date.note or date.text for date in dates):  # as most are
        return dates
    others = [date for date in dates if not _HISTORY.search(date.note or date.text)]
    return others if any(date.year is not None for date in others) else dates


def _together(dates: Sequence[Date], year: int | None) -> Date:
    """Return what dates of one year say together: the one that says most, and the others' words."""
    fullest = max(dates, key=_precision)
    _, month, day, season, text, note, impossible = fullest
    for date in dates:
        season = season or date.season
        if year is not None and date is not fullest:
            note = note or date.note or _remark(date)
    return Date(year, month, day, season, text, note, impossible)


def _precision(date: Date) -> int:
    if date.text:
        return 1 if date.names_a_month else -(date.year is None)
    return 2 * ((date.month is not None) + (date.day is not None))


def _remark(date: Date) -> str:
    """Return the text if words stand there that name no month: a supplement, a quarter, a state."""
    text = date.text
    if not text or len(text) > LONGEST_DATE or date.names_a_month:
        return ""
    return text if any(map(str.isalpha, text)) else ""


def _is_part_of(said: Date, date: Date) -> bool:
    """Tell whether a date says nothing that the other does not."""
    return (
        said.year in (None, date.year)
        and said.month in (None, date.month)
        and said.day in (None, date.day)
        and said.season in ("", date.season)
        and said.note in ("", date.note)
        and (said.text in date.text or said.text == date.note)
    )


def _field_text(date: Date) -> str:
    if date.text:
        year = f"{date.year:04}" if date.year is not None else ""
        return date.text if year in date.text else f"{date.text} {year}"
    if date.year is None and date.month:
        return f"{date.month:02}" + (f"-{date.day:02}" if date.day else "")
    return date.iso


def _lines(date: Date) -> tuple[tuple[str, str], ...]:
    if not date.season and not date.note:
        return ()
    named = (("Season", date.season), ("Date Note", date.note))
    return tuple((label, text) for label, text in named if text)


def fill_filing_date(draft: Draft) -> None:
    """Fill the day on which a patent was filed."""
    if draft.item_type != "patent":
        return
    for tag, value in draft.take_all(_FILING_TAGS):
        date = parse_date(value)
        clear = not (date.season or date.text or date.note or date.impossible)
        draft.fill_or_leave("filingDate", tag, value, date.iso if clear and date.iso else value)


_EVENT_TEXT = re.compile(r"\bthrough\b|\bto\b|[–-]\s*\d+\s+[A-Za-z]", re.IGNORECASE)
_ACCESSED = re.compile(
    r"\A\W?(?:last |date )?(?:accessed|cited|retrieved|viewed|visited)\b(?: on\b)?:?", re.IGNORECASE
)
_ACCESS_TIME = re.compile(
    r"[\d/-]{10}(?:/?T|[ /])([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?(?:Z|[+-]00:?00)?"
)
_FIRST_ACCESS = 1990
_YEAR = re.compile(r"(?:19|20)\d\d")


def fill_access_date(draft: Draft) -> None:
    """Fill the access date, where Y2 is one: often it holds the days of a conference instead."""
    tags = _ACCESS_TAGS if draft.item_type != "webpage" else (*_ACCESS_TAGS, *_WEB_PAGE_ACCESS)
    if draft.tags.keys().isdisjoint(tags):
        return
    for tag, value in draft.take_all(tags):
        if tag in _WEB_PAGE_ACCESS and not (_accessed(value) or _YEAR.fullmatch(value)):
            draft.tags.setdefault(tag, []).append(value)
        elif accessed := _accessed(value):
            draft.fill_or_leave("accessDate", tag, value, accessed)
        elif days := _days_of_event(value):
            draft.add_extra("Event Date", days)
        else:
            draft.leave(tag, value)


def _accessed(text: str) -> str:
    """Return the day of a visit, or its moment where that is given as programs write it, in UTC.

    A time in words is of a place that is not known, so only its day is certain.
    """
    if len(text) > LONGEST_DATE:
        return ""
    date = parse_date(text if text[:1].isdecimal() else _ACCESSED.sub("", text))
    if date.day is None or date.year is None or date.year < _FIRST_ACCESS:
        return ""
    if date.note and not _ACCESSED.match(date.note):
        return ""
    if time := _ACCESS_TIME.fullmatch(text):
        hour, minute, second = time.groups()
        return f"{date.iso}T{hour}:{minute}:{second or '00'}Z"
    return date.iso


def _days_of_event(text: str) -> str:
    if find_days(text) is None and not _EVENT_TEXT.search(text[:LONGEST_DATE]):
        return ""
    return event_days(text)


def add_event_date(draft: Draft, tag: str, value: str) -> None:
    """Say when an event was; days that the source does not know itself are named as unused."""
    if days := event_days(value):
        draft.add_extra("Event Date", days)
    else:
        draft.leave(tag, value)
