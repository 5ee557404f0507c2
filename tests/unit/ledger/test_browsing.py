"""Pages of the ledger leave nothing behind, however often somebody looks at them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from syncd.errors import Problem
from syncd.ledger import browse, journal
from syncd.ledger.journal import ExportFacts
from syncd.ledger.store import Ledger
from tests.fakes.clock import FakeClock

_TIMES = 20
LOOKS: dict[str, Callable[[Connection], object]] = {
    "exports": browse.exports,
    "one export": lambda connection: browse.find_export(connection, 1),
    "what was odd about it": lambda connection: browse.problems_of_export(connection, 1),
    "its records": lambda connection: browse.records_of_export(connection, 1),
    "records of exports": lambda connection: browse.records_of_exports(connection, [1, 2]),
    "one record": lambda connection: browse.find_record(connection, 1),
    "search": lambda connection: browse.search_records(connection, "lichens 10.5555/moss"),
    "search for a key": lambda connection: browse.search_records(connection, "ABCD2345"),
    "questions": lambda connection: browse.questions(connection, reason="x", file="y"),
    "these questions": lambda connection: browse.find_questions(connection, [1, 2]),
    "marks": lambda connection: browse.find_marks(connection, [1, 2]),
    "reasons": browse.count_questions,
    "numbers of questions": lambda connection: browse.number_questions(connection, file="y"),
    "runs": browse.runs,
    "growth": browse.works_added,
}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    whole = Ledger.open("", tmp_path_factory.mktemp("state"), FakeClock())
    with whole.get_library("file:/shelf", "Shelf").write() as tx:
        for number in range(3):
            journal.get_export(tx, ExportFacts(f"{number}" * 64, 10, b"moss.ris"))
    yield whole
    whole.close()


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_look_leaves_no_ring_behind(ledger: Ledger, look: Callable[[Connection], object]) -> None:
    # Of few objects at a time, so that Python would not look for them for hours.
    with ledger.look_through() as connection:
        look(connection)
        gc.collect()
        gc.disable()
        try:
            for _ in range(_TIMES):
                look(connection)
            left = gc.collect()
        finally:
            gc.enable()

    assert left < _TIMES


def test_what_was_odd_about_an_export_is_told_by_line_and_once(tmp_path: Path) -> None:
    stray, cut = Problem("text outside \ud800 any entry", 7), Problem("cut off", 90)
    with closing(Ledger.open("", tmp_path, FakeClock())) as whole:
        for name, problems in (("file:/one", [cut, stray]), ("file:/two", [stray])):
            with whole.get_library(name, "").write() as tx:
                run = journal.begin_run(tx, "test")
                odd = journal.get_export(tx, ExportFacts("a" * 64, 10, b"odd.ris"))
                fine = journal.get_export(tx, ExportFacts("b" * 64, 10, b"fine.ris"))
                journal.add_delivery(tx, odd, b"/drop", run, problems=problems)
                journal.add_delivery(tx, fine, b"/drop", run)

        with whole.look_through() as connection:
            told = browse.problems_of_export(connection, odd)
            assert browse.problems_of_export(connection, fine) == []

    assert [each.line for each in told] == [7, 90]
    assert told[0].message.startswith("text outside ")
