"""The last answer of a person can be taken back, and every other one is carried out once."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

import pytest

from syncd.errors import BusyError
from syncd.page.answers import LASTS, Answers, Asked, Given
from syncd.page.refusals import StaleError
from tests.fakes.clock import FakeClock

ME, OTHER = "me", "somebody else"


def asked(*numbers: int, mark: str = "as shown") -> Given:
    return Given("skip", [Asked(number, "mine", "looks alike", mark) for number in numbers])


class Library:
    """Where answers go to, and what questions are known by there."""

    def __init__(self) -> None:
        self.done: list[tuple[int, str]] = []
        self.marks: dict[int, str] = dict.fromkeys(range(1, 10), "as shown")
        self.changes: dict[int, int] = {}
        self.is_away = False
        self.let_go = threading.Event()
        self.let_go.set()

    def carry_out(self, given: Given) -> Sequence[str]:
        assert self.let_go.wait(20)
        if self.is_away:
            raise BusyError("it ends")
        for each in given.asked:
            self.done.append((each.number, each.mark))
            if each.number in self.changes:
                self.marks[self.changes[each.number]] = "changed by it"
        return []

    def find_marks(self, numbers: Collection[int]) -> Mapping[int, str]:
        return {number: self.marks[number] for number in numbers}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def answers(library: Library, clock: FakeClock) -> Answers:
    return Answers(library.carry_out, library.find_marks, clock.elapsed)


def test_an_answer_that_was_taken_back_is_not_carried_out(
    answers: Answers, library: Library
) -> None:
    answers.give(ME, asked(1))
    last = answers.last_of(ME)
    assert last is not None

    taken = answers.take_back(ME, last.number)

    assert taken.numbers == [1]
    assert answers.answered() == set()
    answers.hurry(ME, timedelta(seconds=20))
    assert library.done == []


def test_the_next_answer_carries_the_one_before_out(answers: Answers, library: Library) -> None:
    answers.give(ME, asked(1))
    answers.give(ME, asked(2))

    answers.hurry(ME, timedelta(seconds=20))

    assert [number for number, _ in library.done] == [1, 2]


def test_an_answer_that_stands_is_not_taken_back(answers: Answers, library: Library) -> None:
    answers.give(ME, asked(1))
    first = answers.last_of(ME)
    assert first is not None
    answers.give(ME, asked(2))

    with pytest.raises(StaleError):
        answers.take_back(ME, first.number)
    answers.hurry(ME, timedelta(seconds=20))

    assert [number for number, _ in library.done] == [1, 2]


def test_nobody_takes_back_what_somebody_else_answered(answers: Answers) -> None:
    answers.give(OTHER, asked(1))
    theirs = answers.last_of(OTHER)
    assert theirs is not None

    with pytest.raises(StaleError):
        answers.take_back(ME, theirs.number)
    assert answers.answered() == {1}


def test_a_question_that_was_answered_just_now_is_not_answered_again(answers: Answers) -> None:
    answers.give(OTHER, asked(1, 2))

    with pytest.raises(StaleError):
        answers.give(ME, asked(2))


def test_an_answer_stands_after_a_while(
    answers: Answers, library: Library, clock: FakeClock
) -> None:
    answers.give(ME, asked(1))
    answers.carry_out_due()
    assert library.done == []

    clock.advance(seconds=LASTS.total_seconds())
    answers.carry_out_due()

    assert [number for number, _ in library.done] == [1]
    assert answers.last_of(ME) is None


def test_what_ones_own_answer_changed_is_answered_as_it_was_shown(
    answers: Answers, library: Library
) -> None:
    library.changes = {1: 2}
    answers.give(ME, asked(1))
    answers.give(ME, asked(2))

    answers.hurry(ME, timedelta(seconds=20))

    assert library.done == [(1, "as shown"), (2, "changed by it")]


def test_what_others_changed_meanwhile_is_answered_as_it_was_shown_and_so_refused(
    answers: Answers, library: Library
) -> None:
    library.changes = {1: 2}
    library.marks[2] = "changed by others"
    answers.give(ME, asked(1))
    answers.give(ME, asked(2))

    answers.hurry(ME, timedelta(seconds=20))

    assert library.done[-1] == (2, "as shown")


def test_a_part_of_a_question_leaves_it_open(answers: Answers) -> None:
    one = asked(1)
    answers.give(ME, Given("mine", one.asked, "title", is_part=True))

    assert answers.answered() == set()
    assert answers.fields_answered(1) == {"title"}


def test_at_the_end_what_is_left_is_carried_out_by_others(
    answers: Answers, library: Library
) -> None:
    library.is_away = True
    answers.give(ME, asked(1))
    answers.give(OTHER, asked(2))
    done: list[int] = []

    def carry_out(given: Given) -> Sequence[str]:
        done.extend(given.numbers)
        return []

    answers.close(carry_out)

    assert sorted(done) == [1, 2]


def test_what_could_not_be_done_is_said_once(answers: Answers, library: Library) -> None:
    library.is_away = True
    answers.give(ME, asked(1))
    answers.hurry(ME, timedelta(seconds=20))

    assert answers.news(OTHER) == []
    assert list(answers.news(ME)) == ["Question 1 was not answered: it ends"]
    assert answers.news(ME) == []


def test_whoever_looks_elsewhere_sees_what_came_of_it(answers: Answers, library: Library) -> None:
    library.let_go.clear()
    answers.give(ME, asked(1))
    threading.Timer(0.05, library.let_go.set).start()

    answers.hurry(ME, timedelta(seconds=20))

    assert [number for number, _ in library.done] == [1]
