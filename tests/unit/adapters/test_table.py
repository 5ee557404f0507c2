"""Which adapters there are, and what asking for one costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from adapters import AdapterNotFoundError, adapter_origins, find_adapter, known_adapters
from adapters.file import FileLibrary
from adapters.zotero_web import ZoteroWeb
from syncd.app.wiring import all_options
from syncd.library import Configurable, Surroundings

SURROUNDINGS = Surroundings(name="mine")


def test_an_unknown_adapter_is_answered_with_those_that_are_known() -> None:
    with pytest.raises(AdapterNotFoundError, match=r"'fiel'.*known are .*file") as caught:
        find_adapter("fiel")

    assert isinstance(caught.value, LookupError)


@pytest.mark.parametrize("name", known_adapters())
def test_every_known_adapter_can_be_loaded_and_asked(name: str) -> None:
    complaints = find_adapter(name).check_options({"no such option": 1})

    assert "no such option" in complaints


def test_a_library_that_forgets_cannot_be_configured() -> None:
    assert "memory" not in known_adapters()


def test_the_table_loads_no_adapter_before_one_is_asked_for() -> None:
    code = (
        "import sys, adapters; adapters.known_adapters();"
        "print(*[m for m in sys.modules if m.startswith('adapters.') or m == 'pyzotero'])"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout

    assert loaded.split() == []


@pytest.fixture
def by_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a distribution with adapters where an installer would have put it: on the path."""
    information = tmp_path / "shelf-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: shelf\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[syncd.adapters]\nshelf = adapters.file:ADAPTER\n"
        "shelf-broken = no_such_module:ADAPTER\nzotero-web = adapters.file:ADAPTER\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("by_others")
def test_installed_adapters_are_known_beside_ours_with_what_they_came_with() -> None:
    assert {"file", "shelf"} <= set(known_adapters())
    assert adapter_origins()["shelf"] == "shelf 1.0"
    assert "file" not in adapter_origins()


@pytest.mark.usefixtures("by_others")
def test_an_installed_adapter_does_not_take_the_place_of_ours() -> None:
    assert isinstance(find_adapter("zotero-web"), ZoteroWeb)


@pytest.mark.usefixtures("by_others")
def test_an_installed_adapter_that_cannot_be_loaded_is_said_to_be_broken() -> None:
    with pytest.raises(AdapterNotFoundError, match=r"shelf-broken.*cannot be loaded"):
        find_adapter("shelf-broken")


@pytest.mark.usefixtures("by_others")
def test_what_an_adapter_says_of_its_keys_is_known_and_one_that_is_broken_says_nothing() -> None:
    options = all_options()

    assert [each.name for each in options["shelf"]] == ["path"]
    assert "shelf-broken" not in options


@pytest.mark.usefixtures("by_others")
def test_keys_are_looked_at_by_what_an_adapter_says_of_them() -> None:
    shelf = find_adapter("shelf")

    assert isinstance(shelf, Configurable)
    assert shelf.check_options({"path": "/srv/shelf"}) == {}
    assert shelf.check_options({"pfad": "/srv/shelf"}).keys() == {"pfad", "path"}


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"path": "/srv/library"}, set()),
        ({"path": "~/library"}, set()),
        ({}, {"path"}),
        ({"path": ""}, {"path"}),
        ({"path": 5}, {"path"}),
        ({"path": "relative/library"}, {"path"}),
        ({"path": "/srv/library", "url": "x", "colour": "red"}, {"url", "colour"}),
        ({"path": "library", "url": "x"}, {"path", "url"}),
    ],
)
def test_the_file_adapter_says_what_is_wrong_with_each_option(
    options: dict[str, object], wrong: set[str]
) -> None:
    assert set(find_adapter("file").check_options(options)) == wrong


def test_opening_a_file_library_touches_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    library = find_adapter("file").open({"path": "~/library"}, SURROUNDINGS)

    assert isinstance(library, FileLibrary)
    assert library.describe().identity == f"file:{tmp_path.resolve() / 'library'}"
    assert list(tmp_path.iterdir()) == []
