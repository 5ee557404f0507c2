"""The item schema: read as Zotero serves it, and the shipped one is whole."""

from __future__ import annotations

import pytest

from syncd.schema import schema_from_json
from syncd.system.resources import shipped_schema

DOCUMENT = {
    "version": 99,
    "itemTypes": [
        {
            "itemType": "thesis",
            "fields": [
                {"field": "title"},
                {"field": "university", "baseField": "publisher"},
                {"field": "number", "baseField": "number"},
            ],
            "creatorTypes": [
                {"creatorType": "contributor"},
                {"creatorType": "author", "primary": True},
            ],
        }
    ],
    "locales": {},
}


def test_a_document_of_the_api_is_understood() -> None:
    schema = schema_from_json(DOCUMENT)

    assert schema.version == 99
    assert schema.fields == {"thesis": frozenset(["title", "university", "number"])}
    assert schema.creator_types == {"thesis": ("author", "contributor")}
    assert schema.base_fields == {"thesis": {"publisher": "university"}}


def test_fields_are_found_by_base_name_and_by_their_own() -> None:
    schema = schema_from_json(DOCUMENT)

    assert schema.find_field("thesis", "publisher") == "university"
    assert schema.find_field("thesis", "university") == "university"
    assert schema.find_field("thesis", "ISSN") is None
    assert schema.find_field("unknown", "title") is None


def test_roles_fall_back_to_what_the_type_knows() -> None:
    schema = shipped_schema()

    assert schema.find_role("journalArticle", "editor") == "editor"
    assert schema.find_role("patent", "author") == "inventor"
    assert schema.find_role("webpage", "editor") == "contributor"
    assert schema.find_role("note", "author") is None


@pytest.mark.parametrize("document", [{}, {"version": 1}, {"version": 1, "itemTypes": [{}]},
                                      {"version": "x", "itemTypes": []}])  # fmt: skip
def test_what_is_no_schema_is_a_value_error(document: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        schema_from_json(document)


def test_the_shipped_schema_is_whole() -> None:
    schema = shipped_schema()

    assert schema.version == 41
    assert len(schema.fields) == 40
    assert {"PMID", "PMCID", "citationKey", "DOI"} <= schema.fields["journalArticle"]
    assert schema.find_field("bookSection", "publicationTitle") == "bookTitle"
    assert schema.find_field("statute", "date") == "dateEnacted"
    assert schema.creator_types["videoRecording"][0] == "creator"
    regular = set(schema.fields) - {"annotation", "attachment", "note"}
    for item_type in regular:
        assert {"extra", "url", "accessDate", "rights"} <= schema.fields[item_type], item_type
        assert schema.creator_types[item_type], item_type
        own = schema.base_fields[item_type].values()
        assert set(own) <= schema.fields[item_type], item_type
