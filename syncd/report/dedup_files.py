"""What a deduplicator hands on: the unique records as RIS, and the pairs with their evidence.

UNIQUE  usable, and the same work as nothing before it: neither an earlier record nor, where a
        library was asked, an item in it. What is undecided is unique, so that no study is lost.
PAIR    a record and what it is, or may be, the same work as
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from syncd.plan import Decision, Incoming, Plan, PlannedRecord, Pointer
from syncd.report.plans import known_by
from syncd.report.prisma import Fate, RecordPlace, fates_of
from syncd.report.spreadsheets import write_csv
from syncd.system.packing import unpack

UNDECIDED = "undecided"
"""The verdict about a record and what it may be the same work as."""
_UNIQUE = frozenset({Fate.NEW, Fate.HELD, Fate.PENDING})

COLUMNS = (
    *("verdict", "file", "record", "line", "id", "title", "identifier"),
    *("other_file", "other_record", "other_id", "other_title", "other_item", "reason", "evidence"),
)


class DuplicatePair(NamedTuple):
    """A record and what it is the same work as, or may be."""

    verdict: str
    record: PlannedRecord
    other: Pointer


def unique_entries(plan: Plan, incoming: Sequence[Incoming]) -> Iterator[str]:
    """Yield the entries of the unique records, each as it was written in its export."""
    fates = fates_of(plan.records)
    for each in incoming:
        if fates.get((each.origin.file, each.origin.index)) in _UNIQUE:
            yield unpack(each.entry).decode("utf-8", "surrogatepass")


def write_unique(plan: Plan, incoming: Sequence[Incoming], path: Path) -> int:
    """Write the unique records into a file; return how many there are. Raises `OSError`."""
    number = 0
    with path.open("w", encoding="utf-8", errors="replace", newline="\n") as stream:
        for entry in unique_entries(plan, incoming):
            stream.write(_whole(entry))
            number += 1
    return number


def _whole(entry: str) -> str:
    """Return an entry of RIS with its end and a blank line, whatever line ends it came with."""
    lines = [line.rstrip() for line in entry.strip().splitlines()]
    if not lines[-1].startswith("ER"):
        lines.append("ER  -")
    return "\n".join(lines) + "\n\n"


def pairs_of(plan: Plan) -> Iterator[DuplicatePair]:
    """Yield each record that is, or may be, the same work as another, with that other."""
    fates = fates_of(plan.records)
    words = {
        Fate.DUPLICATE_WITHIN: "duplicate within the file",
        Fate.DUPLICATE_ACROSS: "duplicate across files",
        Fate.IN_LIBRARY: "already in the library",
    }
    for record in plan.records:
        fate = fates[record.origin.file, record.origin.index]
        if record.duplicate_of is not None and record.decision is not Decision.HOLD:
            yield DuplicatePair(words.get(fate, "duplicate"), record, record.duplicate_of)
        elif record.decision is Decision.HOLD:
            for candidate in record.candidates:
                yield DuplicatePair(UNDECIDED, record, candidate)


def write_pairs(plan: Plan, path: Path) -> int:
    """Write the pairs as a table of CSV; return how many there are. Raises `OSError`."""
    titles = {(r.origin.file, r.origin.index): r.origin.title or "" for r in plan.records}
    with path.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        return write_csv(stream, COLUMNS, (_row(pair, titles) for pair in pairs_of(plan)))


def _row(pair: DuplicatePair, titles: Mapping[RecordPlace, str]) -> Sequence[object]:
    record, other = pair.record, pair.other
    origin = record.origin
    named = titles.get((other.file, other.index), "") if other.file and other.index else ""
    return (
        *(pair.verdict, origin.file, origin.index, origin.line, origin.source_id or ""),
        *(origin.title or "", known_by(record)),
        *(other.file or "", other.index or "", other.source_id or "", named),
        *(other.item_key or "", record.reason, "; ".join(record.evidence)),
    )
