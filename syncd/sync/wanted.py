"""What a person means who names a work: by its DOI, its Scopus number or an item's key."""

from __future__ import annotations

import re

from syncd.identity import find_eid_in_url, parse_doi, parse_eid
from syncd.ledger import mirror, naming
from syncd.ledger.transaction import Transaction
from syncd.plan import KnownItem

_KEY = re.compile(r"[23456789ABCDEFGHIJKLMNPQRSTUVWXYZ]{8}")
_NUMBER = re.compile(r"\d{8,}")


def names_in(what: str) -> list[tuple[str, str]]:
    """Return the identifiers of a work that a person may mean, as (kind, value)."""
    doi = parse_doi(what) if "10." in what else None
    if doi:
        return [("doi", doi)]
    bare = _NUMBER.fullmatch(what) is not None
    eid = parse_eid(what, bare=bare) or find_eid_in_url(what)
    return [("scopus", eid)] if eid else []


def find_wanted(tx: Transaction, what: str) -> dict[str, KnownItem]:
    """Return the items that a person may mean, in whatever state they are, by key."""
    what = what.strip()
    if _KEY.fullmatch(what) and (found := mirror.find_items(tx, [what])):
        return found
    return naming.find_bearers(tx, names_in(what))
