"""What newer records change of the notes that syncd hung below an item.

A note is one value: it follows the newer export only while it is what syncd wrote, as a field
does. No note is added or removed, and nobody is asked about one that a person has edited.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from syncd.item.ages import Age, age_of
from syncd.item.merging import MAKER
from syncd.item.newer_notes import find_newer_notes, merge_note
from syncd.ledger import history
from syncd.ledger.history import Base
from syncd.ledger.sources import Sources, find_sources
from syncd.ledger.store import LibraryLedger
from syncd.ledger.taken_back import NONE_TAKEN, TakenBack, find_taken_back
from syncd.library import Library, Update
from syncd.plan import Incoming, Offer, OfferMode, PlannedOperation
from syncd.record import ItemKey, Provenance


class _Notes(NamedTuple):
    """What the ledger knows of the notes below some items."""

    written: Mapping[str, Mapping[str, Base]]
    sources: Mapping[str, Sources]
    taken_back: Mapping[str, TakenBack]


def weigh_notes(
    library: Library,
    ledger: LibraryLedger,
    records: Mapping[int, tuple[Incoming, ItemKey]],
    sources: Mapping[str, Sources],
) -> Mapping[int, Sequence[PlannedOperation]]:
    """Return, by its number, what each record writes anew of the notes of the item that it is.

    `sources` tell which source gave the items their fields.
    """
    noting = {number: each for number, each in records.items() if _notes_of(each[0])}
    known = _look_up(ledger, {key for _, key in noting.values()})
    wanted: dict[str, tuple[int, str]] = {}
    for number, (record, key) in noting.items():
        written = {child: str(b.data.get("note")) for child, b in known.written[key].items()}
        for child, note in find_newer_notes(written, _notes_of(record)):
            taken_back = known.taken_back.get(child, NONE_TAKEN)
            last = known.sources.get(child, {}).get("note") or sources[key].get(MAKER)
            may_move = _may_move(record.provenance, last, sources[key])
            if may_move and not taken_back.forbids("note", note):
                wanted.setdefault(child, (number, note))
    found = library.get([ItemKey(key) for key in sorted(wanted)]) if wanted else []
    bases = {child: base for notes in known.written.values() for child, base in notes.items()}
    operations: defaultdict[int, list[PlannedOperation]] = defaultdict(list)
    for item in found:
        number, note = wanted[item.key]
        merged = merge_note(bases[item.key].data, item.data, {"note": note})
        if merged.data and not item.trashed:
            before = {"note": item.data.get("note")}
            offer = Offer(OfferMode.NOTE, {"note": note}, ("note",), before)
            update = Update(item.key, item.version, merged.data, before)
            operations[number].append(PlannedOperation(update, offer=offer))
    return operations


def _notes_of(record: Incoming) -> list[str]:
    return [str(child["note"]) for child in record.children if child.get("itemType") == "note"]


def _look_up(ledger: LibraryLedger, keys: Collection[str]) -> _Notes:
    with ledger.read() as tx:
        written = history.find_notes(tx, keys)
        children = [child for notes in written.values() for child in notes]
        return _Notes(
            {key: written.get(key, {}) for key in keys},
            find_sources(tx, children),
            find_taken_back(tx, children),
        )


def _may_move(who: Provenance, last: Provenance | None, of_item: Sources) -> bool:
    """Say whether this source wrote the note, and is known to have said nothing newer since."""
    if last is None or last.source != who.source:
        return False
    later = [each for each in of_item.values() if each.source == who.source]
    return age_of(who.exported_at, last.exported_at) is Age.NEWER and not any(
        age_of(who.exported_at, each.exported_at) is Age.OLDER for each in later
    )
