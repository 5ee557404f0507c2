"""Operations we have promised to carry out, on disk until each has an outcome.

PLANNED  written down, not sent; may still be decided again
SENT     handed to the library; its fate is unknown until an answer, or a look, settles it.
         Its row says who sent it and when
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, delete, func, or_, select, update

from syncd.ledger.instants import find_instant, format_instant
from syncd.ledger.operations import (
    CREATE_COLLECTION,
    KINDS,
    MAKING,
    RESTORE_COLLECTION,
    OperationRow,
    dump_offer,
    dump_operation,
    load_offer,
    load_operation,
)
from syncd.ledger.statements import chunks
from syncd.ledger.tables import outbox, outbox_content
from syncd.ledger.transaction import Transaction
from syncd.library import (
    AddToCollection,
    Create,
    CreateCollection,
    Operation,
    RestoreCollection,
    StoreFile,
    TrashCollection,
    Update,
    key_of,
)
from syncd.plan import Offer, PlannedOperation
from syncd.system.packing import decode, encode_text

MAPPING_VERSION = 1
"""Raised when the same entry would become another item; written beside each payload."""

_LARGE = ("payload", "before", "offer", "features")
"""The columns of `outbox_content`, which hold what is large."""

_READ = tuple(
    (outbox_content if name in _LARGE else outbox).c[name]
    for name in (
        *("operation_id", "run_id", "record_id", "kind", "item_key", "base_version", "payload"),
        *("before", "ordinal", "planned_version", "sent_at", "attempts", "offer", "note"),
        "features",
    )
)
"""The columns that a `Pending` is made of, in the order in which `_read` takes them."""

_PENDING = select(*_READ).join_from(outbox, outbox_content)

_AT_ONCE = 250
"""How many operations are read at a time: whoever fills a batch may want no more of them."""

_PHASES = {CREATE_COLLECTION: 0, RESTORE_COLLECTION: 0, KINDS[StoreFile]: 2}
"""When the turn of an operation is, where that is not 1. Collections are first, as one that had to
be made anew has a later number than its items; files are last, as each takes its time."""

DECIDE_AGAIN = -1
"""A `planned_version` older than any library: the operation is decided again before it is sent."""


@dataclass(frozen=True, slots=True)
class Pending:
    """One row of the outbox. `operation_id` names the operation whatever key it gets."""

    operation_id: int
    run_id: int
    record_id: int | None
    operation: Operation
    ordinal: int
    planned_version: int
    attempts: int
    sent_at: datetime | None = None
    """When it was last sent without a known outcome; None: it never reached the library."""
    offer: Offer | None = None
    """What an update was decided from."""
    note: str | None = None
    """By what the library finds what it was sent, where it gives its own keys."""
    features: bytes | None = None
    """What the work that it makes is compared by, dumped, where that was known when planning."""

    @property
    def item_key(self) -> str:
        """The key of the item or collection that it is about."""
        return key_of(self.operation)

    @property
    def is_main(self) -> bool:
        """Whether this is the record's own operation rather than one of its children's."""
        if isinstance(self.operation, StoreFile):
            return False
        return not (isinstance(self.operation, Create) and self.operation.parent)

    @property
    def is_of_record(self) -> bool:
        """Whether what else is promised for its record goes with it; a file goes by itself."""
        return self.record_id is not None and not isinstance(self.operation, StoreFile)

    @property
    def makes_work(self) -> bool:
        """Whether it makes an item of its own, rather than a note or a link below one."""
        return isinstance(self.operation, Create) and not self.operation.parent


def add_operations(
    tx: Transaction,
    run_id: int,
    planned: Sequence[tuple[int | None, str, PlannedOperation]],
    planned_version: int,
) -> None:
    """Promise operations, each with its record's number and reason, in the order of sending."""
    if not planned:
        return
    dumped = [(each, dump_operation(each[2].operation)) for each in planned]
    rows = [
        {
            "run_id": run_id,
            "record_id": record_id,
            **_columns(row),
            "ordinal": each.ordinal,
            "planned_version": planned_version,
            "mapping": MAPPING_VERSION,
            "reason": reason,
            "attempts": 0,
            "state": "planned",
        }
        for (record_id, reason, each), row in dumped
    ]
    tx.add(outbox, rows)
    tx.add(
        outbox_content,
        [
            {
                "operation_id": number,
                **_content(row),
                "offer": dump_offer(each.offer),
                "features": each.features,
            }
            for number, ((_, _, each), row) in zip(
                _newest(tx, run_id, len(rows)), dumped, strict=True
            )
        ],
    )


def _newest(tx: Transaction, run_id: int, how_many: int) -> list[int]:
    """Return the numbers of a run's newest operations: they rise in the order of insertion."""
    newest = select(outbox.c.operation_id).where(outbox.c.run_id == run_id)
    newest = newest.order_by(outbox.c.operation_id.desc()).limit(how_many)
    return list(tx.execute(newest).scalars())[::-1]


def _columns(row: OperationRow) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "phase": _PHASES.get(row.kind, 1),
        "item_key": row.item_key,
        "base_version": row.base_version,
    }


def _content(row: OperationRow) -> dict[str, str | None]:
    return {"payload": _dump(row.payload), "before": _dump(row.before)}


def _dump(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else encode_text(value)


def next_planned(
    tx: Transaction, limit: int, passed_over: Collection[Pending]
) -> Iterator[Pending]:
    """Yield the first operations that may be sent, in the order of sending.

    They are read as they are asked for, within the transaction. What was `passed_over`, and what
    is under way, keeps back whatever belongs to the same record or the same item; a collection
    that is not there yet keeps back what is to go into it, and one that is to go into the trash
    waits until all else of its run is done.
    """
    sent = _PENDING.where(outbox.c.library_id == tx.library_id, outbox.c.state == "sent")
    held_back = [*passed_over, *(_read(row) for row in tx.execute(sent))]
    missing = {
        each.item_key
        for each in held_back
        if isinstance(each.operation, CreateCollection | RestoreCollection)
    }
    records = {each.record_id for each in held_back if each.is_of_record}
    # The index has them in this order, so that no more are looked at than are wanted.
    numbers = tx.execute(
        select(outbox.c.operation_id)
        .where(
            outbox.c.library_id == tx.library_id,
            outbox.c.state == "planned",
            outbox.c.operation_id.not_in([each.operation_id for each in passed_over]),
            or_(outbox.c.record_id.is_(None), outbox.c.record_id.not_in(records)),
            outbox.c.item_key.not_in({each.item_key for each in held_back}),
            *_that_waits_for_none_of(tx, missing),
        )
        .order_by(outbox.c.phase, outbox.c.operation_id)
        .limit(limit)
    )
    busy = {each.run_id for each in held_back}
    for pending in _in_order(tx, list(numbers.scalars())):
        if not (isinstance(pending.operation, TrashCollection) and pending.run_id in busy):
            yield pending


def _that_waits_for_none_of(
    tx: Transaction, collections: Collection[str]
) -> list[ColumnElement[bool]]:
    """Leave out what goes into collections that are not there yet, or into some below these.

    With it goes what belongs to the same records, and what is to be done to the same items.
    """
    missing, further = set[str](), set(collections)
    while further:
        missing |= further
        below = _named(outbox.c.item_key).where(
            outbox.c.library_id == tx.library_id,
            outbox.c.kind == CREATE_COLLECTION,
            or_(*map(_names, sorted(further))),
        )
        further = set(tx.execute(below).scalars()) - missing
    if not missing:
        return []
    waits = outbox.c.library_id == tx.library_id, or_(*map(_names, sorted(missing)))
    records = _named(outbox.c.record_id).where(*waits, outbox.c.record_id.is_not(None))
    return [
        or_(outbox.c.record_id.is_(None), outbox.c.record_id.not_in(records)),
        outbox.c.item_key.not_in(_named(outbox.c.item_key).where(*waits)),
    ]


def _named(column: Column[Any]) -> Select[Any]:
    """Begin a query for a column of operations by what they name."""
    return select(column).join_from(outbox, outbox_content)


def _names(collection: str) -> ColumnElement[bool]:
    """Say whether an operation puts something into a collection, or below it."""
    return outbox_content.c.payload.contains(f'"{collection}"')


def _in_order(tx: Transaction, numbers: Sequence[int]) -> Iterator[Pending]:
    """Yield the operations of these numbers, read a few hundred at a time."""
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE]
        rows = tx.execute(_PENDING.where(outbox.c.operation_id.in_(tx.listed(part))))
        found = {row.operation_id: row for row in rows.all()}
        yield from (_read(found[number]) for number in part)


def all_sent(tx: Transaction) -> list[Pending]:
    """Return the operations of unknown fate, in the order of sending."""
    rows = tx.execute(
        _PENDING.where(outbox.c.library_id == tx.library_id, outbox.c.state == "sent").order_by(
            outbox.c.operation_id
        )
    )
    return [_read(row) for row in rows]


def all_set_back(tx: Transaction) -> list[Pending]:
    """Return what was set back and may be sent: collections first, then as it was last tried."""
    rows = tx.execute(
        _PENDING.where(
            outbox.c.library_id == tx.library_id,
            outbox.c.state == "planned",
            outbox.c.set_back_at.is_not(None),
        ).order_by(outbox.c.phase, outbox.c.set_back_at, outbox.c.operation_id)
    )
    return [_read(row) for row in rows]


def set_back(tx: Transaction, operations: Collection[Pending]) -> None:
    """Say that operations were sent for nothing; with them goes what belongs to their records."""
    records = {each.record_id for each in operations if each.is_of_record}
    _set(tx, [each.operation_id for each in operations], set_back_at=tx.now)
    for part in chunks(records):
        tx.execute(
            update(outbox).where(outbox.c.record_id.in_(tx.listed(part))).values(set_back_at=tx.now)
        )


def first_sent_at(tx: Transaction) -> datetime | None:
    """Return when the oldest of the operations of unknown fate was sent; None: there is none."""
    query = select(func.min(outbox.c.sent_at)).where(
        outbox.c.library_id == tx.library_id, outbox.c.state == "sent"
    )
    return find_instant(tx.execute(query).scalar_one())


def works_to_make(tx: Transaction) -> list[Pending]:
    """Return the operations that make works and have no outcome yet."""
    rows = tx.execute(
        _PENDING.where(
            outbox.c.library_id == tx.library_id, outbox.c.kind == KINDS[Create]
        ).order_by(outbox.c.operation_id)
    )
    return [pending for row in rows if (pending := _read(row)).makes_work]


def collections_to_make(tx: Transaction) -> list[CreateCollection]:
    """Return the collections that are promised and have no outcome yet."""
    rows = tx.execute(
        _PENDING.where(
            outbox.c.library_id == tx.library_id, outbox.c.kind == CREATE_COLLECTION
        ).order_by(outbox.c.operation_id)
    )
    making = [_read(row).operation for row in rows]
    return [each for each in making if isinstance(each, CreateCollection)]


def operations_of_record(tx: Transaction, record_id: int) -> list[Pending]:
    """Return what is still promised for a record."""
    rows = tx.execute(
        _PENDING.where(outbox.c.record_id == record_id).order_by(outbox.c.operation_id)
    )
    return [_read(row) for row in rows]


def read_again(tx: Transaction, operations: Collection[Pending]) -> list[Pending]:
    """Return operations as they are promised now; those that no longer are are left out."""
    found: list[Pending] = []
    for part in chunks([each.operation_id for each in operations]):
        rows = tx.execute(
            _PENDING.where(outbox.c.operation_id.in_(tx.listed(part))).order_by(
                outbox.c.operation_id
            )
        )
        found += [_read(row) for row in rows]
    return found


def operations_on(tx: Transaction, key: str) -> list[Pending]:
    """Return what is promised to be done to an item."""
    rows = tx.execute(
        _PENDING.where(outbox.c.library_id == tx.library_id, outbox.c.item_key == key).order_by(
            outbox.c.operation_id
        )
    )
    return [_read(row) for row in rows]


def operations_in(tx: Transaction, collection: str) -> list[Pending]:
    """Return what is promised to be put into a collection, or below it."""
    rows = tx.execute(
        _PENDING.where(outbox.c.library_id == tx.library_id, _names(collection)).order_by(
            outbox.c.operation_id
        )
    )
    return [_read(row) for row in rows]


def _read(row: Any) -> Pending:
    number, run_id, record_id, kind, item_key, base_version, payload, before, *rest = row
    ordinal, planned_version, sent_at, attempts, offer, note, features = rest
    stood = decode(before) if before is not None else None
    return Pending(
        operation_id=number,
        run_id=run_id,
        record_id=record_id,
        operation=load_operation(
            OperationRow(kind, item_key, base_version, decode(payload), stood)
        ),
        ordinal=ordinal,
        planned_version=planned_version,
        sent_at=find_instant(sent_at),
        attempts=attempts,
        offer=load_offer(offer),
        note=note,
        features=features,
    )


def find_files(tx: Transaction, keys: Collection[str]) -> set[str]:
    """Return those of these attachments for which a file is promised."""
    return tx.find_among(outbox.c.item_key, keys, outbox.c.kind == KINDS[StoreFile])


def find_keys(tx: Transaction, keys: Collection[str]) -> set[str]:
    """Return those of the keys under which something is promised."""
    return tx.find_among(outbox.c.item_key, keys, outbox.c.kind.in_(MAKING))


def waiting_runs(tx: Transaction) -> list[int]:
    """Return the runs of which something has no outcome yet."""
    query = select(outbox.c.run_id).where(outbox.c.library_id == tx.library_id).distinct()
    return sorted(tx.execute(query).scalars())


def count_operations(tx: Transaction) -> int:
    """Return how many operations of a library have no outcome yet."""
    query = select(func.count()).select_from(outbox).where(outbox.c.library_id == tx.library_id)
    return int(tx.execute(query).scalar_one())


def mark_sent(
    tx: Transaction, operation_ids: Collection[int], owner: str, note: str | None = None
) -> None:
    """Say that `owner` is about to send operations: from now on their fate is unknown.

    `note` is what the library needs to find them again.
    """
    _set(tx, operation_ids, state="sent", owner=owner, sent_at=tx.now, note=note)


def note_before(tx: Transaction, operations: Collection[Pending]) -> None:
    """Keep what stands where operations are about to write, as they carry it."""
    for pending in operations:
        operation = pending.operation
        if isinstance(operation, Update | AddToCollection) and operation.before is not None:
            _set_content(tx, pending.operation_id, before=_dump(operation.before))


def mark_unsent(tx: Transaction, operations: Collection[Pending]) -> None:
    """Say that operations, as they were before `mark_sent`, have provably not been sent."""
    for pending in operations:
        _set(tx, [pending.operation_id], **_as_read(pending))


def _as_read(pending: Pending) -> dict[str, Any]:
    sent_at = format_instant(pending.sent_at) if pending.sent_at else None
    return {"state": "planned", "owner": None, "sent_at": sent_at, "note": pending.note}


def _set(tx: Transaction, operation_ids: Collection[int], **values: Any) -> None:
    for part in chunks(operation_ids):
        tx.execute(
            update(outbox).where(outbox.c.operation_id.in_(tx.listed(part))).values(**values)
        )


def _set_content(tx: Transaction, operation_id: int, **values: Any) -> None:
    these = outbox_content.c.operation_id == operation_id
    tx.execute(update(outbox_content).where(these).values(**values))


def remove(tx: Transaction, operation_ids: Collection[int]) -> None:
    """Take operations out: each has its outcome."""
    for part in chunks(operation_ids):
        for table in (outbox_content, outbox):
            tx.execute(delete(table).where(table.c.operation_id.in_(tx.listed(part))))


def change(tx: Transaction, operation_id: int, operation: Operation, **values: Any) -> None:
    """Let another operation stand in a row's place; `values` are further columns to be set."""
    row = dump_operation(operation)
    _set(tx, [operation_id], **_columns(row), **values)
    _set_content(tx, operation_id, **_content(row), features=None)


def follow_ours(tx: Transaction, versions: Mapping[str, tuple[int, int]]) -> None:
    """Let what waits for items go on at the versions that our own operations gave them.

    `versions` says, for each item, the one that was expected and the one that it has now. What
    names all tags of an item was decided before that, and is decided again.
    """
    for part in chunks(versions):
        rows = tx.execute(
            _PENDING.where(
                outbox.c.library_id == tx.library_id,
                outbox.c.item_key.in_(tx.listed(part)),
                outbox.c.state == "planned",
            )
        ).all()
        for row in rows:
            before, after = versions[row.item_key]
            names_all = row.offer is not None and "tags" in decode(row.payload)
            if row.base_version == before and not names_all:
                _set(tx, [row.operation_id], base_version=after)


def send_again(tx: Transaction, pending: Pending, *, attempts: int | None = None) -> None:
    """Let an operation be decided again and sent; `attempts` is how often it was sent back.

    `pending` is as it was before the library said something about it: that it was sent once
    without an answer stays known, and should it land late, it is ours.
    """
    _set(
        tx,
        [pending.operation_id],
        **_as_read(pending),
        attempts=pending.attempts if attempts is None else attempts,
        planned_version=DECIDE_AGAIN,
    )


def decide_all_again(tx: Transaction) -> None:
    """Say that nothing which waits for a library is to be sent before it was decided again."""
    tx.execute(
        update(outbox)
        .where(outbox.c.library_id == tx.library_id)
        .values(planned_version=DECIDE_AGAIN)
    )


def set_planned_version(tx: Transaction, operation_ids: Collection[int], version: int) -> None:
    """Say that operations were decided again against the library at this version."""
    _set(tx, operation_ids, planned_version=version)
