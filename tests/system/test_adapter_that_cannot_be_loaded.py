"""An adapter by others that cannot be loaded holds up its own library and no other."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from syncd.control.status import read_status
from tests.fakes.works import wait_until
from tests.support.commands import Syncd
from tests.support.exports import scopus_record, write_records

RAISING = "raise KeyError('of the shelf')\n"
ENDING = "raise SystemExit(3)\n"
UNSURE = """
class Adapter:
    def check_options(self, options):
        raise KeyError('of the shelf')
    def open(self, options, surroundings):
        raise KeyError('not to be reached')
ADAPTER = Adapter()
"""
WELL = """
from adapters.memory import MemoryLibrary
from adapters.kit import shipped_schema
class Adapter:
    def check_options(self, options):
        return {}
    def open(self, options, surroundings):
        return MemoryLibrary(shipped_schema())
ADAPTER = Adapter()
"""
CLOSED = """
from syncd.errors import UnavailableError
class Adapter:
    def check_options(self, options):
        return {}
    def open(self, options, surroundings):
        raise UnavailableError('KeyError: of the shelf')
ADAPTER = Adapter()
"""


class House(NamedTuple):
    """A library of files and one of the shelf's, with a folder each."""

    base: Path
    where: tuple[str | Path, ...]

    def drop(self, folder: str, number: int) -> Path:
        return write_records(self.base / folder / f"{number}.ris", [scopus_record(number, N1=None)])

    def items(self) -> int:
        return len(list(self.base.glob("files/items/*.json")))


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], House]:
    """Return who installs the shelf with this code (None: without any) and configures it."""

    def made(code: str | None) -> House:
        packages = tmp_path / "packages"
        information = packages / "syncd_shelf-1.0.dist-info"
        information.mkdir(parents=True)
        metadata = "Metadata-Version: 2.1\nName: syncd-shelf\nVersion: 1.0\n"
        (information / "METADATA").write_text(metadata)
        entry = "[syncd.adapters]\nshelf = syncd_shelf:ADAPTER\n"
        (information / "entry_points.txt").write_text(entry)
        if code is not None:
            (packages / "syncd_shelf.py").write_text(code)
        monkeypatch.syspath_prepend(packages)
        monkeypatch.delitem(sys.modules, "syncd_shelf", raising=False)
        for folder in ("one", "two"):
            (tmp_path / folder).mkdir()
        config = tmp_path / "syncd.toml"
        config.write_text(
            '[[library]]\nname = "odd"\nadapter = "shelf"\nanything = 1\n'
            f'[[library]]\nname = "files"\nadapter = "file"\npath = "{tmp_path / "files"}"\n'
            f'[[folder]]\npath = "{tmp_path / "one"}"\nlibrary = "odd"\nsettle = "0s"\n'
            f'[[folder]]\npath = "{tmp_path / "two"}"\nlibrary = "files"\nsettle = "0s"\n'
        )
        return House(tmp_path, ("--config", config, "--state", tmp_path / "state"))

    return made


@pytest.mark.parametrize("code", [RAISING, ENDING, UNSURE, CLOSED, None])
def test_a_pass_brings_records_into_the_other_library(
    make: Callable[[str | None], House], syncd: Syncd, code: str | None
) -> None:
    house = make(code)
    left, _ = house.drop("one", 1), house.drop("two", 2)

    ended = syncd("once", *house.where)

    assert ended.code == 75
    assert house.items() == 1
    assert left.exists()
    assert "odd: the adapter shelf (syncd-shelf 1.0) failed: " in ended.err
    assert "other libraries go on. Install that anew" in ended.err
    assert "bug" not in ended.err


def test_what_only_looks_tells_of_the_other_library(
    make: Callable[[str | None], House], syncd: Syncd
) -> None:
    house = make(RAISING)
    files = house.drop("one", 1), house.drop("two", 2)

    planned = syncd("plan", "--json", *files, *house.where)
    compared = syncd("reconcile", "--json", *house.where)

    assert (planned.code, compared.code) == (75, 75)
    [record] = json.loads(planned.out)["records"]
    assert Path(record["file"]).name == "2.ris"
    [library] = json.loads(compared.out)["libraries"]
    assert library["library"] == "files"
    for ended in (planned, compared):
        assert "odd: the adapter shelf (syncd-shelf 1.0) failed: it cannot be loaded" in ended.err


def test_check_names_the_adapter_and_the_library_that_needs_it(
    make: Callable[[str | None], House], syncd: Syncd
) -> None:
    checked = syncd("check", "--json", *make(RAISING).where)

    found = json.loads(checked.out)["findings"]
    told = {each["subject"]: (each["level"], each["message"]) for each in found}
    assert checked.code == 69
    why = (
        "the adapter shelf (syncd-shelf 1.0) failed: it cannot be loaded: KeyError: 'of the shelf'"
    )
    assert told["odd"] == ("problem", why)
    assert told["adapter shelf"] == ("advice", why)
    assert told["files"][0] == "ok"


def test_a_name_that_nobody_provides_is_a_fault_of_the_configuration(
    make: Callable[[str | None], House], syncd: Syncd
) -> None:
    house = make(RAISING)
    config = house.base / "syncd.toml"
    config.write_text(config.read_text().replace('"shelf"', '"shelve"'))

    ended = syncd("once", *house.where)

    assert ended.code == 78
    assert "there is no adapter 'shelve'; known are file, shelf, zotero-desktop" in ended.err


def test_one_that_was_there_before_and_is_gone_holds_up_no_other_library(
    make: Callable[[str | None], House], syncd: Syncd
) -> None:
    house = make(WELL)
    house.drop("one", 1)
    assert syncd("once", *house.where).code == 0
    shutil.rmtree(house.base / "packages")
    house.drop("two", 2)

    ended, checked = syncd("once", *house.where), syncd("check", "--json", *house.where)
    status = json.loads(syncd("status", "--json", *house.where).out)
    config = house.base / "syncd.toml"
    config.write_text(config.read_text().replace('"shelf"', '"shelve"'))
    misspelt = syncd("once", *house.where)

    assert (ended.code, house.items()) == (75, 1)
    assert "odd: the adapter shelf (not installed) failed: it was there when" in ended.err
    found = {each["subject"]: each["level"] for each in json.loads(checked.out)["findings"]}
    assert (found["odd"], found["files"]) == ("problem", "ok")
    assert [each["name"] for each in status["libraries"]] == ["odd", "files"]
    assert misspelt.code == 78


def test_init_writes_nothing_for_it(make: Callable[[str | None], House], syncd: Syncd) -> None:
    house = make(RAISING)
    place = house.base / "new.toml"

    ended = syncd("init", "--yes", "--adapter", "shelf", "--config", place)

    assert ended.code == 75
    assert not place.exists()
    assert "it cannot be loaded" in ended.err


def test_a_daemon_pauses_that_library_and_serves_the_other(
    make: Callable[[str | None], House], environ: dict[str, str]
) -> None:
    house = make(RAISING)
    house.drop("one", 1)
    command = [sys.executable, "-m", "syncd.cli", "run", *map(str, house.where)]
    found = {**environ, "PYTHONPATH": str(house.base / "packages")}
    with subprocess.Popen(command, env=found, stderr=subprocess.PIPE, text=True) as daemon:
        try:
            house.drop("two", 2)
            assert wait_until(lambda: house.items() == 1, within=20)
            states = {each["name"]: each for each in read_status(house.base / "state")["libraries"]}
            assert states["files"]["state"] == "ok"
            assert states["odd"]["state"] == "paused"
            assert "(syncd-shelf 1.0) failed: it cannot be loaded" in states["odd"]["message"]
        finally:
            daemon.send_signal(signal.SIGTERM)
            _, said = daemon.communicate(timeout=20)
    assert daemon.returncode == 0
    assert "Traceback" not in said


def serving(version: str) -> str:
    """Return an adapter of several modules, whose library says of which version it is."""
    return f"""
from adapters.memory import MemoryLibrary
from adapters.kit import shipped_schema
from syncd_shelf.parts import TITLE
class Library(MemoryLibrary):
    def describe(self):
        if TITLE != "{version}":
            raise RuntimeError("parts of another version")
        return super().describe()._replace(title=TITLE)
class Adapter:
    def check_options(self, options):
        return {{}}
    def open(self, options, surroundings):
        return Library(shipped_schema())
ADAPTER = Adapter()
"""


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (RAISING, "it cannot be loaded"),
        (UNSURE, "KeyError: 'of the shelf'"),
        (serving("2").replace('"2"', '"none"'), "parts of another version"),
    ],
)
def test_a_daemon_loads_it_again_when_it_is_resumed(
    make: Callable[[str | None], House],
    syncd: Syncd,
    environ: dict[str, str],
    broken: str,
    why: str,
) -> None:
    house = make(None)
    package = house.base / "packages" / "syncd_shelf"
    package.mkdir()
    (package / "parts.py").write_text('TITLE = "1"\n')
    (package / "__init__.py").write_text(f"import syncd_shelf.parts\n{broken}")

    def state() -> dict[str, str]:
        libraries = read_status(house.base / "state")["libraries"]
        return next((each for each in libraries if each["name"] == "odd"), {"state": ""})

    command = [sys.executable, "-m", "syncd.cli", "run", *map(str, house.where)]
    found = {**environ, "PYTHONPATH": str(package.parent)}
    with subprocess.Popen(command, env=found, stderr=subprocess.PIPE, text=True) as daemon:
        try:
            assert wait_until(lambda: state()["state"] == "paused", within=20)
            assert why in state()["message"]
            # Another version is installed, whose parts have changed as well.
            (package / "parts.py").write_text('TITLE = "2nd"\n')
            (package / "__init__.py").write_text(serving("2nd"))
            resumed = syncd("resume", "odd", *house.where)
            house.drop("one", 1)
            assert wait_until(lambda: state()["state"] == "ok", within=20), state()
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.communicate(timeout=20)
    assert resumed.code == 0, resumed.err
    assert daemon.returncode == 0
