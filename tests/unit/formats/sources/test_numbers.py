"""Pages, ISSN, ISBN and the numbers of patents, reports and standards, as exports write them."""

from __future__ import annotations

from typing import Any

import pytest

JOUR = ("TY  - JOUR", "TI  - A work")
BOOK = ("TY  - BOOK", "TI  - A work")
REPORT = ("TY  - RPRT", "TI  - A work")
STANDARD = ("TY  - STAND", "TI  - A work")


@pytest.mark.parametrize(
    "number",
    ["US 6,123,456 B1", "US 2010/0123456 A1", "WO2010/123456", "JP 2010-123456", "9,123,456",
     "12345679"],
)  # fmt: skip
def test_sn_of_a_patent_is_its_number_whatever_it_looks_like(
    number: str, item_of: Any, record_of: Any
) -> None:
    lines = ("TY  - PAT", "TI  - A work", f"SN  - {number}")

    data = item_of(*lines)

    assert data["patentNumber"] == number
    assert "extra" not in data
    assert record_of(*lines).identity.issn == ()
    assert record_of(*lines).warnings == ()


def test_a_second_number_of_a_patent_is_named(record_of: Any) -> None:
    record = record_of("TY  - PAT", "TI  - A work", "SN  - WO2010/1", "SN  - 12345679")

    assert record.unused == {"SN": ("12345679",)}


@pytest.mark.parametrize(
    "number",
    ["NASA/TM-2010-1234", "TR-17", "USGS 1474-1776", "1474-1776 rev. 2", "1234-5678"],
)
def test_a_report_keeps_its_number_whole(number: str, item_of: Any, record_of: Any) -> None:
    assert item_of(*REPORT, f"SN  - {number}")["reportNumber"] == number
    assert record_of(*REPORT, f"SN  - {number}").warnings == ()


def test_a_standard_keeps_its_number_whole(item_of: Any) -> None:
    assert item_of(*STANDARD, "SN  - ISO/IEC 27001")["number"] == "ISO/IEC 27001"


def test_the_number_of_a_report_is_sn_rather_than_is(item_of: Any) -> None:
    assert item_of(*REPORT, "SN  - USGS-123", "IS  - 34")["reportNumber"] == "USGS-123"


@pytest.mark.parametrize(
    ("value", "issn", "isbn", "number"),
    [
        ("1474-1776", "1474-1776", None, None),
        ("ISSN: 1474-1776", "1474-1776", None, None),
        ("ISSN 1474-1776; TR-17", "1474-1776", None, "TR-17"),
        ("03029743 (ISSN); 9783642041457 (ISBN)", "0302-9743", "9783642041457", None),
        ("978-3-642-04145-7", None, "978-3-642-04145-7", None),
        ("9783642041457 (v. 1)", None, "9783642041457", None),
    ],
)
def test_issn_and_isbn_of_a_report_are_not_its_number(
    value: str, issn: str | None, isbn: str | None, number: str | None, record_of: Any
) -> None:
    fields = record_of(*REPORT, f"SN  - {value}").fields

    assert (fields.get("ISSN"), fields.get("ISBN"), fields.get("number")) == (issn, isbn, number)


@pytest.mark.parametrize("value", ["ISSN/ISBN", "ISSN"])
def test_a_label_alone_is_no_number(value: str, record_of: Any) -> None:
    record = record_of(*REPORT, f"SN  - {value}")

    assert "number" not in record.fields
    assert record.unused == {"SN": (value,)}


@pytest.mark.parametrize(
    ("value", "issn"),
    [
        ("ISSN 1474-1776", "1474-1776"),
        ("ISSN: 1474-1776", "1474-1776"),
        ("eISSN 1474-1784", "1474-1784"),
        ("ISSN-L 1474-1784", "1474-1784"),
        ("ISSN-0022-0663", "0022-0663"),
        ("ISSN1474-1776", "1474-1776"),
        ("Print ISSN: 1474-1776, Online ISSN: 1474-1784", "1474-1776, 1474-1784"),
        ("1474-1776 (Print ISSN)", "1474-1776"),
        ("14741776 and 14741784", "1474-1776, 1474-1784"),
        ("1474-1776<br />", "1474-1776"),
    ],
)
def test_labels_of_an_issn_leave_no_trace(value: str, issn: str, record_of: Any) -> None:
    record = record_of(*JOUR, f"SN  - {value}")

    assert record.fields["ISSN"] == issn
    assert record.identity.issn == tuple(issn.split(", "))
    assert (record.warnings, record.unused) == ((), {})


@pytest.mark.parametrize(
    ("value", "isbn"),
    [
        ("ISBN 978-3-642-04145-7", "978-3-642-04145-7"),
        ("ISBN: 3642041450", "3642041450"),
        ("ISBN-13: 978-3-642-04145-7", "978-3-642-04145-7"),
        ("ISBN 10 3642041450", "3642041450"),
        ("(978-3-642-04145-7)", "978-3-642-04145-7"),
        ("978‐3‐642‐04145‐7", "978-3-642-04145-7"),
        ("978 3 642 04145 7; 9780262035613", "978 3 642 04145 7, 9780262035613"),
    ],
)
def test_labels_of_an_isbn_leave_no_trace(value: str, isbn: str, record_of: Any) -> None:
    record = record_of(*BOOK, f"SN  - {value}")

    assert record.fields["ISBN"] == isbn
    assert (record.warnings, record.unused) == ((), {})


@pytest.mark.parametrize(
    ("value", "remarks"),
    [
        ("9780262035613 (e-book)", ("e-book",)),
        ("9780262035613 (hardback)", ("hardback",)),
        ("9780262035613 (cloth : alk. paper)", ("cloth : alk. paper",)),
        ("9780262035613 (pbk., v. 1)", ("pbk., v. 1",)),
        ("9780262035613 [set]", ("set",)),
        ("9780262035613 : $80.00", ("$80.00",)),
        ("9780262035613; TR-17", ("TR-17",)),
    ],
)
def test_remarks_on_an_isbn_are_named_and_not_in_the_field(
    value: str, remarks: tuple[str, ...], record_of: Any
) -> None:
    record = record_of(*BOOK, f"SN  - {value}")

    assert record.fields["ISBN"] == "9780262035613"
    assert record.unused == {"SN": remarks}
    assert record.warnings == ()


@pytest.mark.parametrize(
    ("value", "number"),
    [("1234-5678", "1234-5678"), ("ISSN 1234-5678", "1234-5678"),
     ("14741776 and 12345678", "12345678")],
)  # fmt: skip
def test_a_wrong_check_digit_is_told_and_the_number_kept(
    value: str, number: str, record_of: Any
) -> None:
    record = record_of(*JOUR, f"SN  - {value}")

    assert record.extra == (("Serial Number", number),)
    assert record.warnings == (f"line 3: neither an ISSN nor an ISBN: {number}",)


def test_what_holds_no_number_at_all_is_named_whole(record_of: Any) -> None:
    record = record_of(*JOUR, "SN  - NASA/TM-2010, R 12")

    assert record.unused == {"SN": ("NASA/TM-2010, R 12",)}
    assert record.warnings == ("line 3: neither an ISSN nor an ISBN: NASA/TM-2010, R 12",)


@pytest.mark.parametrize(
    ("start", "end", "pages"),
    [
        ("298--307", "", "298-307"),
        ("321-321", "", "321"),
        ("e0129675-e0129675", "", "e0129675"),
        ("8–8", "", "8"),
        ("pp. 215-233", "", "215-233"),
        ("p. 12", "", "12"),
        ("pp 215", "p 233", "215-233"),
        ("Pages", "", "Pages"),
        ("p12", "", "p12"),
        ("p12-p15", "", "p12-p15"),
        ("215", "215-233", "215-233"),
        ("215-233", "233", "215-233"),
        ("215-33", "33", "215-33"),
        ("215-233", "215-233", "215-233"),
        ("1-1", "1-15", "1-1-1-15"),
        ("537-&", "", "537"),
        ("1747-+", "", "1747"),
        ("537", "&", "537"),
        ("1747", "+", "1747"),
        ("12+", "", "12+"),
        ("215", "233", "215-233"),
        ("215", "215", "215"),
        ("", "233", "233"),
    ],
)
def test_pages_are_written_in_one_way(start: str, end: str, pages: str, item_of: Any) -> None:
    assert item_of(*JOUR, f"SP  - {start}", f"EP  - {end}")["pages"] == pages


@pytest.mark.parametrize(
    ("start", "end", "count", "pages"),
    [
        ("52-52", "", "52", None),
        ("1-100", "", "100", None),
        ("1–100", "", "100", None),
        ("1", "346", "346", None),
        ("xii, 345 p.", "", "xii, 345 p.", None),
        ("345", "", "345", None),
        ("23-45", "", None, "23-45"),
        ("23", "45", None, "23-45"),
        ("23", "23-45", None, "23-45"),
        ("xii", "345", None, "xii-345"),
        ("52-52", "52", "52", None),
    ],
)
def test_pages_of_a_book_are_counted_from_the_first(
    start: str, end: str, count: str | None, pages: str | None, record_of: Any
) -> None:
    fields = record_of(*BOOK, f"SP  - {start}", f"EP  - {end}").fields

    assert (fields.get("numPages"), fields.get("pages")) == (count, pages)


@pytest.mark.parametrize(
    ("lines", "time", "unused"),
    [
        (["EP  - 233"], None, {"EP": ("233",)}),
        (["SP  - 90 min", "EP  - 95"], "90 min", {"EP": ("95",)}),
        (["SP  - 90 min", "EP  - 90 min"], "90 min", {}),
    ],
)
def test_the_running_time_of_a_film_is_sp_alone(
    lines: list[str], time: str | None, unused: dict[str, Any], record_of: Any
) -> None:
    record = record_of("TY  - MPCT", "TI  - A work", *lines)

    assert record.fields.get("runningTime") == time
    assert record.unused == unused


def test_unused_pages_are_named_under_their_own_tags(record_of: Any) -> None:
    record = record_of("TY  - MAP", "TI  - A work", "SP  - a description", "EP  - more")

    assert record.unused == {"SP": ("a description",), "EP": ("more",)}
