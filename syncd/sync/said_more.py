"""A record that says all that syncd wrote into an item, and more, is the record it was made of.

So is one that says nothing else, and less. Matching asks about works of which too little is known
to tell them apart, an editorial or a thesis, and takes titles that many bear for two works unless
their places are equal. A database that is asked for one field more, or one fewer, says all the rest
again, word for word.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from syncd.item.equality import NOT_COMPARED
from syncd.item.fields import DATES
from syncd.item.precision import says_less
from syncd.item.reading import citation_of
from syncd.item.sameness import says_same
from syncd.ledger import history, outbox
from syncd.ledger.merges import find_replaced
from syncd.ledger.store import LibraryLedger
from syncd.ledger.works import LedgerWorks
from syncd.library import Create, ItemData
from syncd.matching import (
    Doubt,
    Features,
    Known,
    Ruling,
    RulingKind,
    features_of,
    naming_keys,
)
from syncd.plan import Incoming
from syncd.settings import ByMetadata

_REASON = "what this item was made of says the same, and one of the two says more"
_OF_PEOPLE = frozenset({"tags", "collections", "accessDate"})
"""What folders ask for, and the day on which somebody looked."""


def recognise(
    incoming: Sequence[Incoming],
    features: Sequence[Features],
    rulings: Sequence[Ruling],
    ledger: LibraryLedger,
) -> list[Ruling]:
    """Return the rulings, with records taken for the items that they say all of.

    Two records of one export are two works: where both may be the item, neither is. Where metadata
    is to decide nothing, it does not here either.
    """
    possible = {n: [known] for n, ruling in enumerate(rulings) if (known := _only_own(ruling))}
    possible |= _named_alike(features, rulings, ledger)
    decide = ByMetadata.DECIDE
    possible = {n: it for n, it in possible.items() if incoming[n].place.by_metadata is decide}
    if not possible:
        return list(rulings)
    written = _written(ledger, {known.ref for each in possible.values() for known in each})
    found = {
        number: alike[0]
        for number, known in possible.items()
        if len(alike := [k for k in known if _is_of(incoming[number], written.get(k.ref, ()))]) == 1
    }
    claimed = Counter(
        (incoming[number].export, ref)
        for number, ruling in enumerate(rulings)
        for ref in _may_be(ruling) | ({found[number].ref} if number in found else set())
    )
    resolved = list(rulings)
    for number, known in found.items():
        if claimed[incoming[number].export, known.ref] == 1:
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


def _named_alike(
    features: Sequence[Features], rulings: Sequence[Ruling], ledger: LibraryLedger
) -> dict[int, list[Known]]:
    """Return, for new works under titles that many bear, the items that had all their names once.

    Matching takes them for others wherever one of the two does not say where it stands.
    """
    keys = {
        number: naming_keys(mine)
        for number, (mine, ruling) in enumerate(zip(features, rulings, strict=True))
        if ruling.kind is RulingKind.NEW and mine.generic
    }
    if not keys:
        return {}
    works = LedgerWorks(ledger, with_promised=True)
    met = works.by_blocks(frozenset(key for each in keys.values() for key in each))
    alike: dict[int, list[Known]] = {}
    for number, sought in keys.items():
        mine = features[number]
        found = {
            known.ref: known
            for key in sought
            for known in met.get(key, ())
            if _names(known.features) == _names(mine)
        }
        if found:
            alike[number] = list(found.values())
    return alike


def _names(it: Features) -> tuple[object, ...]:
    return (it.title, it.markers, it.authors, it.year)


def _may_be(ruling: Ruling) -> set[str]:
    """Return the items that a record is or may be."""
    return {known.ref for known in (ruling.known, *ruling.candidates) if isinstance(known, Known)}


def _written(ledger: LibraryLedger, keys: Collection[str]) -> Mapping[str, Sequence[ItemData]]:
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


def _is_of(record: Incoming, written: Sequence[ItemData]) -> bool:
    """Tell whether an item of which this was written was made of a record, be it a poorer one."""
    return any(
        _says_all(more, less) and _tells_enough(less)
        for each in written
        for more, less in ((record.data, each), (each, record.data))
    )


def _tells_enough(written: ItemData) -> bool:
    """Tell whether so much was known of a work that no other has it all in common."""
    it = features_of(citation_of(written))
    if not it.year or not (it.authors or it.container):
        return False
    if it.pages.first or len(urlsplit(written.get("url") or "").path) > 1:
        return True
    placed = bool(it.volume or it.issue) or bool(it.title and not it.generic)
    return placed and bool(it.authors and it.container)


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
