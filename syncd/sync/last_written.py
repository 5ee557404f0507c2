"""What landed is kept: what was done to each item, and what it is as syncd last wrote it.

The second is the *base*: by it a later difference is blamed on one side, on people or on exports.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from syncd.item.bases import base_after
from syncd.ledger import history, journal, mirror, sources
from syncd.ledger.history import Base, Done
from syncd.ledger.outbox import Pending
from syncd.ledger.transaction import Transaction
from syncd.library import (
    Accepted,
    AddToCollection,
    Create,
    ItemData,
    StoreFile,
    Update,
)
from syncd.plan import KnownItem, Offer
from syncd.record import Provenance
from syncd.sync.outcomes import Landed
from syncd.sync.put_back import own_lines_after, values_of_people


def keep_done(tx: Transaction, landed: Sequence[Landed]) -> None:
    """Keep what was done, and what each item that is ours now looks like to both sides."""
    changed = {p.item_key for p, _ in landed if not isinstance(p.operation, Create)}
    before = mirror.find_items(tx, changed)
    done = [_done(pending, accepted, before.get(pending.item_key)) for pending, accepted in landed]
    history.add_done(tx, done)
    known = history.find_bases(tx, changed)
    made: dict[str, Base] = {}
    for each, (pending, _) in zip(done, landed, strict=True):
        key = each.item_key
        was = known.get(key)
        if (base := _base_after(each, was, pending.offer)) is None:
            continue
        # What was decided from a record is what the record says.
        theirs = values_of_people(tx, each) if pending.offer is None else ()
        known[key] = _without(base, was, theirs)
        if isinstance(each.operation, Create):
            made[key] = base
    as_made = {key for key, base in made.items() if known[key] is base}
    history.set_bases(tx, list(known.values()), as_made)
    _keep_sources(tx, landed)


def _keep_sources(tx: Transaction, landed: Sequence[Landed]) -> None:
    """Remember which source made items, and which one gave fields their values."""
    record_ids = {p.record_id for p, _ in landed if p.record_id is not None}
    said = journal.find_provenances(tx, record_ids)
    made: dict[str, Provenance] = {}
    given: defaultdict[str, dict[str, Provenance]] = defaultdict(dict)
    for pending, _ in landed:
        if pending.record_id is None:
            continue
        if pending.makes_work:
            made[pending.item_key] = said[pending.record_id]
        elif pending.offer is not None:
            fields = dict.fromkeys(pending.offer.fields, said[pending.record_id])
            given[pending.item_key].update(fields)
    sources.set_makers(tx, made)
    sources.add_sources(tx, given)


def _done(pending: Pending, accepted: Accepted, before: KnownItem | None) -> Done:
    seen = accepted.before if accepted.before is not None else _seen_before(pending)
    return Done(
        run_id=pending.run_id,
        record_id=pending.record_id,
        operation=pending.operation,
        outcome="unchanged" if accepted.unchanged else "accepted",
        version=accepted.version,
        before=history.state_before(before, None if accepted.unchanged else seen),
    )


def _seen_before(pending: Pending) -> ItemData | None:
    """Return what an operation was seen to write over, where its answer does not say so."""
    operation = pending.operation
    return operation.before if isinstance(operation, AddToCollection | Update) else None


def _base_after(done: Done, known: Base | None, offer: Offer | None) -> Base | None:
    """Return what an item is, as syncd last wrote it; None for an item that it never wrote."""
    if isinstance(done.operation, Create):
        return Base(done.item_key, done.run_id, done.version or 0, done.operation.data)
    if known is None:
        return None
    match done.operation:
        case AddToCollection() as filed:
            data = _filed(known.data, filed)
        case StoreFile(_, file):
            data = {**known.data, "md5": file.md5, "mtime": file.mtime}
        case Update(_, _, changed) if offer is not None:
            data = base_after(known.data, changed, offer.ours, offer.before)
        case Update(_, _, changed):
            data = {**known.data, **changed, **_moved(known.data, done)}
            data = {name: value for name, value in data.items() if value is not None}
        case _:
            return known
    return known._replace(run_id=done.run_id, version=done.version or known.version, data=data)


def _without(base: Base, was: Base | None, fields: Collection[str]) -> Base:
    """Return a base in which these fields are what they were: people's, not syncd's."""
    if not fields:
        return base
    before = was.data if was else {}
    data = {name: value for name, value in base.data.items() if name not in fields}
    return base._replace(data={**data, **{n: before[n] for n in fields if n in before}})


def _moved(data: ItemData, done: Done) -> ItemData:
    """Return an item's collections, tags and lines of `extra` after an update moved some.

    An update writes them whole, with those that people have added; these stay theirs.
    """
    before = (done.before or {}).get("data") or {}
    changed = done.operation.data if isinstance(done.operation, Update) else {}
    moved: dict[str, Any] = {}
    for name in ("collections", "tags"):
        if name in changed and name in before:
            ours, old, new = (side.get(name) or () for side in (data, before, changed))
            stood, stays = _Marks(old), _Marks(new)
            kept = [each for each in ours if each not in stood or each in stays]
            there = _Marks([*old, *kept])
            moved[name] = [*kept, *(each for each in new if each not in there)]
    if "extra" in changed and "extra" in before:
        known, old, new = (side.get("extra") or "" for side in (data, before, changed))
        moved["extra"] = own_lines_after(known, old, new)
    return moved


class _Marks:
    """Collections or tags, of which one is found at once however many there are."""

    def __init__(self, values: Iterable[Any]) -> None:
        self._by_name: defaultdict[str, list[Any]] = defaultdict(list)
        for value in values:
            self._by_name[_name(value)].append(value)

    def __contains__(self, value: Any) -> bool:
        # A tag is not known by its name alone.
        return value in self._by_name.get(_name(value), ())


def _name(value: Any) -> str:
    return str(value.get("tag") if isinstance(value, Mapping) else value)


def _filed(data: ItemData, filed: AddToCollection) -> ItemData:
    """Return an item's data with more collections and tags."""
    collections = [*data.get("collections", ()), *filed.collections]
    tags = data.get("tags", ())
    names = {tag["tag"] for tag in tags}
    more = [{"tag": name} for name in filed.tags if name not in names]
    return {
        **data,
        "collections": list(dict.fromkeys(collections)),
        "tags": [*tags, *more],
    }
