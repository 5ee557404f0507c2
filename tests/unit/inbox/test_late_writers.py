"""A file that somebody still writes to is not moved, and what changes after a move comes back."""

from __future__ import annotations

import errno
import fcntl
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.inbox import FolderState
from tests.support.drop import ENTRY, MovingDrop

WRITER = """
import sys
with open(sys.argv[1], "ab") as file:
    print("open", flush=True)
    for line in sys.stdin:
        file.write(bytes.fromhex(line))
        file.flush()
        print("written", flush=True)
"""


class Writer:
    """A process of its own that has a file open."""

    def __init__(self, path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._hears("open")

    def write(self, content: bytes) -> None:
        assert self._process.stdin is not None
        print(content.hex(), file=self._process.stdin, flush=True)
        self._hears("written")

    def end(self) -> None:
        self._process.communicate()

    def _hears(self, word: str) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline().strip() == word


@pytest.fixture
def drop(tmp_path: Path) -> Iterator[MovingDrop]:
    (tmp_path / "drop").mkdir()
    made = MovingDrop(tmp_path / "drop")
    yield made
    made.inbox.close()


@pytest.fixture
def no_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer as the kernel does for other people's files."""
    real = fcntl.fcntl

    def refuse(file: int, command: int, argument: Any = 0) -> Any:
        if command == fcntl.F_SETLEASE:
            raise OSError(errno.EACCES, "Permission denied")
        return real(file, command, argument)

    monkeypatch.setattr(fcntl, "fcntl", refuse)


@pytest.fixture
def no_sight(no_leases: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Show nobody's open files either, as a sandbox does."""
    monkeypatch.setattr("syncd.inbox.writers._is_written_by_process", lambda _file: None)


@pytest.mark.parametrize("way", ["lease", "processes"])
def test_a_file_that_a_process_has_open_for_writing_stays_until_it_is_closed(
    drop: MovingDrop, way: str, request: pytest.FixtureRequest
) -> None:
    if way == "processes":
        request.getfixturevalue("no_leases")
    path = drop.put("up.ris")
    writer = Writer(path)

    paused = drop.settled()
    writer.write(ENTRY)
    writer.end()
    (export,) = drop.settled().ready

    assert (paused.ready, paused.waiting) == ((), 1)
    assert paused.next_look == drop.inbox.folder.settle
    assert export.path.read_bytes() == ENTRY * 2


def test_one_who_only_reads_keeps_nothing_waiting(drop: MovingDrop) -> None:
    with drop.put("a.ris").open("rb"):
        assert len(drop.settled().ready) == 1


def test_a_file_that_stays_open_for_long_is_named(drop: MovingDrop) -> None:
    with drop.put("a.ris").open("ab"):
        drop.settled()
        drop.clock.advance(minutes=2)
        result = drop.inbox.scan()

    assert dict(result.skipped) == {"a.ris": "somebody has it open for writing"}
    assert len(drop.settled().ready) == 1


@pytest.mark.usefixtures("no_sight")
@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("rejected", [None, "not a RIS file"])
def test_what_an_unseen_writer_adds_after_the_move_comes_back_and_is_read(
    drop: MovingDrop, restarted: bool, rejected: str | None
) -> None:
    writer = Writer(drop.put("up.ris"))
    put = drop.deliver(rejected)
    writer.write(ENTRY)
    writer.end()
    if restarted:
        drop.restart()

    early = drop.inbox.scan()
    assert early.next_look is not None
    drop.clock.advance(seconds=early.next_look.total_seconds())
    (export,) = drop.settled().ready

    assert export.dropped_as == drop.path / "up.ris"
    assert export.path.read_bytes() == ENTRY * 2
    assert not put.exists()
    assert not put.with_name("up.ris.txt").exists()


@pytest.mark.usefixtures("no_sight")
def test_where_writers_are_not_seen_the_look_is_repeated_before_it_is_the_last(
    drop: MovingDrop,
) -> None:
    put = drop.deliver_of("up.ris")
    drop.clock.advance(minutes=2)
    drop.inbox.scan()
    put.write_bytes(ENTRY * 2)
    drop.clock.advance(minutes=10)

    assert [str(export.name) for export in drop.settled().ready] == ["up.ris"]


def test_what_did_not_change_is_looked_at_once_and_forgotten(drop: MovingDrop) -> None:
    put = drop.deliver_of("up.ris")
    assert (drop.path / ".syncd" / "moved.json").stat().st_mode & 0o777 == 0o600
    drop.clock.advance(minutes=2)

    assert drop.inbox.scan().next_look is None
    assert put.exists()
    assert not (drop.path / ".syncd" / "moved.json").exists()


def test_what_somebody_took_out_of_done_is_let_go(drop: MovingDrop) -> None:
    drop.deliver_of("up.ris").unlink()
    drop.clock.advance(minutes=2)

    assert drop.inbox.scan().next_look is None


def test_what_comes_back_overwrites_nothing(drop: MovingDrop) -> None:
    drop.deliver_of("up.ris").write_bytes(ENTRY * 2)
    drop.put("up.ris", ENTRY * 3)
    drop.clock.advance(minutes=2)

    sizes = {str(each.name): each.size // len(ENTRY) for each in drop.settled().ready}

    assert sizes == {"up.ris": 3, "up (2).ris": 2}


@pytest.mark.parametrize(
    "forged",
    [
        b"junk",
        b"[" * 100_000,
        b'[["../victim/x.ris", "x.ris", 1, 1, 1.0, 0]]',
        b'[["/victim/x.ris", "x.ris", 1, 1, 1.0, 0]]',
        b'[["done/x.ris", "../../x.ris", 1, 1, 1.0, 0]]',
        b'[["keep/x.ris", "x.ris", 1, 1, 1.0, 0]]',
        b'[["done/x.ris"]]',
        b'[["done/x.ris", "x.ris", 1, 1, 1.0, -5]]',
        b'[["done/x.ris", "x.ris", 1, 1, NaN, 0]]',
        b'[["done/x.ris", "x.ris", 1, 1, 1%s, 0]]' % (b"0" * 400),
        b'[["done/x\\u0000.ris", "x.ris", 1, 1, 1.0, 0]]',
        b'[["done/\\udfff", "x.ris", 1, 1, 1.0, 0]]',
        b"{}",
    ],
)
def test_a_forged_memory_moves_nothing(drop: MovingDrop, tmp_path: Path, forged: bytes) -> None:
    for folder in ("victim", "drop/done", "drop/keep", "drop/.syncd"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "x.ris").write_bytes(ENTRY)
    (drop.path / ".syncd" / "moved.json").write_bytes(forged)

    assert drop.inbox.scan().state is FolderState.OK

    for folder in ("victim", "drop/done", "drop/keep"):
        assert (tmp_path / folder / "x.ris").exists()


def test_a_file_that_stays_open_for_long_is_looked_at_once_in_a_while(drop: MovingDrop) -> None:
    put = drop.deliver_of("up.ris")
    with put.open("ab"):
        for minutes in (2, 11, 70, 200):
            drop.clock.advance(minutes=minutes)
            result = drop.inbox.scan()

    assert result.next_look is not None
    assert result.next_look >= timedelta(minutes=1)
