"""What the ledger alone knows about works and items, and no library could tell again.

PLACEMENT  where syncd once put an item         MEMBER  a record that is an item's work
ANSWER     what a person said about two works   SHARED  a DOI that names several works
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, delete, select

from syncd.ledger import merges
from syncd.ledger.index import add_blocks, drop_aliases
from syncd.ledger.statements import chunks
from syncd.ledger.tables import answer, item, member, placement, shared_doi
from syncd.ledger.transaction import Transaction
from syncd.matching import (
    Features,
    Verdict,
    dump_features,
    features_of,
    index_keys,
    load_features,
)
from syncd.record import Citation, ItemKey

_SEVERAL = frozenset({"isbn"})
"""Identifiers of which a work may have several."""


def find_placements(
    tx: Transaction, keys: Collection[str]
) -> dict[str, frozenset[tuple[str, str]]]:
    """Return where syncd once put these items: (collection | tag, value).

    What was put somewhere and then merged into one of them is where that one was put.
    """
    places: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    replaced = merges.find_replaced(tx, keys)
    for part in chunks({*keys, *replaced}):
        found = tx.execute(
            select(placement.c.item_key, placement.c.kind, placement.c.value).where(
                placement.c.library_id == tx.library_id, placement.c.item_key.in_(tx.listed(part))
            )
        )
        for row in found:
            places[replaced.get(row.item_key, row.item_key)].add((row.kind, row.value))
    return {key: frozenset(values) for key, values in places.items()}


def add_placements(tx: Transaction, places: Collection[tuple[str, str, str]], run_id: int) -> None:
    """Remember that this run puts items there: (item key, collection | tag, value)."""
    rows = [
        {"item_key": key, "kind": kind, "value": value, "run_id": run_id}
        for key, kind, value in dict.fromkeys(places)
    ]
    tx.add_missing(placement, rows)


def move_placements(tx: Transaction, old: str, new: str) -> None:
    """Let what was remembered of one key hold for another: the item goes under that one."""
    _move(tx, placement.c.item_key == old, {"item_key": new})


def move_collection(tx: Transaction, old: str, new: str) -> None:
    """Let what was remembered of one collection hold for another: it got that key instead."""
    is_there = and_(placement.c.kind == "collection", placement.c.value == old)
    _move(tx, is_there, {"value": new})


def _move(tx: Transaction, chosen: ColumnElement[bool], changes: Mapping[str, str]) -> None:
    """Change placements; what then is remembered twice is remembered once."""
    ours = placement.c.library_id == tx.library_id, chosen
    rows = tx.execute(select(placement).where(*ours)).mappings().all()
    tx.execute(delete(placement).where(*ours))
    tx.add_missing(placement, [{**row, **changes} for row in rows])


def add_shared_dois(tx: Transaction, dois: Collection[str]) -> None:
    """Remember DOIs that name several works."""
    tx.add_missing(shared_doi, [{"doi": doi} for doi in set(dois)])


def find_shared_dois(tx: Transaction, dois: Collection[str]) -> set[str]:
    """Return those of the DOIs that are known to name several works."""
    return tx.find_among(shared_doi.c.doi, dois)


def add_members(tx: Transaction, members: Collection[tuple[str, Citation]]) -> None:
    """Remember records that were found to be the works of these items."""
    wanted = {(key, dump_features(features_of(citation))) for key, citation in members}
    _add_features(tx, wanted)


def _add_features(tx: Transaction, wanted: Collection[tuple[str, bytes]]) -> None:
    for part in chunks({key for key, _ in wanted}):
        known = {
            *find_members(tx, part),
            *find_own_features(tx, part),
        }
        fresh = [pair for pair in wanted if pair[0] in part and pair not in known]
        if fresh:
            tx.add(member, [{"item_key": key, "features": features} for key, features in fresh])
            blocks = {
                (block_key, key)
                for key, features in fresh
                for block_key in index_keys(load_features(features))
            }
            add_blocks(tx, blocks)


def add_former_features(tx: Transaction, features: Mapping[str, bytes]) -> None:
    """Remember how items looked before they were edited, and let them be found by it still."""
    _add_features(tx, set(features.items()))
    blocks = {
        (block_key, key)
        for part in chunks(features)
        for key, each in find_members(tx, part)
        for block_key in index_keys(load_features(each))
    }
    add_blocks(tx, blocks)


def drop_former_names(
    tx: Transaction, now: Mapping[ItemKey, Features], before: Mapping[str, bytes | None]
) -> None:
    """Where an item was given another identifier, let the one that was learnt before go.

    A DOI that a person corrected is the item's: another work may bear the wrong one.
    """
    given: dict[str, dict[str, str]] = {}
    for key, features in now.items():
        stored = before.get(key)
        former = set(load_features(stored).identity.pairs()) if stored else set()
        fresh = dict(set(features.identity.pairs()) - former) if stored else {}
        if fresh:
            given[key] = fresh
    for part in chunks(given):
        for known_key, member_features in find_members(tx, part):
            known = load_features(member_features).identity.pairs()
            drop_aliases(
                tx,
                [
                    (kind, value, known_key)
                    for kind, value in known
                    if kind not in _SEVERAL and given[known_key].get(kind, value) != value
                ],
            )


def move_members(tx: Transaction, old: str, new: str) -> None:
    """Let records that were found to be one item's work be another's."""
    features = [features for _, features in find_members(tx, [old])]
    tx.execute(delete(member).where(member.c.library_id == tx.library_id, member.c.item_key == old))
    _add_features(tx, {(new, each) for each in features})


def find_members(tx: Transaction, keys: Sequence[str]) -> list[tuple[str, bytes]]:
    """Return (item key, features) of the records remembered for these items."""
    rows = tx.execute(
        select(member.c.item_key, member.c.features).where(
            member.c.library_id == tx.library_id, member.c.item_key.in_(tx.listed(keys))
        )
    )
    return [(row.item_key, row.features) for row in rows]


def find_remembered(tx: Transaction, keys: Sequence[str]) -> list[tuple[str, bytes]]:
    """Return (item key, features) of what was found to be these items' works.

    What was merged into one of them was its work, and so were the records of that.
    """
    replaced = merges.find_replaced(tx, keys)
    found = find_members(tx, keys)
    for part in chunks(replaced):
        of_replaced = [*find_members(tx, part), *find_own_features(tx, part)]
        found += [(replaced[key], features) for key, features in of_replaced]
    return found


def find_own_features(tx: Transaction, keys: Sequence[str]) -> list[tuple[str, bytes]]:
    """Return (item key, features) of these items themselves, as far as they were ever seen."""
    rows = tx.execute(
        select(item.c.item_key, item.c.features).where(
            item.c.library_id == tx.library_id,
            item.c.item_key.in_(tx.listed(keys)),
            item.c.features.is_not(None),
        )
    )
    return [(row.item_key, row.features) for row in rows]


def find_answer(tx: Transaction, one: str, other: str) -> Verdict | None:
    """Return what a person said about these two works, each an item key or a fingerprint."""
    first, second = sorted((one, other))
    verdict = tx.execute(
        select(answer.c.verdict).where(
            answer.c.library_id == tx.library_id, answer.c.one == first, answer.c.other == second
        )
    ).scalar_one_or_none()
    return Verdict(verdict) if verdict else None


def add_answer(tx: Transaction, works: tuple[str, str], verdict: Verdict) -> None:
    """Remember what a person said about two works, in place of what was said before."""
    one, other = sorted(works)
    row = {"one": one, "other": other, "verdict": verdict.value, "answered_at": tx.now}
    tx.put(answer, [row])


def all_answers(tx: Transaction) -> list[tuple[str, str, str]]:
    """Return every answer about a library: (one, other, verdict)."""
    rows = tx.execute(
        select(answer.c.one, answer.c.other, answer.c.verdict)
        .where(answer.c.library_id == tx.library_id, answer.c.one != "")
        .order_by(answer.c.one, answer.c.other)
    )
    return [(row.one, row.other, row.verdict) for row in rows]
