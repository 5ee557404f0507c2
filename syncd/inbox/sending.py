"""Files that are sent to a library: measured when that is planned, and still the same when sent.

Between the two lies as much time as the library takes. So the rules about which files may be read
(`attached`) are kept once more on the file that is open, and it objects at its end where its
content is not the one that was planned.
"""

from __future__ import annotations

import errno
import hashlib
import io
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from syncd.errors import InputError
from syncd.inbox.attached import Parts, open_below
from syncd.inbox.drives import Opened, SilentDriveError
from syncd.inbox.exports import ChangedError, Export, SilentError, look_beside, open_in
from syncd.library import FileToStore
from syncd.system.heartbeat import checkpoint

_CHUNK = 1 << 18
_NS_PER_MS = 1_000_000
_GONE = (errno.ENOENT, errno.ENOTDIR)


def measure(path: Path, export: Export, most: int) -> FileToStore:
    """Say what a file beside an export is, by which it is known again.

    Raises `InputError` saying why it cannot be stored: it has more than `most` bytes, or cannot be
    read.
    """
    parts = path.relative_to(export.folder).parts
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise InputError("its name is no text", path=path) from error
    owner = look_beside(export, lambda: export.path.stat().st_uid)
    file, status = _open(export.folder, parts, owner)
    with file:
        if status.st_size > most:
            told = f"it is larger than max_upload ({Decimal(most) / 1_000_000:f} MB)"
            raise InputError(told, path=path)
        reading = _Reading(file, path)
        while reading.read(_CHUNK):
            pass
    if reading.size != status.st_size:
        raise ChangedError("it changed while it was being read", path=path)
    mtime = status.st_mtime_ns // _NS_PER_MS
    folder = str(export.folder)
    return FileToStore(folder, "/".join(parts), owner, reading.size, mtime, reading.md5)


def open_to_send(file: FileToStore) -> BinaryIO:
    """Open a file that was measured; it is read once, and closes itself with the stream.

    Raises `InputError` where it is not what it was, here or when its end is read; `SilentError`
    while its drive does not answer.
    """
    folder = Path(file.folder)
    opened, status = _open(folder, tuple(file.path.split("/")), file.owner)
    if status.st_size != file.size:
        opened.close()
        raise ChangedError(_CHANGED, path=folder / file.path)
    return io.BufferedReader(_Reading(opened, folder / file.path, file), _CHUNK)


_CHANGED = "it has changed since it was planned"


def _open(folder: Path, parts: Parts, owner: int) -> Opened:
    path = folder.joinpath(*parts)
    try:
        return open_in(folder, lambda: open_below(folder, parts, owner))
    except OSError as error:
        told = "it is gone" if error.errno in _GONE else f"it cannot be read: {error.strerror}"
        raise InputError(told, path=path) from error


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
