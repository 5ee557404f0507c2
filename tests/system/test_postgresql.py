"""The ledger in a database of its own: PostgreSQL, as `[ledger] url` names it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from syncd.cli.exits import Exit
from tests.support.commands import Ended, Syncd
from tests.support.exports import scopus_record, write_export, write_records
from tests.support.ports import free_port

pytestmark = pytest.mark.timeout(300)

_PLACES = (*map(str, Path("/usr/lib/postgresql").glob("*/bin")), os.environ.get("PATH", ""))
_PG_CTL = shutil.which("pg_ctl", path=os.pathsep.join(_PLACES))
_MORE_THAN_ONE_LOOKS_THROUGH = 2_100
"""Records beyond which reconcile asks the database which of them have anything in common."""

_SOME = 800


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Return the port of a server of our own, which trusts whoever is on this machine."""
    if _PG_CTL is None:
        pytest.skip("needs PostgreSQL's server (pg_ctl)")
    root = tmp_path_factory.mktemp("postgresql")
    # It refuses to run as root.
    user = "nobody" if os.geteuid() == 0 else None
    data = root / "data"
    data.mkdir(mode=0o700)
    if user is not None:
        for path in (data, *root.parents[:-1], root):
            path.chmod(path.stat().st_mode | 0o011)
        shutil.chown(data, user)
    port = free_port()
    options = f"-p {port} -k {data} -c listen_addresses=127.0.0.1 -c fsync=off"
    start = ["-w", "-t", "60", "-l", str(data / "log"), "-o", options, "start"]
    _pg_ctl(user, data, "-o", "-A trust -U syncd -E UTF8 --no-locale", "initdb")
    _pg_ctl(user, data, *start)
    try:
        yield port
    finally:
        _pg_ctl(user, data, "-m", "immediate", "stop")


def _pg_ctl(user: str | None, data: Path, *words: str) -> None:
    done = subprocess.run(
        [str(_PG_CTL), "-s", "-D", str(data), *words],
        user=user,
        cwd=data,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


class Place:
    """A file library, a drop folder and a ledger on the server."""

    def __init__(self, root: Path, address: str, syncd: Syncd) -> None:
        self._syncd = syncd
        self.items = root / "library" / "items"
        self.drop = root / "drop"
        self.drop.mkdir()
        configuration = root / "syncd.toml"
        configuration.write_text(
            f'[ledger]\nurl = "postgresql+psycopg://{address}"\n'
            f'[[library]]\nname = "shelf"\nadapter = "file"\npath = "{root / "library"}"\n'
            f'[[folder]]\npath = "{self.drop}"\nlibrary = "shelf"\nsettle = "0s"\n'
        )
        self.where = ("--config", str(configuration), "--state", str(root / "state"))

    def __call__(self, command: str, *words: str | Path, code: int = 0) -> Ended:
        ended = self._syncd(command, *self.where, *words)
        assert ended.code == code, (ended.out, ended.err)
        return ended

    def document(self, command: str, *words: str | Path) -> Any:
        return json.loads(self(command, "--json", *words).out)

    def written(self) -> int:
        return sum(1 for _ in self.items.glob("*.json"))

    def works(self) -> dict[str, str]:
        """Return the works of the library, by key, with their titles."""
        found = (json.loads(path.read_text()) for path in self.items.glob("*.json"))
        return {item["key"]: item["data"]["title"] for item in found if "title" in item["data"]}


@pytest.fixture
def place(tmp_path: Path, server: int, syncd: Syncd) -> Place:
    address = f"syncd@127.0.0.1:{server}"
    with psycopg.connect(f"postgresql://{address}/postgres", autocommit=True) as connection:
        name = sql.Identifier(tmp_path.name)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    return Place(tmp_path, f"{address}/{tmp_path.name}", syncd)


def test_every_command_works_with_a_ledger_on_a_server(place: Place, tmp_path: Path) -> None:
    export = write_export(tmp_path / "many.ris", range(_MORE_THAN_ONE_LOOKS_THROUGH))
    place("plan", export)
    place("once", export)
    assert len(place.works()) == _MORE_THAN_ONE_LOOKS_THROUGH
    doubtful = write_records(
        tmp_path / "doubtful.ris",
        [scopus_record(1, TI="Quite another subject", AU="Nobody, N.", DO=None)],
    )
    place("once", doubtful)

    [library] = place.document("reconcile")["libraries"]
    assert (library["duplicates"], library["pending"]) == ([], 0)
    [held] = place.document("review")["libraries"][0]["held"]
    place("explain", min(place.works()))
    place("explain", export)
    place("review", "skip", str(held["id"]))
    place("status", code=Exit.UNAVAILABLE)  # No daemon runs.
    place("check")
    undone = place.document("undo", "1", "--yes")
    assert len(undone["trashed"]) == _MORE_THAN_ONE_LOOKS_THROUGH
    place("runs")
    works = place.works()
    place("once", write_export(tmp_path / "again.ris", range(50)))
    assert place.works() == works


def test_a_server_that_does_not_answer_is_told_from_a_damaged_ledger(
    tmp_path: Path, syncd: Syncd
) -> None:
    nobody = Place(tmp_path, f"syncd@127.0.0.1:{free_port()}/postgres", syncd)

    told = nobody("once", code=Exit.LEDGER).err

    assert "see whether the database runs" in told
    assert "move the state directory" not in told


def test_a_daemon_that_was_killed_goes_on_where_it_was(
    place: Place, environ: dict[str, str]
) -> None:
    write_export(place.drop / "export.ris", range(_SOME))
    command = [sys.executable, "-m", "syncd", "run", *place.where]
    for _ in range(2):
        count = len(place.works())
        with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as daemon:
            until = time.monotonic() + 60
            while len(place.works()) <= count < 800 and time.monotonic() < until:
                time.sleep(0.01)
            daemon.send_signal(signal.SIGKILL)

    place("once")

    titles = list(place.works().values())
    assert len(titles) == len(set(titles)) == _SOME
