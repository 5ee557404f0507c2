"""The numbers of a PRISMA flow diagram: how many records were identified and what became of them.

IDENTIFIED           every record of the exports, once, however many libraries it goes to
REJECTED             could not be used
DUPLICATES WITHIN    the same work as an earlier record of the same export
DUPLICATES ACROSS    the same work as a record of another export of this plan
REFUSED, PENDING     the library would not take it, or has not taken it yet: it is not new there
HELD                 waits for a person, who says which work it is
ALREADY IN LIBRARY   known from before: present, in the trash, or deleted by a person; where only
                     its fields are asked about, its work is known

A record that meets several fates, because it goes to several libraries, counts under the first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from syncd.plan import Decision, PlannedRecord, Pointer
from syncd.record import UNKNOWN_SOURCE


class Fate(StrEnum):
    """What became of an identified record; the first that holds in any library is the one."""

    REJECTED = "rejected"
    DUPLICATE_WITHIN = "duplicates_within"
    DUPLICATE_ACROSS = "duplicates_across"
    REFUSED = "refused"
    HELD = "held"
    PENDING = "pending"
    NEW = "new"
    IN_LIBRARY = "already_in_library"


SELDOM = frozenset({Fate.REFUSED, Fate.PENDING})
"""What is shown only where there is any."""

_RANK = {fate: rank for rank, fate in enumerate(Fate)}
_BY_DECISION = {
    Decision.CREATE: Fate.NEW,
    Decision.HOLD: Fate.HELD,
    Decision.REJECT: Fate.REJECTED,
}
_BY_OUTCOME = {"refused": Fate.REFUSED, "pending": Fate.PENDING}

RecordPlace = tuple[str, int]
"""Which record of which file."""


def prisma(records: Sequence[PlannedRecord]) -> dict[str, Any]:
    """Count the records by fate: in all, by file, by source where that is certain, by library."""
    fates = fates_of(records)
    sources = {_place(record): record.origin.source for record in records}
    return {
        **_count(fates.values()),
        "by_file": _count_by({place: place[0] for place in fates}, fates),
        "by_source": _count_by(
            {place: name for place, name in sources.items() if name != UNKNOWN_SOURCE}, fates
        ),
        "by_library": {
            library: _count(fates_of(own).values()) for library, own in _by_library(records)
        },
    }


def fates_of(records: Sequence[PlannedRecord]) -> dict[RecordPlace, Fate]:
    """Return the one fate of each record of the files, in their order."""
    here = {_place(record) for record in records}
    fates: dict[RecordPlace, Fate] = {}
    for record in records:
        place, fate = _place(record), _fate(record, here)
        fates[place] = min(fate, fates.get(place, fate), key=_RANK.__getitem__)
    return fates


def _by_library(
    records: Sequence[PlannedRecord],
) -> list[tuple[str, list[PlannedRecord]]]:
    found: defaultdict[str, list[PlannedRecord]] = defaultdict(list)
    for record in records:
        if record.library is not None:
            found[record.library].append(record)
    return sorted(found.items())


def _count_by(
    names: Mapping[RecordPlace, str], fates: Mapping[RecordPlace, Fate]
) -> dict[str, dict[str, int]]:
    found: defaultdict[str, list[Fate]] = defaultdict(list)
    for place, name in names.items():
        found[name].append(fates[place])
    return {name: _count(found[name]) for name in sorted(found)}


def _count(fates: Iterable[Fate]) -> dict[str, int]:
    found = Counter(fates)
    shown = [fate for fate in Fate if found[fate] or fate not in SELDOM]
    return {"identified": found.total(), **{fate.value: found[fate] for fate in shown}}


def _place(record: PlannedRecord) -> RecordPlace:
    return (record.origin.file, record.origin.index)


def _fate(record: PlannedRecord, here: set[RecordPlace]) -> Fate:
    if record.decision is Decision.REJECT:
        return Fate.REJECTED
    same = record.duplicate_of or next(iter(record.candidates), Pointer())
    known = _BY_DECISION.get(record.decision)
    if record.decision is Decision.HOLD and record.duplicate_of is not None:
        known = None
    if known is None and same.file is not None and (same.file, same.index) in here:
        within = same.file == record.origin.file
        return Fate.DUPLICATE_WITHIN if within else Fate.DUPLICATE_ACROSS
    return _BY_OUTCOME.get(record.outcome or "") or known or Fate.IN_LIBRARY
