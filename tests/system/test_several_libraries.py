"""One folder, several libraries: each has a worker of its own, and none holds up another."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from syncd.control.status import read_status
from tests.fakes.works import wait_until
from tests.fakes.zotero_desktop.process import ZoteroDesktop
from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.support.commands import Syncd
from tests.support.exports import scopus_record, write_records

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)


class Office:
    """A configuration of many libraries that one folder feeds."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.drop = base / "drop"
        self.drop.mkdir()
        self.state = base / "state"
        self._tables: list[str] = []
        self._names: list[str] = []

    def add(self, name: str, adapter: str, key: str | None = None, **options: object) -> None:
        """Add a library."""
        options = {"name": name, "adapter": adapter, **options}
        if key is not None:
            file = self.base / f"{name}.key"
            file.touch(mode=0o600)
            file.write_text(key)
            options["key_file"] = str(file)
        lines = [f"{option} = {json.dumps(value)}" for option, value in options.items()]
        self._names.append(name)
        self._tables.append("\n".join(["[[library]]", *lines, ""]))

    @property
    def where(self) -> tuple[str | Path, ...]:
        """Write the configuration; return the options by which commands find it."""
        config = self.base / "syncd.toml"
        folder = {"path": str(self.drop), "library": self._names, "settle": "0s"}
        lines = [f"{key} = {json.dumps(value)}" for key, value in folder.items()]
        config.write_text("\n".join([*self._tables, "[[folder]]", *lines, ""]))
        return ("--config", config, "--state", self.state)

    @contextmanager
    def daemon(self, environ: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
        """Run the daemon."""
        command = [sys.executable, "-m", "syncd.cli", "run", *map(str, self.where)]
        process = subprocess.Popen(command, env=dict(environ), stderr=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def libraries(self) -> dict[str, dict[str, Any]]:
        return {each["name"]: each for each in read_status(self.state)["libraries"]}

    def items(self) -> int:
        return len(list(self.base.glob("library/items/*.json")))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def mute_url() -> Iterator[str]:
    """An address that takes every connection and never says a word."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(50)
        yield f"http://127.0.0.1:{mute.getsockname()[1]}"


def test_libraries_that_hang_or_refuse_hold_up_no_other(
    office: Office, zotero_server: ZoteroServer, mute_url: str, environ: dict[str, str]
) -> None:
    alice, bob = zotero_server.add_user(), zotero_server.add_user()
    group = zotero_server.add_group(alice, editing="admins", members=[bob.number])
    web, in_group = {"api_url": zotero_server.url}, {"library_type": "group"}
    office.add("hangs", "zotero-web", alice.key, library_id=7, api_url=mute_url)
    office.add("silent", "zotero-desktop", "a key", url=mute_url)
    office.add("admins", "zotero-web", bob.key, library_id=group.number, **web, **in_group)
    office.add("mine", "zotero-web", alice.key, library_id=alice.number, **web)
    office.add("files", "file", path=str(office.base / "library"))

    with office.daemon(environ) as daemon:
        for round_ in range(2):
            name = f"{round_}.ris"
            write_records(office.drop / name, [scopus_record(round_)])
            # A record comes with a linked attachment.
            wanted = [2 * (round_ + 1)] * 2
            assert wait_until(partial(_holds, wanted, office, zotero_server, alice), within=30)
        assert wait_until(lambda: office.libraries()["admins"]["state"] == "refused", within=30)
        libraries = office.libraries()
        daemon.send_signal(signal.SIGTERM)
        left_with = daemon.wait(10)

    assert libraries["hangs"]["state"] in ("starting", "waiting")
    assert libraries["silent"]["state"] in ("starting", "waiting")
    assert "only its admins may change it" in libraries["admins"]["message"]
    assert "have an admin of the group make you one" in libraries["admins"]["message"]
    assert [libraries[name]["state"] for name in ("mine", "files")] == ["ok", "ok"]
    assert zotero_server.state(group.library)["items"] == {}
    assert left_with == 0


def _holds(wanted: list[int], office: Office, server: ZoteroServer, account: Account) -> bool:
    return [office.items(), len(server.state(account.library)["items"])] == wanted


def test_what_keeps_a_group_from_being_written_to_is_said_in_words(
    office: Office, zotero_server: ZoteroServer, tmp_path: Path, syncd: Syncd
) -> None:
    alice, bob = zotero_server.add_user(), zotero_server.add_user()
    reader = zotero_server.add_key(
        alice.number, {"groups": {"all": {"library": True, "write": False}}}
    )
    admins = zotero_server.add_group(alice, editing="admins", members=[bob.number])
    closed = zotero_server.add_group(alice)
    web = {"api_url": zotero_server.url, "library_type": "group"}
    office.add("reads", "zotero-web", reader, library_id=closed.number, **web)
    office.add("admins", "zotero-web", bob.key, library_id=admins.number, **web)
    office.add("closed", "zotero-web", bob.key, library_id=closed.number, **web)
    with ZoteroDesktop(tmp_path / "zotero").start() as desktop:
        desktop.act("set editable", "groups/7", editable=False)
        desk = {"url": desktop.url, "library_type": "group"}
        office.add("desk", "zotero-desktop", desktop.allow(), library_id=7, **desk)
        office.add("nowhere", "zotero-desktop", desktop.allow(), library_id=8, **desk)
        checked = syncd("check", "--json", *office.where)

    told = {
        each["subject"]: f"{each['message']}; {each['remedy']}"
        for each in json.loads(checked.out)["findings"]
        if each["level"] == "problem"
    }
    assert checked.code == 77
    assert told.keys() == {"reads", "admins", "closed", "desk", "nowhere"}
    assert "allow writing for this key" in told["reads"]
    assert "have an admin of the group make you one" in told["admins"]
    assert "is no member of it; it sees group" in told["closed"]
    assert "have an admin of the group make you one" in told["desk"]
    assert "this Zotero has no group 8; it has group 7" in told["nowhere"]
