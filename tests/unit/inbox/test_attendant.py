"""Work that may take for ever."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from syncd.inbox.attendant import Attendant

MOMENT = timedelta(seconds=0.02)


class Slow:
    """Work that ends when it is let go."""

    def __init__(self, result: str = "done") -> None:
        self.go = threading.Event()
        self.begun = 0
        self.forgone = 0
        self._result = result

    def perform(self) -> str:
        self.begun += 1
        self.go.wait(10)
        return self._result

    def forgo(self) -> None:
        self.forgone += 1


@pytest.fixture
def attendant() -> Attendant[str, str]:
    return Attendant(MOMENT)


def test_what_is_quick_is_returned(attendant: Attendant[str, str]) -> None:
    slow = Slow()
    slow.go.set()

    assert attendant.attend("a", slow.perform, slow.forgo) == "done"
    assert attendant.attend("b", slow.perform, slow.forgo) == "done"
    assert (slow.begun, slow.forgone) == (2, 0)


def test_what_takes_longer_is_found_done_later_and_not_begun_twice(
    attendant: Attendant[str, str],
) -> None:
    slow = Slow()

    for _ in range(2):
        with pytest.raises(OSError, match="being fetched"):
            attendant.attend("a", slow.perform, slow.forgo)
    slow.go.set()

    assert attendant.attend("a", slow.perform, slow.forgo) == "done"
    assert (slow.begun, slow.forgone) == (1, 2)


def test_one_that_takes_for_ever_holds_up_the_others_no_longer_than_a_moment(
    attendant: Attendant[str, str],
) -> None:
    stuck, other = Slow(), Slow()
    with pytest.raises(OSError):
        attendant.attend("a", stuck.perform, stuck.forgo)

    with pytest.raises(OSError, match="another file"):
        attendant.attend("b", other.perform, other.forgo)

    assert (other.begun, other.forgone) == (0, 1)
    stuck.go.set()


def test_what_nobody_asks_for_again_makes_way(attendant: Attendant[str, str]) -> None:
    first, second = Slow(), Slow("second")
    with pytest.raises(OSError):
        attendant.attend("a", first.perform, first.forgo)
    first.go.set()
    second.go.set()

    for _ in range(100):
        try:
            assert attendant.attend("b", second.perform, second.forgo) == "second"
            break
        except OSError:
            time.sleep(0.01)
    else:
        pytest.fail("the slot was never free")


def test_a_failure_is_raised_where_it_is_asked_for(attendant: Attendant[str, str]) -> None:
    def fail() -> str:
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"):
        attendant.attend("a", fail, lambda: None)
