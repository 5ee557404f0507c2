"""The tables of the index, how an older one is brought forward, and when one is damaged."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

_SHAPE = 3
_BEFORE_SEALS = 1
_BEFORE_BIBTEX = 2
_TABLES = """
CREATE TABLE items (
    key        TEXT PRIMARY KEY,
    version    INTEGER NOT NULL,      -- the library version at which it last changed
    signature  TEXT NOT NULL,
    digest     BLOB NOT NULL,         -- of the file's bytes
    item_type  TEXT NOT NULL,
    parent     TEXT,                  -- key of the item it belongs to
    trashed    INTEGER NOT NULL,
    damaged    TEXT,                  -- null: readable
    seal       INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE tombstones (
    key        TEXT PRIMARY KEY,
    version    INTEGER NOT NULL,
    parent     TEXT,
    seal       INTEGER NOT NULL
) WITHOUT ROWID;
-- How many bytes each item takes in the exports, where they lie by key, and their checksums.
CREATE TABLE pieces (
    key        TEXT PRIMARY KEY,
    csl        INTEGER NOT NULL,
    ris        INTEGER NOT NULL,
    bib        INTEGER NOT NULL,
    csl_sum    INTEGER NOT NULL,
    ris_sum    INTEGER NOT NULL,
    bib_sum    INTEGER NOT NULL
) WITHOUT ROWID;
-- One row. `exported` is the library version that the exports show; beside it is what `stat` said
-- of them.
CREATE TABLE library (
    version    INTEGER NOT NULL,
    exported   INTEGER NOT NULL,
    csl        TEXT NOT NULL,
    ris        TEXT NOT NULL,
    bib        TEXT NOT NULL,
    seal       INTEGER NOT NULL
);
"""
_PASSING = frozenset(
    {
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY),
        *(sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM),
    }
)
"""What the disk or another program causes; an index that says anything else is damaged."""

_Values = tuple[Any, ...]
_Seal = Callable[[_Values], _Values]


class DamagedIndexError(Exception):
    """The index does not hold what was written into it."""


def is_damaged(error: Exception, path: Path) -> bool:
    """Say whether an error means that the index has to be made anew."""
    if isinstance(error, DamagedIndexError):
        return True
    # The lowest byte of an extended code is the code it belongs to.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code == sqlite3.SQLITE_READONLY:
        # A flipped bit in its head can say of a file that it may not be written.
        return all(os.access(place, os.W_OK) for place in (path, path.parent))
    return code not in _PASSING


def bring_to_shape(connection: sqlite3.Connection, standing: _Values, seal: _Seal) -> bool:
    """Make the tables, or bring older ones forward; say whether nothing was known before.

    A new index begins at `standing`.
    """
    (shape,) = connection.execute("PRAGMA user_version").fetchone()
    if shape == _SHAPE:
        return False
    old = None
    if shape in (_BEFORE_SEALS, _BEFORE_BIBTEX):
        old = _read_old(connection, sealed=shape == _BEFORE_BIBTEX)
    for table in ("items", "tombstones", "pieces", "library"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {_SHAPE}")
    items, tombstones, (row,) = old or ([], [], [standing])
    _insert(connection, "items", [seal(each) for each in items])
    _insert(connection, "tombstones", [seal(each) for each in tombstones])
    _insert(connection, "library", [seal(row)])
    return old is None


def _read_old(
    connection: sqlite3.Connection, *, sealed: bool
) -> tuple[list[_Values], list[_Values], list[_Values]]:
    items = connection.execute("SELECT * FROM items").fetchall()
    if sealed:
        items = [row[:-1] for row in items]
        tombstones = connection.execute("SELECT key, version, parent FROM tombstones").fetchall()
    else:
        tombstones = connection.execute("SELECT key, version, NULL FROM tombstones").fetchall()
    # What older exports show is not known by its place in them: they are written anew.
    [(version,)] = connection.execute("SELECT version FROM library").fetchall()
    csl, ris = "", ""
    if sealed:
        [(csl, ris)] = connection.execute("SELECT csl, ris FROM library").fetchall()
    return items, tombstones, [(version, -1, csl, ris, "")]


def _insert(connection: sqlite3.Connection, table: str, rows: list[_Values]) -> None:
    if rows:
        marks = ",".join("?" * len(rows[0]))
        statement = f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608 - our own words
        connection.executemany(statement, rows)
