"""Where items came from and what became of files, for programs and for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO

from syncd.app.explaining import ExplainedItem, ExplainedRecord
from syncd.app.questions import Explanation
from syncd.ledger.provenance import Decided
from syncd.report.tables import Column, PrintedPage

EXPLAIN_SCHEMA = "syncd.explain/1"

_WHOLE = (Column("", 0),)
_FIELDS = (Column("", 22), Column("", 0))
_RECORDS = (
    Column("record", 6, align_right=True),
    Column("line", 7, align_right=True),
    Column("now", 12),
    Column("item", 8),
    Column("run", 6, align_right=True),
    Column("title", 0),
    Column("why", 0),
)
_FATES: Mapping[str, str] = {
    "in_trash": "in trash",
    "merged_into": "merged",
    "left_out": "left out",
}
"""Fates whose word for people is another."""


def explain_document(explanation: Explanation) -> dict[str, Any]:
    """Return the `syncd.explain/1` document."""
    return {
        "schema": EXPLAIN_SCHEMA,
        "items": [_item(each) for each in explanation.items],
        "files": [
            {"file": file, "records": [_record(each) for each in records]}
            for file, records in explanation.files.items()
        ],
        "unavailable": dict(explanation.away),
    }


def _item(item: ExplainedItem) -> dict[str, Any]:
    return {
        "library": item.library,
        "item_key": item.item_key,
        "title": item.title,
        "state": item.state,
        "removed_at": _instant(item.removed_at),
        "merged_into": item.merged_into,
        "origins": [_origin(each) for each in item.origins],
        "history": [deed._asdict() for deed in item.deeds],
        "fields": dict(item.fields),
        # Without a look into the library, fields are what syncd last wrote, and no more.
        "compared": item.is_compared,
    }


def _origin(each: Decided) -> dict[str, Any]:
    planned = each.planned
    return {
        "file": planned.origin.file,
        "index": planned.origin.index,
        "line": planned.origin.line,
        "source": planned.origin.source,
        "source_id": planned.origin.source_id,
        "title": planned.origin.title,
        "run": each.run_id,
        "date": _instant(each.decided_at),
        "decision": planned.decision.value,
        "rule": planned.reason,
        "evidence": list(planned.evidence),
        "outcome": planned.outcome,
    }


def _record(each: ExplainedRecord) -> dict[str, Any]:
    planned = each.decided.planned
    return {
        "library": each.library,
        **_origin(each.decided),
        "item_key": planned.item_key,
        "fate": each.fate,
        "merged_into": each.merged_into,
        "error": planned.error,
    }


def _instant(instant: datetime | None) -> str | None:
    return instant.isoformat(timespec="seconds") if instant else None


def print_explanation(document: Mapping[str, Any], stream: TextIO) -> None:
    """Write each item with its origins and fields, and each file record by record."""
    page = PrintedPage(stream)
    for item in document["items"]:
        _print_item(item, page)
    for file in document["files"]:
        _print_file(file, page)


def _print_item(item: Mapping[str, Any], page: PrintedPage) -> None:
    state = item["state"] + (f" since {_local(item['removed_at'])}" if item["removed_at"] else "")
    if item["merged_into"]:
        state += f", merged into {item['merged_into']}"
    page.row(_WHOLE, [f"{item['item_key']} in {item['library']}: {state}"], ["bold"])
    if item["title"]:
        page.row(_WHOLE, [f"  {item['title']}"])
    for origin in item["origins"]:
        where = f"{origin['file']}, record {origin['index']}, line {origin['line']}"
        page.row(_WHOLE, [f"  run {origin['run']}, {_local(origin['date'])}: {where}"])
        page.row(_WHOLE, [f"    {origin['decision']}: {origin['rule']}"], ["dim"])
    for deed in item["history"]:
        if deed["kind"] != "create":
            page.row(_WHOLE, [f"  run {deed['run']}: {deed['kind']}, {deed['outcome']}"])
    _print_fields(item, page)
    page.line()


def _print_fields(item: Mapping[str, Any], page: PrintedPage) -> None:
    words = "" if item["compared"] else " (as syncd last wrote them; the library was not asked)"
    for whose in ("syncd", "person"):
        names = [name for name, owner in item["fields"].items() if owner == whose]
        if names:
            told = "syncd wrote" if whose == "syncd" else "a person wrote"
            page.row(_FIELDS, [f"  {told}", ", ".join(names) + words])


def _print_file(file: Mapping[str, Any], page: PrintedPage) -> None:
    records: Sequence[Mapping[str, Any]] = file["records"]
    fates = Counter(_FATES.get(each["fate"], each["fate"]) for each in records)
    told = ", ".join(f"{number} {fate}" for fate, number in fates.items())
    number = f"{len(records)} record{'s' if len(records) != 1 else ''}"
    told = told or "nothing of it could be used"
    page.row(_WHOLE, [f"{file['file']}: {number}: {told}"], ["bold"])
    if records:
        page.heading(_RECORDS)
    for each in records:
        fate = _FATES.get(each["fate"], each["fate"])
        colour = None if each["fate"] == "present" else "yellow"
        cells = [str(each["index"]), str(each["line"]), fate, each["item_key"] or ""]
        cells += [str(each["run"]), each["title"] or "", each["rule"]]
        page.row(_RECORDS, cells, [None, None, colour])
    page.line()


def _local(instant: str | None) -> str:
    return f"{datetime.fromisoformat(instant).astimezone():%Y-%m-%d %H:%M %Z}" if instant else ""
