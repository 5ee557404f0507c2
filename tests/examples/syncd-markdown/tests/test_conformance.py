"""A folder of Markdown notes is a library, and a person with an editor is at home in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from syncd_markdown.page import format_page, parse_page

from adapters.conformance import AdapterConformance
from syncd.record import ItemKey


class TestMarkdown(AdapterConformance):
    adapter = "markdown"

    @pytest.fixture
    def options(self, tmp_path: Path) -> Mapping[str, object]:
        return {"folder": str(tmp_path / "notes")}

    @pytest.fixture
    def person(self, tmp_path: Path) -> Writer:
        return Writer(tmp_path / "notes")


class Writer:
    """A person who opens a note and saves it in place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def edit(self, key: ItemKey, changes: Mapping[str, Any]) -> None:
        note = self._folder / f"{key}.md"
        page = parse_page(note.read_bytes())
        note.write_text(format_page(page._replace(data={**page.data, **changes})))

    def trash(self, key: ItemKey) -> None:
        note = self._folder / f"{key}.md"
        note.write_text(format_page(parse_page(note.read_bytes())._replace(trashed=True)))

    def delete(self, key: ItemKey) -> None:
        (self._folder / f"{key}.md").unlink()

    def damage(self, key: ItemKey) -> None:
        (self._folder / f"{key}.md").write_text("no longer a page")
