"""Values that an undo took out of items: they are not written there again by themselves.

VALUE   what stood in a field; of `extra`, one line of it, and of `tags`, one name
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import delete, select

from syncd.item.equality import comparable
from syncd.ledger.statements import chunks
from syncd.ledger.tables import taken_back
from syncd.ledger.transaction import Transaction
from syncd.library import ItemData

FieldValue = tuple[str, Any]
"""A field and a value of it."""


class TakenBack(NamedTuple):
    """What was taken out of one item: fields with the digests of their values."""

    values: frozenset[tuple[str, str]] = frozenset()

    def forbids(self, field: str, value: Any) -> bool:
        """Say whether this value was taken out of this field."""
        return (field, _digest(field, value)) in self.values

    def without(self, data: ItemData) -> ItemData:
        """Return what a record says of the item, without what was taken out of it."""
        if not self.values:
            return data
        kept = {n: v for n, v in data.items() if n in _IN_PARTS or not self.forbids(n, v)}
        if "extra" in kept:
            lines = str(kept["extra"]).split("\n")
            kept["extra"] = "\n".join(each for each in lines if not self.forbids("extra", each))
        if "tags" in kept:
            kept["tags"] = [tag for tag in kept["tags"] if not self.forbids("tags", tag["tag"])]
        return kept


_IN_PARTS = frozenset({"extra", "tags"})
"""Fields of which each line or name is a value of its own."""


def values_of(field: str, whole: Any) -> Iterator[FieldValue]:
    """Yield the values of a field, each with the field's name."""
    if field == "extra":
        yield from ((field, line) for line in str(whole or "").split("\n") if line)
    elif field == "tags":
        yield from ((field, tag["tag"]) for tag in whole or ())
    else:
        yield field, whole


NONE_TAKEN = TakenBack()


def find_taken_back(tx: Transaction, keys: Collection[str]) -> dict[str, TakenBack]:
    """Return what was taken out of these items; those of which nothing was are left out."""
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for part in chunks(keys):
        rows = tx.execute(
            select(taken_back.c.item_key, taken_back.c.field, taken_back.c.digest).where(
                taken_back.c.library_id == tx.library_id, taken_back.c.item_key.in_(tx.listed(part))
            )
        )
        for row in rows:
            found[row.item_key].add((row.field, row.digest))
    return {key: TakenBack(frozenset(values)) for key, values in found.items()}


def add_taken_back(
    tx: Transaction, item_key: str, values: Iterable[FieldValue], run_id: int
) -> None:
    """Remember that this run takes these values out of an item."""
    rows = [
        {"item_key": item_key, "field": field, "digest": _digest(field, value), "run_id": run_id}
        for field, value in values
    ]
    tx.add_missing(taken_back, rows)


def forget_taken_back(tx: Transaction, item_key: str, values: Iterable[FieldValue]) -> None:
    """These values are put into an item again, on purpose."""
    for field, value in values:
        tx.execute(
            delete(taken_back).where(
                taken_back.c.library_id == tx.library_id,
                taken_back.c.item_key == item_key,
                taken_back.c.field == field,
                taken_back.c.digest == _digest(field, value),
            )
        )


def _digest(field: str, value: Any) -> str:
    text = json.dumps(comparable(field, value), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
