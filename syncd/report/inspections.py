"""Inspections, for programs and for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

from syncd.app.inspection import Inspected, InspectedFile, Inspection
from syncd.report.identifiers import identifiers
from syncd.report.tables import Column, PrintedPage
from syncd.report.writing import Large
from syncd.system.printable import printable

INSPECT_SCHEMA = "syncd.inspect/1"
_COLUMNS = (
    Column("#", 6, align_right=True),
    Column("line", 7, align_right=True),
    Column("item", 16),
    Column("identifier", 26),
    Column("title", 0),
)
_SHOWN_PROBLEMS = 50
_INDENT = 17


def inspection_document(inspection: Inspection, only: int | None = None) -> dict[str, Any]:
    """Return the `syncd.inspect/1` document; files are read while `records` is written.

    With `only`, `records` holds the record of this number of each file.
    """
    return {
        "schema": INSPECT_SCHEMA,
        "records": map(_record, _chosen(inspection, only)),
        "files": lambda: [_file(report) for report in inspection.files],
    }


def _chosen(inspection: Inspection, only: int | None) -> Iterator[Inspected]:
    records = inspection.records()
    if only is None:
        return records
    return filter(lambda inspected: inspected.record.origin.index == only, records)


def _record(inspected: Inspected) -> dict[str, Any] | Large:
    record, origin = inspected.record, inspected.record.origin
    document = {
        "file": origin.file,
        "index": origin.index,
        "line": origin.line,
        "source_id": origin.source_id,
        "source": origin.source,
        "identifiers": identifiers(record.identity),
        "item": inspected.item,
        "notes": inspected.notes,
        "attachments": inspected.attachments,
        "warnings": inspected.warnings,
        "unused": dict(record.unused),
    }
    return Large(document) if inspected.is_long else document


def _file(report: InspectedFile) -> dict[str, Any]:
    return {
        "file": report.file,
        "encoding": report.encoding,
        "encoding_certain": report.encoding_certain,
        "source": report.source,
        "records_found": report.records_found,
        "problems": [{"line": line, "message": message} for message, line in _problems(report)],
        "alarms": report.alarms,
        "unused": dict(report.unused.most_common()),
        "notes_left_out": dict(report.notes_left_out.most_common()),
    }


def _problems(report: InspectedFile) -> Iterator[tuple[str, int | None]]:
    yield from report.problems
    if report.problems_left_out:
        yield f"and {report.problems_left_out:,} problems more, not listed", None


def print_inspection(
    inspection: Inspection, stream: TextIO, *, full: bool = False, only: int | None = None
) -> None:
    """Write each record below its file, then what is odd about the file.

    `full` shows the item field by field, as `only` does for the record of this number.
    """
    page = PrintedPage(stream)
    told = 0
    for inspected in _chosen(inspection, only):
        begun = _begin_files(inspection, told, page)
        if begun > told and not (full or only):
            page.heading(_COLUMNS)
        told = begun
        if full or only:
            _print_item(inspected, page)
        else:
            _print_record(inspected, page)
        del inspected  # it may be large, and so may be the next
    _begin_files(inspection, told, page)
    if inspection.files:
        _end_file(inspection.files[-1], page)


def _begin_files(inspection: Inspection, told: int, page: PrintedPage) -> int:
    """Write the headings of files begun since; a file without a record has no rows."""
    for number in range(told, len(inspection.files)):
        if number:
            _end_file(inspection.files[number - 1], page)
        page.text(inspection.files[number].file, "bold")
    return len(inspection.files)


def _print_record(inspected: Inspected, page: PrintedPage) -> None:
    record, item = inspected.record, inspected.item
    strongest = next((value for _, value in record.identity.pairs()), "")
    origin = record.origin
    title = item.get("title") or next(iter(record.fields.values()), "")
    page.row(_COLUMNS, [str(origin.index), str(origin.line), item["itemType"], strongest, title])
    remarks = [*inspected.warnings]
    if record.unused:
        remarks.append("not used: " + ", ".join(record.unused))
    for remark in remarks:
        page.text(remark, "yellow", _INDENT)


def _print_item(inspected: Inspected, page: PrintedPage) -> None:
    """Write all that is known of a record, a line or more for each field."""
    origin = inspected.record.origin
    page.line(page.paint(f"record {origin.index}, line {origin.line}", "bold"))
    for name, text in _facts(inspected):
        first, *more = text.split("\n")
        page.line(f"  {printable(name):18} {printable(first)}")
        for line in more:
            page.line(f"  {'':18} {printable(line)}")
    page.line()


def _facts(inspected: Inspected) -> Iterator[tuple[str, str]]:
    """Yield what there is to say about a record, as a name and a text."""
    for name, value in inspected.item.items():
        if name == "creators":
            yield from ((each["creatorType"], _name(each)) for each in value)
        elif name == "tags":
            yield from (("tag", each["tag"]) for each in value)
        elif isinstance(value, str):
            yield name, value
    for kind, value in inspected.record.identity.pairs():
        yield kind, value
    yield from (("note", html) for html in inspected.notes)
    yield from (("link", each["url"]) for each in inspected.attachments)
    for tag, values in inspected.record.unused.items():
        yield from ((f"not used: {tag}", value) for value in values)
    yield from (("odd", warning) for warning in inspected.warnings)


def _name(creator: dict[str, str]) -> str:
    return creator.get("name") or f"{creator['lastName']}, {creator['firstName']}".rstrip(", ")


def _end_file(report: InspectedFile, page: PrintedPage) -> None:
    for message, line in report.problems[:_SHOWN_PROBLEMS]:
        where = f"line {line}: " if line else ""
        page.text(where + message, "yellow")
    unsaid = max(0, len(report.problems) - _SHOWN_PROBLEMS) + report.problems_left_out
    if unsaid:
        page.line(f"and {unsaid:,} problems more; --json lists them")
    for losses in _losses(report):
        page.text(losses, "dim")
    for alarm in report.alarms:
        page.text("! " + alarm, "red")
    page.text(_summary(report), "dim")
    page.line()


def _losses(report: InspectedFile) -> Iterator[str]:
    """Sum up what the library will not hold, most frequent first."""
    if report.unused:
        tags = [f"{tag} in {count:,}" for tag, count in report.unused.most_common()]
        records = "record" if report.unused.most_common()[-1][1] == 1 else "records"
        yield f"not used: {', '.join(tags)} {records}"
    if report.notes_left_out:
        kinds = [f"{count:,} {kind}" for kind, count in report.notes_left_out.most_common()]
        yield f"notes that stay in the ledger: {', '.join(kinds)}"


def _summary(report: InspectedFile) -> str:
    if report.encoding is None:
        return "nothing of this file can be used"
    used = report.records_found - report.rejected
    sure = "" if report.encoding_certain else " (guessed)"
    source = f", from {report.source}" if report.source else ""
    return (
        f"{used:,} of {report.records_found:,} records can be used; "
        f"read as {report.encoding}{sure}{source}"
    )
