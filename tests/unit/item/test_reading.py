"""Identifiers and citation of items, whoever made them."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.item.reading import citation_of, identity_of

EID = "2-s2.0-84857789296"


@pytest.mark.parametrize(
    "data",
    [
        {"extra": f"Scopus EID: {EID}\nDocument Type: Review"},
        {"extra": "some words\nScopus ID: 84857789296"},
        {"extra": f"eid={EID} was here"},
        {"archiveLocation": "SCOPUS:84857789296", "archive": "Scopus"},
        {"archiveLocation": EID},
        {"url": "http://www.scopus.com/inward/record.url?scp=84857789296&partnerID=8YFLogxK"},
        {"url": f"https://www.scopus.com/inward/record.uri?eid={EID}&partnerID=40"},
        {"url": "https://www.scopus.com/pages/publications/84857789296"},
    ],
)
def test_a_scopus_number_is_found_wherever_an_import_left_it(data: dict[str, Any]) -> None:
    assert identity_of(data).scopus == EID


@pytest.mark.parametrize(
    "data",
    [
        {"extra": f"References: a cited work {EID}"},
        {"title": f"About {EID}"},
        {"url": "https://example.org/?scp=84857789296"},
        {"archiveLocation": "84857789296"},
    ],
)
def test_a_number_of_another_work_or_kind_is_no_scopus_number(data: dict[str, Any]) -> None:
    assert identity_of(data).scopus is None


@pytest.mark.parametrize(
    "data",
    [
        {"DOI": "10.1038/NRD3626"},
        {"DOI": "https://doi.org/10.1038/nrd3626"},
        {"extra": "DOI: 10.1038/nrd3626"},
        {"extra": "Publisher: X\ndoi: https://doi.org/10.1038/nrd3626"},
        {"url": "https://doi.org/10.1038/nrd3626"},
    ],
)
def test_a_doi_is_found_in_its_field_in_extra_and_in_a_doi_link(data: dict[str, Any]) -> None:
    assert identity_of(data).doi == "10.1038/nrd3626"


@pytest.mark.parametrize(
    ("data", "kind", "value"),
    [
        ({"PMID": "22301798"}, "pmid", "22301798"),
        ({"extra": "PMID: 22301798"}, "pmid", "22301798"),
        ({"url": "https://pubmed.ncbi.nlm.nih.gov/22301798/"}, "pmid", "22301798"),
        ({"archiveLocation": "22301798", "archive": "PubMed"}, "pmid", "22301798"),
        ({"PMCID": "PMC6561949"}, "pmcid", "PMC6561949"),
        ({"extra": "PMCID: PMC6561949"}, "pmcid", "PMC6561949"),
        ({"extra": "arXiv: 2301.00001"}, "arxiv", "2301.00001"),
        ({"archiveID": "arXiv:2301.00001"}, "arxiv", "2301.00001"),
        ({"DOI": "10.48550/arXiv.2301.00001"}, "arxiv", "2301.00001"),
        ({"url": "https://arxiv.org/abs/2301.00001v2"}, "arxiv", "2301.00001"),
        ({"extra": "WOS: 000444108200009"}, "wos", "WOS:000444108200009"),
        ({"extra": "WOS:000444108200009"}, "wos", "WOS:000444108200009"),
        ({"archiveLocation": "WOS:000444108200009"}, "wos", "WOS:000444108200009"),
        ({"extra": "Embase: L373791783"}, "embase", "L373791783"),
        ({"archiveLocation": "373791783", "libraryCatalog": "Embase"}, "embase", "L373791783"),
        ({"archiveLocation": "CN-01234567"}, "central", "CN-01234567"),
        ({"ISBN": "3-642-04145-0 978-3-642-04145-7"}, "isbn", ("9783642041457",)),
        ({"extra": "ISBN: 978-3-642-04145-7"}, "isbn", ("9783642041457",)),
        ({"ISSN": "1474-1776, 14741784"}, "issn", ("1474-1776", "1474-1784")),
    ],
)
def test_other_identifiers_are_found_likewise(data: dict[str, Any], kind: str, value: Any) -> None:
    assert getattr(identity_of(data), kind) == value


def test_an_item_without_identifiers_has_none() -> None:
    assert not any(identity_of({"itemType": "book", "title": "X", "extra": "just words"}))


def test_a_citation_of_a_library_item_has_the_shape_of_our_own() -> None:
    data = {
        "itemType": "bookSection",
        "title": "A chapter",
        "bookTitle": "The book",
        "creators": [
            {"creatorType": "editor", "lastName": "Ed", "firstName": "I."},
            {"creatorType": "author", "lastName": "Müller", "firstName": "Jörg"},
            {"creatorType": "author", "name": "The Group"},
        ],
        "date": "Spring 2012",
        "volume": "7",
        "pages": "3-9",
        "DOI": "10.1000/ch",
    }

    citation = citation_of(data)

    assert citation[:8] == ("bookSection", "A chapter", ("Müller, Jörg", "The Group"), 2012,
                            "The book", "7", "", "3-9")  # fmt: skip
    assert citation.identity.doi == "10.1000/ch"


@pytest.mark.parametrize(
    ("data", "year"),
    [
        ({"date": "2012-03-01"}, 2012),
        ({"date": "March 2012"}, 2012),
        ({"dateDecided": "1999"}, 1999),
        ({"date": "n.d."}, None),
        ({"date": "12345"}, None),
        ({}, None),
    ],
)
def test_the_year_is_found_in_any_date(data: dict[str, Any], year: int | None) -> None:
    assert citation_of(data).year == year


def test_who_made_a_work_without_authors_is_named_instead() -> None:
    creators = [{"creatorType": "director", "lastName": "Varda", "firstName": "Agnès"},
                {"creatorType": "producer", "lastName": "X", "firstName": ""}]  # fmt: skip

    assert citation_of({"itemType": "film", "creators": creators}).authors == ("Varda, Agnès",)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://ClinicalTrials.gov/study/NCT05550001", "clinicaltrials.gov/study/NCT05550001"),
        ("https://www.ISRCTN.com/ISRCTN55500012", "isrctn.com/ISRCTN55500012"),
        ("https://drks.de/search/en/trial/DRKS00000001", "drks.de/search/en/trial/DRKS00000001"),
        ("https://www.scopus.com/inward/record.uri?eid=2-s2.0-84857789296", ""),
    ],
)
def test_of_a_paper_only_the_address_of_a_register_tells_it_apart(url: str, address: str) -> None:
    data = {"itemType": "journalArticle", "title": "Tides", "url": url}

    assert citation_of(data).details.address == address


def test_the_digest_of_a_record_stays_what_ledgers_remember() -> None:
    # Written out: a change of it would make a record that is met again another one.
    people = [
        {"creatorType": "author", "lastName": "Sand", "firstName": "Ida"},
        {"creatorType": "editor", "name": "Shore Group"},
        {"lastName": "Reed", "firstName": "Bo", "creatorType": "author", "fieldMode": 1},
    ]
    data = {"itemType": "book", "title": "Tides", "creators": people, "date": "2011"}
    about_the_item = {"tags": [{"tag": "x"}], "publisher": "", "key": "AAAA"}

    assert citation_of({**data, **about_the_item}).details.record == "9f544def17794f4e"
    assert citation_of(dict(reversed(data.items()))).details.record == "9f544def17794f4e"
