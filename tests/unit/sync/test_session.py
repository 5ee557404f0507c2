"""What a run says of itself and of what it knows, before it has met its library and after."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.errors import (
    AccessDeniedError,
    OutcomeUnknownError,
    UnavailableError,
    UnsettledError,
)
from syncd.ledger.figures import Tally
from syncd.ledger.store import Ledger
from syncd.library import Description, Operation, Pushed
from syncd.plan import Decision, Place
from syncd.sync.session import LibraryRun
from syncd.sync.standing import Figures
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record, write_records
from tests.support.house import House
from tests.support.libraries import GivesKeys, LateLibrary, Push, with_mishaps
from tests.support.runs import delivery_of, opened_ledger, opened_run

ONE, OTHER = Place(folder=b"/one"), Place(folder=b"/other")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def ledger(house: House) -> Iterator[Ledger]:
    with opened_ledger(house.root / "state", house.clock) as ledger:
        yield ledger


def _lost(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    raise OutcomeUnknownError("nobody knows")


def _away(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    raise UnavailableError("gone")


def test_a_run_that_has_not_met_its_library_knows_nothing(house: House, ledger: Ledger) -> None:
    delivery = delivery_of(write_records(house.root / "a.ris", [scopus_record(1)]), ONE)
    with opened_run(house.root, house.library, ledger, house.helpers) as run:
        run.deliver([delivery], "test")

    with opened_ledger(house.root / "state", house.clock) as again:
        unmet = LibraryRun("mine", house.library, again, house.helpers)

        assert not unmet.is_known(delivery.export.sha256, ONE.folder)
        assert not unmet.was_read(delivery.export.sha256)
        assert (unmet.landed, unmet.figures(), unmet.not_before()) == (0, Figures(), None)
        with pytest.raises(LookupError, match="mine"):
            _ = unmet.description


def test_content_is_known_by_folder_and_read_wherever_it_came_from(
    house: House, ledger: Ledger
) -> None:
    delivery = delivery_of(write_records(house.root / "a.ris", [scopus_record(1)]), ONE)
    unread = delivery_of(write_records(house.root / "b.ris", [scopus_record(2)]), ONE)
    sha256 = delivery.export.sha256
    with opened_run(house.root, house.library, ledger, house.helpers) as run:
        assert (run.is_known(sha256, ONE.folder), run.was_read(sha256)) == (False, False)

        run.deliver([delivery], "test")

        assert (run.is_known(sha256, ONE.folder), run.was_read(sha256)) == (True, True)
        assert not run.is_known(sha256, OTHER.folder)
        assert not run.was_read(unread.export.sha256)


def test_runs_are_waiting_until_all_of_theirs_has_an_outcome(house: House, ledger: Ledger) -> None:
    library = with_mishaps(house.library, *[_lost] * 3)
    first = delivery_of(write_records(house.root / "a.ris", [scopus_record(1)]), ONE)
    second = delivery_of(write_records(house.root / "b.ris", [scopus_record(2)]), ONE)
    with opened_run(house.root, library, ledger, house.helpers) as run:
        assert run.waiting_runs() == []

        summary = run.deliver([first], "test")
        waiting = run.waiting_runs()
        run.deliver([second], "test")

        assert summary.waiting is not None
        assert summary.waiting.library == "mine"
        assert (waiting, run.waiting_runs()) == ([summary.run], [])


def test_figures_say_what_waits_and_when_the_last_reconcile_was(
    house: House, ledger: Ledger
) -> None:
    library = with_mishaps(house.library, _away)
    delivery = delivery_of(write_records(house.root / "a.ris", [scopus_record(1)]), ONE)
    with opened_run(house.root, library, ledger, house.helpers) as run:
        with pytest.raises(UnavailableError):
            run.deliver([delivery], "test")
        assert run.figures() == Figures(2, 0, last_reconcile_at=None, identity="memory:")

        now = house.clock.now()
        run.reconcile()

        figures = run.figures()
        assert (figures.pending, figures.held) == (0, 0)
        assert figures.last_reconcile_at is not None
        assert abs((figures.last_reconcile_at - now).total_seconds()) < 1


class Telling(MemoryLibrary):
    """A library that has something to tell people."""

    told: tuple[str, ...] = ("The shelf leans.",)

    def notices(self) -> tuple[str, ...]:
        return self.told


def test_what_a_library_has_to_tell_people_is_known_until_it_is_so_no_more(
    house: House, ledger: Ledger
) -> None:
    library = Telling(shipped_schema())
    with opened_run(house.root, library, ledger, house.helpers) as run:
        run.reconcile()
    unmet = LibraryRun("mine", library, ledger, house.helpers)

    assert [each.notices for each in ledger.glance().libraries] == [["The shelf leans."]]
    assert unmet.figures().notices == ()  # only the library itself could say whose they are
    with opened_run(house.root, library, ledger, house.helpers) as run:
        assert run.figures().notices == ("The shelf leans.",)
        library.told = ()
        run.push_pending()
        assert run.figures().notices == ()


def test_an_error_says_which_library_and_which_run_it_is_about(
    house: House, ledger: Ledger
) -> None:
    library = with_mishaps(house.library, _away)
    delivery = delivery_of(write_records(house.root / "a.ris", [scopus_record(1)]), ONE)
    with (
        opened_run(house.root, library, ledger, house.helpers) as run,
        pytest.raises(UnavailableError) as caught,
    ):
        run.deliver([delivery], "test")

    assert (caught.value.library, caught.value.run) == ("mine", 1)


def test_a_library_that_may_only_be_read_begins_no_run(
    house: House, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = house.library.describe()._replace(writable=False, access="may read only")
    monkeypatch.setattr(house.library, "describe", lambda: described)
    delivery = delivery_of(write_records(house.root / "a.ris", [scopus_record(1)]), ONE)
    with opened_run(house.root, house.library, ledger, house.helpers) as run:
        with pytest.raises(AccessDeniedError, match="may read only"):
            run.deliver([delivery], "test")

        assert not run.was_read(delivery.export.sha256)
        assert run.waiting_runs() == []


@pytest.mark.parametrize("takes_keys", [True, False])
def test_a_draft_names_keys_only_where_the_library_takes_them(
    tmp_path: Path, ledger: Ledger, takes_keys: bool
) -> None:
    house = House(tmp_path) if takes_keys else House(tmp_path, GivesKeys())
    delivery = delivery_of(write_records(house.root / "a.ris", [scopus_record(1)]), ONE)
    with opened_run(house.root, house.library, ledger, house.helpers) as run:
        plan, _ = run.draft([delivery])
        assert (run.waiting_runs(), run.was_read(delivery.export.sha256)) == ([], False)
        run.deliver([delivery], "test")
        there, _ = run.draft([delivery])

    assert [record.decision for record in plan.records] == [Decision.CREATE]
    assert [record.item_key is not None for record in plan.records] == [takes_keys]
    assert [record.decision for record in there.records] == [Decision.SKIP]
    assert there.records[0].item_key is not None


def test_everything_that_has_had_an_outcome_has_landed_also_what_a_look_found(
    house: House, ledger: Ledger
) -> None:
    def lost_on_the_way_back(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        push(operations, expected)
        raise OutcomeUnknownError("nobody knows")

    library = with_mishaps(
        house.library, lambda push, operations, expected: push(operations, expected),
        lost_on_the_way_back,
    )  # fmt: skip
    with opened_run(house.root, library, ledger, house.helpers) as run:
        landed = [run.landed]
        for number in (1, 2, 3):
            path = write_records(house.root / f"{number}.ris", [scopus_record(number)])
            run.deliver([delivery_of(path, ONE)], "test")
            landed.append(run.landed)

    assert landed == [0, 2, 4, 6]


def test_what_is_wrong_with_any_of_several_exports_is_told(house: House, ledger: Ledger) -> None:
    nothing = "TY  - JOUR\nTI  - \nER  - \n\n"
    cut_off = scopus_record(9).split("ER  -", maxsplit=1)[0]
    paths = [
        write_records(house.root / f"{n}.ris", [nothing, scopus_record(n, N1=None), cut_off])
        for n in (1, 2)
    ]
    with opened_run(house.root, house.library, ledger, house.helpers) as run:
        summary = run.deliver([delivery_of(path, ONE) for path in paths], "test")
        assert summary.run is not None
        records = run.records(summary.run)
        with ledger.read() as connection:
            entries = connection.exec_driver_sql("SELECT entry FROM record").scalars().all()

    rejected = [r.origin.file for r in records if r.decision is Decision.REJECT]
    assert set(rejected) == {str(path) for path in paths}
    assert {problem.path for problem in summary.problems} == set(paths)
    assert all(entry for entry in entries)


def test_an_export_whose_name_is_no_text_is_remembered_by_the_bytes_of_its_name(
    house: House, ledger: Ledger
) -> None:
    name = b"f\xe9rn.ris"
    path = write_records(house.root / os.fsdecode(name), [scopus_record(1)])
    with opened_run(house.root, house.library, ledger, house.helpers) as run:
        run.deliver([delivery_of(path, ONE)], "test")
        with ledger.read() as connection:
            names = connection.exec_driver_sql("SELECT name FROM export").scalars().all()

    assert names == [name]


def test_what_arrived_after_it_was_given_up_has_landed_as_well(tmp_path: Path) -> None:
    library = LateLibrary()
    house = House(tmp_path, library)
    with pytest.raises(UnsettledError):
        house.drop(scopus_record(1))

    def arrives_now(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        library.land()
        return push(operations, expected)

    mishaps = with_mishaps(library, lambda push, ops, expected: push(ops, expected), arrives_now)
    other = delivery_of(write_records(house.root / "other.ris", [scopus_record(2)]), ONE)
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, mishaps, ledger, house.helpers) as run,
    ):
        run.deliver([other], "test")
        before = run.landed
        house.clock.advance(minutes=6)
        run.push_pending()

        assert (before, run.landed) == (2, 4)
    assert len(house.everything()) == 4


def test_figures_say_when_what_was_not_answered_can_no_longer_arrive(
    house: House, ledger: Ledger
) -> None:
    library = LateLibrary()
    delivery = delivery_of(write_records(house.root / "a.ris", [scopus_record(1)]), ONE)
    with opened_run(house.root, library, ledger, house.helpers) as run:
        sent_at = house.clock.now()
        assert run.deliver([delivery], "test").waiting is not None

        sure_at = run.figures().sure_at
        assert sure_at is not None
        assert abs(sure_at - sent_at - library.capabilities.late_writes) < timedelta(seconds=1)

        house.clock.advance(minutes=6)
        run.push_pending()
        assert run.figures().sure_at is None


class _Asked(MemoryLibrary):
    """A library that was asked so often."""

    def __init__(self) -> None:
        super().__init__(shipped_schema())
        self.requests: dict[str, int] = {}

    def take_requests(self) -> dict[str, int]:
        taken, self.requests = self.requests, {}
        return taken


def test_how_often_a_library_was_asked_is_written_down_and_added_up(
    house: House, ledger: Ledger
) -> None:
    library = _Asked()
    with opened_run(house.root, library, ledger, house.helpers) as run:
        library.requests = {"200": 3, "none": 1}
        run.refresh()
        library.requests = {"200": 2}
        run.refresh()
        with pytest.raises(AccessDeniedError):
            _fail(run, library)

        [tally] = Tally(ledger).look()

    assert tally.requests == {"200": 5, "none": 1, "403": 1}


def _fail(run: LibraryRun, library: _Asked) -> None:
    def refused() -> Description:
        library.requests = {"403": 1}
        raise AccessDeniedError("not you")

    library.describe = refused  # type: ignore[method-assign]
    run.meet()
