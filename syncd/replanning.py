"""What has not been sent yet is decided again, because the library has moved on since.

The plan said "create" when the work was not there; by now it may be. Items that were to be filed
may have been removed. Nothing is sent on the strength of a view that is known to be old.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from syncd.item import citation_of
from syncd.ledger import holds, index, journal, knowledge, mirror, outbox
from syncd.ledger.outbox import Pending
from syncd.ledger.store import Ledger
from syncd.ledger.works import LedgerWorks
from syncd.library import Library
from syncd.matching import Known, Policy, Ruling, RulingKind, fingerprint, resolve
from syncd.minting import mint_key, name_of
from syncd.plan import (
    Decision,
    KnownItem,
    OperationKind,
    PlannedRecord,
    Pointer,
    question_about,
)
from syncd.record import Citation, Identity

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
        self._identity = identity
        self._policy = policy

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
                self._repeat(connection, pending, record, first)
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
                self._rename_collection(connection, pending)

    def _rule(self, creates: Sequence[Pending]) -> list[tuple[PlannedRecord, Ruling]]:
        with self._ledger.read() as connection:
            records = [journal.get_record(connection, p.record_id) for p in creates]
        citations = [
            _citation(pending.payload, record)
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
            self._join(connection, pending, record, ruling, ruling.known)
            return False
        if ruling.kind is RulingKind.HOLD and not _refs(ruling) <= seen:
            self._ask(connection, pending, record, ruling)
            return False
        comes_back = there is not None and there.state == "deleted" and pending.item_key in seen
        if there is not None and not (there.is_free or comes_back):
            self._take_next_key(connection, pending)
        return True

    def _repeat(
        self,
        connection: Connection,
        pending: Pending,
        record: PlannedRecord,
        first: Pending | None,
    ) -> None:
        """Two that were promised apart are one work: `first` is made, the other goes with it.

        Where the first is not made after all, the other is decided again on its own.
        """
        if first is None or pending.record_id is None:
            outbox.set_planned_version(connection, [pending.operation_id], outbox.DECIDE_AGAIN)
            return
        family = outbox.operations_of_record(connection, pending.record_id)
        outbox.remove(connection, [p.operation_id for p in family])
        outbox.change(
            connection, first.operation_id, payload=_filed_too(first.payload, pending.payload)
        )
        key = journal.get_record(connection, first.record_id).item_key
        if key is not None:
            knowledge.move_placements(connection, self._library_id, pending.item_key, key)
        reason = f"the same work as one made at the same time; {record.reason}"
        self._note(
            connection,
            pending,
            replace(
                record,
                decision=Decision.SKIP,
                reason=reason,
                duplicate_of=Pointer(item_key=key),
                item_key=key,
                outcome="unchanged",
            ),
        )

    def _join(
        self,
        connection: Connection,
        pending: Pending,
        record: PlannedRecord,
        ruling: Ruling,
        there: Known,
    ) -> None:
        """Somebody else made the work meanwhile: file theirs instead of making another."""
        self._remove_all(connection, pending)
        item = mirror.find_items(connection, self._library_id, [there.ref])[there.ref]
        collections = [
            key for key in pending.payload.get("collections", ()) if key not in item.collections
        ]
        tags = [
            value
            for kind, value in knowledge.find_placements(
                connection, self._library_id, [pending.item_key]
            ).get(pending.item_key, ())
            if kind == "tag"
        ]
        self._move_work(connection, pending, there.ref)
        knowledge.add_members(
            connection, self._library_id, [(there.ref, _citation(pending.payload, record))]
        )
        index.add_identifiers(
            connection,
            self._library_id,
            [(kind, value, there.ref) for kind, value in ruling.aliases],
            alias=True,
        )
        files = bool(collections or tags) and item.state == "present"
        if files:
            outbox.change(
                connection,
                pending.operation_id,
                kind=OperationKind.COLLECT.value,
                item_key=there.ref,
                base_version=item.version,
                payload={"collections": collections, "tags": tags},
            )
        else:
            outbox.remove(connection, [pending.operation_id])
        self._note(
            connection,
            pending,
            replace(
                record,
                decision=Decision.COLLECT if files else Decision.SKIP,
                reason=f"it appeared in the library meanwhile; {ruling.reason}",
                evidence=ruling.evidence,
                duplicate_of=Pointer(item_key=there.ref),
                item_key=there.ref,
                outcome="pending" if files else "unchanged",
            ),
        )

    def _remove_all(self, connection: Connection, pending: Pending) -> None:
        """Take the children of a record out of the outbox; its own operation stays."""
        if pending.record_id is None:
            return
        children = [
            p.operation_id
            for p in outbox.operations_of_record(connection, pending.record_id)
            if not p.is_main
        ]
        outbox.remove(connection, children)

    def _ask(
        self, connection: Connection, pending: Pending, record: PlannedRecord, ruling: Ruling
    ) -> None:
        if pending.record_id is None:
            return
        family = outbox.operations_of_record(connection, pending.record_id)
        candidates = [known.ref for known in ruling.candidates if isinstance(known, Known)]
        question = question_about(
            fingerprint(citation_of(pending.payload)),
            candidates,
            pending.payload,
            [p.payload for p in family if not p.is_main],
            {"collections": pending.payload.get("collections", ()), "tags": ()},
        )
        holds.add_hold(
            connection,
            self._library_id,
            pending.record_id,
            kind="identity",
            question=question.name,
            reason=ruling.reason,
            payload=question.payload,
            now=self._ledger.now(),
        )
        outbox.remove(connection, [p.operation_id for p in family])
        self._note(
            connection,
            pending,
            replace(
                record,
                decision=Decision.HOLD,
                reason=ruling.reason,
                evidence=ruling.evidence,
                candidates=tuple(Pointer(item_key=key) for key in candidates),
                item_key=None,
                outcome=None,
            ),
        )

    def _take_next_key(self, connection: Connection, pending: Pending) -> None:
        """The key belongs to another work: go on to the next one free, children included."""
        if pending.record_id is None:
            return
        ordinal = pending.ordinal
        citation = citation_of(pending.payload)
        while True:
            ordinal += 1
            key = mint_key(self._identity, name_of(citation, fingerprint(citation)), ordinal)
            taken = mirror.find_items(connection, self._library_id, [key]).get(key)
            if taken is None or taken.is_free:
                break
        self._move_work(connection, pending, key)
        family = outbox.operations_of_record(connection, pending.record_id)
        children = [p for p in family if not p.is_main]
        outbox.change(connection, pending.operation_id, item_key=key, ordinal=ordinal)
        for number, child in enumerate(children):
            outbox.change(
                connection,
                child.operation_id,
                item_key=mint_key(self._identity, ("child", key, str(number))),
                payload={**child.payload, "parentItem": key},
            )

    def _move_work(self, connection: Connection, pending: Pending, new: str) -> None:
        """Let what was planned for a key that comes to nothing hold for another."""
        old = pending.item_key
        knowledge.move_placements(connection, self._library_id, old, new)
        knowledge.move_members(connection, self._library_id, old, new)
        records = journal.records_of_item(connection, pending.run_id, self._library_id, old)
        for record_id, record in records:
            index.move_aliases(connection, self._library_id, record.identity.pairs(), old, new)
            journal.change_decision(connection, record_id, _renamed(record, old, new))

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
                item_key=mint_key(self._identity, ("after", pending.item_key)),
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

    def _rename_collection(self, connection: Connection, pending: Pending) -> None:
        """The key belongs to a collection that cannot be seen, such as a trashed one."""
        if not pending.attempts:
            return
        new = mint_key(self._identity, ("after", pending.item_key))
        outbox.change(connection, pending.operation_id, item_key=new)
        for other in outbox.operations_in(connection, self._library_id, pending.item_key):
            outbox.change(
                connection,
                other.operation_id,
                payload=_with_collection(other.payload, pending.item_key, new),
            )

    def _note(self, connection: Connection, pending: Pending, record: PlannedRecord) -> None:
        if pending.record_id is not None:
            journal.change_decision(connection, pending.record_id, record)


def _makes_work(pending: Pending) -> bool:
    return pending.kind is OperationKind.CREATE and pending.is_main


def _filed_too(payload: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item's data that goes wherever another's goes as well."""
    names = {tag["tag"] for tag in payload["tags"]}
    tags = [*payload["tags"], *(tag for tag in other["tags"] if tag["tag"] not in names)]
    collections = dict.fromkeys([*payload["collections"], *other["collections"]])
    return {**payload, "tags": tags, "collections": list(collections)}


def _refs(ruling: Ruling) -> set[str | None]:
    """Return the items that a record may be; another of the same plan was there all along."""
    return {known.ref for known in ruling.candidates if isinstance(known, Known)}


def _parents(waiting: Sequence[Pending]) -> set[str]:
    return {p.payload["parentItem"] for p in waiting if not p.is_main}


def _with_collection(payload: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    changed = dict(payload)
    if changed.get("parent") == old:
        changed["parent"] = new
    if "collections" in changed:
        changed["collections"] = [new if key == old else key for key in changed["collections"]]
    return changed


def _renamed(record: PlannedRecord, old: str, new: str) -> PlannedRecord:
    first = record.duplicate_of
    if first is not None and first.item_key == old:
        first = replace(first, item_key=new)
    return replace(record, item_key=new, duplicate_of=first)


def _citation(payload: Mapping[str, Any], record: PlannedRecord) -> Citation:
    return citation_of(payload, _known_identity(payload, record))


def _known_identity(payload: Mapping[str, Any], record: PlannedRecord) -> Identity:
    """Return all identifiers known of a record, also those that its item does not show."""
    shown: Citation = citation_of(payload)
    merged = {
        name: getattr(record.identity, name) or getattr(shown.identity, name)
        for name in Identity._fields
    }
    return Identity(**merged)
