"""Browsers that listen: told by one thread, let go when they hang up, and never waited for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from syncd.errors import LedgerError
from syncd.page import streams as page_streams
from syncd.page.streams import Streams

AT_ONCE = 0.01


class Seen:
    """What there is to be seen; `looked` is set at each look."""

    def __init__(self) -> None:
        self.now = "nothing"
        self.looked = threading.Event()
        self.is_damaged = False

    def look(self) -> str:
        self.looked.set()
        if self.is_damaged:
            raise LedgerError("damaged")
        return self.now


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def streams(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> Iterator[Streams]:
    # Nobody hears of a hang-up by writing.
    monkeypatch.setattr(page_streams, "_BEAT", 1_000_000)
    streams = Streams(seen.look, AT_ONCE)
    yield streams
    streams.close()


@pytest.fixture
def browsers() -> Iterator[ExitStack]:
    with ExitStack() as browsers:
        yield browsers


def listen(streams: Streams, browsers: ExitStack) -> socket.socket:
    ours, theirs = socket.socketpair()
    browsers.enter_context(theirs)
    theirs.settimeout(10)
    streams.add(ours)
    return theirs


def hear(browser: socket.socket, words: bytes) -> bytes:
    """Listen until these words come; return all that came."""
    heard = b""
    while words not in heard:
        part = browser.recv(100)
        assert part, heard
        heard += part
    return heard


def count_threads() -> int:
    return sum(thread.name == "page events" for thread in threading.enumerate())


def wait_until_nobody_is_told(streams: Streams) -> None:
    """Join the thread that tells browsers, as long as there is one."""
    thread = streams._thread
    if thread is not None:
        thread.join(10)
        assert not thread.is_alive()


def test_every_browser_is_told_of_a_change_by_one_thread(
    streams: Streams, seen: Seen, browsers: ExitStack
) -> None:
    before = count_threads()
    listening = [listen(streams, browsers) for _ in range(5)]
    assert [hear(each, b"retry: 5000\n\n") for each in listening]
    assert count_threads() == before + 1

    seen.now = "a run"

    for each in listening:
        assert hear(each, b"event: changed") == b"event: changed\ndata: \n\n"


def test_what_changes_while_nobody_was_told_yet_is_told(
    streams: Streams, seen: Seen, browsers: ExitStack
) -> None:
    first = listen(streams, browsers)
    seen.now = "a run"
    hear(first, b"event: changed")

    # It has seen the run on its own page.
    second = listen(streams, browsers)
    seen.now = "another run"

    assert hear(second, b"changed") == b"retry: 5000\n\nevent: changed\ndata: \n\n"


def test_a_quiet_connection_is_kept_by_a_line_and_a_change_is_told_once(
    streams: Streams, seen: Seen, browsers: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_streams, "_BEAT", 2)
    browser = listen(streams, browsers)
    assert hear(browser, b"here\n\n").startswith(b"retry: 5000\n\n: still here\n\n")

    seen.now = "a run"

    assert hear(browser, b"changed")
    assert b"changed" not in hear(browser, b": still here\n\n").removeprefix(b"\ndata: \n\n")


def test_without_browsers_there_is_no_thread_and_the_next_one_is_served(
    streams: Streams, seen: Seen, browsers: ExitStack
) -> None:
    for _ in range(2):
        browser = listen(streams, browsers)
        hear(browser, b"retry")

        browser.close()
        wait_until_nobody_is_told(streams)
        assert streams._thread is None

    seen.now = "a run"
    again = listen(streams, browsers)
    seen.now = "another run"
    assert hear(again, b"changed")


def test_too_many_are_turned_away_until_one_hangs_up(
    streams: Streams, seen: Seen, browsers: ExitStack
) -> None:
    listening = [listen(streams, browsers) for _ in range(page_streams.MOST)]
    assert listen(streams, browsers).recv(100) == b""

    listening[0].close()
    while not streams.has_room:
        seen.looked.clear()
        assert seen.looked.wait(10)

    hear(listen(streams, browsers), b"retry")


def test_who_reads_nothing_holds_up_nobody(
    streams: Streams, seen: Seen, browsers: ExitStack
) -> None:
    deaf = listen(streams, browsers)
    ours = streams._listeners[0].connection
    with pytest.raises(BlockingIOError):
        while True:
            ours.send(b":" * 1000)
    other = listen(streams, browsers)

    seen.now = "a run"

    assert hear(other, b"changed")
    rest = b"".join(iter(lambda: deaf.recv(65536), b""))
    assert b"changed" not in rest


def test_a_ledger_that_cannot_be_read_ends_no_stream(
    streams: Streams, seen: Seen, browsers: ExitStack
) -> None:
    browser = listen(streams, browsers)
    seen.is_damaged = True
    seen.looked.clear()
    assert seen.looked.wait(10)

    seen.is_damaged, seen.now = False, "a run"

    assert hear(browser, b"changed")


def test_who_comes_while_the_ledger_cannot_be_read_is_hung_up_on_and_comes_again(
    streams: Streams, seen: Seen, browsers: ExitStack
) -> None:
    seen.is_damaged = True
    assert listen(streams, browsers).recv(100) == b""

    seen.is_damaged = False

    assert hear(listen(streams, browsers), b"retry")


def test_the_end_hangs_up(streams: Streams, browsers: ExitStack) -> None:
    browser = listen(streams, browsers)

    streams.close()

    assert b"".join(iter(lambda: browser.recv(100), b"")) == b"retry: 5000\n\n"
    assert listen(streams, browsers).recv(100) == b""
