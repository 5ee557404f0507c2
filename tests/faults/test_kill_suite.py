"""A short version of the kill suite: the long one is a command of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("story", "library"),
    [("alone", "file"), ("alone", "web"), ("taken back", "file")],
)
def test_everyday_records_survive_kills(story: str, library: str) -> None:
    command = [sys.executable, "-m", "tests.faults.kill_suite", "--kills", "4"]

    ended = subprocess.run(
        [*command, "--story", story, "--library", library],
        cwd=_ROOT,
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
