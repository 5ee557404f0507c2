"""An item under the very key that a record would get was made of that record, by whatever syncd.

Where a ledger was lost, or another machine made the item, nothing else tells so once a person has
given it another title.
"""

from __future__ import annotations

from collections.abc import Sequence

from syncd.item.minting import name_of
from syncd.ledger.store import LibraryLedger
from syncd.ledger.works import LedgerWorks
from syncd.matching import Doubt, Features, Ruling, RulingKind, Verdict, fingerprint_of, is_another
from syncd.plan import Incoming
from syncd.record import ItemKey
from syncd.sync.keys import KeyMinter

_REASON = "an item was made of it that has been edited since, as its key says"


def doubt_new(
    incoming: Sequence[Incoming],
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
    first: dict[int, ItemKey] = {
        number: minter.first(record.citation, record.fingerprint)
        for number, (record, ruling) in enumerate(zip(incoming, rulings, strict=True))
        if ruling.kind is RulingKind.NEW
        and name_of(record.citation, record.fingerprint) == ("fingerprint", record.fingerprint)
    }
    works = LedgerWorks(ledger)
    there = works.by_keys(set(first.values())) if first else {}
    there = {key: known for key, known in there.items() if key not in works.as_written(there)}
    answers = works.answers() if there else None
    doubted = list(rulings)
    for number, key in first.items():
        for known in there.get(key, ())[:1]:
            mine, now = features[number], known.features
            was_edited = fingerprint_of(now) != incoming[number].fingerprint
            said = answers.find(answers.names_of(mine), (key,)) if answers else None
            if was_edited and said is not Verdict.DIFFERENT and not is_another(now, mine):
                doubted[number] = Ruling(
                    RulingKind.HOLD,
                    candidates=(known,),
                    evidence=("item key",),
                    reason=_REASON,
                    doubt=Doubt.IDENTIFIERS,
                )
    return doubted
