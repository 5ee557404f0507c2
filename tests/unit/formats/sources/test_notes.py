"""Notes by kind: what is worth one, and what is the database's own business."""

from __future__ import annotations

import time
from typing import Any

import pytest

from syncd.formats.sources import read_record
from syncd.item.making import notes_for
from tests.support.entries import entry_of

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
        ("Accession Number: 12345. Journal Subset: Nursing. NLM UID: 9312077.", ["accession"]),
        ("NLM UID: 9312077", ["bookkeeping"]),
        ("NLM UID: see the journal", ["other"]),
        ("Entry Date: 2001; Peer Reviewed", ["bookkeeping"]),
        ("Peer Review of it", ["other"]),
        ("#123", ["bookkeeping"]),
        ("Comment in (CIN), Tides", ["bookkeeping"]),
        ("Smith, John/A-1234-2010", ["bookkeeping"]),
        ("1234-5678, 2345-6789", ["bookkeeping"]),
        ("A Work", ["title"]),
        ("RAYYAN-INCLUSION: {\"A\"=>\"Included\"}", ["other"]),
        ("11\n1", ["cited-by"]),
        ("Rh6hw\nTimes Cited:8\nCited References Count:59", ["cited-by"]),
        ("Conference name: Things 2022", ["conference"]),
        ("Conference date: 16 November 2022 through 18 November 2022", ["conference"]),
        ("PMID: 33343428", ["identifier"]),
        ("EID: 2-s2.0-85012345678", ["identifier"]),
        ("Export Date: 1 May 2024; Cited By: 4; CODEN: NATUA",
         ["export-date", "cited-by", "coden"]),
        ("Export Date: 1 May 2024; Correspondence Address: A; B; C; Funding details: F",
         ["export-date", "correspondence", "funding"]),
    ],
)  # fmt: skip
def test_a_note_is_known_by_its_kind(text: str, kinds: list[str], record_of: Any) -> None:
    assert [note.kind for note in record_of(*JOUR, f"N1  - {text}").notes] == kinds


MEDLINE = """1097-4172
Huang, Yadong
La Peyre, Megan K
Heck, Kenneth L Jr
P50 AG005134/AG/NIA NIH HHS/United States
Wellcome Trust/United Kingdom
eng
Journal Article
Research Support, U.S. Gov't, Non-P.H.S.
England
2022/02/23
J Environ Manage. 2022 May 15;310:114718. doi: 10.1016/j.jenvman.2022.114718. Epub 2022."""


@pytest.mark.parametrize(
    "text",
    [
        "Smith, John/A-1234-2010; O'Neill, Ann/AAB-1234-2020",
        "; Cao, Hieu Xuan/Q-2457-2015\nWang, Wenqin/0000-0001-6427-633X;\n37",
        "Taiana, Elisa/0000-0003-4940-1318; Agnelli, Luca/0000-0003-0582-6170 0",
        "ORCID Number: Smith, John: 0000-0003-4940-1318",
        "1064-3745",
        "1064-3745; 2195-271x\n1940-6029",
        "Cover Date: 2020/01/01.Journal Source Info: 17(4), 286. Subject: ETHICS. Update Code: 1.",
        "Series: S. Cover Date: 2013/09/01.Journal Source Info: 42(3), 298. Update Code: 20130911.",
        "Atela, J. 1; Affiliations: 1 : U; Source Info: Jul2015, p238; Thesaurus Term: Forests",
        "pictorial; standards. Journal Subset: Core Nursing; Nursing; USA.",
        "USA. Special Interest: Patient Safety. NLM UID: 9889160.",
        "USA. NLM UID: 9102229.",
        "SubjectsTermNotLitGenreText - Academic Language; Learning Processes",
        "Database copyright ProQuest LLC; ProQuest does not claim copyright in the works",
        "Copyright - Database copyright ProQuest LLC; ProQuest does not claim copyright",
        "Comment in (CIN)",
        "Update of (UOF), Update in (UIN)",
        "Comment in: Lancet. 2019 May;6(5):357. PMID: 31047857\nErratum in: Cell. 2020;7:3",
        MEDLINE,
        "Hardy, J A\nReview\nScience. 1992 Apr 10;256(5054):184-5.",
        "<p></p>",
    ],
)
def test_what_a_database_says_about_its_own_record_is_bookkeeping(
    text: str, record_of: Any
) -> None:
    record = record_of(*JOUR, f"N1  - {text}")

    assert [note.kind for note in record.notes] == ["bookkeeping"]
    assert "rights" not in record.fields


@pytest.mark.parametrize(
    "text",
    [
        "The times cited are surprising",
        "Not cited by anybody I know",
        "Smith, John/A-1234-2010\nAsk him for the data",
        "1064-3745 is the wrong number",
        "1064-3745\nThe journal is gone",
        "2015\nA good year",
        "Name - see the list of the archive",
        "People - whom to ask",
        "Cover Date: wrong on the scan",
        "Comment on: Smith (2010) has it the other way round",
        "Comment on: Smith et al. 2010; page 3 is wrong",
        "Comment in the margin of page 3",
        "Retraction in (RIN)",
        f"{MEDLINE}\nRead this again",
        f"Read this again\n{MEDLINE}",
        f"Good, but too long\n{MEDLINE}",
        "Huang, Yadong\nMucke, Lennart",
        "Ask Smith, Jones\nand Miller",
        "PMID: 33343428 is the erratum",
        "EID: 2-s2.0-85012345678 is another work",
        "Compare PMID: 33343428",
    ],
)
def test_what_a_person_may_have_written_stays_a_note(text: str, record_of: Any) -> None:
    record = record_of(*JOUR, f"N1  - {text}")

    assert [note.kind for note in record.notes] == ["other"]
    assert not record.identity.pmid and not record.identity.scopus


def test_names_are_bookkeeping_in_a_record_of_proquest_only(record_of: Any) -> None:
    url = "UR  - https://www.proquest.com/docview/3033794366"

    record = record_of(*JOUR, url, "N1  - Name - Twitter Inc", "N1  - People - Smith, John")

    assert [note.kind for note in record.notes] == ["bookkeeping"] * 2


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


@pytest.mark.parametrize(
    ("html", "kinds"),
    [
        ("<p>Times Cited in Web of Science Core Collection:&nbsp;&nbsp;4<br/>Total:&nbsp;5</p>",
         ["cited-by"]),
        ("<p>Export Date: 1 May 2024; Funding details: A &amp; B</p>", ["export-date", "funding"]),
        ("<p class=\"x\">Cited By: 4</p>", ["cited-by"]),
        ("<p>PMID: 33343428</p>", ["identifier"]),
        ("<p>1064-3745<br />2195-271x</p>", ["bookkeeping"]),
        ("<p>&nbsp;</p>", ["bookkeeping"]),
    ],
)  # fmt: skip
def test_a_note_in_html_is_sorted_by_its_text(html: str, kinds: list[str], record_of: Any) -> None:
    assert [note.kind for note in record_of(*JOUR, f"N1  - {html}").notes] == kinds


@pytest.mark.parametrize(
    "html",
    [
        "<p>Read&nbsp;this<br/>again</p>",
        "<p>Cited By: 4</p><p>Read this again</p>",
        "<p>Times Cited: <b>4</b></p>",
        "<ul><li>Export Date: 1 May 2024</li></ul>",
        "<p>3</p>",
        "<p>References: look at Smith 2010</p>",
        "<p>Conference date: to be confirmed</p>",
    ],
)
def test_a_persons_note_in_html_is_kept_as_it_is(html: str, record_of: Any) -> None:
    assert notes_for(record_of(*JOUR, f"N1  - {html}"), ["other"]) == [html]


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


CONFERENCE = (
    "N1  - Export Date: 27 November 2023; Cited By: 3; Conference name: 25th Academic Mindtrek "
    "&amp; Games, Mindtrek 2022; Conference date: 16 November 2022 through 18 November 2022; "
    "Conference code: 184182; CODEN: PSISD"
)


def test_a_conference_in_a_note_of_scopus_fills_its_fields(record_of: Any, item_of: Any) -> None:
    record = record_of("TY  - CONF", "TI  - A work", CONFERENCE)

    assert [note.kind for note in record.notes] == [
        "export-date", "cited-by", "conference", "conference", "conference-code", "coden",
    ]  # fmt: skip
    assert record.fields["conferenceName"] == "25th Academic Mindtrek & Games, Mindtrek 2022"
    assert record.extra == (("Event Date", "2022-11-16/2022-11-18"),)
    assert item_of(*JOUR, CONFERENCE)["extra"].split("\n") == [
        "Event Date: 2022-11-16/2022-11-18",
        "Event Title: 25th Academic Mindtrek & Games, Mindtrek 2022",
    ]


def test_a_conference_that_a_tag_names_is_not_named_again(record_of: Any) -> None:
    tags = ("T2  - OCEANS", "C3  - Proc. OCEANS", "Y2  - 1 May 2024 through 3 May 2024")

    record = record_of("TY  - CONF", "TI  - A work", "DB  - Scopus", *tags, CONFERENCE)

    assert record.fields["conferenceName"] == "OCEANS"
    assert record.extra == (("Event Date", "2024-05-01/2024-05-03"),)


@pytest.mark.parametrize(
    "text", ["Conference name:; Conference date: ; CODEN: X", "Publisher Copyright:"]
)
def test_a_label_with_nothing_behind_it_fills_nothing(text: str, record_of: Any) -> None:
    record = record_of(*JOUR, f"N1  - {text}")

    assert (dict(record.fields), record.extra) == ({"title": "A work"}, ())


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("PMID: 33343428; PMCID: PMC7744", ("33343428", "PMC7744", None)),
        ("PMID: 33343428. PMCID: PMC7744.", ("33343428", "PMC7744", None)),
        ("PMC7744\nPMID 33343428", ("33343428", "PMC7744", None)),
        ("Scopus ID: 2-s2.0-85012345678", (None, None, "2-s2.0-85012345678")),
        ("EID: 2-s2.0-85012345678", (None, None, "2-s2.0-85012345678")),
        ("2-s2.0-85012345678", (None, None, "2-s2.0-85012345678")),
    ],
)
def test_identifiers_alone_in_a_note_are_read(
    text: str, numbers: tuple[str | None, ...], record_of: Any
) -> None:
    record = record_of(*JOUR, f"N1  - {text}")

    identity = record.identity
    assert (identity.pmid, identity.pmcid, identity.scopus) == numbers
    assert [note.kind for note in record.notes] == ["identifier"]


def test_a_number_that_contradicts_the_known_one_stays_a_note(record_of: Any) -> None:
    record = record_of(*JOUR, "N1  - PMID: 33343428", "N1  - PMID: 22301798; PMCID: PMC7744")

    assert [note.kind for note in record.notes] == ["identifier", "other"]
    assert (record.identity.pmid, record.identity.pmcid) == ("33343428", "PMC7744")


def test_numbers_of_cited_works_are_never_read(record_of: Any) -> None:
    note = "N1  - References: Smith, J., (1999); EID: 2-s2.0-85012345678; PMID: 33343428"

    assert record_of(*JOUR, note).identity == record_of(*JOUR).identity


def test_the_pubmed_number_of_cinahl_is_read(record_of: Any) -> None:
    note = "N1  - pictorial. Journal Subset: Canada. NLM UID: 101208192. PMID: NLM23803397."

    assert record_of(*JOUR, note).identity.pmid == "23803397"
    assert record_of(*JOUR, "N1  - Accession Number: 1. PMID: NLM7.").identity.pmid == "7"


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        ("Smith, J/", "A-1234-2010; Li, J/"),
        ("", "1064-3745\n"),
        ("", "Review\n"),
        ("", "PMID: 1; "),
        ("", ";\n"),
        ("", "times cited "),
        ("Comment in: ", "a. 2010"),
        ("<p>", "<br/>"),
        ("<p>", "<a href='"),
    ],
)
def test_no_repeated_piece_makes_a_note_slow_to_sort(start: str, piece: str) -> None:
    entry = entry_of(
        [("TY", "JOUR"), ("TI", "A"), ("N1", start + piece * (60_000 // len(piece)) + "~")]
    )

    begun = time.process_time()
    read_record(entry, "x.ris")

    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize(
    "note",
    [
        "Comment on (THE) paper: I like it a lot",
        "Erratum in: table 3. 2015 numbers are off; use the web version",
        "ORCID number: ask author",
        "Journal Subset: my favourite ones: see shelf",
        "Source Info: found on shelf; Term: winter 2012",
        "My reading notes. It claims times cited: 300! I doubt it.",
        "Cited by 3 of our reviewers as essential",
        "Date created: the method dates to 1990",
        "PMID: 11111111; PMID: 22222222",
    ],
)
def test_words_that_a_person_may_have_written_stay_a_note(note: str, record_of: Any) -> None:
    record = record_of("TY  - JOUR", "TI  - A work", f"N1  - {note}")

    assert [(made.kind, made.html) for made in record.notes] == [("other", f"<p>{note}</p>")]
    assert record.identity.pmid is None


@pytest.mark.parametrize(
    "note",
    [
        "Cited By (since 1996):47 Export Date: 6 January 2014 Source: Scopus",
        "ISI Document Delivery No.: 475UI Times Cited: 3 Cited Reference Count: 40",
        "Qc1rc Times Cited:0 Cited References Count:14",
    ],
)
def test_what_ages_is_known_on_one_line_too(note: str, record_of: Any) -> None:
    (made,) = record_of("TY  - JOUR", "TI  - A work", f"N1  - {note}").notes

    assert made.kind == "cited-by"


EXPORTED = {
    "Export Date: 1 May 2024": "2024-05-01",
    "Cited By: 3; Export Date: 27 November 2023": "2023-11-27",
    "Cited By (since 1996):47 Export Date: 6 January 2014 Source: Scopus": "2014-01-06",
    "Export Date: 31 February 2024": "",
    "Last updated - 2023-01-01": "",
    "Seen on 1 May 2024": "",
}


@pytest.mark.parametrize("note, day", EXPORTED.items())
def test_the_day_of_an_export_is_read_where_it_says_one(
    record_of: Any, note: str, day: str
) -> None:
    assert record_of(*JOUR, f"N1  - {note}").exported_on == day


def test_the_number_of_a_notice_is_not_taken_for_the_works_own(record_of: Any) -> None:
    record = record_of(*JOUR, "N1  - Erratum in: J Inv. 2025;3(2):1. PMID: 2222222")

    assert record.identity.pmid is None
