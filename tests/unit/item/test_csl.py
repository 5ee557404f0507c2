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


def test_every_item_type_has_a_csl_type_of_its_own_choice() -> None:
    regular = set(shipped_schema().fields) - {"annotation", "attachment", "note"}

    unknown = {t for t in regular if csl_of("K", {"itemType": t})["type"] == "document"}
    assert unknown == {"document"}


def test_a_director_is_no_author() -> None:
    creators = [{"creatorType": "director", "lastName": "Varda", "firstName": "Agnès"}]

    csl = csl_of("K", {"itemType": "film", "creators": creators})

    assert csl["director"] == [{"family": "Varda", "given": "Agnès"}]
    assert "author" not in csl
