"""Exports are read, told apart and planned; nothing is written down or sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from syncd.item.ages import Age, age_of, is_day
from syncd.ledger import asked, journal, outbox
from syncd.ledger.store import LibraryLedger
from syncd.ledger.works import LedgerWorks
from syncd.library import Description, Library, StoreFile
from syncd.matching import DEFAULT_POLICY, Features, Policy, Ruling, resolve
from syncd.plan import Incoming, Place
from syncd.record import ItemKey
from syncd.settings import NO_UPDATES, ByMetadata, UpdateSettings, WhenFound
from syncd.sync import said_more, unfinished
from syncd.sync.attaching import FileReader, find_empty, with_files
from syncd.sync.carried_key import follow_keys
from syncd.sync.commit import RunPlan, collections_of
from syncd.sync.follow import Follower
from syncd.sync.intake import Delivery, Intake, read_deliveries, with_rejections
from syncd.sync.lookup import CollectionBook, LedgerLookup
from syncd.sync.making import Tools
from syncd.sync.minted_before import doubt_new
from syncd.sync.planner import make_intents
from syncd.sync.prior_match import recognise
from syncd.sync.relating import relate_preprints
from syncd.sync.three_way import ThreeWay

_STRICT = Policy(joins_by_look=False)


class Drafter:
    """Makes plans for one library that has been followed."""

    def __init__(
        self,
        library: Library,
        ledger: LibraryLedger,
        follower: Follower,
        tools: Tools,
        three_way: ThreeWay,
    ) -> None:
        self._library = library
        self._ledger = ledger
        self._follower = follower
        self.tools = tools
        """What turns entries into item data for this library."""
        self._three_way = three_way

    def read(self, deliveries: Sequence[Delivery]) -> Intake:
        """Read exports, and no more."""
        return read_deliveries(deliveries, self.tools)

    def draft(self, deliveries: Sequence[Delivery]) -> tuple[Intake, RunPlan]:
        """Read exports and return what is to be done with each record."""
        if self._library.capabilities.only_takes_new:
            deliveries = [_for_new_items(delivery) for delivery in deliveries]
        reading = self.read(deliveries)
        if self._library.capabilities.only_takes_new:
            reading.incoming = [replace(record, children=()) for record in reading.incoming]
        reading.incoming = self._date(reading.incoming, deliveries)
        wants_collections = any(delivery.place.collection for delivery in deliveries)
        with self._ledger.read() as tx:
            before = asked.collections_asked_for(tx)
            promised = outbox.collections_to_make(tx)
        there = self._library.collections() if wants_collections else ()
        book = CollectionBook(self._ledger.identity, there, before, promised)
        rulings = self._rule(reading)
        while (files := self._read_files(reading, rulings)) is None:
            rulings = self._rule(reading)
        features = reading.features
        lookup = LedgerLookup(self._ledger, book)
        weighed = self._three_way.weigh_all(reading.incoming, rulings)
        intents = make_intents(reading.incoming, rulings, lookup, weighed)
        intents = with_files(intents, files)
        updates = self.tools.updates or NO_UPDATES
        if updates.relate_preprints and self._library.capabilities.takes_keys:
            works = LedgerWorks(self._ledger)
            intents = relate_preprints(intents, features, works, self._ledger.identity)
        intents = with_rejections(intents, reading)
        made = book.made_for(collections_of(intents))
        return reading, RunPlan(intents, made, book.used_with(made))

    def _read_files(
        self, reading: Intake, rulings: Sequence[Ruling]
    ) -> Mapping[int, Sequence[StoreFile]] | None:
        """Read the files that will be sent; return those that attachments which are there wait for.

        None where exports had to be left out, so that the others are to be told apart anew.
        """
        empty = find_empty(self._library, self._ledger, reading.incoming, rulings)
        files = FileReader(reading)
        files.read_for_new(rulings)
        wanted = files.read_for(empty)
        reading.leave_out(files.changed)
        return None if files.changed else wanted

    def _date(self, incoming: Sequence[Incoming], deliveries: Sequence[Delivery]) -> list[Incoming]:
        """Take no export for newer than when it was read first: a copy of a file is as old as it.

        What the export itself says of its day is not doubted.
        """
        with self._ledger.read() as tx:
            known = journal.find_ages(tx, {each.export.sha256 for each in deliveries})
        first = [known.get(each.export.sha256) for each in deliveries]
        return [
            replace(record, exported_at=before)
            if (before := first[record.export]) is not None
            and age_of(record.exported_at, before) is Age.NEWER
            and not is_day(record.exported_at)
            else record
            for record in incoming
        ]

    def _rule(self, reading: Intake) -> Sequence[Ruling]:
        """Say of each record what it is: new, one that is there, or undecided."""
        features = reading.features
        rulings = self._tell_apart(features, [policy_of(each.place) for each in reading.incoming])
        rulings = said_more.recognise(reading.incoming, features, rulings, self._ledger)
        if self._library.capabilities.takes_keys:
            rulings = doubt_new(reading.incoming, features, rulings, self._ledger)
        rulings = unfinished.recognise(reading.incoming, features, rulings, self._ledger)
        return follow_keys(reading.incoming, features, rulings, self._ledger)

    def _tell_apart(
        self, features: Sequence[Features], policies: Sequence[Policy]
    ) -> Sequence[Ruling]:
        works = LedgerWorks(self._ledger, with_promised=True)
        rulings = resolve(features, works, policies)
        met = {
            ItemKey(ruling.known.ref)
            for ruling in rulings
            if ruling.known is not None and ruling.known.removed is None
        }
        if self._follower.confirm(met):
            rulings = resolve(features, works, policies)
        return recognise(features, rulings, self._ledger)


def _for_new_items(delivery: Delivery) -> Delivery:
    """Ask for what a library can do that takes new items only."""
    place = replace(delivery.place, collection=(), when_found=WhenFound.SKIP)
    return delivery._replace(place=place)


def policy_of(place: Place) -> Policy:
    """Return how strictly the records of a drop folder are told apart."""
    return DEFAULT_POLICY if place.by_metadata is ByMetadata.DECIDE else _STRICT


def tools_for(
    library: Library,
    description: Description,
    keep_notes: Collection[str],
    updates: UpdateSettings,
) -> Tools:
    """Return what turns entries into item data for a library."""
    # A server may take a note that the key cannot read back; what cannot be seen again cannot be
    # sent once.
    kept = keep_notes if description.takes_notes else ()
    return Tools(
        description.schema,
        kept,
        library.capabilities.text_limits,
        updates,
        linked_files=description.takes_linked_files,
        stored_files=description.stores_files,
    )
