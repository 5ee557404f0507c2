"""A record that says all that syncd wrote into an item, and more, is the record it was made of.

Matching asks about works of which too little is known to tell them apart: an editorial, a thesis.
A database that is asked for one field more says all the rest again, word for word.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syncd.item.equality import NOT_COMPARED
from syncd.item.fields import DATES
from syncd.item.precision import says_less
from syncd.item.sameness import says_same
from syncd.ledger import history, outbox
from syncd.ledger.merges import find_replaced
from syncd.ledger.store import LibraryLedger
from syncd.library import Create, ItemData
from syncd.matching import Doubt, Features, Known, Ruling, RulingKind
from syncd.plan import Incoming

_REASON = "it says all that this item was made of, and more"
_OF_PEOPLE = frozenset({"tags", "collections", "accessDate"})
"""What folders ask for, and the day on which somebody looked."""


def recognise(
    incoming: Sequence[Incoming],
    features: Sequence[Features],
    rulings: Sequence[Ruling],
    ledger: LibraryLedger,
) -> list[Ruling]:
    """Return the rulings, with those doubts resolved that are about a lack of facts alone.

    Two records of one export are two works: where both may be the item, a person is asked.
    """
    doubted = {n: known for n, ruling in enumerate(rulings) if (known := _only_own(ruling))}
    if not doubted:
        return list(rulings)
    written = _written(ledger, {known.ref for known in doubted.values()})
    claimed = Counter(
        (incoming[number].export, ref)
        for number, ruling in enumerate(rulings)
        for ref in _may_be(ruling)
    )
    resolved = list(rulings)
    for number, known in doubted.items():
        alone = claimed[incoming[number].export, known.ref] == 1
        if (
            alone
            and _says_enough(features[number])
            and any(_says_all(incoming[number].data, each) for each in written.get(known.ref, ()))
        ):
            resolved[number] = rulings[number]._replace(
                kind=RulingKind.SAME, known=known, candidates=(), reason=_REASON, doubt=None
            )
    return resolved


def _only_own(ruling: Ruling) -> Known | None:
    """Return the item that a record may be, where nothing but a lack of facts speaks against it."""
    if ruling.kind is not RulingKind.HOLD or ruling.doubt is not Doubt.LOOK:
        return None
    first = ruling.candidates[0] if len(ruling.candidates) == 1 else None
    return first if isinstance(first, Known) else None


def _may_be(ruling: Ruling) -> set[str]:
    """Return the items that a record is or may be."""
    return {known.ref for known in (ruling.known, *ruling.candidates) if isinstance(known, Known)}


def _written(ledger: LibraryLedger, keys: set[str]) -> Mapping[str, Sequence[ItemData]]:
    """Return what syncd wrote into those of these items that it made, or is about to write."""
    written: defaultdict[str, list[ItemData]] = defaultdict(list)
    with ledger.read() as tx:
        replaced = find_replaced(tx, keys)
        for key, base in history.find_bases(tx, {*keys, *replaced}).items():
            written[replaced.get(key, key)].append(base.data)
        for pending in outbox.works_to_make(tx):
            if pending.item_key in keys and isinstance(pending.operation, Create):
                written[pending.item_key].append(pending.operation.data)
    return written


def _says_enough(it: Features) -> bool:
    """Tell whether so much is known of a work that no other would have it all in common."""
    if not it.year or not it.container:
        return False
    return bool(it.pages.first) or bool(it.title and it.authors and not it.generic)


def _says_all(data: ItemData, written: ItemData) -> bool:
    """Tell whether item data says everything that was written, be it more precisely."""
    names = written.keys() - NOT_COMPARED - _OF_PEOPLE
    return all(_says(name, data.get(name) or "", written[name]) for name in names if written[name])


def _says(name: str, more: Any, less: Any) -> bool:
    if name == "extra":
        return set(_lines(less)) <= set(_lines(more))
    if says_same(name, less, more):
        return True
    return name in DATES and bool(more) and says_less(name, more, less)


def _lines(text: str) -> Iterator[str]:
    return filter(None, map(str.strip, text.split("\n")))
