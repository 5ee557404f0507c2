"""A dry run reads what is there, tells what it would do, and does nothing."""

from __future__ import annotations

from io import BytesIO

from adapters.dry_run import DryRunLibrary
from adapters.memory import MemoryLibrary
from syncd.library import (
    Accepted,
    CollectionKey,
    Create,
    CreateCollection,
    FileToStore,
    Operation,
    StoreFile,
    Storing,
    Trash,
)
from syncd.record import ItemKey
from tests.conformance.schema import SMALL_SCHEMA

KEY, OTHER = ItemKey("ABCD2345"), ItemKey("EFGH6789")
ARTICLE = {"itemType": "journalArticle", "title": "A title"}


def test_reading_passes_through() -> None:
    real = MemoryLibrary(SMALL_SCHEMA)
    real.push([CreateCollection(CollectionKey("CQLL2345"), "Inbox")], expected=0)
    real.add(KEY, ARTICLE)
    real.add(OTHER, ARTICLE)
    dry = DryRunLibrary(real, lambda _: None)

    seen = [item.key for page in dry.changes_since(2, known=lambda _: {}) for item in page.items]

    assert seen == [OTHER]
    assert dry.get([KEY]) == real.get([KEY])
    assert dry.collections() == real.collections()
    assert dry.describe() == real.describe()
    assert dry.capabilities == real.capabilities


def test_writes_are_told_in_order_accepted_and_not_done() -> None:
    real = MemoryLibrary(SMALL_SCHEMA)
    real.add(KEY, ARTICLE)
    told: list[Operation] = []
    operations: list[Operation] = [Create(OTHER, ARTICLE), Trash(KEY, 1)]

    answer = DryRunLibrary(real, told.append).push(operations, expected=1)

    assert told == operations
    assert [type(outcome) for outcome in answer.outcomes] == [Accepted, Accepted]
    assert [outcome.key for outcome in answer.outcomes] == [OTHER, KEY]
    assert answer.library_version == real.version == 1
    assert not real.has_item(OTHER)
    assert not real.get([KEY])[0].trashed


def test_a_file_is_told_and_not_stored() -> None:
    real = MemoryLibrary(SMALL_SCHEMA)
    data = {"itemType": "attachment", "linkMode": "imported_file", "title": "a.pdf"}
    real.add(KEY, data)
    told: list[Operation] = []
    dry = DryRunLibrary(real, told.append)
    operation = StoreFile(
        KEY, FileToStore("/drop", "a.pdf", 0, 1, 1, "0cc175b9c0f1b6a831c399e269772661")
    )

    assert isinstance(dry, Storing)
    assert isinstance(dry.store_file(operation, BytesIO(b"a")), Accepted)
    assert told == [operation]
    assert not real.files
