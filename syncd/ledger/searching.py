"""Records found by what a person types: words of the title, or an identifier in any spelling.

Every word has to be there, anywhere, in whatever case and accents. Titles are compared folded, as
`matching` folds them; identifiers as they are written in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, or_, select

from syncd.identity import find_eid_in_url, parse_doi, parse_eid
from syncd.ledger.tables import record, search_text
from syncd.ledger.transaction import Transaction
from syncd.matching.folding import fold
from syncd.record import Identity

_KEY = re.compile(r"[23456789ABCDEFGHIJKLMNPQRSTUVWXYZ]{8}")
_NUMBER = re.compile(r"\d{8,}")
_MOST_WORDS = 12


def text_of(title: str | None, identity: Identity) -> str:
    """Return what a record is found by."""
    lines = [fold(title or "")]
    for value in filter(None, identity):
        lines += [value] if isinstance(value, str) else filter(None, value)
    return "\n".join(lines).lower()


def add_texts(tx: Transaction, records: Iterable[tuple[int, str | None, Identity]]) -> None:
    """Let new records be found: each with its number, its title as it is stored, and who it is."""
    rows = [
        {"record_id": number, "text": text_of(title, identity)}
        for number, title, identity in records
    ]
    tx.add(search_text, rows)


def find_records(
    connection: Connection, wanted: str, *, before: int | None = None, limit: int
) -> Sequence[int]:
    """Return the numbers of records that a person may mean, the newest first.

    They are those of an item, if what is wanted is its key, and else those that have every word.
    `before` is the number after which an earlier search left off.
    """
    if _KEY.fullmatch(wanted) and (found := _find_by_key(connection, wanted, before, limit)):
        return found
    query = select(search_text.c.record_id).where(*map(_has, wanted.split()[:_MOST_WORDS]))
    if before is not None:
        query = query.where(search_text.c.record_id < before)
    query = query.order_by(search_text.c.record_id.desc()).limit(limit)
    return list(connection.execute(query).scalars())


# Named first, so that the index by item is used.
_IN_ANY_LIBRARY = select(record.c.record_id).where(
    record.c.library_id.in_(select(record.c.library_id).distinct().scalar_subquery())
)


def _find_by_key(connection: Connection, key: str, before: int | None, limit: int) -> Sequence[int]:
    query = _IN_ANY_LIBRARY.where(record.c.item_key == key)
    if before is not None:
        query = query.where(record.c.record_id < before)
    query = query.order_by(record.c.record_id.desc()).limit(limit)
    return list(connection.execute(query).scalars())


def _has(word: str) -> ColumnElement[bool]:
    spellings = dict.fromkeys([fold(word), word.lower(), *_identifiers_in(word)])
    return or_(*(search_text.c.text.contains(each, autoescape=True) for each in spellings if each))


def _identifiers_in(word: str) -> Iterator[str]:
    if "10." in word and (doi := parse_doi(word)):
        yield doi
    is_number = _NUMBER.fullmatch(word) is not None
    if eid := parse_eid(word, bare=is_number) or find_eid_in_url(word):
        yield eid
