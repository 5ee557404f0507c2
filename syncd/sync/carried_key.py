"""A record that carries the key of an item of this library is that item, and no other."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.ledger.store import LibraryLedger
from syncd.ledger.works import LedgerWorks
from syncd.matching import Features, Known, Ruling, RulingKind
from syncd.plan import Incoming

_REASON = "it carries the key of this item"


def follow_keys(
    incoming: Sequence[Incoming],
    features: Sequence[Features],
    rulings: Sequence[Ruling],
    ledger: LibraryLedger,
) -> list[Ruling]:
    """Return the rulings, with those records taken for the items whose keys they carry.

    One whose own identifiers say that it is something else is judged by those.
    """
    carried = {
        number: record.carried.key
        for number, record in enumerate(incoming)
        if record.carried is not None
        and rulings[number].within is None
        and _may_be_of(record.carried.library, ledger.identity)
    }
    known = LedgerWorks(ledger).by_keys(set(carried.values())) if carried else {}
    followed = list(rulings)
    for number, key in carried.items():
        for item in known.get(key, ())[:1]:
            if not _contradicts(features[number], item.features):
                followed[number] = _same(rulings[number], item)
    return followed


def _may_be_of(named: str | None, identity: str) -> bool:
    return named is None or identity.partition(" at ")[0].endswith(f"/{named}")


def _contradicts(one: Features, other: Features) -> bool:
    pairs = (
        (getattr(one.identity, kind), getattr(other.identity, kind))
        for kind in ("doi", "scopus", "pmid", "wos", "arxiv")
    )
    return any(a and b and a != b for a, b in pairs)


def _same(ruling: Ruling, known: Known) -> Ruling:
    if ruling.kind is RulingKind.SAME and ruling.known and ruling.known.ref == known.ref:
        return ruling
    return Ruling(
        RulingKind.SAME, known=known, evidence=("item key", *ruling.evidence), reason=_REASON
    )
