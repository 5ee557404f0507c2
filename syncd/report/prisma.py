"""The numbers of a PRISMA flow diagram: how many records were identified and what became of them.

IDENTIFIED           every record of the exports
DUPLICATES WITHIN    the same work as an earlier record of the same export
DUPLICATES ACROSS    the same work as a record of another export of this plan
ALREADY IN LIBRARY   known from before: present, in the trash, or deleted by a person
REFUSED, PENDING     the library would not take it, or has not taken it yet: it is not new there
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum

from syncd.plan import Decision, PlannedRecord, Pointer


class Fate(StrEnum):
    """What became of an identified record; each has exactly one."""

    DUPLICATE_WITHIN = "duplicates_within"
    DUPLICATE_ACROSS = "duplicates_across"
    IN_LIBRARY = "already_in_library"
    HELD = "held"
    REJECTED = "rejected"
    REFUSED = "refused"
    PENDING = "pending"
    NEW = "new"


SELDOM = frozenset({Fate.REFUSED, Fate.PENDING})
"""What is shown only where there is any."""

_BY_DECISION = {
    Decision.CREATE: Fate.NEW,
    Decision.HOLD: Fate.HELD,
    Decision.REJECT: Fate.REJECTED,
}


def prisma(records: Sequence[PlannedRecord]) -> dict[str, object]:
    """Count the records by fate, in all and by source; each sum is the number identified."""
    here = {(record.origin.file, record.origin.index) for record in records}
    by_source: defaultdict[str, list[Fate]] = defaultdict(list)
    for record in records:
        by_source[record.origin.source].append(_fate(record, here))
    everything = [fate for fates in by_source.values() for fate in fates]
    return {
        **_count(everything),
        "by_source": {source: _count(by_source[source]) for source in sorted(by_source)},
    }


def _count(fates: Iterable[Fate]) -> dict[str, int]:
    found = Counter(fates)
    shown = [fate for fate in Fate if found[fate] or fate not in SELDOM]
    return {"identified": found.total(), **{fate.value: found[fate] for fate in shown}}


_BY_OUTCOME = {"refused": Fate.REFUSED, "pending": Fate.PENDING}


def _fate(record: PlannedRecord, here: set[tuple[str, int]]) -> Fate:
    decided = _BY_OUTCOME.get(record.outcome or "") or _BY_DECISION.get(record.decision)
    if decided:
        return decided
    same = record.duplicate_of or next(iter(record.candidates), Pointer())
    if same.file is None or same.index is None or (same.file, same.index) not in here:
        return Fate.IN_LIBRARY
    return Fate.DUPLICATE_WITHIN if same.file == record.origin.file else Fate.DUPLICATE_ACROSS
