"""One library's part of the ledger, inside one transaction.

Every room of the ledger takes a `Transaction`, so that nobody can name a library and mean another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Executable,
    Insert,
    Table,
    bindparam,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import sqlite

from syncd.ledger.statements import chunks
from syncd.system.packing import encode_text

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

Row = Mapping[str, Any]

_LISTED = text("SELECT value FROM json_each(:listed)")


@dataclass(frozen=True, slots=True)
class Transaction:
    """What one library's rows are read and written through; `now` is the present as text."""

    connection: Connection
    library_id: int
    now: str

    def execute(
        self, statement: Executable, rows: Sequence[Row] | None = None
    ) -> CursorResult[Any]:
        """Execute a statement; one that concerns a library says so itself."""
        return self.connection.execute(statement, rows)

    def listed(self, values: Collection[Any]) -> Any:
        """Return values for `in_`.

        SQLite takes them as one: SQLAlchemy would make a parameter of each, which costs more than
        it takes to look them up, and leave rings of objects behind.
        """
        if self.connection.dialect.name != "sqlite":
            return values
        said = encode_text(list(values))
        if "\\u0000" in said:
            return values  # a text of SQLite's JSON ends there
        return _LISTED.bindparams(bindparam("listed", said, unique=True))

    def find_among(
        self,
        among: Column[str],
        values: Collection[str],
        *where: ColumnElement[bool],
        wanted: Column[str] | None = None,
    ) -> set[str]:
        """Return those of the values that stand in this column of a row of this library.

        `where` says which rows are meant; `wanted` is the column that is returned instead.
        """
        found: set[str] = set()
        query = select(among if wanted is None else wanted).where(
            among.table.c.library_id == self.library_id, *where
        )
        for part in chunks(values):
            found.update(self.execute(query.where(among.in_(self.listed(part)))).scalars())
        return found

    def add(self, table: Table, rows: Collection[Row]) -> None:
        """Insert rows of this library."""
        self._insert(insert(table), rows)

    def add_missing(self, table: Table, rows: Collection[Row]) -> None:
        """Insert those rows of this library whose primary key is not there yet."""
        self._insert(self.insert(table).on_conflict_do_nothing(), rows)

    def put(self, table: Table, rows: Collection[Row]) -> None:
        """Write rows of this library in place of those with the same primary key."""
        if not rows:
            return
        statement = self.insert(table)
        keys = {column.name for column in table.primary_key}
        names = next(iter(rows)).keys() - keys
        values = {name: statement.excluded[name] for name in sorted(names)}
        self._insert(
            statement.on_conflict_do_update(index_elements=sorted(keys), set_=values), rows
        )

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an insertion that may say what happens on a conflict."""
        # Both write the clause alike, but each of them has an `insert` of its own.
        if self.connection.dialect.name != "postgresql":
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # its modules take long to load

        return postgresql.insert(table)

    def _insert(self, statement: Insert, rows: Collection[Row]) -> None:
        """Insert rows of this library, all of which have the same columns."""
        ours = [{"library_id": self.library_id, **row} for row in rows]
        if not ours:
            return
        compiled = statement.compile(
            dialect=self.connection.dialect, column_keys=[*ours[0]], for_executemany=True
        )
        # Handed to the driver as they are: what SQLAlchemy would do to each row takes longer than
        # the database, and the ledger's columns hold nothing that has to be converted.
        order = getattr(compiled, "positiontup", None)
        self.connection.exec_driver_sql(
            compiled.string, list(map(itemgetter(*order), ours)) if order else ours
        )
