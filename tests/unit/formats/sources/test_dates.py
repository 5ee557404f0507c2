"""Dates in every form that exports use."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.formats.sources.dates import Date, event_days, parse_date


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2012", "2012"),
        ("2012年3月1日", "2012-03-01"),
        ("2012年3月", "2012-03"),
        ("2012년 3월 1일", "2012-03-01"),
        ("1 марта 2012", "2012-03-01"),
        ("1 marzo 2012", "2012-03-01"),
        ("1 de março de 2012", "2012-03-01"),
        ("1 maart 2012", "2012-03-01"),
        ("2012///", "2012"),
        ("2012//", "2012"),
        ("2012/3/1", "2012-03-01"),
        ("2012/03/01/", "2012-03-01"),
        ("2012/08//AUG", "2012-08"),
        ("2012/08//undefined", "2012-08"),
        ("2023/7", "2023-07"),
        ("2012/3/1//", "2012-03-01"),
        ("2019///Mar", "2019-03"),
        ("2019.0/3.0/1.0", "2019-03-01"),
        ("2019.0//", "2019"),
        ("2012-03-01", "2012-03-01"),
        ("2012-03-01T10:00:00Z", "2012-03-01"),
        ("2011-11//", "2011-11"),
        ("2012-03-01T10:00:00.5+02:00", "2012-03-01"),
        ("2018/03/15 00:00:00", "2018-03-15"),
        ("2020/12/29/T09:30:59+00:00", "2020-12-29"),
        ("20120301", "2012-03-01"),
        ("201803", "2018-03"),
        ("03/2018", "2018-03"),
        ("c2010.", "2010"),
        ("[c2010]", "2010"),
        ("©2010", "2010"),
        ("copyright 2010", "2010"),
        ("2010.", "2010"),
        ("4 December 2019", "2019-12-04"),
        ("Dec. 4, 2019", "2019-12-04"),
        ("4-Dec-2019", "2019-12-04"),
        ("2023 FEB 16", "2023-02-16"),
        ("Mar. 2014", "2014-03"),
        ("Dec 2024", "2024-12"),
        ("5 mars 2011", "2011-03-05"),
        ("13.10.2016", "2016-10-13"),
        ("10/13/2016", "2016-10-13"),
        ("2001/00/00/", "2001"),
        ("1 Feb.1, 2015", "2015-02-01"),
        ("Tuesday, May 6, 2014", "2014-05-06"),
        ("May 6, 2014, 10:33 a.m.", "2014-05-06"),
    ],
)
def test_a_date_is_known_to_its_own_precision(text: str, iso: str) -> None:
    date = parse_date(text)

    assert (date.iso, date.text) == (iso, "")


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2012/13/01", "2012"),
        ("2012//15", "2012"),
        ("2012/02/30", "2012-02"),
        ("20120230", "2012-02"),
        ("31.02.2012", "2012-02"),
        ("Feb 30, 2012", "2012-02"),
    ],
)
def test_of_an_impossible_day_only_the_possible_part_is_known(text: str, iso: str) -> None:
    date = parse_date(text)

    assert (date.iso, date.text, date.impossible) == (iso, "", True)


@pytest.mark.parametrize("text", ["0000", "0000/00/00", "///"])
def test_zeros_are_no_date(text: str) -> None:
    assert parse_date(text) == Date()


@pytest.mark.parametrize("text", ["DEC 4", "4 Dec", "4-Dec"])
def test_a_day_without_a_year_waits_for_one(text: str) -> None:
    assert parse_date(text)[:3] == (None, 12, 4)


@pytest.mark.parametrize("text", ["JUL-AUG 2012", "15-17 Oct. 2014", "1 Jan.-Feb. 2019",
                                  "24-24 Feb. 2018", "in press", "2012-2014", "2012-13", "2012/13",
                                  "201813", "13/2018", "03/04/2012", "c. 1850", "Aug-15", "DEC 40",
                                  "2012-03-01 received"])  # fmt: skip
def test_what_is_no_single_day_keeps_its_text(text: str) -> None:
    date = parse_date(text)

    assert date.text == text
    assert date.month is None


@pytest.mark.parametrize("text", ["Mar.-Apr. 2015", "Suppl. 1, 2015", "2015, in press"])
def test_a_text_knows_its_year_wherever_that_stands(text: str) -> None:
    assert parse_date(text).year == 2015


@pytest.mark.parametrize(
    ("text", "iso", "season", "note"),
    [
        ("1996/01/01/1996", "1996", "", ""),
        ("2013/10/01/Oct 2013", "2013-10", "", ""),
        ("2014/01/01/Jan 2014", "2014-01", "", ""),
        ("1988/03/01/1 MAR 1988", "1988-03-01", "", ""),
        ("1988/03/01/MAR 5 1988", "1988-03-05", "", ""),
        ("2010/01/15/2010", "2010-01-15", "", ""),
        ("2021/03/01/Spring 2021", "2021", "Spring", ""),
        ("2021/03/15/Spring 2021", "2021-03-15", "Spring", ""),
        ("2020/04//Spring", "2020-04", "Spring", ""),
        ("2007/09/01/Fall-Winter 2007", "2007", "", "Fall-Winter 2007"),
        ("1988/03/01/APR 1988", "1988-03", "", "APR 1988"),
        ("1988/03/01/Mar 1988, Part 1", "1988-03", "", "Mar 1988, Part 1"),
        ("2023/01//Jan2023:Part 1", "2023-01", "", "Jan2023:Part 1"),
        ("2013/10/15/Oct-Dec 2013", "2013-10-15", "", "Oct-Dec 2013"),
        ("1988/03/01/FEB 30", "1988-03-01", "", "FEB 30"),
        ("1988/03/01/Part 1", "1988-03-01", "", "Part 1"),
        ("1988/03/01/Part 1:10", "1988-03-01", "", "Part 1:10"),
        ("1988/03/01/1922", "1988-03-01", "", "1922"),
    ],
)
def test_a_first_day_is_one_only_if_what_is_printed_behind_it_says_so(
    text: str, iso: str, season: str, note: str
) -> None:
    date = parse_date(text)

    assert (date.iso, date.season, date.note, date.text) == (iso, season, note, "")


@pytest.mark.parametrize("rest", ["Oct-Dec 2013", "Oct 2013/Jan 2014"])
def test_a_printed_range_is_the_date(rest: str) -> None:
    assert parse_date(f"2013/10/01/{rest}") == Date(2013, text=rest)


@pytest.mark.parametrize(("text", "season"), [("SPR", "Spring"), ("Winter 2003", "Winter"),
                                              ("2019///Fall", "Fall")])  # fmt: skip
def test_a_season_is_no_month(text: str, season: str) -> None:
    date = parse_date(text)

    assert (date.season, date.month, date.text) == (season, None, "")


@pytest.mark.parametrize(
    ("lines", "date"),
    [
        (["DA  - 2012/05/06", "PY  - 2012"], "2012-05-06"),
        (["PY  - 2012", "DA  - MAY"], "2012-05"),
        (["Y1  - 2012//", "DA  - 2012/05/06"], "2012-05-06"),
        (["DA  - 2012///", "Y1  - 2012/05/06"], "2012-05-06"),
        (["DA  - 2011/05/06", "PY  - 2012"], "2011-05-06"),
        (["DA  - JUN", "Y1  - 2012/07//"], "2012-06"),
        (["DA  - Mar.-Apr. 2015", "PY  - 2015"], "Mar.-Apr. 2015"),
        (["DA  - Aug-15", "PY  - 2012"], "2012-08-15"),
        (["DA  - Aug-31", "PY  - 2012"], "2012-08-31"),
        (["PY  - 2013/02/15/received", "PY  - 2013/04/18"], "2013-04-18"),
        (["DA  - Accepted 2 May 2011", "PY  - 2013"], "2013"),
        (["PY  - 2013/02/15/received"], "2013-02-15"),
        (["YR  - 2012"], "2012"),
        (["DA  - in press"], "in press"),
        (["PY  - 2023/12//Dec2023:Part 1"], "2023-12"),
    ],
)
def test_several_date_tags_make_the_one_date_they_agree_on(
    lines: list[str], date: str, item_of: Any
) -> None:
    assert item_of("TY  - JOUR", "TI  - A", *lines)["date"] == date


@pytest.mark.parametrize(("ty", "field"), [("CASE", "dateDecided"), ("STAT", "dateEnacted"),
                                           ("PAT", "issueDate"), ("JOUR", "date")])  # fmt: skip
def test_the_date_has_the_name_that_the_type_gives_it(ty: str, field: str, item_of: Any) -> None:
    assert item_of(f"TY  - {ty}", "TI  - A", "PY  - 1999")[field] == "1999"


@pytest.mark.parametrize(
    ("lines", "unused"),
    [
        (["DA  - 2011/05", "PY  - 2012"], {"PY": ("2012",)}),
        (["DA  - 2012/05/01", "DA  - 2012/05/02"], {"DA": ("2012/05/02",)}),
        (["DA  - JUL-AUG", "PY  - 2012/09"], {"DA": ("JUL-AUG",)}),
        (["DA  - ²", "PY  - 2012"], {"DA": ("²",)}),
        (["DA  - JUN", "Y1  - 2012/07//"], {"Y1": ("2012/07//",)}),
        (["DA  - 2012///received", "PY  - 2012/04"], {"DA": ("2012///received",)}),
        (["PY  - 0000"], {"PY": ("0000",)}),
    ],
)
def test_a_date_that_contradicts_is_named(
    lines: list[str], unused: dict[str, tuple[str, ...]], record_of: Any
) -> None:
    assert record_of("TY  - JOUR", "TI  - A", *lines).unused == unused


@pytest.mark.parametrize(
    ("lines", "date", "line"),
    [
        (["DA  - SUPPL", "PY  - 2012"], "2012", "Date Note: SUPPL"),
        (["DA  - 2ND QUARTER", "PY  - 2012"], "2012", "Date Note: 2ND QUARTER"),
        (["DA  - Aug-12", "PY  - 2012"], "2012-08", "Date Note: Aug-12"),
        (["DA  - SPR", "PY  - 2012"], "2012", "Season: Spring"),
        (["PY  - 2019///Spring", "DA  - 2019/03//"], "2019-03", "Season: Spring"),
        (["PY  - 2012/08//Part 1", "DA  - 2012/08/03"], "2012-08-03", "Date Note: Part 1"),
    ],
)
def test_words_beside_a_date_become_a_line(
    lines: list[str], date: str, line: str, record_of: Any, item_of: Any
) -> None:
    data = item_of("TY  - JOUR", "TI  - A", *lines)

    assert (data["date"], data["extra"]) == (date, line)
    assert record_of("TY  - JOUR", "TI  - A", *lines).unused == {}


def test_a_number_that_can_only_be_the_year_leaves_nothing_to_say(item_of: Any) -> None:
    data = item_of("TY  - JOUR", "TI  - A", "DA  - Aug-99", "PY  - 1999")

    assert data["date"] == "1999-08"
    assert "extra" not in data


@pytest.mark.parametrize(
    ("lines", "date", "warning"),
    [
        (["PY  - 2012/02/30"], "2012-02",
         "line 3: there is no such day or month, so it is left out of the date: 2012/02/30"),
        (["DA  - FEB 29", "PY  - 2013"], "2013-02",
         "line 3: there is no such day or month, so it is left out of the date: FEB 29"),
        (["PY  - 10 15"], "10 15", "line 3: the date has no year: 10 15"),
        (["DA  - DEC 4"], "12-04", "line 3: the date has no year: DEC 4"),
    ],
)  # fmt: skip
def test_a_doubtful_date_is_warned_of(
    lines: list[str], date: str, warning: str, record_of: Any
) -> None:
    record = record_of("TY  - JOUR", "TI  - A", *lines)

    assert (record.fields["date"], record.warnings) == (date, (warning,))


@pytest.mark.parametrize("value", ["15-17 Oct. 2014", "2014/02/30"])
def test_what_is_no_day_of_filing_is_kept_as_written(value: str, item_of: Any) -> None:
    assert item_of("TY  - PAT", "TI  - A", f"FD  - {value}")["filingDate"] == value


@pytest.mark.parametrize(
    ("value", "accessed"),
    [
        ("2020/12/29/T09:30:59", "2020-12-29T09:30:59Z"),
        ("2020/12/29/T09:30:59+00:00", "2020-12-29T09:30:59Z"),
        ("2020-12-29 09:30", "2020-12-29T09:30:00Z"),
        ("2020-12-29T09:30:59+02:00", "2020-12-29"),
        ("accessed 12 May 2014", "2014-05-12"),
        ("Accessed: May 6, 2014, 10:33 am", "2014-05-06"),
        ("[cited 2014 May 6]", "2014-05-06"),
        ("Tuesday, May 6, 2014", "2014-05-06"),
        ("May 6, 2014 10:33:21", "2014-05-06"),
    ],
)
def test_a_visit_has_a_day_and_a_time_where_its_zone_is_known(
    value: str, accessed: str, item_of: Any
) -> None:
    assert item_of("TY  - ELEC", "TI  - A", f"Y2  - {value}")["accessDate"] == accessed


@pytest.mark.parametrize(
    "value",
    ["2012/13/45/09:30:59", "1 January 1950 through 31 December 2006", "May 2014", "1989/05/06"],
)
def test_what_is_neither_a_visit_nor_an_event_is_named(value: str, record_of: Any) -> None:
    record = record_of("TY  - JOUR", "TI  - A", f"Y2  - {value}")

    assert (record.unused, record.extra) == ({"Y2": (value,)}, ())


@pytest.mark.parametrize(
    "value",
    [
        "18 October 2025 through 22 October 2025",
        "18 Oct 2025 - 22 Oct 2025",
        "18-22 October 2025",
        "October 18-22, 2025",
        "October 18 to October 22, 2025",
        "2025/10/18 - 2025/10/22",
        "2025-10-18/2025-10-22",
    ],
)
def test_days_of_an_event_are_no_visit(value: str, record_of: Any) -> None:
    record = record_of("TY  - JOUR", "TI  - A", f"Y2  - {value}")

    assert record.extra == (("Event Date", "2025-10-18/2025-10-22"),)
    assert "accessDate" not in record.fields


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("18 October 2025 through 22 October 2025", "2025-10-18/2025-10-22"),
        ("11 April 2009 to 11 April 2009", "2009-04-11"),
        ("24-27 Sept. 2019", "2019-09-24/2019-09-27"),
        ("31 May-3 June 2016", "2016-05-31/2016-06-03"),
        ("2019-09-24", "2019-09-24"),
        ("1 January 1950 through 31 December 2006", ""),
        ("1 January 1950", ""),
        ("22-18 October 2025", "22-18 October 2025"),
        ("sometime in May through June", "sometime in May through June"),
    ],
)
def test_the_days_of_an_event(text: str, days: str) -> None:
    assert event_days(text) == days


@pytest.mark.parametrize(
    ("text", "date", "note"),
    [
        ("2018 [c2017]", "2018", "[c2017]"),
        ("2018, c2017", "2018", "c2017"),
        ("2018, ©2017.", "2018", "©2017"),
        ("2018 (1920)", "2018", "(1920)"),
        ("2018, c2018", "2018", None),
        ("2018 [2018]", "2018", None),
        ("2015 Mar 4 [Epub ahead of print]", "2015-03-04", "2015 Mar 4 [Epub ahead of print]"),
        ("Epub 2015 Mar 4", "2015-03-04", "Epub 2015 Mar 4"),
        ("Published online: 04 Mar 2015", "2015-03-04", "Published online: 04 Mar 2015"),
        ("January 2016 2016-05-03", "2016-01", "2016-05-03"),
        ("4 Mart 2015", "2015-03-04", None),
        ("2015-None-None", "2015", None),
        ("4 d'agost 2015", "4 d'agost 2015", None),
        ("Epub ahead of print 2015", "Epub ahead of print 2015", None),
    ],
)
def test_words_and_years_beside_one_date_become_a_line(
    text: str, date: str, note: str | None, item_of: Any
) -> None:
    data = item_of("TY  - JOUR", "TI  - A", f"PY  - {text}")

    assert (data["date"], data.get("extra")) == (date, note and f"Date Note: {note}")


@pytest.mark.parametrize("day", ["1900/01/01", "1970-01-01", "0001-01-01"])
def test_the_day_from_which_programs_count_is_no_date_beside_another(
    day: str, record_of: Any
) -> None:
    beside = record_of("TY  - JOUR", "TI  - A", f"DA  - {day}", "PY  - 2015")
    alone = record_of("TY  - JOUR", "TI  - A", f"DA  - {day}")
    agreeing = record_of("TY  - JOUR", "TI  - A", f"DA  - {day}", f"PY  - {day[:4]}")

    assert (beside.fields["date"], beside.unused) == ("2015", {"DA": (day,)})
    assert alone.fields["date"] == agreeing.fields["date"] == day.replace("/", "-")


@pytest.mark.parametrize(
    ("day", "date"),
    [("04-Mar-15", "2015-03-04"), ("4 Mar 15", "2015-03-04"), ("31-Feb-15", "31-Feb-15 2015")],
)
def test_a_day_with_a_short_year_is_told_by_the_year_beside_it(
    day: str, date: str, item_of: Any
) -> None:
    assert item_of("TY  - JOUR", "TI  - A", f"DA  - {day}", "PY  - 2015")["date"] == date
