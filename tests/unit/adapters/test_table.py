"""Which adapters there are, and what asking for one costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from adapters import AdapterNotFoundError, find_adapter, known_adapters
from adapters.file import FileLibrary
from syncd.library import Surroundings

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
