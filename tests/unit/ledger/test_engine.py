"""The ledger is opened whole and current, or not at all."""

from __future__ import annotations

import os
import resource
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from syncd.errors import LedgerError, StateError
from syncd.ledger.engine import LEDGER_FILE, open_engine, reported


def test_a_ledger_that_was_opened_can_be_opened_again(tmp_path: Path) -> None:
    open_engine("", tmp_path).dispose()

    engine = open_engine("", tmp_path)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 0
    engine.dispose()


def test_the_ledger_is_only_for_its_owner(tmp_path: Path) -> None:
    state = tmp_path / "state"

    open_engine("", state).dispose()

    assert (state / LEDGER_FILE).stat().st_mode & 0o077 == 0
    assert state.stat().st_mode & 0o077 == 0


def test_what_is_committed_survives_a_power_cut(tmp_path: Path) -> None:
    engine = open_engine("", tmp_path)

    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL
    engine.dispose()


def test_a_damaged_ledger_is_refused_and_kept(tmp_path: Path) -> None:
    engine = open_engine("", tmp_path)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    path = tmp_path / LEDGER_FILE
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\xa5" * 8192
    path.write_bytes(content)

    with pytest.raises(LedgerError) as caught:
        open_engine("", tmp_path)

    assert str(path) in str(caught.value)
    assert path.read_bytes() == content


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / LEDGER_FILE).write_text("TY  - JOUR\n" * 1000)

    with pytest.raises(LedgerError):
        open_engine("", tmp_path)


def test_a_ledger_of_a_newer_syncd_is_refused(tmp_path: Path) -> None:
    engine = open_engine("", tmp_path)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    with pytest.raises(LedgerError, match="newer syncd"):
        open_engine("", tmp_path)


def test_a_database_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    engine = open_engine("", tmp_path)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    engine.dispose()

    with pytest.raises(LedgerError, match="no schema version"):
        open_engine("", tmp_path)


def test_a_state_directory_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StateError) as caught:
        open_engine("", tmp_path / "file" / "state")

    assert caught.value.path == tmp_path / "file" / "state"


def test_a_url_that_names_no_database_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="url"):
        open_engine("nonsense://", tmp_path)


def test_a_failing_statement_becomes_a_ledger_error_that_keeps_its_cause(tmp_path: Path) -> None:
    engine = open_engine("", tmp_path)

    with (
        pytest.raises(LedgerError) as caught,
        reported(engine),
        engine.connect() as connection,
    ):
        connection.execute(text("SELECT nothing FROM nowhere"))

    assert caught.value.__cause__ is not None
    engine.dispose()


def test_two_processes_that_make_the_ledger_at_once_end_with_one(tmp_path: Path) -> None:
    import subprocess
    import sys

    program = (
        "from pathlib import Path; from syncd.ledger.engine import open_engine;"
        f"open_engine('', Path({str(tmp_path)!r})).dispose()"
    )
    running = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]

    assert [process.wait(30) for process in running] == [0, 0, 0]


@pytest.mark.parametrize("gone", ["DROP TABLE shared_doi", "ALTER TABLE done DROP COLUMN before"])
def test_a_ledger_that_lacks_a_table_or_a_column_is_refused_before_it_is_used(
    tmp_path: Path, gone: str
) -> None:
    engine = open_engine("", tmp_path)
    with engine.begin() as connection:
        connection.execute(text(gone))
    engine.dispose()

    with pytest.raises(LedgerError, match=r"damaged \(it has no .* Move it away"):
        open_engine("", tmp_path)


def test_a_ledger_with_an_unreadable_schema_is_refused(tmp_path: Path) -> None:
    engine = open_engine("", tmp_path)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    path = tmp_path / LEDGER_FILE
    # SQLite quotes what it does not understand, and here that is no text in any encoding.
    path.write_bytes(
        path.read_bytes().replace(b"CREATE TABLE item (", b"CREATE TABLE it\xe9m \xff", 1)
    )

    with pytest.raises(LedgerError):
        open_engine("", tmp_path)


def _write_error(code: int) -> OperationalError:
    cause = sqlite3.OperationalError("disk I/O error")
    cause.sqlite_errorcode = code
    return OperationalError("INSERT", {}, cause)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_WRITE])
@pytest.mark.parametrize("blocks", [0, 1000])
def test_an_error_of_a_full_disk_passes_and_one_of_a_broken_disk_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, blocks: int
) -> None:
    engine = open_engine("", tmp_path)
    disk = list(os.statvfs(tmp_path))
    disk[0:5] = [4096, 4096, 2000, blocks, blocks]
    monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result(disk))

    with pytest.raises(LedgerError) as caught, reported(engine):
        raise _write_error(code)

    assert caught.value.passing == (blocks == 0)
    engine.dispose()


def test_an_error_of_a_used_up_quota_passes(tmp_path: Path) -> None:
    engine = open_engine("", tmp_path)
    size = (tmp_path / LEDGER_FILE).stat().st_size
    # Like a quota, this limit shows in no figure of the disk.
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, hard))
    try:
        with pytest.raises(LedgerError) as caught, reported(engine):
            raise _write_error(sqlite3.SQLITE_IOERR_WRITE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert caught.value.passing
    engine.dispose()
