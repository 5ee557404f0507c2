"""Reports redirected into a file arrive there, also while messages go to a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "docs" / "example.ris"
SYNCD = (sys.executable, "-m", "syncd.cli")

COMMANDS = {
    "inspect": ["inspect", "--offline", str(EXAMPLE)],
    "plan": ["plan", "--offline", str(EXAMPLE)],
    "once": ["once", "--file-library", "library", str(EXAMPLE)],
    "reconcile": ["reconcile", "--file-library", "library"],
    "review": ["review", "list", "--file-library", "library"],
    "check": ["check", "--file-library", "library"],
}


def run_beside_terminal(command: list[str], out: Path, environ: dict[str, str]) -> None:
    """Run a command with stderr on a terminal and stdout in a file."""
    ours, theirs = pty.openpty()
    reader = threading.Thread(target=_read_all, args=(ours,))
    reader.start()
    with out.open("wb") as stdout:
        subprocess.run(
            [*SYNCD, *command],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=theirs,
            timeout=60,
            cwd=out.parent,
            env={**environ, "TERM": "xterm"},
            check=False,
        )
    os.close(theirs)
    reader.join()
    os.close(ours)


def _read_all(terminal: int) -> None:
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:  # what Linux says at the end of a terminal's output
        return


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_json_in_a_file_is_whole_while_stderr_is_a_terminal(
    command: list[str], tmp_path: Path, environ: dict[str, str]
) -> None:
    (tmp_path / "library").mkdir()

    run_beside_terminal([*command, "--json"], tmp_path / "out.json", environ)

    assert json.loads((tmp_path / "out.json").read_bytes())


def test_a_table_in_a_file_is_whole_while_stderr_is_a_terminal(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    run_beside_terminal(COMMANDS["inspect"], tmp_path / "out.txt", environ)

    assert "records can be used" in (tmp_path / "out.txt").read_text(encoding="utf-8")
