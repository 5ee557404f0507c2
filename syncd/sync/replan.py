"""What has not been sent yet is decided again, because the library has moved on since.

The plan said "create" when the work was not there; by now it may be. Items that were to be filed
may have been removed. Nothing is sent on the strength of a view that is known to be old.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from syncd.ledger import journal, mirror, outbox
from syncd.ledger.outbox import Pending
from syncd.ledger.store import Ledger
from syncd.ledger.works import LedgerWorks
from syncd.library import Library
from syncd.matching import Known, Policy, Ruling, RulingKind, resolve
from syncd.plan import (
    KnownItem,
    OperationKind,
    PlannedRecord,
)
from syncd.sync.replan_changes import Amender, full_citation

_CHANGES = (OperationKind.COLLECT, OperationKind.RESTORE, OperationKind.TRASH)
"""Operations on an item that is there."""


class Replanner:
    """Decides one library's waiting operations again."""

    def __init__(
        self, library: Library, ledger: Ledger, library_id: int, identity: str, policy: Policy
    ) -> None:
        self._library = library
        self._ledger = ledger
        self._library_id = library_id
        self._policy = policy
        self._amender = Amender(ledger, library_id, identity)

    def decide_again(self, waiting: Sequence[Pending], version: int, foreign_version: int) -> bool:
        """Check operations planned before `foreign_version`; say whether any was changed.

        `version` is where the mirror stands now; all that were checked carry it afterwards. (A
        library that was put back to an earlier state stands before `foreign_version`.)
        """
        stale = [p for p in waiting if p.planned_version < foreign_version]
        if not stale:
            return False
        rulings = self._rule([p for p in stale if _makes_work(p)])
        collections = self._existing_collections(stale)
        with self._ledger.write() as connection:
            checked_at = max(version, foreign_version)
            outbox.set_planned_version(connection, [p.operation_id for p in stale], checked_at)
            stale = [self._without_lost(connection, p, collections) for p in stale]
            known = mirror.find_items(
                connection, self._library_id, {p.item_key for p in stale} | _parents(stale)
            )
            self._decide_creates(connection, stale, rulings, known)
            self._check_others(connection, stale, known)
        return True

    def _decide_creates(
        self,
        connection: Connection,
        stale: Sequence[Pending],
        rulings: Sequence[tuple[PlannedRecord, Ruling]],
        known: dict[str, KnownItem],
    ) -> None:
        works = [p for p in stale if _makes_work(p)]
        made: list[bool] = []
        for pending, (record, ruling) in zip(works, rulings, strict=True):
            if ruling.within is None:
                made.append(self._decide_create(connection, pending, record, ruling, known))
            else:
                first = works[ruling.within] if made[ruling.within] else None
                self._amender.repeat(connection, pending, record, first)
                made.append(False)

    def _check_others(
        self, connection: Connection, stale: Sequence[Pending], known: dict[str, KnownItem]
    ) -> None:
        restored = {p.item_key for p in stale if p.kind is OperationKind.RESTORE}
        for pending in stale:
            if pending.kind is OperationKind.CREATE and not pending.is_main:
                self._check_child(connection, pending, known)
            elif pending.kind in _CHANGES:
                item = known.get(pending.item_key)
                comes_back = pending.item_key in restored
                self._check_change(connection, pending, item, comes_back=comes_back)
            elif pending.kind is OperationKind.CREATE_COLLECTION:
                self._amender.rename_collection(connection, pending)

    def _rule(self, creates: Sequence[Pending]) -> list[tuple[PlannedRecord, Ruling]]:
        with self._ledger.read() as connection:
            records = [journal.get_record(connection, p.record_id) for p in creates]
        citations = [
            full_citation(pending.payload, record)
            for pending, record in zip(creates, records, strict=True)
        ]
        works = LedgerWorks(self._ledger, self._library_id)
        return list(zip(records, resolve(citations, works, self._policy), strict=True))

    # Creations

    def _decide_create(
        self,
        connection: Connection,
        pending: Pending,
        record: PlannedRecord,
        ruling: Ruling,
        known: dict[str, KnownItem],
    ) -> bool:
        """Decide about one work; say whether it is still to be made."""
        # What the decision was made in view of is no reason to make another.
        seen = {pointer.item_key for pointer in record.candidates}
        there = known.get(pending.item_key)
        if ruling.known is not None and not (ruling.known.removed and ruling.known.ref in seen):
            self._amender.join(connection, pending, record, ruling, ruling.known)
            return False
        if ruling.kind is RulingKind.HOLD and not _refs(ruling) <= seen:
            self._amender.ask(connection, pending, record, ruling)
            return False
        comes_back = there is not None and there.state == "deleted" and pending.item_key in seen
        if there is not None and not (there.is_free or comes_back):
            self._amender.take_next_key(connection, pending)
        return True

    # Children and changes

    def _check_child(
        self, connection: Connection, pending: Pending, known: dict[str, KnownItem]
    ) -> None:
        parent = known.get(pending.payload["parentItem"])
        if parent is not None and parent.state == "deleted":
            outbox.remove(connection, [pending.operation_id])
            if pending.record_id is not None:
                journal.note_error(
                    connection, pending.record_id, "not added: its item was deleted meanwhile"
                )
        elif pending.attempts:
            outbox.change(
                connection,
                pending.operation_id,
                item_key=self._amender.key_after(connection, pending.item_key),
            )

    def _check_change(
        self,
        connection: Connection,
        pending: Pending,
        item: KnownItem | None,
        *,
        comes_back: bool,
    ) -> None:
        gone = item is None or item.state == "deleted"
        trashed = item is not None and item.state == "trashed" and not comes_back
        if gone or (trashed and pending.kind is OperationKind.COLLECT and not pending.attempts):
            outbox.remove(connection, [pending.operation_id])
            if pending.record_id is not None:
                journal.settle_records(connection, [pending.record_id], "unchanged")
        elif item is not None:
            outbox.change(connection, pending.operation_id, base_version=item.version)

    # Collections

    def _existing_collections(self, stale: Sequence[Pending]) -> set[str] | None:
        """Return the collections there are, if an operation came back for want of one."""
        if not any(p.attempts and p.payload.get("collections") for p in stale):
            return None
        return {collection.key for collection in self._library.collections()}

    def _without_lost(
        self, connection: Connection, pending: Pending, existing: set[str] | None
    ) -> Pending:
        # A collection that a person deleted while we were at work is their decision: the item
        # goes in without it.
        wanted = list(pending.payload.get("collections", ()))
        if existing is None or existing.issuperset(wanted):
            return pending
        kept = [key for key in wanted if key in existing]
        payload: dict[str, Any] = {**pending.payload, "collections": kept}
        outbox.change(connection, pending.operation_id, payload=payload)
        return replace(pending, payload=payload)


def _makes_work(pending: Pending) -> bool:
    return pending.kind is OperationKind.CREATE and pending.is_main


def _refs(ruling: Ruling) -> set[str | None]:
    """Return the items that a record may be; another of the same plan was there all along."""
    return {known.ref for known in ruling.candidates if isinstance(known, Known)}


def _parents(waiting: Sequence[Pending]) -> set[str]:
    return {p.payload["parentItem"] for p in waiting if not p.is_main}
