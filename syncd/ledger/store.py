"""The ledger as one thing: where its transactions begin, and which library a row belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, Engine, func, insert, select, text, update

from syncd.ledger.engine import (
    close_engine,
    expect_in_place,
    open_engine,
    open_reader,
    reported,
)
from syncd.ledger.glance import Glance, glance
from syncd.ledger.instants import find_instant, format_instant
from syncd.ledger.tables import library
from syncd.ledger.transaction import Transaction
from syncd.system.clock import Clock
from syncd.system.packing import decode, encode_text


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """Where the ledger stands with one library; see `tables.library` for each field."""

    cursor: int
    foreign_version: int
    mirrored_at: datetime | None
    reconciled_at: datetime | None
    not_before: datetime | None
    paused: str | None
    notices: tuple[str, ...] = ()


class Ledger:
    """The memory of one syncd. Safe to use from several threads; every error is a `LedgerError`."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._reader: Engine | None = None
        self._opening = Lock()
        self.clock = clock
        self.owner = uuid4().hex
        """The name under which this process sends operations."""

    @classmethod
    def open(cls, url: str, state: Path, clock: Clock) -> Ledger:
        """Open or make the ledger at `url` (empty: SQLite in `state`).

        Raises `LedgerError` if it is damaged or newer than this syncd, `StateError` if it
        cannot be written.
        """
        return cls(open_engine(url, state, clock.elapsed()), clock)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Look things up; what is seen inside is one moment."""
        with reported(self._engine), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def look_through(self) -> Iterator[Connection]:
        """Look things up as `read` does, for people who look through much of it now and then.

        They take turns at one connection that keeps little at hand and writes nothing.
        """
        with self._opening:
            self._reader = self._reader or open_reader(self._engine)
        with reported(self._reader), self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Change things: all of what happens inside, or nothing of it."""
        expect_in_place(self._engine)
        with (
            reported(self._engine),
            self._engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    def glance(self) -> Glance:
        """Return how everything stands, for those who only look."""
        with self.read() as connection:
            return glance(lambda asked: map(dict, connection.execute(text(asked)).mappings()))

    def close(self) -> None:
        """Let go of every connection."""
        if self._reader is not None:
            self._reader.dispose()
        close_engine(self._engine)

    def find_library(self, known_as: str, location: str = "") -> LibraryLedger | None:
        """Return what the ledger says of the library that is this and there, if it ever met it.

        Where no place is known, neither to the library nor to the ledger, it is the same place.
        """
        for found in self._find_all(known_as):
            if not location or found.location in ("", location):
                return LibraryLedger(self, found.library_id, found.identity)
        return None

    def places_of(self, known_as: str) -> list[str]:
        """Return where libraries that say they are this were last seen."""
        return [found.location for found in self._find_all(known_as)]

    def is_met(self, location: str) -> bool:
        """Say whether any library was last seen at this place."""
        query = select(library.c.library_id).where(library.c.location == location).limit(1)
        with self.read() as connection:
            return connection.execute(query).first() is not None

    def get_library(
        self,
        known_as: str,
        title: str,
        location: str = "",
        called: str | None = None,
        adapter: str | None = None,
    ) -> LibraryLedger:
        """Return what the ledger says of this library, meeting it now if need be.

        `called` is its name in the configuration, `adapter` the name of what it was met by.
        """
        known = self.find_library(known_as, location) or self.add_library(known_as, title, location)
        configured = {"called": called, "adapter": adapter}
        more = {name: value for name, value in configured.items() if value is not None}
        self._see(known, title=title, location=location, **more)
        return known

    def called(self) -> dict[str, str]:
        """Return, for each name in a configuration, which library was last met by it."""
        query = (
            select(library.c.called, library.c.known_as)
            .where(library.c.called.is_not(None))
            .order_by(func.coalesce(library.c.mirrored_at, ""), library.c.library_id)
        )
        with self.read() as connection:
            return {row.called: row.known_as for row in connection.execute(query)}

    def find_called(self, name: str) -> LibraryLedger | None:
        """Return what the ledger says of the library that was last met by this name."""
        query = (
            select(library.c.library_id, library.c.identity)
            .where(library.c.called == name)
            .order_by(func.coalesce(library.c.mirrored_at, "").desc(), library.c.library_id.desc())
        )
        with self.read() as connection:
            row = connection.execute(query).first()
        return LibraryLedger(self, row.library_id, row.identity) if row else None

    def move_library(self, known_as: str, location: str) -> None:
        """A person says that the library which was last seen elsewhere is the one that is there."""
        for found in self._find_all(known_as)[-1:]:
            self._see(LibraryLedger(self, found.library_id, found.identity), location=location)

    def add_library(self, known_as: str, title: str, location: str) -> LibraryLedger:
        """Begin with a library that the ledger does not know yet, at least not there."""
        # Another one of the same number, on a server of its own, is known by its address too.
        is_first = not self._find_all(known_as)
        identity = known_as if is_first else f"{known_as} at {location}"
        values = {"identity": identity, "title": title, "cursor": 0, "foreign_version": 0}
        more = {"known_as": known_as, "location": location}
        statement = insert(library).values(**values, **more).returning(library.c.library_id)
        with self.write() as connection:
            return LibraryLedger(self, connection.execute(statement).scalar_one(), identity)

    def _see(self, known: LibraryLedger, **values: str) -> None:
        with self.write() as connection:
            connection.execute(
                update(library).where(library.c.identity == known.identity).values(**values)
            )

    def _find_all(self, known_as: str) -> list[_Found]:
        query = (
            select(library.c.library_id, library.c.identity, library.c.location)
            .where(library.c.known_as == known_as)
            .order_by(library.c.library_id)
        )
        with self.read() as connection:
            rows = connection.execute(query)
            return [_Found(row.library_id, row.identity, row.location or "") for row in rows]


class _Found(NamedTuple):
    """A library of the ledger: its number, its identity, and where it was last seen."""

    library_id: int
    identity: str
    location: str


class LibraryLedger:
    """What the ledger says of one library: every transaction begun here is about it alone."""

    def __init__(self, ledger: Ledger, library_id: int, identity: str) -> None:
        self._ledger = ledger
        self._library_id = library_id
        self.identity = identity
        """What the library is; see `tables.library`."""
        self.clock = ledger.clock

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Look things up; what is seen inside is one moment."""
        with self._ledger.read() as connection:
            yield self._transaction(connection)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Change things: all of what happens inside, or nothing of it."""
        with self._ledger.write() as connection:
            yield self._transaction(connection)

    def _transaction(self, connection: Connection) -> Transaction:
        return Transaction(connection, self._library_id, format_instant(self.clock.now()))

    @property
    def owner(self) -> str:
        """The name under which this process sends operations."""
        return self._ledger.owner

    def row(self) -> LibraryRow:
        """Return where the ledger stands with the library now."""
        with self._ledger.read() as connection:
            query = select(library).where(library.c.library_id == self._library_id)
            row = connection.execute(query).one()
        return LibraryRow(
            cursor=row.cursor,
            foreign_version=row.foreign_version,
            mirrored_at=find_instant(row.mirrored_at),
            reconciled_at=find_instant(row.reconciled_at),
            not_before=find_instant(row.not_before),
            paused=row.paused,
            notices=tuple(decode(row.notices)) if row.notices else (),
        )

    def set_not_before(self, instant: datetime | None) -> None:
        """Remember that a library asked for patience, or that it no longer does."""
        self._set(not_before=format_instant(instant) if instant else None)

    def set_paused(self, reason: str | None) -> None:
        """Remember why a guard stopped a library; see `tables.library` for None and empty."""
        self._set(paused=reason)

    def set_notices(self, notices: Sequence[str]) -> None:
        """Keep what the library has to tell people, in place of what it told before."""
        if tuple(notices) != self.row().notices:
            self._set(notices=encode_text(list(notices)) if notices else None)

    def set_reconciled(self) -> None:
        """Remember that a reconcile succeeded just now."""
        self._set(reconciled_at=format_instant(self.clock.now()))

    def _set(self, **values: str | None) -> None:
        with self._ledger.write() as connection:
            connection.execute(
                update(library).where(library.c.library_id == self._library_id).values(**values)
            )
