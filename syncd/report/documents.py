"""Plans as the JSON documents that other programs rely on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncd.plan import Decision, Plan, PlannedRecord, Pointer
from syncd.record import Identity, Origin
from syncd.report.identifiers import identifiers
from syncd.report.prisma import prisma

PLAN_SCHEMA = "syncd.plan/1"


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return the `syncd.plan/1` document; `records` is made while it is written."""
    return {
        "schema": PLAN_SCHEMA,
        "run": plan.run,
        "runs": list(plan.runs),
        "records": _records(plan),
        "counts": plan_counts(plan),
        "prisma": prisma(plan.records),
        "guards": [
            {"guard": each.name, "limit": each.limit, "count": each.times, "message": each.message}
            for each in plan.guards
        ],
    }


def read_plan(document: Mapping[str, Any]) -> Plan:
    """Return the plan that a `syncd.plan/1` document was made of."""
    return Plan([_read_record(record) for record in document["records"]], list(document["runs"]))


def plan_counts(plan: Plan) -> dict[str, int]:
    """Return the number of files, of records, and of each decision."""
    files = {record.origin.file for record in plan.records}
    return {"files": len(files), "records": len(plan.records), **plan.counts()}


def _records(plan: Plan) -> Iterator[dict[str, Any]]:
    return (record_document(record) for record in plan.records)


def record_document(record: PlannedRecord) -> dict[str, Any]:
    """Return one record of a plan."""
    return {
        "file": record.origin.file,
        "index": record.origin.index,
        "line": record.origin.line,
        "source_id": record.origin.source_id,
        "source": record.origin.source,
        "title": record.origin.title,
        "library": record.library,
        "run": record.run,
        "decision": record.decision.value,
        "reason": record.reason,
        "evidence": list(record.evidence),
        "duplicate_of": _pointer(record.duplicate_of) if record.duplicate_of else None,
        "candidates": [_pointer(pointer) for pointer in record.candidates],
        "identifiers": identifiers(record.identity),
        "item_key": record.item_key,
        "outcome": record.outcome,
        "error": record.error,
    }


def _pointer(pointer: Pointer) -> dict[str, Any]:
    return {
        "item_key": pointer.item_key,
        "file": pointer.file,
        "index": pointer.index,
        "source_id": pointer.source_id,
    }


def _read_record(record: Mapping[str, Any]) -> PlannedRecord:
    origin = Origin(
        record["file"],
        record["index"],
        record["line"],
        record["source_id"],
        record["source"],
        record["title"],
    )
    first = record["duplicate_of"]
    return PlannedRecord(
        origin=origin,
        decision=Decision(record["decision"]),
        reason=record["reason"],
        evidence=tuple(record["evidence"]),
        duplicate_of=Pointer(**first) if first else None,
        candidates=tuple(Pointer(**pointer) for pointer in record["candidates"]),
        identity=_read_identity(record["identifiers"]),
        item_key=record["item_key"],
        outcome=record["outcome"],
        error=record["error"],
        library=record["library"],
        run=record["run"],
    )


def _read_identity(found: Mapping[str, Any]) -> Identity:
    values = (found[kind] for kind in Identity._fields)
    return Identity._make(tuple(value) if isinstance(value, list) else value for value in values)
