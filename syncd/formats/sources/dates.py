"""Dates as exports write them become ISO to the precision that is known, and not a day further.

PARTS    year, month and day, each only if the text says it
SEASON   `Spring`, `SUM`: no month, so it goes to `extra`
NOTE     what stands beside a date and is none: `Part 1`
RANGE    `JUL-AUG`, `15-17 Oct. 2014`: no single day, so the text is kept as it is
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from syncd.formats.sources.text import without_fraction

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janvier januar enero gennaio janeiro januari января stycznia gener ocak",
            """feb february février fevrier februar febrero febbraio fevereiro februari февраля
            lutego febrer şubat""",
            "mar march mars märz maerz marzo mrz março maart marts марта marca març mart",
            "apr april avril abril aprile апреля kwietnia nisan",
            "may mai mayo maggio maio mei maj мая maja maig mayıs",
            "jun june juin juni junio giugno junho июня czerwca juny haziran",
            "jul july juillet juli julio luglio julho июля lipca juliol temmuz",
            "aug august août aout agosto augustus augusti августа sierpnia agost ağustos",
            "sep sept september septembre septiembre settembre setembro сентября września eylül",
            "oct october octobre oktober octubre okt ottobre outubro октября października ekim",
            "nov november novembre noviembre novembro ноября listopada kasım",
            """dec december décembre decembre dezember diciembre dez dicembre dezembro декабря
            grudnia desember desembre aralık""",
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
_MEANINGLESS = frozenset(["", "undefined", "null", "none", "n/a", "na", "nan"])
# What forms write for a part that was not filled in, with what parts it from the others.
_UNFILLED = re.compile(r"[-/.,\s]?\b(?:undefined|null|nan|none)\b", re.IGNORECASE)
_WITHOUT_WEIGHT = frozenset(
    """of the st nd rd th er de t z cop copyright mon monday tue tues tuesday wed wednesday
    thu thur thurs thursday fri friday sat saturday sun sunday""".split()
)

_CLOCK = (
    r"(?:T\s?|\bat )?(?<!\d)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
    r"(?:\s?[ap]\.?m\b\.?)?(?:\s?(?:Z|UTC|GMT)\b|[+-]\d{2}:?\d{2})?"
)
_TIME = re.compile(_CLOCK, re.IGNORECASE)
_SLASHED = re.compile(r"(\d{4})(?:/(\d{0,2})(?:/(\d{0,2})(?:/(.*))?)?)?/*", re.DOTALL)
_ISO = re.compile(
    rf"(\d{{4}})[-/](\d{{1,2}})(?:[-/](\d{{1,2}})(?:[T ,]+(?:{_CLOCK})?)?)?/*", re.IGNORECASE
)
_OF_EAST_ASIA = re.compile(
    r"(\d{4})\s?[年년]\s?(?:(\d{1,2})\s?[月월]\s?)?(?:(\d{1,2})\s?[日일号號])?\Z"
)
_COMPACT = re.compile(r"([12]\d{3})(\d{2})(\d{2})?")
_YEAR_AND_MORE = re.compile(r"\d{4}[-/]?\d{2}(?:\d{2})?")
# The c of `c2010` is the sign of copyright; `c. 1850` is a guess and stays a text.
_TOKENS = re.compile(r"\d+|(?!\b[cC]\d{4}\b)[^\W\d_]+")
_RANGE = re.compile(r"(?<=[\w.])\s*[-–—/]\s*(?=\w)")
# What says of a day that the work was out then, and no more; the day itself is the date.
_OUT = re.compile(
    r"\b(?:ahead of print|available|e-?pub(?:lished)?|first|issued?|online|print(?:ed)?"
    r"|published)\b",
    re.IGNORECASE,
)
_THEN_ISO = re.compile(r"(\S.{3,30}?) (\d{4}-\d\d-\d\d)")
_YEAR_OF_RIGHTS = re.compile(
    r"(\d{4}),? ?(?:[\[(]? ?(?:c\.?|cop\.?|copyright|©|℗) ?(\d{4})[\])]?|[\[(](\d{4})[\])])\.?",
    re.IGNORECASE,
)
_NO_YEAR = 9999
_NUMBERS_ONLY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{4}")
_MONTH_AND_YEAR = re.compile(r"(\d{1,2})[./-](\d{4})")
_DAY_OF_SHORT_YEAR = re.compile(r"(\d{1,2})[- ]([^\W\d_]+)[- ](\d{2})")
_MONTH_AND_NUMBER = re.compile(r"([^\W\d_]+)\.?\s*[-–/'’]\s*(\d{2})")


class Date(NamedTuple):
    """What a text says about a day; `text` is kept where parts cannot hold it, as in a range."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    season: str = ""
    text: str = ""
    note: str = ""
    impossible: bool = False
    """Whether the text gave a month or a day that is on no calendar, and which is left out."""

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

    @property
    def names_a_month(self) -> bool:
        """Tell whether a month is named in the text."""
        return any(token.casefold() in _MONTHS for token in _TOKENS.findall(self.text))


UNKNOWN = Date()
_FRACTIONS = re.compile(r"(?<=\d)\.0(?=/|\Z)")
"""What data frames add to each number of a date."""

LONGEST_DATE = 100


def parse_date(text: str) -> Date:
    """Read a date in any of the forms that exports use."""
    return _parse_date(text) if len(text) <= LONGEST_DATE else Date(text=text)


@lru_cache(maxsize=4096)
def _parse_date(text: str) -> Date:
    text = without_fraction(text.strip())
    if ".0/" in text:
        text = _FRACTIONS.sub("", text)
    if "年" in text or "년" in text:
        text = _OF_EAST_ASIA.sub(_slashed, text)
    if match := _SLASHED.fullmatch(text):
        year, month, day, rest = match.groups()
        date = _parts(int(year), _number(month), _number(day))
        if rest:
            return _with_rest(date, rest)
    elif match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = match.groups()
        date = _parts(int(year), _number(month), _number(day))
    elif match := _YEAR_OF_RIGHTS.fullmatch(text):
        year, rights, other = match.groups()
        date = _parts(int(year), None, None)
        note = text[len(year) :].strip(" ,.") if year != (rights or other) else ""
        return date._replace(note=note)
    elif _UNFILLED.search(text):
        return _parse_date(_UNFILLED.sub(" ", text).strip(" -/.,"))
    else:
        return _in_words(text)
    # `2012-13` are two years, and `201399` is anything but a date.
    if date.impossible and date.month is None and _YEAR_AND_MORE.fullmatch(text):
        return _in_words(text)
    return date


def _slashed(match: re.Match[str]) -> str:
    return "/".join(filter(None, match.groups()))


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _parts(year: int | None, month: int | None, day: int | None) -> Date:
    """Return the date, as far as it is on the calendar; a zero stands for what is not known."""
    year = None if year == _NO_YEAR else year or None
    if not month:
        return Date(year, impossible=True) if day else Date(year)
    if month > 12:
        return Date(year, impossible=True)
    if not day:
        return Date(year, month)
    if day > days_in(year, month):
        return Date(year, month, impossible=True)
    return Date(year, month, day)


def days_in(year: int | None, month: int) -> int:
    """Return how many days a month has, or may have where the year is not known."""
    if month == 2:
        leap = year is None or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _with_rest(date: Date, rest: str) -> Date:
    """Add what stands behind the last slash: the date as it is printed, a time, or a remark."""
    printed = (rest if ":" not in rest else _TIME.sub("", rest)).strip(" /.")
    rest = rest.strip(" /")
    words = printed.split()
    said_words = [word for word in words if not _is_meaningless(word)]
    if len(said_words) < len(words):
        # A form that was not filled in; what else stands there is no surer than the numbers.
        printed = rest = " ".join(said_words) if date.month is None else ""
    if not printed:
        return date
    said = _in_words(printed)
    if said == UNKNOWN or said.impossible or said.year not in (None, date.year):
        return date._replace(note=rest)
    if said.text:
        return _beside_text(date, said, rest)
    known = _without_filler(date, _scan(printed))
    both = _parts(date.year, said.month or known.month, said.day or known.day)
    if (
        both.impossible
        or known.month not in (None, both.month)
        or known.day not in (None, both.day)
    ):
        return known._replace(note=rest)
    return known._replace(month=both.month, day=both.day, season=said.season)


def _is_meaningless(word: str) -> bool:
    return not word.strip(",.;0") or word.strip(",.;").casefold() in _MEANINGLESS


def _beside_text(date: Date, said: Date, rest: str) -> Date:
    """Choose between a date and a printed text that is more than one date, or none."""
    if said.year is None and not said.names_a_month:
        return date._replace(note=rest)
    found = _scan(rest)
    known = _without_filler(date, found)
    if said.names_a_month and not found.strange and known.day is None:
        return Date(date.year, text=rest, impossible=date.impossible)
    return known._replace(note=rest)


def _without_filler(date: Date, printed: _Found) -> Date:
    """Leave out a first day that is not printed, and the month that stands there for as little.

    Such a month is a January, or the one in which the printed season begins.
    """
    if date.day not in (None, 1):
        return date
    says_little = date.month == 1 or (date.day == 1 and printed.seasons)
    if says_little and date.month not in printed.months:
        return date._replace(month=None, day=None)
    return date._replace(day=None)


class _Found(NamedTuple):
    """Every part that a text names, by kind; `strange` if there is anything else in it."""

    years: list[int]
    months: list[int]
    days: list[int]
    seasons: list[str]
    strange: bool


def _scan(text: str) -> _Found:
    years: list[int] = []
    months: list[int] = []
    days: list[int] = []
    seasons: list[str] = []
    strange = False
    for token in _TOKENS.findall(text):
        folded = token.casefold()
        if token in ("0", "00"):
            continue  # a day or month that is not known
        if token.isdecimal() and len(token) in (1, 2, 4):
            (years if len(token) == 4 else days).append(int(token))
        elif folded in _MONTHS:
            months.append(_MONTHS[folded])
        elif folded in _SEASONS:
            seasons.append(_SEASONS[folded])
        elif folded not in _WITHOUT_WEIGHT:
            strange = True
    return _Found(years, months, days, seasons, strange)


def _in_words(text: str) -> Date:
    """Read `DEC 4`, `4 December 2019`, `2023 FEB 16`, `03/2018`, `Spring 2012`, `JUL-AUG`."""
    words = text if ":" not in text else _TIME.sub("", text).strip(" ,")
    if words[:1].isdecimal() and (date := _in_numbers(words)) is not None:
        return date
    found = _scan(words)
    year = (found.years[0] or None) if found.years else None
    month = found.months[0] if found.months else None
    day = found.days[0] if found.days else None
    if (
        found.strange
        or _are_several(found, words)
        or (day is not None and (month is None or day > 31))
        or (year is None and _MONTH_AND_NUMBER.fullmatch(words))  # the number may be the year
    ):
        return _beside_words(text) or Date(year, text=text)
    date = _parts(year, month, day)
    return date._replace(season=found.seasons[0]) if found.seasons else date


def _beside_words(text: str) -> Date | None:
    """Read the one day that a text names beside words about it, which become the note."""
    if match := _THEN_ISO.fullmatch(text):  # when the database saw it last
        said, note = match.groups()
    elif _OUT.search(text):
        said, note = _OUT.sub(" ", text).strip(" ,;:.()[]-"), text
    else:
        return None
    date = _in_words(said)
    is_one = date.year is not None and date.month is not None and not date.text
    return date._replace(note=note) if is_one else None


def _are_several(found: _Found, text: str) -> bool:
    """Tell whether more than one date is named; `1 Feb. 1, 2015` says its day twice."""
    kinds = [kind for kind in found[:4] if len(kind) > 1]
    return bool(kinds) and (any(len(set(kind)) > 1 for kind in kinds) or bool(_RANGE.search(text)))


def _in_numbers(text: str) -> Date | None:
    """Read `13.10.2016`, `10/13/2016` and `03/2018`, where a month can be told from a day."""
    if match := _MONTH_AND_YEAR.fullmatch(text):
        month, year = int(match[1]), int(match[2])
        return _parts(year, month, None) if 1 <= month <= 12 else None
    if not _NUMBERS_ONLY.fullmatch(text):
        return None
    first, second, year = (int(part) for part in re.split(r"[./-]", text))
    if first > 12 >= second or first == second:
        return _parts(year, second, first)
    if second > 12 >= first:
        return _parts(year, first, second)
    return Date(year, text=text)


def in_year(date: Date, year: int | None) -> Date:
    """Read a date that names no year as one of this year: `DEC 4`, and `Aug-15` if that is one."""
    if year is None or date.year is not None:
        return date
    if date.day is not None:
        whole = _parts(year, date.month, date.day)
        return (
            whole._replace(season=date.season, note=date.note) if date[3:] != UNKNOWN[3:] else whole
        )
    if (match := _DAY_OF_SHORT_YEAR.fullmatch(date.text)) and int(match[3]) == year % 100:
        day = _parts(year, _MONTHS.get(match[2].casefold()), int(match[1]))
        return day if day.day else date
    match = _MONTH_AND_NUMBER.fullmatch(date.text)
    month = _MONTHS.get(match[1].casefold()) if match else None
    if match is None or month is None:
        return date
    number = int(match[2])
    if number == year % 100:
        # Up to 31 it might be the day as well: then the text is all that is certain.
        return Date(year, month, note=date.text if 1 <= number <= 31 else "")
    return _parts(year, month, number) if 1 <= number <= days_in(year, month) else date


_FROM_TO = re.compile(r"(?<!\s)\s++(?:through|to|until|bis|[-–—])\s++|/(?=\d{4}-)")
_DASH = re.compile(r"(?:(?<!\s)\s++)?+[-–—]\s*+")
_BEGIN_UNKNOWN = "1950-01-01"


def find_days(text: str) -> str | None:
    """Return the days from a first to a last one as `from/to` in ISO, if a text names both."""
    if len(text) > LONGEST_DATE:
        return None
    ends = _FROM_TO.split(text)
    if len(ends) == 1:
        ends = _DASH.split(text)
    if len(ends) != 2:
        return None
    first, last = (_end_of_days(end) for end in ends)
    begin = _parts(first.year or last.year, first.month or last.month, first.day)
    end = _parts(last.year or first.year, last.month or first.month, last.day)
    if not (begin.year and begin.day and end.day and begin[:3] <= end[:3]):
        return None
    return "/".join(dict.fromkeys((begin.iso, end.iso)))


def _end_of_days(text: str) -> Date:
    """Read one of two days; the other may name its month and year."""
    date = parse_date(text)
    if date.day is not None or not date.text:
        return date
    found = _scan(text)
    if found.strange or len(found.days) != 1 or len(found.years) > 1:
        return UNKNOWN
    return Date(found.years[0] if found.years else None, day=found.days[0])


def event_days(text: str) -> str:
    """Return the days of an event as `from/to` in ISO, or as written where they are unclear.

    Nothing where they begin with 1950: it is the word of Pure for a day that it does not know.
    """
    if len(text) > LONGEST_DATE:
        return text
    date = parse_date(text)
    days = date.iso if date.day is not None and date.year else find_days(text)
    if days is None:
        return text
    return "" if days.startswith(_BEGIN_UNKNOWN) else days
