"""Notes by kind: what is worth one, and what is the database's own business."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.item import notes_for

JOUR = ("TY  - JOUR", "TI  - A work")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Export Date: 26 November 2023", ["export-date"]),
        ("Cited By :12", ["cited-by"]),
        ("Cited By (since 2020): 19", ["cited-by"]),
        ("Times Cited in Web of Science Core Collection:  5", ["cited-by"]),
        ("45", ["cited-by"]),
        ("Correspondence Address: Smith, J.; Dept. of X; email: s@x.example", ["correspondence"]),
        ("References: A., B., (1999); https://doi.org/10.1000/x", ["references"]),
        ("Funding details: Some Fund, 12", ["funding"]),
        ("Funding text 1: We thank.", ["funding"]),
        ("Conference code: 77463", ["conference-code"]),
        ("CODEN: NATUA", ["coden"]),
        ("Chemicals/CAS: water, 7732-18-5", ["chemicals"]),
        ("Last updated - 2019-05-03", ["export-date"]),
        ("Accession Number: 12345. Author: X; Publication Type: Y", ["accession"]),
        ("A Work", ["title"]),
        ("RAYYAN-INCLUSION: {\"A\"=>\"Included\"}", ["other"]),
        ("Export Date: 1 May 2024; Cited By: 4; CODEN: NATUA",
         ["export-date", "cited-by", "coden"]),
        ("Export Date: 1 May 2024; Correspondence Address: A; B; C; Funding details: F",
         ["export-date", "correspondence", "funding"]),
    ],
)  # fmt: skip
def test_a_note_is_known_by_its_kind(text: str, kinds: list[str], record_of: Any) -> None:
    assert [note.kind for note in record_of(*JOUR, f"N1  - {text}").notes] == kinds


def test_the_configuration_chooses_what_becomes_a_note(record_of: Any) -> None:
    record = record_of(*JOUR, "N1  - Export Date: 1 May 2024; Funding details: F", "N1  - Mine")

    assert notes_for(record, ["funding", "other"]) == ["<p>Funding details: F</p>", "<p>Mine</p>"]
    assert notes_for(record, ["export-date"]) == ["<p>Export Date: 1 May 2024</p>"]
    assert notes_for(record, []) == []


def test_funders_make_one_note_each_once(record_of: Any) -> None:
    record = record_of(*JOUR, "N1  - Funding details: F", "N1  - Funding details: G",
                       "N1  - Funding details: F", "N1  - Funding text 1: Thanks.")  # fmt: skip

    assert notes_for(record, ["funding"]) == [
        "<p>Funding details: F</p><p>Funding details: G</p><p>Funding text 1: Thanks.</p>"
    ]


def test_funding_is_one_note_whatever_stands_between(record_of: Any) -> None:
    pieces = "Funding details: F; Correspondence Address: A; Funding text 1: Thanks."

    kept = notes_for(record_of(*JOUR, f"N1  - {pieces}"), ["funding", "correspondence"])

    assert kept == [
        "<p>Funding details: F</p><p>Funding text 1: Thanks.</p>",
        "<p>Correspondence Address: A</p>",
    ]


def test_a_blank_line_parts_the_paragraphs_of_a_note(record_of: Any) -> None:
    record = record_of(*JOUR, "N1  - One,", "with a & b.", "", "Two.", "NO  - Three.", "", "Four.")

    assert notes_for(record, ["other"]) == [
        "<p>One,<br/>with a &amp; b.</p><p>Two.</p>",
        "<p>Three.</p><p>Four.</p>",
    ]


def test_a_blank_line_parts_the_paragraphs_of_an_abstract(item_of: Any) -> None:
    data = item_of(*JOUR, "AB  - One,", "wrapped.", "", "Two.")

    assert data["abstractNote"] == "One, wrapped.\n\nTwo."


def test_the_text_of_a_note_is_escaped_and_html_is_kept(record_of: Any) -> None:
    record = record_of(*JOUR, "RN  - a<b & c", "N1  - <p>From <b>Zotero</b></p>")

    assert notes_for(record, ["other"]) == [
        "<p>From <b>Zotero</b></p>",
        "<p>a&lt;b &amp; c</p>",
    ]


@pytest.mark.parametrize(
    "html",
    [
        "<p onclick=\"x()\">a</p>",
        "<p>a</p><script>alert(1)</script>",
        "<p>a</p><img src=x onerror=alert(1)>",
        "<p><a href=\"javascript:x\">a</a></p>",
    ],
)  # fmt: skip
def test_html_that_does_something_is_not_kept(html: str, record_of: Any) -> None:
    (note,) = notes_for(record_of(*JOUR, f"N1  - {html}"), ["other"])

    assert not any(word in note for word in ("script", "onclick", "onerror", "alert"))
    assert ">a<" in note


def test_a_copyright_line_becomes_the_rights(item_of: Any) -> None:
    data = item_of(*JOUR, "N1  - Publisher Copyright:", "© 2023 The Author(s)")

    assert data["rights"] == "© 2023 The Author(s)"


def test_the_accession_number_of_a_note_stands_in_for_an(item_of: Any) -> None:
    note = "N1  - Accession Number: 2020-98025-001. PMID: 33343428 Partial author list: X"

    data = item_of(*JOUR, note)
    assert (data["archiveLocation"], data["PMID"]) == ("2020-98025-001", "33343428")
    assert item_of(*JOUR, "AN  - 77", note)["archiveLocation"] == "77"
