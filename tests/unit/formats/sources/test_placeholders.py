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
    assert item_of(*JOUR, "VL  - 7.00")["volume"] == "7"
    assert item_of(*JOUR, 'VL  - "7"')["volume"] == "7"
    assert item_of("TY  - BOOK", "TI  - Shells", "ET  - 2.0")["edition"] == "2"
    assert item_of(*JOUR, "VL  - 12.00")["volume"] == "12"
    assert item_of(*JOUR, "VL  - 12.000")["volume"] == "12.000"
    assert item_of(*JOUR, "AN  - 4000123.0")["archiveLocation"] == "4000123"


def test_the_version_of_a_program_keeps_its_fraction(item_of: Any) -> None:
    assert item_of("TY  - COMP", "TI  - Shells", "IS  - 2.0")["versionNumber"] == "2.0"
    assert item_of("TY  - STAND", "TI  - Shells", "ET  - 2.0")["edition"] == "2.0"


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
        "reef@shore.example",
        "https://shore.example/3",
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
    "span", ["[1974 to 2023 May]", "(1974-2023)", "1974 to present", "1974 to 2023 May 06"]
)
def test_those_years_may_stand_in_other_brackets_or_none(span: str, item_of: Any) -> None:
    assert item_of(*JOUR, f"DB  - Shore Index {span}")["libraryCatalog"] == "Shore Index"
    assert item_of(*JOUR, "DB  - Shores 2000")["libraryCatalog"] == "Shores 2000"


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
        ("1474 1776", ("1474-1776",)),
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


@pytest.mark.parametrize("tag", ["SP", "M1", "U2"])
def test_a_pii_is_known_by_its_name(tag: str, item_of: Any) -> None:
    data = item_of(*JOUR, f"{tag}  - PII S1366728921000047")

    assert data["extra"] == "PII: S1366728921000047"
    assert {"pages", "issue"}.isdisjoint(data)


@pytest.mark.parametrize("value", ["Reef (2014)", "Reef et al. 2014", "Müller (2014a)"])
def test_author_and_year_are_no_short_title(value: str, record_of: Any) -> None:
    record = record_of(*JOUR, f"ST  - {value}")

    assert "shortTitle" not in record.fields
    assert record.unused == {"ST": (value,)}


def test_a_short_title_alone_is_the_title(item_of: Any) -> None:
    data = item_of("TY  - JOUR", "ST  - On shells", "JF  - Shore")

    assert data["title"] == "On shells"
    assert "shortTitle" not in data


@pytest.mark.parametrize("lines", [["TT  - On shells"], ["TI  - n/a", "ST  - On shells"]])
def test_so_is_a_translated_one_or_one_beside_a_placeholder(lines: list[str], item_of: Any) -> None:
    data = item_of("TY  - JOUR", "JF  - Shore", *lines)

    assert data["title"] == "On shells"
    assert "extra" not in data


@pytest.mark.parametrize("note", ["#471", "#1234567"])
def test_the_number_that_covidence_gives_is_no_note(note: str, record_of: Any) -> None:
    assert [each.kind for each in record_of(*JOUR, f"N1  - {note}").notes] == ["bookkeeping"]
    assert [each.kind for each in record_of(*JOUR, "N1  - #471 again").notes] == ["other"]


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


@pytest.mark.parametrize("value", ["#N/A", "#REF!", "(null)", "[null]", "<NA>", "[nan]"])
def test_what_spreadsheets_and_data_frames_write_for_nothing_is_named(
    value: str, item_of: Any, record_of: Any
) -> None:
    lines = (*JOUR, f"VL  - {value}", f"KW  - {value}")

    assert ("volume" in item_of(*lines), item_of(*lines)["tags"]) == (False, [])
    assert record_of(*lines).unused == {"VL": (value,), "KW": (value,)}


@pytest.mark.parametrize("value", ["Electronic Article", "Book, Section", "Unpublished Work"])
def test_a_type_of_a_reference_manager_is_no_issue(value: str, record_of: Any) -> None:
    assert record_of(*JOUR, f"M1  - {value}").unused == {"M1": (value,)}


@pytest.mark.parametrize("value", ["350 p.", "350 pages", "350 S.", "350pp"])
def test_the_unit_is_no_part_of_a_count_of_pages(value: str, item_of: Any) -> None:
    assert item_of("TY  - BOOK", "TI  - Shells", f"SP  - {value}")["numPages"] == "350"


def test_a_list_where_a_single_value_is_wanted_is_that_value(item_of: Any) -> None:
    data = item_of("TY  - JOUR", "TI  - ['On shells']", 'JO  - ["Shore"]', "AB  - ['White ones.']",
                   "LA  - ['en', 'fr']", "VL  - ['7']", "SP  - ['90']", "PB  - ['Hill Press']",
                   "UR  - [https://shore.example/1]")  # fmt: skip

    assert (data["title"], data["publicationTitle"]) == ("On shells", "Shore")
    assert (data["abstractNote"], data["language"]) == ("White ones.", "en; fr")
    assert (data["volume"], data["pages"], data["publisher"]) == ("7", "90", "Hill Press")
    assert data["url"] == "https://shore.example/1"


@pytest.mark.parametrize("title", ["[On shells].", "[On 'white' shells]", "['On shells"])
def test_a_title_in_brackets_is_no_list(title: str, item_of: Any) -> None:
    assert item_of("TY  - JOUR", f"TI  - {title}", "SP  - [1]")["title"] == title
    assert item_of("TY  - JOUR", f"TI  - {title}", "SP  - [1]")["pages"] == "[1]"


@pytest.mark.parametrize(
    "value",
    ["shells | sand", "shells|sand", "shells • sand", "('shells', 'sand')", "{'shells', 'sand'}"],
)
def test_keywords_are_parted_by_other_signs_too(value: str, item_of: Any) -> None:
    tags = item_of(*JOUR, f"KW  - {value}", "KW  - CuSO4·5H2O")["tags"]

    assert [tag["tag"] for tag in tags] == ["shells", "sand", "CuSO4·5H2O"]


@pytest.mark.parametrize(
    ("line", "field", "text"),
    [
        ("VL  - v. 9", "volume", "9"),
        ("VL  - v. v. 176", "volume", "176"),
        ("VL  - Vol. 12", "volume", "12"),
        ("VL  - Bd. 3", "volume", "3"),
        ("VL  - v. 7 issue 4", "volume", "v. 7 issue 4"),
        ("VL  - V12A", "volume", "V12A"),
        ("IS  - No. 3-4", "issue", "3-4"),
        ("IS  - n° 5", "issue", "5"),
        ("IS  - Issue 6", "issue", "6"),
        ("IS  - Nov", "issue", "Nov"),
        ("SP  - UNSP e2988", "pages", "e2988"),
        ("C7  - UNSP 12", "pages", "12"),
        ("SN  - 1474 - 1776", "ISSN", "1474-1776"),
        ("SN  - ('1474-1776', '1474-1784')", "ISSN", "1474-1776, 1474-1784"),
        ('SN  - c("1474-1776", "1474-1784")', "ISSN", "1474-1776, 1474-1784"),
    ],
)
def test_a_label_before_a_number_is_no_part_of_it(
    line: str, field: str, text: str, item_of: Any
) -> None:
    assert item_of("TY  - JOUR", "TI  - A", "JO  - Sea", line)[field] == text


@pytest.mark.parametrize(
    "lines",
    [
        ["VL  - -1"],
        ["IS  - -1.0"],
        ["VL  - <br />"],
        ["SP  - No Pagination Specified"],
        ["SP  - No Pagination", "EP  - Specified"],
        ["SP  - n.p.", "EP  - n.p."],
        ["SP  - np"],
        ["SP  - UNSP"],
        ["PY  - 9999"],
    ],
)
def test_what_stands_for_no_number_is_named(lines: list[str], record_of: Any) -> None:
    record = record_of("TY  - JOUR", "TI  - A", "JO  - Sea", *lines)

    assert record.fields.keys() == {"title", "publicationTitle"}
    said = [(line[:2], line[6:]) for line in lines]
    assert [(tag, text) for tag, texts in record.unused.items() for text in texts] == said
