"""What the daemon shows of itself, and what can be read when it is dead."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncd.control.status import Health, LibraryState, health_of, read_status, write_status
from syncd.daemon.board import Board, FolderStatus, LibraryStatus, Load, RunStatus
from syncd.errors import StateError
from syncd.sync.follow import Reading
from syncd.sync.pace import Sending
from syncd.sync.standing import Figures
from syncd.system.state_lock import StateLock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DROP = Path("/home/somebody/drop")


@pytest.fixture
def changes() -> list[None]:
    return []


@pytest.fixture
def board(changes: list[None]) -> Board:
    board = Board(NOON, lambda: changes.append(None))
    board.begin({"mine": lambda: Load(4)}, [DROP])
    board.show_library(LibraryStatus("mine", LibraryState.OK))
    board.show_folder(FolderStatus(DROP, "ok"))
    return board


def test_the_document_says_what_the_contract_promises(board: Board) -> None:
    board.begin({"mine": lambda: Load(4, Figures(3, 1, NOON, notices=("It leans.",)))}, [DROP])
    board.show_library(LibraryStatus("mine", LibraryState.WAITING, "no answer"))
    board.show_folder(FolderStatus(DROP, "ok", "", NOON, ("a.ris", "b.ris")))
    board.show_run(RunStatus(7, "mine", "a.ris", NOON, 1, {"create": 1}))

    document = board.document()

    assert document["schema"] == "syncd.status/1"
    assert (document["running"], document["since"]) == (True, "2026-11-23T12:00:00+00:00")
    library, folder, run = (document["libraries"][0], document["folders"][0], document["runs"][0])
    assert (
        library
        | {
            "name": "mine",
            "state": "waiting",
            "message": "no answer",
            "pending": 3,
            "held": 1,
            "notices": ["It leans."],
            "queued_files": 4,
            "last_reconcile_at": "2026-11-23T12:00:00+00:00",
        }
        == library
    )
    assert (
        folder
        | {
            "path": str(DROP),
            "state": "ok",
            "message": "",
            "waiting_files": 2,
            "settling": ["a.ris", "b.ris"],
            "last_scan_at": "2026-11-23T12:00:00+00:00",
        }
        == folder
    )
    assert run["counts"] == {"create": 1}


def test_while_a_library_is_read_it_says_how_far(board: Board) -> None:
    figures = Figures(reading=Reading(12_300, 100_000))
    board.begin({"mine": lambda: Load(0, figures)}, [DROP])

    [library] = board.document()["libraries"]

    assert library["reading"] == {"done": 12_300, "of": 100_000}
    assert library["message"] == "reading the library: 12300 of 100000 items"


@pytest.mark.parametrize(
    ("left", "told", "words"),
    [
        (timedelta(seconds=149.6), 150, "sending: 12 of 1,500 changes, about 2 minutes left"),
        (None, None, "sending: 12 of 1,500 changes"),
    ],
)
def test_while_it_is_sent_to_it_says_how_far_and_how_long(
    board: Board, left: timedelta | None, told: int | None, words: str
) -> None:
    figures = Figures(pending=1488, sending=Sending(12, 1500, left))
    board.begin({"mine": lambda: Load(0, figures)}, [DROP])

    [library] = board.document()["libraries"]

    assert library["sending"] == {"done": 12, "of": 1500, "seconds_left": told}
    assert library["message"] == words


def test_the_latest_runs_are_kept_newest_first(board: Board) -> None:
    for number in range(50):
        board.show_run(RunStatus(number, "mine", "", NOON))

    runs = board.document()["runs"]

    assert [run["run"] for run in runs] == list(range(49, 29, -1))


def test_showing_the_same_again_is_no_change(board: Board, changes: list[None]) -> None:
    changes.clear()
    board.show_library(LibraryStatus("mine", LibraryState.OK))

    assert changes == []


def test_a_thousand_skipped_files_do_not_swell_the_document(board: Board) -> None:
    skipped = tuple((f"{number}.ris", "empty") for number in range(1000))
    board.show_folder(FolderStatus(DROP, "ok", skipped=skipped))

    folder = board.document()["folders"][0]

    assert (folder["skipped_files"], len(folder["skipped"])) == (1000, 50)


def test_one_sentence_names_every_fault(board: Board) -> None:
    assert board.sentence() == "watching 1 folder"

    board.show_folder(FolderStatus(DROP, "waiting", "waiting for the folder: it does not exist"))
    board.show_library(LibraryStatus("mine", LibraryState.REFUSED))

    assert board.sentence() == (
        "watching 1 folder; mine: refused; drop: waiting for the folder: it does not exist"
    )


def test_without_a_trace_of_a_daemon_it_is_not_running(tmp_path: Path) -> None:
    document = read_status(tmp_path / "nowhere")

    assert (document["running"], document["libraries"]) == (False, [])
    assert health_of(document) is Health.NOT_RUNNING


def test_what_a_killed_daemon_left_is_shown_but_it_does_not_run(
    tmp_path: Path, board: Board
) -> None:
    write_status(tmp_path, board.document())

    document = read_status(tmp_path)

    assert (document["running"], document["since"], document["pid"]) == (False, None, None)
    assert document["libraries"][0]["name"] == "mine"


def test_a_running_daemon_is_known_by_its_lock(tmp_path: Path, board: Board) -> None:
    write_status(tmp_path, board.document())

    with StateLock(tmp_path, "run"):
        document = read_status(tmp_path)

    assert document["running"]
    assert abs(datetime.fromisoformat(document["since"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert health_of(document) is Health.FINE


def test_somebody_elses_single_pass_is_not_a_daemon(tmp_path: Path) -> None:
    with StateLock(tmp_path, "once"):
        document = read_status(tmp_path)

    assert not document["running"]
    assert "syncd once" in document["message"]


@pytest.mark.parametrize(
    "trouble",
    [
        lambda board: board.show_library(LibraryStatus("mine", LibraryState.WAITING)),
        lambda board: board.show_library(LibraryStatus("mine", LibraryState.REFUSED)),
        lambda board: board.show_library(LibraryStatus("mine", LibraryState.LATE)),
        lambda board: board.show_folder(FolderStatus(DROP, "ok", skipped=(("a.ris", "empty"),))),
        lambda board: board.show_folder(FolderStatus(DROP, "waiting")),
        lambda board: board.show_folder(FolderStatus(DROP, "busy")),
        lambda board: board.show_message("the configuration was not applied"),
    ],
)
def test_a_fault_or_a_file_of_no_use_shows_in_the_exit_code(board, trouble) -> None:  # type: ignore[no-untyped-def]
    assert health_of(board.document()) is Health.FINE

    trouble(board)

    assert health_of(board.document()) is Health.WAITING


def test_a_question_for_a_person_is_no_fault_unless_that_is_asked_for(board: Board) -> None:
    board.begin({"mine": lambda: Load(figures=Figures(held=1))}, [DROP])
    board.show_folder(FolderStatus(DROP, "ok", beside=(("a.txt", "rename it"),)))

    assert health_of(board.document()) is Health.FINE
    assert health_of(board.document(), strict=True) is Health.WAITING


@pytest.mark.parametrize("left", [b"", b"{", b"[]", b'{"schema": "syncd.status/9"}', b"\xff"])
def test_whatever_a_power_cut_left_is_no_obstacle(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "status.json").write_bytes(left)

    assert read_status(tmp_path)["runs"] == []


def test_a_status_that_cannot_be_written_keeps_the_old_one(tmp_path: Path, board: Board) -> None:
    write_status(tmp_path, board.document())
    (tmp_path / ".status.json.new").mkdir()

    with pytest.raises(StateError, match="cannot be written"):
        write_status(tmp_path, {})

    assert json.loads((tmp_path / "status.json").read_text())["schema"] == "syncd.status/1"


def test_names_in_any_bytes_survive_the_document(tmp_path: Path, board: Board) -> None:
    board.show_folder(replace(FolderStatus(DROP, "ok"), skipped=(("\udcff\x1b[31m", "empty"),)))

    write_status(tmp_path, board.document())

    assert read_status(tmp_path)["folders"][0]["skipped"][0]["file"] == "\udcff\x1b[31m"
    assert b"\x1b" not in (tmp_path / "status.json").read_bytes()


def test_reading_the_status_needs_no_ledger_and_no_library() -> None:
    code = (
        "import sys, syncd.control.status;"
        "print(*sorted({'sqlalchemy', 'pyzotero', 'pydantic', 'watchdog', 'apscheduler', 'keyring'}"
        " & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == ""
