"""What the ledger can tell people of a run afterwards: titles, and files that were of no use."""

from __future__ import annotations

from pathlib import Path

from adapters.memory import MemoryLibrary
from syncd.ledger import journal
from syncd.plan import Place
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record, title_of, write_records
from tests.support.runs import deliver, opened_ledger, opened_run

DROPPED = Place(folder=b"/dropped")


def test_a_run_knows_the_title_library_and_number_of_each_record(tmp_path: Path) -> None:
    export = write_records(tmp_path / "a.ris", [scopus_record(1), scopus_record(2)])
    with (
        opened_ledger(tmp_path) as ledger,
        opened_run(tmp_path, MemoryLibrary(shipped_schema()), ledger) as run,
    ):
        summary = deliver(run, [export], DROPPED)
        assert summary.run is not None

        records = run.records(summary.run)

    assert [record.origin.title for record in records] == [title_of(1), title_of(2)]
    assert {(record.library, record.run) for record in records} == {("mine", summary.run)}


def test_a_run_knows_of_which_files_nothing_could_be_used_and_why(tmp_path: Path) -> None:
    good = write_records(tmp_path / "a.ris", [scopus_record(1)])
    bad = tmp_path / "b.ris"
    bad.write_bytes(b"%PDF-1.7 not an export")
    with (
        opened_ledger(tmp_path) as ledger,
        opened_run(tmp_path, MemoryLibrary(shipped_schema()), ledger) as run,
    ):
        summary = deliver(run, [good, bad], DROPPED)
        assert summary.run is not None

        with ledger.read() as connection:
            unusable = journal.unusable_of_run(connection, summary.run)

    assert [file for file, _ in unusable] == [bad]
    assert "a PDF" in unusable[0][1]
