"""The rules that our own libraries share, where they go further than every library must."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.library import (
    AddToCollection,
    CollectionKey,
    Create,
    CreateCollection,
    Operation,
    Outcome,
    Refusal,
    Refused,
    Update,
)
from syncd.record import ItemKey
from tests.conformance.schema import SMALL_SCHEMA

KEY, NOTE, NEW = (ItemKey(text) for text in ("ABCD2345", "NQTE2345", "NEWW2345"))
COLLECTION = CollectionKey("CQLL2345")
ARTICLE: dict[str, Any] = {"itemType": "journalArticle", "title": "A title", "volume": "7"}
ON_ARTICLE = {"itemType": "note", "parentItem": KEY, "note": "<p>A</p>"}


@pytest.fixture
def library() -> MemoryLibrary:
    library = MemoryLibrary(SMALL_SCHEMA)
    library.add(KEY, ARTICLE)
    library.add(NOTE, ON_ARTICLE)
    library.push([CreateCollection(COLLECTION, "Inbox")], expected=2)
    return library


def push(library: MemoryLibrary, operation: Operation) -> Outcome:
    [outcome] = library.push([operation], expected=None).outcomes
    return outcome


def refusal(library: MemoryLibrary, operation: Operation) -> Refusal | None:
    outcome = push(library, operation)
    return outcome.refusal if isinstance(outcome, Refused) else None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({**ON_ARTICLE, "parentItem": NOTE}, id="a note on a note"),
        pytest.param({**ON_ARTICLE, "collections": [COLLECTION]}, id="a child in a collection"),
        pytest.param({**ARTICLE, "parentItem": KEY}, id="a work below a work"),
        pytest.param({**ARTICLE, "note": "text"}, id="a work with the text of a note"),
        pytest.param({**ARTICLE, "title": 5}, id="a number for a text"),
        pytest.param({**ARTICLE, "title": None}, id="nothing for a text"),
        pytest.param({**ARTICLE, "creators": [{"creatorType": "author"}]}, id="a nameless creator"),
        pytest.param(
            {**ARTICLE, "creators": [{"creatorType": "author", "name": "A", "lastName": "B"}]},
            id="a creator with two kinds of name",
        ),
        pytest.param(
            {**ARTICLE, "creators": [{"creatorType": "x", "lastName": "A", "firstName": "B"}]},
            id="a creator in a role of no such type",
        ),
        pytest.param(
            {**ARTICLE, "creators": [{"creatorType": "author", "lastName": "A", "firstName": 5}]},
            id="a creator with a number for a name",
        ),
        pytest.param({**ARTICLE, "tags": [{"tag": ""}]}, id="an empty tag"),
        pytest.param({**ARTICLE, "tags": [{"tag": "a", "colour": "b"}]}, id="a tag with more"),
        pytest.param({**ARTICLE, "collections": COLLECTION}, id="a bare collection"),
        pytest.param({**ARTICLE, "version": 3}, id="a version"),
        pytest.param({**ARTICLE, "deleted": 1}, id="the mark of the trash"),
    ],
)
def test_data_of_the_wrong_kind_is_refused(library: MemoryLibrary, data: Mapping[str, Any]) -> None:
    assert refusal(library, Create(NEW, data)) is Refusal.INVALID


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({**ARTICLE, "numPages": ""}, id="an empty field of another type"),
        pytest.param(
            {**ARTICLE, "dateAdded": "2026-01-01T00:00:00Z", "relations": {}}, id="when it came"
        ),
        pytest.param(
            {
                "itemType": "attachment",
                "parentItem": KEY,
                "linkMode": "linked_url",
                "url": "https://example.org",
                "title": "Full text",
                "md5": None,
            },
            id="a link on a work",
        ),
        pytest.param({"itemType": "note", "note": "<p>On its own</p>"}, id="a note on its own"),
    ],
)
def test_data_that_says_nothing_wrong_is_taken(
    library: MemoryLibrary, data: Mapping[str, Any]
) -> None:
    assert refusal(library, Create(NEW, data)) is None


def test_an_absent_property_and_an_empty_one_are_the_same(library: MemoryLibrary) -> None:
    outcome = push(library, Update(KEY, 1, {"extra": "", "tags": []}))

    assert not isinstance(outcome, Refused)
    assert outcome.unchanged


def test_a_new_item_type_is_refused_while_fields_of_the_old_one_are_in_the_way(
    library: MemoryLibrary,
) -> None:
    assert refusal(library, Update(KEY, 1, {"itemType": "book"})) is Refusal.INVALID
    assert refusal(library, Update(KEY, 1, {"itemType": "book", "volume": ""})) is None


def test_what_a_person_left_in_a_strange_shape_is_not_put_right_by_an_addition(
    library: MemoryLibrary,
) -> None:
    library.edit(KEY, {"tags": ["bare"]})

    assert refusal(library, AddToCollection(KEY, 99, (), ("ours",))) is Refusal.INVALID
    assert refusal(library, Update(KEY, 99, {"title": "Ours"})) is None


def test_one_name_as_two_kinds_of_tag_counts_as_one(library: MemoryLibrary) -> None:
    library.edit(KEY, {"tags": [{"tag": "ours"}, {"tag": "ours", "type": 1}]})

    outcome = push(library, AddToCollection(KEY, 99, (), ("ours",)))

    assert not isinstance(outcome, Refused)
    assert outcome.unchanged
