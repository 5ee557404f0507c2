"""Each source is recognised from the record itself, and its habits are known to its room alone."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.formats.ris.tags import KNOWN
from syncd.formats.sources import SOURCES, Source
from syncd.formats.sources.pure import PURE_BY_ITS_TAGS

JOUR = ("TY  - JOUR", "TI  - A work")
OVID_LINK = "L2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&D=psyc16&AN=2019-65183-001"
EBSCO_LINK = "UR  - https://search.ebscohost.com/login.aspx?direct=true&db=psyh&AN=1"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("scopus", ["DB  - Scopus"]),
        ("scopus", ["UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-84857789296"]),
        ("pure", ["AN  - SCOPUS:84857789296"]),
        ("pure", ["PY  - 2012/3/1", "Y1  - 2012/3/1", "M3  - Article"]),
        (
            "pure",
            [
                "PY  - 2012",
                "Y1  - 2012",
                "M3  - Article",
                "Y2  - 2 May 2012",
                "DO  - 10.5555/x",
                "U2  - 10.5555/x",
            ],
        ),
        ("generic", ["PY  - 2012", "Y1  - 2012", "M3  - doi:10.5555/x", "Y2  - 2024/03/12"]),
        ("generic", ["PY  - 2012", "Y1  - 2012", "M3  - Article", "DO  - 10.5555/x"]),
        ("web-of-science", ["AN  - WOS:000444108200009"]),
        ("web-of-science", ["UR  - <Go to ISI>://WOS:000391254200052", "ID  - 3"]),
        ("ovid", [OVID_LINK]),
        ("ebsco", ["DP  - EBSCOhost"]),
        ("ebsco", [EBSCO_LINK]),
        ("ebsco", ["UR  - https://research.ebsco.com/linkprocessor/plink?id=a1"]),
        ("generic", ["PY  - 2012", "Y1  - 2012", "M3  - Article", "DB  - JSTOR"]),
        ("generic", ["PY  - 2012", "Y1  - 2012", "M3  - Article", "DP  - HeinOnline"]),
        ("proquest", ["UR  - https://www.proquest.com/docview/2214991469"]),
        ("embase", ["U2  - L373791783"]),
        ("cochrane", ["AN  - CN-01234567"]),
        ("dimensions", ["AN  - pub.1149029839"]),
        ("ieee", ["JO  - A", "JA  - A", "VO  - 3"]),
        ("pubmed", ["DB  - PubMed"]),
        ("google-scholar", ["M1  - Query date: 2022-03-15 17:32:36"]),
        (
            "google-scholar",
            [
                "M1  - Query date: 2022-03-15 17:32:36",
                "UR  - https://search.proquest.com/docview/1",
            ],
        ),
        ("endnote", ["ST  - A", "ID  - 17"]),
        ("syncd", ["U5  - syncd:journalArticle"]),
        ("procite", ["N1  - Record ID: 7"]),
        ("generic", ["PY  - 2012"]),
    ],
)
def test_a_source_is_known_by_its_marks(source: str, lines: list[str], record_of: Any) -> None:
    assert record_of(*JOUR, *lines).origin.source == source


TELLING = """2012 17 SCOPUS:84857789296 WOS:000444108200009 CN-01234567 pub.1149029839 L373791783
    Scopus PubMed EBSCOhost Ovid https://www.scopus.com/1 https://search.ebscohost.com/1
    https://ovidsp.ovid.com/1 https://www.proquest.com/1 https://www.embase.com/1 ://WOS:0003
    https://scholar.google.com/ syncd:journalArticle 10.1109/x""".split()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_source_is_never_known_by_a_tag_that_is_no_mark_of_it(source: Source) -> None:
    for value in TELLING:
        assert not source.recognise({tag: [value] for tag in KNOWN - source.marks})


def test_every_source_has_a_name_of_its_own() -> None:
    names = [source.name for source in SOURCES if source is not PURE_BY_ITS_TAGS]

    assert len(set(names)) == len(names)


def test_scopus_names_sponsors_and_editors(item_of: Any) -> None:
    data = item_of("TY  - BOOK", "TI  - A", "A2  - Papadavid G.", "A4  - The Sponsor",
                   "DB  - Scopus")  # fmt: skip

    assert data["creators"] == [
        {"creatorType": "editor", "lastName": "Papadavid", "firstName": "G."}
    ]
    assert data["extra"] == "Sponsor: The Sponsor"


def test_a_scopus_book_that_repeats_its_title_as_series_has_none(item_of: Any) -> None:
    data = item_of("TY  - BOOK", "TI  - On Growth and Form", "T2  - On growth and form",
                   "SP  - 1", "EP  - 346", "DB  - Scopus")  # fmt: skip

    assert "series" not in data
    assert data["numPages"] == "346"


def test_labels_of_screening_tools_in_c2_are_no_pubmed_numbers(record_of: Any) -> None:
    record = record_of(*JOUR, "DB  - Scopus", "C2  - CCF:A")

    assert record.identity.pmid is None
    assert record.unused["C2"] == ("CCF:A",)


def test_pure_conference_papers_come_as_gen(item_of: Any) -> None:
    data = item_of(
        "TY  - GEN", "T1  - A study", "T2  - 7th Conference on Things, CT 2025",
        "T3  - Lecture Notes in Things", "BT  - Things 2025, Proceedings",
        "M3  - Conference contribution", "Y2  - 18 October 2025 through 22 October 2025",
        "AN  - SCOPUS:105021335073",
    )  # fmt: skip

    assert data["itemType"] == "conferencePaper"
    assert data["title"] == "A study"
    assert data["proceedingsTitle"] == "Things 2025, Proceedings"
    assert data["conferenceName"] == "7th Conference on Things, CT 2025"
    assert data["series"] == "Lecture Notes in Things"
    assert data["extra"].split("\n") == [
        "Event Date: 2025-10-18/2025-10-22",
        "Scopus EID: 2-s2.0-105021335073",
    ]


def test_a_date_that_pure_does_not_know_is_none(item_of: Any, record_of: Any) -> None:
    lines = (*JOUR, "Y2  - 1 January 1950", "AN  - SCOPUS:84857789296")

    assert item_of(*lines)["extra"] == "Scopus EID: 2-s2.0-84857789296"
    assert record_of(*lines).unused == {"Y2": ("1 January 1950",)}


def test_pure_software_is_no_film(item_of: Any) -> None:
    data = item_of("TY  - ADVS", "T1  - A tool", "AU  - A, B", "PY  - 2021", "Y1  - 2021",
                   "M3  - Software")  # fmt: skip

    assert data["itemType"] == "computerProgram"
    assert data["creators"][0]["creatorType"] == "programmer"


def test_a_subtitle_of_pure_joins_the_title(item_of: Any) -> None:
    chapter = ("TY  - CHAP", "T1  - A study", "T2  - Of things", "BT  - Handbook")
    book = ("TY  - BOOK", "T1  - A study", "T2  - Of things", "T3  - Series in Things")
    pure = "AN  - SCOPUS:105021335073"

    assert item_of(*chapter, pure)["title"] == "A study: Of things"
    assert item_of(*chapter, pure)["bookTitle"] == "Handbook"
    assert item_of(*book, pure)["title"] == "A study: Of things"
    assert item_of(*book, pure)["series"] == "Series in Things"
    assert item_of(*book[:3], pure)["series"] == "Of things"


@pytest.mark.parametrize(
    ("secondary", "title", "version"),
    [("v1.2.0", "A tool", "v1.2.0"), ("for ants", "A tool: for ants", None),
     ("Unknown event", "A tool", None)],
)  # fmt: skip
def test_pure_writes_version_or_subtitle_of_software_into_t2(
    secondary: str, title: str, version: str | None, item_of: Any
) -> None:
    data = item_of("TY  - ADVS", "T1  - A tool", f"T2  - {secondary}", "PY  - 2021", "Y1  - 2021",
                   "M3  - Software")  # fmt: skip

    assert data["title"] == title
    assert data.get("versionNumber") == version


def test_the_conference_of_a_web_of_science_article_is_kept(item_of: Any) -> None:
    data = item_of(*JOUR, "CP  - 3rd Congress on Ants", "AN  - WOS:000402616000008")

    assert data["extra"] == "Event Title: 3rd Congress on Ants\nWOS: 000402616000008"


def test_affiliations_of_web_of_science_are_no_proceedings(item_of: Any, record_of: Any) -> None:
    lines = ("TY  - CPAPER", "TI  - A", "T2  - OCEANS", "C3  - Taiwan University",
             "AN  - WOS:000402616000008", "C6  - JUL 2021")  # fmt: skip

    assert item_of(*lines)["proceedingsTitle"] == "OCEANS"
    assert "Early Access: JUL 2021" in item_of(*lines)["extra"]
    assert record_of(*lines).unused["C3"] == ("Taiwan University",)


def test_keywords_plus_are_automatic_tags(item_of: Any) -> None:
    data = item_of(*JOUR, "AN  - WOS:000444108200009", "KW  - Interview", "KW  - INNOCENCE")

    assert data["tags"] == [{"tag": "Interview"}, {"tag": "INNOCENCE", "type": 1}]


def test_ovid_keeps_addresses_and_cited_works_apart(item_of: Any, record_of: Any) -> None:
    lines = (*JOUR, "A1  - Trindade, Ines A", "Y1  - 2006//", "Y2  - 2006-01//",
             "M1  - Andres, PG (1999). A cited work.", "M2  - Trindade. Department of X.",
             "A2  - Andres, Buote", "M3  - Health & Treatment [3300]", "SP  - No",
             "EP  - Specified", OVID_LINK)  # fmt: skip

    data = item_of(*lines)

    assert data["date"] == "2006-01"
    assert len(data["creators"]) == 1
    assert data["url"].startswith("http://ovidsp.ovid.com/")
    assert "extra" not in data
    assert set(record_of(*lines).unused) == {"A2", "M1", "M2", "M3", "SP", "EP"}


def test_comments_on_a_work_are_no_series_in_ovid(item_of: Any) -> None:
    data = item_of(*JOUR, "T3  - [Comment in: Lancet. 2012 PMID: 22301798]", OVID_LINK)

    assert "series" not in data
    assert "PMID" not in data


def test_an_ovid_number_outside_medline_is_no_pubmed_number(record_of: Any) -> None:
    assert record_of(*JOUR, "ID  - 10041337", OVID_LINK).identity.pmid is None


def test_ebsco_addresses_that_are_none_and_its_codes(item_of: Any, record_of: Any) -> None:
    lines = (*JOUR, EBSCO_LINK, "UR  - ORCID: 0000-0001-2345-6789", "UR  - a@x.example",
             "DB  - psyh", "DP  - EBSCOhost", "AB  - The abstract.",
             "AB  - Copyright of A Journal is the property of B and not free.")  # fmt: skip

    data = item_of(*lines)

    assert data["libraryCatalog"] == "EBSCOhost"
    assert data["abstractNote"] == "The abstract."
    assert "ORCID: 0000-0001-2345-6789" in record_of(*lines).unused["UR"]
    assert record_of(*lines).warnings == ()


def test_the_degree_of_an_ebsco_thesis_is_its_type(item_of: Any) -> None:
    data = item_of("TY  - THES", "TI  - A", "M1  - Ph.D.", "DP  - EBSCOhost")

    assert data["thesisType"] == "Ph.D."


def test_proquest_gives_two_accession_numbers_and_a_link_resolver(item_of: Any) -> None:
    data = item_of(
        *JOUR, "AN  - 2214991469; 51887", "UR  - https://search.proquest.com/docview/2214991469",
        "L2  - http://sfx.library.example/x?url_ver=Z39.88-2004&rft=1", "PP  - London",
        "N1  - Copyright - © The Author(s) 2024.",
    )  # fmt: skip

    assert data["archiveLocation"] == "2214991469"
    assert data["place"] == "London"
    assert data["rights"] == "© The Author(s) 2024."


def test_ieee_writes_the_days_of_the_conference_as_date(item_of: Any) -> None:
    name = "2019 15th International Conference on eScience (eScience)"
    data = item_of(
        "TY  - CONF", "TI  - A", f"T2  - {name}", f"JO  - {name}", f"JA  - {name}", "PY  - 2019",
        "VO  - ", "DO  - 10.1109/eScience.2019.00063", "Y1  - 24-27 Sept. 2019",
    )  # fmt: skip

    assert (data["conferenceName"], data["proceedingsTitle"]) == (name, name)
    assert data["date"] == "2019"
    assert data["extra"] == "Event Date: 2019-09-24/2019-09-27"


def test_embase_numbers_are_read_and_addresses_left(item_of: Any, record_of: Any) -> None:
    lines = (*JOUR, "U2  - L39097156", "C5  - 15368318", "M1  - (Liu R.) Department of X",
             "DB  - Embase", "DB  - Medline")  # fmt: skip

    data = item_of(*lines)

    assert (data["PMID"], data["libraryCatalog"]) == ("15368318", "Embase")
    assert data["extra"] == "Embase: L39097156"
    assert "M1" in record_of(*lines).unused


def test_a_cochrane_review_group_is_no_note(record_of: Any) -> None:
    record = record_of(*JOUR, "AN  - CD008209", "N1  - [Gynaecology and Fertility]")

    assert record.notes == ()


def test_endnote_section_of_an_article_is_its_first_page(item_of: Any) -> None:
    assert item_of(*JOUR, "SE  - 215", "ID  - 4")["pages"] == "215"
    assert item_of(*JOUR, "SE  - Reviews", "ID  - 4")["section"] == "Reviews"
    assert item_of(*JOUR, "ET  - 2012/03/04", "ID  - 4")["extra"] == "Early Access: 2012/03/04"


def test_a_title_that_google_scholar_cut_off_is_a_warning(record_of: Any) -> None:
    record = record_of("TY  - JOUR", "TI  - The effects of …", "M1  - Query date: 2022")

    assert record.warnings == ("line 2: TI was cut off by the search: The effects of …",)


def test_procite_names_roles_behind_the_people_and_fields_in_notes(
    item_of: Any, record_of: Any
) -> None:
    lines = ("TY  - BOOK", "N1  - Record ID: 12", "A1  - Moor, Ida", "A1  - Fell, Jon",
             "N1  - Author Role: eds.", "T1  - Walls of the north",
             "N1  - Series Title: Upland Papers", "N1  - Call Number: QH 541",
             "N1  - Notes: Lent to Ada", "N1  - Connective Phrase: In",
             "N1  - Seen twice")  # fmt: skip

    data = item_of(*lines)

    assert [(c["creatorType"], c["lastName"]) for c in data["creators"]] == [
        ("editor", "Moor"), ("editor", "Fell")]  # fmt: skip
    assert (data["series"], data["callNumber"]) == ("Upland Papers", "QH 541")
    assert [note.html for note in record_of(*lines).notes] == [
        "<p>Seen twice</p>", "<p>Lent to Ada</p>"]  # fmt: skip
    assert record_of(*lines).unused == {
        "N1": ("Record ID: 12", "Author Role: eds.", "Connective Phrase: In")
    }


def test_procite_moves_only_the_people_right_above_a_role(item_of: Any) -> None:
    data = item_of("TY  - CHAP", "N1  - Record ID: 13", "A1  - Moor, Ida", "T1  - Walls",
                   "A2  - Fell, Jon", "N1  - Author Role: translated by", "A3  - Beck, Ola",
                   "N1  - Location in Work: 45-61")  # fmt: skip

    assert [(c["creatorType"], c["lastName"]) for c in data["creators"]] == [
        ("author", "Moor"), ("seriesEditor", "Beck"), ("translator", "Fell")]  # fmt: skip
    assert data["pages"] == "45-61"


def test_the_bookkeeping_of_a_search_is_no_issue(item_of: Any) -> None:
    data = item_of(*JOUR, "M1  - Query date: 2022-03-15 17:32:36",
                   "M1  - 19 cites: https://scholar.google.com/scholar?cites=1")  # fmt: skip

    assert "issue" not in data
    assert "extra" not in data


@pytest.mark.parametrize("number", ["42", "000-463-679-101-319", "id_0000003", "PHL2407297",
                                    "EJ1011910", "2019-65183-001", "Label"])  # fmt: skip
def test_row_and_accession_numbers_are_no_citation_keys(number: str, item_of: Any) -> None:
    assert "citationKey" not in item_of(*JOUR, f"ID  - {number}")


@pytest.mark.parametrize("key", ["galluzzi2012secret", "Smith_2010", "deBruin2021", "Łoś:1998a"])
def test_what_looks_like_a_citation_key_is_one(key: str, item_of: Any) -> None:
    assert item_of(*JOUR, f"LB  - {key}")["citationKey"] == key


def test_a_record_that_names_its_host_is_not_taken_for_pures(item_of: Any, record_of: Any) -> None:
    lines = (*JOUR, "M3  - Article", "PY  - 2012/03/01/", "Y1  - 2012/03/01/",
             "DB  - air", "DP  - EBSCOhost")  # fmt: skip

    assert record_of(*lines).origin.source == "ebsco"
    assert item_of(*lines)["libraryCatalog"] == "EBSCOhost"
    assert record_of(*lines[:-2], EBSCO_LINK).origin.source == "ebsco"
    assert record_of(*lines[:-2]).origin.source == "pure"


def test_the_place_of_a_conference_of_web_of_science(item_of: Any) -> None:
    lines = ("TY  - CPAPER", "TI  - A", "CL  - Hilltown, NORWAY", "AN  - WOS:000444108200047")

    assert item_of(*lines)["eventPlace"] == "Hilltown, NORWAY"


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        ("Dernière mise à jour - 2023-11-29", "export-date"),
        ("Última actualización - 2023-11-29", "export-date"),
        ("Copyright de la base de données ProQuest LLC", "bookkeeping"),
        ("Copyright - Copyright de la base de datos ProQuest LLC", "bookkeeping"),
        ("Date complétée - 2023-11-29", "export-date"),
        ("Fecha de finalización - 2023-11-29", "export-date"),
        ("Última atualização - 2023-11-29", "export-date"),
        ("Zuletzt aktualisiert - 2023-11-29", "export-date"),
        ("Nom - Reef, Bo", "bookkeeping"),
        ("Materia - Conchas", "bookkeeping"),
        ("Nombre de références - 12", "bookkeeping"),
        ("Características del documento - Tablas", "bookkeeping"),
        ("Document feature - Tables", "bookkeeping"),
        ("Direitos autorais - Reef 2014", "copyright"),
        ("Derechos de autor - Reef 2014", "copyright"),
        ("Nombre de pages - 12", "bookkeeping"),
        ("Anzahl der Referenzen - 12", "bookkeeping"),
        ("Erstellungsdatum - 2023-11-29", "export-date"),
        ("Número de referências - 12", "bookkeeping"),
        ("Data de conclusão - 2023-11-29", "export-date"),
        ("Ultimo aggiornamento - 2023-11-29", "export-date"),
        ("Soggetto - Conchiglie", "bookkeeping"),
        ("Nom d'un auteur: Reef", "other"),
        ("Ort der Handlung: Kiel", "other"),
    ],
)
def test_proquest_keeps_its_books_in_other_languages_too(
    note: str, kind: str, record_of: Any
) -> None:
    record = record_of(*JOUR, "UR  - https://www.proquest.com/docview/1", f"N1  - {note}")

    assert [each.kind for each in record.notes] == [kind]


def test_numbers_that_procite_names_are_read(item_of: Any) -> None:
    data = item_of("TY  - BOOK", "TI  - A", "N1  - Record ID: 12", "N1  - Volume ID: 7",
                   "N1  - Series Title: Shells", "N1  - Series Volume ID: 3",
                   "N1  - Edition: 2nd", "N1  - Call Number: QH 541")  # fmt: skip

    fields = ("volume", "series", "seriesNumber", "edition", "callNumber")
    assert [data[field] for field in fields] == ["7", "Shells", "3", "2nd", "QH 541"]


def test_dates_extent_and_text_that_procite_names_are_read(item_of: Any, record_of: Any) -> None:
    lines = ("TI  - A", "N1  - Record ID: 12", "N1  - Date of Publication: 1990",
             "N1  - Extent of Work: 350 p.", "N1  - Abstract: Shells.",
             "N1  - Location/URL: https://example.org/a",
             "N1  - Keywords: shells; reefs")  # fmt: skip

    data = item_of("TY  - BOOK", *lines)

    fields = ("date", "numPages", "abstractNote", "url")
    assert [data[field] for field in fields] == ["1990", "350", "Shells.", "https://example.org/a"]
    assert [tag["tag"] for tag in data["tags"]] == ["shells", "reefs"]
    assert [note.html for note in record_of("TY  - JOUR", *lines).notes] == [
        "<p>Extent of Work: 350 p.</p>"]  # fmt: skip


def test_what_else_procite_names_stands_where_it_belongs(item_of: Any, record_of: Any) -> None:
    lines = ("TY  - BOOK", "TI  - A", "N1  - Record ID: 12", "N1  - ISBN: 9780262035613",
             "N1  - Series Editor: Poe, Ann", "N1  - Medium Designator: atlas",
             "N1  - Reprint Status: Not in File")  # fmt: skip

    data = item_of(*lines)

    assert (data["ISBN"], data["extra"]) == ("9780262035613", "Document Type: atlas")
    assert [(c["creatorType"], c["lastName"]) for c in data["creators"]] == [
        ("seriesEditor", "Poe")]  # fmt: skip
    assert record_of(*lines).notes == ()


def test_what_cinahl_writes_behind_its_number_is_no_part_of_it(item_of: Any) -> None:
    data = item_of(*JOUR, "DP  - EBSCOhost", "AN  - 104384732. Language: English. Entry Date: 2019")

    assert data["archiveLocation"] == "104384732"


def test_a_conference_beside_a_journal_is_the_event(item_of: Any) -> None:
    meeting = "12th Annual Meeting of the Shell Society"
    data = item_of(*JOUR, "JO  - Shell Review", f"T2  - {meeting}")

    assert (data["publicationTitle"], data["extra"]) == ("Shell Review", f"Event Title: {meeting}")
