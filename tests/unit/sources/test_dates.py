"""Dates in every form that exports use."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.sources.dates import event_days, parse_date


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2012", "2012"),
        ("2012///", "2012"),
        ("2012//", "2012"),
        ("2012/3/1", "2012-03-01"),
        ("2012/03/01/", "2012-03-01"),
        ("2012/08//AUG", "2012-08"),
        ("2012/08//undefined", "2012-08"),
        ("2023/7", "2023-07"),
        ("2020/01/01/2020", "2020-01-01"),
        ("1988/03/01/MAR 1988", "1988-03-01"),
        ("2019///Mar", "2019-03"),
        ("2012-03-01", "2012-03-01"),
        ("2012-03-01T10:00:00Z", "2012-03-01"),
        ("2011-11//", "2011-11"),
        ("20120301", "2012-03-01"),
        ("4 December 2019", "2019-12-04"),
        ("Dec. 4, 2019", "2019-12-04"),
        ("4-Dec-2019", "2019-12-04"),
        ("2023 FEB 16", "2023-02-16"),
        ("Mar. 2014", "2014-03"),
        ("Dec 2024", "2024-12"),
        ("5 mars 2011", "2011-03-05"),
        ("13.10.2016", "2016-10-13"),
        ("10/13/2016", "2016-10-13"),
        ("2012/13/01", "2012"),
        ("2012/02/30", "2012-02"),
    ],
)
def test_a_date_is_known_to_its_own_precision(text: str, iso: str) -> None:
    date = parse_date(text)

    assert (date.iso, date.text) == (iso, "")


@pytest.mark.parametrize("text", ["DEC 4", "4 Dec"])
def test_a_day_without_a_year_waits_for_one(text: str) -> None:
    assert parse_date(text)[:3] == (None, 12, 4)


@pytest.mark.parametrize("text", ["JUL-AUG 2012", "15-17 Oct. 2014", "1 Jan.-Feb. 2019",
                                  "in press", "2012-2014", "03/04/2012", "c. 1850"])  # fmt: skip
def test_what_is_no_single_day_keeps_its_text(text: str) -> None:
    date = parse_date(text)

    assert date.text == text
    assert date.month is None


@pytest.mark.parametrize("rest", ["MAR 5 1988", "APR 1988", "Part 1"])
def test_a_remark_behind_the_last_slash_is_kept_unless_it_repeats(rest: str) -> None:
    date = parse_date(f"1988/03/01/{rest}")

    assert (date.iso, date.season) == ("1988-03-01", rest)


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
        (["YR  - 2012"], "2012"),
        (["DA  - in press"], "in press"),
        (["PY  - 2023/12//Dec2023:Part 1"], "2023-12"),
    ],
)
def test_several_date_tags_make_the_one_date_they_agree_on(
    lines: list[str], date: str, item_of: Any
) -> None:
    assert item_of("TY  - JOUR", *lines)["date"] == date


@pytest.mark.parametrize(("ty", "field"), [("CASE", "dateDecided"), ("STAT", "dateEnacted"),
                                           ("PAT", "issueDate"), ("JOUR", "date")])  # fmt: skip
def test_the_date_has_the_name_that_the_type_gives_it(ty: str, field: str, item_of: Any) -> None:
    assert item_of(f"TY  - {ty}", "PY  - 1999")[field] == "1999"


@pytest.mark.parametrize(
    ("lines", "unused"),
    [
        (["DA  - 2011/05", "PY  - 2012"], {"PY": ("2012",)}),
        (["DA  - 2012/05/01", "DA  - 2012/05/02"], {"DA": ("2012/05/02",)}),
        (["DA  - JUL-AUG", "PY  - 2012/09"], {"DA": ("JUL-AUG",)}),
        (["DA  - ²", "PY  - 2012"], {"DA": ("²",)}),
    ],
)
def test_a_date_that_contradicts_is_named(
    lines: list[str], unused: dict[str, tuple[str, ...]], record_of: Any
) -> None:
    assert record_of("TY  - JOUR", "TI  - A", *lines).unused == unused


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("18 October 2025 through 22 October 2025", "2025-10-18/2025-10-22"),
        ("11 April 2009 to 11 April 2009", "2009-04-11"),
        ("24-27 Sept. 2019", "2019-09-24/2019-09-27"),
        ("sometime in May through June", "sometime in May through June"),
    ],
)
def test_the_days_of_an_event(text: str, days: str) -> None:
    assert event_days(text) == days
