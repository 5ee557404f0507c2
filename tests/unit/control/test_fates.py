"""What became of each file, what is held and what waits: from the ledger, daemon or not."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.control.fates import add_fates
from syncd.control.status import Health, health_of
from syncd.errors import LedgerError, UnavailableError
from syncd.ledger.glance import LEDGER_FILE, Glance, glance_at_file, glance_at_url
from syncd.library import Operation, Pushed
from syncd.plan import Place
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record, write_records
from tests.support.libraries import Push, with_mishaps
from tests.support.runs import deliver, opened_ledger, opened_run

NAMES = {"memory:": "mine"}


def stopped() -> dict[str, Any]:
    return {"running": False, "libraries": [], "folders": [], "runs": []}


def seen(state: Path) -> Glance:
    glance = glance_at_file(state / LEDGER_FILE)
    assert glance is not None
    return glance


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    """A state directory after a run over a good file, one of no use, and one used in part."""
    drop = tmp_path / "drop"
    drop.mkdir()
    write_records(drop / "good.ris", [scopus_record(1)])
    (drop / "none.ris").write_bytes(b"%PDF-1.7")
    write_records(drop / "part.ris", [scopus_record(2), "TY  - JOUR\nTI  - \nER  - \n"])
    library = MemoryLibrary(shipped_schema())
    with opened_ledger(tmp_path) as ledger, opened_run(tmp_path, library, ledger) as run:
        deliver(run, sorted(drop.iterdir()), Place(folder=bytes(drop)))
    return tmp_path


def test_each_file_is_told_with_its_fate_and_why(delivered: Path) -> None:
    document = add_fates(stopped(), seen(delivered), NAMES)

    files = {Path(each["file"]).name: each for each in document["files"]}
    assert {name: each["fate"] for name, each in files.items()} == {
        "good.ris": "taken",
        "none.ris": "unusable",
        "part.ris": "taken in part",
    }
    assert files["good.ris"]["counts"] == {"create": 1}
    assert "a PDF" in files["none.ris"]["reason"]
    assert files["part.ris"]["line"] is not None
    assert "nothing but its type" in files["part.ris"]["reason"]
    assert {each["library"] for each in files.values()} == {"mine"}
    assert document["runs"][0]["counts"] == {"create": 2, "reject": 1}


def test_a_file_of_no_use_below_a_drop_folder_is_told_where_it_lies(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    (drop / "bob").mkdir(parents=True)
    (drop / "bob" / "none.ris").write_bytes(b"%PDF-1.7")
    library = MemoryLibrary(shipped_schema())
    with opened_ledger(tmp_path) as ledger, opened_run(tmp_path, library, ledger) as run:
        deliver(run, [drop / "bob" / "none.ris"], Place(folder=bytes(drop)))

    [file] = add_fates(stopped(), seen(tmp_path), NAMES)["files"]

    assert file["file"] == str(drop / "bob" / "none.ris")
    assert file["still_there"]


def test_a_file_whose_run_was_undone_is_taken_back_for_as_long_as_that_stands(
    tmp_path: Path,
) -> None:
    export = write_records(tmp_path / "good.ris", [scopus_record(1)])
    library = MemoryLibrary(shipped_schema())

    def fate() -> str:
        document = add_fates(stopped(), seen(tmp_path), NAMES)
        return str(document["files"][0]["fate"])

    with opened_ledger(tmp_path) as ledger, opened_run(tmp_path, library, ledger) as run:
        deliver(run, [export], Place(folder=bytes(tmp_path)))
        undo = run.undo(1)
        assert undo.run is not None
        assert fate() == "taken back"

        run.undo(undo.run)
        assert fate() == "taken"


def test_a_library_that_nobody_serves_is_shown_as_the_ledger_knows_it(delivered: Path) -> None:
    [library] = add_fates(stopped(), seen(delivered), NAMES)["libraries"]

    assert (library["name"], library["state"]) == ("mine", "idle")
    assert (library["pending"], library["held"], library["waiting_runs"]) == (0, 0, [])


def test_a_pause_is_told_with_what_ends_it(delivered: Path) -> None:
    with closing(sqlite3.connect(delivered / LEDGER_FILE)) as ledger, ledger:
        ledger.execute("UPDATE library SET paused = 'one run would make 3 items'")

    [library] = add_fates(stopped(), seen(delivered), NAMES)["libraries"]

    assert library["state"] == "paused"
    assert library["message"].startswith("paused: one run would make 3 items; ")
    assert "`syncd resume mine`" in library["message"]


def test_a_daemon_that_runs_says_how_its_libraries_are(delivered: Path) -> None:
    own = {"name": "mine", "state": "refused", "message": "no key", "pending": 0, "held": 0}
    before = {"running": True, "libraries": [own], "folders": [], "runs": []}

    document = add_fates(before, seen(delivered), NAMES)

    assert document["libraries"][0] == {**own, "waiting_runs": []}
    assert [run["run"] for run in document["runs"]] == [1]


def _away(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    raise UnavailableError("out of reach")


@pytest.fixture
def interrupted(tmp_path: Path) -> Path:
    """A state directory after a run of which nothing was sent."""
    export = write_records(tmp_path / "a.ris", [scopus_record(1)])
    library = with_mishaps(MemoryLibrary(shipped_schema()), _away)
    with (
        opened_ledger(tmp_path) as ledger,
        opened_run(tmp_path, library, ledger) as run,
        pytest.raises(UnavailableError),
    ):
        deliver(run, [export])
    return tmp_path


def test_a_run_of_a_daemon_is_not_over_while_something_of_it_waits(interrupted: Path) -> None:
    own = {"run": 1, "library": "mine", "reason": "a.ris", "ended_at": "2026-11-28T12:00:00Z"}
    before = {**stopped(), "running": True, "runs": [own]}

    [told] = add_fates(before, seen(interrupted), NAMES)["runs"]

    assert (told["run"], told["reason"], told["ended_at"]) == (1, "a.ris", None)
    assert told["started_at"] is not None


def test_what_an_interrupted_run_promised_is_told_with_its_number(interrupted: Path) -> None:
    document = add_fates(stopped(), seen(interrupted), NAMES)

    [told] = document["libraries"]
    assert (told["pending"] > 0, told["waiting_runs"]) == (True, [1])
    assert document["files"][0]["fate"] == "waiting"
    assert document["runs"][0]["ended_at"] is None


def _running(state: Path) -> dict[str, Any]:
    return add_fates({**stopped(), "running": True}, seen(state), NAMES)


def test_a_file_of_no_use_is_a_fault_for_as_long_as_it_lies_there(delivered: Path) -> None:
    before = health_of(_running(delivered))

    (delivered / "drop" / "none.ris").unlink()

    assert before is Health.WAITING
    assert health_of(_running(delivered)) is Health.FINE


def test_a_file_that_was_put_away_as_failed_is_still_there(delivered: Path) -> None:
    (delivered / "drop" / "failed").mkdir()
    (delivered / "drop" / "none.ris").rename(delivered / "drop" / "failed" / "none.ris")

    [file] = [each for each in _running(delivered)["files"] if each["fate"] == "unusable"]
    assert (file["still_there"], file["put_away"]) == (True, True)
    assert health_of(_running(delivered)) is Health.WAITING


def test_of_a_folder_that_does_not_answer_no_file_is_asked_for(
    delivered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    glance = seen(delivered)
    monkeypatch.setattr(Path, "lstat", lambda _: pytest.fail("it would wait for ever"))
    folder = {"path": str(delivered / "drop"), "state": "waiting", "skipped": []}

    document = add_fates({**stopped(), "folders": [folder]}, glance, NAMES)

    assert any(each["fate"] == "unusable" for each in document["files"])


def test_the_same_is_seen_through_an_address(delivered: Path) -> None:
    assert glance_at_url(f"sqlite:///{delivered / LEDGER_FILE}") == seen(delivered)


def test_a_look_writes_nothing_and_works_where_nothing_can_be_written(delivered: Path) -> None:
    before = (delivered / LEDGER_FILE).read_bytes()
    delivered.chmod(0o500)

    glance = seen(delivered)

    delivered.chmod(0o700)
    assert len(glance.files) == 3
    assert (delivered / LEDGER_FILE).read_bytes() == before


def test_without_a_ledger_there_is_nothing_to_see(tmp_path: Path) -> None:
    assert glance_at_file(tmp_path / LEDGER_FILE) is None


def test_a_ledger_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / LEDGER_FILE).write_bytes(b"no database at all" * 100)
    with pytest.raises(LedgerError, match="cannot be read"):
        glance_at_file(tmp_path / LEDGER_FILE)

    sqlite3.connect(tmp_path / "older.sqlite").close()
    with pytest.raises(LedgerError, match="cannot be read"):
        glance_at_url(f"sqlite:///{tmp_path / 'older.sqlite'}")


@pytest.mark.parametrize("running", [True, False])
def test_a_library_that_only_itself_says_who_it_is_goes_by_the_name_of_the_daemon_that_met_it(
    delivered: Path, running: bool
) -> None:
    own = {"name": "desk", "identity": "memory:", "state": "ok", "pending": 0, "held": 0}
    before = {"running": running, "libraries": [own], "folders": [], "runs": []}

    document = add_fates(before, seen(delivered), {})

    assert [each["name"] for each in document["libraries"]] == ["desk"]
    assert {each["library"] for each in document["files"]} == {"desk"}


def test_without_a_daemon_it_goes_by_the_name_that_it_was_last_met_with(delivered: Path) -> None:
    document = add_fates(stopped(), seen(delivered), {})

    assert [each["name"] for each in document["libraries"]] == ["mine"]
    assert {each["library"] for each in document["files"]} == {"mine"}


def test_a_name_that_another_library_has_now_is_not_shown_for_two(delivered: Path) -> None:
    with opened_ledger(delivered) as ledger:
        ledger.get_library("shelf:1", "The old shelf", called="mine")

    by_ledger = add_fates(stopped(), seen(delivered), {})
    by_configuration = add_fates(stopped(), seen(delivered), {"group:7": "mine"})

    assert [each["name"] for each in by_ledger["libraries"]] == ["mine", "The old shelf"]
    assert "mine" not in [each["name"] for each in by_configuration["libraries"]]
