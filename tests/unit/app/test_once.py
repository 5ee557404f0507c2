"""One pass over the drop folders."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import pytest

from syncd.app.once import FolderPass, OnceReport, read_named
from syncd.config import file_library_settings
from syncd.inbox import open_export
from syncd.inbox.claims import claim
from syncd.inbox.exports import Stamp
from syncd.sync.session import LibraryRun
from syncd.system.clock import SystemClock
from syncd.system.drives import Drives, SilentDriveError
from tests.fakes.deck import put
from tests.support.somebody import somebody_else


class Knows:
    """A library that has had nothing yet."""

    def is_known(self, _sha256: str, _folder: bytes) -> bool:
        return False


def test_a_folder_that_does_not_answer_is_named_and_the_others_are_gone_through(
    tmp_path: Path,
) -> None:
    drives, gate, silent = Drives(timedelta(seconds=1)), threading.Event(), tmp_path / "silent"
    with pytest.raises(SilentDriveError):
        drives.ask(silent, gate.wait)
    sound = tmp_path / "sound"
    sound.mkdir()
    put(sound, "a.ris")
    settings = file_library_settings(tmp_path / "library", silent)
    [folder] = settings.folders
    rests = replace(folder, settle=timedelta())
    settings = replace(settings, folders=(rests, replace(rests, path=sound)))
    runs = {name: cast("LibraryRun", Knows()) for name in folder.libraries}
    report = OnceReport()

    looked = FolderPass(settings, runs, SystemClock(), lambda _: None, drives)
    found = looked.gather(report)
    gate.set()
    looked.close()

    assert [str(export.name) for _, export in found] == ["a.ris"]
    assert report.skipped == [(str(silent), "the folder does not answer")]


def test_a_file_that_is_claimed_is_read_by_the_name_it_was_dropped_as(tmp_path: Path) -> None:
    path = put(tmp_path, "a.ris")
    content = path.read_bytes()
    claimed = claim(tmp_path, "a.ris", "0" * 64, Stamp.of(path.stat()))

    [export], unusable = read_named([path], 1 << 20)

    assert not path.exists()
    assert (export.path, export.dropped_as, unusable) == (claimed, path, [])
    with open_export(export) as stream:
        assert stream.read() == content


@pytest.fixture
def foreign() -> Iterator[Path]:
    """A folder where others get to, if they are let into it."""
    with TemporaryDirectory() as made:
        yield Path(made)


@pytest.mark.parametrize("mode", [0o755, 0o700])
def test_a_file_that_is_nowhere_in_a_folder_of_somebody_else_cannot_be_read(
    foreign: Path, mode: int
) -> None:
    (foreign / ".syncd" / "processing").mkdir(parents=True)
    foreign.chmod(mode)
    (foreign / ".syncd").chmod(0o700)

    with somebody_else():
        exports, [unusable] = read_named([foreign / "a.ris"], 1 << 20)

    assert exports == []
    assert unusable.path == foreign / "a.ris"


def test_a_file_that_is_nowhere_cannot_be_read(tmp_path: Path) -> None:
    exports, [unusable] = read_named([tmp_path / "a.ris"], 1 << 20)

    assert exports == []
    assert "No such file" in unusable.message
