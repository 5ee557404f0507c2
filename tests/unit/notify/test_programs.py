"""A program of the operator's is run: what it is given, and what is told where it fails."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import threading
import time
import tracemalloc
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.notify.programs import NotToldError, run_program


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_program_reads_the_document_on_its_standard_input(tmp_path: Path) -> None:
    program = script(tmp_path / "keep", 'cat > "$1"')
    document = {"title": "Ünï $(touch x) ; 'quoted'", "many": ["key"] * 50_000}

    run_program([str(program), str(tmp_path / "kept with blanks")], document)

    assert json.loads((tmp_path / "kept with blanks").read_text()) == document


def test_no_shell_looks_at_the_arguments(tmp_path: Path) -> None:
    program = script(tmp_path / "keep", f'printf "%s" "$1" > {tmp_path}/kept')

    run_program([str(program), f"$HOME;touch {tmp_path}/made"], {})

    assert (tmp_path / "kept").read_text() == f"$HOME;touch {tmp_path}/made"
    assert not (tmp_path / "made").exists()


def test_the_environment_is_a_clean_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x")
    monkeypatch.setenv("LANG", "C.UTF-8")
    program = script(tmp_path / "keep", f"env > {tmp_path}/kept")

    run_program([str(program)], {})

    names = {line.partition("=")[0] for line in (tmp_path / "kept").read_text().splitlines()}
    # A shell adds a few of its own.
    assert names - {"PWD", "SHLVL", "_", "OLDPWD"} <= {"PATH", "HOME", "LANG"}
    assert {"PATH", "LANG"} <= names


def test_a_program_that_fails_is_told_of_with_its_words_and_not_its_arguments(
    tmp_path: Path,
) -> None:
    program = script(tmp_path / "fail", "cat > /dev/null; echo 'no \033[1mluck' >&2; exit 3")

    with pytest.raises(NotToldError) as caught:
        run_program([str(program), "s3cret"], {})

    assert "ended with 3: no \\x1b[1mluck" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_program_that_reads_nothing_is_content_with_that(tmp_path: Path) -> None:
    run_program([str(script(tmp_path / "deaf", "exit 0"))], {"many": "x" * 1_000_000})


@pytest.mark.parametrize("command", [["/nonexistent/program"], ["/"], [""]])
def test_what_cannot_be_started_is_said(command: list[str]) -> None:
    with pytest.raises(NotToldError, match="cannot be started"):
        run_program(command, {})


def test_a_program_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    program = script(tmp_path / "slow", f"sleep 300 & echo $! > {tmp_path}/child; wait")

    with pytest.raises(NotToldError, match="took longer"):
        run_program([str(program)], {}, timedelta(seconds=1))

    assert is_over(int((tmp_path / "child").read_text()))


def test_what_a_program_leaves_running_keeps_nobody_waiting(tmp_path: Path) -> None:
    program = script(tmp_path / "leave", f"sleep 300 & echo $! > {tmp_path}/child")

    run_program([str(program)], {})

    os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)


def test_of_a_flood_of_words_the_first_are_kept_and_the_others_cost_nothing(
    tmp_path: Path,
) -> None:
    flood = "yes 'much ado' | head -c 50000000"
    program = script(tmp_path / "flood", f"echo first >&2; {flood} >&2; {flood}; exit 3")
    tracemalloc.start()
    try:
        with pytest.raises(NotToldError, match="ended with 3: first much ado much ado") as caught:
            run_program([str(program)], {})
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(str(caught.value)) < 500
    assert most < 1_000_000


def test_what_a_program_leaves_running_can_go_on_speaking(tmp_path: Path) -> None:
    speaks = "while [ ! -e go ]; do sleep 0.05; done; echo 'more words' >&2 && touch spoke"
    program = script(tmp_path / "leave", f"cd {tmp_path}; ({speaks}) & exit 3")

    with pytest.raises(NotToldError, match=r"ended with 3$"):
        run_program([str(program)], {})
    (tmp_path / "go").touch()

    until = time.monotonic() + 10
    while not (tmp_path / "spoke").exists():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_nothing_stays_open_of_a_program_that_was_not_there() -> None:
    before = len(os.listdir("/proc/self/fd"))
    threads = threading.active_count()

    for _ in range(5):
        with pytest.raises(NotToldError):
            run_program(["/nonexistent/program"], {})

    until = time.monotonic() + 10
    while threading.active_count() > threads:
        assert time.monotonic() < until
    assert len(os.listdir("/proc/self/fd")) == before


def test_too_many_open_files_are_a_reason_why_a_program_cannot_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> tuple[int, int]:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(os, "pipe", refuse)

    with pytest.raises(NotToldError, match="cannot be started: Too many open files"):
        run_program([str(script(tmp_path / "any", ":"))], {})


def is_over(pid: int) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with suppress(FileNotFoundError):
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            if state != "Z":
                time.sleep(0.05)
                continue
        return True
    os.kill(pid, 9)
    return False
