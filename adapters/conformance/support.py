"""What the tests of the suite share: persons, items to make, and all that a library says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Protocol, runtime_checkable

import pytest

from adapters.rules import KEY_ALPHABET, KEY_LENGTH
from syncd.library import (
    Accepted,
    Changes,
    Library,
    Operation,
    Refusal,
    Refused,
    StoredItem,
)
from syncd.record import ItemKey

NewKey = Callable[[], ItemKey]


class Person(Protocol):
    """Someone who works in the library while syncd is not looking."""

    def edit(self, key: ItemKey, changes: Mapping[str, Any]) -> None:
        """Set these properties of an item."""
        ...

    def trash(self, key: ItemKey) -> None: ...

    def delete(self, key: ItemKey) -> None:
        """Delete an item for good."""
        ...


@runtime_checkable
class Damager(Protocol):
    """What a person may be beside: one who can damage an item, where items lie open to that."""

    def damage(self, key: ItemKey) -> None:
        """Make an item unreadable."""
        ...


# What the tests share: making items, and reading everything a library has to say.


def article(title: str = "A title", **properties: Any) -> dict[str, Any]:
    """Return the data of a journal article."""
    return {"itemType": "journalArticle", "title": title, **properties}


def note(parent: str, text: str = "<p>A note</p>") -> dict[str, Any]:
    """Return the data of a child note."""
    return {"itemType": "note", "parentItem": parent, "note": text, "tags": []}


class Seen:
    """Everything that the pages of `changes_since` told."""

    def __init__(self, pages: Iterator[Changes]) -> None:
        self.items: dict[ItemKey, StoredItem] = {}
        self.deleted: list[ItemKey] = []
        self.versions: list[int | None] = []
        for page in pages:
            assert not self.items.keys() & {item.key for item in page.items}, "an item came twice"
            self.items |= {item.key: item for item in page.items}
            self.deleted += page.deleted
            self.versions.append(page.to_version)

    @property
    def to_version(self) -> int:
        *others, last = self.versions
        assert not any(others), "only the last page says how far it goes"
        assert last is not None
        return last


def changes(library: Library, since: int = 0) -> Seen:
    return Seen(library.changes_since(since))


def version_of(library: Library) -> int:
    return changes(library).to_version


def push(library: Library, *operations: Operation) -> Sequence[Accepted | Refused]:
    """Push without a guard, and check what holds for every answer."""
    outcomes = library.push(operations, expected=None).outcomes
    assert len(outcomes) == len(operations)
    return outcomes


def push_all(library: Library, operations: Sequence[Operation]) -> list[Accepted | Refused]:
    """Push as many operations as there are, in batches that the library takes."""
    size = library.capabilities.batch_size
    return [
        outcome
        for start in range(0, len(operations), size)
        for outcome in push(library, *operations[start : start + size])
    ]


def accept(library: Library, operation: Operation) -> Accepted:
    [outcome] = push(library, operation)
    assert isinstance(outcome, Accepted), outcome
    return outcome


def refuse(library: Library, operation: Operation) -> Refusal:
    [outcome] = push(library, operation)
    assert isinstance(outcome, Refused), outcome
    assert outcome.message
    return outcome.refusal


def get(library: Library, key: str) -> StoredItem:
    [item] = library.get([ItemKey(key)])
    return item


def names(tags: Sequence[Mapping[str, Any]]) -> set[str]:
    return {tag["tag"] for tag in tags}


def needs(capability: bool, what: str) -> None:
    if not capability:
        pytest.skip(f"this library does not {what}")


def changes_what_is_there(library: Library) -> None:
    """Skip the test for a library to which things can only be added."""
    needs(not library.capabilities.only_takes_new, "change what is there")


def mint_keys(prefix: str = "K3EY") -> Iterator[ItemKey]:
    """Yield valid keys, the same ones in every test."""
    for digits in product(KEY_ALPHABET, repeat=KEY_LENGTH - len(prefix)):
        yield ItemKey(prefix + "".join(digits))
