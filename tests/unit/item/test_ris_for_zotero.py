"""What Zotero makes of our RIS: every field that it has room for arrives."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.item.ris_tables import DIALECTS, field_of_line, label_of_line
from syncd.item.ris_writing import format_ris
from syncd.system.resources import shipped_schema
from tests.support.zotero_importer import Imported, import_ris

SCHEMA = shipped_schema()
REGULAR = sorted(set(SCHEMA.fields) - {"annotation", "attachment", "note"})
DATES = {"date", "dateDecided", "dateEnacted", "issueDate", "accessDate", "filingDate"}
NO_ROAD = {("dataset", "type"), ("document", "type"), ("standard", "type")}
"""Fields that no tag fills, and that a line cannot name: it would name the item type."""


def value_of(field: str) -> str:
    if field in DATES:
        return "2012-03-01"
    return {"DOI": "10.1000/x.y", "url": "https://x.example/?a=1", "pages": "215-233"}.get(
        field, f"{field} text"
    )


def imported(data: dict[str, Any], *rest: Any) -> Imported:
    (item,) = import_ris(format_ris({"creators": [], "tags": [], **data}, *rest), SCHEMA)
    return item


@pytest.mark.parametrize("item_type", REGULAR)
def test_every_field_of_every_type_arrives_whole(item_type: str) -> None:
    fields = {field: value_of(field) for field in sorted(SCHEMA.fields[item_type])}

    item = imported({"itemType": item_type, **fields})

    assert item.item_type == item_type
    assert {
        field: (said, item.fields.get(field))
        for field, said in fields.items()
        if item.fields.get(field) != said and (item_type, field) not in NO_ROAD
    } == {}
    assert item.fields.keys() <= fields.keys()
    assert item.fields["extra"] == "extra text"


@pytest.mark.parametrize("item_type", REGULAR)
def test_each_field_arrives_alone_and_brings_no_other(item_type: str) -> None:
    for field in sorted(SCHEMA.fields[item_type] - {"extra"}):
        if (item_type, field) in NO_ROAD:
            continue
        item = imported({"itemType": item_type, field: value_of(field)})

        assert item.fields == {field: value_of(field)}


@pytest.mark.parametrize("item_type", REGULAR)
def test_people_arrive_in_their_roles_where_a_tag_has_them(item_type: str) -> None:
    roles = list(DIALECTS[item_type].roles.values())
    given = [{"creatorType": role, "lastName": "Family", "firstName": role} for role in roles]

    item = imported({"itemType": item_type, "creators": given})

    assert sorted(item.creators, key=str) == sorted(given, key=str)


@pytest.mark.parametrize("item_type", REGULAR)
def test_nobody_is_lost_whatever_their_role(item_type: str) -> None:
    roles = SCHEMA.creator_types[item_type]
    given = [{"creatorType": role, "lastName": "Family", "firstName": role} for role in roles]

    item = imported({"itemType": item_type, "creators": given})

    assert sorted(c["firstName"] for c in item.creators) == sorted(roles)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("title", "<i>E. coli</i> in H<sub>2</sub>O"),
        ("title", "Effects at p<0.05 and q>0.1"),
        ("title", "Science & Technology"),
        ("title", "Ants at 5\u00a0km"),
        ("title", "What &amp; means"),
        ("publicationTitle", "R&D <b>Weekly</b>"),
        ("url", "https://x.example/?a=1&section=3&copy=2"),
        ("citationKey", "ford1999territory"),
        ("PMID", "22301798"),
        ("PMCID", "PMC3292345"),
        ("abstractNote", "First & <i>foremost</i>."),
        ("abstractNote", "BACKGROUND: One.\nMETHODS: Two.\n\nThree."),
        ("journalAbbreviation", "Nat. Med."),
        ("extra", "Scopus EID: 2-s2.0-84857789296\nfree text"),
        ("date", "Spring 2012"),
        ("date", "2012-03"),
        ("accessDate", "2023-09-12T00:16:04Z"),
        ("pages", "e12"),
        ("pages", "1-2-3"),
    ],
)
def test_what_its_importer_does_to_text_is_undone_beforehand(field: str, text: str) -> None:
    item = imported({"itemType": "journalArticle", "title": "T", field: text})

    assert item.fields[field] == text


def test_an_abstract_that_looks_like_tags_stays_one_value() -> None:
    text = "First.\nPD  - 1 blockade\nTY - more"

    item = imported({"itemType": "journalArticle", "abstractNote": text})

    assert item.fields["abstractNote"] == "First. PD  - 1 blockade TY - more"


@pytest.mark.parametrize(
    "tags",
    [["Demand and Supply, Prices (Q21)"], ["one"], ["a, b", "c"], ["R&D", "<i>E. coli</i>"], []],
)
def test_keywords_stay_whole(tags: list[str]) -> None:
    item = imported({"itemType": "book", "tags": [{"tag": tag} for tag in tags]})

    assert item.tags == tags


@pytest.mark.parametrize(
    "note",
    ["<p>Language: French, and more</p>", "<p>Edition: see below</p>", "<p>Funding text 1: X</p>"],
)
def test_a_note_stays_a_note(note: str) -> None:
    item = imported({"itemType": "book", "volume": "2"}, [note])

    assert [text.replace("&#58;", ":") for text in item.notes] == [note]
    assert item.fields == {"volume": "2"}


def test_links_beside_the_item_arrive() -> None:
    links = ["https://x.example/a.pdf", "https://x.example/b?c=1&d=2", "/home/ada/a.pdf"]

    item = imported({"itemType": "book", "url": "https://x.example/"}, [], links)

    assert item.links == links
    assert item.fields == {"url": "https://x.example/"}


@pytest.mark.parametrize("field", sorted({f for t in REGULAR for f in SCHEMA.fields[t]}))
def test_a_label_is_read_back_as_its_field(field: str) -> None:
    assert field_of_line(label_of_line(field)) == field
