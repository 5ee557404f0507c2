"""The teller: by each way, each day, and never in anybody's way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.notify.background import Background
from syncd.notify.telling import Teller
from syncd.notify.watch import Watch
from syncd.settings import Cron, NotifySettings
from syncd.system.clock import SystemClock
from tests.support.listeners import WebListener, wait_for

MORNING = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)


class Day(SystemClock):
    """A clock that is put where a test wants it."""

    def __init__(self) -> None:
        self.at = MORNING

    def now(self) -> datetime:
        return self.at

    def elapsed(self) -> timedelta:
        return self.at - MORNING


def status(state: str = "ok", held: int = 0, reconciled: str | None = None) -> dict[str, Any]:
    library = {
        "name": "mine",
        "state": state,
        "message": "",
        "held": held,
        "pending": 0,
        "queued_files": 0,
        "last_reconcile_at": reconciled,
    }
    return {"message": "", "libraries": [library]}


@pytest.fixture
def web() -> Iterator[WebListener]:
    listener = WebListener()
    yield listener
    listener.close()


@pytest.fixture
def clock() -> Day:
    return Day()


@pytest.fixture
def settings(tmp_path: Path, web: WebListener) -> NotifySettings:
    path = tmp_path / "ping"
    path.write_text(f"{web.url}/ping")
    path.chmod(0o600)
    return NotifySettings(webhook=f"{web.url}/hook", ping_file=path, digest=Cron("0 8 * * *"))


@pytest.fixture
def teller(settings: NotifySettings, clock: Day) -> Iterator[Teller]:
    teller = Teller(settings, "UTC", clock, lambda _library: ())
    yield teller
    teller.close()


def paths(web: WebListener) -> list[str]:
    return [had.path for had in web.had]


def test_a_change_is_told_of(teller: Teller, web: WebListener) -> None:
    teller.look(status())
    teller.look(status("refused"))

    wait_for(web.had)
    assert web.had[0].body["kind"] == "refused"


def test_the_digest_comes_once_a_day_if_anything_waits(
    teller: Teller, web: WebListener, clock: Day
) -> None:
    teller.look(status(held=2))
    clock.at = MORNING + timedelta(hours=1, minutes=1)
    teller.look(status(held=2))
    teller.look(status(held=2))
    clock.at += timedelta(days=1)
    teller.look(status())
    clock.at += timedelta(days=1)
    teller.look(status(held=0))
    teller.look(status(held=1))

    wait_for(web.had, 2)
    assert [had.body["kind"] for had in web.had] == ["digest", "questions"]


def test_a_reconcile_that_leaves_all_well_is_followed_by_a_ping(
    teller: Teller, web: WebListener
) -> None:
    teller.look(status(reconciled="2026-03-01T06:00:00+00:00"))
    teller.look(status(reconciled="2026-03-01T07:00:00+00:00"))
    teller.look(status(reconciled="2026-03-01T07:00:00+00:00"))
    teller.look(status("late", reconciled="2026-03-01T08:00:00+00:00"))

    wait_for(web.had, 2)
    # The last look is told of, and followed by no ping.
    assert paths(web) == ["/ping", "/hook"]


def test_a_way_that_fails_is_said_once_until_it_works(
    settings: NotifySettings, web: WebListener, clock: Day, caplog: pytest.LogCaptureFixture
) -> None:
    command = ("/nonexistent/program",)
    teller = Teller(replace(settings, command=command), "UTC", clock, lambda _library: ())
    with caplog.at_level(logging.WARNING):
        teller.look(status("refused"))
        teller.look(status("paused"))
        wait_for(web.had, 2)

    assert caplog.text.count("nobody was told by command") == 1
    teller.close()


def test_nobody_waits_for_who_is_told_and_too_much_is_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    held_up = threading.Event()
    did: list[int] = []
    background = Background("a test")

    def wait() -> None:
        held_up.wait(20)

    background.do(wait)
    with caplog.at_level(logging.WARNING):
        for number in range(2000):
            background.do(lambda number=number: did.append(number))  # type: ignore[misc]
    held_up.set()
    wait_for(did, 999)
    background.close()
    background.do(lambda: did.append(-1))

    assert did == list(range(len(did)))
    assert "left out" in caplog.text


def test_a_bug_of_one_who_watches_keeps_the_others_watching(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen: list[Any] = []

    def fail(_document: object) -> None:
        raise ZeroDivisionError

    watch = Watch([fail, seen.append], apart=timedelta())
    watch.observe({"number": 1})
    wait_for(seen, 1)
    watch.observe({"number": 2})
    wait_for(seen, 2)
    watch.stir()
    wait_for(seen, 3)
    watch.close()

    assert [each["number"] for each in seen] == [1, 2, 2]
    assert "this is a bug" in caplog.text


def test_the_status_is_looked_at_again_though_nothing_changes() -> None:
    seen: list[Any] = []
    watch = Watch([seen.append], every=timedelta(milliseconds=10), apart=timedelta())

    watch.observe({"number": 1})

    wait_for(seen, 3)
    watch.close()


def test_without_watchers_there_is_no_thread() -> None:
    before = threading.active_count()

    Watch([]).observe({"number": 1})

    assert threading.active_count() == before
