"""A pause is kept when it is asked for, and does not keep work from ever being done."""

from __future__ import annotations

from datetime import timedelta

from adapters.patience import Patience
from tests.fakes.zotero_server.adapter import StillClock

PAUSE = timedelta(seconds=30)


class Server:
    """A server that asks for a pause on every answer, and a client that keeps it."""

    def __init__(self) -> None:
        self.clock = StillClock()
        self.patience = Patience(self.clock)

    def work(self, wanted: int) -> int:
        """Make requests until told to wait; return how many were made."""
        made = 0
        while made < wanted and self.patience.left() is None:
            self.patience.begin_request()
            self.patience.ask(PAUSE)
            made += 1
        return made

    def wait(self, long: timedelta = PAUSE) -> None:
        self.clock.passed += long


def test_nothing_is_waited_for_where_nothing_was_asked() -> None:
    patience = Patience(StillClock())

    for _ in range(100):
        patience.begin_request()

    assert patience.left() is None


def test_a_pause_is_kept_at_once_by_a_client_that_has_been_at_work() -> None:
    server = Server()
    for _ in range(20):
        server.patience.begin_request()

    server.patience.ask(PAUSE)

    assert server.patience.left() == PAUSE


def test_what_has_just_begun_may_be_finished() -> None:
    assert Server().work(999) == 8


def test_each_stretch_is_twice_as_long_while_the_server_goes_on_asking() -> None:
    server = Server()

    stretches = []
    for _ in range(6):
        stretches.append(server.work(999))
        server.wait()

    assert stretches == [8, 16, 32, 64, 64, 64]


def test_a_pause_that_nobody_had_to_keep_starts_anew() -> None:
    server = Server()
    for _ in range(3):
        server.work(999)
        server.wait()
    assert server.work(1) == 1
    server.wait()

    assert server.work(999) == 8


def test_a_server_that_had_not_asked_for_long_is_believed_anew() -> None:
    server = Server()
    for _ in range(4):
        server.work(999)
        server.wait()
    server.wait(timedelta(minutes=11))

    assert server.work(999) == 8
