"""Exports: what they are known by, and how they are read without being fooled.

An export is its content: the SHA-256 names it, wherever it lies and whatever it is called. Most
files are one export; a container's members are one each.
A STAMP (device, inode, size, time of change) only says that nothing has happened to the file
since its content was hashed.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self, TypeVar

from syncd import formats
from syncd.errors import InputError
from syncd.inbox.attendant import Attendant
from syncd.inbox.members import Part, list_parts, open_part, too_large
from syncd.system.drives import SILENT_FILE, Drives, Opened, SilentDriveError, folder_of
from syncd.system.heartbeat import checkpoint

_CHUNK = 1 << 18

_T = TypeVar("_T")


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
    """One file as dropped, whole and settled, or one member of it.

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
    """The file's, which is what can be looked at without reading."""
    part: Part | None = None
    """Which member of the file it is, where that is a container."""
    unusable: str = ""
    """Why nothing can be read of it, where that is known already: a container that is damaged."""

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self.part.size if self.part else self.stamp.size

    @property
    def file(self) -> Path:
        """Where the person put the file."""
        return self.folder / self.name

    @property
    def dropped_as(self) -> Path:
        """What it is called in messages and in the ledger: the file, and the member's name."""
        return formats.shown_in(self.file, self.part.name) if self.part else self.file


class ChangedError(InputError):
    """The file is gone or is no longer what was hashed; the next scan sees what it is now."""


class SilentError(ChangedError):
    """Its drive does not answer; what the file is shows when it does."""


class Content(NamedTuple):
    """What reading a file once says about it."""

    stamp: Stamp
    sha256: str
    ends: bool
    """It ends as a file of its format does."""
    parts: tuple[Part, ...] = ()
    """The members of a container, each content once; none for a plain file."""
    unusable: str = ""
    """Why a container cannot be opened; it is one export then, of which nothing can be used."""

    @property
    def hashes(self) -> frozenset[str]:
        """Return what the exports of the file are known by."""
        return frozenset(part.sha256 for part in self.parts) or frozenset([self.sha256])

    def exports(self, path: Path, folder: Path, name: Path) -> Iterator[Export]:
        """Yield the exports of a file with this content that lies at `path`."""
        if not self.parts:
            yield Export(path, folder, name, self.sha256, self.stamp, unusable=self.unusable)
        for part in self.parts:
            yield Export(path, folder, name, part.sha256, self.stamp, part)


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


def read_content(path: Path | str, max_size: int) -> Content | None:
    """Hash a file and what it contains; None when it changed while being read.

    A container with a member over `max_size` is unusable. A file that a cloud drive has only the
    outline of is fetched by reading it, which is not waited for for long. Raises `OSError` or
    `InputError` when it cannot be opened or read.
    """
    fd, status = open_regular(path)
    stamp = Stamp.of(status)
    # Not one block on the disk, yet a size: it is an outline, or tiny and kept with its inode.
    if stamp.size and not status.st_blocks:
        return _OUTLINES.attend(stamp, lambda: _read(fd, stamp, max_size), lambda: os.close(fd))
    return _read(fd, stamp, max_size)


def _read(fd: int, stamp: Stamp, max_size: int) -> Content | None:
    return _read_whole(io.FileIO(fd), stamp, max_size, lambda: os.fstat(fd))


def _read_whole(
    file: io.RawIOBase, stamp: Stamp, max_size: int, look: Callable[[], os.stat_result]
) -> Content | None:
    with io.BufferedReader(file) as stream:
        sha256, kind, ends = _hash(stream)
        content = Content(stamp, sha256, ends)
        if isinstance(kind, formats.Container):
            try:
                content = content._replace(parts=list_parts(stream, max_size))
            except InputError as error:
                content = content._replace(unusable=error.message)
        return content if stamp == Stamp.of(look()) else None


def _hash(stream: BinaryIO) -> tuple[str, formats.Format | formats.Container, bool]:
    """Read a file; return its hash, what it is, and whether it is complete."""
    digest = hashlib.sha256()
    head = tail = b""
    while chunk := stream.read(_CHUNK):
        checkpoint()
        digest.update(chunk)
        if len(head) < formats.HEAD:
            head = (head + chunk)[: formats.HEAD]
        tail = (tail + chunk)[-formats.TAIL :]
    kind = formats.recognise(head)
    return digest.hexdigest(), kind, kind.is_complete(tail)


_OUTLINES: Attendant[Stamp, Content | None] = Attendant()


def read_exports(path: Path, max_size: int, lies_at: Path | None = None) -> list[Export]:
    """Make exports of a file that a person named, settled or not; a plain file is one.

    `lies_at` is where it is found, if not where it is said to be. Raises `InputError` saying why
    it cannot be one.
    """
    try:
        # Whoever names a link means what it points to.
        place = lies_at or path
        real = Path(ask_about(path, lambda: os.path.realpath(place, strict=True)))
        too_big = ask_about(path, real.stat).st_size > max_size
        content = None if too_big else _read_patiently(path, real, max_size)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    if too_big:
        raise InputError(too_large(max_size), path=path)
    if content is None:
        raise ChangedError(_CHANGED, path=path)
    if not content.stamp.size:
        raise InputError(EMPTY, path=path)
    return list(content.exports(real, path.absolute().parent, Path(path.name)))


def probe_named(paths: Sequence[Path]) -> None:
    """Find out which files that a person named lie on drives that do not answer."""
    _DRIVES.probe(paths, folder_of)


def ask_about(path: Path, question: Callable[[], _T]) -> _T:
    """Look at a file that a person named. Raises what `question` does, and `SilentError`."""
    try:
        return _DRIVES.ask(folder_of(path), question)
    except SilentDriveError as error:
        raise SilentError(SILENT_FILE, path=path) from error


def _read_patiently(path: Path, real: Path, max_size: int) -> Content | None:
    try:
        file, status = _DRIVES.open(folder_of(path), lambda: open_regular(real))
        look = partial(ask_about, path, real.stat)
        return _read_whole(file, Stamp.of(status), max_size, look)
    except SilentDriveError as error:
        raise SilentError(SILENT_FILE, path=path) from error


EMPTY = "empty"
_CHANGED = "changed while it was being read"


_DRIVES = Drives()


def is_silent(folder: Path) -> bool:
    """Say whether the drive of a folder did not answer in time, and still does not."""
    return _DRIVES.is_silent(folder)


def look_beside(export: Export, question: Callable[[], _T]) -> _T:
    """Look at what lies beside an export. Raises what that does, or as `open_export` does."""
    try:
        return _DRIVES.ask(export.folder, question)
    except SilentDriveError as error:
        raise SilentError(SILENT_FILE, path=export.dropped_as) from error


def open_in(folder: Path, opening: Callable[[], tuple[int, os.stat_result]]) -> Opened:
    """Open a file of a folder. Raises what `opening` does, and `SilentError`."""
    try:
        return _DRIVES.open(folder, opening)
    except SilentDriveError as error:
        raise SilentError(SILENT_FILE, path=folder) from error


def open_export(export: Export) -> BinaryIO:
    """Open an export for one reading from start to end.

    What is read is what was hashed: the stream raises `ChangedError` at the end, so before
    anything has been planned, if it was not; and at once if the file is gone or another one, or
    its drive does not answer. Raises `InputError` when it cannot be read.
    """
    if export.unusable:
        raise InputError(export.unusable, path=export.dropped_as)
    try:
        file, status = _DRIVES.open(export.folder, lambda: open_regular(export.path))
    except SilentDriveError as error:
        raise SilentError(SILENT_FILE, path=export.dropped_as) from error
    except FileNotFoundError as error:
        raise ChangedError("is gone", path=export.dropped_as) from error
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise InputError(message, path=export.dropped_as) from error
    if Stamp.of(status) != export.stamp:
        file.close()
        raise ChangedError(_CHANGED, path=export.dropped_as)
    if export.part is None:
        return io.BufferedReader(_Verified(file, file, export), _CHUNK)
    container = io.BufferedReader(file)
    try:
        member = open_part(container, export.part)
    except (InputError, SilentDriveError) as error:  # it could be opened when it was hashed
        container.close()
        if isinstance(error, SilentDriveError):
            raise SilentError(SILENT_FILE, path=export.dropped_as) from error
        raise ChangedError(_CHANGED, path=export.dropped_as) from error
    return io.BufferedReader(_Verified(container, member, export), _CHUNK)


class _Verified(io.RawIOBase):
    """A file that hashes what passes through and objects at its end if that is not the export.

    `source` is the file itself, or what is read of it.
    """

    def __init__(
        self, file: BinaryIO | io.RawIOBase, source: BinaryIO | io.RawIOBase, export: Export
    ) -> None:
        self._file = file
        self._source = source
        self._export = export
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        checkpoint()
        try:
            piece = self._source.read(len(buffer)) or b""
        except SilentDriveError as error:
            raise SilentError(SILENT_FILE, path=self._export.dropped_as) from error
        except OSError as error:
            message = f"cannot be read: {error.strerror}"
            raise InputError(message, path=self._export.dropped_as) from error
        except InputError as error:  # a member that could be read when it was hashed
            raise ChangedError(_CHANGED, path=self._export.dropped_as) from error
        buffer[: len(piece)] = piece
        self._digest.update(piece)
        if not piece and self._digest.hexdigest() != self._export.sha256:
            raise ChangedError(_CHANGED, path=self._export.dropped_as)
        return len(piece)

    def close(self) -> None:
        self._source.close()
        self._file.close()
        super().close()
