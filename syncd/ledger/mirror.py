"""What each library holds, as last seen: items by key, by identifier and by likeness.

The mirror follows `Library.changes_since` page by page. It never forgets an item that was
removed: the row stays as the tombstone, with the identifiers by which the work would be met
again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select, update

from syncd.item.reading import citation_of
from syncd.ledger import duplicates, index, knowledge, merges, removals
from syncd.ledger.instants import find_instant
from syncd.ledger.statements import chunks
from syncd.ledger.tables import item, library, removal
from syncd.ledger.transaction import Transaction
from syncd.library import Changes, ItemData, StoredItem
from syncd.matching import (
    Features,
    dump_features,
    features_of,
    index_keys,
    load_features,
)
from syncd.plan import KnownItem
from syncd.record import ItemKey

_NO_WORKS = frozenset({"note", "attachment", "annotation"})
"""Item types that hang below a work and are none themselves."""


class ItemRow(NamedTuple):
    """One item as the mirror writes it; `features` is None for what is no work of its own.

    `replaces` are the items for which it stands since people merged them.
    """

    key: ItemKey
    version: int
    state: str
    collections: str
    features: Features | None
    replaces: tuple[ItemKey, ...] = ()
    parent: str | None = None
    touched_at: str = ""
    """When it was last changed, where the library says so: of a trashed item, when that was."""
    dumped: bytes | None = None
    """The features as they are kept, where they were dumped before."""


def is_work(data: ItemData) -> bool:
    """Say whether an item is a work, rather than a part of one such as a note."""
    return data.get("itemType") not in _NO_WORKS and not data.get("parentItem")


def row_of(stored: StoredItem, dumped: bytes | None = None) -> ItemRow:
    """Read from an item what the mirror keeps of it; `dumped` are its features, if known."""
    data = stored.data
    features = load_features(dumped) if dumped is not None else None
    if features is None and is_work(data):
        features = features_of(citation_of(data))
    return ItemRow(
        key=stored.key,
        version=stored.version,
        state="trashed" if stored.trashed else "present",
        collections=" ".join(data.get("collections", ())),
        features=features,
        replaces=tuple(merges.replaced_by(data)),
        parent=data.get("parentItem") or None,
        touched_at=str(data.get("dateModified", "")),
        dumped=dumped,
    )


def write_items(tx: Transaction, rows: Sequence[ItemRow], made_by_run: int | None = None) -> None:
    """Put these items into the mirror in place of what it knew of them.

    `made_by_run` marks items that syncd itself made; for items made earlier the mark stays, and
    what they looked like before people edited them is remembered: the record will come again.
    """
    for part in chunks(rows):
        before = _forget(tx, [row.key for row in part])
        features = {row.key: row.features for row in part if row.features}
        rows_of_part = [
            {
                "item_key": row.key,
                "version": row.version,
                "state": row.state,
                "made_by_run": made_by_run or before.get(row.key, _Former()).made_by_run,
                "collections": row.collections,
                "features": row.dumped or (dump_features(row.features) if row.features else None),
                "parent": row.parent,
            }
            for row in part
        ]
        tx.put(item, rows_of_part)
        _note_removals(tx, part, before.keys())
        _index(tx, features)
        knowledge.drop_former_names(tx, features, {k: row.features for k, row in before.items()})
        merges.set_replacements(tx, {row.key: row.replaces for row in part})
        duplicates.look_again(tx, features)
        knowledge.add_former_features(
            tx,
            {key: row.features for key, row in before.items() if row.made_by_run and row.features},
        )


def _note_removals(tx: Transaction, rows: Sequence[ItemRow], known: Collection[str]) -> None:
    """Note which of these items are in the trash, and since when; `known` were met before."""
    back = [row.key for row in rows if row.state == "present" and row.key in known]
    removals.note_returned(tx, back)
    trashed = [row for row in rows if row.state == "trashed"]
    told = {row.key: removals.instant_of(row.touched_at) for row in trashed}
    seen: dict[str, str] = {row.key: tx.now for row in trashed if row.key in known}
    seen.update((key, at) for key, at in told.items() if at)
    removals.note_removed(tx, seen)


class _Former(NamedTuple):
    """What was known of an item that is being replaced."""

    made_by_run: int | None = None
    features: bytes | None = None


def _forget(tx: Transaction, keys: Sequence[str]) -> dict[str, _Former]:
    """Take items out of the indexes; return what was known of them."""
    found = tx.execute(
        select(item.c.item_key, item.c.made_by_run, item.c.features).where(
            item.c.library_id == tx.library_id, item.c.item_key.in_(tx.listed(keys))
        )
    ).all()
    if not found:
        return {}
    seen = {row.item_key: load_features(row.features) for row in found if row.features is not None}
    index.forget(tx, seen)
    return {row.item_key: _Former(row.made_by_run, row.features) for row in found}


def _index(tx: Transaction, works: Mapping[ItemKey, Features]) -> None:
    names = [
        (kind, value, key)
        for key, features in works.items()
        for kind, value in features.identity.pairs()
    ]
    index.add_identifiers(tx, names, alias=False)
    blocks = {(block, key) for key, features in works.items() for block in index_keys(features)}
    index.add_blocks(tx, blocks)


def note_change(
    tx: Transaction,
    item_key: str,
    version: int,
    *,
    collections: Collection[str] = (),
    state: str | None = None,
) -> None:
    """Note what syncd itself did to an item: filed it, or moved it to the trash or out of it."""
    before = tx.execute(
        select(item.c.collections).where(
            item.c.library_id == tx.library_id, item.c.item_key == item_key
        )
    ).scalar_one_or_none()
    if before is None:
        return
    values: dict[str, Any] = {
        "version": version,
        "collections": " ".join(dict.fromkeys([*before.split(), *collections])),
    }
    if state is not None:
        values["state"] = state
        if state == "present":
            removals.note_returned(tx, [item_key])
        else:
            removals.note_removed(tx, {item_key: tx.now})
    tx.execute(
        update(item)
        .where(item.c.library_id == tx.library_id, item.c.item_key == item_key)
        .values(**values)
    )


def apply_page(tx: Transaction, page: Changes) -> bool:
    """Follow one page of changes; return whether any of it was news to us.

    What syncd itself wrote comes back at the version it was recorded with, and is no news; but
    where an older state was put back, an equal version does not mean an equal item.
    """
    known = [] if page.from_start else [stored.key for stored in page.items]
    versions = known_versions(tx, known)
    news = [stored for stored in page.items if versions.get(stored.key) != stored.version]
    write_items(tx, [row_of(stored) for stored in news])
    gone = bury(tx, page.deleted, page.to_version or 0)
    if page.collections is not None:
        keep_collections(tx, page.collections)
    return bool(news or gone)


def known_versions(tx: Transaction, keys: Collection[ItemKey]) -> dict[ItemKey, int]:
    """Return the versions at which the mirror holds these items, tombstones left out."""
    versions: dict[ItemKey, int] = {}
    for part in chunks(keys):
        found = tx.execute(
            select(item.c.item_key, item.c.version).where(
                item.c.library_id == tx.library_id,
                item.c.item_key.in_(tx.listed(part)),
                item.c.state != "deleted",
            )
        )
        versions.update((ItemKey(row.item_key), row.version) for row in found)
    return versions


def count_losses(tx: Transaction, deleted: Collection[ItemKey]) -> tuple[int, int]:
    """Return how many items are there as far as is known, and how many of them are `deleted`."""
    there = item.c.library_id == tx.library_id, item.c.state != "deleted"
    known = tx.execute(select(func.count()).select_from(item).where(*there)).scalar_one()
    lost = sum(
        tx.execute(
            select(func.count())
            .select_from(item)
            .where(*there, item.c.item_key.in_(tx.listed(part)))
        ).scalar_one()
        for part in chunks(deleted)
    )
    return known, lost


def bury(tx: Transaction, keys: Sequence[ItemKey], version: int) -> list[ItemKey]:
    """Turn these items into tombstones; return those that were none before."""
    fresh: list[ItemKey] = []
    for part in chunks(keys):
        known = {
            row.item_key: row.state
            for row in tx.execute(
                select(item.c.item_key, item.c.state).where(
                    item.c.library_id == tx.library_id, item.c.item_key.in_(tx.listed(part))
                )
            )
        }
        tx.execute(
            update(item)
            .where(item.c.library_id == tx.library_id, item.c.item_key.in_(tx.listed(known)))
            .values(state="deleted")
        )
        tx.add_missing(item, [_tombstone(key, version) for key in part])
        there = [key for key, state in known.items() if state != "deleted"]
        removals.note_removed(tx, dict.fromkeys(there, tx.now))
        fresh += [key for key in part if known.get(key) != "deleted"]
    return fresh


def _tombstone(key: ItemKey, version: int) -> dict[str, Any]:
    return {
        "item_key": key,
        "version": version,
        "state": "deleted",
        "collections": "",
        "made_by_run": None,
        "features": None,
        "parent": None,
    }


def keep_collections(tx: Transaction, there: Collection[str]) -> None:
    """Take items out of every collection but those that are `there`.

    A library that deletes a collection changes no version of the items that were in it.
    """
    filed = tx.execute(
        select(item.c.item_key, item.c.collections).where(
            item.c.library_id == tx.library_id, item.c.collections != ""
        )
    ).all()
    for row in filed:
        held = row.collections.split()
        kept = [key for key in held if key in there]
        if kept != held:
            tx.execute(
                update(item)
                .where(item.c.library_id == tx.library_id, item.c.item_key == row.item_key)
                .values(collections=" ".join(kept))
            )


def forget_others(tx: Transaction, keys: Collection[ItemKey]) -> None:
    """Forget the items that are not among these; the tombstones stay."""
    there = select(item.c.item_key).where(
        item.c.library_id == tx.library_id, item.c.state != "deleted"
    )
    others = sorted(set(tx.execute(there).scalars()).difference(keys))
    for part in chunks(others):
        _forget(tx, part)
        tx.execute(
            delete(item).where(
                item.c.library_id == tx.library_id, item.c.item_key.in_(tx.listed(part))
            )
        )


def move_cursor(tx: Transaction, version: int, *, foreign: bool) -> None:
    """Say that the mirror is complete up to `version`; `foreign` if others wrote since."""
    values: dict[str, Any] = {"cursor": version, "mirrored_at": tx.now}
    if foreign:
        values["foreign_version"] = version
    tx.execute(update(library).where(library.c.library_id == tx.library_id).values(**values))


def find_items(tx: Transaction, keys: Collection[str]) -> dict[str, KnownItem]:
    """Return what the mirror says of these keys; keys it never met are left out."""
    items: dict[str, KnownItem] = {}
    for part in chunks(keys):
        found = tx.execute(
            select(
                item.c.item_key,
                item.c.state,
                item.c.version,
                item.c.collections,
                item.c.features.is_not(None).label("seen"),
                removal.c.removed_at,
            )
            .outerjoin(
                removal,
                (removal.c.library_id == item.c.library_id)
                & (removal.c.item_key == item.c.item_key),
            )
            .where(item.c.library_id == tx.library_id, item.c.item_key.in_(tx.listed(part)))
        )
        for row in found:
            items[row.item_key] = KnownItem(
                row.state,
                row.version,
                frozenset(row.collections.split()),
                bool(row.seen),
                find_instant(row.removed_at),
            )
    return items


def find_children(tx: Transaction, keys: Collection[str]) -> dict[str, list[str]]:
    """Return what hangs below these items and is not in the trash, annotations of files included.

    An item below which nothing hangs is left out.
    """
    below = _find_below(tx, keys)
    # Annotations hang below files, and nothing below annotations.
    deeper = _find_below(tx, [key for found in below.values() for key in found])
    return {
        parent: [*found, *(each for key in found for each in deeper.get(key, ()))]
        for parent, found in below.items()
    }


def find_own(tx: Transaction, keys: Collection[str]) -> set[str]:
    """Return those of these items that syncd made, as far as this ledger knows."""
    return tx.find_among(item.c.item_key, keys, item.c.made_by_run.is_not(None))


def _find_below(tx: Transaction, keys: Collection[str]) -> dict[str, list[str]]:
    below: dict[str, list[str]] = {}
    for part in chunks(keys):
        rows = tx.execute(
            select(item.c.item_key, item.c.parent).where(
                item.c.library_id == tx.library_id,
                item.c.parent.in_(part),
                item.c.state == "present",
            )
        )
        for row in rows:
            below.setdefault(row.parent, []).append(row.item_key)
    return below
