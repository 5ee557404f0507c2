"""An item under the very key that a record would get was made of that record, by whatever syncd.

Where a ledger was lost, or another machine made the item, nothing else tells so once a person has
given it another title, or the record says where an editorial stands and did not before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from syncd.item.minting import name_of
from syncd.ledger.store import LibraryLedger
from syncd.ledger.works import LedgerWorks
from syncd.matching import (
    Doubt,
    Features,
    Known,
    Ruling,
    RulingKind,
    Verdict,
    fingerprint_of,
    is_another,
    without_place,
)
from syncd.record import Citation
from syncd.sync.keys import KeyMinter


class Minted(Protocol):
    """What the key of a record is made from."""

    @property
    def citation(self) -> Citation:
        """What the record says of its work."""
        ...

    @property
    def fingerprint(self) -> str:
        """What its work is known by where it has no number."""
        ...


_REASON = "an item seems to have been made of it, as its key says, and looks different now"


def doubt_new(
    incoming: Sequence[Minted],
    features: Sequence[Features],
    rulings: Sequence[Ruling],
    ledger: LibraryLedger,
) -> list[Ruling]:
    """Return the rulings, with those new works in doubt that an item seems to have been made of.

    Of works without a number of their own only: a number may be several works'. An item that has
    become another work, or of which a person said that it is one, is no reason to ask; of one that
    this ledger has seen made, matching knows what it was made of.
    """
    minter = KeyMinter(ledger.identity)
    keys = {
        number: [minter.first(record.citation, each) for each in _fingerprints(record, mine)]
        for number, (record, mine, ruling) in enumerate(
            zip(incoming, features, rulings, strict=True)
        )
        if ruling.kind is RulingKind.NEW
        and name_of(record.citation, record.fingerprint) == ("fingerprint", record.fingerprint)
    }
    works = LedgerWorks(ledger)
    there = works.by_keys({key for each in keys.values() for key in each}) if keys else {}
    if not there:
        return list(rulings)
    ours, answers = works.as_written(there), works.answers()
    doubted = list(rulings)
    for number, minted in keys.items():
        mine = features[number]
        for known in (there[key][0] for key in minted if key in there and key not in ours):
            said = answers.find(answers.names_of(mine), (known.ref,))
            if said is not Verdict.DIFFERENT and _may_have_been(mine, known.features):
                doubted[number] = _in_doubt(known)
                break
    return doubted


def _fingerprints(record: Minted, it: Features) -> Iterator[str]:
    """Yield what a work is known by, and what it was where volume or issue were not known yet.

    Nobody knows by these a work that has its pages and a title of its own.
    """
    yield record.fingerprint
    if (it.generic and it.pages.first) or (it.authors and not it.pages.first):
        yield from map(fingerprint_of, without_place(it))


def _may_have_been(mine: Features, now: Features) -> bool:
    """Tell whether an item under the key of a record was edited since, or made when less was known.

    One that still is just what its key says was told apart by what matching compares.
    """
    return fingerprint_of(now) != fingerprint_of(mine) and not is_another(now, mine)


def _in_doubt(known: Known) -> Ruling:
    return Ruling(
        RulingKind.HOLD,
        candidates=(known,),
        evidence=("item key",),
        reason=_REASON,
        doubt=Doubt.IDENTIFIERS,
    )
