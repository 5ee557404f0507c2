"""A service and a person's commands have different state directories, and still find each other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from syncd.app.wiring import check_options
from syncd.cli import check
from syncd.cli.login import _tell_daemon
from syncd.config import load_settings
from syncd.errors import KeyLookupError
from syncd.system import paths
from tests.fakes.works import wait_until
from tests.support.commands import Ended, Syncd
from tests.support.exports import scopus_record, write_records

LIBRARY = '[[library]]\nname = "{name}"\nadapter = "file"\npath = "{path}"\n'
FOLDER = '[[folder]]\npath = "{path}"\nlibrary = "{name}"\nsettle = "100ms"\n'


class Household:
    """A service as systemd would start it, and a person with a configuration of their own."""

    def __init__(self, base: Path, syncd: Syncd, environ: dict[str, str]) -> None:
        self.library, self.drop = base / "library", base / "drop"
        self.drop.mkdir()
        self.services = base / "run"
        self.runtime = self.services / "erin"
        self.runtime.mkdir(parents=True)
        self.state, self.own_state = base / "service", base / "own"
        self.config, self.own_config = base / "service.toml", base / "own.toml"
        served = LIBRARY.format(name="erins", path=self.library)
        self.config.write_text(served + FOLDER.format(path=self.drop, name="erins"))
        self.own_config.write_text(LIBRARY.format(name="mine", path=self.library))
        self._syncd = syncd
        self._environ = environ
        self._log = base / "log"
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "syncd.cli", "run", "--config", str(self.config)]
        given = {"STATE_DIRECTORY": str(self.state), "RUNTIME_DIRECTORY": str(self.runtime)}
        with self._log.open("wb") as log:
            process = subprocess.Popen(command, env=self._environ | given, stderr=log)
        assert wait_until(lambda: "watching 1 folder" in self.log(), within=30), self.log()
        return process

    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def syncd(self, command: str, *words: str | Path) -> Ended:
        """Run a command of the person's."""
        state = ("--state", self.own_state, "--config", self.own_config)
        return self._syncd(command, *words, *state)

    def write(self, name: str, *records: str) -> Path:
        return write_records(self.drop.parent / name, records)

    def has_begun_a_ledger(self) -> bool:
        return self.own_state.exists()


@pytest.fixture
def household(
    tmp_path: Path, syncd: Syncd, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Household]:
    made = Household(tmp_path, syncd, environ)
    monkeypatch.setattr(paths, "SERVICES", made.services)
    yield made
    made.process.kill()
    made.process.wait()


@contextmanager
def somebody_else_without_the_ledger(state: Path) -> Iterator[None]:
    """Let the state directory be one that this process may not look into, even as root."""
    allowed = os.access

    def access(path: str | os.PathLike[str], mode: int, **how: bool) -> bool:
        return Path(path) != state and allowed(path, mode, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.access", access)
        yield


def doubtful(number: int) -> str:
    """Return a record with the EID of work `number` and the look of quite another."""
    return scopus_record(number, TI="Something else entirely", AU="Noone, N.", DO=None)


def test_every_command_asks_the_service_and_says_so(household: Household) -> None:
    export = household.write("first.ris", scopus_record(1))

    once = household.syncd("once", "--json", export)
    assert once.code == 0
    assert json.loads(once.out)["counts"]["create"] == 1
    assert "the service erin (run by " in once.err

    again = household.syncd("once", "--json", household.write("doubt.ris", doubtful(1)))
    assert json.loads(again.out)["counts"]["hold"] == 1
    review = household.syncd("review", "--json")
    [held] = json.loads(review.out)["libraries"][0]["held"]
    assert "the service erin" in review.err
    assert household.syncd("review", "skip", str(held["id"])).code == 0
    assert json.loads(household.syncd("review", "--json").out)["libraries"][0]["held"] == []
    assert household.syncd("reconcile").code == 0
    assert household.syncd("resume", "mine").code == 0
    assert not household.has_begun_a_ledger()


def test_a_pass_names_the_folders_that_the_service_does_not_watch(household: Household) -> None:
    unwatched = household.drop.parent / "unwatched"
    folders = [FOLDER.format(path=each, name="mine") for each in (household.drop, unwatched)]
    household.own_config.write_text(household.own_config.read_text() + "".join(folders))
    write_records(household.drop / "first.ris", [scopus_record(1)])

    ended = household.syncd("once")

    assert ended.code == 0
    assert f"{unwatched}: the service erin" in ended.err
    assert f"{household.drop}:" not in ended.err
    assert len(list(household.library.glob("items/*.json"))) > 0


def test_status_is_that_of_the_service(household: Household) -> None:
    ended = household.syncd("status", "--json")

    document = json.loads(ended.out)
    assert document["running"]
    assert document["pid"] == household.process.pid
    assert [each["name"] for each in document["libraries"]] == ["erins"]
    assert "the service erin" in ended.err


def test_check_says_who_works_for_the_library_and_where_the_state_is(
    household: Household,
) -> None:
    ended = household.syncd("check", "--json")

    findings = json.loads(ended.out)["findings"]
    [service] = [each for each in findings if each["subject"] == "service"]
    assert "the service erin (run by " in service["message"]
    assert f"works for mine; its state is in {household.state}" in service["message"]
    assert [each["subject"] for each in findings if each["area"] == "state"][1:] == [
        str(household.state)
    ]
    assert not household.has_begun_a_ledger()


def test_what_the_service_alone_can_tell_of_its_library_is_asked_of_it(
    household: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The service's key is a credential of its own, which the person's check cannot look up.
    def refuse(*_: object) -> None:
        raise KeyLookupError("no keyring answers here", passing=True, absent=True)

    monkeypatch.setattr(check, "open_library", refuse)

    checked = json.loads(household.syncd("check", "--json").out)

    [about] = [each for each in checked["findings"] if each["area"] == "library"]
    assert about["level"] == "ok"
    assert "the service erin" in about["message"]
    assert "finds nothing wrong" in about["message"]


def test_a_ledger_that_is_closed_is_no_empty_one(household: Household) -> None:
    household.syncd("once", household.write("first.ris", scopus_record(1)))
    assert "1 new" in household.syncd("runs").out

    with somebody_else_without_the_ledger(household.state):
        listed, told = household.syncd("runs"), household.syncd("explain", "1")

    assert (listed.code, told.code) == (75, 75)
    assert "closed to you" in listed.err
    assert "no runs yet" not in listed.out


def test_a_new_key_is_tried_by_the_service_under_its_own_name_for_the_library(
    household: Household, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings(household.own_config, check_options=check_options)

    _tell_daemon(settings, "mine", household.own_state)

    told = capsys.readouterr().err
    assert "the service erin" in told
    assert "cannot use it yet" not in told
    assert not household.has_begun_a_ledger()


def test_check_finds_a_service_that_does_not_answer_and_makes_nothing_beside_it(
    household: Household,
) -> None:
    household.process.kill()
    household.process.wait()

    ended = household.syncd("check")

    assert "mine is served by the service erin" in ended.out
    assert not household.has_begun_a_ledger()


def test_a_plan_counts_with_what_the_service_has_decided(household: Household) -> None:
    household.syncd("once", household.write("first.ris", scopus_record(1)))
    doubt = household.write("doubt.ris", doubtful(1))
    household.syncd("once", doubt)
    household.syncd("review", "skip", "1")

    planned = household.syncd("plan", "--json", doubt)

    assert json.loads(planned.out)["counts"]["skip"] == 1
    assert not household.has_begun_a_ledger()


def test_the_list_names_libraries_and_nothing_else(household: Household) -> None:
    [path] = household.runtime.glob("*.json")

    document = json.loads(path.read_text())

    assert document == {"schema": "syncd.service/1", "libraries": [f"file:{household.library}"]}


def test_what_it_serves_is_listed_anew_when_it_reads_its_configuration_again(
    household: Household,
) -> None:
    other = household.drop.parent / "other"
    more = LIBRARY.format(name="other", path=other)
    household.config.write_text(household.config.read_text() + more)
    household.process.send_signal(signal.SIGHUP)
    [path] = household.runtime.glob("*.json")

    assert wait_until(lambda: f"file:{other}" in path.read_text())


def test_no_second_daemon_begins_beside_it(household: Household) -> None:
    ended = household.syncd("run")

    assert ended.code == 75
    assert "mine is served by the service erin" in ended.err
    assert not household.has_begun_a_ledger()


def test_while_it_is_down_it_is_waited_for_and_nothing_begins_beside_it(
    household: Household,
) -> None:
    household.process.kill()
    household.process.wait()

    ended = household.syncd("once", household.write("first.ris", scopus_record(1)))

    assert ended.code == 75
    assert "does not answer" in ended.err
    assert not household.has_begun_a_ledger()


def test_once_it_has_stopped_commands_work_by_themselves(household: Household) -> None:
    household.process.terminate()
    assert household.process.wait(20) == 0

    ended = household.syncd("once", household.write("first.ris", scopus_record(1)))

    assert (ended.code, list(household.runtime.iterdir())) == (0, [])
    assert household.has_begun_a_ledger()
