"""The library in a directory is a library, and a person with an editor is at home in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.conformance import LibraryConformance
from adapters.file import FileLibrary
from syncd.record import ItemKey
from tests.conformance.schema import SMALL_SCHEMA


class Editor:
    """A person who opens item files and saves them in place."""

    def __init__(self, directory: Path) -> None:
        self._items = directory / "items"

    def edit(self, key: ItemKey, changes: Mapping[str, Any]) -> None:
        path = self._items / f"{key}.json"
        document = json.loads(path.read_text())
        document["data"] |= changes
        path.write_text(json.dumps(document))

    def trash(self, key: ItemKey) -> None:
        self.edit(key, {"deleted": 1})

    def damage(self, key: ItemKey) -> None:
        (self._items / f"{key}.json").write_text("{")

    def delete(self, key: ItemKey) -> None:
        (self._items / f"{key}.json").unlink()


class TestFile(LibraryConformance):
    @pytest.fixture
    def library(self, tmp_path: Path) -> FileLibrary:
        return FileLibrary(tmp_path / "library", lambda: SMALL_SCHEMA, page_size=7)

    @pytest.fixture
    def second_client(self, tmp_path: Path) -> FileLibrary:
        return FileLibrary(tmp_path / "library", lambda: SMALL_SCHEMA)

    @pytest.fixture
    def person(self, tmp_path: Path) -> Editor:
        return Editor(tmp_path / "library")
