"""Open the ledger's database, prove that it is whole and ours, and turn its failures into ours.

SQLite in the state directory by default; any other database SQLAlchemy speaks to by its URL.
What is particular to one of them stands in this room and nowhere else.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from syncd.errors import LedgerError, StateError
from syncd.ledger import proof
from syncd.ledger.glance import LEDGER_FILE as LEDGER_FILE
from syncd.ledger.tables import metadata

SCHEMA_REVISION = "0023"
"""The newest migration; a fresh ledger is made in this shape and stamped with it."""

_LOCK_WAIT_MS = 30_000

_CACHE_KIB = 16_384
"""What is kept of the file: the index of blocking keys is written to all over, so that with the
2 MB of SQLite's own a first mirror of a large library writes most pages again and again."""

_READER_CACHE_KIB = 1024


def open_engine(url: str, state: Path, elapsed: timedelta | None = None) -> Engine:
    """Open the ledger at `url` (empty: SQLite in `state`), making or migrating it as needed.

    A file that was proved whole before is not read through again, if `elapsed` says what time it
    is (`Clock.elapsed`) and `close_engine` closed it; see `proof`.

    Raises `LedgerError` if it is damaged, newer than this syncd, or out of reach, and
    `StateError` if the state directory cannot be written.
    """
    engine = _connect(url or f"sqlite:///{_ledger_file(state)}")
    try:
        with reported(engine):
            _prove_whole(engine, elapsed)
            _bring_to_schema(engine)
    except UnicodeDecodeError as exc:
        # How the driver fails on words of SQLite that quote a damaged schema.
        engine.dispose()
        raise _damaged(engine, "its schema is unreadable") from exc
    except BaseException:
        engine.dispose()
        raise
    return engine


def open_reader(engine: Engine) -> Engine:
    """Return another way into an open ledger, by one connection, for looking through it.

    What it has read it does not keep: whoever looks through the ledger reads now and then, and
    what they would find at hand again is megabytes of a large one.
    """
    reader = create_engine(engine.url, pool_size=1, max_overflow=0)
    if reader.dialect.name == "sqlite":
        event.listen(reader, "connect", _prepare_reader)
        event.listen(reader, "begin", _begin_sqlite)
        event.listen(reader, "checkin", _let_go)
    return reader


def _prepare_reader(connection: Any, _record: Any) -> None:
    _prepare(connection, "query_only=ON", f"cache_size=-{_READER_CACHE_KIB}")


def _let_go(connection: Any, _record: Any) -> None:
    # None: the connection broke off.
    if connection is not None:
        connection.execute("PRAGMA shrink_memory")


def close_engine(engine: Engine) -> None:
    """Let go of every connection; what was proved of the ledger holds on."""
    engine.dispose()
    if file := _file_of(engine):
        proof.keep(file)


@contextmanager
def reported(engine: Engine) -> Iterator[None]:
    """Turn whatever the database raises inside into a `LedgerError` that names the ledger."""
    try:
        yield
    except SQLAlchemyError as exc:
        cause = exc.orig if isinstance(exc, DBAPIError) else exc
        if _is_damage(cause):
            if file := _file_of(engine):
                proof.forget(file)
            raise _damaged(engine, str(cause)) from exc
        where = engine.url.render_as_string(hide_password=True)
        raise LedgerError(
            f"{where}: {' '.join(str(cause).split())}",
            passing=_is_full(cause, engine.url.database),
            away=_is_away(exc, engine),
        ) from exc


def expect_in_place(engine: Engine) -> None:
    """Raise `LedgerError` if the ledger's file was removed since it was opened.

    SQLite goes on writing into a file that nobody finds again. One that was moved is still found.
    """
    file = _file_of(engine)
    if file is not None and not file.exists() and _is_removed(file):
        raise LedgerError(f"{file} was removed while syncd worked", gone=True)


def _is_removed(file: Path) -> bool:
    """Say whether a file that is open here, and has not its name any more, has none at all."""
    try:
        names = [_name_of(each) for each in Path("/proc/self/fd").iterdir()]
    except OSError:
        return True  # nobody can tell
    return f"{os.path.realpath(file)} (deleted)" in names


def _name_of(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except OSError:
        return ""  # closed meanwhile


def _is_away(error: SQLAlchemyError, engine: Engine) -> bool:
    """Tell whether a ledger's server could not be reached, or the connection to it broke off."""
    if engine.dialect.name == "sqlite" or not isinstance(error, DBAPIError):
        return False
    # What the server itself has to say against a statement or a login comes with a code.
    is_told = getattr(error.orig, "sqlstate", None) is not None
    return error.connection_invalidated or (isinstance(error, OperationalError) and not is_told)


def _is_damage(cause: BaseException | None) -> bool:
    code = getattr(cause, "sqlite_errorcode", 0)
    # The low byte is the kind; the rest says more closely what it met.
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _is_full(cause: BaseException | None, ledger: str | None) -> bool:
    """Tell whether a ledger could not be written because its disk is full."""
    # An error that the driver raises by itself has no code.
    code = getattr(cause, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_FULL:
        return True
    # The shared memory beside the ledger, and a flush, tell of a full disk as an error like any
    # other, and without the number that the system gave: only the disk itself still knows.
    return code in _WRITE_ERRORS and ledger is not None and not _has_room(Path(ledger))


_WRITE_ERRORS = frozenset(
    {
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_DIR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMOPEN,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_SHMMAP,
        sqlite3.SQLITE_CANTOPEN,
    }
)

_ROOM = 64 * 1024
"""Bytes: with less than the ledger's shared memory needs, a disk counts as full."""


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def _has_room(ledger: Path) -> bool:
    """Tell whether the ledger could grow: by its disk, and by what a person may take of that."""
    try:
        disk = os.statvfs(ledger.parent)
        # A disk may have run out of room for new files as well; one that does not count says 0.
        if disk.f_bavail * disk.f_frsize < _ROOM or (disk.f_files and not disk.f_favail):
            return False
        # A quota shows only to who writes. What the file leaves out takes no room.
        with tempfile.TemporaryFile(dir=ledger.parent, buffering=0) as file:
            written = os.pwrite(file.fileno(), bytes(_ROOM), ledger.stat().st_size)
            os.fsync(file.fileno())
            return written == _ROOM
    except OSError as error:
        return error.errno not in _NO_ROOM


def _ledger_file(state: Path) -> Path:
    path = state / LEDGER_FILE
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Opened to be written, and not touched: its time of change belongs to what is proved.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as exc:
        if exc.errno in _NO_ROOM:
            raise LedgerError(f"{path}: {exc.strerror}", passing=True) from exc
        raise StateError(f"cannot be written: {exc.strerror}", path=state) from exc
    return path


def _connect(url: str) -> Engine:
    try:
        # A server may have been started anew since a connection was last used.
        engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    except (SQLAlchemyError, ImportError) as exc:
        raise unusable(exc) from exc
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def unusable(error: Exception) -> LedgerError:
    """Return what is to be said of a `url` with which no database can be opened."""
    driver = isinstance(error, ImportError)
    return LedgerError(f"[ledger] url cannot be used: {error}", driver=driver)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    _prepare(
        connection,
        "journal_mode=WAL",
        # An intent that was reported as written must survive a power cut, because the write to the
        # library that follows it cannot be taken back.
        "synchronous=FULL",
        "foreign_keys=ON",
        f"cache_size=-{_CACHE_KIB}",
    )


def _prepare(connection: Any, *pragmas: str) -> None:
    # The driver's own idea of when to begin is switched off; `_begin_sqlite` says it plainly.
    connection.isolation_level = None
    for pragma in (f"busy_timeout={_LOCK_WAIT_MS}", *pragmas):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns into a writer half-way can fail without waiting, so writers say so first.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _file_of(engine: Engine) -> Path | None:
    """Return the file that the ledger is; None where it is none."""
    at = engine.url.database
    return Path(at) if engine.dialect.name == "sqlite" and at and at != ":memory:" else None


def _prove_whole(engine: Engine, elapsed: timedelta | None) -> None:
    if engine.dialect.name != "sqlite":
        return
    file = _file_of(engine)
    if file and elapsed is not None and proof.is_proved(file, elapsed):
        return
    with engine.connect() as connection:
        found = [row[0] for row in connection.exec_driver_sql("PRAGMA quick_check(3)")]
    if found != ["ok"]:
        raise _damaged(engine, "; ".join(found))
    if file and elapsed is not None:
        proof.note(file, elapsed)


def _damaged(engine: Engine, what: str) -> LedgerError:
    where = engine.url.database or engine.url.render_as_string(hide_password=True)
    return LedgerError(
        f"{where}: damaged ({what}). Move it away and start again: "
        "it is rebuilt from the libraries, and nothing is created twice"
    )


def _bring_to_schema(engine: Engine) -> None:
    with engine.connect() as connection:
        revision = _read_revision(connection)
    if revision is None:
        revision = _create(engine)
    if revision != SCHEMA_REVISION:
        # Alembic takes two seconds to import, so only a ledger that is not current pays for it.
        from syncd.ledger.migrate import upgrade

        upgrade(engine, revision)
    _prove_shape(engine)


def _prove_shape(engine: Engine) -> None:
    """Raise `LedgerError` unless every table and column is there.

    What is missing would show only when it is used, and that may be after something was sent.
    """
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        found = set(map(tuple, connection.exec_driver_sql(_COLUMNS)))
    wanted = ((table.name, c.name) for table in metadata.sorted_tables for c in table.columns)
    missing = [f"{table}.{column}" for table, column in wanted if (table, column) not in found]
    if missing:
        raise _damaged(engine, f"it has no {', '.join(missing[:_MOST_NAMED])}")


_COLUMNS = (
    "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'"
)

_MOST_NAMED = 3


def _read_revision(connection: Connection) -> str | None:
    """Return the schema revision of the ledger; None if there is no ledger yet."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables:
        query = text("SELECT version_num FROM alembic_version")
        return str(connection.execute(query).scalar_one())
    if tables & set(metadata.tables):
        raise LedgerError(f"{connection.engine.url.database}: holds tables but no schema version")
    return None


def _create(engine: Engine) -> str:
    """Make the ledger in its newest shape; return the revision it has then."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        # Another process may have made it between our look and our turn to write.
        made = _read_revision(connection)
        if made is not None:
            return made
        metadata.create_all(connection, checkfirst=False)
        connection.execute(
            text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        )
        connection.execute(
            text("INSERT INTO alembic_version (version_num) VALUES (:revision)"),
            {"revision": SCHEMA_REVISION},
        )
    return SCHEMA_REVISION
