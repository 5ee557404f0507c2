"""Who works on a state directory: real locks, between real processes."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncd.errors import BusyError, StateError
from syncd.system.state_lock import StateLock, find_holder

HOLD = """
import sys
from pathlib import Path
from syncd.system.state_lock import StateLock
with StateLock(Path(sys.argv[1]), "run"):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold_elsewhere(state: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_process_is_refused_and_told_who_was_first(tmp_path: Path) -> None:
    with hold_elsewhere(tmp_path) as first:
        with pytest.raises(BusyError) as refusal, StateLock(tmp_path, "once"):
            pass
        holder = find_holder(tmp_path)
        first.communicate()

    assert f"syncd run (pid {first.pid}, since " in str(refusal.value)
    assert holder is not None
    assert (holder.pid, holder.command) == (first.pid, "run")
    assert holder.since is not None
    assert abs((datetime.now(UTC) - holder.since).total_seconds()) < 60


def test_a_killed_process_leaves_no_lock_behind(tmp_path: Path) -> None:
    with hold_elsewhere(tmp_path) as first:
        first.kill()
        first.wait()

        assert find_holder(tmp_path) is None
        with StateLock(tmp_path, "run"):
            holder = find_holder(tmp_path)

    assert holder is not None
    assert holder.pid == os.getpid()


@pytest.mark.parametrize("left", [b"", b"12345", b'{"pid": "x"}', b"\xff\xfe\n"])
def test_whatever_a_power_cut_left_in_the_file_does_not_matter(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "lock").write_bytes(left)

    assert find_holder(tmp_path) is None
    with StateLock(tmp_path, "run"):
        pass


def test_the_state_directory_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    with StateLock(tmp_path / "deep" / "state", "run"):
        assert (tmp_path / "deep" / "state").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o770, 0o775, 0o2770, 0o702])
def test_a_state_directory_that_others_can_write_is_refused_with_a_remedy(
    tmp_path: Path, mode: int
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    state.chmod(mode)

    with pytest.raises(StateError, match="chmod go-w") as refusal, StateLock(state, "once"):
        pass

    assert not isinstance(refusal.value, BusyError)
    assert list(state.iterdir()) == []


@pytest.mark.parametrize("mode", [0o700, 0o750, 0o755])
def test_a_state_directory_that_others_can_only_read_is_taken(tmp_path: Path, mode: int) -> None:
    state = tmp_path / "state"
    state.mkdir()
    state.chmod(mode)

    with StateLock(state, "once"):
        assert find_holder(state) is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_state_directory_of_another_user_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    os.chown(state, 12345, 12345)

    with pytest.raises(StateError, match="uid 12345"), StateLock(state, "once"):
        pass


def test_a_state_directory_that_cannot_be_made_is_a_state_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with (
        pytest.raises(StateError, match="cannot be made"),
        StateLock(tmp_path / "file" / "s", "run"),
    ):
        pass


def test_nobody_holds_a_directory_that_does_not_exist(tmp_path: Path) -> None:
    assert find_holder(tmp_path / "nowhere") is None


def test_asking_who_holds_it_does_not_make_a_starting_daemon_fail(tmp_path: Path) -> None:
    asker = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(asker, fcntl.LOCK_SH)  # as `find_holder` does, for an instant
    waits: list[float] = []

    def until_the_asker_is_gone(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            os.close(asker)

    with StateLock(tmp_path, "run", sleep=until_the_asker_is_gone):
        assert len(waits) == 2
