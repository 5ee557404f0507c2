"""A large file is written anew from pieces of the old one and from new ones between them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from adapters.file.writing import replaced

_AT_ONCE = 1024 * 1024


class Frame(NamedTuple):
    """What stands before, between and behind the pieces of a file, and in one without any."""

    head: bytes
    joint: bytes
    tail: bytes
    empty: bytes


class Run(NamedTuple):
    """Bytes of the old file that stay as they are: `joint`s between their pieces included."""

    start: int
    length: int
    begins: bytes = b""
    """What the first piece of the run begins with, or the old file is not what it was."""


class ChangedFileError(Exception):
    """The old file does not hold what it was said to hold."""


@contextmanager
def rewritten(target: Path, frame: Frame) -> Iterator[Callable[[bytes | Run], None]]:
    """Write a file anew of the pieces that are given to what this yields.

    Raises `OSError` or `ChangedFileError`; the old file then stays.
    """
    before = frame.head
    with replaced(target) as file:

        def add(piece: bytes | Run) -> None:
            nonlocal before
            file.write(before)
            before = frame.joint
            if isinstance(piece, Run):
                _copy(target, piece, file)
            else:
                file.write(piece)

        yield add
        file.write(frame.empty if before is frame.head else frame.tail)


def _copy(source: Path, run: Run, file: IO[bytes]) -> None:
    file.flush()
    with source.open("rb", buffering=0) as old:
        if os.pread(old.fileno(), len(run.begins), run.start) != run.begins:
            raise ChangedFileError
        left = run.length - _copy_in_kernel(old, run, file)
        old.seek(run.start + run.length - left)
        while left:
            some = old.read(min(left, _AT_ONCE))
            if not some:
                raise ChangedFileError
            file.write(some)
            left -= len(some)


def _copy_in_kernel(old: IO[bytes], run: Run, file: IO[bytes]) -> int:
    """Have the kernel copy as much as it is willing to; return how much that is."""
    copy, done = getattr(os, "copy_file_range", None), 0
    try:
        while copy and done < run.length:
            more = copy(old.fileno(), file.fileno(), run.length - done, run.start + done)
            if not more:
                break
            done += more
    except OSError:
        return done  # not on this file system, or a fault that plain writing will name
    return done
