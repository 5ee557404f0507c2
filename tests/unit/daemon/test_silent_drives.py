"""A drive on which reading an export does not end holds up neither its library nor the daemon."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.inbox import exports
from syncd.system import drives
from syncd.system.drives import Drives
from tests.fakes.deck import Muster, put
from tests.fakes.settings import make_folder
from tests.fakes.works import MemoryWork, wait_until

pytest_plugins = ("tests.support.mustering",)


class Drive:
    """A drive that hangs whoever reads these files until it answers again."""

    def __init__(self, read: Callable[[int, int], bytes]) -> None:
        self.files: set[int] = set()
        self.answers = threading.Event()
        self.asked = 0
        self._read = read

    def read(self, descriptor: int, size: int) -> bytes:
        if os.fstat(descriptor).st_ino in self.files:
            self.asked += 1
            self.answers.wait()
        return self._read(descriptor, size)


@pytest.fixture
def drive(monkeypatch: pytest.MonkeyPatch) -> Iterator[Drive]:
    made = Drive(drives.read_some)
    monkeypatch.setattr(drives, "read_some", made.read)
    monkeypatch.setattr(exports, "_DRIVES", Drives(timedelta(milliseconds=100)))
    yield made
    made.answers.set()


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    hung, sound = tmp_path / "hung", tmp_path / "sound"
    for folder in (hung, sound):
        folder.mkdir()
    return hung, sound


def test_the_exports_of_other_folders_are_delivered_and_the_folder_is_named(
    muster: Muster, work: MemoryWork, drive: Drive, folders: tuple[Path, Path]
) -> None:
    hung, sound = folders
    drive.files = {put(hung, name).stat().st_ino for name in ("a.ris", "b.ris")}
    put(sound, "c.ris")
    deck = muster([work], [make_folder(hung), make_folder(sound)])

    assert work.waits_for(1)
    put(sound, "later.ris")
    assert work.waits_for(2)

    assert wait_until(lambda: deck.folder()["state"] == "waiting")
    assert "does not answer" in deck.folder()["message"]
    assert drive.asked == 1


def test_once_it_answers_what_lies_there_is_delivered(
    muster: Muster, work: MemoryWork, drive: Drive, folders: tuple[Path, Path]
) -> None:
    hung, _ = folders
    drive.files = {put(hung, "a.ris").stat().st_ino}
    deck = muster([work], [make_folder(hung)])
    assert wait_until(lambda: deck.folder()["state"] == "waiting")
    for _ in range(5):
        # However often it is looked at meanwhile.
        deck.crew.rescan()

    drive.answers.set()
    assert wait_until(lambda: not exports.is_silent(hung))
    deck.crew.rescan()

    assert work.waits_for(1)
    assert wait_until(lambda: deck.folder()["state"] == "ok")


def test_the_daemon_ends_while_a_read_does_not(
    muster: Muster,
    work: MemoryWork,
    drive: Drive,
    folders: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exports, "_DRIVES", Drives(timedelta(hours=1)))
    hung, _ = folders
    drive.files = {put(hung, "a.ris").stat().st_ino}
    deck = muster([work], [make_folder(hung)])
    assert wait_until(lambda: drive.asked)

    deck.crew.stop()

    assert wait_until(deck.crew.is_over)
