"""What is sent: valid for the library's own schema, complete, and always the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from syncd.item.extra import format_extra, label_of, lines_of
from syncd.item.making import item_data, links_for
from syncd.record import Keyword, Link, Origin, Person, Record
from syncd.schema import Schema, schema_from_json
from syncd.system.resources import shipped_schema

NEW = shipped_schema()
OLD = schema_from_json(
    json.loads((Path(__file__).parents[2] / "data" / "map-schema-29.json").read_text())
)


def record(item_type: str, **fields: Any) -> Record:
    rest = {name: fields.pop(name) for name in ("creators", "tags", "extra", "links")
            if name in fields}  # fmt: skip
    return Record(Origin("x.ris", 1, 1), item_type, fields, **rest)


def test_base_fields_get_the_types_own_name() -> None:
    data = item_data(record("thesis", title="T", publisher="Oslo", type="PhD"), NEW)

    assert (data["university"], data["thesisType"]) == ("Oslo", "PhD")
    assert "publisher" not in data


def test_a_field_that_the_schema_lacks_becomes_a_line() -> None:
    book = record("book", title="B", DOI="10.1000/b", ISSN="0302-9743", extra=(("WOS", "1"),))

    assert item_data(book, NEW)["DOI"] == "10.1000/b"
    assert item_data(book, OLD)["extra"] == "DOI: 10.1000/b\nISSN: 0302-9743\nWOS: 1"


@pytest.mark.parametrize("schema", [NEW, OLD], ids=["41", "29"])
@pytest.mark.parametrize("item_type", sorted(NEW.creator_types))
def test_every_role_that_is_sent_is_valid(item_type: str, schema: Schema) -> None:
    roles = ("author", "editor", "translator", "seriesEditor", "director")
    people = tuple(Person(role, "Family", "Given") for role in roles)

    data = item_data(record(item_type, creators=people), schema)

    sent = {creator["creatorType"] for creator in data["creators"]}
    assert sent <= set(schema.creator_types[item_type])
    assert len(data["creators"]) == (5 if schema.creator_types[item_type] else 0)


def test_an_author_becomes_the_types_primary_creator_and_others_contributors() -> None:
    people = (Person("author", "A", "B"), Person("editor", "C", "D"), Person("editor", name="G"))

    data = item_data(record("patent", creators=people), NEW)

    assert data["creators"] == [
        {"creatorType": "inventor", "lastName": "A", "firstName": "B"},
        {"creatorType": "contributor", "lastName": "C", "firstName": "D"},
        {"creatorType": "contributor", "name": "G"},
    ]


def test_a_type_that_the_library_does_not_know_yet_becomes_a_document() -> None:
    data = item_data(record("hologram", title="H", creators=(Person("author", "A", "B"),)), NEW)

    assert (data["itemType"], data["title"]) == ("document", "H")
    assert data["creators"][0]["creatorType"] == "author"


def test_automatic_keywords_are_marked() -> None:
    data = item_data(record("book", tags=(Keyword("a"), Keyword("b", automatic=True))), NEW)

    assert data["tags"] == [{"tag": "a"}, {"tag": "b", "type": 1}]


def test_an_item_without_anything_has_its_empty_lists_and_no_empty_text() -> None:
    assert item_data(record("book", publisher=""), NEW) == {
        "itemType": "book", "creators": [], "tags": [], "collections": [], "relations": {},
    }  # fmt: skip


def test_extra_has_a_fixed_order_and_no_line_twice() -> None:
    lines = [("", "free"), ("WOS", "1"), ("PMID", "2"), ("Own", "3"), ("WOS", "1"), ("DOI", "4")]

    assert format_extra(lines) == "DOI: 4\nPMID: 2\nWOS: 1\nOwn: 3\nfree"


def test_lines_of_extra_are_read_back_and_free_text_is_not() -> None:
    text = "PMID: 22301798\nfree text\nhttps://x.example\n  Scopus EID:2-s2.0-1\n: x\nlabel:"

    assert list(lines_of(text)) == [
        ("PMID", "22301798"), ("https", "//x.example"), ("Scopus EID", "2-s2.0-1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "label"),
    [("DOI", "DOI"), ("citationKey", "Citation Key"), ("eventPlace", "Event Place"),
     ("publicationTitle", "Container Title"), ("seriesNumber", "Series Number"),
     ("type", "Document Type"), ("ISBN", "ISBN"), ("archiveLocation", "Archive Location")],
)  # fmt: skip
def test_a_label_is_what_citation_processors_know(field: str, label: str) -> None:
    assert label_of(field) == label


def test_no_label_is_one_that_citation_processors_take_for_an_item_type() -> None:
    labels = {label_of(f).casefold() for fields in NEW.fields.values() for f in fields}

    assert "type" not in labels


def test_links_are_attachments_and_paths_are_warnings() -> None:
    links = (Link("https://x.example/a.pdf", "Full Text"), Link("C:\\papers\\a.pdf"),
             Link("internal-pdf://0123/a.pdf"))  # fmt: skip

    made = links_for(record("book", links=links))

    assert made.attachments == [
        {"itemType": "attachment", "linkMode": "linked_url", "title": "Full Text",
         "url": "https://x.example/a.pdf", "tags": [], "relations": {}}
    ]  # fmt: skip
    assert len(made.warnings) == 2
