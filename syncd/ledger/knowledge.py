"""What the ledger alone knows about works and items, and no library could tell again.

PLACEMENT  where syncd once put an item         MEMBER  a record that is an item's work
ANSWER     what a person said about two works   SHARED  a DOI that names several works
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from syncd.ledger.index import add_blocks
from syncd.ledger.statements import chunks
from syncd.ledger.tables import answer, item, member, placement, shared_doi
from syncd.matching import Verdict, blocking_keys, dump_features, features_of, load_features
from syncd.record import Citation


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
    connection: Connection, library_id: int, places: Collection[tuple[str, str, str]], run_id: int
) -> None:
    """Remember that this run puts items there: (item key, collection | tag, value)."""
    known = find_placements(connection, library_id, {key for key, _, _ in places})
    rows = [
        {
            "library_id": library_id,
            "item_key": key,
            "kind": kind,
            "value": value,
            "run_id": run_id,
        }
        for key, kind, value in dict.fromkeys(places)
        if (kind, value) not in known.get(key, frozenset())
    ]
    if rows:
        connection.execute(insert(placement), rows)


def move_placements(connection: Connection, library_id: int, old: str, new: str) -> None:
    """Let what was remembered of one key hold for another: the item goes under that one."""
    there = find_placements(connection, library_id, [new]).get(new, frozenset())
    of_old = placement.c.library_id == library_id, placement.c.item_key == old
    for row in connection.execute(select(placement).where(*of_old)).all():
        if (row.kind, row.value) not in there:
            connection.execute(
                update(placement)
                .where(*of_old, placement.c.kind == row.kind, placement.c.value == row.value)
                .values(item_key=new)
            )
    connection.execute(delete(placement).where(*of_old))


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
    _add_features(connection, library_id, wanted)


def _add_features(
    connection: Connection, library_id: int, wanted: Collection[tuple[str, bytes]]
) -> None:
    for part in chunks({key for key, _ in wanted}):
        known = {
            *find_members(connection, library_id, part),
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
            add_blocks(connection, library_id, blocks)


def add_former_features(
    connection: Connection, library_id: int, features: Mapping[str, bytes]
) -> None:
    """Remember how items looked before they were edited, and let them be found by it still."""
    _add_features(connection, library_id, set(features.items()))
    blocks = {
        (block_key, key)
        for part in chunks(features)
        for key, each in find_members(connection, library_id, part)
        for block_key in blocking_keys(load_features(each))
    }
    add_blocks(connection, library_id, blocks)


def move_members(connection: Connection, library_id: int, old: str, new: str) -> None:
    """Let records that were found to be one item's work be another's."""
    features = [features for _, features in find_members(connection, library_id, [old])]
    connection.execute(
        delete(member).where(member.c.library_id == library_id, member.c.item_key == old)
    )
    _add_features(connection, library_id, {(new, each) for each in features})


def find_members(
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
