"""Where items came from and whose each field is; what became of each record of a file.

Everything comes from the ledger but what stands in an item now, which the library is asked for
where it can be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from syncd.item.equality import stands
from syncd.ledger import history, knowledge, mirror, provenance
from syncd.ledger.provenance import Decided
from syncd.ledger.store import LibraryLedger
from syncd.ledger.transaction import Transaction
from syncd.library import Create, ItemData, StoredItem, Update
from syncd.plan import Decision, KnownItem
from syncd.record import ItemKey

SYNCD, PERSON = "syncd", "person"
"""Whose a field is."""

_NO_FIELDS = frozenset(
    {"itemType", "tags", "collections", "relations", "dateAdded", "dateModified", "parentItem"}
)

Look = Callable[[Sequence[ItemKey]], Sequence[StoredItem]]
"""Reads items from the library; raises where it cannot be reached."""

Survivors = Callable[[Transaction, Collection[str]], Mapping[str, str]]
"""Says which items others stand for, since people merged them."""


class Deed(NamedTuple):
    """One operation on an item."""

    run: int
    kind: str
    outcome: str


@dataclass(frozen=True, slots=True)
class ExplainedItem:
    """An item: how it is, where it came from, and whose each of its fields is.

    `is_compared` says that the library was asked what stands in it now.
    """

    library: str
    item_key: str
    state: str
    removed_at: datetime | None
    merged_into: str | None
    title: str
    origins: Sequence[Decided]
    deeds: Sequence[Deed]
    fields: Mapping[str, str] = field(default_factory=dict)
    is_compared: bool = False


class ExplainedRecord(NamedTuple):
    """What became of one record of a file: the decision, and how its item is now."""

    library: str
    decided: Decided
    fate: str
    merged_into: str | None


def explain_items(
    name: str, ledger: LibraryLedger, keys: Sequence[str], look: Look, survivors: Survivors
) -> list[ExplainedItem]:
    """Explain items of a library. Raises what `look` does, where there is something to look at."""
    with ledger.read() as tx:
        known = mirror.find_items(tx, keys)
        stand_ins = survivors(tx, keys)
        origins = provenance.decided_about(tx, keys)
        done = history.done_to_items(tx, keys)
        bases = history.find_bases(tx, keys)
    there = [ItemKey(key) for key in keys if key in known and known[key].state != "deleted"]
    found = {item.key: item for item in look(there)} if there else {}
    # Not all that was sent is syncd's: an undo may have put back what a person had written.
    written = {**_last_written(done), **{key: base.data for key, base in bases.items()}}
    explained = []
    for key in keys:
        item = found.get(ItemKey(key))
        data = item.data if item else written.get(key, {})
        explained.append(
            ExplainedItem(
                library=name,
                item_key=key,
                state=_state_of(known.get(key), item),
                removed_at=known[key].removed_at if key in known else None,
                merged_into=stand_ins.get(key),
                title=str(data.get("title", "")),
                origins=[each for each in origins if each.planned.item_key == key],
                deeds=[_deed(each) for each in done if each.item_key == key],
                fields=_whose(data, written.get(key, {})),
                is_compared=item is not None,
            )
        )
    return explained


def _state_of(known: KnownItem | None, item: StoredItem | None) -> str:
    if item is not None:
        return "trashed" if item.trashed else "present"
    return known.state if known else "unknown"


def _deed(done: history.Done) -> Deed:
    return Deed(done.run_id, done.kind, done.outcome)


def _last_written(done: Iterable[history.Done]) -> dict[str, ItemData]:
    """Return, by item, what syncd last wrote into each of its fields."""
    written: dict[str, dict[str, Any]] = {}
    for each in done:
        if each.outcome == "refused":
            continue
        match each.operation:
            case Create(key, data):
                written[key] = dict(data)
            case Update(key, _, data):
                written.setdefault(key, {}).update(data)
    return dict(written)


def _whose(data: ItemData, written: ItemData) -> dict[str, str]:
    return {
        name: SYNCD if name in written and stands(name, written[name], value) else PERSON
        for name, value in data.items()
        if value and name not in _NO_FIELDS
    }


# Files


def explain_exports(
    name: str,
    ledger: LibraryLedger,
    decisions: Sequence[Decided],
    survivors: Survivors,
) -> list[ExplainedRecord]:
    """Say what became of records in a library, in the order of their files."""
    keys = {each.planned.item_key for each in decisions if each.planned.item_key}
    with ledger.read() as tx:
        mine = [each for each in decisions if each.library_id == tx.library_id]
        known = mirror.find_items(tx, keys)
        placed = knowledge.find_placements(tx, keys)
        stand_ins = survivors(tx, keys)
    return [
        ExplainedRecord(
            name,
            each,
            _fate(each, known, placed, stand_ins),
            stand_ins.get(each.planned.item_key or ""),
        )
        for each in mine
    ]


def _fate(
    each: Decided,
    known: Mapping[str, KnownItem],
    placed: Mapping[str, frozenset[tuple[str, str]]],
    stand_ins: Mapping[str, str],
) -> str:
    """Say in a word what became of a record."""
    planned, key = each.planned, each.planned.item_key or ""
    if planned.decision is Decision.REJECT:
        return "rejected"
    if planned.outcome == "pending":
        return "pending"
    if each.is_open or planned.decision is Decision.HOLD:
        return "held"
    if planned.outcome == "refused":
        return "refused"
    item = known.get(key)
    if item is None:
        return "left_out"
    if item.state == "present":
        wanted = {value for kind, value in placed.get(key, ()) if kind == "collection"}
        return "elsewhere" if wanted and not wanted & item.collections else "present"
    if key in stand_ins:
        return "merged_into"
    return "in_trash" if item.state == "trashed" else "missing"
