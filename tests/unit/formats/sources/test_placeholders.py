"""What spreadsheets, forms and tools write for nothing, or for something else, is no value."""

from __future__ import annotations

from typing import Any

import pytest

JOUR = ("TY  - JOUR", "TI  - On shells", "JF  - Shore")


def test_whole_numbers_lose_the_fraction_of_a_spreadsheet(item_of: Any) -> None:
    data = item_of(*JOUR, "PY  - 2014.0", "VL  - 7.0", "IS  - 3.0", "SP  - 90.0", "EP  - 100.0")

    assert (data["date"], data["volume"], data["issue"], data["pages"]) == (
        "2014", "7", "3", "90-100",
    )  # fmt: skip
    assert item_of(*JOUR, "SP  - 90.0-100.0")["pages"] == "90-100"
    assert item_of(*JOUR, "VL  - 12.00")["volume"] == "12"
    assert item_of(*JOUR, "VL  - 12.000")["volume"] == "12.000"
    assert item_of(*JOUR, "AN  - 4000123.0")["archiveLocation"] == "4000123"


def test_the_version_of_a_program_keeps_its_fraction(item_of: Any) -> None:
    assert item_of("TY  - COMP", "TI  - Shells", "IS  - 2.0")["versionNumber"] == "2.0"


@pytest.mark.parametrize("ty", ["JOUR", "CHAP", "BOOK", "RPRT"])
@pytest.mark.parametrize("line", ["M1  - 0", "VL  - 0", "IS  - 0.0", "M1  - Journal Article"])
def test_a_zero_and_a_kind_of_work_are_no_number(
    ty: str, line: str, item_of: Any, record_of: Any
) -> None:
    lines = (f"TY  - {ty}", "TI  - On shells", line)

    assert set(item_of(*lines)) == set(item_of(*lines[:2]))
    assert record_of(*lines).unused == {line[:2]: (line[6:],)}


@pytest.mark.parametrize(
    "value",
    [
        "(Reef B.) Institute of Shells, Shoreham, Kent, United Kingdom",
        "Department of Shells, University of the Shore, Shoreham",
    ],
)
def test_an_address_is_no_issue(value: str, record_of: Any) -> None:
    record = record_of(*JOUR, f"IS  - {value}")

    assert "issue" not in record.fields
    assert record.unused == {"IS": (value,)}


def test_an_issue_in_words_is_one(item_of: Any) -> None:
    value = "Special Issue: Shells of the Northern Shore, Part 2"

    assert item_of(*JOUR, f"IS  - {value}")["issue"] == value


@pytest.mark.parametrize("name", ["ERIC", "Ovid MEDLINE(R) ALL", "Embase"])
def test_the_years_that_a_catalogue_covers_are_not_its_name(name: str, item_of: Any) -> None:
    data = item_of(*JOUR, f"DB  - {name} <1974 to 2023 May 06>")

    assert data["libraryCatalog"] == name


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("DA  - 2021/03//Feb undefined", "2021-03"),
        ("DA  - 2021///Feb undefined", "2021-02"),
        ("DA  - 0, 2013", "2013"),
        ("Y1  - 2013///0,", "2013"),
        ("DA  - undefined 2013", "2013"),
        ("DA  - null/null/2013", "2013"),
        ("DA  - 2013-undefined-undefined", "2013"),
        ("PY  - 20130801.0", "2013-08-01"),
    ],
)
def test_what_a_form_left_empty_is_no_part_of_a_date(line: str, date: str, item_of: Any) -> None:
    data = item_of(*JOUR, line)

    assert data["date"] == date
    assert "extra" not in data


@pytest.mark.parametrize(
    ("value", "issns"),
    [
        ('["1474-1776", "1474-1784"]', ("1474-1776", "1474-1784")),
        ("['14741784']", ("1474-1784",)),
        ("E1474-1784", ("1474-1784",)),
        ("P1474-1776; E1474-1784", ("1474-1776", "1474-1784")),
        ("\\r1474-1776", ("1474-1776",)),
        ("14741776.0", ("1474-1776",)),
    ],
)
def test_an_issn_is_read_out_of_what_wraps_it(
    value: str, issns: tuple[str, ...], record_of: Any
) -> None:
    record = record_of(*JOUR, f"SN  - {value}")

    assert record.identity.issn == issns
    assert (record.unused, record.warnings) == ({}, ())


@pytest.mark.parametrize("value", ["0000-0000", "00000000", "0000000000", "9780000000002"])
def test_zeros_are_no_serial_number(value: str, record_of: Any) -> None:
    record = record_of(*JOUR, f"SN  - {value}")

    assert (record.identity.issn, record.identity.isbn) == ((), ())
    assert record.unused == {"SN": (value,)}


def test_a_pii_is_no_article_number(item_of: Any) -> None:
    data = item_of(*JOUR, "SP  - 1", "C7  - PII S1366728921000047")

    assert (data["pages"], data["extra"]) == ("1", "PII: S1366728921000047")


@pytest.mark.parametrize("value", ["Reef (2014)", "Reef et al. 2014"])
def test_author_and_year_are_no_short_title(value: str, record_of: Any) -> None:
    record = record_of(*JOUR, f"ST  - {value}")

    assert "shortTitle" not in record.fields
    assert record.unused == {"ST": (value,)}


def test_a_short_title_alone_is_the_title(item_of: Any) -> None:
    data = item_of("TY  - JOUR", "ST  - On shells", "JF  - Shore")

    assert data["title"] == "On shells"
    assert "shortTitle" not in data


def test_what_a_form_left_empty_is_no_note(record_of: Any) -> None:
    record = record_of(*JOUR, "N1  - undefined; A word about shells")

    assert [note.html for note in record.notes] == ["<p>A word about shells</p>"]


@pytest.mark.parametrize(
    "label", ["Artn 412", "Article 412", "Art. No. 412", "Article number: 412"]
)
def test_a_label_is_no_part_of_an_article_number(label: str, item_of: Any) -> None:
    assert item_of(*JOUR, f"C7  - {label}")["pages"] == "412"


def test_what_stands_for_nobody_or_no_time_is_named_as_unused(record_of: Any) -> None:
    record = record_of(*JOUR, "AU  - &NA;", "DA  - NaT", "IS  - (Reef) Institute of Shells, Ghent")

    assert (record.creators, "date" in record.fields, "issue" in record.fields) == (
        (),
        False,
        False,
    )
    assert record.unused.keys() == {"AU", "DA", "IS"}
