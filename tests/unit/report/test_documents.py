"""Every field of a JSON document has its meaning written down."""

from __future__ import annotations

import re
from pathlib import Path

from syncd.plan import Decision, PlannedRecord
from syncd.record import Origin
from syncd.report.reconciliations import library_document
from syncd.report.reviews import question_document
from syncd.sync.reconcile import ReconcileReport
from syncd.sync.review import Held

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
