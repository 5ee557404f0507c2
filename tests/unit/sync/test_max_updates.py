"""More changes than anybody can have meant stop a run before any of them is sent."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from syncd.errors import PausedError
from syncd.plan import Decision, MetGuard, Place, Plan
from syncd.report.documents import plan_document
from syncd.report.plans import print_plan
from syncd.sync.guards import GuardLimits
from syncd.sync.session import LibraryRun
from tests.support.exports import scopus_record, write_records
from tests.support.house import House
from tests.support.runs import HELPERS, deliver, delivery_of, opened_ledger, opened_run


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house with three items, of which one run may change two."""
    house = House(tmp_path)
    house.drop(*(scopus_record(number, N1=None) for number in range(3)))
    house.helpers = replace(HELPERS, limits=GuardLimits(creates=10, shrink=0.5, updates=2))
    return house


def _newer(*numbers: int, volume: str = "77") -> list[str]:
    return [scopus_record(number, N1=None, VL=volume) for number in numbers]


def _volumes(house: House) -> list[str]:
    return [item.data["volume"] for item in house.works()]


def test_beyond_the_limit_nothing_is_sent_and_the_library_pauses(house: House) -> None:
    before = _volumes(house)

    with pytest.raises(PausedError, match="would change 3 items, and max_updates is 2"):
        house.drop(*_newer(0, 1, 2))

    assert (_volumes(house), house.waiting()) == (before, [])
    with pytest.raises(PausedError):
        house.drop(*_newer(0))


def test_up_to_the_limit_all_of_them_are_sent(house: House) -> None:
    house.drop(*_newer(0, 1))

    assert sorted(_volumes(house)) == ["3", "77", "77"]


def test_after_resume_one_run_passes_and_the_guard_is_up_again(house: House) -> None:
    with pytest.raises(PausedError):
        house.drop(*_newer(0, 1, 2))

    house.resume()
    house.drop(*_newer(0, 1, 2))

    assert _volumes(house) == ["77"] * 3
    with pytest.raises(PausedError):
        house.drop(*_newer(0, 1, 2, volume="78"))


def test_a_run_that_was_allowed_ahead_passes_and_the_next_does_not(house: House) -> None:
    with opened_ledger(house.root / "state", house.clock) as ledger:
        LibraryRun("mine", house.library, ledger, house.helpers).allow()

    house.drop(*_newer(0, 1, 2))

    assert _volumes(house) == ["77"] * 3
    with pytest.raises(PausedError):
        house.drop(*_newer(0, 1, 2, volume="78"))


def test_filing_alone_is_no_change(house: House) -> None:
    same = [scopus_record(number, N1=None) for number in range(3)]

    records = house.drop(*same, place=Place(folder=b"/filed", tags=("new",)))

    assert {record.decision for record in records} == {Decision.COLLECT}


def test_a_plan_tells_which_guard_the_run_would_meet(house: House) -> None:
    path = write_records(house.root / "newer.ris", _newer(0, 1, 2))
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        plan, _ = run.draft([delivery_of(path)])

    assert plan.guards == [MetGuard("max_updates", 2, 3, "change")]
    assert plan_document(plan)["guards"] == [
        {
            "guard": "max_updates",
            "limit": 2,
            "count": 3,
            "message": "one run would change 3 items, and max_updates is 2",
        }
    ]
    shown = io.StringIO()
    print_plan(plan, shown)
    assert "would pause: one run would change 3 items" in shown.getvalue()
    assert plan_document(Plan())["guards"] == []


def test_a_plan_that_meets_none_pauses_nothing(house: House) -> None:
    path = write_records(house.root / "newer.ris", _newer(0))
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        plan, _ = run.draft([delivery_of(path)])
        assert plan.guards == []
        deliver(run, [path])

    assert "77" in _volumes(house)
