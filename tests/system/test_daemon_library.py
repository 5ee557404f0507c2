"""The daemon whole: `syncd run` with a configuration, a drop folder and a library in a folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.works import wait_until

CONFIG = """
[[library]]
name = "mine"
adapter = "file"
path = "{library}"

[[folder]]
path = "{drop}"
library = "mine"
settle = "100ms"
after = "{after}"
"""
RECORD = """TY  - JOUR
TI  - Study number {0} of its kind
AU  - Author, An
PY  - 2020
DO  - 10.5555/daemon.{0}
ER  -
"""


class Syncd:
    """`syncd run` on folders of its own."""

    def __init__(self, base: Path, after: str) -> None:
        self.drop = base / "drop"
        self.library = base / "library"
        self.drop.mkdir()
        self._config = base / "syncd.toml"
        self._config.write_text(CONFIG.format(library=self.library, drop=self.drop, after=after))
        self._state = base / "state"
        self._log = base / "log"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "syncd.cli", "run"]
        command += ["--config", str(self._config), "--state", str(self._state)]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(command, stderr=log)
        assert wait_until(lambda: "watching 1 folder" in self.log(), within=20)

    def log(self) -> str:
        return self._log.read_text()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def dois(self) -> list[str]:
        """Return the DOI of every item that is wholly there, sorted."""
        found = []
        for path in self.library.glob("items/*.json"):
            data: dict[str, Any] = json.loads(path.read_text())["data"]
            if "DOI" in data:
                found.append(data["DOI"])
        return sorted(found)

    def has_more_than(self, count: int) -> Callable[[], bool]:
        return lambda: len(self.dois()) > count

    def has(self, count: int, within: float = 30) -> bool:
        return wait_until(lambda: len(self.dois()) >= count, within)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Syncd]]:
    started: list[Syncd] = []

    def start(after: str = "leave") -> Syncd:
        started.append(Syncd(tmp_path, after))
        return started[-1]

    yield start
    for syncd in started:
        syncd.kill()


def records(*numbers: int) -> str:
    return "".join(RECORD.format(number) for number in numbers)


def test_names_in_any_bytes_arrive_and_are_logged_on_one_line(run: Callable[..., Syncd]) -> None:
    syncd = run()
    names = [b"with space", b"new\nline", b"\x1b[31mred", b"-dash", b"\xff no text", b"x" * 251]
    for number, name in enumerate(names):
        path = os.path.join(os.fsencode(syncd.drop), name + b".ris")
        Path(os.fsdecode(path)).write_text(records(number))

    assert syncd.has(len(names)), syncd.log()
    assert "\x1b" not in syncd.log()
    assert "Traceback" not in syncd.log()


def test_killed_in_the_middle_again_and_again_it_has_every_record_once(
    run: Callable[..., Syncd],
) -> None:
    syncd = run()
    (syncd.drop / "a.ris").write_text(records(*range(200)))
    for _ in range(3):
        before = len(syncd.dois())
        wait_until(syncd.has_more_than(before), within=3)
        syncd.kill()
        syncd.start()

    assert syncd.has(200), syncd.log()
    (syncd.drop / "again.ris").write_text(records(*range(200)) + "\n")
    time.sleep(1)
    assert Counter(syncd.dois()).most_common(1)[0][1] == 1
    assert len(syncd.dois()) == 200


def test_told_to_stop_in_the_middle_it_does_so_soon_and_goes_on_next_time(
    run: Callable[..., Syncd],
) -> None:
    syncd = run()
    (syncd.drop / "a.ris").write_text(records(*range(200)))
    assert syncd.has(1)

    begun = time.monotonic()
    syncd.process.send_signal(signal.SIGTERM)

    assert syncd.process.wait(10) == 0
    assert time.monotonic() - begun < 6
    syncd.start()
    assert syncd.has(200), syncd.log()


def test_a_spool_is_emptied_into_done_and_failed(run: Callable[..., Syncd]) -> None:
    syncd = run(after="move")
    (syncd.drop / "good.ris").write_text(records(1, 2))
    bad = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) + b"\nER  - \n"
    (syncd.drop / "bad.ris").write_bytes(bad)

    assert wait_until(lambda: (syncd.drop / "done" / "good.ris").exists(), within=10), syncd.log()
    assert wait_until(lambda: (syncd.drop / "failed" / "bad.ris.txt").exists(), within=10)
    assert syncd.has(2)
    assert sorted(path.name for path in syncd.drop.iterdir() if path.is_file()) == []

    (syncd.drop / "bad again.ris").write_bytes(bad)
    (syncd.drop / "good again.ris").write_text(records(1, 2))
    failed = syncd.drop / "failed" / "bad again.ris.txt"
    assert wait_until(failed.exists, within=10), list(syncd.drop.rglob("*"))
    assert wait_until(lambda: (syncd.drop / "done" / "good again.ris").exists(), within=10)
    assert len(syncd.dois()) == 2
