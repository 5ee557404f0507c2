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

from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.support.web_process import SyncdProcess

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

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


def run_beside_terminal(command: list[str], out: Path, environ: dict[str, str]) -> str:
    """Run a command with stderr on a terminal and stdout in a file; return what was shown."""
    ours, theirs = pty.openpty()
    shown: list[bytes] = []
    reader = threading.Thread(target=_read_all, args=(ours, shown))
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
    return b"".join(shown).decode()


def _read_all(terminal: int, shown: list[bytes]) -> None:
    try:
        while read := os.read(terminal, 4096):
            shown.append(read)
    except OSError:  # what Linux says at the end of a terminal's output
        return


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_json_in_a_file_is_whole_while_stderr_is_a_terminal(
    command: list[str], tmp_path: Path, environ: dict[str, str]
) -> None:
    (tmp_path / "library").mkdir()

    run_beside_terminal([*command, "--json"], tmp_path / "out.json", environ)

    assert json.loads((tmp_path / "out.json").read_bytes())


def test_so_it_is_of_what_tells_of_a_run(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "library").mkdir()
    run_beside_terminal([*COMMANDS["once"], "--json"], tmp_path / "once.json", environ)
    created = json.loads((tmp_path / "once.json").read_bytes())["records"][0]["item_key"]

    for command in (
        ["status"],
        ["runs"],
        ["explain", created],
        ["undo", "1", "--yes"],
        ["restore", created],
    ):
        out = tmp_path / f"{command[0]}.json"
        run_beside_terminal([*command, "--file-library", "library", "--json"], out, environ)

        assert json.loads(out.read_bytes())["schema"].startswith("syncd."), command


def test_a_table_in_a_file_is_whole_while_stderr_is_a_terminal(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    run_beside_terminal(COMMANDS["inspect"], tmp_path / "out.txt", environ)

    assert "records can be used" in (tmp_path / "out.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", [["reconcile"], ["plan", str(EXAMPLE)]], ids=["", "plan"])
def test_a_person_sees_how_far_a_library_has_been_read(
    command: list[str],
    tmp_path: Path,
    environ: dict[str, str],
    zotero_server: ZoteroServer,
    account: Account,
) -> None:
    zotero_server.act(account.library, "seed", first=0, count=300)
    zotero_server.arm("slow", path="/items", after=2, times=None, seconds=1)
    place = SyncdProcess(tmp_path / "syncd", zotero_server, account).place

    shown = run_beside_terminal([*command, *place], tmp_path / "out.txt", environ)

    assert "reading the library" in shown
    assert "33%" in shown
