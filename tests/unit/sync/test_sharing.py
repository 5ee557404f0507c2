"""Answers travel: they name works by what they are, and answer what fits where they arrive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.item.minting import mint_key
from syncd.plan import Decision
from syncd.record import ItemKey
from syncd.sync.review import Answer
from syncd.sync.session import LibraryRun
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record
from tests.support.house import House
from tests.support.runs import opened_ledger, opened_run

ELSEWHERE = {"DO": None, "UR": None, "N1": None, "VL": None, "SP": None, "EP": None}


def look_alike(**more: str | None) -> str:
    return scopus_record(1, **{**ELSEWHERE, "T2": "Quite Different Letters", **more})


@contextmanager
def opened(house: House) -> Iterator[LibraryRun]:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        yield run


def make_house(root: Path, identity: str) -> House:
    """Return a library that knows work 1 under a key of its own."""
    root.mkdir()
    house = House(root, MemoryLibrary(shipped_schema(), identity=identity))
    house.drop(scopus_record(1, N1=None))
    return house


def answered(house: House, said: Answer) -> dict[str, Any]:
    """Answer the only question, and return what is exported then."""
    with opened(house) as run:
        [held] = run.reviewer().held()
        run.reviewer().answer(held.hold_id, said)
        run.push_pending()
        document: dict[str, Any] = json.loads(json.dumps(run.reviewer().export_answers()))
    return document


def imported(house: House, document: dict[str, Any]) -> Any:
    with opened(house) as run:
        reviewer = run.reviewer()
        return reviewer.import_answers(document), reviewer.settle()


@pytest.fixture
def theirs(tmp_path: Path) -> House:
    house = make_house(tmp_path / "theirs", "memory:theirs")
    house.drop(look_alike())
    return house


@pytest.fixture
def mine(tmp_path: Path) -> House:
    return make_house(tmp_path / "mine", "memory:mine")


def test_a_shared_answer_names_no_key(theirs: House) -> None:
    keys = [item.key for item in theirs.works()]

    text = json.dumps(answered(theirs, Answer.ACCEPT))

    assert not [key for key in keys if key in text]
    assert "10.5555/invented.1" in text


@pytest.mark.parametrize(
    ("said", "decision"),
    [
        (Answer.ACCEPT, Decision.UPDATE),
        (Answer.CREATE, Decision.CREATE),
        (Answer.SKIP, Decision.SKIP),
    ],
)
def test_an_answer_decides_in_another_library(
    theirs: House, mine: House, said: Answer, decision: Decision
) -> None:
    document = answered(theirs, said)

    came, _ = imported(mine, document)
    [record] = mine.drop(look_alike())

    assert came.new == 1
    assert record.decision is decision, record.reason
    assert len(mine.works()) == (2 if said is Answer.CREATE else 1)


@pytest.mark.parametrize("said", [Answer.ACCEPT, Answer.CREATE, Answer.SKIP])
def test_an_answer_settles_what_waits_in_another_library(
    theirs: House, mine: House, said: Answer
) -> None:
    mine.drop(look_alike())

    came, settled = imported(mine, answered(theirs, said))

    assert (came.new, came.here, settled) == (1, 1, [1])


def test_what_fits_nothing_is_told(theirs: House, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    empty = House(tmp_path / "empty", MemoryLibrary(shipped_schema(), identity="memory:empty"))

    came, settled = imported(empty, answered(theirs, Answer.CREATE))

    assert (came.new, came.here, settled) == (1, 0, [])


def test_an_answer_outranks_the_rule_that_would_say_same(theirs: House, mine: House) -> None:
    document = answered(theirs, Answer.CREATE)
    [answer] = document["answers"]
    named = scopus_record(1, UR=None, N1=None, PY="1992")
    work = {"fingerprints": ["0" * 32], "identifiers": {"doi": "10.5555/invented.1"}}
    work["citation"] = _citation_of(named)
    document["answers"] = [{**answer, **_in_place_of_look_alike(answer, work)}]

    imported(mine, document)
    [record] = mine.drop(named)

    assert record.decision is Decision.CREATE, record.reason


def _in_place_of_look_alike(answer: dict[str, Any], work: dict[str, Any]) -> dict[str, Any]:
    side = "one" if "Letters" in json.dumps(answer["one"]) else "other"
    return {side: work}


def _citation_of(entry: str) -> dict[str, Any]:
    [(_, title), (_, author)] = [
        line.split("  - ") for line in entry.splitlines() if line[:2] in ("TI", "AU")
    ]
    return {
        "item_type": "journalArticle",
        "title": title,
        "authors": [author],
        "year": 1992,
        "container": "Journal of Invented Results",
        "volume": "2",
        "pages": "101-110",
    }


def test_the_older_document_is_taken_where_its_keys_are_known(theirs: House, mine: House) -> None:
    with opened(theirs) as run:
        [held] = run.reviewer().held()
        [candidate] = held.candidates
    answered(theirs, Answer.CREATE)
    with opened_ledger(theirs.root / "state") as ledger, ledger.read() as connection:
        [row] = connection.exec_driver_sql("SELECT one, other, verdict FROM answer").all()
    old = {
        "schema": "syncd.answers/1",
        "library": "memory:theirs",
        "answers": [dict(row._mapping)],
        "left_out": [],
    }
    assert candidate.item_key == mint_key("memory:theirs", ("scopus", "2-s2.0-85000000001"))

    came, _ = imported(mine, old)
    [record] = mine.drop(look_alike())

    assert (came.new, came.foreign) == (1, 0)
    assert record.decision is Decision.CREATE


def test_keys_of_another_library_that_mean_nothing_here_are_counted(mine: House) -> None:
    answer = {"one": "a" * 32, "other": ItemKey("ZZZZ9999"), "verdict": "same"}
    old = {"schema": "syncd.answers/1", "library": "memory:else", "answers": [answer]}

    came, _ = imported(mine, old)

    assert (came.new, came.foreign) == (0, 1)
