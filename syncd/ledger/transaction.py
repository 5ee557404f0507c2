"""One library's part of the ledger, inside one transaction.

Every room of the ledger takes a `Transaction`, so that nobody can name a library and mean another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Table, insert
from sqlalchemy.dialects import postgresql, sqlite

from syncd.ledger.statements import chunks

Row = Mapping[str, Any]


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

    def add(self, table: Table, rows: Collection[Row]) -> None:
        """Insert rows of this library."""
        for part in chunks(rows):
            self.execute(insert(table), self._ours(part))

    def add_missing(self, table: Table, rows: Collection[Row]) -> None:
        """Insert those rows of this library whose primary key is not there yet."""
        for part in chunks(rows):
            self.execute(self.insert(table).on_conflict_do_nothing(), self._ours(part))

    def put(self, table: Table, rows: Collection[Row]) -> None:
        """Write rows of this library in place of those with the same primary key."""
        for part in chunks(rows):
            statement = self.insert(table)
            keys = {column.name for column in table.primary_key}
            values = {name: statement.excluded[name] for name in part[0] if name not in keys}
            self.execute(
                statement.on_conflict_do_update(index_elements=sorted(keys), set_=values),
                self._ours(part),
            )

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an insertion that may say what happens on a conflict."""
        # Both write the clause alike, but each of them has an `insert` of its own.
        on_postgresql = self.connection.dialect.name == "postgresql"
        return postgresql.insert(table) if on_postgresql else sqlite.insert(table)

    def _ours(self, rows: Sequence[Row]) -> list[Row]:
        return [{"library_id": self.library_id, **row} for row in rows]
