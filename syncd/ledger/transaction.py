"""One library's part of the ledger, inside one transaction.

Every room of the ledger takes a `Transaction`, so that nobody can name a library and mean another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Dialect,
    Executable,
    Table,
    bindparam,
    literal_column,
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

    def add(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows of this library, all of which have the same columns."""
        self._insert(_Insertion.ALWAYS, table, rows)

    def add_missing(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert those rows of this library whose primary key is not there yet."""
        self._insert(_Insertion.MISSING, table, rows)

    def put(self, table: Table, rows: Sequence[Row]) -> None:
        """Write rows of this library in place of those with the same primary key."""
        self._insert(_Insertion.IN_PLACE, table, rows)

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an insertion that may say what happens on a conflict."""
        return _insert_into(table, self.connection.dialect)

    def _insert(self, how: _Insertion, table: Table, rows: Sequence[Row]) -> None:
        if not rows:
            return
        # Handed to the driver as they are: what SQLAlchemy would do to each row takes longer than
        # the database, and the ledger's columns hold nothing that has to be converted.
        dialect = self.connection.dialect
        names = tuple(rows[0])
        said = tuple(name for name in names if any(row[name] is not None for row in rows))
        statement, order = _compiled(how, table, names, said, self.library_id, dialect)
        values: Sequence[Any] = rows
        if order is not None:
            taken = itemgetter(*order)
            values = list(map(taken, rows)) if len(order) > 1 else [(taken(row),) for row in rows]
        self.connection.exec_driver_sql(statement, values)


class _Insertion(Enum):
    """What becomes of a row whose primary key is there."""

    ALWAYS = auto()
    MISSING = auto()
    IN_PLACE = auto()


@lru_cache(maxsize=256)
def _compiled(
    how: _Insertion,
    table: Table,
    names: Sequence[str],
    said: Sequence[str],
    library_id: int,
    dialect: Dialect,
) -> tuple[str, Sequence[str] | None]:
    """Return the text of an insertion of rows with these columns into a library's part of a table.

    Those of the columns that are not `said` are null in all rows: the driver of SQLite takes longer
    for a parameter that is null than for any other. Second come the columns in the order of the
    parameters, None where these go by their names.
    """
    # Named in the text, so that it need not be put into each row.
    statement = _insert_into(table, dialect).values(library_id=literal_column(str(library_id)))
    if how is _Insertion.MISSING:
        statement = statement.on_conflict_do_nothing()
    elif how is _Insertion.IN_PLACE:
        keys = sorted(column.name for column in table.primary_key)
        # What is not inserted is null there, too.
        values = {name: statement.excluded[name] for name in sorted(names) if name not in keys}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=values)
    given = [name for name in said if name != "library_id"]
    compiled = statement.compile(dialect=dialect, column_keys=given, for_executemany=True)
    return compiled.string, getattr(compiled, "positiontup", None)


def _insert_into(table: Table, dialect: Dialect) -> sqlite.Insert | postgresql.Insert:
    # Both write the clause alike, but each of them has an `insert` of its own.
    if dialect.name != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # its modules take long to load

    return postgresql.insert(table)
