"""What newer records change of items that are there: the library is asked, the room `item` decides.

Only items that may get an update are read, all of them together. Planning asks here, and so does
whoever has to decide again because the library has moved on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from syncd.item.bases import base_after
from syncd.item.merging import NOTHING, FieldChange, Merge, choose, merge
from syncd.item.newer_notes import merge_note
from syncd.item.reading import citation_of
from syncd.item.sameness import says_same
from syncd.item.sides import IDENTIFIER_KINDS
from syncd.ledger import history, journal
from syncd.ledger.merges import find_replaced
from syncd.ledger.sources import Sources, find_sources
from syncd.ledger.store import LibraryLedger
from syncd.ledger.taken_back import NONE_TAKEN, TakenBack, find_taken_back
from syncd.ledger.transaction import Transaction
from syncd.ledger.works import LedgerWorks
from syncd.library import Library, StoredItem, Update
from syncd.matching import Ruling, RulingKind, Verdict, features_of, judge
from syncd.plan import Incoming, Offer, OfferMode, PlannedOperation
from syncd.record import ItemKey, Provenance
from syncd.schema import Schema
from syncd.settings import WhenFound
from syncd.sync.intake import written_in
from syncd.sync.noting import weigh_notes

_MODES = {WhenFound.SYNC: OfferMode.SYNC, WhenFound.FILL: OfferMode.FILL}


@dataclass(slots=True)
class ItemSides:
    """An item as both sides know it: what syncd wrote, and who gave its fields their values."""

    base: Mapping[str, Any] | None
    sources: Sources
    item: StoredItem | None = None
    """The item as the library shows it, where it was read."""
    taken_back: TakenBack = NONE_TAKEN
    """What an undo took out of its fields."""


class Weighed(NamedTuple):
    """What a record comes to for an item, against the item as it was read.

    `item` is None where the record says nothing new, so that the item need not be read.
    """

    merge: Merge
    item: StoredItem | None
    offer: Offer
    there: Mapping[str, Any]
    """The item's data: as it was read, else as syncd wrote it; empty where neither is known."""
    notes: Sequence[PlannedOperation] = ()
    """What writes notes below the item anew."""

    @property
    def operation(self) -> PlannedOperation | None:
        """What writes it; None where nothing is written."""
        if self.item is None or not self.merge.data:
            return None
        before = {name: self.item.data.get(name) for name in self.merge.data}
        update = Update(self.item.key, self.item.version, self.merge.data, before)
        fields = tuple(change.field for change in self.merge.changes)
        return PlannedOperation(update, offer=self.offer._replace(fields=fields, before=before))


class ThreeWay:
    """Weighs records against the items of one library."""

    def __init__(self, library: Library, ledger: LibraryLedger, schema: Schema) -> None:
        self._library = library
        self._ledger = ledger
        self._schema = schema

    # Planning

    def weigh_all(
        self, incoming: Sequence[Incoming], rulings: Sequence[Ruling]
    ) -> Mapping[int, Weighed]:
        """Return, by its number, what each record changes or asks of the item whose work it is."""
        wanted = {
            number: (ItemKey(ruling.known.ref), mode)
            for number, (record, ruling) in enumerate(zip(incoming, rulings, strict=True))
            if ruling.kind is RulingKind.SAME
            # What its export cuts off says less than it means to.
            and not record.is_unfinished
            and ruling.known is not None
            and ruling.known.removed is None
            and (mode := _MODES.get(record.place.when_found)) is not None
        }
        wanted = self._without_replaced(incoming, wanted)
        offers = self._make_offers(incoming, wanted)
        with self._ledger.read() as tx:
            sides = find_sides(tx, {key for key, _ in wanted.values()})
        # Before what this plan itself is going to write.
        written = {key: side.sources for key, side in sides.items()}
        weighed = {
            number: self._foresee(sides[wanted[number][0]], offer, incoming[number].provenance)
            for number, offer in offers.items()
        }
        needed = [
            number
            for number, foreseen in weighed.items()
            if _has_to_be_read(sides[wanted[number][0]], foreseen)
        ]
        self._read({wanted[number][0] for number in needed}, sides)
        for number in needed:
            side, who = sides[wanted[number][0]], incoming[number].provenance
            if side.item is None or side.item.trashed:
                del weighed[number]
            else:
                weighed[number] = self.weigh(side, offers[number], who)
                _go_on(side, weighed[number], who)
        weighed = self._without_repeats(incoming, wanted, weighed)
        ours = {
            number: (incoming[number], wanted[number][0])
            for number in weighed
            if sides[wanted[number][0]].base is not None
        }
        notes = weigh_notes(self._library, self._ledger, ours, written)
        return {
            number: each._replace(notes=notes.get(number, ())) for number, each in weighed.items()
        }

    def _without_repeats(
        self,
        incoming: Sequence[Incoming],
        wanted: Mapping[int, tuple[ItemKey, OfferMode]],
        weighed: Mapping[int, Weighed],
    ) -> dict[int, Weighed]:
        """Ask nothing about a record that was found to be this work before, word for word.

        Two records of one export may say different things of one work. The one that was left
        alone is no news when the export comes again, nor is it when a person has edited the item.
        """
        asking = {number for number, each in weighed.items() if each.merge.conflicts}
        keys = {wanted[number][0] for number in asking}
        with self._ledger.read() as tx:
            before = journal.settled_entries_of_items(tx, keys)
        said = {(key, written_in(entry)) for key, entry in before}
        repeated = {
            number
            for number in asking
            if (wanted[number][0], written_in(incoming[number].entry)) in said
        }
        return {
            number: each._replace(merge=each.merge._replace(conflicts=()))
            if number in repeated
            else each
            for number, each in weighed.items()
        }

    def _without_replaced(
        self, incoming: Sequence[Incoming], wanted: Mapping[int, tuple[ItemKey, OfferMode]]
    ) -> dict[int, tuple[ItemKey, OfferMode]]:
        """Leave out records of items that people merged into others, with values of their own.

        Whoever merged them has chosen which values stay; only a record that is what syncd wrote
        into the item which stays may move those.
        """
        keys = {key for key, _ in wanted.values()}
        with self._ledger.read() as tx:
            survivors = set(find_replaced(tx, keys).values())
            bases = history.find_bases(tx, survivors)
        written = {key: features_of(citation_of(base.data)) for key, base in bases.items()}
        return {
            number: (key, mode)
            for number, (key, mode) in wanted.items()
            if key not in written
            or judge(features_of(incoming[number].citation), written[key]).verdict is Verdict.SAME
        }

    def _make_offers(
        self, incoming: Sequence[Incoming], wanted: Mapping[int, tuple[ItemKey, OfferMode]]
    ) -> dict[int, Offer]:
        """Return what records offer, without identifiers that other items bear."""
        named = {
            pair
            for number in wanted
            for pair in incoming[number].citation.identity.pairs()
            if pair[0] != "isbn"
        }
        bearers = LedgerWorks(self._ledger).by_identifiers(named)
        offers = {}
        for number, (key, mode) in wanted.items():
            record = incoming[number]
            others = {
                kind
                for kind, value in record.citation.identity.pairs()
                if any(known.ref != key for known in bearers.get((kind, value), ()))
            }
            untrue = {cut.where for cut in record.cuts if cut.falsifies}
            said = {name: value for name, value in record.data.items() if name not in untrue}
            offers[number] = Offer(mode, _without(said, others))
        return offers

    def _foresee(self, sides: ItemSides, offer: Offer, who: Provenance) -> Weighed:
        """Return what would come of an offer if nobody had touched the item."""
        found = NOTHING if sides.base is None else self._merge(sides, sides.base, offer, who)
        return Weighed(found, None, offer, sides.base or {})

    def _read(self, keys: Collection[ItemKey], sides: Mapping[str, ItemSides]) -> None:
        for item in self._library.get(sorted(keys)) if keys else ():
            sides[item.key].item = item

    # Weighing

    def weigh(self, sides: ItemSides, offer: Offer, who: Provenance) -> Weighed:
        """Return what an offer comes to for an item that was read."""
        if sides.item is None:
            raise ValueError("the item was not read")
        found = self._merge(sides, sides.item.data, offer, who)
        return Weighed(found, sides.item, offer, sides.item.data)

    def _merge(
        self, sides: ItemSides, theirs: Mapping[str, Any], offer: Offer, who: Provenance
    ) -> Merge:
        fields = self._schema.fields.get(theirs.get("itemType", ""), frozenset())
        if offer.mode is OfferMode.CHOSEN:
            wanted = choose(theirs, offer.ours, offer.fields, fields, sides.base)
            kept = [each.field for each in wanted.changes if _is_as_seen(each, offer)]
            return choose(theirs, offer.ours, kept, fields, sides.base)
        if offer.mode is OfferMode.NOTE:
            return merge_note(sides.base, theirs, sides.taken_back.without(offer.ours))
        if sides.base is None and offer.mode is OfferMode.SYNC:
            return NOTHING

        def merged(ours: Mapping[str, Any]) -> Merge:
            written = sides.sources
            return merge(sides.base, theirs, ours, who=who, written=written, fields=fields)

        ours = sides.taken_back.without(offer.ours)
        found = merged(ours)
        # What has no field in this item came as a line of `extra`, and went as one.
        lines = _new_lines(found.data, theirs)
        gone = {_name_of(line) for line in lines if sides.taken_back.forbids("extra", line)}
        return merged(_without_names(ours, gone)) if gone else found

    def read_again(self, tx: Transaction, items: Sequence[StoredItem]) -> Mapping[str, ItemSides]:
        """Return the sides of items that were just read."""
        sides = find_sides(tx, {item.key for item in items})
        for item in items:
            sides[item.key].item = item
        return sides


def _is_as_seen(change: FieldChange, offer: Offer) -> bool:
    return says_same(change.field, change.before, offer.seen.get(change.field, change.before))


def find_sides(tx: Transaction, keys: Collection[str]) -> dict[str, ItemSides]:
    """Return what the ledger knows of items; they are not read yet."""
    bases = history.find_bases(tx, keys)
    known = find_sources(tx, keys)
    taken = find_taken_back(tx, keys)
    return {
        key: ItemSides(
            base=bases[key].data if key in bases else None,
            sources=known.get(key, {}),
            taken_back=taken.get(key, NONE_TAKEN),
        )
        for key in keys
    }


def _new_lines(data: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """Return the lines of `extra` that would be written and do not stand there."""
    there = frozenset(str(theirs.get("extra") or "").split("\n"))
    return [line for line in str(data.get("extra") or "").split("\n") if line not in there]


def _has_to_be_read(sides: ItemSides, foreseen: Weighed) -> bool:
    """Say whether an item has to be read: only then can more be said."""
    if sides.base is None:
        return foreseen.offer.mode is OfferMode.FILL
    return bool(foreseen.merge.data or foreseen.merge.conflicts)


def _go_on(sides: ItemSides, weighed: Weighed, who: Provenance) -> None:
    """Let a further record of the same plan meet the item as this one leaves it."""
    written = weighed.merge.data
    if weighed.item is None:
        return
    if sides.base is not None:
        sides.base = base_after(sides.base, written, weighed.offer.ours, weighed.item.data)
    fields = {*(change.field for change in weighed.merge.changes), *weighed.merge.confirmed}
    sides.sources = {**sides.sources, **dict.fromkeys(fields, who)}
    sides.item = weighed.item._replace(data={**weighed.item.data, **written})


def _without(data: Mapping[str, Any], kinds: Collection[str]) -> Mapping[str, Any]:
    """Return item data without identifiers of these kinds, in fields and in lines of `extra`."""
    if not kinds:
        return data
    names = {name for name, kind in IDENTIFIER_KINDS.items() if kind in kinds}
    return _without_names(data, names)


def _without_names(data: Mapping[str, Any], names: Collection[str]) -> Mapping[str, Any]:
    """Return item data without these names, be they fields or lines of `extra`."""
    kept = {name: value for name, value in data.items() if name not in names}
    if "extra" in kept:
        lines = kept["extra"].split("\n")
        kept["extra"] = "\n".join(line for line in lines if _name_of(line) not in names)
    return kept


def _name_of(line: str) -> str:
    return line.partition(":")[0]
