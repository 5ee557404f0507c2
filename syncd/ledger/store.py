"""The ledger as one thing: where its transactions begin, and which library a row belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select, update

from syncd.ledger.engine import open_engine, reported
from syncd.ledger.tables import library
from syncd.system.clock import Clock


def format_instant(instant: datetime) -> str:
    """Return an aware instant as the ledger writes it: ISO 8601, UTC, ending in Z."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """Return the instant that `format_instant` wrote."""
    return datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """Where the ledger stands with one library; see `tables.library` for each field."""

    library_id: int
    identity: str
    cursor: int
    foreign_version: int
    mirrored_at: datetime | None
    reconciled_at: datetime | None
    not_before: datetime | None
    paused: str | None


class Ledger:
    """The memory of one syncd. Safe to use from several threads; every error is a `LedgerError`."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self.clock = clock

    @classmethod
    def open(cls, url: str, state: Path, clock: Clock) -> Ledger:
        """Open or make the ledger at `url` (empty: SQLite in `state`).

        Raises `LedgerError` if it is damaged or newer than this syncd, `StateError` if it
        cannot be written.
        """
        return cls(open_engine(url, state), clock)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Look things up; what is seen inside is one moment."""
        with reported(self._engine), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Change things: all of what happens inside, or nothing of it."""
        with (
            reported(self._engine),
            self._engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    def now(self) -> str:
        """Return the present instant as the ledger writes it."""
        return format_instant(self.clock.now())

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def find_library(self, identity: str) -> LibraryRow | None:
        """Return where the ledger stands with the library that is this, if it ever met it."""
        with self.read() as connection:
            row = connection.execute(
                select(library).where(library.c.identity == identity)
            ).one_or_none()
        if row is None:
            return None
        return LibraryRow(
            library_id=row.library_id,
            identity=row.identity,
            cursor=row.cursor,
            foreign_version=row.foreign_version,
            mirrored_at=_find_instant(row.mirrored_at),
            reconciled_at=_find_instant(row.reconciled_at),
            not_before=_find_instant(row.not_before),
            paused=row.paused,
        )

    def get_library(self, identity: str, title: str) -> LibraryRow:
        """Return where the ledger stands with this library, meeting it now if need be."""
        with self.write() as connection:
            known = connection.execute(
                select(library.c.library_id).where(library.c.identity == identity)
            ).scalar_one_or_none()
            if known is None:
                connection.execute(
                    insert(library).values(
                        identity=identity, title=title, cursor=0, foreign_version=0
                    )
                )
            else:
                connection.execute(
                    update(library).where(library.c.library_id == known).values(title=title)
                )
        row = self.find_library(identity)
        if row is None:
            raise LookupError(identity)
        return row

    def set_not_before(self, library_id: int, instant: datetime | None) -> None:
        """Remember that a library asked for patience, or that it no longer does."""
        value = format_instant(instant) if instant else None
        with self.write() as connection:
            connection.execute(
                update(library).where(library.c.library_id == library_id).values(not_before=value)
            )

    def set_paused(self, library_id: int, reason: str | None) -> None:
        """Remember why a guard stopped a library; see `tables.library` for None and empty."""
        with self.write() as connection:
            connection.execute(
                update(library).where(library.c.library_id == library_id).values(paused=reason)
            )

    def set_reconciled(self, library_id: int) -> None:
        """Remember that a reconcile succeeded just now."""
        with self.write() as connection:
            connection.execute(
                update(library)
                .where(library.c.library_id == library_id)
                .values(reconciled_at=self.now())
            )


def _find_instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None
