"""Where we do better than Zotero's importer on purpose; `docs/mapping.md` shows each."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.errors import InputError
from syncd.formats.sources import read_record
from tests.support.entries import entry_of

JOUR = ("TY  - JOUR", "TI  - A work")


def test_d01_a_subtitle_in_t2_of_pure_joins_the_title(item_of: Any) -> None:
    lines = ("TY  - JOUR", "T1  - The ally", "T2  - A story of cells", "JO  - Nature")
    data = item_of(*lines, "AN  - SCOPUS:84857789296")

    assert data["title"] == "The ally: A story of cells"
    assert data["shortTitle"] == "The ally"
    assert data["publicationTitle"] == "Nature"


@pytest.mark.parametrize(
    "signs",
    [
        ["L2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&D=med4&AN=1"],
        ["DP  - EBSCOhost", "M3  - Article", "PY  - 2012", "Y1  - 2012"],
        ["AU  - Doe, J"],
    ],
)
def test_d01_elsewhere_a_title_in_t2_is_the_original_one(signs: list[str], item_of: Any) -> None:
    data = item_of("TY  - JOUR", "T1  - Tides", "T2  - Gezeiten", "JF  - Sea", *signs)

    assert (data["title"], data["publicationTitle"]) == ("Tides", "Sea")
    assert "shortTitle" not in data
    assert "Original Title: Gezeiten" in data["extra"].split("\n")


@pytest.mark.parametrize(
    ("secondary", "journal"),
    [
        ("Nat. Rev. Drug Discov.", "Nature Reviews Drug Discovery"),
        ("Nature Reviews Drug Discovery", "Nat Rev Drug Discov"),
        ("JAMA", "Journal of the American Medical Association"),
    ],
)
def test_d01_a_shorter_name_of_the_journal_is_no_subtitle(
    secondary: str, journal: str, item_of: Any
) -> None:
    data = item_of(*JOUR, f"T2  - {secondary}", f"JF  - {journal}")

    assert data["title"] == "A work"
    assert data["publicationTitle"] == max(secondary, journal, key=len)


def test_an_abbreviation_alone_is_the_journal_and_its_abbreviation(item_of: Any) -> None:
    for line in ("J2  - Nat. Med.", "JO  - Nat. Med."):
        data = item_of(*JOUR, line)
        assert data["publicationTitle"] == data["journalAbbreviation"] == "Nat. Med."
    assert "extra" not in item_of("TY  - CHAP", "TI  - A", "J2  - Nat. Med.")
    full = item_of(*JOUR, "JF  - Nature", "J2  - Nature")
    assert "journalAbbreviation" not in full


@pytest.mark.parametrize("secondary", ["Special issue on ants", "5th Conference on Ants"])
def test_d01_a_special_issue_or_an_event_is_no_subtitle(secondary: str, item_of: Any) -> None:
    data = item_of(*JOUR, f"T2  - {secondary}", "JF  - Nature")

    assert (data["title"], data["publicationTitle"]) == ("A work", "Nature")


@pytest.mark.parametrize(
    "lines",
    [
        ["C2  - 22301798", "DB  - Scopus"],
        ["C5  - 22301798", "U2  - L123456789"],
        ["U1  - 22301798 [PMID]"],
        ["AN  - 22301798", "DB  - PubMed"],
        ["AN  - 22301798", "DP  - NLM"],
        ["AN  - MEDLINE:22301798"],
        ["ID  - 22301798", "L2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&D=medl&AN=22301798"],
        ["N1  - PMID: 22301798"],
        ["UR  - PM:22301798"],
        ["UR  - https://pubmed.ncbi.nlm.nih.gov/22301798/"],
        ["L2  - http://www.ncbi.nlm.nih.gov/pubmed/22301798"],
        ["T3  - http://www.ncbi.nlm.nih.gov/pubmed/22301798"],
    ],
)
def test_d02_a_pubmed_number_is_found_where_each_source_writes_it(
    lines: list[str], item_of: Any, record_of: Any
) -> None:
    assert item_of(*JOUR, *lines)["PMID"] == "22301798"
    assert record_of(*JOUR, *lines).identity.pmid == "22301798"


@pytest.mark.parametrize("lines", [["C2  - 22301798"], ["SN  - 22301798"], ["C7  - 22301798"]])
def test_d02_digits_elsewhere_are_no_pubmed_number(lines: list[str], record_of: Any) -> None:
    assert record_of(*JOUR, *lines).identity.pmid is None


@pytest.mark.parametrize("lines", [["C2  - PMC6561949"], ["U1  - PMC6561949 [PMCID]"],
                                   ["U2  - PMC6561949[pmcid]"], ["C6  - PMC6561949"]])  # fmt: skip
def test_d02_a_pubmed_central_number_says_what_it_is(lines: list[str], item_of: Any) -> None:
    assert item_of(*JOUR, *lines)["PMCID"] == "PMC6561949"


def test_d02_other_types_get_the_number_as_a_line(item_of: Any) -> None:
    data = item_of("TY  - CHAP", "TI  - A work", "N1  - PMID: 22301798")

    assert data["extra"] == "PMID: 22301798"


def test_d03_the_type_of_work_goes_where_it_belongs_and_never_becomes_a_doi(item_of: Any) -> None:
    assert item_of("TY  - THES", "TI  - T", "M3  - Doctoral Thesis")["thesisType"]
    assert item_of(*JOUR, "M3  - Review")["extra"] == "Document Type: Review"
    assert "extra" not in item_of(*JOUR, "M3  - Article")
    assert item_of(*JOUR, "M3  - 10.1000/other", "DO  - 10.1000/this")["DOI"] == "10.1000/this"
    assert item_of(*JOUR, "M3  - doi: 10.1000/this")["DOI"] == "10.1000/this"


def test_d04_an_article_number_is_never_an_issue(item_of: Any) -> None:
    pure = ("PY  - 2023", "Y1  - 2023", "AN  - SCOPUS:85164438987")

    assert item_of(*JOUR, *pure, "M1  - 101823")["pages"] == "101823"
    assert "issue" not in item_of(*JOUR, *pure, "M1  - 101823")
    assert item_of(*JOUR, *pure, "M1  - 4")["issue"] == "4"
    assert item_of(*JOUR, "C7  - 5393")["pages"] == "5393"
    assert item_of(*JOUR, "SP  - 1", "EP  - 9", "C7  - 5393")["extra"] == "Article Number: 5393"
    assert item_of(*JOUR, "C7  - S0140-6736(05)67728-8")["extra"].startswith("PII: ")


@pytest.mark.parametrize(
    "line",
    [
        "AN  - SCOPUS:84857789296",
        "AN  - 2-s2.0-84857789296",
        "UR  - http://www.scopus.com/inward/record.url?scp=84857789296&partnerID=8YFLogxK",
        "UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-84857789296&partnerID=40",
        "UR  - https://www.scopus.com/pages/publications/84857789296",
    ],
)
def test_d05_a_scopus_number_is_a_line_and_scopus_the_catalogue(line: str, item_of: Any) -> None:
    data = item_of(*JOUR, line)

    assert data["extra"] == "Scopus EID: 2-s2.0-84857789296"
    assert data["libraryCatalog"] == "Scopus"
    assert "archiveLocation" not in data


def test_d05_other_databases_are_catalogues_too(item_of: Any) -> None:
    data = item_of(*JOUR, "AN  - WOS:000444108200009", "DB  - PsycINFO", "DP  - EBSCOhost")

    assert data["extra"] == "WOS: 000444108200009"
    assert data["libraryCatalog"] == "PsycINFO"
    assert "archive" not in data


@pytest.mark.parametrize(
    ("value", "accessed", "extra"),
    [
        ("2012/05/06", "2012-05-06", None),
        ("2023/09/12/00:16:04", "2023-09-12T00:16:04Z", None),
        ("18 October 2025 through 22 October 2025", None, "Event Date: 2025-10-18/2025-10-22"),
        ("1 January 1950", None, None),
        ("2013", None, None),
    ],
)
def test_d06_only_a_real_access_date_is_one(
    value: str, accessed: str | None, extra: str | None, item_of: Any
) -> None:
    data = item_of(*JOUR, f"Y2  - {value}")

    assert (data.get("accessDate"), data.get("extra")) == (accessed, extra)


def test_d07_the_works_own_page_is_the_url(item_of: Any, record_of: Any) -> None:
    lines = (
        "UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-84857789296",
        "UR  - https://publisher.example/a?x=1&copy=2&section=3&amp;y=4",
        "UR  - https://other.example/b",
    )

    assert item_of(*JOUR, *lines)["url"] == "https://publisher.example/a?x=1&copy=2&section=3&y=4"
    record = record_of(*JOUR, *lines)
    assert [link.target for link in record.links] == ["https://other.example/b"]
    assert record.identity.scopus == "2-s2.0-84857789296"


def test_d07_a_web_of_science_pseudo_link_is_no_url(item_of: Any) -> None:
    data = item_of(*JOUR, "UR  - <Go to ISI>://WOS:000391254200052")

    assert "url" not in data
    assert data["extra"] == "WOS: 000391254200052"


def test_d08_issn_and_isbn_are_told_apart_by_their_check_digits(item_of: Any) -> None:
    numbers = "SN  - 03029743 (ISSN); 3642041450 (ISBN); 9783642041457 (ISBN)"

    chapter = item_of("TY  - CHAP", "TI  - A work", numbers)
    assert (chapter["ISSN"], chapter["ISBN"]) == ("0302-9743", "3642041450, 9783642041457")
    article = item_of(*JOUR, "SN  - 1474-1776", "SN  - 14741784", "SN  - 978-3-642-04145-7")
    assert article["ISSN"] == "1474-1776, 1474-1784"
    assert article["extra"] == "ISBN: 978-3-642-04145-7"


def test_d08_a_report_keeps_its_number(item_of: Any) -> None:
    data = item_of("TY  - RPRT", "TI  - A work", "SN  - TR-17")

    assert data["reportNumber"] == "TR-17"


def test_d09_keywords_are_never_split_at_commas(item_of: Any) -> None:
    data = item_of(*JOUR, "KW  - Demand and Supply, Prices (Q21)", "KW  - one; Two", "KW  - two")

    assert [tag["tag"] for tag in data["tags"]] == [
        "Demand and Supply, Prices (Q21)", "one", "Two",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "doi"),
    [
        (["DO  - https://doi.org/10.1000/ABC."], "10.1000/abc"),
        (["DO  - 10.1000/chapter", "DO  - 10.1000/book"], "10.1000/chapter"),
        (["L3  - 10.1016/j.agee.2016.06.041"], "10.1016/j.agee.2016.06.041"),
        (["L2  - http://dx.doi.org/10.1002/jts.22387"], "10.1002/jts.22387"),
        (["UR  - https://doi.org/10.1000/abc"], "10.1000/abc"),
        (["UR  - https://www.scopus.com/x?eid=2-s2.0-84857789296&doi=10.1000%2fabc&z=1"],
         "10.1000/abc"),
        (["N1  - doi: 10.1000/abc"], "10.1000/abc"),
        (["N1  - References: https://doi.org/10.1000/cited"], None),
        (["AB  - We use data of 10.5061/dryad.1"], None),
    ],
)  # fmt: skip
def test_d10_the_doi_is_the_records_own(lines: list[str], doi: str | None, item_of: Any) -> None:
    assert item_of(*JOUR, *lines).get("DOI") == doi


def test_d10_a_text_that_is_no_doi_is_kept_and_named(item_of: Any, record_of: Any) -> None:
    assert item_of(*JOUR, "DO  - not a doi")["extra"] == "DOI (unusable): not a doi"
    assert record_of(*JOUR, "DO  - not a doi").warnings == ("line 3: no usable DOI: not a doi",)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Effects at p<0.05 and q>0.1", "Effects at p<0.05 and q>0.1"),
        ("<i>E. coli</i> in H<sub>2</sub>O", "<i>E. coli</i> in H<sub>2</sub>O"),
        ("<em>E. coli</em> &amp; friends", "<i>E. coli</i> & friends"),
        ("An <i>unclosed one", "An <i>unclosed one"),
        ("Crossed <i>a <b>b</i> c</b>", "Crossed <i>a <b>b</i> c</b>"),
        (
            '<span style="font-variant: small-caps">d</span>-glucose',
            '<span style="font-variant:small-caps;">d</span>-glucose',
        ),
        ("&amp;lt; escaped twice", "< escaped twice"),
        ("R&amp;unknown; D", "R&unknown; D"),
        ("<mml:math><mml:mi>x</mml:mi></mml:math> rays", "x rays"),
        ("if a<b and c>d", "if a<b and c>d"),
    ],
)
def test_d11_markup_that_zotero_renders_is_kept_and_a_bare_sign_is_text(
    title: str, expected: str, item_of: Any
) -> None:
    assert item_of("TY  - JOUR", f"TI  - {title}")["title"] == expected


def test_d14_a_day_is_never_invented_and_never_dropped(item_of: Any) -> None:
    assert item_of(*JOUR, "DA  - DEC 4", "PY  - 2012")["date"] == "2012-12-04"
    assert item_of(*JOUR, "PY  - 2012/3/1")["date"] == "2012-03-01"
    assert item_of(*JOUR, "Y1  - 2012///", "DA  - 2012/05//")["date"] == "2012-05"
    assert item_of(*JOUR, "DA  - JUL-AUG", "PY  - 2012")["date"] == "JUL-AUG 2012"
    spring = item_of(*JOUR, "PY  - 2019///Spring")
    assert (spring["date"], spring["extra"]) == ("2019", "Season: Spring")


def test_d15_a_type_alone_is_no_record() -> None:
    entry = entry_of([("TY", "JOUR"), ("AB", "")], index=2, first=17)

    with pytest.raises(InputError, match="nothing but its type") as caught:
        read_record(entry, "export.ris")

    assert caught.value.line == 17


def test_d15_a_note_under_a_type_is_a_record_with_a_warning(record_of: Any) -> None:
    record = record_of("TY  - JOUR", "N1  - Only a note")

    assert record.item_type == "journalArticle"
    assert record.warnings == ("there is no title",)


def test_d17_values_without_a_field_become_labelled_lines_in_a_fixed_order(item_of: Any) -> None:
    data = item_of(
        *JOUR, "RI  - A book", "TT  - Ein Werk", "MA  - P12", "AN  - WOS:000444108200009",
        "C6  - JUL 2021", "M2  - free text", "DO  - see publisher",
    )  # fmt: skip

    assert data["extra"].split("\n") == [
        "DOI (unusable): see publisher",
        "WOS: 000444108200009",
        "Translated Title: Ein Werk",
        "Reviewed Item: A book",
        "Early Access: JUL 2021",
        "Meeting Abstract: P12",
        "free text",
    ]


def test_d19_fields_of_the_newest_schema_are_filled(item_of: Any) -> None:
    article = item_of(*JOUR, "PU  - WILEY", "PI  - HOBOKEN", "JI  - Mar. Sci.", "T2  - Marine S",
                      "IP  - 3", "VO  - 4", "SE  - News")  # fmt: skip
    assert {article[name] for name in ("publisher", "place", "journalAbbreviation", "issue",
                                       "volume", "section")} == {
        "WILEY", "HOBOKEN", "Mar. Sci.", "3", "4", "News"}  # fmt: skip
    book = item_of("TY  - BOOK", "TI  - B", "OP  - 1859", "SV  - 4", "SN  - 0302-9743")
    assert (book["originalDate"], book["seriesNumber"], book["ISSN"]) == ("1859", "4", "0302-9743")
    assert item_of("TY  - PAT", "TI  - P", "FD  - 2011/01/02")["filingDate"] == "2011-01-02"
    assert item_of("TY  - RPRT", "TI  - R", "VL  - 7")["seriesNumber"] == "7"


def test_d20_a_wrapped_abstract_is_folded_and_its_sections_stay_apart(item_of: Any) -> None:
    data = item_of(*JOUR, "AB  - BACKGROUND: One", "goes on.", "METHODS: Two.", "N2  - short")

    assert data["abstractNote"] == "BACKGROUND: One goes on.\nMETHODS: Two."


@pytest.mark.parametrize(
    ("lines", "proceedings", "event"),
    [
        (["T2  - ACM Proceeding Series", "DB  - Scopus"], "ACM Proceeding Series", None),
        (["T2  - OCEANS", "C3  - Proc. OCEANS", "DB  - Scopus"], "Proc. OCEANS", "OCEANS"),
        (["T2  - OCEANS 2014 - TAIPEI", "CP  - Oceans Conference", "C3  - Taiwan University",
          "AN  - WOS:000402616000008"], "OCEANS 2014 - TAIPEI", "Oceans Conference"),
        (["T2  - 7th Conference on Things", "BT  - Things 2025"], "Things 2025",
         "7th Conference on Things"),
        (["T2  - 7th Conference on Things"], "7th Conference on Things",
         "7th Conference on Things"),
        (["T2  - Proceedings of Things"], "Proceedings of Things", None),
    ],
)  # fmt: skip
def test_d22_proceedings_and_event_are_told_apart(
    lines: list[str], proceedings: str | None, event: str | None, item_of: Any
) -> None:
    data = item_of("TY  - CPAPER", "TI  - A work", *lines)

    assert data.get("proceedingsTitle") == proceedings
    assert data.get("conferenceName") == event


def test_d22_the_city_of_a_conference_paper_is_where_the_event_was(item_of: Any) -> None:
    address = "Department of Things, University of Somewhere, Somewhere, 1234, Norway"

    assert item_of("TY  - CONF", "TI  - A", "CY  - Taipei")["eventPlace"] == "Taipei"
    assert "eventPlace" not in item_of("TY  - CONF", "TI  - A", f"CY  - {address}")
