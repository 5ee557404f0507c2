"""A record that its export cuts off is asked about, and a whole export answers the question."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.plan import Decision, Place
from syncd.settings import LookAlikes
from syncd.sync.review import Answer
from tests.support.exports import scopus_record, title_of, write_records
from tests.support.house import House
from tests.support.runs import deliver, opened_ledger, opened_run, records_of

ABSTRACT = "Shells were counted on three beaches in each of nine years."
BY_HAND = Place()
"""Files that are named by hand are read each time."""


class Shore(House):
    """Files that end in the middle of record 2, and what became of it."""

    def cut(self, after: str, place: Place = BY_HAND, **more: str | None) -> Decision:
        """Drop a file that ends with these words of its second record."""
        whole = scopus_record(2, AB=ABSTRACT, **more)
        left = whole[: whole.index(after) + len(after)]
        return self.drop(scopus_record(1), left, place=place)[1].decision

    def whole(self, place: Place = BY_HAND, **more: str | None) -> Decision:
        return self.drop(
            scopus_record(1), scopus_record(2, AB=ABSTRACT, **more), scopus_record(3), place=place
        )[1].decision

    def same_file(self) -> None:
        """Let the next file have the name of the one before."""
        self._dropped -= 1

    def questions(self) -> list[tuple[str, str]]:
        """Return kind and reason of what waits for an answer."""
        with (
            opened_ledger(self.root / "state", self.clock) as ledger,
            opened_run(self.root, self.library, ledger, self.helpers) as run,
        ):
            return [(held.kind, held.reason) for held in run.reviewer().held()]

    def answer(self, answer: Answer) -> None:
        with (
            opened_ledger(self.root / "state", self.clock) as ledger,
            opened_run(self.root, self.library, ledger, self.helpers) as run,
        ):
            [held] = run.reviewer().held()
            run.reviewer().answer(held.hold_id, answer)
            run.push_pending()

    def abstracts(self) -> list[str]:
        """Return the abstracts of the items that are record 2."""
        return [
            str(item.data.get("abstractNote"))
            for item in self.works()
            if item.data["title"] not in (title_of(1), title_of(3))
        ]


@pytest.fixture
def shore(tmp_path: Path) -> Shore:
    return Shore(tmp_path)


def test_a_cut_record_is_a_question_and_makes_no_item(shore: Shore) -> None:
    assert shore.cut("on three be") is Decision.HOLD

    [(kind, reason)] = shore.questions()
    assert kind == "unfinished"
    assert reason.startswith("unfinished: the file ends inside this record")
    assert shore.abstracts() == []


@pytest.mark.parametrize("same_file", [False, True], ids=["another file", "the same file"])
def test_the_same_cut_record_is_asked_about_once(shore: Shore, same_file: bool) -> None:
    shore.cut("on three be")
    if same_file:
        shore.same_file()

    shore.cut("on three be")

    assert len(shore.questions()) == 1


@pytest.mark.parametrize("end", ["on three be", f"TI  - {title_of(2)}", f"{title_of(2)}\nAU"])
def test_a_whole_export_answers_the_question(shore: Shore, end: str) -> None:
    shore.cut(end)

    assert shore.whole() is Decision.CREATE

    assert shore.questions() == []
    assert shore.abstracts() == [ABSTRACT]


def test_a_file_that_goes_on_answers_what_it_broke_off_in(shore: Shore) -> None:
    shore.cut(f"TI  - {title_of(2)[:9]}")
    shore.same_file()

    assert shore.whole() is Decision.CREATE

    assert shore.questions() == []
    assert shore.abstracts() == [ABSTRACT]


def test_another_work_answers_nothing(shore: Shore) -> None:
    shore.cut(f"TI  - {title_of(2)[:9]}")

    shore.drop(scopus_record(4, TI=f"{title_of(2)[:9]} of another shore"), scopus_record(5))

    assert len(shore.questions()) == 1


def test_the_export_of_another_database_answers_the_question_too(shore: Shore) -> None:
    shore.cut("on three be")

    shore.whole(N1="exported elsewhere", DB="Other", VL=None)

    assert shore.questions() == []
    assert len(shore.abstracts()) == 1


def test_what_the_cut_record_was_dropped_into_gets_the_item_too(shore: Shore) -> None:
    shore.cut("on three be", Place(folder=b"/inbox", collection=("Inbox",)))

    shore.whole(Place(folder=b"/other", collection=("Other",)))

    [item] = [item for item in shore.works() if item.data["title"] == title_of(2)]
    assert sorted(shore.collections_of(item.key)) == ["Inbox", "Other"]


@pytest.mark.parametrize("end", ["on three be", f"TI  - {title_of(2)}"])
def test_an_item_made_of_a_cut_record_is_the_whole_one_too(shore: Shore, end: str) -> None:
    shore.cut(end)
    shore.answer(Answer.CREATE)

    assert shore.whole() in (Decision.SKIP, Decision.UPDATE)

    assert shore.questions() == []
    assert len(shore.abstracts()) == 1


def test_a_cut_record_that_was_left_out_keeps_no_whole_one_away(shore: Shore) -> None:
    shore.cut("on three be")
    shore.answer(Answer.SKIP)

    assert shore.cut("on three be") is Decision.SKIP
    assert shore.whole() is Decision.CREATE
    assert shore.abstracts() == [ABSTRACT]


@pytest.mark.parametrize("end", ["on three be", f"TI  - {title_of(2)}"])
def test_a_cut_record_of_a_work_that_is_there_is_that_work(shore: Shore, end: str) -> None:
    shore.whole()

    assert shore.cut(end) is Decision.SKIP

    assert shore.questions() == []
    assert shore.abstracts() == [ABSTRACT]


def test_a_file_that_comes_again_and_breaks_off_asks_nothing(shore: Shore) -> None:
    shore.whole()
    shore.same_file()

    assert shore.cut(f"TI  - {title_of(2)[:9]}") is Decision.SKIP

    assert shore.questions() == []


def test_a_whole_record_stands_for_the_work_though_the_cut_one_came_first(shore: Shore) -> None:
    whole = scopus_record(2, AB=ABSTRACT)
    cut = write_records(shore.root / "a.ris", [scopus_record(1), whole.partition(" be")[0]])
    again = write_records(shore.root / "b.ris", [whole])

    with (
        opened_ledger(shore.root / "state", shore.clock) as ledger,
        opened_run(shore.root, shore.library, ledger, shore.helpers) as run,
    ):
        records = records_of(ledger, deliver(run, [cut, again], BY_HAND))

    assert [record.decision.value for record in records] == ["create", "skip", "create"]
    assert shore.abstracts() == [ABSTRACT]


def test_a_folder_that_makes_look_alikes_makes_no_cut_ones(shore: Shore) -> None:
    place = Place(look_alikes=LookAlikes.CREATE)

    assert shore.cut("on three be", place) is Decision.HOLD
