"""What the directory looked like at the last look: which file was which version.

The index is a cache. The item files are the truth; an index that is deleted or damaged is made
anew from them. Only what nobody can read off the files is lost with it, and replaced so that
the library's version still only rises: a new index counts on from the clock.

SIGNATURE  what `stat` says of a file, as one text. While it stays the same, so did the file.
           Empty when that cannot be relied on: then the content is compared.
DAMAGED    why a file cannot be read as an item; it keeps the version it had, 0 if none.
SEAL       a checksum over the rest of a row: SQLite does not notice a flipped bit in a value.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from zlib import crc32

from adapters.file.index_shape import DamagedIndexError, bring_to_shape, is_damaged
from syncd.record import ItemKey

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
    trashed: int
    damaged: str | None = None


class Standing(NamedTuple):
    """Where the library stands.

    `exported` is the library version that library.json, library.ris and library.bib show, and
    their fingerprints tell whether they are still the files that were written then.
    """

    version: int
    exported: int = -1
    csl: str = ""
    ris: str = ""
    bib: str = ""

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What the exports were known by when they were written."""
        return self.csl, self.ris, self.bib


class Piece(NamedTuple):
    """How many bytes a work takes in each of the exports, and their checksums there."""

    csl: int
    ris: int
    bib: int
    csl_sum: int
    ris_sum: int
    bib_sum: int

    @property
    def sizes(self) -> tuple[int, ...]:
        """The bytes in each."""
        return self[:3]

    @property
    def checksums(self) -> tuple[int, ...]:
        """The checksums in each."""
        return self[3:]


class Tombstone(NamedTuple):
    """An item that was deleted, at which version, and the item it belonged to."""

    key: ItemKey
    version: int
    parent: str | None = None


class Index:
    """An open index; whoever opens it holds the library's lock. One transaction at a time.

    Any method raises `DamagedIndexError` when what it finds is not what was written.
    """

    def __init__(self, connection: sqlite3.Connection, *, is_new: bool) -> None:
        self._connection = connection
        self.is_new = is_new
        self.removed: set[ItemKey] = set()
        """Keys of items found deleted since the index was opened."""
        self.returned: set[ItemKey] = set()
        """Keys of deleted items that were found to be there again."""
        row = connection.execute("SELECT * FROM library").fetchone()
        if row is None:
            raise DamagedIndexError("it does not say where the library stands")
        self._standing = Standing(*_unsealed(row))

    @property
    def version(self) -> int:
        """The version the library is at."""
        return self._standing.version

    @property
    def standing(self) -> Standing:
        """Where the library stands."""
        return self._standing

    def signatures(self) -> dict[ItemKey, str]:
        """Return every known file with its signature; neither is checked against its seal."""
        return dict(self._connection.execute("SELECT key, signature FROM items"))

    def digests(self, keys: Collection[ItemKey]) -> dict[ItemKey, bytes]:
        """Return what the content of these files is known by; it is not checked against seals."""
        found = (self._find("key, digest FROM items", "key", some) for some in _chunks(keys))
        return dict(chain.from_iterable(found))

    def unsure_keys(self) -> list[ItemKey]:
        """Return the files of which the signature does not tell whether they have changed."""
        rows = self._connection.execute("SELECT key FROM items WHERE signature = ''")
        return [key for (key,) in rows]

    def rows(self, keys: Collection[ItemKey]) -> dict[ItemKey, Row]:
        """Return what is known of these files."""
        found: dict[ItemKey, Row] = {}
        for some in _chunks(keys):
            for row in self._select(f"WHERE key IN ({_marks(some)})", some):
                found[row.key] = row
        return found

    def find_row(self, key: ItemKey) -> Row | None:
        """Return what is known of a file, or None."""
        return next(self._select("WHERE key = ?", (key,)), None)

    def changed_since(self, version: int) -> list[Row]:
        """Return readable items that changed after `version`, oldest first."""
        # No item that can be read has a version below 1, unless a bit has flipped.
        which = "WHERE (version > ? OR version < 1) AND damaged IS NULL ORDER BY version, key"
        return list(self._select(which, (version,)))

    def deleted_since(self, version: int) -> list[Tombstone]:
        """Return which items were deleted after `version`."""
        rows = self._connection.execute("SELECT * FROM tombstones ORDER BY version, key")
        tombstones = [Tombstone(*_unsealed(row)) for row in rows]
        return [tombstone for tombstone in tombstones if tombstone.version > version]

    def damages(self) -> list[tuple[ItemKey, str]]:
        """Return the files that cannot be read as items, and why."""
        return [
            (row.key, row.damaged or "")
            for row in self._select("WHERE damaged IS NOT NULL ORDER BY key", ())
        ]

    def families(self) -> list[tuple[ItemKey, str, str | None]]:
        """Return (key, item type, parent) of readable items outside the trash, by key."""
        rows = self._select("WHERE damaged IS NULL AND NOT trashed ORDER BY key", ())
        return [(row.key, row.item_type, row.parent) for row in rows]

    def children_of(self, works: Collection[str]) -> dict[str, list[ItemKey]]:
        """Return the keys of these works' notes and attachments outside the trash, in order."""
        found: dict[str, list[ItemKey]] = {}
        for some in _chunks(works):
            query = f"WHERE parent IN ({_marks(some)}) AND item_type IN ('note', 'attachment')"
            for row in self._select(f"{query} AND damaged IS NULL AND NOT trashed", some):
                found.setdefault(row.parent or "", []).append(row.key)
        return {work: sorted(notes) for work, notes in found.items()}

    def put(self, rows: Iterable[Row], known: Mapping[ItemKey, Row]) -> None:
        """Remember files as they were just seen or written.

        `known` is what was remembered of them.
        """
        for some in _chunks(rows):
            self._note_moved_notes(some, known)
            self._connection.executemany(
                "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(*row, _seal(row)) for row in some],
            )
            returned = self._find("key FROM tombstones", "key", [row.key for row in some])
            self._delete("tombstones", [key for (key,) in returned])
            self._note({key for (key,) in returned}, self.returned, self.removed)

    def _note_moved_notes(self, rows: Collection[Row], known: Mapping[ItemKey, Row]) -> None:
        """Have the exports written anew where a note goes from one work to another."""
        before = ((known[row.key].parent, row.parent) for row in rows if row.key in known)
        if any(parent and parent != now for parent, now in before):
            self.forget_exports()

    def bury(self, keys: Collection[ItemKey], version: int) -> None:
        """Remember that these files are gone; what never was an item leaves no tombstone."""
        known = self.rows(keys)
        if len(known) < len(keys):
            raise DamagedIndexError("the keys of items have changed")
        self._entomb(Tombstone(k, version, r.parent) for k, r in known.items() if r.version > 0)
        self._delete("items", keys)

    def entomb_unknown(self, keys: Iterable[ItemKey]) -> None:
        """Remember items as deleted that are not there; their tombstones were lost."""
        unknown = [key for key in keys if self.find_row(key) is None]
        self._entomb(Tombstone(key, self.version) for key in unknown)

    def _entomb(self, tombstones: Iterable[Tombstone]) -> None:
        for some in _chunks(tombstones):
            self._connection.executemany(
                "INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?, ?)",
                [(*tombstone, _seal(tombstone)) for tombstone in some],
            )
            self._note({tombstone.key for tombstone in some}, self.removed, self.returned)

    @staticmethod
    def _note(keys: set[ItemKey], there: set[ItemKey], elsewhere: set[ItemKey]) -> None:
        there |= keys
        elsewhere -= keys

    def move_to(self, version: int) -> None:
        """Say where the library stands now."""
        self._stand(self._standing._replace(version=version))

    def piece_of(self, key: ItemKey) -> Piece | None:
        """Return what an item takes in the exports, if it is shown there."""
        row = self._connection.execute("SELECT * FROM pieces WHERE key = ?", (key,)).fetchone()
        return Piece(*row[1:]) if row else None

    def pieces(self) -> list[Piece]:
        """Return what the exports consist of, in order."""
        rows = self._connection.execute("SELECT * FROM pieces ORDER BY key")
        return [Piece(*row[1:]) for row in rows]

    def pieces_between(self, after: str, before: str) -> tuple[int, tuple[int, ...]]:
        """Return how many items the exports show between these keys, and their bytes in each."""
        number, *sizes = self._connection.execute(
            "SELECT count(*), ifnull(sum(csl), 0), ifnull(sum(ris), 0), ifnull(sum(bib), 0)"
            " FROM pieces WHERE key > ? AND key < ?",
            (after, before),
        ).fetchone()
        return number, tuple(sizes)

    def mark_exported(
        self, standing: Standing, pieces: Mapping[ItemKey, Piece | None], whole: bool
    ) -> None:
        """Say what the exports show: which version, and which pieces changed, or all of them.

        Where something has been found since that makes the exports worthless, they stay so.
        """
        if whole:
            self._connection.execute("DELETE FROM pieces")
        for some in _chunks(pieces.items()):
            self._delete("pieces", [key for key, piece in some if not piece])
            self._connection.executemany(
                "INSERT OR REPLACE INTO pieces VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(key, *piece) for key, piece in some if piece],
            )
        self._stand(standing._replace(version=self.version))

    def recognise_exports(self, fingerprints: Sequence[str]) -> None:
        """Say what the exports look like now, which are what they were."""
        csl, ris, bib = fingerprints
        self._stand(self._standing._replace(csl=csl, ris=ris, bib=bib))

    def forget_exports(self) -> None:
        """Have the exports written anew as a whole."""
        self._stand(self._standing._replace(exported=-1))

    def _stand(self, standing: Standing) -> None:
        self._connection.execute(
            "UPDATE library SET version = ?, exported = ?, csl = ?, ris = ?, bib = ?, seal = ?",
            (*standing, _seal(standing)),
        )
        self._standing = standing

    def restart_at(self, version: int) -> None:
        """Take everything as changed at this version."""
        known = {row.key: row for row in self._select("WHERE version > 0", ())}
        self.put([row._replace(version=version) for row in known.values()], known)
        self._entomb([each._replace(version=version) for each in self.deleted_since(0)])
        self.move_to(version)

    def commit(self) -> None:
        """Make what was remembered last; the rest of the session only reads."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def _select(self, which: str, values: Iterable[Any]) -> Iterator[Row]:
        query = f"SELECT * FROM items {which}"  # noqa: S608 - our own words
        for row in self._connection.execute(query, tuple(values)):
            yield Row(*_unsealed(row))

    def _find(self, what: str, column: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
        query = f"SELECT {what} WHERE {column} IN ({_marks(values)})"
        return self._connection.execute(query, values).fetchall()

    def _delete(self, table: str, keys: Iterable[str]) -> None:
        statement = f"DELETE FROM {table} WHERE key = ?"  # noqa: S608 - our own words
        self._connection.executemany(statement, [(key,) for key in keys])


@contextmanager
def open_index(path: Path, start: int) -> Iterator[Index]:
    """Open the index, in one transaction that ends with the block, or make a new one.

    `start` is the library version a new one begins at. Raises `sqlite3.Error`, `OSError`, and
    `DamagedIndexError` for an index that is not what was written: it is then removed, and the
    next one begins anew.
    """
    try:
        with _opened(path, start) as index:
            yield index
    except (sqlite3.Error, DamagedIndexError) as error:
        if not is_damaged(error, path):
            raise
        for ending in ("", "-journal", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        raise DamagedIndexError(str(error)) from error


@contextmanager
def _opened(path: Path, start: int) -> Iterator[Index]:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        # One flush fewer for each change; what a power cut may still do to it is recognised.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        is_new = bring_to_shape(connection, Standing(start), _sealed)
        index = Index(connection, is_new=is_new)
        yield index
        index.commit()
    finally:
        # Closing without a commit rolls back.
        connection.close()


def _seal(values: Iterable[Any]) -> int:
    return crc32(repr(tuple(values)).encode("utf-8", "surrogatepass"))


def _sealed(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*values, _seal(values))


def _unsealed(row: tuple[Any, ...]) -> tuple[Any, ...]:
    *values, seal = row
    if seal != _seal(values):
        raise DamagedIndexError(f"what it says of {values[0]!r} has changed")
    return tuple(values)


def _marks(values: Collection[Any]) -> str:
    return ",".join("?" * len(values))


def _chunks(values: Iterable[_T]) -> Iterator[list[_T]]:
    rest = iter(values)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
