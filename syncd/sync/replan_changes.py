"""What is promised is changed: another key, somebody else's item, a question, one item for two.

Everything here happens inside the transaction of whoever decided it, and leaves the ledger saying
of each record what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from syncd.item import citation_of
from syncd.ledger import holds, index, journal, knowledge, mirror, outbox
from syncd.ledger.outbox import Pending
from syncd.ledger.store import Ledger
from syncd.matching import Known, Ruling, fingerprint
from syncd.plan import Decision, OperationKind, PlannedRecord, Pointer, question_about
from syncd.record import Citation, Identity, ItemKey
from syncd.sync.keys import KeyMinter, LedgerKeys


class Amender:
    """Changes what is promised to one library."""

    def __init__(self, ledger: Ledger, library_id: int, identity: str) -> None:
        self._ledger = ledger
        self._library_id = library_id
        self._minter = KeyMinter(identity)

    def key_after(self, connection: Connection, item_key: str) -> ItemKey:
        """Return the key to try where this one belongs to something that cannot be told apart."""
        return self._minter.choose_after(item_key, LedgerKeys(connection, self._library_id))

    def repeat(
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

    def join(
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
            connection, self._library_id, [(there.ref, full_citation(pending.payload, record))]
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

    def ask(
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

    def take_next_key(self, connection: Connection, pending: Pending) -> None:
        """The key belongs to another work: go on to the next one free, children included."""
        if pending.record_id is None:
            return
        citation = citation_of(pending.payload)
        book = LedgerKeys(connection, self._library_id)
        key, ordinal, _ = self._minter.choose(
            citation, fingerprint(citation), book, after=pending.ordinal
        )
        self._move_work(connection, pending, key)
        family = outbox.operations_of_record(connection, pending.record_id)
        children = [p for p in family if not p.is_main]
        outbox.change(connection, pending.operation_id, item_key=key, ordinal=ordinal)
        for number, child in enumerate(children):
            outbox.change(
                connection,
                child.operation_id,
                item_key=self._minter.choose_child(key, number, book),
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

    def rename_collection(self, connection: Connection, pending: Pending) -> None:
        """The key belongs to a collection that cannot be seen, such as a trashed one."""
        if not pending.attempts:
            return
        new = self.key_after(connection, pending.item_key)
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


def _filed_too(payload: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item's data that goes wherever another's goes as well."""
    names = {tag["tag"] for tag in payload["tags"]}
    tags = [*payload["tags"], *(tag for tag in other["tags"] if tag["tag"] not in names)]
    collections = dict.fromkeys([*payload["collections"], *other["collections"]])
    return {**payload, "tags": tags, "collections": list(collections)}


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


def full_citation(payload: Mapping[str, Any], record: PlannedRecord) -> Citation:
    return citation_of(payload, _known_identity(payload, record))


def _known_identity(payload: Mapping[str, Any], record: PlannedRecord) -> Identity:
    """Return all identifiers known of a record, also those that its item does not show."""
    shown: Citation = citation_of(payload)
    merged = {
        name: getattr(record.identity, name) or getattr(shown.identity, name)
        for name in Identity._fields
    }
    return Identity(**merged)
