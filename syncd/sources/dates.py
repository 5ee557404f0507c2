"""Dates as exports write them become ISO to the precision that is known, and not a day further.

PARTS    year, month and day, each only if the text says it
SEASON   `Spring`, `SUM`: no month, so it goes to `extra`
RANGE    `JUL-AUG`, `15-17 Oct. 2014`: no single day, so the text is kept as it is
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from syncd.sources.draft import Draft

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janvier januar enero",
            "feb february février fevrier februar febrero",
            "mar march mars märz maerz marzo mrz",
            "apr april avril abril",
            "may mai mayo",
            "jun june juin juni junio",
            "jul july juillet juli julio",
            "aug august août aout agosto",
            "sep sept september septembre septiembre",
            "oct october octobre oktober octubre okt",
            "nov november novembre noviembre",
            "dec december décembre decembre dezember diciembre dez",
        ),
        start=1,
    )
    for name in names.split()
}
_SEASONS = {
    **dict.fromkeys(["spr", "spring"], "Spring"),
    **dict.fromkeys(["sum", "summer"], "Summer"),
    **dict.fromkeys(["fal", "fall"], "Fall"),
    **dict.fromkeys(["aut", "autumn"], "Autumn"),
    **dict.fromkeys(["win", "winter"], "Winter"),
}
_MEANINGLESS = frozenset(["", "undefined", "null", "none", "n/a", "nan"])

_SLASHED = re.compile(r"(\d{4})(?:/(\d{0,2})(?:/(\d{0,2})(?:/(.*))?)?)?/*", re.DOTALL)
_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2})(?:[T ].*)?)?/*")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TOKENS = re.compile(r"\d+|[^\W\d_]+")
_RANGE = re.compile(r"(?<=[\w.])\s*(?:[-–—/]|\bto\b|\bthrough\b)\s*(?=\w)")
_NUMBERS_ONLY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{4}")


class Date(NamedTuple):
    """What a text says about a day; `text` is kept where parts cannot hold it, as in a range."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    season: str = ""
    text: str = ""

    @property
    def iso(self) -> str:
        """Return the date in ISO form to its own precision; empty without a year."""
        if self.year is None:
            return ""
        if self.month is None:
            return f"{self.year:04}"
        if self.day is None:
            return f"{self.year:04}-{self.month:02}"
        return f"{self.year:04}-{self.month:02}-{self.day:02}"


_UNKNOWN = Date()
_LONGEST_DATE = 100


def parse_date(text: str) -> Date:
    """Read a date in any of the forms that exports use."""
    return _parse_date(text) if len(text) <= _LONGEST_DATE else Date(text=text)


@lru_cache(maxsize=1024)
def _parse_date(text: str) -> Date:
    text = text.strip()
    if match := _SLASHED.fullmatch(text):
        year, month, day, rest = match.groups()
        return _with_rest(_parts(int(year), _number(month), _number(day)), (rest or "").strip())
    if match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = match.groups()
        found = _parts(int(year), _number(month), _number(day))
        if found.month or not _COMPACT.fullmatch(text):
            return found
    return _in_words(text)


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _parts(year: int, month: int | None, day: int | None) -> Date:
    if month is None or not 1 <= month <= 12:
        return Date(year)
    if day is None or not 1 <= day <= _days_in(year, month):
        return Date(year, month)
    return Date(year, month, day)


def _days_in(year: int, month: int) -> int:
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _with_rest(date: Date, rest: str) -> Date:
    """Add what stands behind the last slash: a season, a month in words, or a remark."""
    folded = rest.casefold().strip(" .")
    if folded in _MEANINGLESS:
        return date
    if season := _SEASONS.get(folded):
        return date._replace(season=season)
    if rest == f"{date.year:04}":
        return date
    said = _in_words(rest)
    if said.month and not said.text and said.year in (None, date.year):
        if date.month is None:
            return _parts(date.year or 0, said.month, said.day)
        if said.month == date.month and said.day in (None, date.day):
            return date
    return date._replace(season=rest)


def _in_words(text: str) -> Date:
    """Read `DEC 4`, `4 December 2019`, `2023 FEB 16`, `Spring 2012`, `JUL-AUG`."""
    if _NUMBERS_ONLY.fullmatch(text):
        return _day_and_month_unclear(text)
    year = month = day = None
    season = ""
    numbers = 0
    for token in _TOKENS.findall(text):
        folded = token.casefold()
        if token.isdecimal():
            numbers += 1
            if len(token) == 4 and year is None:
                year = int(token)
            elif len(token) <= 2 and day is None:
                day = int(token)
            else:
                return _as_text(text, year)
        elif folded in _MONTHS and month is None:
            month = _MONTHS[folded]
        elif folded in _SEASONS and not season:
            season = _SEASONS[folded]
        elif folded not in ("of", "the", "st", "nd", "rd", "th", "de", "t", "z"):
            return _as_text(text, year)
    if _RANGE.search(text) and (numbers > 1 or month) and not _ISO.fullmatch(text):
        return _range_or_parts(text, year, month, day, season)
    return _date(text, year, month, day, season)


def _range_or_parts(
    text: str, year: int | None, month: int | None, day: int | None, season: str
) -> Date:
    # `4-Dec-2019` holds the dash of a range but each part once.
    if month and day and year and len(_TOKENS.findall(text)) == 3:
        return _date(text, year, month, day, season)
    if month and year and day is None and len(_TOKENS.findall(text)) == 2:
        return _date(text, year, month, day, season)
    return _as_text(text, year)


def _date(text: str, year: int | None, month: int | None, day: int | None, season: str) -> Date:
    if day is not None and (month is None or not 1 <= day <= _days_in(year or 2000, month)):
        return _as_text(text, year)
    return Date(year, month, day, season)


def _day_and_month_unclear(text: str) -> Date:
    first, second, year = (int(part) for part in re.split(r"[./-]", text))
    if first > 12 >= second or first == second:
        return _parts(year, second, first)
    if second > 12 >= first:
        return _parts(year, first, second)
    return Date(year, text=text)


def _as_text(text: str, year: int | None) -> Date:
    return Date(year, text=text)


_DATE_TAGS = {"": ("DA", "Y1", "PY", "YR"), "patent": ("DA", "Y1", "PY", "YR", "C2")}
_FILING_TAGS = ("FD", "C1")
_ACCESS_TAGS = ("Y2", "RD")
_WEB_PAGE_ACCESS = ("VL", "M1")


class _Reading(NamedTuple):
    """What the dates of an entry say together, and the (tag, value) of those that say else.

    `text` is what the date field holds, `line` what goes to `extra`.
    """

    text: str
    line: tuple[str, str] | None
    unused: tuple[tuple[str, str], ...]


def fill_date(draft: Draft) -> None:
    """Fill the date from DA, Y1 and PY: the first year wins, then whoever knows more about it."""
    said = tuple(draft.take_all(_DATE_TAGS.get(draft.item_type, _DATE_TAGS[""])))
    if not said:
        return
    long = sum([len(value) for _, value in said]) > _LONGEST_DATE
    text, line, unused = _read_dates.__wrapped__(said) if long else _read_dates(said)
    for tag, value in unused:
        draft.leave(tag, value)
    if text:
        draft.fill("date", text)
    if line:
        draft.add_extra(*line)


@lru_cache(maxsize=1024)
def _read_dates(said: tuple[tuple[str, str], ...]) -> _Reading:
    read: dict[str, tuple[str, Date]] = {}
    for tag, value in said:
        if value not in read:
            read[value] = (tag, parse_date(value))
    dates = [date for _, date in read.values()]
    date = dates[0] if len(dates) == 1 else _together(dates)
    unused = (
        (tag, value)
        for value, (tag, each) in read.items()
        if each == _UNKNOWN or not _is_part_of(each, date)
    )
    return _Reading(_field_text(date), _season_line(date), tuple(unused))


def _together(dates: list[Date]) -> Date:
    """Return what dates say together: of those of the first year, the one that says most."""
    year = next((date.year for date in dates if date.year is not None), None)
    same = [date for date in dates if date.year in (None, year)]
    fullest = max(same, key=lambda date: (_precision(date), date.year is not None))
    text = fullest.text
    if text and fullest.year is None and year is not None:
        text = f"{text} {year}"
    season = next((date.season for date in same if date.season), "")
    return fullest._replace(year=year, season=season, text=text)


def _is_part_of(said: Date, date: Date) -> bool:
    """Tell whether a date says nothing that the other does not."""
    return (
        said.year in (None, date.year)
        and said.month in (None, date.month)
        and said.day in (None, date.day)
        and said.season in ("", date.season)
        and said.text in date.text
    )


def fill_filing_date(draft: Draft) -> None:
    """Fill the day on which a patent was filed."""
    if draft.item_type != "patent":
        return
    for tag, value in draft.take_all(_FILING_TAGS):
        draft.fill_or_leave("filingDate", tag, value, parse_date(value).iso or value)


def _precision(date: Date) -> int:
    named = any(token.casefold() in _MONTHS for token in _TOKENS.findall(date.text))
    return (date.month is not None) + (date.day is not None) + named


def _field_text(date: Date) -> str:
    text = date.text or date.iso
    if not text and date.month:
        text = f"{date.month:02}" + (f"-{date.day:02}" if date.day else "")
    return text


def _season_line(date: Date) -> tuple[str, str] | None:
    if not date.season:
        return None
    return "Season" if date.season in _SEASONS.values() else "Date Note", date.season


_EVENT_TEXT = re.compile(r"\bthrough\b|\bto\b|[–-]\s*\d+\s+[A-Za-z]", re.IGNORECASE)
_ACCESS_TIME = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})[T /](\d{2}):(\d{2})(?::(\d{2}))?Z?")
_FIRST_ACCESS = 1990


def fill_access_date(draft: Draft) -> None:
    """Fill the access date, where Y2 is one: often it holds the days of a conference instead."""
    tags = _ACCESS_TAGS if draft.item_type != "webpage" else (*_ACCESS_TAGS, *_WEB_PAGE_ACCESS)
    if draft.tags.keys().isdisjoint(tags):
        return
    for tag, value in draft.take_all(tags):
        date = parse_date(value)
        if date.day is None and _EVENT_TEXT.search(value[:_LONGEST_DATE]):
            draft.add_extra("Event Date", event_days(value))
        elif time := _ACCESS_TIME.fullmatch(value):
            year, month, day, hour, minute, second = time.groups()
            moment = f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}Z"
            draft.fill_or_leave("accessDate", tag, value, moment)
        elif date.day is not None and date.year is not None and date.year >= _FIRST_ACCESS:
            draft.fill_or_leave("accessDate", tag, value, date.iso)
        else:
            draft.leave(tag, value)


_WITHIN_A_MONTH = re.compile(r"(\d{1,2})\s*[-–]\s*(\d{1,2}) ([^\W\d_]+\.? \d{4})")


def event_days(text: str) -> str:
    """Return the days of an event as `from/to` in ISO, or as written where they are unclear."""
    if len(text) > _LONGEST_DATE:
        return text
    if within := _WITHIN_A_MONTH.fullmatch(text):
        first, last, month = within.groups()
        text = f"{first} {month} to {last} {month}"
    parts = [parse_date(part) for part in re.split(r"\s+(?:through|to)\s+|\s+[–-]\s+", text)]
    if all(date.day is not None and date.year is not None for date in parts):
        return "/".join(dict.fromkeys(date.iso for date in parts))
    return text
