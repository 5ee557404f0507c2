"""What waits for a person: one question per work in doubt, however many records ask it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select

from syncd.ledger.tables import hold


def add_hold(
    connection: Connection,
    library_id: int,
    record_id: int,
    *,
    kind: str,
    question: str,
    reason: str,
    payload: Mapping[str, Any],
    now: str,
) -> None:
    """Ask a person, unless the same question was asked before."""
    asked = connection.execute(
        select(hold.c.hold_id).where(hold.c.library_id == library_id, hold.c.question == question)
    ).first()
    if asked is not None:
        return
    connection.execute(
        insert(hold).values(
            library_id=library_id,
            record_id=record_id,
            kind=kind,
            question=question,
            reason=reason,
            payload=json.dumps(payload, ensure_ascii=False),
            held_at=now,
        )
    )


def count_open(connection: Connection, library_id: int) -> int:
    """Return how many questions about a library wait for an answer."""
    return connection.execute(
        select(func.count())
        .select_from(hold)
        .where(hold.c.library_id == library_id, hold.c.answer.is_(None))
    ).scalar_one()
