"""An adapter that comes with another distribution is found by its name and measured like ours."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from adapters import AdapterNotFoundError, find_adapter, known_adapters
from adapters.file import FileLibrary
from syncd.library import Library, Surroundings
from syncd.record import ItemKey
from tests.conformance.suite import LibraryConformance

INSTALLED = Path(__file__).parents[1] / "data" / "third_party_adapter"
NO_SURROUNDINGS = Surroundings(name="shelf")


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the distribution where an installer would have put it: on the path."""
    monkeypatch.syspath_prepend(INSTALLED)


class ShelfUser:
    """A person with the other program."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._shelf = import_module("syncd_shelf").Shelf

    def edit(self, key: ItemKey, changes: Mapping[str, Any]) -> None:
        shelf = self._shelf(self._path)
        _, data, trashed = shelf.held["items"][key]
        shelf.put_item(key, {**data, **changes}, trashed=trashed)
        shelf.save()

    def trash(self, key: ItemKey) -> None:
        shelf = self._shelf(self._path)
        shelf.put_item(key, shelf.held["items"][key][1], trashed=True)
        shelf.save()

    def delete(self, key: ItemKey) -> None:
        shelf = self._shelf(self._path)
        shelf.delete(key)
        shelf.save()


class TestShelf(LibraryConformance):
    @pytest.fixture
    def library(self, tmp_path: Path) -> Library:
        return find_adapter("shelf").open({"file": tmp_path / "shelf.json"}, NO_SURROUNDINGS)

    @pytest.fixture
    def second_client(self, tmp_path: Path) -> Library:
        return find_adapter("shelf").open({"file": tmp_path / "shelf.json"}, NO_SURROUNDINGS)

    @pytest.fixture
    def person(self, tmp_path: Path) -> ShelfUser:
        return ShelfUser(tmp_path / "shelf.json")


def test_installed_adapters_are_known_beside_ours() -> None:
    assert {"file", "shelf"} <= set(known_adapters())


def test_an_installed_adapter_does_not_take_the_place_of_ours(tmp_path: Path) -> None:
    library = find_adapter("file").open({"path": str(tmp_path / "library")}, NO_SURROUNDINGS)

    assert isinstance(library, FileLibrary)


def test_an_installed_adapter_that_cannot_be_loaded_is_said_to_be_broken() -> None:
    with pytest.raises(AdapterNotFoundError, match=r"shelf-broken.*cannot be loaded"):
        find_adapter("shelf-broken")
