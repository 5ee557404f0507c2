"""What was sent without an answer is ours when it is found, and is waited for when it is not."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.errors import AccessDeniedError, OutcomeUnknownError, UnsettledError
from syncd.library import (
    AddToCollection,
    Capabilities,
    Create,
    Operation,
    Pushed,
    Refusal,
    Refused,
    StoredItem,
    key_of,
)
from syncd.plan import Decision, Place
from syncd.record import ItemKey
from syncd.sync.review import Answer
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record
from tests.support.house import House
from tests.support.libraries import GivesKeys, LateLibrary, Push, with_mishaps
from tests.support.runs import opened_ledger, opened_run

PATIENCE = timedelta(minutes=5)
FILED = Place(folder=b"/filed", collection=("Inbox",))


def _quiet(number: int) -> str:
    """Return a record that says too little to be told from any other of its kind."""
    return (
        f"TY  - JOUR\nTI  - Reply\nAU  - Weiss, {'ABCDEFGH'[number]}.\nT2  - Acta Ventorum\n"
        f"PY  - 2004\nN1  - my own remark {number}\nER  - \n"
    )


def _loses_the_answer(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    push(operations, expected)
    raise OutcomeUnknownError("the answer was lost")


@pytest.fixture
def late(tmp_path: Path) -> tuple[House, LateLibrary]:
    library = LateLibrary()
    house = House(tmp_path, library)
    with pytest.raises(UnsettledError):
        house.drop(scopus_record(1))
    return house, library


def _once(house: House) -> None:
    """Take up what waits, as the next run would."""
    with (
        suppress(UnsettledError),
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger),
    ):
        pass


def _told(house: House) -> list[tuple[str, str | None]]:
    with opened_ledger(house.root / "state") as ledger, ledger.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT decision, outcome FROM record ORDER BY record_id"
        ).all()
    return [(row.decision, row.outcome) for row in rows]


def _strangers(house: House) -> list[str]:
    """Return the works that the ledger does not know as made by a run."""
    with opened_ledger(house.root / "state") as ledger, ledger.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT item_key FROM item WHERE features IS NOT NULL AND made_by_run IS NULL"
        )
        return list(rows.scalars())


def _live(items: Sequence[StoredItem]) -> list[StoredItem]:
    return [item for item in items if not item.trashed]


def test_records_that_say_little_are_known_as_ours_after_a_lost_answer(tmp_path: Path) -> None:
    house = House(tmp_path, with_mishaps(MemoryLibrary(shipped_schema()), _loses_the_answer))

    records = house.drop(*map(_quiet, range(4)))

    assert [record.outcome for record in records] == ["accepted"] * 4
    assert len(_live(house.everything())) == 8
    assert (house.holds(), house.waiting(), _strangers(house)) == ([], [], [])


def test_a_run_that_waits_for_its_outcome_is_not_said_to_be_done(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(UnsettledError):
        House(tmp_path, LateLibrary()).drop(scopus_record(1))

    said = [each.getMessage() for each in caplog.records]
    assert not [each for each in said if each.startswith("done")]
    assert any(each.startswith("not done yet: 1 create; 2 operations were sent") for each in said)


def test_a_clock_that_is_put_back_makes_nothing_wait_for_the_time_that_it_showed(
    late: tuple[House, LateLibrary],
) -> None:
    house, library = late
    library.late = []
    house.clock.jump(days=-365)

    _once(house)
    house.clock.advance(minutes=4)
    _once(house)
    assert house.works() == []
    house.clock.advance(minutes=2)
    _once(house)

    assert len(house.works()) == 1
    assert house.waiting() == []


def test_what_may_still_land_is_not_sent_again(late: tuple[House, LateLibrary]) -> None:
    house, _ = late
    house.clock.advance(minutes=4)

    _once(house)

    assert house.works() == []
    assert len(house.waiting()) == 2
    assert _told(house) == [("create", "pending")]


def test_what_lands_late_is_ours(late: tuple[House, LateLibrary]) -> None:
    house, library = late
    library.land()

    _once(house)

    assert len(house.works()) == 1
    assert (house.waiting(), _strangers(house)) == ([], [])
    assert _told(house) == [("create", "accepted")]


def test_what_never_landed_is_sent_again_once_it_cannot_land_any_more(
    late: tuple[House, LateLibrary],
) -> None:
    house, library = late
    library.late = []
    house.clock.advance(minutes=5, seconds=1)

    _once(house)

    assert len(house.everything()) == 2
    assert house.waiting() == []
    assert _told(house) == [("create", "accepted")]


def test_what_lands_after_it_was_given_up_is_ours_all_the_same(
    late: tuple[House, LateLibrary],
) -> None:
    house, library = late
    house.clock.advance(minutes=6)
    operations = library.late

    def gives_up_too_early(push: Push, again: Sequence[Operation], expected: Any) -> Pushed:
        library.late = operations
        library.land()
        return push(again, expected)

    house.library = with_mishaps(library, gives_up_too_early)
    _once(house)

    assert len(house.everything()) == 2
    assert (house.waiting(), house.holds(), _strangers(house)) == ([], [], [])


def test_other_records_go_on_while_an_answer_is_awaited(late: tuple[House, LateLibrary]) -> None:
    house, _ = late

    with pytest.raises(UnsettledError):
        house.drop(scopus_record(2))

    assert len(house.works()) == 1
    assert len(house.waiting()) == 2


def test_the_same_work_dropped_meanwhile_is_not_made_twice(
    late: tuple[House, LateLibrary],
) -> None:
    house, library = late
    with pytest.raises(UnsettledError):
        house.drop(scopus_record(1), place=FILED)
    library.land()

    _once(house)

    [work] = house.works()
    assert house.collections_of(work.key) == ["Inbox"]
    assert _told(house) == [("create", "accepted"), ("collect", "accepted")]


def test_an_edit_right_after_a_lost_answer_leaves_the_item_ours(tmp_path: Path) -> None:
    inner = MemoryLibrary(shipped_schema())

    def edited(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        push(operations, expected)
        [work] = [item for item in operations if isinstance(item, Create) and not item.parent]
        inner.edit(work.item_key, {"abstractNote": "a person's own words"})
        raise OutcomeUnknownError("the answer was lost")

    house = House(tmp_path, with_mishaps(inner, edited))

    [record] = house.drop(_quiet(1))

    assert record.outcome == "accepted"
    assert len(_live(house.everything())) == 2
    assert (house.holds(), _strangers(house)) == ([], [])


def test_a_record_is_known_again_though_its_item_was_retitled_before_anybody_looked(
    tmp_path: Path,
) -> None:
    inner = MemoryLibrary(shipped_schema())

    def retitled(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        push(operations, expected)
        [work] = operations
        assert isinstance(work, Create)
        inner.edit(work.item_key, {"title": "Something else by hand"})
        raise OutcomeUnknownError("the answer was lost")

    house = House(tmp_path, with_mishaps(inner, retitled))
    only_a_title = "TY  - BOOK\nTI  - Report\nER  - \n"
    house.drop(only_a_title)

    [again] = house.drop(only_a_title + "\n")

    assert again.decision == "skip"
    assert [item.data["title"] for item in house.works()] == ["Something else by hand"]
    assert (house.holds(), _strangers(house)) == ([], [])


def _has_trouble_with(title: str) -> Any:
    def push_but_one(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        bad = {
            one.item_key
            for one in operations
            if isinstance(one, Create) and one.data.get("title") == title
        }
        good = [one for one in operations if not (isinstance(one, Create) and _is_of(one, bad))]
        answer = push(good, expected)
        outcomes = iter(answer.outcomes)
        return Pushed(
            [
                Refused(one.item_key, Refusal.TROUBLE, "500: try again")
                if isinstance(one, Create) and _is_of(one, bad)
                else next(outcomes)
                for one in operations
            ],
            answer.library_version,
        )

    return push_but_one


def _is_of(one: Create, keys: set[ItemKey]) -> bool:
    return one.item_key in keys or one.parent in keys


def test_a_librarys_trouble_with_one_object_keeps_nobody_else_back(tmp_path: Path) -> None:
    trouble = _has_trouble_with("Reply")
    house = House(tmp_path, with_mishaps(MemoryLibrary(shipped_schema()), *[trouble] * 5))

    with pytest.raises(UnsettledError):
        house.drop(_quiet(1), scopus_record(1))
    told = _told(house)
    with pytest.raises(UnsettledError):
        house.drop(scopus_record(2))

    assert told == [("create", "pending"), ("create", "accepted")]
    assert len(house.works()) == 2
    _once(house)
    assert len(house.works()) == 3
    assert (house.holds(), house.waiting()) == ([], [])


def test_what_belongs_to_an_item_waits_for_the_key_that_the_library_gives_it(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, GivesKeys())

    [record] = house.drop(scopus_record(1), place=FILED)
    [again] = house.drop(scopus_record(1, N1="again"), place=FILED)

    [work] = house.works()
    [note] = [item for item in house.everything() if "parentItem" in item.data]
    assert work.key.startswith("GIVEN")
    assert (record.item_key, record.outcome) == (work.key, "accepted")
    assert note.data["parentItem"] == work.key
    assert house.collections_of(work.key) == ["Inbox"]
    assert (again.decision, again.item_key) == (Decision.SKIP, work.key)
    assert (house.waiting(), _strangers(house)) == ([], [])


class TellsNoDeletions(MemoryLibrary):
    """Does not say what was deleted for good."""

    def __init__(self) -> None:
        super().__init__(shipped_schema(), capabilities=Capabilities(reports_tombstones=False))

    def changes_since(self, version: int, **known: Any) -> Any:
        for page in super().changes_since(version, **known):
            yield type(page)(page.items, (), page.to_version)


def test_where_deletions_are_not_told_planning_looks_whether_the_item_is_there(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, TellsNoDeletions())
    [record] = house.drop(scopus_record(1))
    house.library.delete(ItemKey(str(record.item_key)))

    [again] = house.drop(scopus_record(1, N1="again"))

    assert again.decision is Decision.SKIP
    assert "deleted from the library" in again.reason


def test_a_push_that_the_key_may_not_make_was_not_sent(tmp_path: Path) -> None:
    def denies(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        raise AccessDeniedError("the key may only read")

    library = MemoryLibrary(shipped_schema(), capabilities=Capabilities(late_writes=PATIENCE))
    house = House(tmp_path, with_mishaps(library, denies))
    with pytest.raises(AccessDeniedError):
        house.drop(scopus_record(1))

    _once(house)

    assert len(house.works()) == 1
    assert house.waiting() == []


def test_a_change_that_is_not_to_be_seen_yet_is_waited_for(tmp_path: Path) -> None:
    inner = MemoryLibrary(shipped_schema(), capabilities=Capabilities(late_writes=PATIENCE))
    house = House(tmp_path, inner)
    house.drop(scopus_record(1))

    def is_silent(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        if any(isinstance(each, AddToCollection) for each in operations):
            raise OutcomeUnknownError("no answer")
        return push(operations, expected)

    house.library = with_mishaps(inner, *[is_silent] * 2)
    with pytest.raises(UnsettledError):
        house.drop(scopus_record(1), place=FILED)
    pushes = house.library.pushes
    house.clock.advance(minutes=4)
    _once(house)
    waited = house.library.pushes
    house.clock.advance(minutes=2)
    _once(house)

    assert (waited, house.waiting(), house.holds()) == (pushes, [], [])
    assert house.collections_of(house.works()[0].key) == ["Inbox"]


def test_two_refusals_about_one_item_are_two_questions(tmp_path: Path) -> None:
    inner = MemoryLibrary(shipped_schema())
    house = House(tmp_path, inner)
    house.drop(scopus_record(1))

    def refuses(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        if not any(isinstance(each, AddToCollection) for each in operations):
            return push(operations, expected)
        told = [Refused(key_of(each), Refusal.INVALID, "not here") for each in operations]
        return Pushed(told, None)

    house.library = with_mishaps(inner, *[refuses] * 6)
    house.drop(scopus_record(1), place=Place(folder=b"/a", tags=("a",)))
    house.drop(scopus_record(1, N1="b"), place=Place(folder=b"/b", tags=("b",)))

    assert [kind for kind, _ in house.holds()] == ["refused", "refused"]


def test_a_refused_work_keeps_where_later_runs_want_it_filed(
    late: tuple[House, LateLibrary],
) -> None:
    house, library = late
    with pytest.raises(UnsettledError):
        house.drop(scopus_record(1), place=Place(folder=b"/b", tags=("later",)))
    library.late = []
    house.clock.advance(minutes=6)

    def refuses(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        told = [Refused(key_of(each), Refusal.INVALID, "no") for each in operations]
        return Pushed(told, None)

    house.library = with_mishaps(library, refuses)
    _once(house)
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger) as run,
    ):
        [held] = run.reviewer().held()
        run.reviewer().answer(held.hold_id, Answer.RETRY)
        run.push_pending()

    [work] = house.works()
    assert {"tag": "later"} in work.data["tags"]
