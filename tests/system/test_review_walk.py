"""`syncd review` at a terminal: one key for each answer, and the last one taken back."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.commands import Syncd
from tests.support.exports import scopus_record, title_of, write_records

ELSEWHERE = {"DO": None, "UR": None, "N1": None, "VL": None, "SP": None, "EP": None}
PATIENCE = 60


class Terminal:
    """A command at a terminal of its own."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self._process = process
        self._terminal = terminal
        self._shown = ""

    def wait_for(self, text: str) -> str:
        """Read until this text is shown; return what was shown up to it, once."""
        while text not in self._shown:
            ready, _, _ = select.select([self._terminal], [], [], PATIENCE)
            assert ready, f"{text!r} was not shown: {self._shown}"
            self._shown += os.read(self._terminal, 4096).decode()
        before, _, self._shown = self._shown.partition(text)
        return before + text

    def press(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def end(self) -> int:
        return self._process.wait(PATIENCE)


@pytest.fixture
def library(tmp_path: Path, syncd: Syncd) -> Path:
    """Return a library with three open questions, each about one work but the last."""
    works = [scopus_record(number, N1=None) for number in (1, 2, 3)]
    third = scopus_record(3, **ELSEWHERE, T2="Annals of a Third Place")
    asked = [
        scopus_record(number, **ELSEWHERE, T2="Quite Different Letters") for number in (1, 2, 3)
    ]
    directory = tmp_path / "library"
    for name, records in (("a.ris", works), ("b.ris", [third]), ("c.ris", asked)):
        syncd("once", "--file-library", directory, write_records(tmp_path / name, records))
        if name == "b.ris":
            syncd("review", "create", "1", "--file-library", directory)
    return directory


@contextmanager
def at_terminal(library: Path, environ: dict[str, str], *words: str) -> Iterator[Terminal]:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "syncd.cli", "review", *words, "--file-library", str(library)]
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environ, "TERM": "xterm"},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def open_questions(syncd: Syncd, library: Path) -> list[int]:
    ended = syncd("review", "--json", "--file-library", library)
    return [each["id"] for each in json.loads(ended.out)["libraries"][0]["held"]]


def titles(library: Path) -> list[str]:
    found = [json.loads(path.read_text())["data"] for path in library.glob("items/*.json")]
    return [data["title"] for data in found if "title" in data]


def test_one_key_answers_and_u_takes_the_last_answer_back(
    library: Path, syncd: Syncd, environ: dict[str, str]
) -> None:
    with at_terminal(library, environ) as terminal:
        shown = terminal.wait_for("q quit")
        terminal.press("d")
        terminal.wait_for("u undo the last answer")
        terminal.press("u")
        terminal.wait_for("taken back")
        terminal.wait_for("q quit")
        terminal.press("k")
        terminal.wait_for("q quit")
        terminal.press("s")
        last = terminal.wait_for("q quit")
        terminal.press("q")
        terminal.wait_for("2 answered, 1 still held")
        assert terminal.end() == 0

    assert "1 of 3" in shown
    assert "the record" in shown
    assert "1-2 same as that one" in last
    assert len(open_questions(syncd, library)) == 1
    assert titles(library).count(title_of(1)) == 1


def test_a_candidate_is_chosen_by_its_number(
    library: Path, syncd: Syncd, environ: dict[str, str]
) -> None:
    with at_terminal(library, environ) as terminal:
        for _ in range(2):
            terminal.wait_for("q quit")
            terminal.press("n")
        terminal.wait_for("q quit")
        terminal.press("s")
        terminal.wait_for("which of them?")
        terminal.press("2")
        terminal.wait_for("that was the last one")
        terminal.press(" ")
        terminal.wait_for("1 answered, 2 still held")

    assert len(open_questions(syncd, library)) == 2
    assert titles(library).count(title_of(3)) == 2


def test_the_last_answer_of_all_can_be_taken_back(
    library: Path, syncd: Syncd, environ: dict[str, str]
) -> None:
    with at_terminal(library, environ, "--file", "c.ris") as terminal:
        for key in "nn":
            terminal.wait_for("q quit")
            terminal.press(key)
        terminal.wait_for("q quit")
        terminal.press("d")
        terminal.wait_for("that was the last one")
        terminal.press("u")
        terminal.wait_for("q quit")
        terminal.press("q")
        assert terminal.end() == 0

    assert len(open_questions(syncd, library)) == 3


def test_what_was_answered_stands_when_the_terminal_is_left(
    library: Path, syncd: Syncd, environ: dict[str, str]
) -> None:
    with at_terminal(library, environ) as terminal:
        terminal.wait_for("q quit")
        terminal.press("k")
        terminal.wait_for("q quit")
        terminal.press("\x04")
        terminal.wait_for("1 answered, 2 still held")

    assert len(open_questions(syncd, library)) == 2


@pytest.mark.parametrize("words", [["list"], ["--json"], ["--decided"]])
def test_a_list_is_a_list_at_a_terminal_too(
    library: Path, environ: dict[str, str], words: list[str]
) -> None:
    with at_terminal(library, environ, *words) as terminal:
        assert terminal.end() == 0
