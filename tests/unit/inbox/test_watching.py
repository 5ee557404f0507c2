"""Waking on changes, with real folders and the real watchdog."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchdog.observers.inotify_c import InotifyFD

from syncd.inbox.watching import Sight, Watched, Watcher


class Bell:
    """Counts notices and waits for them."""

    def __init__(self) -> None:
        self._rung = threading.Condition()
        self.count = 0

    def __call__(self, folder: Path) -> None:
        with self._rung:
            self.count += 1
            self._rung.notify_all()

    def rings(self, within: float = 3) -> bool:
        """Wait for a notice that was not waited for yet."""
        with self._rung:
            heard = self._rung.wait_for(lambda: self.count > 0, within)
            self.count = 0
            return heard

    def stays_silent(self) -> bool:
        return not self.rings(within=0.2)

    def fades(self) -> bool:
        """Wait until the last of several notices has come."""
        return any(self.stays_silent() for _ in range(20))


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "drop"
    path.mkdir()
    return path


Watch = Callable[..., Watcher]


@pytest.fixture
def watch(bell: Bell, folder: Path) -> Iterator[Watch]:
    watchers: list[Watcher] = []

    def start(path: Path = folder, *, recursive: bool = False, moves: bool = False) -> Watcher:
        watcher = Watcher([Watched(path, recursive, moves)], bell)
        watchers.append(watcher)
        watcher.check()
        bell.fades()  # what may have been there before
        return watcher

    yield start
    for watcher in watchers:
        watcher.stop()


def test_beginning_to_watch_is_a_reason_to_look(bell: Bell, folder: Path) -> None:
    watcher = Watcher([Watched(folder)], bell)
    watcher.check()
    try:
        assert bell.rings()
    finally:
        watcher.stop()


def test_a_file_that_is_written_renamed_linked_or_made_readable_wakes(
    bell: Bell, folder: Path, tmp_path: Path, watch: Watch
) -> None:
    (tmp_path / "outside.ris").write_text("x")
    watch()

    (folder / "a.ris").write_text("x")
    assert bell.rings()
    assert bell.fades()
    (folder / "a.ris").rename(folder / "b.ris")
    assert bell.rings()
    (folder / "c.ris").hardlink_to(tmp_path / "outside.ris")
    assert bell.rings()
    (tmp_path / "outside.ris").rename(folder / "d.ris")
    assert bell.rings()
    (folder / "b.ris").chmod(0o600)
    assert bell.rings()


def test_reading_unfinished_names_and_what_is_not_ours_do_not_wake(
    bell: Bell, folder: Path, watch: Watch
) -> None:
    (folder / "a.ris").write_text("x")
    (folder / "sub").mkdir()
    watch()

    (folder / "a.ris").read_text()
    (folder / "b.ris.crdownload").write_text("x")
    (folder / "sub" / "c.ris").write_text("x")
    (folder / "another").mkdir()

    assert bell.stays_silent()


def test_subfolders_wake_where_they_are_searched(bell: Bell, folder: Path, watch: Watch) -> None:
    (folder / "old").mkdir()
    watch(recursive=True)

    (folder / "old" / "a.ris").write_text("x")
    assert bell.rings()
    (folder / "new" / "deep").mkdir(parents=True)
    assert bell.rings()
    assert bell.fades()
    (folder / "new" / "deep" / "b.ris").write_text("x")
    assert bell.rings()


def test_moving_files_about_does_not_wake_ourselves(bell: Bell, folder: Path, watch: Watch) -> None:
    for name in ("done", "failed", ".syncd"):
        (folder / name).mkdir()
    watch(recursive=True, moves=True)

    for name in ("done", "failed", ".syncd"):
        (folder / name / "a.ris").write_text("x")

    assert bell.stays_silent()


def test_a_linked_folder_wakes(bell: Bell, folder: Path, tmp_path: Path, watch: Watch) -> None:
    (tmp_path / "link").symlink_to(folder)
    watch(tmp_path / "link")

    (folder / "a.ris").write_text("x")

    assert bell.rings()


def test_a_folder_removed_and_made_again_wakes_again(
    bell: Bell, folder: Path, watch: Watch
) -> None:
    watcher = watch()
    folder.rmdir()
    assert bell.rings()
    watcher.check()
    assert watcher.sight(folder) == (Sight.NONE, "")

    folder.mkdir()
    watcher.check()

    assert bell.rings()
    assert watcher.sight(folder) == (Sight.EVENTS, "")
    (folder / "a.ris").write_text("x")
    assert bell.rings()


def test_a_folder_that_is_replaced_by_another_wakes_again(
    bell: Bell, folder: Path, tmp_path: Path, watch: Watch
) -> None:
    watcher = watch()
    folder.rename(tmp_path / "away")
    folder.mkdir()

    watcher.check()

    assert bell.rings()
    (folder / "a.ris").write_text("x")
    assert bell.rings()
    assert bell.fades()
    (tmp_path / "away" / "b.ris").write_text("x")
    assert bell.stays_silent()


def test_a_folder_that_comes_later_is_watched_then(
    bell: Bell, tmp_path: Path, watch: Watch
) -> None:
    late = tmp_path / "late"
    watcher = watch(late)
    assert watcher.sight(late) == (Sight.NONE, "")

    late.mkdir()
    watcher.check()

    assert bell.rings()
    assert watcher.sight(late) == (Sight.EVENTS, "")


def test_a_dead_reader_thread_is_replaced(bell: Bell, folder: Path, watch: Watch) -> None:
    before = set(threading.enumerate())
    watcher = watch()
    (reader,) = (
        thread for thread in set(threading.enumerate()) - before if isinstance(thread, InotifyFD)
    )
    reader.stop()
    reader.join()
    (folder / "lost.ris").write_text("x")
    assert bell.stays_silent()

    watcher.check()

    assert bell.rings()
    (folder / "a.ris").write_text("x")
    assert bell.rings()


def test_a_notice_that_fails_does_not_silence_the_watcher(folder: Path) -> None:
    calls: list[Path] = []

    def fail(path: Path) -> None:
        calls.append(path)
        if len(calls) > 1:
            raise RuntimeError("a bug of ours")

    watcher = Watcher([Watched(folder)], fail)
    watcher.check()
    try:
        for number in range(3):
            heard = len(calls)
            (folder / f"{number}.ris").write_text("x")
            deadline = time.monotonic() + 3
            while len(calls) == heard and time.monotonic() < deadline:
                time.sleep(0.01)
            assert len(calls) > heard
            time.sleep(0.05)
    finally:
        watcher.stop()


LIMITED = """
import logging, sys
from pathlib import Path
from syncd.inbox.watching import Watched, Watcher
logging.basicConfig(format="%(message)s")
limit, recursive, folder = Path(sys.argv[1]), sys.argv[2] == "recursive", Path(sys.argv[3])
before = limit.read_text()
limit.write_text(sys.argv[4])
rung = []
watcher = Watcher([Watched(folder, recursive)], rung.append)
watcher.check(); watcher.check()
print(*watcher.sight(folder))
limit.write_text(before)
watcher.check()
print(*watcher.sight(folder), len(rung))
"""


@pytest.mark.parametrize(
    ("limit", "value", "depth"),
    [
        ("max_inotify_watches", "0", ""),
        ("max_inotify_instances", "0", ""),
        ("max_inotify_watches", "2", "recursive"),
    ],
)
def test_where_the_kernels_limits_are_used_up_the_folder_is_polled_until_they_are_not(
    folder: Path, limit: str, value: str, depth: str
) -> None:
    for number in range(3):
        (folder / str(number)).mkdir()
    command = [sys.executable, "-c", LIMITED, f"/proc/sys/user/{limit}", depth, str(folder), value]
    probe = subprocess.run(["unshare", "-Ur", "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("user namespaces are not allowed here")

    ran = subprocess.run(
        ["unshare", "-Ur", *command], capture_output=True, text=True, check=True, cwd=os.getcwd()
    )

    polled, armed = ran.stdout.splitlines()
    assert polled.startswith("Sight.POLLING fs.inotify.max_user_")
    assert armed == "Sight.EVENTS  1"
    assert ran.stderr.count("polling") == 1


def test_a_filesystem_that_hides_changes_is_polled(
    folder: Path, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from syncd.inbox import watching as room
    from syncd.system.filesystems import Filesystem

    monkeypatch.setattr(room, "filesystem_of", lambda path: Filesystem("nfs4", str(path)))
    watcher = Watcher([Watched(folder)], bell)

    watcher.check()

    assert watcher.sight(folder) == (Sight.POLLING, "nfs4 does not report what others change")
