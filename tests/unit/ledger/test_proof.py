"""A ledger is read through once, and again whenever that may tell something new."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from syncd.errors import LedgerError
from syncd.ledger import proof
from syncd.ledger.engine import LEDGER_FILE
from syncd.ledger.store import Ledger
from tests.fakes.clock import FakeClock

Checks = Callable[[], int]


@pytest.fixture
def checks() -> Iterator[Checks]:
    """Count how often a ledger was read through since the last time of asking."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "quick_check" in statement:
            seen.append(statement)

    def count() -> int:
        found = len(seen)
        seen.clear()
        return found

    event.listen(Engine, "before_cursor_execute", note)
    yield count
    event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def state(tmp_path: Path, clock: FakeClock, checks: Checks) -> Path:
    """A ledger that was made, written to and closed."""
    ledger = Ledger.open("", tmp_path, clock)
    ledger.get_library("user:7", "Hill papers")
    ledger.close()
    assert checks() == 1
    return tmp_path


def _open(state: Path, clock: FakeClock) -> None:
    Ledger.open("", state, clock).close()


def _damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\xa5" * 8192
    path.write_bytes(content)


@pytest.mark.parametrize("write", [proof.note, proof.keep])
def test_a_link_in_the_place_of_the_note_is_replaced_and_not_written_through(
    state: Path, clock: FakeClock, write: Callable[..., None]
) -> None:
    [note] = state.glob("*.proved")
    theirs = state / "theirs"
    note.rename(theirs)
    before = theirs.read_bytes()
    note.symlink_to(theirs)
    (state / LEDGER_FILE).chmod(0o640)

    write(state / LEDGER_FILE, *[clock.elapsed()] * (write is proof.note))

    assert theirs.read_bytes() == before
    assert not note.is_symlink()
    assert note.stat().st_mode & 0o777 == 0o600


def test_a_ledger_that_syncd_closed_is_not_read_through_again(
    state: Path, clock: FakeClock, checks: Checks
) -> None:
    _open(state, clock)
    ledger = Ledger.open("", state, clock)
    ledger.get_library("group:8", "Fen papers")
    ledger.close()
    _open(state, clock)

    assert checks() == 0


def test_what_others_did_to_the_file_is_looked_at(state: Path, clock: FakeClock) -> None:
    kept = (state / LEDGER_FILE).stat()
    _damage(state / LEDGER_FILE)
    os.utime(state / LEDGER_FILE, ns=(kept.st_atime_ns, kept.st_mtime_ns))

    with pytest.raises(LedgerError, match="damaged"):
        _open(state, clock)
    with pytest.raises(LedgerError, match="damaged"):
        _open(state, clock)


def test_a_copy_put_back_is_read_through(state: Path, clock: FakeClock, checks: Checks) -> None:
    shutil.copy2(state / LEDGER_FILE, state / "kept")
    os.replace(state / "kept", state / LEDGER_FILE)

    _open(state, clock)

    assert checks() == 1


def test_a_ledger_that_was_written_and_not_closed_is_read_through(
    state: Path, clock: FakeClock, checks: Checks
) -> None:
    killed = Ledger.open("", state, clock)
    killed.get_library("group:8", "Fen papers")
    with killed.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    killed._engine.dispose()  # Its journal went into the file, and nothing was noted of it.

    _open(state, clock)

    assert checks() == 1


def test_what_was_proved_holds_for_a_day_from_when_it_was_read(
    state: Path, clock: FakeClock, checks: Checks
) -> None:
    clock.advance(hours=23)
    _open(state, clock)
    assert checks() == 0

    clock.advance(hours=1)
    _open(state, clock)
    assert checks() == 1


def test_what_was_proved_ends_with_the_machines_next_start(
    state: Path,
    clock: FakeClock,
    checks: Checks,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "boot").write_text("another\n", "ascii")
    monkeypatch.setattr(proof, "_BOOT", tmp_path / "boot")

    _open(state, clock)

    assert checks() == 1


def test_a_machine_that_does_not_tell_its_starts_proves_every_time(
    state: Path,
    clock: FakeClock,
    checks: Checks,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(proof, "_BOOT", tmp_path / "none")

    _open(state, clock)
    _open(state, clock)

    assert checks() == 2


def test_damage_that_was_met_is_not_forgotten_on_closing(state: Path, clock: FakeClock) -> None:
    ledger = Ledger.open("", state, clock)
    _damage(state / LEDGER_FILE)

    with pytest.raises(LedgerError), ledger.read() as connection:
        connection.exec_driver_sql("PRAGMA integrity_check")
        for (table,) in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall():
            connection.exec_driver_sql(f"SELECT * FROM {table}").fetchall()
    ledger.close()

    with pytest.raises(LedgerError, match="damaged"):
        _open(state, clock)


def test_another_ledger_put_there_meanwhile_is_read_through(
    state: Path, clock: FakeClock, checks: Checks
) -> None:
    ledger = Ledger.open("", state, clock)
    shutil.copy2(state / LEDGER_FILE, state / "kept")
    os.replace(state / "kept", state / LEDGER_FILE)
    ledger.close()

    _open(state, clock)

    assert checks() == 1


@pytest.mark.parametrize("torn", [b"", b"{", b"[]", b"{}", b"\xff", b"7"])
def test_a_torn_note_proves_nothing(
    state: Path, clock: FakeClock, checks: Checks, torn: bytes
) -> None:
    (note,) = state.glob(f"{LEDGER_FILE}.proved")
    note.write_bytes(torn)

    _open(state, clock)

    assert checks() == 1


def test_the_note_is_only_for_its_owner(state: Path) -> None:
    assert (state / f"{LEDGER_FILE}.proved").stat().st_mode & 0o077 == 0
