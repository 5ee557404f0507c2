"""What others did to a library since the last look, and how it and the ledger compare now.

CHANGED     others added it or edited it      TRASHED   others put it into the trash
DELETED     others deleted it for good        RESTORED  others took it back
MISSING     syncd made it, and others put it into the trash or deleted it, since whenever
MERGED      missing, or merged since the last look, and another item stands for it
DUPLICATES  items that are one work, by what they say of themselves, and why
CONFLICTS   questions that are open about fields which were changed on both sides
PENDING     operations that have no outcome yet      HELD  questions for a person
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from syncd.ledger import duplicates, holds, merges, mirror, outbox, survey
from syncd.ledger.holds import HoldRow
from syncd.ledger.store import LibraryLedger, LibraryRow
from syncd.ledger.survey import Before
from syncd.ledger.transaction import Transaction
from syncd.library import Changes, StoredItem
from syncd.plan import FIELDS


class Drift(StrEnum):
    """What others did to an item since the last look."""

    CHANGED = "changed"
    TRASHED = "trashed"
    DELETED = "deleted"
    RESTORED = "restored"


class Group(NamedTuple):
    """Items that are one work, and each reason why two of them are."""

    item_keys: tuple[str, ...]
    reasons: tuple[str, ...]


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
    duplicates: Sequence[Group] = ()
    conflicts: Sequence[HoldRow] = ()
    pending: int = 0
    held: int = 0
    access: str = ""
    """Why nothing can be sent: what the key may do; empty where the library may be changed."""


@dataclass(slots=True)
class Witness:
    """Sees every page of changes before the mirror takes it, and notes what is news in it.

    `before` is where the ledger stood; a library that was never looked at has no news.
    """

    before: LibraryRow
    _drifts: dict[str, Drift] = field(default_factory=dict)
    _replaced: set[str] = field(default_factory=set)

    def see(self, tx: Transaction, page: Changes) -> None:
        """Note what happened to works; to be called before the page is applied."""
        if self.before.mirrored_at is None:
            return
        keys = [*(stored.key for stored in page.items), *page.deleted]
        known = survey.find_works(tx, keys)
        replaced = {key for stored in page.items for key in merges.replaced_by(stored.data)}
        self._replaced |= replaced - merges.find_survivors(tx, replaced).keys()
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

    def keys(self, drift: Drift) -> list[str]:
        """Return the items that this happened to."""
        return sorted(key for key, each in self._drifts.items() if each is drift)

    @property
    def replaced(self) -> Collection[str]:
        """The items for which others stand that did not before."""
        return self._replaced


def report_on(name: str, witness: Witness, ledger: LibraryLedger) -> ReconcileReport:
    """Return how the library, as it was just followed, compares with what the ledger knows."""
    before = witness.before
    duplicates.pair_what_changed(ledger)
    with ledger.read() as tx:
        missing = survey.missing_works(tx)
        survivors = merges.find_survivors(tx, {*missing, *witness.replaced})
        groups = find_duplicates(tx)
        conflicts = holds.open_holds(tx, FIELDS)
        pending, held = outbox.count_operations(tx), holds.count_open(tx)
    return ReconcileReport(
        library=name,
        from_version=before.cursor,
        to_version=ledger.row().cursor,
        changed=witness.keys(Drift.CHANGED),
        trashed=witness.keys(Drift.TRASHED),
        deleted=witness.keys(Drift.DELETED),
        restored=witness.keys(Drift.RESTORED),
        missing=missing,
        merged=sorted(survivors.items()),
        duplicates=groups,
        conflicts=conflicts,
        pending=pending,
        held=held,
    )


def find_duplicates(tx: Transaction) -> list[Group]:
    """Return groups of present items that are one work, unless a person said they are not."""
    pairs = duplicates.find_pairs(tx)
    groups: dict[str, set[str]] = {}
    for pair in pairs:
        _join(groups, pair.one, pair.other)
    reasons: defaultdict[int, list[str]] = defaultdict(list)
    for pair in pairs:
        reasons[id(groups[pair.one])].append(pair.reason)
    distinct = {id(group): group for group in groups.values()}
    return sorted(
        Group(tuple(sorted(group)), tuple(dict.fromkeys(reasons[number])))
        for number, group in distinct.items()
    )


def _join(groups: dict[str, set[str]], one: str, other: str) -> None:
    joined = groups.get(one, {one}) | groups.get(other, {other})
    groups.update(dict.fromkeys(joined, joined))


def _drift_of(stored: StoredItem, known: Before | None) -> Drift:
    state = known.state if known else None
    if stored.trashed:
        return Drift.CHANGED if state == "trashed" else Drift.TRASHED
    return Drift.RESTORED if state in ("trashed", "deleted") else Drift.CHANGED
