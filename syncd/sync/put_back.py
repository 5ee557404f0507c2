"""Whose the values are that an undo puts back.

A person who asked for what an export says had written something else there. Taken back, that is
the person's again, although syncd was the last to write it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.item.equality import stands
from syncd.item.own_lines import lines_of_ours
from syncd.ledger import history, runs
from syncd.ledger.history import Done
from syncd.ledger.transaction import Transaction
from syncd.library import Create, Update


def values_of_people(tx: Transaction, done: Done) -> frozenset[str]:
    """Return the fields into which this operation of an undo puts what people had written."""
    if not isinstance(done.operation, Update):
        return frozenset()
    root = runs.find_root(tx.connection, done.run_id)
    if root is None:
        return frozenset()
    earlier, answered = _written_until(tx, done.item_key, root)
    return frozenset(
        name
        for name, value in done.operation.data.items()
        if name in answered
        and not stands(name, value, answered[name])
        and not stands(name, value, earlier.get(name))
    )


def _written_until(
    tx: Transaction, item_key: str, root: int
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return what runs had last written into an item until one, and what that one wrote."""
    deeds = [each for each in history.done_to_items(tx, [item_key]) if each.outcome == "accepted"]
    undos = runs.undone_by(tx.connection, {each.run_id for each in deeds})
    earlier: dict[str, Any] = {}
    wrote: dict[str, Any] = {}
    for each in deeds:
        if each.run_id in undos or not isinstance(each.operation, Create | Update):
            continue
        if each.run_id == root:
            wrote.update(each.operation.data)
        elif not wrote:
            earlier.update(each.operation.data)
    return earlier, wrote


def own_lines_after(known: str, before: str, written: str) -> str:
    """Return which lines of `extra` are ours after it was put back, of those `known` as ours.

    Lines of others that were sent along stay theirs, and one of ours that a person took out stays
    known.
    """
    ours, old, new = map(lines_of_ours, (known, before, written))
    kept = [line for line in ours if line in new or line not in old]
    return "\n".join([*kept, *(line for line in new if line not in old and line not in kept)])
