"""A process that may open too few files says so, whatever it wanted to open."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from syncd.errors import ConfigError, LedgerError, Problem
from syncd.system.descriptors import is_out_of_descriptors


def test_it_is_recognised_below_the_errors_that_were_made_of_it() -> None:
    below = LedgerError("cannot be opened")
    below.__cause__ = OSError(errno.EMFILE, "Too many open files")
    above = ConfigError(None, [Problem("cannot be read")])
    above.__context__ = below

    assert is_out_of_descriptors(above)
    assert not is_out_of_descriptors(OSError(errno.ENOENT, "No such file"))


def syncd(*arguments: str, state: Path, limits: tuple[int, int]) -> tuple[int, str]:
    ran = subprocess.run(
        [sys.executable, "-m", "syncd.cli", *arguments],
        env=os.environ | {"SYNCD_STATE": str(state)},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limits),
        check=False,
    )
    return ran.returncode, ran.stderr


@pytest.mark.parametrize("command", ["once", "run"])
@pytest.mark.parametrize("most", [8, 16, 32])
def test_a_command_that_may_open_too_few_files_says_what_to_do(
    tmp_path: Path, command: str, most: int
) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    arguments = ["--file-library", str(tmp_path / "library")]
    if command == "run":
        arguments += ["--folder", str(drop)]
    else:
        (drop / "a.ris").write_text("TY  - JOUR\nTI  - A\nER  - \n")
        arguments += [str(drop / "a.ris")]

    code, told = syncd(command, *arguments, state=tmp_path / "state", limits=(most, most))

    assert code == 75
    assert "LimitNOFILE" in told
    assert "Traceback" not in told


def test_a_limit_that_can_be_lifted_is_lifted(tmp_path: Path) -> None:
    (tmp_path / "a.ris").write_text("TY  - JOUR\nTI  - A\nER  - \n")
    arguments = ("once", "--file-library", str(tmp_path / "library"), str(tmp_path / "a.ris"))

    code, told = syncd(*arguments, state=tmp_path / "state", limits=(16, 256))

    assert (code, told) == (0, "")
