"""Reading from a drive that may not answer."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.errors import InputError
from syncd.inbox import ChangedError, Export, exports, open_export
from syncd.inbox.exports import Stamp, open_regular
from syncd.system.drives import Drives, SilentDriveError
from tests.fakes.works import wait_until


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    made = threading.Event()
    yield made
    made.set()


@pytest.fixture
def drives(monkeypatch: pytest.MonkeyPatch) -> Drives:
    made = Drives(timedelta(milliseconds=20))
    monkeypatch.setattr(exports, "_DRIVES", made)
    return made


def opened(path: Path) -> tuple[int, os.stat_result]:
    return open_regular(path)


def test_a_file_is_read_and_sought_as_any_other(tmp_path: Path) -> None:
    path = tmp_path / "a.ris"
    path.write_bytes(b"0123456789")

    file, status = Drives().open(tmp_path, lambda: opened(path))

    assert Stamp.of(status).size == 10
    assert file.read(4) == b"0123"
    assert (file.seek(-2, os.SEEK_END), file.read(), file.tell()) == (8, b"89", 10)
    file.close()
    assert file.closed


def test_a_file_that_is_opened_too_late_is_closed_and_its_folder_then_answers(
    tmp_path: Path, drives: Drives, gate: threading.Event
) -> None:
    path = tmp_path / "a.ris"
    path.write_bytes(b"x")
    descriptors: list[int] = []

    def open_slowly() -> tuple[int, os.stat_result]:
        gate.wait()
        found = opened(path)
        descriptors.append(found[0])
        return found

    with pytest.raises(SilentDriveError):
        drives.open(tmp_path, open_slowly)
    assert drives.is_silent(tmp_path)
    assert not drives.is_silent(tmp_path / "other")
    gate.set()

    assert wait_until(lambda: not drives.is_silent(tmp_path))
    assert wait_until(lambda: descriptors and is_closed(descriptors[0]))


def is_closed(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return True
    return False


def test_a_folder_answers_where_it_says_anything_at_all(
    tmp_path: Path, drives: Drives, gate: threading.Event
) -> None:
    with pytest.raises(SilentDriveError):
        drives.ask(tmp_path / "silent", gate.wait)

    assert not drives.answers(tmp_path / "silent")
    assert drives.answers(tmp_path)
    assert drives.answers(tmp_path / "not there")


def test_an_export_of_a_silent_folder_is_looked_at_again_and_not_rejected(
    tmp_path: Path, drives: Drives, gate: threading.Event
) -> None:
    path = tmp_path / "a.ris"
    path.write_bytes(b"x")
    export = Export(path, tmp_path, Path("a.ris"), "0" * 64, Stamp.of(path.stat()))

    def never() -> tuple[int, os.stat_result]:
        gate.wait()
        raise FileNotFoundError

    with pytest.raises(SilentDriveError):
        drives.open(tmp_path, never)

    with pytest.raises(ChangedError, match="does not answer"):
        open_export(export)


def test_what_cannot_be_opened_says_why(tmp_path: Path, drives: Drives) -> None:
    folder = tmp_path / "a.ris"
    folder.mkdir()
    export = Export(folder, tmp_path, Path("a.ris"), "0" * 64, Stamp.of(folder.stat()))

    with pytest.raises(InputError, match="a folder, not a file"):
        open_export(export)
