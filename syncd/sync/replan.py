"""What has not been sent yet is decided again, because the library has moved on since.

The plan said "create" when the work was not there; by now it may be. Items that were to be filed
may have been removed. Nothing is sent on the strength of a view that is known to be old.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, Self

from syncd.ledger import journal, mirror, outbox
from syncd.ledger.outbox import Pending
from syncd.ledger.store import LibraryLedger
from syncd.ledger.transaction import Transaction
from syncd.ledger.works import LedgerWorks
from syncd.library import (
    AddToCollection,
    CollectionKey,
    Create,
    CreateCollection,
    Library,
    Operation,
    Restore,
    StoredItem,
    StoreFile,
    Trash,
    Update,
)
from syncd.matching import (
    Known,
    Policy,
    Ruling,
    RulingKind,
    features_of,
    fingerprint,
    resolve,
)
from syncd.plan import KnownItem, PlannedRecord
from syncd.record import Citation, ItemKey
from syncd.sync import rewrite, undo_again
from syncd.sync.conflicts import rewrite_update
from syncd.sync.keys import KeyMinter, LedgerKeys
from syncd.sync.merged import follow_merges
from syncd.sync.minted_before import doubt_new
from syncd.sync.three_way import ThreeWay


class _Minted(NamedTuple):
    """A record as far as its key is made from it."""

    citation: Citation
    fingerprint: str

    @classmethod
    def of(cls, citation: Citation) -> Self:
        return cls(citation, fingerprint(citation))


class Replanner:
    """Decides one library's waiting operations again."""

    def __init__(
        self, library: Library, ledger: LibraryLedger, policy: Policy, three_way: ThreeWay
    ) -> None:
        self._three_way = three_way
        self._library = library
        self._ledger = ledger
        self._policy = policy
        self._minter = KeyMinter(ledger.identity)
        self._undo_check = undo_again.UndoCheck(library, ledger)

    def decide_again(self, waiting: Sequence[Pending], version: int, foreign_version: int) -> bool:
        """Check operations planned before `foreign_version`; say whether any was changed.

        `version` is where the mirror stands now; all that were checked carry it afterwards. (A
        library that was put back to an earlier state stands before `foreign_version`.)
        """
        stale = [p for p in waiting if p.planned_version < foreign_version]
        if not stale:
            return False
        rulings = self._rule([p for p in stale if p.makes_work])
        collections = self._existing_collections(stale)
        items = self._read_for_updates(stale)
        undoing = self._undo_check.look(stale)
        checked_at = max(version, foreign_version)
        with self._ledger.write() as tx:
            outbox.set_planned_version(tx, [p.operation_id for p in stale], checked_at)
            stale = undo_again.apply(tx, stale, undoing)
            stale = [_without_lost(tx, p, collections) for p in stale]
            known = mirror.find_items(tx, {p.item_key for p in stale if p.makes_work})
            self._decide_creates(tx, stale, rulings, known, checked_at)
            # The creations have taken others along: children, and what goes into a collection.
            self._check_others(tx, outbox.read_again(tx, stale), items, checked_at)
        return True

    def _read_for_updates(self, stale: Sequence[Pending]) -> dict[str, StoredItem]:
        """Read the items whose fields are to be decided again: those that have changed since."""
        offered = [p for p in stale if p.offer is not None and isinstance(p.operation, Update)]
        with self._ledger.read() as tx:
            known = mirror.find_items(tx, {p.item_key for p in offered})
        keys = {
            ItemKey(p.item_key)
            for p in offered
            if p.attempts or is_newer(known.get(p.item_key), p.operation)
        }
        return {item.key: item for item in self._library.get(sorted(keys))} if keys else {}

    def _decide_creates(
        self,
        tx: Transaction,
        stale: Sequence[Pending],
        rulings: Sequence[tuple[PlannedRecord, Ruling]],
        known: dict[str, KnownItem],
        checked_at: int,
    ) -> None:
        works = [p for p in stale if p.makes_work]
        made: list[bool] = []
        for pending, (record, ruling) in zip(works, rulings, strict=True):
            if ruling.within is None:
                there = known.get(pending.item_key)
                made.append(self._decide_create(tx, pending, record, ruling, there, checked_at))
            else:
                first = works[ruling.within] if made[ruling.within] else None
                rewrite.repeat(tx, pending, record, first)
                made.append(False)

    def _check_others(
        self,
        tx: Transaction,
        stale: Sequence[Pending],
        items: Mapping[str, StoredItem],
        checked_at: int,
    ) -> None:
        stale = follow_merges(tx, stale)
        known = mirror.find_items(tx, {p.item_key for p in stale} | _parents(stale))
        restored = {p.item_key for p in stale if isinstance(p.operation, Restore)}
        for pending in stale:
            match pending.operation:
                case Create(_, data) as child if child.parent:
                    self._check_child(tx, pending, child, known.get(data["parentItem"]))
                case Update() if (item := items.get(pending.item_key)) and not item.trashed:
                    rewrite_update(tx, self._three_way, pending, item, checked_at)
                case AddToCollection() | Update() | Trash() | Restore():
                    comes_back = pending.item_key in restored
                    _check_change(tx, pending, known.get(pending.item_key), comes_back=comes_back)
                case StoreFile(key):
                    _check_file(tx, pending, known.get(key))
                case CreateCollection():
                    rewrite.rename_collection(tx, self._minter, pending)

    def _rule(self, creates: Sequence[Pending]) -> list[tuple[PlannedRecord, Ruling]]:
        with self._ledger.read() as tx:
            records = [journal.get_record(tx, p.record_id) for p in creates]
        citations = [
            rewrite.full_citation(pending.operation.data, record)
            for pending, record in zip(creates, records, strict=True)
            if isinstance(pending.operation, Create)
        ]
        rulings = resolve(citations, LedgerWorks(self._ledger), self._policy)
        if self._library.capabilities.takes_keys:
            # What was sent once is most likely our own; of what never was, another made the item.
            unsent = [n for n, pending in enumerate(creates) if pending.sent_at is None]
            doubted = doubt_new(
                [_Minted.of(citations[n]) for n in unsent],
                [features_of(citations[n]) for n in unsent],
                [rulings[n] for n in unsent],
                self._ledger,
            )
            rulings = list(rulings)
            for n, ruling in zip(unsent, doubted, strict=True):
                rulings[n] = ruling
        return list(zip(records, rulings, strict=True))

    # Creations

    def _decide_create(
        self,
        tx: Transaction,
        pending: Pending,
        record: PlannedRecord,
        ruling: Ruling,
        there: KnownItem | None,
        checked_at: int,
    ) -> bool:
        """Decide about one work; say whether it is still to be made."""
        # What the decision was made in view of is no reason to make another.
        seen = {pointer.item_key for pointer in record.candidates}
        if ruling.known is not None and not (ruling.known.removed and ruling.known.ref in seen):
            rewrite.join(tx, pending, record, ruling, ruling.known, checked_at)
            return False
        if ruling.kind is RulingKind.HOLD and not _refs(ruling) <= seen:
            rewrite.ask(tx, pending, record, ruling)
            return False
        if there is None:
            return True
        gone = there.state == "deleted" and pending.item_key not in seen
        if gone and (pending.sent_at is not None or there.is_free):
            # Ours arrived unheard, or another syncd made it of the same work: what was deleted
            # under its key had been there.
            rewrite.stay_deleted(tx, pending, record)
            return False
        if not there.is_free and (gone or there.state != "deleted"):
            rewrite.take_next_key(tx, self._minter, pending)
        return True

    def _check_child(
        self, tx: Transaction, pending: Pending, child: Create, parent: KnownItem | None
    ) -> None:
        # A deleted item may be about to be made again, under its own key.
        comes_back = outbox.find_keys(tx, [child.parent or ""])
        if parent is not None and parent.state == "deleted" and not comes_back:
            outbox.remove(tx, [pending.operation_id])
            if pending.record_id is not None:
                journal.note_error(
                    tx, pending.record_id, "not added: its item was deleted meanwhile"
                )
        elif pending.attempts:
            key = self._minter.choose_after(pending.item_key, LedgerKeys(tx))
            outbox.change(tx, pending.operation_id, child._replace(item_key=key))

    def _existing_collections(self, stale: Sequence[Pending]) -> set[str] | None:
        """Return the collections there are, if an operation came back for want of one."""
        if not any(p.attempts and _collections_of(p) for p in stale):
            return None
        return {collection.key for collection in self._library.collections()}


def is_newer(item: KnownItem | None, operation: Operation) -> bool:
    """Say whether an item has changed since an operation on it was planned."""
    return item is not None and item.version > getattr(operation, "base_version", 0)


def _check_change(
    tx: Transaction, pending: Pending, item: KnownItem | None, *, comes_back: bool
) -> None:
    """Let a change go on against the item as it is now, or drop it where that means nothing.

    A collection may still be filled and an item moved whatever others did to it; fields that were
    to be set are decided again from a new look at what stands there.
    """
    operation = pending.operation
    if not isinstance(operation, AddToCollection | Update | Trash | Restore):
        return
    gone = item is None or item.state == "deleted"
    trashed = item is not None and item.state == "trashed" and not comes_back
    left_in_trash = trashed and isinstance(operation, AddToCollection) and not pending.attempts
    edited = isinstance(operation, Update) and item is not None
    if item is None or gone or left_in_trash or (edited and item.version > operation.base_version):
        outbox.remove(tx, [pending.operation_id])
        if pending.record_id is not None:
            journal.settle_records(tx, [pending.record_id], "unchanged")
    else:
        outbox.change(tx, pending.operation_id, operation._replace(base_version=item.version))


def _check_file(tx: Transaction, pending: Pending, attachment: KnownItem | None) -> None:
    """Drop a file whose attachment is gone for good; one in the trash may come back with it."""
    if attachment is None or attachment.state != "deleted":
        return
    outbox.remove(tx, [pending.operation_id])
    if pending.record_id is not None:
        told = "a file was not stored: its attachment was deleted meanwhile"
        journal.note_error(tx, pending.record_id, told)


def _without_lost(tx: Transaction, pending: Pending, existing: set[str] | None) -> Pending:
    # A collection that a person deleted while we were at work is their decision: the item goes in
    # without it.
    wanted = _collections_of(pending)
    if existing is None or existing.issuperset(wanted):
        return pending
    kept = [key for key in wanted if key in existing]
    operation = pending.operation
    if isinstance(operation, Create):
        operation = operation._replace(data={**operation.data, "collections": kept})
    elif isinstance(operation, AddToCollection):
        operation = operation._replace(collections=tuple(kept))
    outbox.change(tx, pending.operation_id, operation)
    return replace(pending, operation=operation)


def _collections_of(pending: Pending) -> Sequence[CollectionKey]:
    match pending.operation:
        case Create(_, data):
            return [CollectionKey(key) for key in data.get("collections", ())]
        case AddToCollection(_, _, collections):
            return collections
    return ()


def _refs(ruling: Ruling) -> set[str | None]:
    """Return the items that a record may be; another of the same plan was there all along."""
    return {known.ref for known in ruling.candidates if isinstance(known, Known)}


def _parents(waiting: Sequence[Pending]) -> set[str]:
    creations = (p.operation for p in waiting if isinstance(p.operation, Create))
    return {creation.parent for creation in creations if creation.parent}
