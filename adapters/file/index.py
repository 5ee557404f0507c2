"""What the directory looked like at the last look: which file was which version.

The index is a cache. The item files are the truth; an index that is deleted or damaged is made
anew from them. Only what nobody can read off the files is lost with it, and replaced so that
the library's version still only rises: a new index counts on from the clock.

SIGNATURE  what `stat` says of a file, as one text. While it stays the same, so did the file.
           Empty when that cannot be relied on: then the content is compared.
DAMAGED    why a file cannot be read as an item; it keeps the version it had, 0 if none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from syncd.record import ItemKey

_SHAPE = 1
_TABLES = """
CREATE TABLE items (
    key        TEXT PRIMARY KEY,
    version    INTEGER NOT NULL,      -- the library version at which it last changed
    signature  TEXT NOT NULL,
    digest     BLOB NOT NULL,         -- of the file's bytes
    item_type  TEXT NOT NULL,
    parent     TEXT,                  -- key of the item it belongs to
    trashed    INTEGER NOT NULL,
    damaged    TEXT                   -- null: readable
) WITHOUT ROWID;
CREATE TABLE tombstones (key TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
-- One row. `exported` is the library version that library.json and library.ris show.
CREATE TABLE library (version INTEGER NOT NULL, exported INTEGER NOT NULL);
"""
_CANNOT_BE_READ = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_AT_ONCE = 500

_T = TypeVar("_T")


class Row(NamedTuple):
    """One item file as it was last seen, in the order of the table's columns."""

    key: ItemKey
    version: int
    signature: str
    digest: bytes
    item_type: str
    parent: str | None
    trashed: bool
    damaged: str | None = None


class Index:
    """An open index; whoever opens it holds the library's lock. One transaction at a time."""

    def __init__(self, connection: sqlite3.Connection, *, is_new: bool) -> None:
        self._connection = connection
        self.is_new = is_new
        self.version, self.exported = connection.execute(
            "SELECT version, exported FROM library"
        ).fetchone()

    def signatures(self) -> dict[ItemKey, str]:
        """Return every known file with its signature."""
        return dict(self._connection.execute("SELECT key, signature FROM items"))

    def rows(self, keys: Collection[ItemKey]) -> dict[ItemKey, Row]:
        """Return what is known of these files."""
        found: dict[ItemKey, Row] = {}
        for some in _chunks(keys):
            marks = ",".join("?" * len(some))
            query = f"SELECT * FROM items WHERE key IN ({marks})"  # noqa: S608 - marks only
            found |= {row[0]: Row(*row) for row in self._connection.execute(query, some)}
        return found

    def find_row(self, key: ItemKey) -> Row | None:
        """Return what is known of a file, or None."""
        row = self._connection.execute("SELECT * FROM items WHERE key = ?", (key,)).fetchone()
        return Row(*row) if row else None

    def changed_since(self, version: int) -> list[tuple[int, ItemKey]]:
        """Return (version, key) of readable items that changed after `version`, oldest first."""
        return self._connection.execute(
            "SELECT version, key FROM items WHERE version > ? AND damaged IS NULL ORDER BY 1, 2",
            (version,),
        ).fetchall()

    def deleted_since(self, version: int) -> list[ItemKey]:
        """Return the keys of items deleted after `version`."""
        rows = self._connection.execute(
            "SELECT key FROM tombstones WHERE version > ? ORDER BY version, key", (version,)
        )
        return [key for (key,) in rows]

    def damages(self) -> list[tuple[ItemKey, str]]:
        """Return the files that cannot be read as items, and why."""
        return self._connection.execute(
            "SELECT key, damaged FROM items WHERE damaged IS NOT NULL ORDER BY key"
        ).fetchall()

    def families(self) -> list[tuple[ItemKey, str, str | None]]:
        """Return (key, item type, parent) of readable items outside the trash, by key."""
        return self._connection.execute(
            "SELECT key, item_type, parent FROM items"
            " WHERE damaged IS NULL AND NOT trashed ORDER BY key"
        ).fetchall()

    def put(self, rows: Iterable[Row]) -> None:
        """Remember files as they were just seen or written."""
        for some in _chunks(rows):
            self._connection.executemany(
                "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?)", some
            )
            self._connection.executemany(
                "DELETE FROM tombstones WHERE key = ?", [(row.key,) for row in some]
            )

    def bury(self, keys: Iterable[ItemKey], version: int) -> None:
        """Remember that these files are gone; what never was an item leaves no tombstone."""
        for key in keys:
            self._connection.execute(
                "INSERT OR REPLACE INTO tombstones SELECT key, ? FROM items"
                " WHERE key = ? AND version > 0",
                (version, key),
            )
            self._connection.execute("DELETE FROM items WHERE key = ?", (key,))

    def move_to(self, version: int) -> None:
        """Say where the library stands now."""
        self._connection.execute("UPDATE library SET version = ?", (version,))
        self.version = version

    def restart_at(self, version: int) -> None:
        """Take everything as changed at this version."""
        self._connection.execute("UPDATE items SET version = ? WHERE version > 0", (version,))
        self._connection.execute("UPDATE tombstones SET version = ?", (version,))
        self.move_to(version)

    def commit(self) -> None:
        """Make what was remembered last; the rest of the session only reads."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def mark_exported(self, version: int) -> None:
        """Say which library version the exports show."""
        self._connection.execute("UPDATE library SET exported = ?", (version,))
        self.exported = version


@contextmanager
def open_index(path: Path, start: int) -> Iterator[Index]:
    """Open the index, in one transaction that ends with the block, or make a new one.

    `start` is the library version a new one begins at. Raises `sqlite3.Error`, `OSError`.
    """
    connection, is_new = _connect(path, start)
    try:
        index = Index(connection, is_new=is_new)
        yield index
        index.commit()
    except sqlite3.DatabaseError as error:
        if _is_damaged(error):
            _remove(path)
        raise
    finally:
        # Closing without a commit rolls back.
        connection.close()


def _connect(path: Path, start: int) -> tuple[sqlite3.Connection, bool]:
    try:
        return _open(path, start)
    except sqlite3.DatabaseError as error:
        if not _is_damaged(error):
            raise
    _remove(path)
    return _open(path, start)


def _open(path: Path, start: int) -> tuple[sqlite3.Connection, bool]:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        is_new = _shape_of(connection) != _SHAPE
        if is_new:
            _create(connection, start)
    except BaseException:
        connection.close()
        raise
    return connection, is_new


def _shape_of(connection: sqlite3.Connection) -> int:
    (shape,) = connection.execute("PRAGMA user_version").fetchone()
    return int(shape)


def _create(connection: sqlite3.Connection, start: int) -> None:
    for table in ("items", "tombstones", "library"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    # What is exported is unknown, and -1 is no version.
    connection.execute("INSERT INTO library VALUES (?, -1)", (start,))
    connection.execute(f"PRAGMA user_version = {_SHAPE}")


def _is_damaged(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _CANNOT_BE_READ


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(path.name + "-journal").unlink(missing_ok=True)


def _chunks(values: Iterable[_T]) -> Iterator[list[_T]]:
    rest = iter(values)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
