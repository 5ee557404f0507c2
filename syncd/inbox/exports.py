"""Exports: what they are known by, and how they are read without being fooled.

An export is its content: the SHA-256 names it, wherever it lies and whatever it is called.
A STAMP (device, inode, size, time of change) only says that nothing has happened to the file
since its content was hashed.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from syncd.errors import InputError
from syncd.inbox.attendant import Attendant
from syncd.system.heartbeat import checkpoint

_CHUNK = 1 << 18
_TAIL = 512

# The last thing in a whole export is ER, its dash perhaps missing or glued to the text before
# it. NULs are dropped first, so UTF-16 reads like the rest.
_LAST_TAG = re.compile(rb"(?:(?:\A|[\r\n])[ \t]*ER[ \t]{0,3}-?|ER[ \t]{2}-)[\s\x1a]*\Z")


class Stamp(NamedTuple):
    """What tells a file that was touched from one that was not."""

    device: int
    inode: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Export:
    """One `.ris` file as dropped, whole and settled.

    Names keep their bytes: what is no UTF-8 is escaped the way `os.fsdecode` does it.
    """

    path: Path
    """Where it is read from."""
    folder: Path
    """The drop folder as configured; for a file named by hand, the folder it lies in."""
    name: Path
    """Its path below `folder` as dropped; in move mode `path` lies elsewhere."""
    sha256: str
    stamp: Stamp

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self.stamp.size

    @property
    def dropped_as(self) -> Path:
        """Where the person put it: for messages and for the ledger."""
        return self.folder / self.name


class ChangedError(InputError):
    """The file is gone or is no longer what was hashed; the next scan sees what it is now."""


class Content(NamedTuple):
    """What reading a file once says about it."""

    stamp: Stamp
    sha256: str
    ends: bool
    """Its last entry is complete: the file ends with ER."""


def open_regular(path: Path | str) -> tuple[int, os.stat_result]:
    """Open a regular file for reading; never wait for a FIFO and never follow a link.

    Raises `OSError` as `open` does, `InputError` when it is no regular file.
    """
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY)
    status = os.fstat(fd)
    reason = why_not_regular(status.st_mode)
    if reason:
        os.close(fd)
        raise InputError(reason, path=Path(path))
    return fd, status


_KINDS = {
    stat.S_IFDIR: "a folder, not a file",
    stat.S_IFLNK: "a symbolic link; put the file itself here",
    stat.S_IFIFO: "a pipe, not a file",
    stat.S_IFSOCK: "a socket, not a file",
    stat.S_IFCHR: "a device, not a file",
    stat.S_IFBLK: "a device, not a file",
}


def why_not_regular(mode: int) -> str | None:
    """Say what something is that is no regular file; None for one that is."""
    if stat.S_ISREG(mode):
        return None
    return _KINDS.get(stat.S_IFMT(mode), "not a regular file")


def read_content(path: Path | str) -> Content | None:
    """Hash a file; None when it changed while being read.

    A file that a cloud drive has only the outline of is fetched by reading it, which is not
    waited for for long. Raises `OSError` or `InputError` when it cannot be opened or read.
    """
    fd, status = open_regular(path)
    stamp = Stamp.of(status)
    # Not one block on the disk, yet a size: it is an outline, or tiny and kept with its inode.
    if stamp.size and not status.st_blocks:
        return _OUTLINES.attend(stamp, lambda: _hash(fd, stamp), lambda: os.close(fd))
    return _hash(fd, stamp)


def _hash(fd: int, stamp: Stamp) -> Content | None:
    digest = hashlib.sha256()
    tail = b""
    with io.FileIO(fd) as stream:
        while chunk := stream.read(_CHUNK):
            checkpoint()
            digest.update(chunk)
            tail = (tail + chunk)[-_TAIL:]
        after = os.fstat(fd)
    if stamp != Stamp.of(after):
        return None
    ends = _LAST_TAG.search(tail.replace(b"\0", b"")) is not None
    return Content(stamp, digest.hexdigest(), ends)


_OUTLINES: Attendant[Stamp, Content | None] = Attendant()


def read_export(path: Path, max_size: int) -> Export:
    """Make an export of a file that a person named, settled or not.

    Raises `InputError` saying why it cannot be one.
    """
    try:
        # Whoever names a link means what it points to.
        real = path.resolve(strict=True)
        too_big = real.stat().st_size > max_size
        content = None if too_big else read_content(real)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    if too_big:
        raise InputError(too_large(max_size), path=path)
    if content is None:
        raise ChangedError(_CHANGED, path=path)
    if not content.stamp.size:
        raise InputError(EMPTY, path=path)
    return Export(real, path.absolute().parent, Path(path.name), content.sha256, content.stamp)


EMPTY = "empty"
_CHANGED = "changed while it was being read"


def too_large(max_size: int) -> str:
    """Say that a file is over the cap."""
    return f"larger than max_file_size ({max_size / 1_000_000:g} MB)"


def open_export(export: Export) -> BinaryIO:
    """Open an export for one reading from start to end.

    What is read is what was hashed: the stream raises `ChangedError` at the end, so before
    anything has been planned, if it was not; and at once if the file is gone or another one.
    Raises `InputError` when it cannot be read.
    """
    try:
        fd, status = open_regular(export.path)
    except FileNotFoundError as error:
        raise ChangedError("is gone", path=export.dropped_as) from error
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise InputError(message, path=export.dropped_as) from error
    if Stamp.of(status) != export.stamp:
        os.close(fd)
        raise ChangedError(_CHANGED, path=export.dropped_as)
    return io.BufferedReader(_Verified(fd, export), _CHUNK)


class _Verified(io.RawIOBase):
    """A file that hashes what passes through and objects at its end if that is not the export."""

    def __init__(self, fd: int, export: Export) -> None:
        self._file = io.FileIO(fd)
        self._export = export
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        checkpoint()
        try:
            count = self._file.readinto(buffer) or 0
        except OSError as error:
            message = f"cannot be read: {error.strerror}"
            raise InputError(message, path=self._export.dropped_as) from error
        self._digest.update(memoryview(buffer)[:count])
        if not count and self._digest.hexdigest() != self._export.sha256:
            raise ChangedError(_CHANGED, path=self._export.dropped_as)
        return count

    def close(self) -> None:
        self._file.close()
        super().close()
