"""Short ways from the text of an export to what is made of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from syncd.formats.ris import Reader
from syncd.formats.sources import read_record
from syncd.item.making import item_data
from syncd.record import Record
from syncd.system.resources import shipped_schema

RecordOf = Callable[..., Record]
ItemOf = Callable[..., dict[str, Any]]


def _read(*lines: str) -> Record:
    text = "".join(f"{line}\n" for line in lines)
    entries = list(Reader(io.BytesIO(f"{text}ER  - \n".encode())))
    assert len(entries) == 1
    return read_record(entries[0], "export.ris")


@pytest.fixture
def record_of() -> RecordOf:
    """Read one entry, given as its lines without ER."""
    return _read


@pytest.fixture
def item_of() -> ItemOf:
    """Make the item of one entry, given as its lines without ER, for the newest schema."""
    return lambda *lines: item_data(_read(*lines), shipped_schema())
