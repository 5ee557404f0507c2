"""Open the ledger's database, prove that it is whole and ours, and turn its failures into ours.

SQLite in the state directory by default; any other database SQLAlchemy speaks to by its URL.
What is particular to one of them stands in this room and nowhere else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from syncd.errors import LedgerError, StateError
from syncd.ledger.tables import metadata

SCHEMA_REVISION = "0006"
"""The newest migration; a fresh ledger is made in this shape and stamped with it."""

LEDGER_FILE = "ledger.sqlite"
"""The ledger's name in the state directory."""

_LOCK_WAIT_MS = 30_000


def open_engine(url: str, state: Path) -> Engine:
    """Open the ledger at `url` (empty: SQLite in `state`), making or migrating it as needed.

    Raises `LedgerError` if it is damaged, newer than this syncd, or out of reach, and
    `StateError` if the state directory cannot be written.
    """
    engine = _connect(url or f"sqlite:///{_ledger_file(state)}")
    try:
        with reported(engine):
            _prove_whole(engine)
            _bring_to_schema(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def reported(engine: Engine) -> Iterator[None]:
    """Turn whatever the database raises inside into a `LedgerError` that names the ledger."""
    try:
        yield
    except SQLAlchemyError as exc:
        cause = exc.orig if isinstance(exc, DBAPIError) else exc
        where = engine.url.render_as_string(hide_password=True)
        raise LedgerError(f"{where}: {cause}", passing=_is_full(cause)) from exc


def _is_full(cause: BaseException | None) -> bool:
    return isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode == sqlite3.SQLITE_FULL


def _ledger_file(state: Path) -> Path:
    path = state / LEDGER_FILE
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as exc:
        raise StateError(f"cannot be written: {exc.strerror}", path=state) from exc
    return path


def _connect(url: str) -> Engine:
    try:
        engine = create_engine(url)
    except (SQLAlchemyError, ImportError) as exc:
        raise LedgerError(f"[ledger] url cannot be used: {exc}") from exc
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own idea of when to begin is switched off; `_begin_sqlite` says it plainly.
    connection.isolation_level = None
    # FULL: an intent that was reported as written must survive a power cut, because the
    # write to the library that follows it cannot be taken back.
    for pragma in (
        f"busy_timeout={_LOCK_WAIT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns into a writer half-way can fail without waiting, so writers say so first.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prove_whole(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        found = [row[0] for row in connection.exec_driver_sql("PRAGMA quick_check(3)")]
    if found != ["ok"]:
        raise LedgerError(
            f"{engine.url.database}: damaged ({'; '.join(found)}). Move it away and start again: "
            "it is rebuilt from the libraries, and nothing is created twice"
        )


def _bring_to_schema(engine: Engine) -> None:
    with engine.connect() as connection:
        revision = _read_revision(connection)
    if revision is None:
        revision = _create(engine)
    if revision == SCHEMA_REVISION:
        return
    # Alembic takes two seconds to import, so only a ledger that is not current pays for it.
    from syncd.ledger.migrate import upgrade

    upgrade(engine, revision)


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
        metadata.create_all(connection)
        connection.execute(
            text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        )
        connection.execute(
            text("INSERT INTO alembic_version (version_num) VALUES (:revision)"),
            {"revision": SCHEMA_REVISION},
        )
    return SCHEMA_REVISION
