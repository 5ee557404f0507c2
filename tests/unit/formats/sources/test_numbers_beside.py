"""Numbers that tell works apart become a line of the item, wherever an export has them."""

from __future__ import annotations

from typing import Any

import pytest

JOUR = ("TY  - JOUR", "TI  - A trial of oars")


@pytest.mark.parametrize(
    "line",
    [
        "N1  - Trial registration: NCT05550001",
        "KW  - NCT05550001",
        "C1  - ClinicalTrials.gov NCT 05550001",
        "U3  - NCT05550001",
        "T3  - NCT05550001",
        "L2  - https://clinicaltrials.gov/study/NCT05550001",
    ],
)
def test_the_number_of_a_trial_becomes_a_line(line: str, record_of: Any) -> None:
    assert ("Trial Registration", "NCT05550001") in record_of(*JOUR, line).extra


@pytest.mark.parametrize(
    "lines",
    [
        ("N1  - References: Berg, T., (2012), NCT05550001",),
        ("TI  - A trial of oars (NCT05550001)", "N1  - NCT05550001"),
        ("AB  - Registered as NCT05550001.", "N1  - NCT05550001"),
        ("UR  - https://clinicaltrials.gov/study/NCT05550001", "KW  - NCT05550001"),
    ],
)
def test_no_line_where_the_work_is_known_by_it_already(
    lines: tuple[str, ...], record_of: Any
) -> None:
    assert not record_of("TY  - JOUR", "T2  - Oars", *lines).extra


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (("TY  - RPRT", "N1  - Report No.: HO-17; 44 p."), ("Report Number", "HO-17")),
        (("TY  - RPRT", "N1  - Report number 17"), ("Report Number", "17")),
        (("TY  - COMP", "C1  - Version: 1.0.2"), ("Version", "1.0.2")),
        (("TY  - DATA", "N1  - Version no. 3"), ("Version", "3")),
    ],
)
def test_the_number_of_a_report_and_a_version_become_lines(
    entry: tuple[str, ...], line: tuple[str, str], record_of: Any
) -> None:
    assert record_of(entry[0], "TI  - Oars", *entry[1:]).extra == (line,)


def test_a_number_that_has_its_field_is_not_looked_for(record_of: Any) -> None:
    record = record_of("TY  - RPRT", "TI  - Oars", "SN  - HO-16", "N1  - See Report No. HO-17")

    assert record.fields["number"] == "HO-16"
    assert not record.extra


def test_a_version_of_something_else_is_none_of_an_article(record_of: Any) -> None:
    assert not record_of(*JOUR, "N1  - Version: 1.0.2").extra
