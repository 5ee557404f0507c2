"""A library in a directory that is not there yet, for those tests that make no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.file import FileLibrary
from tests.support.file_library import open_library


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def library(home: Path) -> FileLibrary:
    return open_library(home)
