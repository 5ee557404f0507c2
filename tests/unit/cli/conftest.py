"""What every test of commands needs: one command leaves nothing behind for the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncd.system.suggestions import point_at


@pytest.fixture(autouse=True)
def _forget_the_place() -> Iterator[None]:
    yield
    point_at()
