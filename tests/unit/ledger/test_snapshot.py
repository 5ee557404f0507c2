"""A look at the ledger takes a copy of it and leaves it as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine

from syncd.errors import LedgerError
from syncd.ledger.engine import LEDGER_FILE
from syncd.ledger.snapshot import copy_ledger, copy_tables
from syncd.ledger.store import Ledger
from tests.fakes.clock import FakeClock
from tests.support.exports import scopus_record
from tests.support.house import House


def _find_cursor(directory: Path, identity: str) -> int | None:
    ledger = Ledger.open("", directory, FakeClock())
    try:
        mine = ledger.find_library(identity)
        return mine.row().cursor if mine else None
    finally:
        ledger.close()


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.drop(scopus_record(1), scopus_record(2))
    return house


def test_a_ledger_elsewhere_is_copied_from_where_it_is(house: House, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.sqlite"
    (tmp_path / "state" / LEDGER_FILE).rename(elsewhere)
    (tmp_path / "copy").mkdir()

    copy_ledger(f"sqlite:///{elsewhere}", tmp_path / "state", tmp_path / "copy")

    identity = house.library.describe().identity
    assert _find_cursor(tmp_path / "copy", identity) == _find_cursor_at(elsewhere, identity)


def _find_cursor_at(path: Path, identity: str) -> int | None:
    ledger = Ledger.open(f"sqlite:///{path}", path.parent, FakeClock())
    try:
        mine = ledger.find_library(identity)
        return mine.row().cursor if mine else None
    finally:
        ledger.close()


def test_a_ledger_of_another_database_is_copied_table_by_table(
    house: House, tmp_path: Path
) -> None:
    (tmp_path / "copy").mkdir()

    source = create_engine(f"sqlite:///{tmp_path / 'state' / LEDGER_FILE}")
    copy_tables(source, tmp_path / "copy" / LEDGER_FILE)

    identity = house.library.describe().identity
    copied = _find_cursor(tmp_path / "copy", identity)
    assert copied is not None
    assert copied == _find_cursor(tmp_path / "state", identity)
    (tmp_path / "state" / LEDGER_FILE).unlink()
    (tmp_path / "copy" / LEDGER_FILE).rename(tmp_path / "state" / LEDGER_FILE)
    assert [record.decision.value for record in house.drop(scopus_record(1))] == ["skip"]


def test_where_there_is_no_ledger_none_is_made(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()

    copy_ledger("", tmp_path, tmp_path / "copy")
    copy_ledger(f"sqlite:///{tmp_path / 'none.sqlite'}", tmp_path, tmp_path / "copy")

    assert list((tmp_path / "copy").iterdir()) == []
    assert not (tmp_path / "none.sqlite").exists()


def test_an_address_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be used"):
        copy_ledger("nonsense", tmp_path, tmp_path)
