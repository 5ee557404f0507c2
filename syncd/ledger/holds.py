"""What waits for a person: one question per work in doubt, however many records ask it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import func, select, update

from syncd.ledger.statements import chunks
from syncd.ledger.tables import hold
from syncd.ledger.transaction import Transaction

_SETTLED = ("skip", "drop")
"""Answers that leave nothing to be done, now or later."""


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

    While it waits it gathers the places and the fields that all who ask it want. It is open again
    where its answer did not settle it: what was to be sent once more was refused once more, or the
    export says something new again.
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
        merged = _with_places(json.loads(asked.payload), payload)
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


def _with_places(asked: Mapping[str, Any], again: Mapping[str, Any]) -> dict[str, Any]:
    more: dict[str, Any] = {
        name: list(dict.fromkeys([*asked[name], *again[name]]))
        for name in ("collections", "tags")
        if name in asked and name in again
    }
    if "fields" in asked and "fields" in again:
        more["fields"] = {**asked["fields"], **again["fields"]}
    return {**asked, **more}


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


def find_questions(tx: Transaction, questions: Collection[str]) -> dict[str, str | None]:
    """Return those of the questions that were asked, with their answers; None: it still waits."""
    found: dict[str, str | None] = {}
    for part in chunks(questions):
        rows = tx.execute(
            select(hold.c.question, hold.c.answer).where(
                hold.c.library_id == tx.library_id, hold.c.question.in_(part)
            )
        )
        found.update((row.question, row.answer) for row in rows)
    return found


def open_holds(tx: Transaction) -> list[HoldRow]:
    """Return what waits for a person, oldest first."""
    rows = tx.execute(
        select(hold)
        .where(hold.c.library_id == tx.library_id, hold.c.answer.is_(None))
        .order_by(hold.c.hold_id)
    )
    return [_read(row) for row in rows]


def find_hold(tx: Transaction, hold_id: int) -> HoldRow | None:
    """Return one question of a library, answered or not; None if there is none of this number."""
    row = tx.execute(
        select(hold).where(hold.c.library_id == tx.library_id, hold.c.hold_id == hold_id)
    ).one_or_none()
    return _read(row) if row else None


def close_hold(tx: Transaction, hold_id: int, answer: str) -> None:
    """Note what a person answered."""
    _change(tx, hold_id, answer=answer, answered_at=tx.now)


def skipped_questions(tx: Transaction) -> list[str]:
    """Return the questions that a person answered by leaving the record out."""
    rows = tx.execute(
        select(hold.c.question)
        .where(hold.c.library_id == tx.library_id, hold.c.answer == "skip")
        .order_by(hold.c.question)
    )
    return list(rows.scalars())


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
