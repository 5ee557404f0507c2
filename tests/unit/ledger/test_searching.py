"""Records are found by what a person types of them, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.ledger import browse, journal
from syncd.ledger.journal import ExportFacts
from syncd.ledger.store import Ledger
from syncd.plan import Decision, Intent, PlannedRecord
from syncd.record import Doi, Eid, Identity, Origin
from tests.fakes.clock import FakeClock

RECORDS = (
    ("Müller's <i>Lichens</i> of the co-operative garden", Identity(doi=Doi("10.5555/moss.1"))),
    ("100% of the mosses", Identity(scopus=Eid("2-s2.0-84857789296"), pmid="21234567")),
    ("地衣の研究", Identity(issn=("1234-5679",))),
    (None, Identity()),
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    whole = Ledger.open("", tmp_path, FakeClock())
    with whole.get_library("file:/shelf", "Shelf").write() as tx:
        run_id = journal.begin_run(tx, "test")
        export = journal.get_export(tx, ExportFacts("5" * 64, 10, b"moss.ris"))
        planned = [
            PlannedRecord(
                Origin("moss.ris", number, number, title=title),
                Decision.CREATE,
                "new",
                identity=identity,
                item_key=f"AAAA222{number + 1}",
            )
            for number, (title, identity) in enumerate(RECORDS, start=1)
        ]
        journal.add_records(tx, run_id, [Intent(each) for each in planned], [export])
    yield whole
    whole.close()


def found(ledger: Ledger, text: str) -> list[int]:
    with ledger.read() as connection:
        return [each.record_id for each in browse.search_records(connection, text)]


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("lichens", 1),
        ("LICHENS garden", 1),
        ("garden lichens", 1),
        ("muller", 1),
        ("Müllers", 1),
        ("co-operative", 1),
        ("10.5555/MOSS.1", 1),
        ("https://doi.org/10.5555/moss.1", 1),
        ("doi:10.5555/moss.1", 1),
        ("2-s2.0-84857789296", 2),
        ("84857789296", 2),
        ("SCOPUS:84857789296", 2),
        ("https://www.scopus.com/inward/record.uri?eid=2-s2.0-84857789296&partnerID=40", 2),
        ("21234567", 2),
        ("研究", 3),
        ("1234-5679", 3),
        ("AAAA2225", 4),
    ],
)
def test_a_record_is_found_by(ledger: Ledger, text: str, record: int) -> None:
    assert found(ledger, text) == [record]


@pytest.mark.parametrize("text", ["lichens mosses", "%", "_", "\\", "'", "10.5555/moss.2", "2224"])
def test_nothing_is_found_by(ledger: Ledger, text: str) -> None:
    assert found(ledger, text) == []


def test_the_newest_come_first_and_each_page_goes_on(ledger: Ledger) -> None:
    with ledger.read() as connection:
        first = browse.search_records(connection, "of the", limit=1)
        rest = browse.search_records(connection, "of the", before=first[0].record_id, limit=1)

    assert [each.record_id for each in (*first, *rest)] == [2, 1]
