"""What a deduplicator hands on: unique records as they were, and every pair with its evidence."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from syncd.app.once import deliveries_of, read_named
from syncd.app.preview import plan_offline
from syncd.plan import Decision, Plan, PlannedRecord, Pointer
from syncd.record import Origin
from syncd.report.dedup_files import pairs_of, write_pairs, write_unique
from syncd.sync.intake import Intake
from syncd.system.resources import shipped_schema

FIRST = """TY  - JOUR
TI  - Tides of the northern harbours
AU  - Harlow, Ana
PY  - 2012
DO  - 10.5555/tides.1
XX  - what nobody knows
ER  -
"""
OTHER = FIRST.replace("Tides", "Walls").replace("tides.1", "walls.2")
UNFINISHED = "TY  - JOUR\nTI  - \nER  - \n"


def planned(tmp_path: Path, **files: str) -> tuple[Plan, Intake]:
    paths = [tmp_path / f"{name}.ris" for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_text(content, encoding="utf-8")
    exports, _ = read_named(paths, 1 << 20)
    return plan_offline(deliveries_of(exports, ()), shipped_schema(), ())


def test_unique_records_are_written_as_they_stand_in_their_exports(tmp_path: Path) -> None:
    plan, reading = planned(tmp_path, a=FIRST + FIRST, b=FIRST + OTHER + UNFINISHED)

    number = write_unique(plan, reading.incoming, tmp_path / "unique.ris")

    entries = (tmp_path / "unique.ris").read_text(encoding="utf-8").strip().split("\n\n")
    assert number == len(entries) == 2
    assert "XX  - what nobody knows" in entries[0]
    assert all(entry.startswith("TY  - JOUR\n") and entry.endswith("ER  -") for entry in entries)


def test_what_was_written_as_unique_is_unique_when_it_is_read_again(tmp_path: Path) -> None:
    plan, reading = planned(tmp_path, a=FIRST + OTHER, b=FIRST)
    write_unique(plan, reading.incoming, tmp_path / "unique.ris")

    exports, _ = read_named([tmp_path / "unique.ris"], 1 << 20)
    again, _ = plan_offline(deliveries_of(exports, ()), shipped_schema(), ())

    assert [record.decision for record in again.records] == [Decision.CREATE] * 2
    assert [record.identity for record in again.records] == [
        record.identity for record in plan.records if record.decision is Decision.CREATE
    ]


def test_each_pair_names_both_records_and_the_evidence(tmp_path: Path) -> None:
    plan, _ = planned(tmp_path, a=FIRST + FIRST, b=OTHER + FIRST)

    write_pairs(plan, tmp_path / "pairs.csv")

    with (tmp_path / "pairs.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["verdict"] for row in rows] == [
        "duplicate within the file",
        "duplicate across files",
    ]
    assert {Path(row["other_file"]).name for row in rows} == {"a.ris"}
    assert {row["other_record"] for row in rows} == {"1"}
    assert {row["title"] for row in rows} == {row["other_title"] for row in rows} != {""}
    assert {row["evidence"] for row in rows} == {"equal in every field compared"}


def test_an_undecided_pair_is_written_and_its_record_stays(tmp_path: Path) -> None:
    held = PlannedRecord(
        Origin("a.ris", 2, 9, None, "generic", "Walls"),
        Decision.HOLD,
        "perhaps",
        candidates=(Pointer("ABCD2345"), Pointer(None, "a.ris", 1)),
    )

    pairs = list(pairs_of(Plan([held])))

    assert [(pair.verdict, pair.other.item_key) for pair in pairs] == [
        ("undecided", "ABCD2345"),
        ("undecided", None),
    ]


@pytest.mark.parametrize("title", ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx\x1b"])
def test_a_title_is_no_formula_in_a_spreadsheet(tmp_path: Path, title: str) -> None:
    origin = Origin("a.ris", 2, 9, None, "generic", title)
    record = PlannedRecord(origin, Decision.SKIP, "same", duplicate_of=Pointer("ABCD2345"))

    write_pairs(Plan([record]), tmp_path / "pairs.csv")

    with (tmp_path / "pairs.csv").open(encoding="utf-8", newline="") as stream:
        [row] = csv.DictReader(stream)
    assert row["title"][0] not in "=+-@\t"
    assert "\x1b" not in row["title"]
