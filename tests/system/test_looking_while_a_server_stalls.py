"""Who only looks does not wait for a server that does not get to an end of its answer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.app import check as checking
from syncd.app import questions
from syncd.cli import inspect as inspecting
from syncd.cli import review_asking
from tests.fakes.works import wait_until
from tests.fakes.zotero_server.process import ZoteroServer
from tests.support.commands import Ended, Syncd
from tests.support.exports import scopus_record, write_records
from tests.support.serving import serving

SOON = timedelta(milliseconds=300)


class Account:
    """A library with one work, and a record that waits for a person."""

    def __init__(self, base: Path, server: ZoteroServer, syncd: Syncd) -> None:
        ada = server.add_user()
        self.base, self.server, self._syncd = base, server, syncd
        self.state = base / "state"
        key_file, config = base / "key", base / "syncd.toml"
        key_file.write_text(ada.key)
        key_file.chmod(0o600)
        config.write_text(
            f'[[library]]\nname = "mine"\nadapter = "zotero-web"\nlibrary_id = {ada.number}\n'
            f'api_url = "{server.url}"\nkey_file = "{key_file}"\n'
        )
        self.where = ("--config", config, "--state", self.state)
        self.export = write_records(base / "a.ris", [scopus_record(1)])
        other = scopus_record(1, TI="Something else entirely", AU="Noone, N.", DO=None)
        self.syncd("once", self.export)
        self.syncd("once", write_records(base / "b.ris", [other]))

    def syncd(self, *words: str | Path) -> Ended:
        return self._syncd(*words, *self.where)

    def stall(self) -> None:
        self.server.arm("stall", times=None, seconds=600)

    @contextmanager
    def reconciling_for_ever(self, environ: dict[str, str]) -> Iterator[None]:
        """Have the daemon's thread of the library wait for the server."""
        self.stall()
        before = self.server.faults_struck()
        command = [sys.executable, "-m", "syncd.cli", "reconcile", *map(str, self.where)]
        with subprocess.Popen(
            command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                assert wait_until(lambda: self.server.faults_struck() > before, within=30)
                yield
            finally:
                process.kill()


@pytest.fixture
def account(tmp_path: Path, syncd: Syncd) -> Iterator[Account]:
    with ZoteroServer.start() as server:
        yield Account(tmp_path, server, syncd)


def test_what_waits_is_told_by_the_daemon_from_its_ledger(
    account: Account, environ: dict[str, str]
) -> None:
    with serving(account.state, environ, *account.where), account.reconciling_for_ever(environ):
        listed = account.syncd("review", "--json")
        shown = account.syncd("review", "show", "1")
        exported = account.syncd("review", "export")
        status = account.syncd("status", "--json")

    assert [each.code for each in (listed, shown, exported)] == [0, 0, 0]
    [library] = json.loads(listed.out)["libraries"]
    assert "busy" in library["unavailable"]
    [held] = library["held"]
    assert held["candidates"][0]["item"] is None
    assert "what its items say cannot be shown now" in shown.err
    assert json.loads(status.out)["libraries"][0]["held"] == 1


def test_where_nothing_waits_nobody_is_asked(account: Account, environ: dict[str, str]) -> None:
    account.syncd("review", "skip", "1")
    account.stall()

    for asked in (account.syncd("review", "--json"), account.syncd("review", "export")):
        assert asked.code == 0

    assert account.server.faults_struck() == 0


def test_without_a_daemon_the_ledger_has_to_do_after_a_while(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (review_asking, questions):
        monkeypatch.setattr(room, "LOOKING", SOON)
    account.stall()

    listed = account.syncd("review", "--json")
    [library] = json.loads(listed.out)["libraries"]
    [held] = library["held"]
    explained = account.syncd("explain", held["candidates"][0]["item_key"])

    assert "has not answered within" in library["unavailable"]
    assert explained.code == 0
    assert "mine: it has not answered within" in explained.err


def test_an_inspection_goes_by_the_newest_schema_and_a_check_says_so(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspecting, "LOOKING", SOON)
    monkeypatch.setattr(checking, "_PATIENCE", SOON)
    account.stall()

    inspected = account.syncd("inspect", account.export)
    checked = account.syncd("check")

    assert inspected.code == 0
    assert "mine: it has not answered within" in inspected.err
    assert checked.code == 69
    assert "has not answered within" in checked.out
