"""What waits for a person: one question per work in doubt, however many records ask it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select, update

from syncd.ledger.statements import chunks
from syncd.ledger.tables import hold, record
from syncd.ledger.transaction import Transaction

UNDONE = "undone"
"""What stands for an answer where the run that asked was taken back."""

_SETTLED = ("skip", "drop")
"""Answers that leave nothing to be done, now or later."""
_MARK = 16


class HoldRow(NamedTuple):
    """One question; `answer` is None while it waits."""

    hold_id: int
    record_id: int
    kind: str
    question: str
    reason: str
    payload: Mapping[str, Any]
    held_at: str
    answer: str | None


def add_hold(
    tx: Transaction,
    record_id: int,
    *,
    kind: str,
    question: str,
    reason: str,
    payload: Mapping[str, Any],
) -> None:
    """Ask a person. The same question is not asked twice, and one that was settled stays so.

    While it waits it gathers the places and the fields that all who ask it want, what they may be,
    and who they are (`joined`): one answer is for all of them. It is open again where its answer
    did not settle it: what was to be sent once more was refused once more, or the export says
    something new again.
    """
    asked = tx.execute(
        select(hold).where(hold.c.library_id == tx.library_id, hold.c.question == question)
    ).one_or_none()
    if asked is not None and asked.answer in _SETTLED:
        return
    values = {"record_id": record_id, "kind": kind, "reason": reason, "held_at": tx.now}
    if asked is None:
        tx.add(hold, [{"question": question, "payload": _dump(payload), **values}])
    elif asked.answer is None:
        merged = _merge(json.loads(asked.payload), payload)
        if "fingerprint" in merged and record_id != asked.record_id:
            merged = join(merged, payload, [record_id])
        _change(tx, asked.hold_id, payload=_dump(merged))
    else:
        _change(
            tx,
            asked.hold_id,
            payload=_dump(payload),
            answer=None,
            answered_at=None,
            **values,
        )


def _merge(asked: Mapping[str, Any], again: Mapping[str, Any]) -> dict[str, Any]:
    more: dict[str, Any] = {
        name: list(dict.fromkeys([*asked[name], *again[name]]))
        for name in ("collections", "tags", "candidates")
        if name in asked and name in again
    }
    if "fields" in asked and "fields" in again:
        more["fields"] = {**asked["fields"], **again["fields"]}
    return {**asked, **more}


def join(
    payload: Mapping[str, Any], other: Mapping[str, Any], record_ids: Collection[int]
) -> dict[str, Any]:
    """Return a question's payload with further records of the work that it is about.

    `other` is the payload of the question that they would ask.
    """
    joined = [dict(each) for each in payload.get("joined", ())]
    name = other["fingerprint"]
    entry = next((each for each in joined if each["fingerprint"] == name), None)
    if entry is None:
        data = {} if name == payload["fingerprint"] else {"data": other["data"]}
        entry = {"fingerprint": name, "records": [], **data}
        joined.append(entry)
    entry["records"] = list(dict.fromkeys([*entry["records"], *record_ids]))
    return {**payload, "joined": joined}


def put_payload(tx: Transaction, hold_id: int, payload: Mapping[str, Any]) -> None:
    """Write a question's payload in place of the one it has."""
    _change(tx, hold_id, payload=_dump(payload))


def _dump(payload: Mapping[str, Any]) -> str:
    return json.dumps(payload, ensure_ascii=False)


def _change(tx: Transaction, hold_id: int, **values: Any) -> None:
    tx.execute(update(hold).where(hold.c.hold_id == hold_id).values(**values))


def change_payload(tx: Transaction, hold_id: int, payload: Mapping[str, Any]) -> None:
    """Let a question that waits be about something else: a part of it was answered."""
    _change(tx, hold_id, payload=_dump(payload))


def move_collection(tx: Transaction, old: str, new: str) -> None:
    """Let questions that would file something in one collection file it in another."""
    asked = tx.execute(
        select(hold).where(
            hold.c.library_id == tx.library_id,
            hold.c.answer.is_(None),
            hold.c.payload.contains(f'"{old}"'),
        )
    ).all()
    for row in asked:
        moved = _in_collection(json.loads(row.payload), old, new)
        _change(tx, row.hold_id, payload=_dump(moved))


def _in_collection(value: Any, old: str, new: str) -> Any:
    """Return a payload, or a part of one, whose `collections` name another in place of `old`."""
    if isinstance(value, list):
        return [_in_collection(each, old, new) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: [new if key == old else key for key in part]
        if name == "collections"
        else _in_collection(part, old, new)
        for name, part in value.items()
    }


def find_named(tx: Transaction, name: str) -> HoldRow | None:
    """Return the newest question about the work of this fingerprint, if there is one."""
    row = tx.execute(
        select(hold)
        .where(
            hold.c.library_id == tx.library_id,
            hold.c.kind == "identity",
            # What begins with it: the name, a blank, and its candidates.
            or_(
                hold.c.question == name,
                hold.c.question.startswith(f"{name} ", autoescape=True),
            ),
        )
        .order_by(hold.c.hold_id.desc())
    ).first()
    return _read(row) if row else None


def all_named(tx: Transaction, names: Collection[str]) -> dict[str, HoldRow]:
    """Return the newest question about each of these that is the fingerprint of a held work."""
    rows = tx.execute(
        select(hold.c.hold_id, hold.c.question)
        .where(hold.c.library_id == tx.library_id, hold.c.kind == "identity")
        .order_by(hold.c.hold_id)
    )
    numbers = {
        name: row.hold_id for row in rows if (name := row.question.partition(" ")[0]) in names
    }
    found = {name: find_hold(tx, number) for name, number in numbers.items()}
    return {name: row for name, row in found.items() if row is not None}


def holds_about(tx: Transaction, candidate: str) -> list[HoldRow]:
    """Return the open questions that may be answered with this candidate."""
    rows = tx.execute(
        select(hold)
        .where(
            hold.c.library_id == tx.library_id,
            hold.c.answer.is_(None),
            hold.c.kind == "identity",
            hold.c.payload.contains(f'"{candidate}"', autoescape=True),
        )
        .order_by(hold.c.hold_id)
    )
    found = map(_read, rows)
    return [row for row in found if candidate in row.payload["candidates"]]


def mark_of(kind: str, reason: str, payload: str) -> str:
    """Return by what a question is known to stand as it was shown: it is of all that it says."""
    return hashlib.sha256(f"{kind} {reason} {payload}".encode()).hexdigest()[:_MARK]


def find_mark(tx: Transaction, hold_id: int) -> str | None:
    """Return the mark of a question that waits; None where it does not."""
    row = tx.execute(
        select(hold.c.kind, hold.c.reason, hold.c.payload).where(
            hold.c.library_id == tx.library_id, hold.c.hold_id == hold_id, hold.c.answer.is_(None)
        )
    ).one_or_none()
    return mark_of(row.kind, row.reason, row.payload) if row else None


def open_numbers(tx: Transaction) -> set[int]:
    """Return the numbers of the questions that wait for an answer."""
    rows = tx.execute(
        select(hold.c.hold_id).where(hold.c.library_id == tx.library_id, hold.c.answer.is_(None))
    )
    return set(rows.scalars())


def open_holds(tx: Transaction, kind: str | None = None) -> list[HoldRow]:
    """Return what waits for a person, all of it or of one kind, oldest first."""
    return _open(tx, *([] if kind is None else [hold.c.kind == kind]))


def find_open(tx: Transaction, numbers: Collection[int]) -> list[HoldRow]:
    """Return those of the questions of these numbers that wait for a person, oldest first."""
    found = (_open(tx, hold.c.hold_id.in_(part)) for part in chunks(sorted(set(numbers))))
    return [row for part in found for row in part]


def _open(tx: Transaction, *chosen: ColumnElement[bool]) -> list[HoldRow]:
    rows = tx.execute(
        select(hold)
        .where(hold.c.library_id == tx.library_id, hold.c.answer.is_(None), *chosen)
        .order_by(hold.c.hold_id)
    )
    return [_read(row) for row in rows]


def holds_of(tx: Transaction, kind: str) -> list[HoldRow]:
    """Return every question of a kind, answered or not, oldest first."""
    rows = tx.execute(
        select(hold)
        .where(hold.c.library_id == tx.library_id, hold.c.kind == kind)
        .order_by(hold.c.hold_id)
    )
    return [_read(row) for row in rows]


def find_skipped(tx: Transaction, questions: Collection[str]) -> set[str]:
    """Return those of the questions that a person answered by leaving the record out."""
    return tx.find_among(hold.c.question, questions, hold.c.answer == "skip")


def find_asked(tx: Transaction, questions: Collection[str]) -> set[str]:
    """Return those of the questions that were asked before, answered or not."""
    return tx.find_among(hold.c.question, questions)


def find_hold(tx: Transaction, hold_id: int) -> HoldRow | None:
    """Return one question of a library, answered or not; None if there is none of this number."""
    row = tx.execute(
        select(hold).where(hold.c.library_id == tx.library_id, hold.c.hold_id == hold_id)
    ).one_or_none()
    return _read(row) if row else None


def close_hold(tx: Transaction, hold_id: int, answer: str) -> None:
    """Note what a person answered."""
    _change(tx, hold_id, answer=answer, answered_at=tx.now)


def find_of_run(tx: Transaction, run_id: int, answer: str | None) -> list[int]:
    """Return the questions that only records of this run ask and that have this answer, or none.

    Whether two items of one work may both stand is asked of the items, and not of the run.
    """
    rows = tx.execute(
        select(hold)
        .join(record, record.c.record_id == hold.c.record_id)
        .where(
            hold.c.library_id == tx.library_id,
            record.c.run_id == run_id,
            hold.c.kind != "twin",
            hold.c.answer.is_(None) if answer is None else hold.c.answer == answer,
        )
        .order_by(hold.c.hold_id)
    )
    asked = list(map(_read, rows))
    joined = {number for row in asked for number in _joined(row)}
    ours = set(
        tx.execute(
            select(record.c.record_id).where(
                record.c.run_id == run_id, record.c.record_id.in_(joined)
            )
        ).scalars()
    )
    return [row.hold_id for row in asked if _joined(row) <= ours]


def _joined(row: HoldRow) -> set[int]:
    return {number for each in row.payload.get("joined", ()) for number in each["records"]}


def withdraw(tx: Transaction, hold_ids: Collection[int]) -> None:
    """The run that asks is taken back: nobody has to answer any more."""
    for hold_id in hold_ids:
        close_hold(tx, hold_id, UNDONE)


def ask_again(tx: Transaction, hold_ids: Collection[int]) -> None:
    """What was taken back is done again: these questions wait once more."""
    for hold_id in hold_ids:
        _change(tx, hold_id, answer=None, answered_at=None)


def count_open(tx: Transaction) -> int:
    """Return how many questions about a library wait for an answer."""
    query = (
        select(func.count())
        .select_from(hold)
        .where(hold.c.library_id == tx.library_id, hold.c.answer.is_(None))
    )
    return int(tx.execute(query).scalar_one())


def _read(row: Any) -> HoldRow:
    return HoldRow(
        hold_id=row.hold_id,
        record_id=row.record_id,
        kind=row.kind,
        question=row.question,
        reason=row.reason,
        payload=json.loads(row.payload),
        held_at=row.held_at,
        answer=row.answer,
    )
