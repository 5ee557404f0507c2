"""Since when items are in the trash or gone, so that whoever is refused them can be told."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from sqlalchemy import delete

from syncd.ledger.statements import chunks
from syncd.ledger.tables import removal
from syncd.ledger.transaction import Transaction

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def instant_of(text: str) -> str | None:
    """Return an instant as libraries write it, if it is one that the ledger can keep."""
    return text if _INSTANT.fullmatch(text) else None


def note_removed(tx: Transaction, removed: Mapping[str, str]) -> None:
    """Remember since when items are removed; of one that was removed before, the first stays."""
    rows = [{"item_key": key, "removed_at": at} for key, at in removed.items()]
    tx.add_missing(removal, rows)


def note_returned(tx: Transaction, keys: Collection[str]) -> None:
    """Remember that items are back."""
    for part in chunks(keys):
        tx.execute(
            delete(removal).where(
                removal.c.library_id == tx.library_id, removal.c.item_key.in_(tx.listed(part))
            )
        )
