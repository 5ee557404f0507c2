"""What has been written reaches the disk, with as few flushes as the file system allows.

Flushing every file by itself costs the disk one wait a file. Linux can flush a whole file system
with one call, whose cost is that of what is dirty; so that is done for many files, and where the
file system is known to keep the promise. FUSE and network file systems do not pass the call on.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import IO

from syncd.system.filesystems import filesystem_of

_FEW = 4
"""So few files are flushed one by one: other programs' dirty data is then left alone."""

_WHOLE = frozenset(
    {
        *("ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "bcachefs", "zfs", "jfs", "nilfs2"),
        *("tmpfs", "overlay"),
    }
)
_NOT_HERE = (errno.ENOSYS, errno.EPERM, errno.EOPNOTSUPP)


def make_files_safe(directory: Path, paths: Collection[str]) -> None:
    """Return when the content of these files of one directory would survive a power cut."""
    if len(paths) > _FEW and _flush_whole(directory):
        return
    for path in paths:
        _flush(path, os.O_RDONLY)


def make_safe(file: IO[bytes]) -> None:
    """Return when the content of an open file would survive a power cut."""
    file.flush()
    os.fsync(file.fileno())


def make_directory_safe(directory: Path) -> None:
    """Return when the names in a directory would survive a power cut."""
    _flush(directory, os.O_RDONLY | os.O_DIRECTORY)


def _flush(path: Path | str, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_whole(directory: Path) -> bool:
    """Flush the directory's file system with one call; False where that cannot be relied on."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return _may_flush_whole(directory, os.fstat(descriptor).st_dev) and _syncfs(descriptor)
    finally:
        os.close(descriptor)


@cache
def _may_flush_whole(directory: Path, _device: int) -> bool:
    return filesystem_of(directory).kind in _WHOLE


def _syncfs(descriptor: int) -> bool:
    """Call syncfs(2), which Python does not offer. Raises `OSError` for what the disk reports."""
    import ctypes  # costs what a library of one record should not pay

    function = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if function is None:
        return False
    if function(descriptor) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_HERE:
        return False
    raise OSError(number, os.strerror(number))
