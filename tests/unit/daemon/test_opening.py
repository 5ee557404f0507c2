"""A daemon that starts on a full disk."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.control.protocol import ask
from syncd.control.status import is_served, read_status
from syncd.control.wire import ONCE
from syncd.daemon.opening import Opening
from syncd.errors import CommandError, LedgerError
from syncd.ledger.store import Ledger
from syncd.system.clock import SystemClock
from syncd.system.sd_notify import Notifier
from syncd.system.state_lock import StateLock

FULL = LedgerError("the disk is full", passing=True)


class Manager(Notifier):
    """A service manager that keeps what it hears."""

    def __init__(self) -> None:
        super().__init__({})
        self.heard: list[tuple[str, timedelta]] = []

    def waiting(self, status: str, longest: timedelta) -> None:
        self.heard.append((status, longest))


class Disk:
    """Has no room while the steps that a test gives are gone through."""

    def __init__(self, state: Path, *steps: Callable[[], object]) -> None:
        self._state = state
        self._steps = list(steps)
        self.manager = Manager()

    def _open(self) -> Ledger:
        if not self._steps:
            return Ledger.open("", self._state, SystemClock())
        self._steps.pop(0)()
        raise FULL

    def open(self) -> Ledger | None:
        every = timedelta(milliseconds=1)
        opening = Opening(
            self._state, SystemClock(), lambda _: 74, notifier=self.manager, every=every
        )
        return opening.open(self._open)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    with StateLock(tmp_path / "state", "run"):
        yield tmp_path / "state"


def _nothing() -> None: ...


def test_a_full_disk_at_the_start_is_waited_for(state: Path) -> None:
    disk = Disk(state, _nothing, _nothing, _nothing)

    ledger = disk.open()

    assert ledger is not None
    ledger.close()
    assert len(disk.manager.heard) == 3
    assert "make room on its disk" in disk.manager.heard[0][0]
    assert disk.manager.heard[0][1] > timedelta(milliseconds=1)


def test_a_ledger_that_is_damaged_is_not_waited_for(state: Path) -> None:
    def damaged() -> None:
        raise LedgerError("damaged")

    with pytest.raises(LedgerError, match="damaged"):
        Disk(state, damaged).open()
    with pytest.raises(LedgerError, match="damaged"):
        Disk(state, _nothing, damaged).open()


def test_meanwhile_it_says_how_it_is_and_does_nothing_else(state: Path) -> None:
    told: list[object] = []

    def look() -> None:
        told.append(read_status(state))
        with pytest.raises(CommandError, match="make room on its disk") as caught:
            ask(state, ONCE)
        told.append(caught.value.code)

    ledger = Disk(state, _nothing, look).open()

    assert ledger is not None
    ledger.close()
    document, code = told
    assert isinstance(document, dict)
    assert document["running"]
    assert "the disk is full" in document["message"]
    assert code == 74


def test_one_that_had_no_room_for_its_name_is_known_by_its_answer(state: Path) -> None:
    told: list[object] = []

    def look() -> None:
        os.truncate(state / "lock", 0)
        told.extend([read_status(state)["running"], is_served(state)])

    ledger = Disk(state, _nothing, look).open()

    assert ledger is not None
    ledger.close()
    assert told == [True, True]
    assert not is_served(state)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_it_is_told_to(state: Path, number: signal.Signals) -> None:
    disk = Disk(state, _nothing, lambda: os.kill(os.getpid(), number), _nothing, _nothing)

    assert disk.open() is None
