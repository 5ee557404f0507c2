"""What was moved is looked at once more: somebody may have gone on writing to it.

A file is moved by its name, and whoever has it open does not notice. Where the system tells of
writers nothing is moved under their hands; over a network, or for files of other users, it does
not. So each move is remembered in `.syncd/moved.json` until its file has been looked at, by
whichever process is there then, and one that has changed goes back where it was dropped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from syncd.inbox.claims import NOTE
from syncd.inbox.exports import Stamp
from syncd.inbox.names import DONE, FAILED
from syncd.inbox.own_folders import OWN, open_to_read, opened, write_fresh
from syncd.inbox.publishing import Entry, publish
from syncd.inbox.writers import held_still

_FILE = "moved.json"
_LARGEST = 10_000_000
_LATEST = 253_402_300_799
"""The end of the year 9999, in seconds: no clock is ahead of it."""

AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""How long after a move its file is looked at; the later times where writers cannot be seen."""


class Moved(NamedTuple):
    """One file that was moved: where to, what it was dropped as, and how it was when read."""

    place: str
    name: str
    size: int
    mtime_ns: int
    at: float
    looks: int = 0

    @property
    def due(self) -> float:
        """When it is to be looked at next."""
        return self.at + AFTER[min(self.looks, len(AFTER) - 1)].total_seconds()


class Looked(NamedTuple):
    """What came of a look: when the next is due, and what changed and could not be taken back."""

    next_look: timedelta | None = None
    stuck: tuple[tuple[str, str], ...] = ()


def remember(root: Path, place: Path, name: Path, stamp: Stamp, now: datetime) -> None:
    """Note that a file was moved. Raises `OSError`."""
    moved = Moved(
        str(place.relative_to(root)), str(name), stamp.size, stamp.mtime_ns, now.timestamp()
    )
    with opened(root, OWN, make=True) as own:
        _write(own, [*_read(own), moved])


def look_again(root: Path, now: datetime) -> Looked:
    """Look at what was moved a while ago, and take back what has changed. Raises `OSError`."""
    at = now.timestamp()
    stuck: list[tuple[str, str]] = []
    try:
        with opened(root, OWN) as own:
            before = _read(own)
            after: list[Moved] = []
            for moved in before:
                # A clock that was set back must not put a look off for ever.
                is_due = moved.due <= at or moved.at > at
                after += _look_at(root, moved, stuck) if is_due else (moved,)
            if after != before:
                _write(own, after)
    except FileNotFoundError:
        return Looked()
    # What is still written after the last look, or stuck, is looked at again once in a while.
    waits = [timedelta(seconds=moved.due - at) if moved.due > at else AFTER[0] for moved in after]
    return Looked(min(waits, default=None), tuple(stuck))


def _look_at(root: Path, moved: Moved, stuck: list[tuple[str, str]]) -> tuple[Moved, ...]:
    """Look at one file; return what is still to be remembered of it."""
    place = PurePosixPath(moved.place)
    again = moved._replace(looks=min(moved.looks + 1, len(AFTER) - 1))
    try:
        with opened(root, *place.parent.parts) as folder:
            state = _state(folder, place.name)
            if (state.size, state.mtime_ns) != (moved.size, moved.mtime_ns):
                _take_back(root, folder, place.name, PurePosixPath(moved.name))
                return ()
    except (FileNotFoundError, NotADirectoryError):
        return ()  # somebody has taken it away, which is their right
    except OSError as error:
        reason = f"changed after it was moved, and cannot be taken back: {error.strerror}"
        stuck.append((moved.place, reason))
        return (again,)
    done = state.is_written is False or (state.is_written is None and again.looks == moved.looks)
    return () if done else (again,)


class _State(NamedTuple):
    size: int
    mtime_ns: int
    is_written: bool | None


def _state(folder: int, name: str) -> _State:
    file = open_to_read(folder, name)
    try:
        with held_still(file) as is_written:
            status = os.fstat(file)
            return _State(status.st_size, status.st_mtime_ns, is_written)
    finally:
        os.close(file)


def _take_back(root: Path, folder: int, put: str, name: PurePosixPath) -> None:
    with opened(root, *name.parent.parts) as drop:
        publish(Entry(folder, put), drop, name.name)
        for gone in (put, put + NOTE):
            with suppress(FileNotFoundError):
                os.unlink(gone, dir_fd=folder)
        os.fsync(drop)
    os.fsync(folder)


def _read(own: int) -> list[Moved]:
    """Return what is remembered; nothing where the file is gone or cannot be understood."""
    try:
        file = open_to_read(own, _FILE)
    except FileNotFoundError:
        return []
    try:
        found = json.loads(_read_all(file))
    except (OSError, ValueError, RecursionError):
        return []
    return [Moved(*each) for each in found if _is_moved(each)] if isinstance(found, list) else []


def _read_all(file: int) -> bytes:
    """Read what is open, a folder in the file's place not included. Raises `OSError`."""
    try:
        return b"".join(iter(lambda: os.read(file, _LARGEST), b""))[:_LARGEST]
    finally:
        os.close(file)


def _is_moved(value: Any) -> bool:
    kinds = (str, str, int, int, int | float, int)
    return (
        isinstance(value, list)
        and len(value) == len(kinds)
        and all(isinstance(each, kind) for each, kind in zip(value, kinds, strict=True))
        and _is_below(value[0])
        and PurePosixPath(value[0]).parent.name in (DONE, FAILED)
        and _is_below(value[1])
        and 0 <= value[4] <= _LATEST
        and 0 <= value[5] < len(AFTER)
    )


def _is_below(path: str) -> bool:
    try:
        is_name = b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False
    parts = PurePosixPath(path)
    return is_name and bool(parts.name) and not parts.is_absolute() and ".." not in parts.parts


def _write(own: int, remembered: Iterable[Moved]) -> None:
    moves = list(remembered)
    if not moves:
        with suppress(FileNotFoundError):
            os.unlink(_FILE, dir_fd=own)
        return
    write_fresh(own, _FILE + ".new", json.dumps(moves).encode())
    os.replace(_FILE + ".new", _FILE, src_dir_fd=own, dst_dir_fd=own)
