"""What tests of a drop folder share: the folder, and a clock that only the test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syncd.settings import FolderSettings
from tests.fakes.clock import FakeClock
from tests.fakes.settings import make_folder
from tests.support.drop import Drop


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def folder(tmp_path: Path) -> FolderSettings:
    path = tmp_path / "drop"
    path.mkdir()
    return make_folder(path, settle=2)


@pytest.fixture
def open_drop(clock: FakeClock) -> Iterator[Callable[[FolderSettings], Drop]]:
    drops: list[Drop] = []

    def make(folder: FolderSettings) -> Drop:
        drops.append(Drop(folder, clock))
        return drops[-1]

    yield make
    for drop in drops:
        drop.inbox.close()
