"""Drop folders with a hard life: what befalls them, and what the daemon makes of it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.config import load_settings
from syncd.control.status import read_status
from syncd.errors import ConfigError
from syncd.inbox import FolderState, Inbox, why_not_movable
from syncd.inbox.claims import claim
from syncd.inbox.exports import Stamp
from syncd.settings import After, FolderSettings
from syncd.system.clock import SystemClock
from tests.fakes.deck import ENTRY, Muster, mustered, put
from tests.fakes.running import Running
from tests.fakes.settings import make_folder
from tests.fakes.works import MemoryWork, wait_until
from tests.support.somebody import somebody_else

pytest_plugins = ("tests.support.mustering",)

needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="mounting, or becoming another, needs root"
)


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd.daemon.scanner.POLLING", timedelta(seconds=0.1))
    monkeypatch.setattr("syncd.daemon.scanner.SUPERVISION", timedelta(seconds=0.1))
    monkeypatch.setattr("syncd.inbox.scan.RETRY", timedelta(seconds=0.1))


@contextmanager
def mounted(place: Path, *options: str) -> Iterator[None]:
    """Have a filesystem of its own at this place."""
    command = ["mount", "-t", "tmpfs", *options, "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


# --- the folder itself


def test_a_folder_renamed_away_and_replaced_is_the_new_one(
    muster: Muster, work: MemoryWork, drop: Path, tmp_path: Path
) -> None:
    put(drop, "a.ris")
    muster([work], [make_folder(drop)])
    assert work.waits_for(1)

    drop.rename(tmp_path / "away")
    drop.mkdir()
    put(drop, "b.ris")

    assert work.waits_for(2)
    put(tmp_path / "away", "c.ris")
    put(drop, "d.ris")
    assert work.waits_for(3)
    assert [name for run in work.runs for name in run] == ["a.ris", "b.ris", "d.ris"]


def test_a_folder_that_becomes_a_link_is_followed_and_watched_there(
    muster: Muster, work: MemoryWork, drop: Path, tmp_path: Path
) -> None:
    deck = muster([work], [make_folder(drop)])
    cloud = tmp_path / "cloud"
    cloud.mkdir()
    put(cloud, "a.ris")

    drop.rmdir()
    drop.symlink_to(cloud)

    assert work.waits_for(1)
    assert wait_until(lambda: deck.folder()["watching"] == "events")
    put(cloud, "b.ris")
    assert work.waits_for(2)


@needs_root
def test_an_unmounted_folder_waits_and_goes_on_when_it_is_back(
    muster: Muster, work: MemoryWork, drop: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    deck = muster([work], [make_folder(drop)])
    with mounted(disk):
        put(disk, "a.ris")
        with bound(disk, drop):
            assert work.waits_for(1)
        assert wait_until(lambda: deck.folder()["state"] == "waiting")
        assert deck.folder()["message"] == "nothing is mounted here any more"

        put(disk, "b.ris")
        with bound(disk, drop):
            assert work.waits_for(2)
            assert wait_until(lambda: deck.folder()["state"] == "ok")

    assert [name for run in work.runs for name in run] == ["a.ris", "b.ris"]


@contextmanager
def bound(source: Path, place: Path) -> Iterator[None]:
    subprocess.run(["mount", "--bind", str(source), str(place)], check=True)
    try:
        yield
    finally:
        # A file that was just read may take a moment to be closed.
        assert wait_until(lambda: subprocess.run(["umount", str(place)]).returncode == 0)


@needs_root
def test_a_watched_folder_does_not_keep_a_disk_from_being_unmounted(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    with mounted(drop):
        put(drop, "a.ris")
        deck = muster([work], [make_folder(drop)])
        assert work.waits_for(1)
        assert wait_until(lambda: deck.library()["queued_files"] == 0)

        # A look at the folder may be going on; nothing holds it for longer than that.
        umount = ["umount", str(drop)]
        assert wait_until(lambda: subprocess.run(umount, check=False).returncode == 0)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(drop)], check=True)


def test_two_daemons_that_move_files_of_one_folder_are_told_apart(
    muster: Muster, work: MemoryWork, drop: Path, tmp_path: Path
) -> None:
    folder = make_folder(drop, after=After.MOVE)
    second_work = MemoryWork()
    first = muster([work], [folder])
    assert wait_until(lambda: first.folder()["state"] == "ok")

    with mustered(tmp_path / "second", [second_work], [folder]) as second:
        assert wait_until(lambda: second.folder()["state"] == "busy")
        put(drop, "a.ris")
        assert wait_until(lambda: (drop / "done" / "a.ris").exists())

    assert (len(work.runs), len(second_work.runs)) == (1, 0)


@needs_root
def test_a_processing_folder_on_another_filesystem_is_refused_beforehand(drop: Path) -> None:
    (drop / ".syncd").mkdir()
    assert why_not_movable(drop) is None

    with mounted(drop / ".syncd"):
        assert "another filesystem" in str(why_not_movable(drop))


@needs_root
def test_a_folder_that_is_mounted_read_only_names_the_line_that_opens_it(drop: Path) -> None:
    with mounted(drop):
        subprocess.run(["mount", "-o", "remount,ro", str(drop)], check=True)
        told = str(why_not_movable(drop))

    assert f"ReadWritePaths={drop}" in told
    assert "mounted read-only" in told


@needs_root
def test_a_folder_that_may_not_be_written_says_who_can_let_it(drop: Path) -> None:
    drop.chmod(0o755)
    with somebody_else():
        told = str(why_not_movable(drop))

    assert "SupplementaryGroups=" in told


@needs_root
def test_a_folder_of_others_makes_no_configuration_wrong() -> None:
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        base.chmod(0o755)
        closed = base / "closed"
        (closed / "drop").mkdir(parents=True)
        library = '[[library]]\nname = "lab"\nadapter = "file"\npath = "/srv/lab"\n'
        folder = '[[folder]]\npath = "{}"\nlibrary = "lab"\nafter = "move"\n'
        places = [closed / "drop", base / "none"]
        config = base / "syncd.toml"
        config.write_text(library + "".join(map(folder.format, places)))
        closed.chmod(0o700)
        load_settings(config)  # what Python loads for it, somebody else may not be able to

        with somebody_else():
            settings = load_settings(config)

    assert [each.path for each in settings.folders] == places


@needs_root
def test_a_configuration_that_is_closed_to_its_reader_says_so() -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        config = Path(name, "syncd.toml")
        config.touch(mode=0o600)
        with pytest.raises(ConfigError):
            load_settings(config)  # what Python loads for it, somebody else may not be able to

        with somebody_else(), pytest.raises(ConfigError) as told:
            load_settings(config)

    assert "have its owner let you read it" in str(told.value)
    assert "syncd init" not in str(told.value)


# --- the watching


def is_watching(daemon: Running) -> bool:
    folders = read_status(daemon.state)["folders"]
    return bool(folders) and folders[0]["watching"] == "events"


def test_not_one_file_is_missed_when_the_event_queue_overflows(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    daemon = Running(tmp_path, drop)
    try:
        assert wait_until(lambda: is_watching(daemon))
        daemon.send(signal.SIGSTOP)
        state = Path(f"/proc/{daemon.process.pid}/stat")
        assert wait_until(lambda: ") T " in state.read_text())
        limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
        files = limit // 2  # each is made, written and closed
        for number in range(files):
            put(drop, f"{number}.ris")
        daemon.send(signal.SIGCONT)

        kept = daemon.state / "kept"
        assert wait_until(lambda: len(list(kept.iterdir())) == files, within=60)
        assert wait_until(lambda: "overflow" in daemon.log.read_text(), within=20)
    finally:
        daemon.process.kill()
        daemon.process.wait()
        daemon.notify.close()


# --- files


def test_a_file_that_dribbles_in_is_taken_once_and_whole(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    muster([work], [make_folder(drop)])
    pieces = [b"TY  - JOUR\nTI  - one\nE", b"R  - \nTY  -", b" JOUR\nTI  - two\n", b"ER  - \n"]

    with (drop / "slow.ris").open("wb", buffering=0) as stream:
        for piece in pieces:
            stream.write(piece)
            # Longer than it takes to settle: only the missing ER says that there is more.
            time.sleep(0.15)

    assert work.waits_for(1)
    time.sleep(0.3)
    assert list(work.kept.values()) == [b"".join(pieces)]


def test_a_download_under_another_name_is_taken_when_it_is_renamed(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    muster([work], [make_folder(drop)])
    (drop / "export.ris").touch()  # what Firefox holds the place with
    part = put(drop, "export.ris.part")
    time.sleep(0.3)
    assert work.runs == []

    part.rename(drop / "export.ris")

    assert work.waits_for(1)
    assert work.runs == [["export.ris"]]


def test_an_editor_that_rewrites_and_replaces_leaves_one_delivery_for_each_content(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    muster([work], [make_folder(drop)])
    path = put(drop, "a.ris")
    assert work.waits_for(1)

    path.rename(drop / "a.ris~")
    put(drop, "b.part").rename(path)

    assert work.waits_for(2)
    time.sleep(0.3)
    assert len(work.runs) == 2


def test_a_file_that_is_truncated_while_it_is_read_is_taken_as_it_is_in_the_end(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    work.held_up.clear()
    path = put(drop, "a.ris")
    muster([work], [make_folder(drop)])
    assert work.does("deliver")

    path.write_bytes(ENTRY % b"shorter")
    work.held_up.set()

    assert work.waits_for(1)
    assert wait_until(lambda: ENTRY % b"shorter" in work.kept.values())
    assert len(work.kept) == 1


def test_a_thousand_pipes_do_not_hold_up_one_file(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    for number in range(1000):
        os.mkfifo(drop / f"{number}.ris")
    put(drop, "real.ris")

    deck = muster([work], [make_folder(drop)])

    assert work.waits_for(1)
    assert wait_until(lambda: deck.folder()["skipped_files"] == 1000)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may reach."""
    with tempfile.TemporaryDirectory() as base:
        os.chmod(base, 0o755)
        path = Path(base) / "drop"
        path.mkdir()
        yield path


def scan_twice(folder: FolderSettings) -> tuple[FolderState, str, list[str], dict[str, str]]:
    inbox = Inbox(folder, max_file_size=10_000, clock=SystemClock(), is_known=lambda _: False)
    inbox.scan()
    time.sleep(folder.settle.total_seconds() + 0.01)
    result = inbox.scan()
    inbox.close()
    names = [str(export.name) for export in result.ready]
    return result.state, result.message, names, dict(result.skipped)


@needs_root
def test_a_file_that_may_not_be_read_is_named_and_read_once_it_may(open_folder: Path) -> None:
    put(open_folder, "open.ris")
    put(open_folder, "closed.ris").chmod(0)
    folder = make_folder(open_folder, settle=0.05)

    with somebody_else():
        _, _, names, skipped = scan_twice(folder)
    (open_folder / "closed.ris").chmod(0o644)
    with somebody_else():
        _, _, later, _ = scan_twice(folder)

    assert (names, skipped) == (["open.ris"], {"closed.ris": "cannot be read: Permission denied"})
    assert later == ["closed.ris", "open.ris"]


@needs_root
def test_a_folder_that_may_not_be_read_is_a_state(open_folder: Path) -> None:
    open_folder.chmod(0)

    with somebody_else():
        state, message, _, _ = scan_twice(make_folder(open_folder))

    assert state is FolderState.WAITING
    assert "Permission denied" in message


@needs_root
def test_a_folder_that_may_not_be_written_is_served_unless_files_are_to_be_moved(
    open_folder: Path,
) -> None:
    put(open_folder, "a.ris")

    with somebody_else():
        _, _, left, _ = scan_twice(make_folder(open_folder, settle=0.05))
        state, message, _, _ = scan_twice(make_folder(open_folder, after=After.MOVE))

    assert left == ["a.ris"]
    assert state is FolderState.WAITING
    assert "right to write" in message


@needs_root
def test_a_disk_that_is_full_keeps_the_claim_and_puts_it_away_later(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    with mounted(drop, "-o", "size=64k,nr_inodes=8"):
        put(drop, "a.ris")
        fillers = []
        deck = muster([work], [make_folder(drop, after=After.MOVE)])
        work.held_up.clear()
        for number in range(10):
            try:
                fillers.append(drop / str(number))
                fillers[-1].touch()
            except OSError:
                break
        work.held_up.set()
        assert wait_until(lambda: work.kept or deck.folder()["skipped_files"])

        for filler in fillers:
            filler.unlink(missing_ok=True)

        assert wait_until(lambda: (drop / "done" / "a.ris").exists(), within=10)
        deck.crew.stop()
        assert wait_until(deck.crew.is_over)


def test_four_processes_that_claim_the_same_files_get_each_file_once(drop: Path) -> None:
    stamps = [Stamp.of(put(drop, f"{number}.ris").stat()) for number in range(400)]
    claimed: list[str] = []

    def take_all() -> None:
        for number, stamp in enumerate(stamps):
            try:
                path = claim(drop, f"{number}.ris", f"{number:064}", stamp)
            except FileExistsError:
                continue
            if path is not None:
                claimed.append(path.name)

    threads = [threading.Thread(target=take_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claimed) == sorted(f"{number}.ris" for number in range(400))
    shutil.rmtree(drop / ".syncd")


@needs_root
def test_moving_to_another_filesystem_is_refused_by_the_configuration(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "done").mkdir(parents=True)
    config = tmp_path / "syncd.toml"
    config.write_text(
        f'[[library]]\nname = "mine"\nadapter = "file"\npath = "{tmp_path / "library"}"\n'
        f'[[folder]]\npath = "{folder}"\nlibrary = "mine"\nafter = "move"\n'
    )
    load_settings(config, check_options=lambda _adapter, _options: {})

    with mounted(folder / "done"), pytest.raises(ConfigError) as caught:
        load_settings(config, check_options=lambda _adapter, _options: {})

    [problem] = caught.value.problems
    assert "another filesystem" in problem.message
    assert problem.line == 8
