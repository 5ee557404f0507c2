"""Records that were taken for works already there, and how such a decision is taken back."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Select, delete, or_, select

from syncd.ledger.journal import read_identity, read_record
from syncd.ledger.tables import delivery, hold, identifier, member, record
from syncd.ledger.transaction import Transaction
from syncd.matching import dump_features, features_of
from syncd.plan import Decision, PlannedRecord
from syncd.record import Citation
from syncd.system.packing import unpack

_AS_THE_SAME = tuple(each.value for each in (Decision.SKIP, Decision.COLLECT, Decision.UPDATE))


class DecidedRow(NamedTuple):
    """A record that was found to be the work of something else; `entry` is as it was written."""

    record_id: int
    run_id: int
    planned: PlannedRecord
    entry: str
    folder: bytes


def taken_for_the_same(
    tx: Transaction, run_id: int | None = None, file: str | None = None
) -> list[DecidedRow]:
    """Return what was taken for a work already there, the newest run first.

    `file` is a file's name, with the folders above it or without.
    """
    query = _query(tx)
    if run_id is not None:
        query = query.where(record.c.run_id == run_id)
    if file is not None:
        below = record.c.file.endswith(f"/{file}", autoescape=True)
        query = query.where(or_(record.c.file == file, below))
    rows = tx.execute(query.order_by(record.c.run_id.desc(), record.c.record_id)).all()
    return [_read(row) for row in rows]


def find_taken(tx: Transaction, record_id: int) -> DecidedRow | None:
    """Return one record, if it was taken for a work already there."""
    row = tx.execute(_query(tx).where(record.c.record_id == record_id)).one_or_none()
    return None if row is None else _read(row)


def name_of_other(tx: Transaction, found: DecidedRow) -> str | None:
    """Return what answers call the work that a record was taken for; None: nobody knows any more.

    That is an item's key, or the fingerprint of an earlier record that is held itself.
    """
    if found.planned.item_key:
        return found.planned.item_key
    first = found.planned.duplicate_of
    if first is None or first.file is None:
        return None
    asked = tx.execute(
        select(record.c.item_key, hold.c.question)
        .join(hold, hold.c.record_id == record.c.record_id, isouter=True)
        .where(
            record.c.library_id == tx.library_id,
            record.c.run_id == found.run_id,
            record.c.file == first.file,
            record.c.position == first.index,
        )
    ).first()
    if asked is None:
        return None
    return str(asked.item_key or (asked.question or "").partition(" ")[0]) or None


def forget_sameness(tx: Transaction, record_id: int, citation: Citation, item_key: str) -> None:
    """Forget what was learnt of an item from a record that is another work.

    Identifiers that another record of the item, or the item itself, bears stay its own.
    """
    tx.execute(
        delete(member).where(
            member.c.library_id == tx.library_id,
            member.c.item_key == item_key,
            member.c.features == dump_features(features_of(citation)),
        )
    )
    others = tx.execute(
        select(record.c.identity).where(
            record.c.library_id == tx.library_id,
            record.c.item_key == item_key,
            record.c.record_id != record_id,
        )
    ).scalars()
    kept = {pair for each in others for pair in read_identity(each).pairs()}
    for kind, value in set(citation.identity.pairs()) - kept:
        tx.execute(
            delete(identifier).where(
                identifier.c.library_id == tx.library_id,
                identifier.c.kind == kind,
                identifier.c.value == value,
                identifier.c.item_key == item_key,
                identifier.c.alias == 1,
            )
        )


def _query(tx: Transaction) -> Select[Any]:
    return (
        select(record, delivery.c.folder)
        .join(
            delivery,
            (delivery.c.export_id == record.c.export_id)
            & (delivery.c.library_id == record.c.library_id)
            & (delivery.c.run_id == record.c.run_id),
            isouter=True,
        )
        .where(
            record.c.library_id == tx.library_id,
            record.c.decision.in_(_AS_THE_SAME),
            record.c.pointers.not_like('%"duplicate_of": null%'),
        )
    )


def _read(row: Any) -> DecidedRow:
    return DecidedRow(
        row.record_id, row.run_id, read_record(row), _text(row.entry), row.folder or b""
    )


def _text(entry: bytes | None) -> str:
    return unpack(entry).decode("utf-8", "surrogatepass") if entry else ""
