"""What each library holds, as last seen: items by key, by identifier and by likeness.

The mirror follows `Library.changes_since` page by page. It never forgets an item that was
removed: the row stays as the tombstone, with the identifiers by which the work would be met
again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, delete, func, insert, select, update

from syncd.item import citation_of
from syncd.ledger.store import Ledger
from syncd.ledger.tables import (
    answer,
    block,
    identifier,
    item,
    library,
    member,
    placement,
    shared_doi,
)
from syncd.library import Changes, StoredItem
from syncd.matching import (
    Features,
    Known,
    Verdict,
    blocking_keys,
    dump_features,
    features_of,
    load_features,
)
from syncd.plan import KnownItem
from syncd.record import Citation, ItemKey

_CHUNK = 400
"""Values per IN list: far below any database's limit on parameters."""

_BLOCK_CUT = 200
"""Candidates taken per blocking key; a larger block is a generic title, which proves nothing."""

_NO_WORKS = frozenset({"note", "attachment", "annotation"})
"""Item types that hang below a work and are none themselves."""

_T = TypeVar("_T")


def chunks(values: Collection[_T]) -> Iterator[list[_T]]:
    """Yield the values in lists short enough for one statement."""
    listed = list(values)
    for start in range(0, len(listed), _CHUNK):
        yield listed[start : start + _CHUNK]


class ItemRow(NamedTuple):
    """One item as the mirror writes it; `citation` is None for what is no work of its own."""

    key: ItemKey
    version: int
    state: str
    collections: str
    citation: Citation | None


def row_of(stored: StoredItem) -> ItemRow:
    """Read from an item what the mirror keeps of it."""
    data = stored.data
    is_work = data.get("itemType") not in _NO_WORKS and not data.get("parentItem")
    return ItemRow(
        key=stored.key,
        version=stored.version,
        state="trashed" if stored.trashed else "present",
        collections=" ".join(data.get("collections", ())),
        citation=citation_of(data) if is_work else None,
    )


def write_items(
    connection: Connection, library_id: int, rows: Sequence[ItemRow], made_by_run: int | None = None
) -> None:
    """Put these items into the mirror in place of what it knew of them.

    `made_by_run` marks items that syncd itself made; for items made earlier the mark stays.
    """
    for part in chunks(rows):
        makers = _forget(connection, library_id, [row.key for row in part])
        features = {row.key: features_of(row.citation) for row in part if row.citation}
        connection.execute(
            insert(item),
            [
                {
                    "library_id": library_id,
                    "item_key": row.key,
                    "version": row.version,
                    "state": row.state,
                    "made_by_run": made_by_run or makers.get(row.key),
                    "collections": row.collections,
                    "features": dump_features(features[row.key]) if row.citation else None,
                }
                for row in part
            ],
        )
        _index(connection, library_id, part, features)


def _forget(connection: Connection, library_id: int, keys: Sequence[str]) -> dict[str, int | None]:
    """Take items out of the mirror and its indexes; return who had made them."""
    found = connection.execute(
        select(item.c.item_key, item.c.made_by_run, item.c.features).where(
            item.c.library_id == library_id, item.c.item_key.in_(keys)
        )
    ).all()
    if not found:
        return {}
    for row in found:
        if row.features is not None:
            _forget_index(connection, library_id, row.item_key, load_features(row.features))
    connection.execute(
        delete(item).where(item.c.library_id == library_id, item.c.item_key.in_(keys))
    )
    return {row.item_key: row.made_by_run for row in found}


def _forget_index(
    connection: Connection, library_id: int, item_key: str, features: Features
) -> None:
    # Aliases stay: the ledger alone knows them. Rows are named by their whole primary key, as
    # neither index can be searched by item.
    for kind, value in features.identity.pairs():
        connection.execute(
            delete(identifier).where(
                identifier.c.library_id == library_id,
                identifier.c.kind == kind,
                identifier.c.value == value,
                identifier.c.item_key == item_key,
                identifier.c.alias == 0,
            )
        )
    connection.execute(
        delete(block).where(
            block.c.library_id == library_id,
            block.c.block.in_(blocking_keys(features)),
            block.c.item_key == item_key,
        )
    )


def _index(
    connection: Connection,
    library_id: int,
    rows: Sequence[ItemRow],
    features: Mapping[ItemKey, Features],
) -> None:
    names = [
        (kind, value, row.key)
        for row in rows
        if row.citation
        for kind, value in dict.fromkeys(row.citation.identity.pairs())
    ]
    add_identifiers(connection, library_id, names, alias=False)
    _add_blocks(
        connection,
        library_id,
        {
            (key, row.key)
            for row in rows
            if row.citation
            for key in blocking_keys(features[row.key])
        },
    )


def _add_blocks(
    connection: Connection, library_id: int, blocks: Collection[tuple[int, str]]
) -> None:
    """Let items be found by these (blocking key, item key)."""
    for part in chunks(blocks):
        found = connection.execute(
            select(block.c.block, block.c.item_key).where(
                block.c.library_id == library_id,
                block.c.block.in_({key for key, _ in part}),
                block.c.item_key.in_({item_key for _, item_key in part}),
            )
        )
        known = {(row.block, row.item_key) for row in found}
        rows = [
            {"library_id": library_id, "block": key, "item_key": item_key}
            for key, item_key in part
            if (key, item_key) not in known
        ]
        if rows:
            connection.execute(insert(block), rows)


def add_identifiers(
    connection: Connection,
    library_id: int,
    names: Iterable[tuple[str, str, str]],
    *,
    alias: bool,
) -> None:
    """Let items be found by these (kind, value, item key)."""
    wanted = set(names)
    for part in chunks(wanted):
        known = _known_names(connection, library_id, part)
        rows = [
            {
                "library_id": library_id,
                "kind": kind,
                "value": value,
                "item_key": key,
                "alias": int(alias),
            }
            for kind, value, key in part
            if (kind, value, key) not in known
        ]
        if rows:
            connection.execute(insert(identifier), rows)


def _known_names(
    connection: Connection, library_id: int, names: Sequence[tuple[str, str, str]]
) -> set[tuple[str, str, str]]:
    by_kind: defaultdict[str, set[str]] = defaultdict(set)
    for kind, value, _ in names:
        by_kind[kind].add(value)
    known: set[tuple[str, str, str]] = set()
    for kind, values in by_kind.items():
        found = connection.execute(
            select(identifier.c.value, identifier.c.item_key).where(
                identifier.c.library_id == library_id,
                identifier.c.kind == kind,
                identifier.c.value.in_(values),
            )
        )
        known.update((kind, row.value, row.item_key) for row in found)
    return known


def note_change(
    connection: Connection,
    library_id: int,
    item_key: str,
    version: int,
    *,
    collections: Collection[str] = (),
    restored: bool = False,
) -> None:
    """Note what syncd itself did to an item: filed it, or took it out of the trash."""
    before = connection.execute(
        select(item.c.collections).where(
            item.c.library_id == library_id, item.c.item_key == item_key
        )
    ).scalar_one_or_none()
    if before is None:
        return
    values: dict[str, Any] = {
        "version": version,
        "collections": " ".join(dict.fromkeys([*before.split(), *collections])),
    }
    if restored:
        values["state"] = "present"
    connection.execute(
        update(item)
        .where(item.c.library_id == library_id, item.c.item_key == item_key)
        .values(**values)
    )


def apply_page(connection: Connection, library_id: int, page: Changes) -> bool:
    """Follow one page of changes; return whether any of it was news to us.

    What syncd itself wrote comes back at the version it was recorded with, and is no news.
    """
    versions = known_versions(connection, library_id, [stored.key for stored in page.items])
    news = [stored for stored in page.items if versions.get(stored.key) != stored.version]
    write_items(connection, library_id, [row_of(stored) for stored in news])
    gone = _bury(connection, library_id, page.deleted, page.to_version or 0)
    return bool(news or gone)


def known_versions(
    connection: Connection, library_id: int, keys: Collection[ItemKey]
) -> dict[ItemKey, int]:
    """Return the versions at which the mirror holds these items, tombstones left out."""
    versions: dict[ItemKey, int] = {}
    for part in chunks(keys):
        found = connection.execute(
            select(item.c.item_key, item.c.version).where(
                item.c.library_id == library_id,
                item.c.item_key.in_(part),
                item.c.state != "deleted",
            )
        )
        versions.update((ItemKey(row.item_key), row.version) for row in found)
    return versions


def count_losses(
    connection: Connection, library_id: int, deleted: Collection[ItemKey]
) -> tuple[int, int]:
    """Return how many items are there as far as is known, and how many of them are `deleted`."""
    there = item.c.library_id == library_id, item.c.state != "deleted"
    known = connection.execute(select(func.count()).select_from(item).where(*there)).scalar_one()
    lost = sum(
        connection.execute(
            select(func.count()).select_from(item).where(*there, item.c.item_key.in_(part))
        ).scalar_one()
        for part in chunks(deleted)
    )
    return known, lost


def _bury(
    connection: Connection, library_id: int, keys: Sequence[ItemKey], version: int
) -> list[ItemKey]:
    """Turn these items into tombstones; return those that were none before."""
    fresh: list[ItemKey] = []
    for part in chunks(keys):
        known = {
            row.item_key: row.state
            for row in connection.execute(
                select(item.c.item_key, item.c.state).where(
                    item.c.library_id == library_id, item.c.item_key.in_(part)
                )
            )
        }
        connection.execute(
            update(item)
            .where(item.c.library_id == library_id, item.c.item_key.in_(list(known)))
            .values(state="deleted")
        )
        never_seen = [key for key in part if key not in known]
        if never_seen:
            connection.execute(
                insert(item), [_tombstone(library_id, key, version) for key in never_seen]
            )
        fresh += [key for key in part if known.get(key) != "deleted"]
    return fresh


def _tombstone(library_id: int, key: ItemKey, version: int) -> dict[str, Any]:
    return {
        "library_id": library_id,
        "item_key": key,
        "version": version,
        "state": "deleted",
        "collections": "",
        "made_by_run": None,
        "features": None,
    }


def move_cursor(
    connection: Connection, library_id: int, version: int, *, foreign: bool, now: str
) -> None:
    """Say that the mirror is complete up to `version`; `foreign` if others wrote since."""
    values: dict[str, Any] = {"cursor": version, "mirrored_at": now}
    if foreign:
        values["foreign_version"] = version
    connection.execute(update(library).where(library.c.library_id == library_id).values(**values))


def find_items(
    connection: Connection, library_id: int, keys: Collection[str]
) -> dict[str, KnownItem]:
    """Return what the mirror says of these keys; keys it never met are left out."""
    items: dict[str, KnownItem] = {}
    for part in chunks(keys):
        found = connection.execute(
            select(
                item.c.item_key,
                item.c.state,
                item.c.version,
                item.c.collections,
                item.c.features.is_not(None).label("seen"),
            ).where(item.c.library_id == library_id, item.c.item_key.in_(part))
        )
        for row in found:
            collections = frozenset(row.collections.split())
            items[row.item_key] = KnownItem(row.state, row.version, collections, bool(row.seen))
    return items


def find_placements(
    connection: Connection, library_id: int, keys: Collection[str]
) -> dict[str, frozenset[tuple[str, str]]]:
    """Return where syncd once put these items: (collection | tag, value)."""
    places: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for part in chunks(keys):
        found = connection.execute(
            select(placement.c.item_key, placement.c.kind, placement.c.value).where(
                placement.c.library_id == library_id, placement.c.item_key.in_(part)
            )
        )
        for row in found:
            places[row.item_key].add((row.kind, row.value))
    return {key: frozenset(values) for key, values in places.items()}


def add_placements(
    connection: Connection, library_id: int, places: Collection[tuple[str, str, str]]
) -> None:
    """Remember that syncd puts items there: (item key, collection | tag, value)."""
    known = find_placements(connection, library_id, {key for key, _, _ in places})
    rows = [
        {"library_id": library_id, "item_key": key, "kind": kind, "value": value}
        for key, kind, value in dict.fromkeys(places)
        if (kind, value) not in known.get(key, frozenset())
    ]
    if rows:
        connection.execute(insert(placement), rows)


def move_placements(connection: Connection, library_id: int, old: str, new: str) -> None:
    """Let what was remembered of one key hold for another: the item goes under that one."""
    places = find_placements(connection, library_id, [old]).get(old, frozenset())
    connection.execute(
        delete(placement).where(placement.c.library_id == library_id, placement.c.item_key == old)
    )
    add_placements(connection, library_id, [(new, kind, value) for kind, value in places])


def add_shared_dois(connection: Connection, library_id: int, dois: Collection[str]) -> None:
    """Remember DOIs that name several works."""
    known = find_shared_dois(connection, library_id, dois)
    rows = [{"library_id": library_id, "doi": doi} for doi in set(dois) - known]
    if rows:
        connection.execute(insert(shared_doi), rows)


def find_shared_dois(connection: Connection, library_id: int, dois: Collection[str]) -> set[str]:
    """Return those of the DOIs that are known to name several works."""
    found: set[str] = set()
    for part in chunks(dois):
        found.update(
            connection.execute(
                select(shared_doi.c.doi).where(
                    shared_doi.c.library_id == library_id, shared_doi.c.doi.in_(part)
                )
            ).scalars()
        )
    return found


def add_members(
    connection: Connection, library_id: int, members: Collection[tuple[str, Citation]]
) -> None:
    """Remember records that were found to be the works of these items."""
    wanted = {(key, dump_features(features_of(citation))) for key, citation in members}
    for part in chunks({key for key, _ in wanted}):
        known = {
            *_find_members(connection, library_id, part),
            *_find_own_features(connection, library_id, part),
        }
        fresh = [pair for pair in wanted if pair[0] in part and pair not in known]
        if fresh:
            connection.execute(
                insert(member),
                [
                    {"library_id": library_id, "item_key": key, "features": features}
                    for key, features in fresh
                ],
            )
            blocks = {
                (block_key, key)
                for key, features in fresh
                for block_key in blocking_keys(load_features(features))
            }
            _add_blocks(connection, library_id, blocks)


def _find_members(
    connection: Connection, library_id: int, keys: Sequence[str]
) -> list[tuple[str, bytes]]:
    """Return (item key, features) of the records remembered for these items."""
    rows = connection.execute(
        select(member.c.item_key, member.c.features).where(
            member.c.library_id == library_id, member.c.item_key.in_(keys)
        )
    )
    return [(row.item_key, row.features) for row in rows]


def _find_own_features(
    connection: Connection, library_id: int, keys: Sequence[str]
) -> list[tuple[str, bytes]]:
    """Return (item key, features) of these items themselves."""
    rows = connection.execute(
        select(item.c.item_key, item.c.features).where(
            item.c.library_id == library_id, item.c.item_key.in_(keys)
        )
    )
    return [(row.item_key, row.features) for row in rows]


def find_answer(connection: Connection, library_id: int, one: str, other: str) -> Verdict | None:
    """Return what a person said about these two works, each an item key or a fingerprint."""
    first, second = sorted((one, other))
    verdict = connection.execute(
        select(answer.c.verdict).where(
            answer.c.library_id == library_id, answer.c.one == first, answer.c.other == second
        )
    ).scalar_one_or_none()
    return Verdict(verdict) if verdict else None


def add_answer(
    connection: Connection, library_id: int, works: tuple[str, str], verdict: Verdict, now: str
) -> None:
    """Remember what a person said about two works, in place of what was said before."""
    one, other = sorted(works)
    key = {"library_id": library_id, "one": one, "other": other}
    connection.execute(
        delete(answer).where(
            answer.c.library_id == library_id, answer.c.one == one, answer.c.other == other
        )
    )
    connection.execute(insert(answer).values(**key, verdict=verdict.value, answered_at=now))


def all_answers(connection: Connection, library_id: int) -> list[tuple[str, str, str]]:
    """Return every answer about a library: (one, other, verdict)."""
    rows = connection.execute(
        select(answer.c.one, answer.c.other, answer.c.verdict)
        .where(answer.c.library_id == library_id)
        .order_by(answer.c.one, answer.c.other)
    )
    return [(row.one, row.other, row.verdict) for row in rows]


def removed_items(connection: Connection, library_id: int) -> list[tuple[str, str]]:
    """Return (key, state) of the items that syncd made and somebody removed since."""
    rows = connection.execute(
        select(item.c.item_key, item.c.state)
        .where(
            item.c.library_id == library_id,
            item.c.state != "present",
            item.c.made_by_run.is_not(None),
        )
        .order_by(item.c.item_key)
    )
    return [(row.item_key, row.state) for row in rows]


class LedgerWorks:
    """`matching.KnownWorks`, answered from one library's mirror."""

    def __init__(self, ledger: Ledger, library_id: int) -> None:
        self._ledger = ledger
        self._library_id = library_id

    def by_identifiers(
        self, pairs: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], list[Known]]:
        """Return the items that bear these identifiers, aliases included."""
        by_kind: defaultdict[str, set[str]] = defaultdict(set)
        for kind, value in pairs:
            by_kind[kind].add(value)
        found: list[tuple[tuple[str, str], str]] = []
        with self._ledger.read() as connection:
            for kind, values in by_kind.items():
                for part in chunks(values):
                    rows = connection.execute(
                        select(identifier.c.value, identifier.c.item_key).where(
                            identifier.c.library_id == self._library_id,
                            identifier.c.kind == kind,
                            identifier.c.value.in_(part),
                        )
                    )
                    found += [((kind, row.value), row.item_key) for row in rows]
            return self._gather(connection, found)

    def by_blocks(self, keys: Collection[int]) -> dict[int, list[Known]]:
        """Return the items under these blocking keys; of a huge block, only its first items."""
        found: list[tuple[int, str]] = []
        taken: defaultdict[int, int] = defaultdict(int)
        with self._ledger.read() as connection:
            for part in chunks(keys):
                rows = connection.execute(
                    select(block.c.block, block.c.item_key).where(
                        block.c.library_id == self._library_id, block.c.block.in_(part)
                    )
                )
                for row in rows:
                    taken[row.block] += 1
                    if taken[row.block] <= _BLOCK_CUT:
                        found.append((row.block, row.item_key))
            return self._gather(connection, found)

    def shared_dois(self, dois: Collection[str]) -> set[str]:
        """Return those of the DOIs that are known to name several works."""
        with self._ledger.read() as connection:
            return find_shared_dois(connection, self._library_id, dois)

    def answer(self, one: str, other: str) -> Verdict | None:
        """Return what a person said about these two; None if nobody was asked."""
        with self._ledger.read() as connection:
            return find_answer(connection, self._library_id, one, other)

    def _gather(
        self, connection: Connection, found: Sequence[tuple[_T, str]]
    ) -> dict[_T, list[Known]]:
        works = self._read_works(connection, {key for _, key in found})
        gathered: defaultdict[_T, list[Known]] = defaultdict(list)
        for name, key in found:
            gathered[name] += works.get(key, ())
        return dict(gathered)

    def _read_works(self, connection: Connection, keys: Collection[str]) -> dict[str, list[Known]]:
        works: dict[str, list[Known]] = {}
        for part in chunks(keys):
            rows = connection.execute(
                select(item.c.item_key, item.c.state, item.c.features, item.c.made_by_run).where(
                    item.c.library_id == self._library_id,
                    item.c.item_key.in_(part),
                    item.c.features.is_not(None),
                )
            )
            for row in rows:
                known = Known(
                    ref=row.item_key,
                    features=load_features(row.features),
                    removed=None if row.state == "present" else row.state,
                    made_by_us=row.made_by_run is not None,
                )
                works[row.item_key] = [known]
            for key, features in _find_members(connection, self._library_id, part):
                if key in works:
                    known = works[key][0]._replace(features=load_features(features))
                    works[key].append(known)
        return works
