"""Plans and their outcomes, for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TextIO

from syncd.plan import Decision, Plan, PlannedRecord, Pointer
from syncd.report.documents import plan_counts
from syncd.report.prisma import Fate, prisma
from syncd.report.tables import Column, PrintedPage

_COLUMNS = (
    Column("#", 6, align_right=True),
    Column("line", 7, align_right=True),
    Column("decision", 8),
    Column("record", 30),
    Column("why", 0),
)
_COLOURS: Mapping[Decision, str | None] = {
    Decision.CREATE: "green",
    Decision.UPDATE: "cyan",
    Decision.COLLECT: "cyan",
    Decision.SKIP: "dim",
    Decision.HOLD: "yellow",
    Decision.REJECT: "red",
}
_WORDS: Mapping[Decision, str] = {
    Decision.CREATE: "new",
    Decision.SKIP: "left alone",
    Decision.COLLECT: "put into the collection",
    Decision.UPDATE: "brought up to date",
    Decision.HOLD: "held for you",
    Decision.REJECT: "not usable",
}
_FATES: Mapping[Fate, str] = {
    Fate.DUPLICATE_WITHIN: "duplicates within a file",
    Fate.DUPLICATE_ACROSS: "duplicates across files",
    Fate.IN_LIBRARY: "already in the library",
    Fate.HELD: "held",
    Fate.REJECTED: "rejected",
    Fate.REFUSED: "refused",
    Fate.PENDING: "waiting to be sent",
    Fate.NEW: "new",
}


def print_plan(plan: Plan, stream: TextIO) -> None:
    """Write every record with its decision and reason, then the sums."""
    page = PrintedPage(stream)
    _print_records(plan.records, page)
    _print_sums(plan, page)


def print_outcomes(plan: Plan, stream: TextIO) -> None:
    """Write the records that a person should look at, then the sums."""
    page = PrintedPage(stream)
    _print_records([record for record in plan.records if _is_remarkable(record)], page)
    _print_sums(plan, page)


def _is_remarkable(record: PlannedRecord) -> bool:
    doubtful = record.decision in (Decision.HOLD, Decision.REJECT)
    return doubtful or record.error is not None or record.outcome in ("refused", "pending")


def _print_records(records: Iterable[PlannedRecord], page: PrintedPage) -> None:
    file = None
    for record in records:
        if record.origin.file != file:
            file = record.origin.file
            page.row([Column("", 0)], [file], ["bold"])
            page.heading(_COLUMNS)
        page.row(_COLUMNS, _cells(record), (None, None, _COLOURS[record.decision]))


def _cells(record: PlannedRecord) -> list[str]:
    why = [record.reason]
    if record.decision is Decision.HOLD and record.candidates:
        why.append("candidates: " + ", ".join(_pointed(p) for p in record.candidates))
    if record.outcome in ("refused", "pending"):
        why.append(record.outcome)
    if record.error:
        why.append(record.error)
    origin = record.origin
    return [
        str(origin.index),
        str(origin.line),
        record.decision.value,
        _named(record),
        "; ".join(why),
    ]


def _named(record: PlannedRecord) -> str:
    """Return the identifier a person would search for, or how the export names the record."""
    identity = record.identity
    known = identity.doi or identity.scopus or next((v for _, v in identity.pairs()), None)
    return known or record.origin.source_id or "(no identifier)"


def _pointed(pointer: Pointer) -> str:
    return pointer.item_key or f"record {pointer.index} of {pointer.file}"


def _print_sums(plan: Plan, page: PrintedPage) -> None:
    counts = plan_counts(plan)
    decided = [
        page.paint(f"{counts[decision.value]:,} {_WORDS[decision]}", _COLOURS[decision])
        for decision in Decision
        if counts[decision.value]
    ]
    files, records = counts["files"], counts["records"]
    total = f"{records:,} record{'s' * (records != 1)} in {files:,} file{'s' * (files != 1)}"
    page.line(f"{total}: {', '.join(decided)}" if decided else total)
    for guard in plan.guards:
        page.line(page.paint(f"the library would pause: {guard.message}", "yellow"))
    if records:
        page.line(f"PRISMA: {_prisma_words(prisma(plan.records))}")


def _prisma_words(numbers: Mapping[str, object]) -> str:
    parts = [
        f"{numbers[fate.value]:,} {words}"
        for fate, words in _FATES.items()
        if fate.value in numbers
    ]
    return f"{numbers['identified']:,} identified = " + " + ".join(parts)
