"""What others did to a library since the last look, and how it and the ledger compare now.

CHANGED     others added it or edited it      TRASHED   others put it into the trash
DELETED     others deleted it for good        RESTORED  others took it back
MISSING     syncd made it, and it is in the trash or gone, since whenever
MERGED      missing, and another item says that it replaces it
DUPLICATES  items that are one work, by what they say of themselves
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations
from typing import Any

from syncd.ledger import knowledge, mirror, survey
from syncd.ledger.store import LibraryLedger, LibraryRow
from syncd.ledger.survey import Before
from syncd.ledger.transaction import Transaction
from syncd.library import Changes, ItemData, StoredItem
from syncd.matching import Features, Verdict, judge

_REPLACES = "dc:replaces"
_ITEM_URI = re.compile(r"/items/([A-Z0-9]{8})\Z")


class Drift(StrEnum):
    """What others did to an item since the last look."""

    CHANGED = "changed"
    TRASHED = "trashed"
    DELETED = "deleted"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class ReconcileReport:
    """How library and ledger compare; the fields are those of `syncd.reconcile/1`.

    Items are named by their keys, in order. `merged` pairs each with the item that replaces it.
    """

    library: str
    from_version: int
    to_version: int
    changed: Sequence[str] = ()
    trashed: Sequence[str] = ()
    deleted: Sequence[str] = ()
    restored: Sequence[str] = ()
    missing: Sequence[str] = ()
    merged: Sequence[tuple[str, str]] = ()
    duplicates: Sequence[Sequence[str]] = ()


@dataclass(slots=True)
class Witness:
    """Sees every page of changes before the mirror takes it, and notes what is news in it.

    `before` is where the ledger stood; a library that was never looked at has no news.
    """

    before: LibraryRow
    _drifts: dict[str, Drift] = field(default_factory=dict)
    _replaced: dict[str, str] = field(default_factory=dict)

    def see(self, tx: Transaction, page: Changes) -> None:
        """Note what happened to works; to be called before the page is applied."""
        if self.before.mirrored_at is None:
            return
        keys = [*(stored.key for stored in page.items), *page.deleted]
        known = survey.find_works(tx, keys)
        for stored in page.items:
            if mirror.is_work(stored.data):
                self._see_item(stored, known.get(stored.key))
        for key in page.deleted:
            if key in known and known[key].state != "deleted":
                self._drifts[key] = Drift.DELETED

    def _see_item(self, stored: StoredItem, known: Before | None) -> None:
        if known is not None and known.version == stored.version and known.state != "deleted":
            return
        self._drifts[stored.key] = _drift_of(stored, known)
        self._replaced.update((key, stored.key) for key in _replaced_by(stored.data))

    def keys(self, drift: Drift) -> list[str]:
        """Return the items that this happened to."""
        return sorted(key for key, each in self._drifts.items() if each is drift)

    def merged(self, missing: Iterable[str]) -> list[tuple[str, str]]:
        """Return those of the missing items that another one replaces, with that one."""
        return [(key, self._replaced[key]) for key in missing if key in self._replaced]


def report_on(name: str, witness: Witness, ledger: LibraryLedger) -> ReconcileReport:
    """Return how the library, as it was just followed, compares with what the ledger knows."""
    before = witness.before
    with ledger.read() as tx:
        missing = survey.missing_works(tx)
        duplicates = find_duplicates(tx)
    return ReconcileReport(
        library=name,
        from_version=before.cursor,
        to_version=ledger.row().cursor,
        changed=witness.keys(Drift.CHANGED),
        trashed=witness.keys(Drift.TRASHED),
        deleted=witness.keys(Drift.DELETED),
        restored=witness.keys(Drift.RESTORED),
        missing=missing,
        merged=witness.merged(missing),
        duplicates=duplicates,
    )


def find_duplicates(tx: Transaction) -> list[list[str]]:
    """Return groups of present items that are one work, unless a person said they are not."""
    groups: dict[str, set[str]] = {}
    for works in survey.namesakes(tx):
        for one, other in _same(works):
            said = knowledge.find_answer(tx, one, other)
            if said is not Verdict.DIFFERENT:
                _join(groups, one, other)
    distinct = {id(group): group for group in groups.values()}
    return sorted(sorted(group) for group in distinct.values())


def _same(works: dict[str, Features]) -> Iterator[tuple[str, str]]:
    for (one, its), (other, others) in combinations(works.items(), 2):
        if judge(its, others).verdict is Verdict.SAME:
            yield one, other


def _join(groups: dict[str, set[str]], one: str, other: str) -> None:
    joined = groups.get(one, {one}) | groups.get(other, {other})
    groups.update(dict.fromkeys(joined, joined))


def _drift_of(stored: StoredItem, known: Before | None) -> Drift:
    state = known.state if known else None
    if stored.trashed:
        return Drift.CHANGED if state == "trashed" else Drift.TRASHED
    return Drift.RESTORED if state in ("trashed", "deleted") else Drift.CHANGED


def _replaced_by(data: ItemData) -> Iterator[str]:
    """Yield the keys of the items that this one says it replaces, as Zotero notes a merge."""
    relations: Any = data.get("relations")
    value = relations.get(_REPLACES, ()) if isinstance(relations, dict) else ()
    for uri in [value] if isinstance(value, str) else value:
        if found := _ITEM_URI.search(str(uri)):
            yield found[1]
