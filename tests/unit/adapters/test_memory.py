"""What the library in RAM does beyond the contract: people, and determinism."""

from __future__ import annotations

import pytest

from adapters.memory import MemoryLibrary
from syncd.library import CollectionKey, Create, CreateCollection
from syncd.record import ItemKey
from tests.conformance.schema import SMALL_SCHEMA

KEY, OTHER, NOTE = (ItemKey(text) for text in ("ABCD2345", "EFGH6789", "NQTE2345"))
COLLECTION, INNER = CollectionKey("CQLL2345"), CollectionKey("CQLL6789")
ARTICLE = {"itemType": "journalArticle", "title": "A title"}


@pytest.fixture
def library() -> MemoryLibrary:
    return MemoryLibrary(SMALL_SCHEMA)


def test_each_change_has_a_version_of_its_own_counted_from_one(library: MemoryLibrary) -> None:
    answer = library.push([Create(KEY, ARTICLE), Create(OTHER, ARTICLE)], expected=0)

    assert [item.version for item in library.get([KEY, OTHER])] == [1, 2]
    assert answer.library_version == library.version == 2


def test_what_is_handed_in_or_out_may_be_changed_without_changing_the_library(
    library: MemoryLibrary,
) -> None:
    tags = [{"tag": "first"}]
    library.add(KEY, {**ARTICLE, "tags": tags})
    tags.append({"tag": "second"})
    library.get([KEY])[0].data["tags"].append({"tag": "third"})

    assert library.get([KEY])[0].data["tags"] == [{"tag": "first"}]


def test_deleting_an_item_deletes_its_children(library: MemoryLibrary) -> None:
    library.add(KEY, ARTICLE)
    library.add(NOTE, {"itemType": "note", "parentItem": KEY, "note": "<p>A</p>"})
    before = library.version

    library.delete(KEY)

    [last] = library.changes_since(before)
    assert sorted(last.deleted) == [KEY, NOTE]


def test_a_deleted_collection_leaves_its_items_without_giving_them_a_version(
    library: MemoryLibrary,
) -> None:
    library.push(
        [CreateCollection(COLLECTION, "Outer"), CreateCollection(INNER, "Inner", COLLECTION)],
        expected=0,
    )
    library.add(KEY, {**ARTICLE, "collections": [INNER]})
    [item] = library.get([KEY])

    library.delete_collection(COLLECTION)

    assert library.collections() == []
    assert library.get([KEY]) == [item._replace(data={**ARTICLE, "collections": []})]


def test_a_person_may_take_an_item_out_of_the_trash(library: MemoryLibrary) -> None:
    library.add(KEY, ARTICLE)
    library.trash(KEY)
    library.restore(KEY)

    [item] = library.get([KEY])
    assert (item.trashed, item.version) == (False, 3)
