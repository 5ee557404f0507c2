"""Which item stands for which, since people merged them: read from the items that stay.

Zotero notes a merge on the item that stays (`dc:replaces`) and puts the others into the trash,
from which they may be erased later. The note is followed to the item that stands for a work now,
through merges of merges. An item that a person took out of the trash stands for itself again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import delete, select

from syncd.ledger.statements import chunks
from syncd.ledger.tables import item, replacement
from syncd.ledger.transaction import Transaction
from syncd.library import ItemData
from syncd.record import ItemKey

_REPLACES = "dc:replaces"
_ITEM_URI = re.compile(r"/items/([A-Z0-9]{8})\Z")


def replaced_by(data: ItemData) -> Iterator[ItemKey]:
    """Yield the keys of the items that this one says it replaces."""
    relations: Any = data.get("relations")
    value = relations.get(_REPLACES, ()) if isinstance(relations, dict) else ()
    for uri in [value] if isinstance(value, str) else value:
        if found := _ITEM_URI.search(str(uri)):
            yield ItemKey(found[1])


def set_replacements(tx: Transaction, replaces: Mapping[ItemKey, Collection[ItemKey]]) -> None:
    """Remember what each of these items says it replaces, instead of what it said before."""
    for part in chunks(replaces):
        tx.execute(
            delete(replacement).where(
                replacement.c.library_id == tx.library_id,
                replacement.c.survivor_key.in_(tx.listed(part)),
            )
        )
    rows = [
        {"survivor_key": survivor, "item_key": key}
        for survivor, keys in replaces.items()
        for key in dict.fromkeys(keys)
        if key != survivor
    ]
    tx.add_missing(replacement, rows)


def find_survivors(tx: Transaction, keys: Collection[str]) -> dict[str, str]:
    """Return, for those of these items that others stand for, the one that does in the end.

    An item that is there stands for itself.
    """
    steps: dict[str, str] = {}
    unknown = set(keys)
    while unknown:
        found = _find_steps(tx, unknown)
        steps |= found
        unknown = set(found.values()) - steps.keys()
    return {key: _end_of(key, steps) for key in keys if key in steps}


def _find_steps(tx: Transaction, keys: Collection[str]) -> dict[str, str]:
    """Return for items that are not there the one that replaces each, one that is there first."""
    candidates: defaultdict[str, list[tuple[bool, str]]] = defaultdict(list)
    for part in chunks(keys):
        rows = tx.execute(
            select(replacement.c.item_key, replacement.c.survivor_key, item.c.state)
            .join(
                item,
                (item.c.library_id == replacement.c.library_id)
                & (item.c.item_key == replacement.c.survivor_key),
            )
            .where(
                replacement.c.library_id == tx.library_id,
                replacement.c.item_key.in_(tx.listed(part)),
            )
        )
        for row in rows:
            candidates[row.item_key].append((row.state != "present", row.survivor_key))
    present = _present(tx, candidates)
    return {key: min(found)[1] for key, found in candidates.items() if key not in present}


def _present(tx: Transaction, keys: Collection[str]) -> set[str]:
    return tx.find_among(item.c.item_key, keys, item.c.state == "present")


def _end_of(key: str, steps: Mapping[str, str]) -> str:
    """Follow the steps; where they lead in a circle, to its last item that was not met yet."""
    met = {key}
    while (after := steps.get(key)) is not None and after not in met:
        met.add(after)
        key = after
    return key


def find_replaced(tx: Transaction, keys: Collection[str]) -> dict[str, str]:
    """Return the items that these stand for, in one step or several, each with its survivor."""
    found: dict[str, str] = {}
    wanted = set(keys)
    while wanted:
        earlier = _replaced_in_one_step(tx, wanted) - found.keys()
        found |= dict.fromkeys(earlier, "")
        wanted = earlier
    survivors = find_survivors(tx, found)
    return {key: survivor for key, survivor in survivors.items() if survivor in keys}


def _replaced_in_one_step(tx: Transaction, survivors: Collection[str]) -> set[str]:
    return tx.find_among(replacement.c.survivor_key, survivors, wanted=replacement.c.item_key)
