"""A wrong "same" has a remedy: what was skipped as the same is shown, and may become an item.

The record is made anew from its entry, which the ledger keeps. What it wrote into the other item
goes back where nobody has touched it since, what was learnt of the other work from it is
forgotten, and that the two differ is remembered for good.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from syncd import formats
from syncd.errors import InputError
from syncd.item.reading import citation_of
from syncd.ledger import answered, asked, history, knowledge, outbox
from syncd.ledger import decided as rows
from syncd.ledger.decided import DecidedRow
from syncd.ledger.journal import begin_run
from syncd.ledger.store import LibraryLedger
from syncd.ledger.transaction import Transaction
from syncd.ledger.works import LedgerWorks
from syncd.library import Library, Operation
from syncd.matching import (
    Features,
    Known,
    Ruling,
    RulingKind,
    Verdict,
    features_of,
    fingerprint,
    resolve,
)
from syncd.plan import Decision, Incoming, Intent, Place, PlannedOperation, Pointer
from syncd.sync.answering import remember
from syncd.sync.commit import collections_of, decide_again
from syncd.sync.effects import effects_of
from syncd.sync.intake import links_wanted
from syncd.sync.lookup import CollectionBook, LedgerLookup
from syncd.sync.making import MadeItem, Tools, note_data, take_in
from syncd.sync.planner import make_intents
from syncd.sync.undo import Undoer

_REASON = "a person said it is a work of its own"


class Making(NamedTuple):
    """What it takes to make an item of a record: tools, and what each drop folder asks for."""

    tools: Tools
    places: Mapping[bytes, Place]


class Remaker:
    """Makes items of records that were taken for works already there, in a library at hand."""

    def __init__(self, library: Library, ledger: LibraryLedger, making: Making) -> None:
        self._library = library
        self._ledger = ledger
        self._making = making

    def create(self, record_id: int) -> None:
        """Make an item of a record; it stands in the outbox afterwards.

        Raises `InputError` where no such record was taken for something else, or it cannot be.
        """
        with self._ledger.read() as tx:
            found = rows.find_taken(tx, record_id)
            other = rows.name_of_other(tx, found) if found else None
        if found is None or other is None:
            raise InputError(f"no record number {record_id} was taken for a work already there")
        incoming = self._read(found)
        features = features_of(incoming.citation)
        with self._ledger.write() as tx:
            answered.take_back(tx, incoming.fingerprint)
            rows.forget_sameness(tx, record_id, incoming.citation, other)
        others = self._tell_apart(incoming, features, other)
        book = self._collections(incoming.place)
        lookup = LedgerLookup(self._ledger, book)
        [intent] = make_intents([incoming], [Ruling(RulingKind.NEW, reason=_REASON)], lookup)
        if intent.planned.decision is not Decision.CREATE:
            raise InputError(f"record {record_id} cannot be made: {intent.planned.reason}")
        seen = (
            *intent.planned.candidates,
            *(Pointer(item_key=name) for name in sorted(others)),
        )
        reason = f"{_REASON}; {found.planned.reason}"
        planned = replace(intent.planned, reason=reason, candidates=seen)
        back = self._take_back(record_id, other)
        with self._ledger.write() as tx:
            self._write(tx, record_id, replace(intent, planned=planned), book, back)
            for name in others:
                knowledge.add_answer(tx, (str(planned.item_key), name), Verdict.DIFFERENT)

    def _read(self, found: DecidedRow) -> Incoming:
        made, place = read_entry(found, self._making.tools), self._place_of(found)
        citation = citation_of(made.whole, made.record.identity)
        return Incoming(
            origin=found.planned.origin,
            citation=citation,
            fingerprint=fingerprint(citation),
            data=made.data,
            children=(*map(note_data, made.notes), *links_wanted(made, place)),
            place=place,
            export=0,
            cuts=made.cuts,
        )

    def _place_of(self, found: DecidedRow) -> Place:
        """Return what the folder asks for that a record came from, as it is configured now."""
        places = self._making.places
        if found.folder in places:
            return places[found.folder]
        above = {bytes(parent) for parent in Path(found.planned.origin.file).parents}
        return next((place for path, place in places.items() if path in above), Place())

    def _tell_apart(self, incoming: Incoming, features: Features, other: str) -> set[str]:
        """Remember that it is no other work that the rules take it for; return their names."""
        told = {other}
        fresh = {other}
        name = (incoming.fingerprint, incoming.citation)
        while fresh:
            with self._ledger.write() as tx:
                for each in fresh:
                    remember(tx, name, each, Verdict.DIFFERENT)
            works = LedgerWorks(self._ledger, with_promised=True)
            [ruling] = resolve([features], works)
            found = [ruling.known, *ruling.candidates]
            fresh = {known.ref for known in found if isinstance(known, Known)} - told
            told |= fresh
        return told

    def _take_back(self, record_id: int, other: str) -> Sequence[Operation]:
        """Return what takes out of the other item what this record wrote into it."""
        with self._ledger.read() as tx:
            effects = effects_of(history.done_for_record(tx, record_id, other))
        if not effects.items:
            return ()
        existing = {each.key for each in self._library.collections()}
        reversals = Undoer(self._library, self._ledger).reverse(effects, effects.items, existing)
        return [each for reversal in reversals.values() for each in reversal.operations]

    def _collections(self, place: Place) -> CollectionBook:
        with self._ledger.read() as tx:
            before = asked.collections_asked_for(tx)
            promised = outbox.collections_to_make(tx)
        there = self._library.collections() if place.collection else ()
        return CollectionBook(self._ledger.identity, there, before, promised)

    def _write(
        self,
        tx: Transaction,
        record_id: int,
        intent: Intent,
        book: CollectionBook,
        back: Sequence[Operation],
    ) -> None:
        run_id = begin_run(tx, "review")
        taken = [(None, "it was written by another work", PlannedOperation(each)) for each in back]
        outbox.add_operations(tx, run_id, taken, self._ledger.row().cursor)
        made = book.made_for(collections_of([intent]))
        needed = [(None, "asked for by a folder", each) for each in made]
        outbox.add_operations(tx, run_id, needed, outbox.DECIDE_AGAIN)
        asked.remember_collections(tx, book.used_with(made))
        decide_again(tx, run_id, record_id, intent, outbox.DECIDE_AGAIN)


def read_entry(found: DecidedRow, tools: Tools) -> MadeItem:
    """Return the item that a record would become, read again from its entry.

    Raises `InputError` when it cannot be read.
    """
    file = found.planned.origin.file
    text = found.entry.encode("utf-8", "surrogatepass")
    for _, made in take_in(formats.read(io.BytesIO(text), file), tools):
        if isinstance(made, InputError):
            raise made
        return made
    raise InputError("the entry that the ledger keeps holds no record")


def data_of(found: DecidedRow, tools: Tools) -> Mapping[str, Any]:
    """Return the item data of a record, empty where its entry cannot be read."""
    try:
        return read_entry(found, tools).data
    except InputError:
        return {}
