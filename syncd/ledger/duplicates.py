"""Which items of a library are one work twice, kept up to date as works change.

A work is compared with those that bear the same identifier, and with the few that look like it,
when it has changed, and only then: what came of it is remembered, so that looking over a large
library that nobody touched costs nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Table, and_, delete, func, or_, select

from syncd.ledger.answered import told_apart
from syncd.ledger.statements import chunks, let_go
from syncd.ledger.store import LibraryLedger
from syncd.ledger.tables import block, duplicate, identifier, item, shared_doi, unpaired
from syncd.ledger.transaction import Transaction
from syncd.matching import Features, Verdict, blocking_keys, judge, load_features
from syncd.system.heartbeat import checkpoint

_CROWD = 50
"""An identifier on more items than this names what contains them, whatever else is known."""

_OF_CONTAINERS = frozenset({"isbn", "issn"})
"""Identifiers that may name what a work stands in."""

_NAMES = {"doi": "DOI", "scopus": "Scopus", "wos": "Web of Science", "pmid": "PMID"}
"""Kinds of identifiers whose names are no words for people."""

_LOOK = "look"
"""What joins two works that share no identifier."""

_FEW = 6
"""Items that look alike are compared where they are few: many are columns and yearly pieces."""

_MANY = 2_000
"""Of more works than this those that share an identifier are sought first, all at once."""


class Pair(NamedTuple):
    """Two items that are one work, and why."""

    one: str
    other: str
    reason: str


def look_again(tx: Transaction, keys: Collection[str]) -> None:
    """These works have changed: which others they equal is to be found out anew."""
    tx.add_missing(unpaired, [{"item_key": key} for key in keys])


def find_pairs(tx: Transaction) -> list[Pair]:
    """Return the pairs of items that are there and one work, in order, as last found out.

    Those that a person said are different are left out, and so are those that only a DOI joins
    which is known to name several works.
    """
    pairs = _remembered(tx)
    if not pairs:
        return []
    different = told_apart(tx, {(pair.one, pair.other) for pair in pairs})
    return [pair for pair in pairs if (pair.one, pair.other) not in different]


def _remembered(tx: Transaction) -> list[Pair]:
    one, other = item.alias(), item.alias()
    rows = tx.execute(
        select(duplicate.c.one, duplicate.c.other, duplicate.c.reason)
        .join(one, _is(one, duplicate.c.one))
        .join(other, _is(other, duplicate.c.other))
        .outerjoin(
            shared_doi,
            (shared_doi.c.library_id == duplicate.c.library_id)
            & (duplicate.c.kind == "doi")
            & (shared_doi.c.doi == duplicate.c.value),
        )
        .where(
            duplicate.c.library_id == tx.library_id,
            one.c.state == "present",
            other.c.state == "present",
            shared_doi.c.doi.is_(None),
        )
        .order_by(duplicate.c.one, duplicate.c.other, duplicate.c.kind, duplicate.c.value)
    )
    return [Pair(row.one, row.other, row.reason) for row in rows]


def _is(table: Any, key: Any) -> Any:
    return (table.c.library_id == duplicate.c.library_id) & (table.c.item_key == key)


def pair_what_changed(ledger: LibraryLedger) -> None:
    """Find out which works that have changed equal others; nothing is written where none has."""
    with ledger.read() as tx:
        changed = _changed(tx)
        worth_it = changed if len(changed) <= _MANY else _with_company(tx, changed)
    if len(worth_it) < len(changed):
        with ledger.write() as tx:
            _settle(tx, set(changed).difference(worth_it))
    del changed
    later = set(worth_it)
    for part in chunks(worth_it):
        checkpoint()
        later.difference_update(part)
        with ledger.write() as tx:
            _pair(tx, part, later)
            _settle(tx, part)
        let_go()


def _settle(tx: Transaction, keys: Collection[str]) -> None:
    """What these works equal has been found out."""
    for part in chunks(keys):
        tx.execute(
            delete(unpaired).where(
                unpaired.c.library_id == tx.library_id, unpaired.c.item_key.in_(tx.listed(part))
            )
        )


def _changed(tx: Transaction) -> list[str]:
    ours = unpaired.c.library_id == tx.library_id
    return list(tx.execute(select(unpaired.c.item_key).where(ours)).scalars())


def _with_company(tx: Transaction, changed: Sequence[str]) -> list[str]:
    """Return those of very many works that share something, or did: few, as a rule."""
    bears = (identifier.c.kind, identifier.c.value)
    named = identifier.c.kind.not_in(_OF_CONTAINERS)
    sharing = _sharing(tx, identifier, bears, None, named)
    sharing |= _sharing(tx, block, (block.c.block,), _FEW)
    rows = tx.execute(
        select(duplicate.c.one, duplicate.c.other).where(duplicate.c.library_id == tx.library_id)
    )
    sharing.update(key for row in rows for key in row)
    return [key for key in changed if key in sharing]


def _sharing(
    tx: Transaction, index: Table, names: Sequence[Column[Any]], most: int | None, *which: Any
) -> set[str]:
    """Return the items that are found by a name by which others are found, at most so many."""
    so_many = [func.count() > 1, *([] if most is None else [func.count() <= most])]
    ours = index.c.library_id == tx.library_id
    shared = select(*names).where(ours, *which).group_by(*names).having(*so_many).subquery()
    same = and_(*(name == shared.c[name.name] for name in names))
    return set(tx.execute(select(index.c.item_key).join(shared, same).where(ours)).scalars())


def _pair(tx: Transaction, keys: Sequence[str], later: Collection[str]) -> None:
    """Find out anew which items equal these; those whose turn comes `later` see to it then."""
    ours = duplicate.c.library_id == tx.library_id
    either = or_(duplicate.c.one.in_(keys), duplicate.c.other.in_(keys))
    tx.execute(delete(duplicate).where(ours, either))
    features = _features_of(tx, keys)
    company = _bearers(tx, features)
    for (kind, value), found in company.items():
        if len(found) > _CROWD:
            named = duplicate.c.kind == kind, duplicate.c.value == value
            tx.execute(delete(duplicate).where(ours, *named))
    company = {name: found for name, found in company.items() if len(found) <= _CROWD}
    company |= _look_alikes(tx, features)
    company = {name: found.difference(later) for name, found in company.items()}
    met = {key for found in company.values() for key in found}
    features |= _features_of(tx, met - features.keys())
    tx.add_missing(duplicate, _equal(company, features, set(keys)))


def _equal(
    company: Mapping[tuple[str, str], Collection[str]],
    features: Mapping[str, Features],
    changed: Collection[str],
) -> list[dict[str, str]]:
    """Return the pairs among items in one another's company that are one work, one of them changed.

    Two that share an identifier are told by it, and only others by their look.
    """
    rows: list[dict[str, str]] = []
    judged: dict[tuple[str, str], str | None] = {}
    for (kind, value), found in sorted(company.items(), key=lambda named: named[0][0] == _LOOK):
        for pair in _pairs_with(sorted(key for key in found if key in features), changed):
            if kind == _LOOK and pair in judged:
                continue
            if pair not in judged:
                judged[pair] = _why_same(features[pair[0]], features[pair[1]])
            if (reason := judged[pair]) is not None:
                named = "" if kind == _LOOK else f"{_NAMES.get(kind, kind)} {value}: "
                where = {"kind": kind, "value": "" if kind == _LOOK else value}
                rows.append({"one": pair[0], "other": pair[1], **where, "reason": named + reason})
    return rows


def _pairs_with(keys: Sequence[str], changed: Collection[str]) -> Iterator[tuple[str, str]]:
    for place, one in enumerate(keys):
        for other in keys[place + 1 :]:
            if one in changed or other in changed:
                yield one, other


def _why_same(one: Features, other: Features) -> str | None:
    judged = judge(one, other)
    return judged.reason if judged.verdict is Verdict.SAME else None


def _features_of(tx: Transaction, keys: Collection[str]) -> dict[str, Features]:
    found: dict[str, Features] = {}
    for part in chunks(keys):
        rows = tx.execute(
            select(item.c.item_key, item.c.features).where(
                item.c.library_id == tx.library_id,
                item.c.item_key.in_(tx.listed(part)),
                item.c.features.is_not(None),
            )
        )
        found.update((row.item_key, load_features(row.features)) for row in rows)
    return found


def _bearers(tx: Transaction, features: Mapping[str, Features]) -> dict[tuple[str, str], set[str]]:
    """Return the items that bear an identifier of these works, where there are several."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for each in features.values():
        for kind, value in each.identity.pairs():
            if kind not in _OF_CONTAINERS:
                wanted[kind].add(value)
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, values in wanted.items():
        for part in chunks(values):
            rows = tx.execute(
                select(identifier.c.value, identifier.c.item_key).where(
                    identifier.c.library_id == tx.library_id,
                    identifier.c.kind == kind,
                    identifier.c.value.in_(tx.listed(part)),
                )
            )
            for row in rows:
                found[kind, row.value].add(row.item_key)
    return {pair: keys for pair, keys in found.items() if len(keys) > 1}


def _look_alikes(
    tx: Transaction, features: Mapping[str, Features]
) -> dict[tuple[str, str], set[str]]:
    """Return the items under each blocking key of these works, where there are several, and few."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for part in chunks({key for each in features.values() for key in blocking_keys(each)}):
        rows = tx.execute(
            select(block.c.block, block.c.item_key).where(
                block.c.library_id == tx.library_id, block.c.block.in_(tx.listed(part))
            )
        )
        for row in rows:
            found[row.block].add(row.item_key)
    return {(_LOOK, str(key)): keys for key, keys in found.items() if 1 < len(keys) <= _FEW}
