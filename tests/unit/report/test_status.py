"""The status as people read it: whole sentences, their own time, and who has to do what."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from syncd.report.status import print_status
from syncd.report.tables import Column, PrintedPage, fit_columns

DOCUMENT: dict[str, Any] = {
    "running": True,
    "since": "2026-01-02T03:04:05.678+00:00",
    "pid": 42,
    "state_directory": "/home/somebody/.local/state/syncd",
    "libraries": [
        {
            "name": "mine",
            "state": "waiting",
            "message": "the library does not answer, and has not done so for a long while " * 3,
            "pending": 3,
            "held": 2,
            "notices": ["The shelf leans."],
            "waiting_runs": [7],
            "last_reconcile_at": None,
        }
    ],
    "folders": [
        {
            "path": "/drop/of/somebody/with/a/very/long/name/that/does/not/fit/scopus",
            "state": "ok",
            "message": None,
            "last_scan_at": "2026-01-02T03:04:05+00:00",
            "waiting_files": 0,
            "skipped_files": 2,
            "skipped": [{"file": "big.ris", "reason": "larger than max_file_size"}],
            "others": [{"file": "a.txt", "reason": "rename it"}],
        }
    ],
    "files": [
        {
            "file": "/drop/a.ris",
            "library": "mine",
            "run": 7,
            "fate": "taken in part",
            "counts": {"create": 1, "reject": 2},
            "line": 12,
            "reason": "it names no work",
            "still_there": True,
            "put_away": False,
        },
        {
            "file": "/drop/a.ris",
            "library": "mine",
            "run": 3,
            "fate": "unusable",
            "counts": {},
            "line": None,
            "reason": "an older run",
            "still_there": True,
            "put_away": False,
        },
        {
            "file": "/drop/b.ris",
            "library": "mine",
            "run": 3,
            "fate": "unusable",
            "counts": {},
            "line": None,
            "reason": "a PDF",
            "still_there": True,
            "put_away": False,
        },
    ],
    "runs": [
        {
            "run": 7,
            "library": "mine",
            "ended_at": None,
            "files": 1,
            "counts": {"create": 1},
            "error": None,
        }
    ],
}


@pytest.fixture(autouse=True)
def _in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "JST-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def printed(document: dict[str, Any], *, terminal: bool = False) -> str:
    stream = io.StringIO()
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    print_status(document, stream)
    return stream.getvalue()


def test_times_are_those_of_the_reader_with_their_zone() -> None:
    text = printed(DOCUMENT)

    assert "running since 2026-01-02 12:04:05 JST (pid 42)" in text
    assert "never" in text


def test_it_says_where_the_state_is() -> None:
    assert "state: /home/somebody/.local/state/syncd" in printed(DOCUMENT)


def test_each_file_is_shown_as_its_last_run_left_it() -> None:
    text = printed(DOCUMENT)

    assert "line 12: it names no work (the first of 2; `syncd inspect FILE` shows all)" in text
    assert "a PDF; remove it, or put a whole one in its place" in text
    assert "an older run" not in text


def test_what_lies_in_failed_is_spoken_of_there() -> None:
    put_away = {**DOCUMENT["files"][-1], "put_away": True}

    text = printed({**DOCUMENT, "files": [put_away]})

    assert "a PDF; it lies in failed/ now: drop a whole one" in " ".join(text.split())


def test_what_is_skipped_and_what_is_not_taken_is_named() -> None:
    text = printed(DOCUMENT)

    assert "skipped: big.ris: larger than max_file_size" in text
    assert "and 1 more are skipped" in text
    assert "1 other looks like an export, and is not taken: a.txt (rename it)" in text


def test_what_waits_says_for_whom_and_how_it_goes_on() -> None:
    running, stopped = printed(DOCUMENT), printed({**DOCUMENT, "running": False, "since": None})

    assert "mine: 3 changes wait to be sent of run 7; nothing is sent twice, goes on" in running
    assert "`syncd once` goes on" in stopped
    assert "2 questions wait for you: `syncd review` shows them" in running
    assert "start it with `syncd run`" in stopped


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("paused", "`syncd resume mine` lets it go on"),
        ("refused", "it goes on when the library takes the key"),
    ],
)
def test_what_waits_in_a_library_that_is_stopped_does_not_go_on_by_itself(
    state: str, words: str, running: bool
) -> None:
    stopped = [{**DOCUMENT["libraries"][0], "state": state}]

    text = printed({**DOCUMENT, "libraries": stopped, "running": running})

    assert f"nothing is sent twice, {words}" in text
    assert "by itself" not in text
    assert "`syncd once` goes on" not in text


def test_a_run_that_decides_about_no_record_says_what_it_was() -> None:
    undo = {**DOCUMENT["runs"][0], "run": 8, "files": 0, "counts": {}, "reason": "undo"}

    text = printed({**DOCUMENT, "runs": [undo, *DOCUMENT["runs"]]})

    assert text.count("undo") == 1
    assert "1 new" in text


def test_a_message_is_whole_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")

    text = printed(DOCUMENT, terminal=True)

    whole = DOCUMENT["libraries"][0]["message"]
    assert " ".join(whole.split()) in " ".join(text.split())


def test_a_path_is_cut_in_its_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    stream = io.StringIO()
    stream.isatty = lambda: True  # type: ignore[method-assign]
    page = PrintedPage(stream, {})

    page.row([Column("", 15, cut_in_the_middle=True)], ["/home/somebody/drop/a.ris"])

    assert stream.getvalue() == "/home/s…p/a.ris\n"


def test_what_became_of_a_file_is_not_cut_beside_a_long_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    counts = {"create": 1119, "pending": 1119}
    path = "/home/somebody/Downloads/of/this/year/asreview-references.ris"
    file = {**DOCUMENT["files"][0], "file": path, "fate": "waiting", "counts": counts}

    text = printed({**DOCUMENT, "files": [file]}, terminal=True)

    [row] = [line for line in text.splitlines() if "…" in line and ".ris" in line]
    assert "1,119 new, 1,119 to send" in row
    assert len(re.sub(r"\x1b\[\d*m", "", row)) <= 80


def test_columns_are_as_wide_as_what_stands_in_them_and_no_wider_than_the_line() -> None:
    columns = (Column("a", 0), Column("path", 0, least=4), Column("other", 0, least=4))
    rows = [["12", "x" * 30, "y" * 20], ["1", "z", ""]]

    def widths(line: int) -> list[int]:
        return [column.width for column in fit_columns(columns, rows, line)]

    assert widths(0) == widths(100) == [2, 30, 20]
    assert widths(40) == [2, 17, 17]
    assert widths(10) == [2, 4, 4]


def test_files_that_settle_are_named_a_few_of_them_and_on_a_line_each() -> None:
    names = [f"2025/{'a very long name ' * 8}{number}.ris" for number in range(5)]
    folder = {**DOCUMENT["folders"][0], "waiting_files": 60, "settling": names}

    whole = printed({**DOCUMENT, "folders": [folder]})
    cut = printed({**DOCUMENT, "folders": [folder]}, terminal=True).splitlines()

    assert f"    settling: {names[2]}\n" in whole
    assert names[3] not in whole
    assert "    and 57 more settle\n" in whole
    shown = [line for line in cut if "settling: " in line]
    assert [line[-5:] for line in shown] == ["0.ris", "1.ris", "2.ris"]
    assert all(len(line) <= 80 and line.startswith("    settling: 2025/a") for line in shown)
