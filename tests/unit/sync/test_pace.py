"""How long the rest will take is learnt from the answers as they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.memory import MemoryLibrary
from syncd.library import Capabilities, Operation, Pushed
from syncd.plan import Place
from syncd.sync.pace import Pace, Sending, words_about, words_for
from syncd.sync.standing import Figures
from syncd.system.resources import shipped_schema
from tests.fakes.clock import FakeClock
from tests.support.exports import scopus_record, write_records
from tests.support.runs import HELPERS, deliver, opened_ledger, opened_run


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def test_nothing_is_told_while_nothing_is_sent() -> None:
    pace = Pace(FakeClock())

    assert pace.look(5) is None
    pace.begin()
    assert pace.look(0) is None
    assert pace.look(5) == Sending(0, 5, None)
    pace.end()
    assert pace.look(5) is None


def test_the_rest_takes_as_long_as_what_has_been_answered() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    pace.begin()

    clock.advance(seconds=1.5)
    pace.note(5)

    assert pace.look(95) == Sending(5, 100, seconds(28.5))


def test_a_library_that_does_not_answer_is_not_said_to_be_done_soon() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    pace.begin()
    clock.advance(seconds=1)
    pace.note(4)

    clock.advance(seconds=119)
    before = pace.look(2)
    clock.advance(seconds=61)

    assert before == Sending(4, 6, seconds(0.5))
    assert pace.look(2) == Sending(4, 6, None, seconds(180))
    assert Sending.together([Sending(4, 6, None, seconds(180)), Sending(1, 2, seconds(9))]) == (
        Sending(5, 8, None, seconds(180))
    )
    assert words_about(Sending(4, 6, None, seconds(180))).startswith("no answer for 3 minutes")
    pace.note(1)
    assert pace.look(1) is not None
    assert pace.look(1).silent is None  # type: ignore[union-attr]


def test_the_latest_answers_count_most_and_the_next_pass_knows_them() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    pace.begin()
    clock.advance(seconds=5)
    pace.note(5)
    for _ in range(30):
        clock.advance(seconds=0.5)
        pace.note(5)
    pace.end()
    clock.advance(hours=8)
    pace.begin()

    sending = pace.look(100)

    assert sending is not None
    assert sending.done == 0
    assert sending.left is not None
    assert seconds(10) <= sending.left < seconds(10.5)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (0, "a few seconds"),
        (7, "about 5 seconds"),
        (33, "about 35 seconds"),
        (150, "about 2 minutes"),
        (5000, "about 83 minutes"),
        (20_000, "about 6 hours"),
    ],
)
def test_times_are_told_as_one_would(left: int, words: str) -> None:
    assert words_for(seconds(left)) == words


def test_libraries_that_are_sent_to_at_once_end_with_the_slowest() -> None:
    fast, slow = Sending(5, 10, seconds(1)), Sending(1, 20, seconds(60))
    unknown = Sending(0, 3, None)

    together = Figures.together(Figures(sending=each) for each in (fast, slow))

    assert together.sending == Sending(6, 30, seconds(60))
    assert Sending.together([fast, unknown]) == Sending(5, 13, None)


class Slow(MemoryLibrary):
    """Takes three seconds for an operation, and has a look taken before each push."""

    def __init__(self, clock: FakeClock, look: Callable[[], None]) -> None:
        super().__init__(shipped_schema(), capabilities=Capabilities(batch_size=5))
        self._clock = clock
        self._look = look

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        self._look()
        self._clock.advance(seconds=3 * len(operations))
        return super().push(operations, expected=expected)


def test_a_run_tells_how_long_it_will_take_and_nothing_when_it_is_over(tmp_path: Path) -> None:
    clock = FakeClock()
    seen: list[Sending | None] = []
    library = Slow(clock, lambda: seen.append(run.figures().sending))
    export = write_records(tmp_path / "many.ris", [scopus_record(number) for number in range(20)])
    with (
        opened_ledger(tmp_path / "state", clock) as ledger,
        opened_run(tmp_path, library, ledger, HELPERS) as run,
    ):
        deliver(run, [export], Place(folder=b"/plain"))
        after = run.figures().sending

    first, *others = seen
    assert first == Sending(0, 40, None)
    assert len(others) > 3
    for each in others:
        assert each is not None
        # Each of them takes three seconds, and a record comes with a linked attachment.
        assert each == Sending(each.done, 40, seconds(3) * (40 - each.done))
    assert after is None
