"""Fixtures for tests of the daemon's threads: a library that remembers, a folder, a crew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes.deck import Muster, mustered
from tests.fakes.works import MemoryWork


@pytest.fixture
def muster(tmp_path: Path) -> Iterator[Muster]:
    """Puts crews to work until the test ends."""
    with ExitStack() as stack:
        yield lambda works, folders: stack.enter_context(
            mustered(tmp_path / "state", works, folders)
        )


@pytest.fixture
def work() -> MemoryWork:
    """A library's work that needs no library."""
    return MemoryWork()


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """A folder to drop files into."""
    path = tmp_path / "drop"
    path.mkdir()
    return path
