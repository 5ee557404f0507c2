"""What is promised is rewritten: another key, somebody else's item, a question, one item for two.

Everything here happens inside the transaction of whoever decided it, and leaves the ledger saying
of each record what became of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from syncd.item.reading import citation_of
from syncd.ledger import asked, holds, index, journal, knowledge, mirror, outbox
from syncd.ledger.outbox import Pending
from syncd.ledger.transaction import Transaction
from syncd.library import (
    AddToCollection,
    CollectionKey,
    Create,
    CreateCollection,
    ItemData,
    Operation,
)
from syncd.matching import Known, Ruling, fingerprint
from syncd.plan import (
    STAYS_DELETED,
    Decision,
    Intent,
    PlannedOperation,
    PlannedRecord,
    Pointer,
    question_about,
    with_file,
)
from syncd.record import Citation, Identity, ItemKey
from syncd.sync.commit import decide_again
from syncd.sync.filing import file_item, placements_of
from syncd.sync.keys import KeyMinter, LedgerKeys

# One record's decision


def repeat(tx: Transaction, pending: Pending, record: PlannedRecord, first: Pending | None) -> None:
    """Two that were promised apart are one work: `first` is made, the other goes with it.

    Where the first is not made after all, the other is decided again on its own.
    """
    current = outbox.read_again(tx, [first] if first else [])
    if not current or pending.record_id is None:
        outbox.set_planned_version(tx, [pending.operation_id], outbox.DECIDE_AGAIN)
        return
    [first] = current
    making, other = _creation(first), _creation(pending)
    _drop_family(tx, pending)
    filed_too = making._replace(data=_filed_too(making.data, other.data))
    outbox.change(tx, first.operation_id, filed_too)
    key = first.item_key
    move_work(tx, pending, key)
    decided = replace(
        record,
        decision=Decision.SKIP,
        reason=f"the same work as one made at the same time; {record.reason}",
        duplicate_of=Pointer(item_key=key),
        item_key=key,
        outcome="unchanged",
    )
    journal.change_decision(tx, pending.record_id, decided)


def join(
    tx: Transaction,
    pending: Pending,
    record: PlannedRecord,
    ruling: Ruling,
    there: Known,
    planned_version: int,
) -> None:
    """Somebody else made the work meanwhile: file theirs instead of making another."""
    if pending.record_id is None:
        return
    making, key = _creation(pending), ItemKey(there.ref)
    planned = knowledge.find_placements(tx, [pending.item_key]).get(pending.item_key, frozenset())
    tags = sorted(value for kind, value in planned if kind == "tag")
    filed = file_item(
        key,
        mirror.find_items(tx, [key])[key],
        placements_of(making.data.get("collections", ()), tags),
        knowledge.find_placements(tx, [key]).get(key, frozenset()),
    )
    _drop_family(tx, pending)
    move_work(tx, pending, key)
    decided = replace(
        record,
        decision=filed.decision,
        reason=f"it appeared in the library meanwhile; {ruling.reason}",
        evidence=ruling.evidence,
        duplicate_of=Pointer(item_key=key),
        item_key=key,
    )
    intent = Intent(
        decided,
        operations=tuple(map(PlannedOperation, filed.operations)),
        placements=filed.placements,
        aliases=ruling.aliases,
        member=full_citation(making.data, record),
    )
    decide_again(tx, pending.run_id, pending.record_id, intent, planned_version)


def ask(tx: Transaction, pending: Pending, record: PlannedRecord, ruling: Ruling) -> None:
    """Whether it is a work of its own came into doubt meanwhile: ask instead of making it."""
    if pending.record_id is None:
        return
    making = _creation(pending)
    family = outbox.operations_of_record(tx, pending.record_id)
    filings = _take_filings(tx, pending)
    collections = [*making.data.get("collections", ())]
    collections += [key for filing in filings for key in filing.collections]
    candidates = [known.ref for known in ruling.candidates if isinstance(known, Known)]
    question = question_about(
        fingerprint(citation_of(making.data)),
        candidates,
        making.data,
        [with_file(child.data, child.file) for p in family if (child := _child(p))],
        {
            "collections": list(dict.fromkeys(collections)),
            "tags": list(dict.fromkeys(tag for filing in filings for tag in filing.tags)),
        },
    )
    _drop_family(tx, pending)
    decided = replace(
        record,
        decision=Decision.HOLD,
        reason=ruling.reason,
        evidence=ruling.evidence,
        candidates=tuple(Pointer(item_key=key) for key in candidates),
        item_key=None,
    )
    intent = Intent(decided, question=question)
    decide_again(tx, pending.run_id, pending.record_id, intent, outbox.DECIDE_AGAIN)


def stay_deleted(tx: Transaction, pending: Pending, record: PlannedRecord) -> None:
    """Somebody deleted what had been made without our hearing of it: it is not made again."""
    if pending.record_id is None:
        return
    _drop_family(tx, pending)
    decided = replace(
        record,
        decision=Decision.SKIP,
        reason=STAYS_DELETED,
        duplicate_of=Pointer(item_key=pending.item_key),
        outcome="unchanged",
    )
    journal.change_decision(tx, pending.record_id, decided)


def with_filings(tx: Transaction, pending: Pending) -> Pending:
    """Return what makes a work with all that later runs promised to file it in, taken out."""
    making = _creation(pending)
    for filing in _take_filings(tx, pending):
        also = {"collections": filing.collections, "tags": [{"tag": tag} for tag in filing.tags]}
        making = making._replace(data=_filed_too(making.data, also))
    return replace(pending, operation=making)


def _take_filings(tx: Transaction, pending: Pending) -> list[AddToCollection]:
    """Take out and return what later runs promised to file of a work that is not made for now."""
    filings: list[AddToCollection] = []
    for waiting in outbox.operations_on(tx, pending.item_key):
        if isinstance(waiting.operation, AddToCollection) and waiting.record_id is not None:
            filings.append(waiting.operation)
            outbox.remove(tx, [waiting.operation_id])
            record = journal.get_record(tx, waiting.record_id)
            left = replace(
                record,
                decision=Decision.SKIP,
                reason=f"the same work as one that is held; {record.reason}",
                duplicate_of=None,
                item_key=None,
                outcome="unchanged",
            )
            journal.change_decision(tx, waiting.record_id, left)
    return filings


def _drop_family(tx: Transaction, pending: Pending) -> None:
    """Take all that is promised for a record out of the outbox."""
    if pending.record_id is not None:
        family = outbox.operations_of_record(tx, pending.record_id)
        outbox.remove(tx, [p.operation_id for p in family])


# Keys


def take_next_key(tx: Transaction, minter: KeyMinter, pending: Pending) -> None:
    """The key belongs to another work: go on to the next one free, children included."""
    making = _creation(pending)
    citation = citation_of(making.data)
    book = LedgerKeys(tx)
    key, ordinal, _ = minter.choose(citation, fingerprint(citation), book, after=pending.ordinal)
    children = _children(tx, pending)
    move_work(tx, pending, key)
    outbox.change(tx, pending.operation_id, making._replace(item_key=key), ordinal=ordinal)
    for number, child in enumerate(children):
        moved = _below(_creation(child), key)._replace(
            item_key=minter.choose_child(key, number, book)
        )
        outbox.change(tx, child.operation_id, moved)


def take_key(tx: Transaction, pending: Pending, key: str) -> Pending:
    """Return an operation under the key that the library gave what it made.

    What waits for it, its children or what goes into it, is told the key as well.
    """
    if key == pending.item_key:
        return pending
    operation: Operation = pending.operation
    match operation:
        case Create():
            if pending.makes_work:
                for child in _children(tx, pending):
                    outbox.change(tx, child.operation_id, _below(_creation(child), ItemKey(key)))
                move_work(tx, pending, key)
            operation = operation._replace(item_key=ItemKey(key))
        case CreateCollection():
            _move_collection(tx, pending.item_key, CollectionKey(key))
            operation = operation._replace(collection_key=CollectionKey(key))
    return replace(pending, operation=operation)


def rename_collection(tx: Transaction, minter: KeyMinter, pending: Pending) -> None:
    """The key belongs to a collection that cannot be seen, such as a trashed one."""
    if not pending.attempts:
        return
    key = CollectionKey(minter.choose_after(pending.item_key, LedgerKeys(tx)))
    for current in outbox.read_again(tx, [pending]):
        if isinstance(current.operation, CreateCollection):
            renamed = current.operation._replace(collection_key=key)
            outbox.change(tx, current.operation_id, renamed)
    _move_collection(tx, pending.item_key, key)


def _move_collection(tx: Transaction, old: str, new: CollectionKey) -> None:
    """Let everything that was to go into one collection go into another."""
    for waiting in outbox.operations_in(tx, old):
        outbox.change(tx, waiting.operation_id, _into(waiting.operation, old, new))
    holds.move_collection(tx, old, new)
    knowledge.move_collection(tx, old, new)
    asked.move_collection(tx, old, new)


def move_work(tx: Transaction, pending: Pending, new: str) -> None:
    """Let what was planned for a key that comes to nothing hold for another.

    What later runs promised to do to the item is checked against the other one before it is sent.
    """
    old = pending.item_key
    for waiting in outbox.operations_on(tx, old):
        if isinstance(waiting.operation, AddToCollection):
            filing = waiting.operation._replace(item_key=ItemKey(new))
            outbox.change(tx, waiting.operation_id, filing, planned_version=outbox.DECIDE_AGAIN)
    knowledge.move_placements(tx, old, new)
    knowledge.move_members(tx, old, new)
    for record_id, record in journal.records_of_item(tx, old, pending.run_id, pending.record_id):
        index.move_aliases(tx, record.identity.pairs(), old, new)
        journal.change_decision(tx, record_id, _renamed(record, old, new))


def _children(tx: Transaction, pending: Pending) -> Sequence[Pending]:
    if pending.record_id is None:
        return ()
    return [p for p in outbox.operations_of_record(tx, pending.record_id) if _child(p)]


# Operations and records as they become


def _creation(pending: Pending) -> Create:
    if not isinstance(pending.operation, Create):
        raise TypeError(f"operation {pending.operation_id} makes no item")
    return pending.operation


def _child(pending: Pending) -> Create | None:
    """Return what makes a note or an attachment below an item, where that is what is promised."""
    operation = pending.operation
    return operation if isinstance(operation, Create) and operation.parent else None


def _below(child: Create, parent: ItemKey) -> Create:
    return child._replace(data={**child.data, "parentItem": parent})


def _into(operation: Operation, old: str, new: CollectionKey) -> Operation:
    """Return an operation that goes into another collection instead."""
    match operation:
        case CreateCollection(_, _, parent) if parent == old:
            return operation._replace(parent=new)
        case AddToCollection(_, _, collections):
            return operation._replace(
                collections=tuple(new if key == old else key for key in collections)
            )
        case Create(_, data) if "collections" in data:
            kept = [new if key == old else key for key in data["collections"]]
            return operation._replace(data={**data, "collections": kept})
    return operation


def _filed_too(data: ItemData, other: ItemData) -> ItemData:
    """Return an item's data that goes wherever another's goes as well."""
    before = data.get("tags", ())
    names = {tag["tag"] for tag in before}
    tags = [*before, *(tag for tag in other.get("tags", ()) if tag["tag"] not in names)]
    collections = dict.fromkeys([*data.get("collections", ()), *other.get("collections", ())])
    return {**data, "tags": tags, "collections": list(collections)}


def _renamed(record: PlannedRecord, old: str, new: str) -> PlannedRecord:
    first = record.duplicate_of
    if first is not None and first.item_key == old:
        first = replace(first, item_key=new)
    return replace(record, item_key=new, duplicate_of=first)


def full_citation(data: ItemData, record: PlannedRecord) -> Citation:
    """Return a record's citation with all its identifiers, also those its item does not show."""
    shown = citation_of(data)
    merged = {
        name: getattr(record.identity, name) or getattr(shown.identity, name)
        for name in Identity._fields
    }
    return citation_of(data, Identity(**merged))
