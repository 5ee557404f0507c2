"""Every field of a JSON document has its meaning written down."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from syncd.app.explaining import ExplainedItem, ExplainedRecord
from syncd.app.questions import Explanation
from syncd.ledger.provenance import Decided
from syncd.ledger.runs import RunRow
from syncd.plan import Decision, PlannedRecord
from syncd.record import Origin
from syncd.report.explanations import explain_document
from syncd.report.reconciliations import library_document
from syncd.report.reviews import question_document
from syncd.report.runs import runs_document
from syncd.report.undos import restore_document, undo_document
from syncd.sync.reconcile import ReconcileReport
from syncd.sync.restoring import RestoreReport
from syncd.sync.review import Held
from syncd.sync.undo import UndoReport

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "json.md").read_text(encoding="utf-8")


def documented(schema: str, table: str) -> list[str]:
    section = PAGE.partition(f"## `{schema}`")[2].partition("\n## ")[0]
    rows = section.partition(f"| in `{table}` |")[2].partition("\n\n")[0]
    return re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE)


def test_the_fields_of_a_reconciliation_are_documented() -> None:
    document = library_document(ReconcileReport("mine", 1, 2))

    assert sorted(document) == sorted(documented("syncd.reconcile/1", "libraries"))


def test_the_fields_of_a_question_are_documented() -> None:
    record = PlannedRecord(Origin("a.ris", 1, 1), Decision.HOLD, "why")
    document = question_document(Held(1, "identity", "why", "2026-01-02", record, {}, ()))

    assert list(document) == documented("syncd.review/1", "held")


def test_the_fields_of_an_undo_and_a_restore_are_documented() -> None:
    undo = undo_document(UndoReport("mine", 2, 1))
    restore = restore_document(RestoreReport("mine", 1, "ABCD2345", "trashed", "ABCD2345"))

    assert list(undo)[1:] == documented("syncd.undo/1", "undo")
    assert list(restore)[1:] == documented("syncd.restore/1", "restore")


def test_the_fields_of_an_explanation_are_documented() -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    planned = PlannedRecord(Origin("a.ris", 1, 1), Decision.CREATE, "why")
    decided = Decided(1, 1, 1, 1, at, planned)
    item = ExplainedItem("mine", "ABCD2345", "present", None, None, "A title", [decided], [])
    record = ExplainedRecord("mine", decided, "present", None)

    document = explain_document(Explanation([item], {"a.ris": [record]}))

    [told], [file] = document["items"], document["files"]
    assert list(told) == documented("syncd.explain/1", "items")
    assert list(told["origins"][0]) == documented("syncd.explain/1", "origins")
    own = {"library", "item_key", "merged_into", "error", "fate"}
    assert set(file["records"][0]) == own | set(documented("syncd.explain/1", "origins"))


def test_the_fields_of_a_run_are_documented() -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    run = RunRow(1, 1, "memory:", "Mine", "once", at, at, {"create": 1}, None)

    [told] = runs_document([run], {1: ["a.ris"]}, {"memory:": "mine"})["runs"]

    assert list(told) == documented("syncd.runs/1", "runs")
