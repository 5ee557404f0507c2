"""Which items of a library are one work twice, kept up to date as works change.

A work is compared with those that bear the same identifier when it has changed, and only then:
what came of it is remembered, so that looking over a large library that nobody touched costs
nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, func, or_, select

from syncd.ledger.statements import chunks
from syncd.ledger.store import LibraryLedger
from syncd.ledger.tables import answer, duplicate, identifier, item, shared_doi, unpaired
from syncd.ledger.transaction import Transaction
from syncd.matching import Features, Verdict, judge, load_features

_CROWD = 50
"""An identifier on more items than this names what contains them, whatever else is known."""

_OF_CONTAINERS = frozenset({"isbn", "issn"})
"""Identifiers that may name what a work stands in."""

_NAMES = {"doi": "DOI", "scopus": "Scopus", "wos": "Web of Science", "pmid": "PMID"}
"""Kinds of identifiers whose names are no words for people."""

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
    different = _told_apart(tx)
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


def _told_apart(tx: Transaction) -> set[tuple[str, str]]:
    rows = tx.execute(
        select(answer.c.one, answer.c.other).where(
            answer.c.library_id == tx.library_id, answer.c.verdict == Verdict.DIFFERENT.value
        )
    )
    return {(row.one, row.other) for row in rows}


def pair_what_changed(ledger: LibraryLedger) -> None:
    """Find out which works that have changed equal others; nothing is written where none has."""
    with ledger.read() as tx:
        changed = _changed(tx)
    if not changed:
        return
    with ledger.write() as tx:
        changed = _changed(tx)
        worth_it = changed if len(changed) <= _MANY else _with_company(tx, changed)
        for part in chunks(worth_it):
            _pair(tx, part)
        tx.execute(delete(unpaired).where(unpaired.c.library_id == tx.library_id))


def _changed(tx: Transaction) -> list[str]:
    ours = unpaired.c.library_id == tx.library_id
    return list(tx.execute(select(unpaired.c.item_key).where(ours)).scalars())


def _with_company(tx: Transaction, changed: Sequence[str]) -> list[str]:
    """Return those of very many works that share an identifier, or did: few, as a rule."""
    kinds = identifier.c.kind.not_in(_OF_CONTAINERS)
    shared = (
        select(identifier.c.kind, identifier.c.value)
        .where(identifier.c.library_id == tx.library_id, kinds)
        .group_by(identifier.c.kind, identifier.c.value)
        .having(func.count() > 1)
        .subquery()
    )
    bears = (identifier.c.kind == shared.c.kind) & (identifier.c.value == shared.c.value)
    rows = tx.execute(
        select(identifier.c.item_key)
        .join(shared, bears)
        .where(identifier.c.library_id == tx.library_id)
    )
    sharing = set(rows.scalars())
    rows = tx.execute(
        select(duplicate.c.one, duplicate.c.other).where(duplicate.c.library_id == tx.library_id)
    )
    sharing.update(key for row in rows for key in row)
    return [key for key in changed if key in sharing]


def _pair(tx: Transaction, keys: Sequence[str]) -> None:
    """Find out anew which items equal these."""
    ours = duplicate.c.library_id == tx.library_id
    either = or_(duplicate.c.one.in_(keys), duplicate.c.other.in_(keys))
    tx.execute(delete(duplicate).where(ours, either))
    features = _features_of(tx, keys)
    bearers = _bearers(tx, features)
    features |= _features_of(tx, {key for found in bearers.values() for key in found} - {*features})
    changed = set(keys)
    rows = {}
    for (kind, value), found in bearers.items():
        known = sorted(key for key in found if key in features)
        if len(known) > _CROWD:
            same = duplicate.c.kind == kind, duplicate.c.value == value
            tx.execute(delete(duplicate).where(ours, *same))
            continue
        for one, other in _pairs_with(known, changed):
            if (reason := _why_same(features[one], features[other])) is not None:
                row = {"one": one, "other": other, "kind": kind, "value": value}
                rows[one, other, kind, value] = {
                    **row,
                    "reason": f"{_NAMES.get(kind, kind)} {value}: {reason}",
                }
    tx.add_missing(duplicate, list(rows.values()))


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
                item.c.item_key.in_(part),
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
                    identifier.c.value.in_(part),
                )
            )
            for row in rows:
                found[kind, row.value].add(row.item_key)
    return {pair: keys for pair, keys in found.items() if len(keys) > 1}
