"""Every TY has its item type; where TY says too little, the evidence has."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.errors import InputError

ISSN = "SN  - 1474-1776"

TYPES = """
ABST journalArticle, ADVS film, AGGR dataset, ANCIENT document, ART artwork, BILL bill,
BLOG blogPost, BOOK book, CASE case, CHAP bookSection, CHART artwork, CLSWK book,
COMP computerProgram, CONF conferencePaper, CPAPER conferencePaper, CTLG magazineArticle,
DATA dataset, DBASE dataset, DICT dictionaryEntry, EBOOK book, ECHAP bookSection, EDBOOK book,
EJOUR journalArticle, ELEC webpage, ENCYC encyclopediaArticle, EQUA document, FIGURE artwork,
GOVDOC report, GRNT document, GRANT document, HEAR hearing, ICOMM email, INPR manuscript,
INTV interview, JFULL journalArticle, JOUR journalArticle, LEGAL case, MANSCPT manuscript,
MAP map, MGZN magazineArticle, MPCT film, MULTI videoRecording, MUSIC audioRecording,
NEWS newspaperArticle, PAMP manuscript, PAT patent, PCOMM letter, POD podcast, PRESS document,
RPRT report, SER book, SLIDE presentation, SOUND audioRecording, STAND standard, STAT statute,
THES thesis, UNBILL bill, UNPB manuscript, UNPD manuscript, VIDEO videoRecording, WEB webpage
"""


@pytest.mark.parametrize("pair", [pair.strip() for pair in TYPES.split(",")])
def test_each_type_has_its_item_type(pair: str, item_of: Any) -> None:
    ty, item_type = pair.split()

    assert item_of(f"TY  - {ty}", "TI  - A work")["itemType"] == item_type
    assert item_of(f"TY  - {ty.lower()}", "TI  - A work")["itemType"] == item_type


@pytest.mark.parametrize(
    ("lines", "item_type"),
    [
        (["TY  - CONF", "ED  - A, B", "N1  - Conference review"], "book"),
        (["TY  - CONF", "ED  - A, B", "AU  - C, D", "N1  - Conference review"], "conferencePaper"),
        (["TY  - INPR", "JF  - Journal of Things"], "journalArticle"),
        (["TY  - JOUR", "DO  - 10.48550/arXiv.2301.00001"], "preprint"),
        (["TY  - JOUR", "DO  - 10.48550/arXiv.2301.00001", "JO  - Nature"], "journalArticle"),
        (["TY  - SER", "T2  - Lecture Notes", "SP  - 3", "EP  - 9"], "bookSection"),
        (["TY  - CONF", "ED  - A, B", "N1  - Proceedings of the meeting"], "book"),
        (["TY  - UNPD", "PB  - bioRxiv"], "preprint"),
        (["TY  - UNPD", "PB  - Research Square"], "preprint"),
        (["TY  - UNPD", "PB  - Arxellence Press"], "manuscript"),
        (["TY  - UNPB", "UR  - https://www.medrxiv.org/content/x"], "preprint"),
    ],
)
def test_a_type_is_refined_by_what_stands_beside_it(
    lines: list[str], item_type: str, item_of: Any
) -> None:
    assert item_of(*lines, "TI  - A work")["itemType"] == item_type


@pytest.mark.parametrize(
    ("lines", "item_type"),
    [
        (["M3  - Conference contribution"], "conferencePaper"),
        (["M3  - Doctoral Thesis"], "thesis"),
        (["M3  - Data set"], "dataset"),
        (["M3  - Chapter"], "bookSection"),
        (["BT  - Things 2025", "T2  - 7th Workshop on Things"], "conferencePaper"),
        (["BT  - Things", "T2  - Things 1998"], "conferencePaper"),
        (["BT  - Things", "T2  - Things (CT 2025)"], "conferencePaper"),
        (["BT  - Things", "Y2  - 18-22 October 2025"], "conferencePaper"),
        (["SN  - US1234567"], "patent"),
        (["BT  - Things", "SP  - 4"], "bookSection"),
        (["SN  - 978-3-16-148410-0", "SP  - 4"], "bookSection"),
        (["SN  - 978-3-16-148410-0"], "book"),
        (["BN  - 1474-1776", "SP  - 4"], "journalArticle"),
        (["JO  - Journal of Things"], "journalArticle"),
        (["T2  - Journal of Things", "VL  - 3"], "journalArticle"),
        (["DO  - 10.48550/arXiv.2301.00001"], "preprint"),
        (["DO  - 10.5281/zenodo.4287119"], "dataset"),
        (["N1  - PhD dissertation, Oslo"], "thesis"),
        (["M1  - US 4904581 A"], "patent"),
        (["M3  - Doctoral dissertation"], "thesis"),
        (["T2  - Proceedings of the 5th Conference on Things"], "conferencePaper"),
        (["UR  - https://example.org/"], "webpage"),
        (["UR  - https://example.org/", "PY  - 2001"], "document"),
    ],
)
@pytest.mark.parametrize("ty", ["GEN", "CITATION", ""])
def test_without_a_known_type_the_evidence_decides(
    ty: str, lines: list[str], item_type: str, item_of: Any
) -> None:
    assert item_of(f"TY  - {ty}", "TI  - A work", *lines)["itemType"] == item_type


@pytest.mark.parametrize(
    ("ty", "item_type"),
    [
        ("Journal Article", "journalArticle"),
        ("journal-article", "journalArticle"),
        ("book_chapter", "bookSection"),
        ("inproceedings", "conferencePaper"),
        ("phdthesis", "thesis"),
        ("Conference Paper", "conferencePaper"),
        ('"CHAP"', "bookSection"),
        ("CHAP.", "bookSection"),
    ],
)
def test_a_type_may_be_named_as_other_programs_name_it(
    ty: str, item_type: str, item_of: Any
) -> None:
    assert item_of(f"TY  - {ty}", "TI  - A work", "T2  - Things")["itemType"] == item_type


def test_a_guessed_type_is_a_warning_but_gen_says_itself_that_it_is_none(record_of: Any) -> None:
    assert record_of("TY  - HTML", "TI  - A work").warnings == (
        "type HTML is unknown: taken for a document",
    )
    assert record_of("TY  - GEN", "TI  - A work").warnings == ()


def test_what_a_type_says_beyond_its_item_type_is_kept(item_of: Any) -> None:
    assert item_of("TY  - ABST", "TI  - A work")["extra"] == "Document Type: Abstract"
    assert item_of("TY  - PAMP", "TI  - A work")["manuscriptType"] == "Pamphlet"
    assert item_of("TY  - EQUA", "TI  - A work")["type"] == "Equation"


@pytest.mark.parametrize("journal", [["JF  - Shore"], ["JA  - Shore"], ["T2  - Shore", ISSN]])
def test_a_web_page_with_journal_volume_and_pages_is_an_article(
    journal: list[str], item_of: Any
) -> None:
    data = item_of("TY  - ELEC", "TI  - A", *journal, "VL  - 3", "SP  - 20")

    assert (data["itemType"], data["volume"]) == ("journalArticle", "3")


@pytest.mark.parametrize(
    ("lines", "item_type"),
    [
        (["JO  - Shore", "VL  - 3"], "journalArticle"),
        (["JO  - Shore", ISSN, "SP  - 20"], "journalArticle"),
        (["T2  - Shore", "VL  - 3", "SP  - 20"], "journalArticle"),
        (["T2  - Shore", "VL  - 3"], "webpage"),
        (["JO  - Shore", "SP  - 20"], "webpage"),
        (["T2  - Shore"], "webpage"),
    ],
)
def test_a_journal_needs_a_number_to_make_an_article_of_a_web_page(
    lines: list[str], item_type: str, item_of: Any
) -> None:
    assert item_of("TY  - ELEC", "TI  - A", *lines)["itemType"] == item_type


@pytest.mark.parametrize("ty", ["ELEC", "THES", "MAP", "PAT", "SLIDE", "MANSCPT"])
def test_volume_and_issue_without_a_field_are_lines(ty: str, item_of: Any) -> None:
    data = item_of(f"TY  - {ty}", "TI  - A", "VL  - 6", "IS  - 2")

    assert data["extra"] == "Volume: 6\nIssue: 2"


@pytest.mark.parametrize(
    "lines",
    [
        ["TY  - undefined", "ID  - 471"],
        ["TY  - JOUR", "PY  - 2014"],
        ["TY  - JOUR", "VL  - 3", "SP  - 4", "LA  - en"],
        ["TY  - JOUR", "KW  - shells"],
        ["TY  - JOUR", "TI  - undefined", "AU  - n/a", "PY  - 2014"],
        ["TY  - JOUR", "N1  - Export Date: 3 January 2016"],
    ],
)
def test_an_entry_that_names_no_work_is_rejected_with_its_line(
    lines: list[str], record_of: Any
) -> None:
    with pytest.raises(InputError, match="names no work") as caught:
        record_of(*lines)

    assert caught.value.line == 1


@pytest.mark.parametrize("line", ["AU  - Doe, J", "JF  - Shore", "DO  - 10.1000/x", "AB  - Text"])
def test_an_entry_without_a_title_is_a_record_if_it_names_a_work(line: str, record_of: Any) -> None:
    assert record_of("TY  - JOUR", line).warnings[-1] == "there is no title"


@pytest.mark.parametrize(
    ("written", "item_type"),
    [
        ("Book Section", "bookSection"),
        ("bookSection", "bookSection"),
        ("Electronic Book Section", "bookSection"),
        ("Edited Book", "book"),
        ("edited-book", "book"),
        ("Conference Proceedings", "conferencePaper"),
        ("paper-conference", "conferencePaper"),
        ("posted-content", "preprint"),
        ("reference-entry", "encyclopediaArticle"),
        ("entry-dictionary", "dictionaryEntry"),
        ("Government Document", "report"),
        ("Film or Broadcast", "film"),
        ("motion_picture", "film"),
        ("Unpublished Work", "manuscript"),
        ("Computer Program", "computerProgram"),
        ("Legal Case", "case"),
        ("Magazine", "magazineArticle"),
        ("article-newspaper", "newspaperArticle"),
        ("Online Multimedia", "videoRecording"),
        ("Personal Communication", "letter"),
        ("speech", "presentation"),
        ("Podcast", "podcast"),
        ("Standard", "standard"),
    ],
)
def test_the_types_of_reference_managers_and_registries_are_known(
    written: str, item_type: str, item_of: Any
) -> None:
    assert item_of(f"TY  - {written}", "TI  - A", "AU  - Roe, Max")["itemType"] == item_type


@pytest.mark.parametrize("ty", ["CHAP", "THES", "RPRT", "CONF"])
def test_a_section_without_a_field_is_a_line(ty: str, item_of: Any) -> None:
    assert "Section: 7" in item_of(f"TY  - {ty}", "TI  - A", "SE  - 7")["extra"].split("\n")


def test_m1_beside_what_fills_its_field_is_not_lost(item_of: Any) -> None:
    data = item_of("TY  - BOOK", "TI  - A", "SV  - 3", "M1  - 77")

    assert (data["seriesNumber"], data["extra"]) == ("3", "77")


def test_a_last_page_alone_is_not_lost(item_of: Any) -> None:
    assert item_of("TY  - GEN", "TI  - A", "EP  - 39")["extra"] == "Page: 39"
