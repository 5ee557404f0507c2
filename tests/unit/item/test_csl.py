"""Items as citation processors take them."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.item.csl import csl_of
from syncd.system.resources import shipped_schema


def test_an_article_in_csl() -> None:
    data = {
        "itemType": "journalArticle",
        "title": "A work",
        "publicationTitle": "Nature",
        "volume": "11",
        "pages": "215-233",
        "date": "2012-03-01",
        "DOI": "10.1000/x",
        "PMID": "1",
        "creators": [
            {"creatorType": "author", "lastName": "Müller", "firstName": "Jörg"},
            {"creatorType": "author", "name": "The Group"},
            {"creatorType": "editor", "lastName": "Plato", "firstName": ""},
        ],
        "tags": [{"tag": "one"}, {"tag": "two"}],
        "extra": "WOS: 1",
    }

    assert csl_of("ABCD2345", data) == {
        "id": "ABCD2345",
        "type": "article-journal",
        "title": "A work",
        "container-title": "Nature",
        "volume": "11",
        "page": "215-233",
        "issued": {"date-parts": [[2012, 3, 1]]},
        "DOI": "10.1000/x",
        "PMID": "1",
        "author": [{"family": "Müller", "given": "Jörg"}, {"literal": "The Group"}],
        "editor": [{"family": "Plato"}],
        "keyword": "one, two",
        "note": "WOS: 1",
    }


@pytest.mark.parametrize(
    ("date", "issued"),
    [
        ("2012", {"date-parts": [[2012]]}),
        ("2012-03", {"date-parts": [[2012, 3]]}),
        ("Spring 2012", {"raw": "Spring 2012"}),
    ],
)
def test_a_date_has_the_parts_that_are_known(date: str, issued: dict[str, Any]) -> None:
    assert csl_of("K", {"itemType": "book", "date": date})["issued"] == issued


@pytest.mark.parametrize(
    ("item_type", "field", "variable"),
    [
        ("thesis", "university", "publisher"),
        ("bookSection", "bookTitle", "container-title"),
        ("case", "caseName", "title"),
        ("patent", "patentNumber", "number"),
        ("conferencePaper", "conferenceName", "event-title"),
    ],
)
def test_a_types_own_field_is_the_general_variable(
    item_type: str, field: str, variable: str
) -> None:
    assert csl_of("K", {"itemType": item_type, field: "text"})[variable] == "text"


REGULAR = sorted(set(shipped_schema().fields) - {"annotation", "attachment", "note"})
READ_BY_ZOTERO = frozenset(
    """article article-journal article-magazine article-newspaper bill book broadcast chapter
    classic collection dataset document entry entry-dictionary entry-encyclopedia event figure
    graphic hearing interview legal_case legislation manuscript map motion_picture musical_score
    pamphlet paper-conference patent performance personal_communication periodical post
    post-weblog regulation report review review-book song speech standard thesis treaty
    webpage""".split()
)
"""The types that Zotero's importer takes; with one other type in it a file is refused whole."""
FIRST_OF_ZOTERO = {
    "article": "preprint",
    "article-journal": "journalArticle",
    "article-magazine": "magazineArticle",
    "article-newspaper": "newspaperArticle",
    "broadcast": "podcast",
    "chapter": "bookSection",
    "entry-dictionary": "dictionaryEntry",
    "entry-encyclopedia": "encyclopediaArticle",
    "graphic": "artwork",
    "legal_case": "case",
    "legislation": "statute",
    "motion_picture": "film",
    "paper-conference": "conferencePaper",
    "personal_communication": "letter",
    "post": "forumPost",
    "post-weblog": "blogPost",
    "software": "computerProgram",
    "song": "audioRecording",
    "speech": "presentation",
}
"""What Zotero makes of a type, where that is called otherwise there."""


@pytest.mark.parametrize("item_type", REGULAR)
def test_zotero_reads_the_type_and_makes_the_same_of_it(item_type: str) -> None:
    csl = csl_of("K", {"itemType": item_type, "title": "T"})

    assert csl["type"] in READ_BY_ZOTERO
    said = csl.get("note", "").removeprefix("type: ") or csl["type"]
    assert FIRST_OF_ZOTERO.get(said, said) == item_type


def test_a_program_is_told_from_a_book_and_keeps_its_extra() -> None:
    csl = csl_of("K", {"itemType": "computerProgram", "title": "T", "extra": "WOS: 1"})

    assert (csl["type"], csl["note"]) == ("book", "type: software\nWOS: 1")


def test_an_abbreviation_stands_under_the_name_that_zotero_reads_too() -> None:
    csl = csl_of("K", {"itemType": "journalArticle", "journalAbbreviation": "Nat. Med."})

    assert csl["journalAbbreviation"] == csl["container-title-short"] == "Nat. Med."


def test_a_director_is_no_author() -> None:
    creators = [{"creatorType": "director", "lastName": "Varda", "firstName": "Agnès"}]

    csl = csl_of("K", {"itemType": "film", "creators": creators})

    assert csl["director"] == [{"family": "Varda", "given": "Agnès"}]
    assert "author" not in csl
