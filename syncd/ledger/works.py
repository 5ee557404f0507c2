"""The ledger's side of matching: which works are known by these identifiers, or look like these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import select

from syncd.item.reading import citation_of
from syncd.ledger import outbox
from syncd.ledger.answered import read_answers
from syncd.ledger.history import find_bases
from syncd.ledger.knowledge import find_members, find_shared_dois
from syncd.ledger.merges import find_survivors
from syncd.ledger.mirror import find_items
from syncd.ledger.outbox import Pending
from syncd.ledger.statements import chunks
from syncd.ledger.store import LibraryLedger
from syncd.ledger.tables import block, identifier, item
from syncd.ledger.transaction import Transaction
from syncd.library import Create
from syncd.matching import Answers, Features, Known, features_of, index_keys, load_features

_BLOCK_CUT = 200
"""Candidates taken per blocking key; a larger block is a generic title, which proves nothing."""

_T = TypeVar("_T")


class LedgerWorks:
    """`matching.KnownWorks`, answered from one library's mirror."""

    def __init__(self, ledger: LibraryLedger, *, with_promised: bool = False) -> None:
        """`with_promised` takes works that are still to be made for ones that are there."""
        self._ledger = ledger
        self._promised = _PromisedWorks(ledger) if with_promised else None
        self._answers: Answers | None = None

    def by_identifiers(
        self, pairs: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], list[Known]]:
        """Return the items that bear these identifiers, aliases included."""
        by_kind: defaultdict[str, set[str]] = defaultdict(set)
        for kind, value in pairs:
            by_kind[kind].add(value)
        found: list[tuple[tuple[str, str], str]] = []
        with self._ledger.read() as tx:
            for kind, values in by_kind.items():
                for part in chunks(values):
                    rows = tx.execute(
                        select(identifier.c.value, identifier.c.item_key).where(
                            identifier.c.library_id == tx.library_id,
                            identifier.c.kind == kind,
                            identifier.c.value.in_(tx.listed(part)),
                        )
                    )
                    found += [((kind, row.value), row.item_key) for row in rows]
            return self._with_promised(
                self._gather(tx, found), pairs, lambda promised: promised.by_identifier
            )

    def by_blocks(self, keys: Collection[int]) -> dict[int, list[Known]]:
        """Return the items under these blocking keys; of a huge block, only its first items."""
        found: list[tuple[int, str]] = []
        taken: defaultdict[int, int] = defaultdict(int)
        with self._ledger.read() as tx:
            for part in chunks(keys):
                rows = tx.execute(
                    select(block.c.block, block.c.item_key).where(
                        block.c.library_id == tx.library_id, block.c.block.in_(tx.listed(part))
                    )
                )
                for row in rows:
                    taken[row.block] += 1
                    if taken[row.block] <= _BLOCK_CUT:
                        found.append((row.block, row.item_key))
            return self._with_promised(
                self._gather(tx, found), keys, lambda promised: promised.by_block
            )

    def by_keys(self, keys: Collection[str]) -> dict[str, list[Known]]:
        """Return the works under these keys; of each first what its item says."""
        with self._ledger.read() as tx:
            return self._read_works(tx, keys)

    def shared_dois(self, dois: Collection[str]) -> set[str]:
        """Return those of the DOIs that are known to name several works."""
        with self._ledger.read() as tx:
            return find_shared_dois(tx, dois)

    def by_refs(self, refs: Collection[str]) -> dict[str, list[Known]]:
        """Return the items under these keys."""
        with self._ledger.read() as tx:
            works = self._read_works(tx, refs)
        if self._promised is not None:
            works.update(self._promised.find(refs))
        return works

    def as_written(self, keys: Collection[str]) -> dict[str, Features]:
        """Return what syncd last wrote into those of these items that it made."""
        with self._ledger.read() as tx:
            bases = find_bases(tx, keys)
        return {key: features_of(citation_of(base.data)) for key, base in bases.items()}

    def answers(self) -> Answers:
        """Return what people said about works."""
        if self._answers is None:
            # Asked for every link of a plan; what people have said fits into memory many times.
            with self._ledger.read() as tx:
                self._answers = read_answers(tx)
        return self._answers

    def _with_promised(
        self,
        gathered: dict[_T, list[Known]],
        names: Collection[_T],
        index: Callable[[_PromisedWorks], Mapping[_T, list[Known]]],
    ) -> dict[_T, list[Known]]:
        if self._promised is None:
            return gathered
        by_name = index(self._promised)
        more = {
            name: [*gathered.get(name, ()), *by_name[name]] for name in names if name in by_name
        }
        return {**gathered, **more}

    def _gather(self, tx: Transaction, found: Sequence[tuple[_T, str]]) -> dict[_T, list[Known]]:
        works = self._read_works(tx, {key for _, key in found})
        gathered: defaultdict[_T, list[Known]] = defaultdict(list)
        for name, key in found:
            gathered[name] += works.get(key, ())
        return dict(gathered)

    def _read_works(self, tx: Transaction, keys: Collection[str]) -> dict[str, list[Known]]:
        """Return what is known of these items; what others replaced leads to what stands for it."""
        works: dict[str, list[Known]] = {}
        for part in chunks(keys):
            rows = tx.execute(
                select(item.c.item_key, item.c.state, item.c.features).where(
                    item.c.library_id == tx.library_id,
                    item.c.item_key.in_(tx.listed(part)),
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
            for key, features in find_members(tx, part):
                if key in works:
                    known = works[key][0]._replace(features=load_features(features))
                    works[key].append(known)
        return works | _as_survivors(tx, works)


def features_of_work(pending: Pending, making: Create) -> Features:
    """Return what a work that is still to be made is compared by."""
    if pending.features is not None:
        return load_features(pending.features)
    return features_of(citation_of(making.data))


def _as_survivors(tx: Transaction, works: Mapping[str, list[Known]]) -> dict[str, list[Known]]:
    """Return those of the works that were merged into others, as works of the items that stay."""
    removed = [key for key, known in works.items() if known[0].removed is not None]
    survivors = find_survivors(tx, removed)
    states = find_items(tx, set(survivors.values()))
    moved = {}
    for key, survivor in survivors.items():
        state = states[survivor].state
        removed_now = None if state == "present" else state
        moved[key] = [
            known._replace(ref=survivor, removed=removed_now, merged=key) for known in works[key]
        ]
    return moved


class _PromisedWorks:
    """Works that are still to be made, indexed as the mirror would index them."""

    def __init__(self, ledger: LibraryLedger) -> None:
        self.by_identifier: defaultdict[tuple[str, str], list[Known]] = defaultdict(list)
        self.by_block: defaultdict[int, list[Known]] = defaultdict(list)
        self._by_ref: dict[str, Known] = {}
        with ledger.read() as tx:
            promised = outbox.works_to_make(tx)
        for pending in promised:
            if isinstance(pending.operation, Create):
                self._add(pending.item_key, features_of_work(pending, pending.operation))

    def find(self, refs: Collection[str]) -> dict[str, list[Known]]:
        """Return those of the works that are to be made under these keys."""
        return {ref: [self._by_ref[ref]] for ref in refs if ref in self._by_ref}

    def _add(self, key: str, features: Features) -> None:
        known = Known(ref=key, features=features, removed=None)
        self._by_ref[known.ref] = known
        for pair in dict.fromkeys(features.identity.pairs()):
            self.by_identifier[pair].append(known)
        for block_key in index_keys(features):
            self.by_block[block_key].append(known)
