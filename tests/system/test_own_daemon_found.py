"""A daemon that a person started is found by that person's commands, wherever its state is."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.works import wait_until
from tests.support.commands import Ended, Syncd
from tests.support.exports import scopus_record, write_records
from tests.support.serving import serving

LIBRARY = '[[library]]\nname = "mine"\nadapter = "file"\npath = "{path}"\n'


class House:
    """A daemon with a state directory that only `--state` named, and commands without."""

    def __init__(self, base: Path, syncd: Syncd) -> None:
        self.base, self._syncd = base, syncd
        self.state, self.library = base / "state", base / "library"
        self.config = base / "syncd.toml"
        self.config.write_text(LIBRARY.format(path=self.library))

    def syncd(self, command: str, *words: str | Path) -> Ended:
        return self._syncd(command, *words, "--config", self.config)

    def write(self, name: str, *records: str) -> Path:
        return write_records(self.base / name, records)

    def other_configuration(self) -> Path:
        """Return a configuration in which another library bears the same name."""
        other = self.base / "other.toml"
        other.write_text(LIBRARY.format(path=self.base / "other library"))
        return other

    def has_begun_a_ledger(self) -> bool:
        homes = (self.base / "home", self.library / ".syncd")
        return any(list(home.rglob("ledger*")) for home in homes)


@pytest.fixture
def idle(tmp_path: Path, syncd: Syncd) -> House:
    return House(tmp_path, syncd)


@pytest.fixture
def house(idle: House, environ: dict[str, str]) -> Iterator[House]:
    with serving(idle.state, environ, "--config", idle.config, "--state", idle.state):
        yield idle


def test_every_command_asks_it_and_says_so(house: House) -> None:
    once = house.syncd("once", house.write("a.ris", scopus_record(1)))
    assert once.code == 0
    assert f"answers, with its own configuration and ledger in {house.state}" in once.err

    said = [
        house.syncd(*words)
        for words in (
            ("once",),
            ("review",),
            ("runs",),
            ("explain", "1"),
            ("plan", house.base / "a.ris"),
            ("undo", "1"),
            ("reconcile",),
            ("resume", "mine"),
            ("status",),
        )
    ]

    assert [each.code for each in said] == [0] * len(said)
    assert all("syncd run (pid " in each.err for each in said)
    assert "1 new" in said[2].out
    assert not house.has_begun_a_ledger()


def test_a_file_library_that_is_named_by_its_folder_is_the_same(house: House) -> None:
    by_folder = house._syncd(
        "once", house.write("a.ris", scopus_record(1)), "--file-library", house.library
    )
    empty = house._syncd("once", "--file-library", house.library)

    assert (by_folder.code, empty.code) == (0, 0)
    assert "answers" in by_folder.err
    assert not house.has_begun_a_ledger()


def test_so_is_one_that_is_reached_through_a_link(house: House) -> None:
    link = house.base / "link"
    link.symlink_to(house.library)
    house.config.write_text(LIBRARY.format(path=link))

    ended = house.syncd("once", house.write("a.ris", scopus_record(1)))

    assert ended.code == 0
    assert "answers" in ended.err
    assert not house.has_begun_a_ledger()


def test_no_second_daemon_begins_beside_it(house: House) -> None:
    ended = house.syncd("run")

    assert ended.code == 75
    assert "mine is served by syncd run (pid " in ended.err
    assert not house.has_begun_a_ledger()


def test_one_that_does_not_answer_is_waited_for_and_nothing_begins_beside_it(
    house: House,
) -> None:
    pid = json.loads(house.syncd("status", "--json").out)["pid"]
    os.kill(pid, signal.SIGSTOP)

    ended = house.syncd("once", house.write("a.ris", scopus_record(1)))
    os.kill(pid, signal.SIGCONT)

    assert ended.code == 75
    assert "does not answer" in ended.err
    assert not house.has_begun_a_ledger()


def test_once_it_was_killed_commands_work_by_themselves(house: House) -> None:
    pid = json.loads(house.syncd("status", "--json").out)["pid"]
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: house.syncd("status").code == 69)

    ended = house.syncd("once", house.write("a.ris", scopus_record(1)))

    assert ended.code == 0
    assert "answers" not in ended.err
    assert house.has_begun_a_ledger()


def test_another_library_of_the_same_name_is_not_written_into(
    house: House, environ: dict[str, str]
) -> None:
    export = house.write("a.ris", scopus_record(1))
    other = ("--config", house.other_configuration(), "--state", house.state)

    for words in (("once", export), ("once",), ("reconcile",), ("review",), ("resume", "mine")):
        ended = house._syncd(*words, *other)
        assert ended.code == 78, words
        assert "does not serve mine as it stands in this configuration" in ended.err

    assert list(house.library.glob("items/*.json")) == []


def test_two_daemons_for_two_libraries_do_not_mind_each_other(
    house: House, environ: dict[str, str]
) -> None:
    other, state = house.other_configuration(), house.base / "other state"

    with serving(state, environ, "--config", other, "--state", state):
        # The state directory is the first one's, and the library the other's.
        where = ("--config", other, "--state", house.state)
        ended = house._syncd("once", house.write("a.ris", scopus_record(1)), *where)

    assert ended.code == 0
    assert f"ledger in {state}" in ended.err
    assert list(house.library.glob("items/*.json")) == []
    assert len(list((house.base / "other library").glob("items/[!.]*.json"))) > 0


def test_where_its_state_was_moved_it_is_asked_all_the_same_and_nothing_is_read_beside_it(
    house: House,
) -> None:
    house.syncd("once", house.write("a.ris", scopus_record(1)))
    moved = house.base / "moved"
    house.state.rename(moved)

    once = house.syncd("once", house.write("b.ris", scopus_record(2)))
    runs = house.syncd("runs")
    house.state.mkdir()
    again = house.syncd("runs")
    second = house._syncd("run", "--config", house.config, "--state", house.state)

    assert once.code == 0
    assert (runs.code, again.code) == (75, 75)
    assert f"its state directory is no longer {house.state}" in runs.err
    assert second.code == 75
    assert not house.has_begun_a_ledger()


def test_another_spelling_of_an_address_is_the_same(idle: House, environ: dict[str, str]) -> None:
    account = '[[library]]\nname = "mine"\nadapter = "zotero-web"\nlibrary_id = 7\napi_url = "{}"\n'
    address = "http://127.0.0.1:9"
    idle.config.write_text(account.format(address))
    with serving(idle.state, environ, "--config", idle.config, "--state", idle.state):
        idle.config.write_text(account.format("HTTP://localhost:9/"))
        same = idle.syncd("review")
        idle.config.write_text(account.format("http://127.0.0.1:10"))
        other = idle.syncd("status")

    assert "syncd run (pid " in same.err
    assert "syncd run (pid " not in other.err
    assert other.code == 69
