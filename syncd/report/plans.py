"""Plans and their outcomes, for people: the numbers, then what needs their eyes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from syncd.plan import Decision, Plan, PlannedRecord, Pointer
from syncd.report.counting import DECIDED
from syncd.report.documents import plan_counts
from syncd.report.prisma import Fate, prisma
from syncd.report.tables import Column, PrintedPage

_COLUMNS = (
    Column("#", 6, align_right=True),
    Column("line", 7, align_right=True),
    Column("decision", 8),
    Column("title", 0),
)
_INDENT = 8
_NUMBER = 9
_NARROWEST = 20
_COLOURS: Mapping[Decision, str | None] = {
    Decision.CREATE: "green",
    Decision.UPDATE: "cyan",
    Decision.COLLECT: "cyan",
    Decision.SKIP: "dim",
    Decision.HOLD: "yellow",
    Decision.REJECT: "red",
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
_HEADINGS: Mapping[Fate, str] = {
    Fate.NEW: "new",
    Fate.DUPLICATE_WITHIN: "within",
    Fate.DUPLICATE_ACROSS: "across",
    Fate.IN_LIBRARY: "in library",
    Fate.HELD: "held",
    Fate.REJECTED: "rejected",
    Fate.REFUSED: "refused",
    Fate.PENDING: "to send",
}


def print_plan(plan: Plan, stream: TextIO, *, everything: bool = False) -> None:
    """Write the numbers, what would stop a run, and the records that need a person's eyes.

    With `everything`, all records are listed.
    """
    page = PrintedPage(stream)
    numbers = prisma(plan.records)
    _print_files(numbers["by_file"], page)
    _print_sums(plan, numbers, page)
    shown = [r for r in plan.records if everything or _is_remarkable(r) or _is_doubtful(r)]
    _print_records(shown, page, with_library=len(numbers["by_library"]) > 1)
    left_out = len(plan.records) - len(shown)
    if left_out:
        page.line()
        more = "more " if shown else ""
        what = f"1 {more}record needs" if left_out == 1 else f"{left_out:,} {more}records need"
        page.line(f"{what} no look; --all lists every record with its reason")


def print_outcomes(plan: Plan, stream: TextIO) -> None:
    """Write the records that a person should look at, then the sums."""
    page = PrintedPage(stream)
    numbers = prisma(plan.records)
    shown = [record for record in plan.records if _is_remarkable(record)]
    _print_records(shown, page, with_library=len(numbers["by_library"]) > 1)
    if shown:
        page.line()
    _print_sums(plan, numbers, page)


def _is_remarkable(record: PlannedRecord) -> bool:
    doubtful = record.asks or record.decision is Decision.REJECT
    return doubtful or record.error is not None or record.outcome in ("refused", "pending")


def _is_doubtful(record: PlannedRecord) -> bool:
    """Tell whether no identifier says that a record is a duplicate, but its metadata alone."""
    return bool(record.evidence) and record.evidence[0].startswith("E5")


def _print_files(by_file: Mapping[str, Mapping[str, int]], page: PrintedPage) -> None:
    if len(by_file) < 2:
        return
    used = [fate for fate in _HEADINGS if any(numbers.get(fate) for numbers in by_file.values())]
    rest = (_NUMBER + 2) + (_NUMBER + 3) * len(used)
    longest = max(map(len, by_file))
    width = max(_NARROWEST, min(longest, page.width - rest)) if page.width else longest
    columns = [
        Column("file", width, cut_in_the_middle=True),
        Column("records", _NUMBER, align_right=True),
        *(Column(_HEADINGS[fate], _NUMBER + 1, align_right=True) for fate in used),
    ]
    page.heading(columns)
    for file, numbers in by_file.items():
        cells = [f"{numbers.get(fate, 0):,}" for fate in used]
        page.row(columns, [file, f"{numbers['identified']:,}", *cells])
    page.line()


def _print_records(
    records: Iterable[PlannedRecord], page: PrintedPage, *, with_library: bool
) -> None:
    file = None
    for record in records:
        if record.origin.file != file:
            file = record.origin.file
            page.line()
            page.text(file, "bold")
            page.heading(_COLUMNS)
        origin = record.origin
        cells = [str(origin.index), str(origin.line), record.decision.value, _titled(record)]
        page.row(_COLUMNS, cells, (None, None, _COLOURS[record.decision]))
        for line in _explained(record, with_library=with_library):
            page.text(line, indent=_INDENT)


def _titled(record: PlannedRecord) -> str:
    """Return what a record calls itself, or how else a person would know it."""
    return record.origin.title or known_by(record) or "(no title)"


def known_by(record: PlannedRecord) -> str:
    """Return the identifier a person would search for, or how the export names the record."""
    return _identifier(record) or record.origin.source_id or ""


def _identifier(record: PlannedRecord) -> str | None:
    identity = record.identity
    return identity.doi or identity.scopus or next((v for _, v in identity.pairs()), None)


def _explained(record: PlannedRecord, *, with_library: bool) -> Iterable[str]:
    """Yield why, in lines: nothing of them is cut, for names and identifiers stand there."""
    told = [record.reason]
    if record.origin.title and (known := _identifier(record)):
        told.insert(0, known)
    if with_library and record.library:
        told.insert(0, f"for {record.library}")
    if record.outcome in ("refused", "pending"):
        told.append(record.outcome)
    if record.error:
        told.append(record.error)
    yield "; ".join(told)
    if record.decision is Decision.HOLD and record.candidates:
        yield "candidates: " + ", ".join(pointed(p) for p in record.candidates)


def pointed(pointer: Pointer) -> str:
    """Say what a pointer points to: the record of which file, or the item."""
    where = f"record {pointer.index} of {pointer.file}" if pointer.file else ""
    item = f"item {pointer.item_key}" if pointer.item_key else ""
    return f"{where} ({item})" if where and item else where or item


def _print_sums(plan: Plan, numbers: Mapping[str, Any], page: PrintedPage) -> None:
    counts = plan_counts(plan)
    decided = [
        page.paint(f"{counts[decision.value]:,} {DECIDED[decision]}", _COLOURS[decision])
        for decision in Decision
        if counts[decision.value]
    ]
    files, records = counts["files"], numbers["identified"]
    total = f"{records:,} record{'s' * (records != 1)} in {files:,} file{'s' * (files != 1)}"
    if len(numbers["by_library"]) > 1:
        total += f" for {len(numbers['by_library'])} libraries"
    page.line(f"{total}: {', '.join(decided)}" if decided else total)
    for guard in plan.guards:
        told = f"the library would pause: {guard.message}; `syncd once --yes` lets the run pass"
        page.line(page.paint(told, "yellow"))
    if records:
        page.line(f"PRISMA: {_prisma_words(numbers)}")


def _prisma_words(numbers: Mapping[str, Any]) -> str:
    parts = [
        f"{numbers[fate.value]:,} {words}"
        for fate, words in _FATES.items()
        if fate.value in numbers
    ]
    return f"{numbers['identified']:,} identified = " + " + ".join(parts)
