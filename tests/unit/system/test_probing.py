"""Files are touched by another process first, which holds nothing of ours and may be left."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.system import drives as module
from syncd.system.drives import Drives, SilentDriveError

# In a process of its own, for no other can be made while threads are at work.
PROBE = """
import json, os, sys, time
from datetime import timedelta
from pathlib import Path
from syncd.system import probing
touch = probing._touch
def hang(path):
    if path.name == "hung":
        links = [f"/proc/self/fd/{each}" for each in os.listdir("/proc/self/fd")]
        held = [os.readlink(each) for each in links if os.path.lexists(each)]
        Path(sys.argv[1], "held").write_text(json.dumps(held))
        time.sleep(600)
    touch(path)
probing._touch = hang
assert probing.can_probe()
paths = [Path(sys.argv[1], each) for each in sys.argv[2:]]
answered = probing.count_answering(paths, timedelta(seconds=1))
print(json.dumps(answered))
"""


def probe(base: Path, *names: str) -> Any:
    (base / "file").write_text("x")
    (base / "folder").mkdir()
    command = [sys.executable, "-c", PROBE, str(base), *names]
    return json.loads(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)


def test_whatever_says_something_answers(tmp_path: Path) -> None:
    assert probe(tmp_path, "file", "folder", "missing", "file") == 4


def test_one_that_hangs_is_told_by_its_place_and_leaves_no_output_open(tmp_path: Path) -> None:
    # Where it kept the output open, this would wait for it.
    assert probe(tmp_path, "file", "missing", "hung", "file") == 2

    held = json.loads((tmp_path / "held").read_text())
    assert [each for each in held if each != "/dev/null" and "pipe:" not in each] == []
    assert len([each for each in held if "pipe:" in each]) == 1, held  # the way to tell


def folder_of(path: Path) -> Path:
    return path.parent


def test_a_folder_is_silent_once_something_in_it_is_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / each for each in ("a/1", "b/1", "b/2", "a/2", "c/1")]
    asked: list[list[Path]] = []

    def count(left: list[Path], _patience: timedelta) -> int:
        asked.append(left)
        return next((n for n, each in enumerate(left) if each == tmp_path / "b/1"), len(left))

    monkeypatch.setattr(module, "can_probe", lambda: True)
    monkeypatch.setattr(module, "count_answering", count)
    drives = Drives()

    drives.probe(paths, folder_of)

    assert asked == [paths, [tmp_path / "a/2", tmp_path / "c/1"]]
    assert [each for each in "abc" if drives.is_silent(tmp_path / each)] == ["b"]
    with pytest.raises(SilentDriveError):
        drives.ask(tmp_path / "b", lambda: None)


def test_nothing_is_probed_while_threads_are_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count(*_: object) -> int:
        raise AssertionError("a process was made")

    monkeypatch.setattr(module, "can_probe", lambda: False)
    monkeypatch.setattr(module, "count_answering", count)

    Drives().probe([tmp_path], folder_of)
