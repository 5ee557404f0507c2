"""Which source last gave each field of an item its value, and of when its export is.

An item that syncd made has a MAKER, whose every field is that is not named. Of an item that others
made, only the fields that syncd filled are known.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from sqlalchemy import select

from syncd.item.merging import MAKER
from syncd.ledger.statements import chunks
from syncd.ledger.tables import field_source, record
from syncd.ledger.transaction import Transaction
from syncd.record import Provenance

Sources = Mapping[str, Provenance]
"""By field; `MAKER` stands for all that are not named."""


def find_sources(tx: Transaction, keys: Collection[str]) -> dict[str, Sources]:
    """Return what is known of these items' fields.

    Of an item that an older syncd made, the record that it was made of tells.
    """
    found: dict[str, Sources] = {}
    for part in chunks(keys):
        rows = tx.execute(
            select(field_source.c.item_key, field_source.c.sources).where(
                field_source.c.library_id == tx.library_id,
                field_source.c.item_key.in_(tx.listed(part)),
            )
        )
        found.update((row.item_key, _load(row.sources)) for row in rows)
    return {**_find_makers(tx, [key for key in keys if key not in found]), **found}


def _find_makers(tx: Transaction, keys: Collection[str]) -> dict[str, Sources]:
    found: dict[str, Sources] = {}
    for part in chunks(keys):
        rows = tx.execute(
            select(record.c.item_key, record.c.source, record.c.exported_at)
            .where(
                record.c.library_id == tx.library_id,
                record.c.item_key.in_(tx.listed(part)),
                record.c.decision == "create",
            )
            .order_by(record.c.record_id)
        )
        for row in rows:
            maker = {MAKER: Provenance(row.source, row.exported_at or "")}
            found.setdefault(row.item_key, maker)
    return found


def add_sources(tx: Transaction, sources: Mapping[str, Sources]) -> None:
    """Remember who gave fields their values, beside what is known of the others."""
    known = find_sources(tx, sources)
    rows = [
        {"item_key": key, "sources": _dump({**known.get(key, {}), **said})}
        for key, said in sources.items()
    ]
    tx.put(field_source, rows)


def set_makers(tx: Transaction, makers: Mapping[str, Provenance]) -> None:
    """Remember who made items, and forget what was known under their keys before."""
    told = {who: _dump({MAKER: who}) for who in set(makers.values())}
    rows = [{"item_key": key, "sources": told[who]} for key, who in makers.items()]
    tx.put(field_source, rows)


def _dump(sources: Sources) -> str:
    return json.dumps(sources, ensure_ascii=False)


def _load(text: str) -> Sources:
    return {field: Provenance(*said) for field, said in json.loads(text).items()}
