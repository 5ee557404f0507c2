"""Files that a person names on a drive that does not answer hold up no command, nor its end."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.fakes.works import wait_until
from tests.support.exports import scopus_record, write_records

REPOSITORY = Path(__file__).resolve().parents[2]

# As `syncd` is started, on a machine where whoever touches what lies in `hung` is kept there.
DRIVER = """
import sys, time
from datetime import timedelta
from pathlib import Path
from syncd.system import drives, probing
touch = probing._touch
probing._touch = lambda path: time.sleep(600) if "hung" in path.parts else touch(path)
drives.Drives.__init__.__defaults__ = (timedelta(seconds=float(sys.argv.pop(1))),)
from syncd.cli import main
sys.exit(main())
"""


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    made = tmp_path / "hung"
    made.mkdir()
    write_records(made / "a.ris", [scopus_record(1)])
    write_records(made / "b.ris", [scopus_record(2)])
    return made


def start(
    environ: dict[str, str], patience: float, words: Sequence[str | Path]
) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", DRIVER, str(patience), *map(str, words)]
    return subprocess.Popen(
        command,
        env=environ | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def has_children(pid: int) -> bool:
    return bool(Path(f"/proc/{pid}/task/{pid}/children").read_text())


@pytest.mark.parametrize(
    "words",
    [
        ["plan", "--offline"],
        ["plan", "--file-library", "library"],
        ["inspect"],
        ["once", "--file-library", "library"],
    ],
    ids=" ".join,
)
def test_the_file_is_named_and_the_others_are_used(
    words: list[str],
    drive: Path,
    tmp_path: Path,
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    sound = write_records(tmp_path / "c.ris", [scopus_record(3)])
    with start(environ, 0.5, [*words, drive / "a.ris", sound, drive / "b.ris"]) as process:
        said, _ = process.communicate(timeout=60)

    assert process.returncode == 65, said
    assert "its drive does not answer; see that it is connected" in " ".join(said.split())
    assert str(drive / "a.ris") in said
    assert str(drive / "b.ris") in said
    assert "1 record in 1 file" in said or str(sound) in said


def test_so_is_a_directory(drive: Path, environ: dict[str, str]) -> None:
    with start(environ, 0.5, ["inspect", drive]) as process:
        said, _ = process.communicate(timeout=60)

    assert process.returncode == 65, said
    assert "its drive does not answer" in said


@pytest.mark.parametrize("command", ["plan", "inspect", "once"])
def test_ctrl_c_ends_the_wait_at_once(command: str, drive: Path, environ: dict[str, str]) -> None:
    with start(environ, 600, [command, "--file-library", drive.parent / "l", drive / "a.ris"]) as p:
        assert wait_until(lambda: has_children(p.pid), within=30)
        p.send_signal(signal.SIGINT)
        said, _ = p.communicate(timeout=60)

    assert p.returncode == 130, said
    assert "stopped" in said
