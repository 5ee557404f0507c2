"""However the program was started, it ends with words and a code, and not with a bug."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from syncd.cli.exits import Exit
from syncd.cli.program import run

EXPORT = "TY  - JOUR\nTI  - Über die Größe \u2013 \u4e2d\nAU  - Höß, Ä\nPY  - 2001\nER  - \n"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "a.ris"
    path.write_text(EXPORT, encoding="utf-8")
    return path


def in_shell(line: str, tmp_path: Path, **environ: str) -> subprocess.CompletedProcess[bytes]:
    program = f"{sys.executable} -m syncd"
    return subprocess.run(
        ["sh", "-c", line.replace("syncd", program, 1)],
        cwd=tmp_path,
        env={**_environ(tmp_path), **environ},
        capture_output=True,
        check=False,
    )


def _environ(home: Path) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**kept, "HOME": str(home), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", ["init", "inspect --offline a.ris", "status"])
def test_a_closed_stream_is_no_bug(command: str, closed: str, export: Path, tmp_path: Path) -> None:
    ended = in_shell(f"syncd {command} {closed}", tmp_path)

    assert ended.returncode in (0, 64, 69)
    assert b"a bug" not in ended.stderr
    assert export.read_text(encoding="utf-8") == EXPORT


@pytest.mark.parametrize("command", ["inspect --offline a.ris", "status", "status --json"])
def test_an_output_that_is_full_is_named(command: str, export: Path, tmp_path: Path) -> None:
    assert export.exists()

    ended = in_shell(f"syncd {command} > /dev/full", tmp_path)

    assert ended.returncode == 74
    told = "syncd: standard output: No space left on device; make room, nothing is lost\n"
    assert ended.stderr.decode() == told


def test_a_terminal_of_another_encoding_is_shown_what_it_can_show(
    export: Path, tmp_path: Path
) -> None:
    ended = in_shell(f"syncd inspect --offline {export.name}", tmp_path, PYTHONIOENCODING="latin-1")

    assert ended.returncode == 0
    assert "Über die Größe \\u2013 \\u4e2d" in ended.stdout.decode("latin-1")


def test_json_is_utf_8_everywhere(export: Path, tmp_path: Path) -> None:
    ended = in_shell(
        f"syncd inspect --offline --json {export.name}", tmp_path, PYTHONIOENCODING="latin-1"
    )

    title = json.loads(ended.stdout.decode("utf-8"))["records"][0]["item"]["title"]
    assert title == "Über die Größe \u2013 \u4e2d"


@pytest.mark.parametrize(
    "command",
    [
        "undo {}",
        "runs --before {}",
        "explain {}",
        "review show {}",
        "review accept {}",
        "review accept 1-{}",
        "review --decided --run {}",
        "review --decided create {}",
    ],
)
@pytest.mark.parametrize("number", [str(2**63), "1" + "0" * 5000], ids=["large", "endless"])
def test_a_number_that_no_run_can_have_is_no_bug(command: str, number: str, tmp_path: Path) -> None:
    ended = run([*command.format(number).split(), "--file-library", str(tmp_path / "lib")])

    assert ended in (Exit.DONE, Exit.USAGE, Exit.INPUT)
