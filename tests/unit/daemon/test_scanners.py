"""A folder that does not answer holds up nothing but itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.daemon.board import Board
from syncd.daemon.scanners import Scanners
from syncd.daemon.work import Offered
from syncd.inbox import Export, Inbox, ScanResult
from syncd.system.clock import SystemClock
from tests.fakes.settings import make_folder
from tests.fakes.works import wait_until

_SILENCE = timedelta(milliseconds=50)


class _NetworkInbox(Inbox):
    """A folder on a drive whose server may be gone."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            make_folder(folder),
            max_file_size=1 << 20,
            clock=SystemClock(),
            is_known=lambda _: False,
        )
        self.answers = threading.Event()

    def scan(self) -> ScanResult:
        self.answers.wait()
        return super().scan()


class _Desk:
    """Two scanners, one folder each, and what they hand on."""

    def __init__(self, tmp_path: Path) -> None:
        self.names: list[str] = []
        self.board = Board(SystemClock().now(), lambda: None)
        self.inboxes = [_inbox(tmp_path, "hung"), _inbox(tmp_path, "sound")]
        self.failures: list[BaseException] = []
        self.scanners = Scanners(
            self.inboxes,
            {"mine": self._take},
            SystemClock(),
            self.board,
            self.failures.append,
            _SILENCE,
        )
        self.board.begin({}, [inbox.folder.path for inbox in self.inboxes])

    def _take(self, export: Export) -> Offered:
        self.names.append(export.path.name)
        return Offered(has_room=True)

    def shown(self, name: str) -> dict[str, Any]:
        folders: list[dict[str, Any]] = self.board.document()["folders"]
        return next(each for each in folders if Path(each["path"]).name == name)

    def is_named(self, name: str) -> bool:
        self.scanners.show_silent()
        return "does not answer since" in self.shown(name)["message"]


def _inbox(tmp_path: Path, name: str) -> _NetworkInbox:
    folder = tmp_path / name
    folder.mkdir()
    (folder / f"{name}.ris").write_text("TY  - JOUR\nTI  - x\nER  - \n")
    return _NetworkInbox(folder)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[_Desk]:
    made = _Desk(tmp_path)
    hung, sound = made.inboxes
    sound.answers.set()
    made.scanners.start()
    yield made
    hung.answers.set()
    made.scanners.stop()
    assert wait_until(made.scanners.is_over)
    assert made.failures == []


def test_a_folder_that_does_not_answer_is_named_and_the_others_are_served(desk: _Desk) -> None:
    assert wait_until(lambda: desk.names == ["sound.ris"])

    assert wait_until(lambda: desk.is_named("hung"))

    assert desk.shown("hung")["state"] == "waiting"
    assert not desk.is_named("sound")
    assert desk.shown("sound")["state"] == "ok"


def test_a_folder_that_answers_again_is_served_and_shown_as_it_is(desk: _Desk) -> None:
    assert wait_until(lambda: desk.is_named("hung"))

    desk.inboxes[0].answers.set()

    assert wait_until(lambda: sorted(desk.names) == ["hung.ris", "sound.ris"])
    assert wait_until(lambda: desk.shown("hung")["state"] == "ok")
    assert not desk.is_named("hung")


def test_a_folder_that_does_not_answer_does_not_keep_the_daemon_from_ending(desk: _Desk) -> None:
    assert wait_until(lambda: desk.is_named("hung"))

    desk.scanners.stop()

    assert wait_until(desk.scanners.is_over)
