"""A library in a directory, as tests write it, look at it and edit its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adapters.file import FileLibrary
from syncd.library import (
    Accepted,
    Create,
    Library,
    Operation,
    Outcome,
    Refusal,
    Refused,
    StoredItem,
)
from syncd.record import ItemKey
from tests.conformance.schema import SMALL_SCHEMA

KEY, OTHER, THIRD = (ItemKey(text) for text in ("ABCD2345", "EFGH6789", "JKLM2345"))


def open_library(home: Path) -> FileLibrary:
    return FileLibrary(home, lambda: SMALL_SCHEMA)


def article(title: str = "A title", **properties: Any) -> dict[str, Any]:
    return {"itemType": "journalArticle", "title": title, **properties}


def push(library: Library, *operations: Operation) -> list[Outcome]:
    return list(library.push(operations, expected=None).outcomes)


def create(library: Library, *keys: str) -> None:
    outcomes = push(library, *(Create(ItemKey(key), article(f"Title {key}")) for key in keys))
    assert all(isinstance(outcome, Accepted) for outcome in outcomes), outcomes


def many_keys(count: int) -> list[str]:
    return [f"MANY{tens}{ones}22" for tens in "23456789" for ones in "23456789"][:count]


def changes(
    library: Library, since: int = 0
) -> tuple[dict[ItemKey, StoredItem], list[ItemKey], int]:
    items: dict[ItemKey, StoredItem] = {}
    deleted: list[ItemKey] = []
    for page in library.changes_since(since):
        items |= {item.key: item for item in page.items}
        deleted += page.deleted
    assert page.to_version is not None
    return items, deleted, page.to_version


def version_of(library: Library) -> int:
    return changes(library)[2]


def refusals(outcomes: list[Outcome]) -> list[Refusal | None]:
    return [outcome.refusal if isinstance(outcome, Refused) else None for outcome in outcomes]


def item_file(home: Path, key: str) -> Path:
    return home / "items" / f"{key}.json"


def rewrite(path: Path, old: str, new: str) -> None:
    """Edit a file in place, as a plain editor does."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
