"""The ledger's side of matching: which works are known by these identifiers, or look like these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import TypeVar

from sqlalchemy import Connection, select

from syncd.ledger.knowledge import find_answer, find_members, find_shared_dois
from syncd.ledger.statements import chunks
from syncd.ledger.store import Ledger
from syncd.ledger.tables import block, identifier, item
from syncd.matching import Known, Verdict, load_features

_BLOCK_CUT = 200
"""Candidates taken per blocking key; a larger block is a generic title, which proves nothing."""

_T = TypeVar("_T")


class LedgerWorks:
    """`matching.KnownWorks`, answered from one library's mirror."""

    def __init__(self, ledger: Ledger, library_id: int) -> None:
        self._ledger = ledger
        self._library_id = library_id

    def by_identifiers(
        self, pairs: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], list[Known]]:
        """Return the items that bear these identifiers, aliases included."""
        by_kind: defaultdict[str, set[str]] = defaultdict(set)
        for kind, value in pairs:
            by_kind[kind].add(value)
        found: list[tuple[tuple[str, str], str]] = []
        with self._ledger.read() as connection:
            for kind, values in by_kind.items():
                for part in chunks(values):
                    rows = connection.execute(
                        select(identifier.c.value, identifier.c.item_key).where(
                            identifier.c.library_id == self._library_id,
                            identifier.c.kind == kind,
                            identifier.c.value.in_(part),
                        )
                    )
                    found += [((kind, row.value), row.item_key) for row in rows]
            return self._gather(connection, found)

    def by_blocks(self, keys: Collection[int]) -> dict[int, list[Known]]:
        """Return the items under these blocking keys; of a huge block, only its first items."""
        found: list[tuple[int, str]] = []
        taken: defaultdict[int, int] = defaultdict(int)
        with self._ledger.read() as connection:
            for part in chunks(keys):
                rows = connection.execute(
                    select(block.c.block, block.c.item_key).where(
                        block.c.library_id == self._library_id, block.c.block.in_(part)
                    )
                )
                for row in rows:
                    taken[row.block] += 1
                    if taken[row.block] <= _BLOCK_CUT:
                        found.append((row.block, row.item_key))
            return self._gather(connection, found)

    def shared_dois(self, dois: Collection[str]) -> set[str]:
        """Return those of the DOIs that are known to name several works."""
        with self._ledger.read() as connection:
            return find_shared_dois(connection, self._library_id, dois)

    def answer(self, one: str, other: str) -> Verdict | None:
        """Return what a person said about these two; None if nobody was asked."""
        with self._ledger.read() as connection:
            return find_answer(connection, self._library_id, one, other)

    def _gather(
        self, connection: Connection, found: Sequence[tuple[_T, str]]
    ) -> dict[_T, list[Known]]:
        works = self._read_works(connection, {key for _, key in found})
        gathered: defaultdict[_T, list[Known]] = defaultdict(list)
        for name, key in found:
            gathered[name] += works.get(key, ())
        return dict(gathered)

    def _read_works(self, connection: Connection, keys: Collection[str]) -> dict[str, list[Known]]:
        works: dict[str, list[Known]] = {}
        for part in chunks(keys):
            rows = connection.execute(
                select(item.c.item_key, item.c.state, item.c.features).where(
                    item.c.library_id == self._library_id,
                    item.c.item_key.in_(part),
                    item.c.features.is_not(None),
                )
            )
            for row in rows:
                known = Known(
                    ref=row.item_key,
                    features=load_features(row.features),
                    removed=None if row.state == "present" else row.state,
                )
                works[row.item_key] = [known]
            for key, features in find_members(connection, self._library_id, part):
                if key in works:
                    known = works[key][0]._replace(features=load_features(features))
                    works[key].append(known)
        return works
