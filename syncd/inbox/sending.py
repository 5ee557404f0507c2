"""Files that are sent to a library: measured when that is planned, and still the same when sent.

Between the two lies as much time as the library takes. So the rules about which files may be read
(`attached`) are kept once more on the file that is open, and it objects at its end where its
content is not the one that was planned.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from syncd.errors import InputError
from syncd.inbox.attached import open_below
from syncd.inbox.exports import ChangedError, Export, SilentError, look_beside, open_in
from syncd.library import FileToStore
from syncd.system.drives import Opened, SilentDriveError
from syncd.system.heartbeat import checkpoint

_CHUNK = 1 << 18
_NS_PER_MS = 1_000_000
_GONE = (errno.ENOENT, errno.ENOTDIR)


def outline(path: Path, export: Export, most: int) -> FileToStore:
    """Say what is known of a file beside an export without reading it: all but its MD5.

    Raises `InputError` saying why it cannot be stored: it has more than `most` bytes, say.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise InputError("its name is no text", path=path) from error
    try:
        owner, found = look_beside(export, lambda: (export.path.stat().st_uid, path.lstat()))
    except OSError as error:
        raise _unreadable(path, error) from error
    if found.st_size > most:
        told = f"it is larger than max_upload ({Decimal(most) / 1_000_000:f} MB)"
        raise InputError(told, path=path)
    place = path.relative_to(export.folder).parts
    return FileToStore(
        str(export.folder), "/".join(place), owner, found.st_size, _mtime_of(found), md5=""
    )


def measure(file: FileToStore) -> FileToStore:
    """Read a file of which there is an outline; return it with its MD5, to be known again by.

    Raises `InputError` where it cannot be read, `ChangedError` where it is not as it was.
    """
    opened, status = _open(file)
    path = Path(file.folder, file.path)
    with opened:
        reading = _Reading(opened, path)
        while reading.read(_CHUNK):
            pass
    read = file._replace(size=reading.size, mtime=_mtime_of(status))
    if read != file:
        raise ChangedError("it changed while it was being read", path=path)
    return file._replace(md5=reading.md5)


def open_to_send(file: FileToStore) -> BinaryIO:
    """Open a file that was measured; it is read once, and closes itself with the stream.

    Raises `InputError` where it is not what it was, here or when its end is read; `SilentError`
    while its drive does not answer.
    """
    opened, status = _open(file)
    path = Path(file.folder, file.path)
    if status.st_size != file.size:
        opened.close()
        raise ChangedError(_CHANGED, path=path)
    return io.BufferedReader(_Reading(opened, path, file), _CHUNK)


_CHANGED = "it has changed since it was planned"


def _open(file: FileToStore) -> Opened:
    folder, parts = Path(file.folder), tuple(file.path.split("/"))
    try:
        return open_in(folder, lambda: open_below(folder, parts, file.owner))
    except OSError as error:
        raise _unreadable(folder / file.path, error) from error


def _unreadable(path: Path, error: OSError) -> InputError:
    told = "it is gone" if error.errno in _GONE else f"it cannot be read: {error.strerror}"
    return InputError(told, path=path)


def _mtime_of(status: os.stat_result) -> int:
    return status.st_mtime_ns // _NS_PER_MS


class _Reading(io.RawIOBase):
    """A file that is hashed as it is read; at its end it objects if it is not the `planned` one."""

    def __init__(self, file: io.RawIOBase, path: Path, planned: FileToStore | None = None) -> None:
        self._file = file
        self._path = path
        self._planned = planned
        self._digest = hashlib.md5(usedforsecurity=False)
        self.size = 0

    @property
    def md5(self) -> str:
        """What has been read so far is known by this."""
        return self._digest.hexdigest()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        checkpoint()
        try:
            piece = self._file.read(len(buffer)) or b""
        except SilentDriveError as error:
            raise SilentError("its drive does not answer", path=self._path) from error
        except OSError as error:
            raise InputError(f"it cannot be read: {error.strerror}", path=self._path) from error
        buffer[: len(piece)] = piece
        self._digest.update(piece)
        self.size += len(piece)
        planned = self._planned
        if planned and (self.size > planned.size or (not piece and self.md5 != planned.md5)):
            raise ChangedError(_CHANGED, path=self._path)
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()
