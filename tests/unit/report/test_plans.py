"""Plans and status are written so that programs can rely on them and people can read them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.plan import Decision, Plan, PlannedRecord, Pointer
from syncd.record import Doi, Eid, Identity, Origin
from syncd.report.documents import plan_document, read_plan
from syncd.report.plans import print_outcomes, print_plan
from syncd.report.prisma import Fate, prisma
from syncd.report.tables import Column, PrintedPage
from syncd.report.writing import write_document


def planned(
    index: int, decision: Decision = Decision.CREATE, file: str = "a.ris", **more: Any
) -> PlannedRecord:
    return PlannedRecord(Origin(file, index, index * 10), decision, "because", **more)


def written(document: dict[str, Any]) -> Any:
    stream = io.StringIO()
    write_document(document, stream)
    return json.loads(stream.getvalue())


def as_terminal(stream: io.StringIO) -> io.StringIO:
    stream.isatty = lambda: True  # type: ignore[method-assign]
    return stream


def test_a_plan_is_written_as_its_schema_says() -> None:
    identity = Identity(scopus=Eid("2-s2.0-84857789296"), doi=Doi("10.1038/nrd3626"))
    plan = Plan(
        [
            planned(1, identity=identity, item_key="ABCD2345"),
            planned(2, Decision.SKIP, duplicate_of=Pointer("ABCD2345", "a.ris", 1, "x1")),
        ],
        [7],
    )

    document = written(plan_document(plan))

    assert (document["schema"], document["run"]) == ("syncd.plan/1", 7)
    assert document["records"][0]["identifiers"]["scopus"] == "2-s2.0-84857789296"
    assert document["records"][0]["identifiers"]["isbn"] == []
    assert document["records"][0]["duplicate_of"] is None
    assert document["records"][1]["duplicate_of"] == {
        "item_key": "ABCD2345",
        "file": "a.ris",
        "index": 1,
        "source_id": "x1",
    }
    assert document["counts"] == {
        "files": 1,
        "records": 2,
        "create": 1,
        "skip": 1,
        "collect": 0,
        "update": 0,
        "hold": 0,
        "reject": 0,
    }


@pytest.mark.parametrize(
    ("record", "fate"),
    [
        (planned(3), "new"),
        (planned(3, Decision.HOLD, candidates=(Pointer("ABCD2345"),)), "held"),
        (planned(3, Decision.HOLD, duplicate_of=Pointer("K")), "already_in_library"),
        (planned(3, Decision.REJECT), "rejected"),
        (planned(3, outcome="accepted"), "new"),
        (planned(3, outcome="refused"), "refused"),
        (planned(3, outcome="pending"), "pending"),
        (planned(3, Decision.COLLECT, duplicate_of=Pointer("K"), outcome="pending"), "pending"),
        (planned(3, Decision.SKIP, duplicate_of=Pointer(None, "a.ris", 1)), "duplicates_within"),
        (planned(3, Decision.SKIP, duplicate_of=Pointer("K", "b.ris", 1)), "duplicates_across"),
        (planned(3, Decision.COLLECT, duplicate_of=Pointer("K")), "already_in_library"),
        (planned(3, Decision.UPDATE, duplicate_of=Pointer("K")), "already_in_library"),
        (planned(3, Decision.SKIP, duplicate_of=Pointer("K", "old.ris", 9)), "already_in_library"),
        (planned(3, Decision.SKIP, candidates=(Pointer(None, "b.ris", 1),)), "duplicates_across"),
    ],
)
def test_every_record_has_the_fate_that_prisma_calls_it(record: PlannedRecord, fate: str) -> None:
    others = [planned(1), planned(1, file="b.ris")]

    numbers = prisma([*others, record])

    without = prisma(others)
    changed = {name for name in numbers if numbers[name] != without.get(name, 0)}
    assert {name for name in changed if not name.startswith("by_")} == {"identified", fate}


POINTERS = st.builds(
    Pointer,
    st.sampled_from([None, "ABCD2345"]),
    st.sampled_from([None, "a.ris", "b.ris"]),
    st.sampled_from([None, 1, 2, 3]),
)
SOURCES = ("scopus", "pure", "generic")
FATES = {fate.value for fate in Fate}
ORIGINS = st.builds(
    lambda file, index: Origin(file, index, 1, None, SOURCES[index % 3], f"Title {index}"),
    st.sampled_from(["a.ris", "b.ris"]),
    st.integers(1, 5),
)
RECORDS = st.builds(
    PlannedRecord,
    ORIGINS,
    st.sampled_from(Decision),
    st.just(""),
    identity=st.sampled_from([Identity(), Identity(doi=Doi("10.1/x"), isbn=("9780306406157",))]),
    duplicate_of=st.none() | POINTERS,
    candidates=st.lists(POINTERS, max_size=2).map(tuple),
    outcome=st.sampled_from([None, "accepted", "refused", "pending"]),
    library=st.sampled_from([None, "mine", "group"]),
    run=st.sampled_from([None, 7]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(RECORDS, max_size=12))
def test_the_numbers_always_add_up(records: list[PlannedRecord]) -> None:
    document = written(plan_document(Plan(records)))

    counts, numbers = document["counts"], document["prisma"]
    each = {(record.origin.file, record.origin.index) for record in records}
    certain = {(file, index) for file, index in each if SOURCES[index % 3] != "generic"}
    assert counts["records"] == len(records)
    assert sum(counts[decision.value] for decision in Decision) == len(records)
    assert numbers["identified"] == len(each)
    assert sum(part["identified"] for part in numbers["by_file"].values()) == len(each)
    assert sum(part["identified"] for part in numbers["by_source"].values()) == len(certain)
    assert "generic" not in numbers["by_source"]
    parts = [part for by in ("by_file", "by_source", "by_library") for part in numbers[by].values()]
    for part in (numbers, *parts):
        assert sum(part.get(fate, 0) for fate in FATES) == part["identified"]


def test_a_record_for_two_libraries_is_identified_once() -> None:
    rows = [
        planned(1, Decision.SKIP, duplicate_of=Pointer("K"), library="mine"),
        planned(1, library="group"),
        planned(2, outcome="refused", library="mine"),
        planned(2, Decision.HOLD, library="group"),
    ]

    numbers = prisma(rows)

    assert (numbers["identified"], numbers["new"], numbers["refused"]) == (2, 1, 1)
    assert numbers["by_library"]["mine"]["already_in_library"] == 1
    assert numbers["by_library"]["group"]["held"] == 1
    assert numbers["by_file"]["a.ris"]["identified"] == 2


@settings(max_examples=50, deadline=None)
@given(st.lists(RECORDS, max_size=5), st.lists(st.integers(1), max_size=2))
def test_a_document_says_all_there_is_to_a_plan(
    records: list[PlannedRecord], runs: list[int]
) -> None:
    plan = Plan(records, runs)

    assert read_plan(written(plan_document(plan))) == plan


def test_a_file_name_that_is_no_text_is_still_valid_json() -> None:
    name = b"caf\xe9.ris".decode("utf-8", "surrogateescape")
    stream = io.StringIO()

    write_document({"file": name, "title": "Zürich 東京"}, stream)

    stream.getvalue().encode("utf-8")
    assert json.loads(stream.getvalue()) == {"file": name, "title": "Zürich 東京"}


def test_records_are_written_as_they_are_made() -> None:
    stream = io.StringIO()
    seen: list[int] = []

    def records() -> Iterator[dict[str, object]]:
        for number in range(5):
            seen.append(stream.getvalue().count('"n"'))
            yield {"n": number, "text": "x" * (1 << 17 if number < 3 else 1)}

    write_document({"records": records(), "sum": lambda: len(seen)}, stream)

    # Small ones are collected, so that writing takes no longer than making them.
    assert seen == [0, 1, 2, 3, 3]
    document = json.loads(stream.getvalue())
    assert [record["n"] for record in document["records"]] == [0, 1, 2, 3, 4]
    assert document["sum"] == 5


def test_a_document_stands_behind_what_was_written_before_it(tmp_path: Path) -> None:
    path = tmp_path / "document.json"

    with path.open("w", encoding="latin-1") as stream:
        stream.write("before\n")
        write_document({"title": "Zürich 東京"}, stream)
        stream.write("behind\n")

    assert path.read_bytes() == 'before\n{"title": "Zürich 東京"}\nbehind\n'.encode()


def test_people_see_each_decision_its_reason_and_the_sums() -> None:
    stream = io.StringIO()
    plan = Plan(
        [
            planned(1, identity=Identity(doi=Doi("10.1/x"))),
            planned(2, Decision.HOLD, candidates=(Pointer("ABCD2345"),)),
            planned(1, Decision.REJECT, file="b\x1b[2J.ris"),
        ]
    )

    print_plan(plan, stream)

    text = stream.getvalue()
    assert "\x1b" not in text
    assert "candidates: item ABCD2345" in text
    assert text.index("3 records in 2 files") < text.index("candidates")
    assert "3 records in 2 files: 1 new, 1 held for you, 1 not usable" in text
    assert "3 identified = 0 duplicates within a file" in text


def test_after_a_run_only_what_needs_a_look_is_listed() -> None:
    stream = io.StringIO()
    plan = Plan([planned(1, outcome="accepted"), planned(2, outcome="refused", error="too long")])

    print_outcomes(plan, stream)

    assert "too long" in stream.getvalue()
    assert stream.getvalue().count("because") == 1


def test_a_terminal_gets_lines_of_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    stream = as_terminal(io.StringIO())
    page = PrintedPage(stream, {})

    page.row([Column("", 10), Column("", 0)], ["東京都千代田区", "x" * 80], ["red"])

    line = stream.getvalue()
    assert line == "\x1b[31m東京都千… \x1b[0m  " + "x" * 27 + "…\n"


def test_colours_are_left_out_where_they_are_not_wanted() -> None:
    assert PrintedPage(as_terminal(io.StringIO()), {"NO_COLOR": "1"}).paint("x", "red") == "x"
    assert PrintedPage(io.StringIO(), {}).paint("x", "red") == "x"
