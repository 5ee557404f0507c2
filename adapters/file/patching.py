"""A large file is written anew from pieces of the old one and from new ones between them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple
from zlib import crc32

from adapters.file.writing import laid_out

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
def rewritten(target: Path, frame: Frame) -> Iterator[tuple[Callable[[bytes | Run], None], Path]]:
    """Write a file, beside the old one, of the pieces that are given to what this yields.

    Raises `OSError` or `ChangedFileError`. The path that is yielded is that of the new file.
    """
    before = frame.head
    with laid_out(target) as (file, temporary):

        def add(piece: bytes | Run) -> None:
            nonlocal before
            file.write(before)
            before = frame.joint
            if isinstance(piece, Run):
                _copy(target, piece, file)
            else:
                file.write(piece)

        yield add, temporary
        file.write(frame.empty if before is frame.head else frame.tail)


def holds(path: Path, frame: Frame, pieces: Sequence[tuple[int, int]]) -> bool:
    """Say whether a file consists of these pieces, given as (length, checksum), and no more."""
    with path.open("rb") as file:
        before = frame.head
        for length, checksum in pieces:
            if file.read(len(before)) != before or crc32(file.read(length)) != checksum:
                return False
            before = frame.joint
        rest = frame.tail if pieces else frame.empty
        return file.read(len(rest) + 1) == rest


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
