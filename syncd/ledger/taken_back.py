"""Values that an undo took out of items' fields: they are not written there again by themselves."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import delete, select

from syncd.ledger.statements import chunks
from syncd.ledger.tables import taken_back
from syncd.ledger.transaction import Transaction


class TakenBack(NamedTuple):
    """What was taken out of one item: fields with the digests of their values."""

    values: frozenset[tuple[str, str]] = frozenset()

    def forbids(self, field: str, value: Any) -> bool:
        """Say whether this value was taken out of this field."""
        return (field, _digest(value)) in self.values


NONE_TAKEN = TakenBack()


def find_taken_back(tx: Transaction, keys: Collection[str]) -> dict[str, TakenBack]:
    """Return what was taken out of these items; those of which nothing was are left out."""
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for part in chunks(keys):
        rows = tx.execute(
            select(taken_back.c.item_key, taken_back.c.field, taken_back.c.digest).where(
                taken_back.c.library_id == tx.library_id, taken_back.c.item_key.in_(part)
            )
        )
        for row in rows:
            found[row.item_key].add((row.field, row.digest))
    return {key: TakenBack(frozenset(values)) for key, values in found.items()}


def add_taken_back(tx: Transaction, item_key: str, values: Mapping[str, Any], run_id: int) -> None:
    """Remember that this run takes these values out of an item's fields."""
    rows = [
        {"item_key": item_key, "field": field, "digest": _digest(value), "run_id": run_id}
        for field, value in values.items()
    ]
    tx.add_missing(taken_back, rows)


def forget_taken_back(tx: Transaction, item_key: str, values: Mapping[str, Any]) -> None:
    """These values are put into an item's fields again, on purpose."""
    for field, value in values.items():
        tx.execute(
            delete(taken_back).where(
                taken_back.c.library_id == tx.library_id,
                taken_back.c.item_key == item_key,
                taken_back.c.field == field,
                taken_back.c.digest == _digest(value),
            )
        )


def _digest(value: Any) -> str:
    # An absent property and an empty one say the same.
    text = json.dumps(value or "", ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
