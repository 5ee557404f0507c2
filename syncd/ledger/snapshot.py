"""A copy of the ledger, wherever it is, for those who only look.

What follows a library, even to report on it, writes into the ledger. Commands that change nothing
therefore work on a copy in SQLite; the ledger itself is only read.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, create_engine, insert, make_url, select
from sqlalchemy.exc import ArgumentError

from syncd.errors import LedgerError
from syncd.ledger.engine import LEDGER_FILE, reported, unusable

_ROWS = 1_000
"""Rows that are copied at a time."""


def copy_ledger(url: str, state: Path, target: Path) -> None:
    """Copy the ledger at `url` (empty: SQLite in `state`) to `target`, a directory.

    The copy is a SQLite ledger that `Ledger.open("", target, …)` takes; where there is no ledger
    yet, there is none in `target` either. Raises `LedgerError` if it cannot be read.
    """
    copy = target / LEDGER_FILE
    if not url:
        _copy_sqlite(state / LEDGER_FILE, copy)
        return
    try:
        address = make_url(url)
        engine = None if address.drivername.startswith("sqlite") else create_engine(address)
    except (ArgumentError, ImportError) as exc:
        raise unusable(exc) from exc
    if engine is None:
        _copy_sqlite(Path(address.database or ""), copy)
    else:
        copy_tables(engine, copy)


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.is_file():
        return
    # SQLite's own backup sees what a running daemon has committed, journal included.
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        try:
            old.backup(new)
        except sqlite3.Error as error:
            raise LedgerError(f"{source} cannot be read: {error}") from error


def copy_tables(source: Engine, target: Path) -> None:
    """Copy every table of a database, in the shape it has there, into a new SQLite file."""
    copy = create_engine(f"sqlite:///{target}")
    try:
        with reported(source), source.connect() as old:
            if old.dialect.name == "postgresql":
                # All tables are seen as they are at one moment.
                old = old.execution_options(isolation_level="REPEATABLE READ")
            with old.begin(), copy.begin() as new:
                _copy_all(old, new)
    finally:
        copy.dispose()
        source.dispose()


def _copy_all(old: Connection, new: Connection) -> None:
    there = MetaData()
    there.reflect(old)
    for table in there.tables.values():
        for column in table.columns:
            column.type = column.type.as_generic()
            column.server_default = None
    there.create_all(new)
    for table in there.sorted_tables:
        rows = old.execute(select(table))
        while part := rows.mappings().fetchmany(_ROWS):
            new.execute(insert(table), [dict(row) for row in part])
