"""Telling by `stat` alone whether a file is still the one we know.

FINGERPRINT  times, size and inode of a file as one text.
SIGNATURE    a fingerprint that can be relied on, or the empty text. A file changed within one
             tick of the file system's clock may look as before; so a fingerprint counts only
             once the file is older than such a tick.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

_NOT_TO_BE_FOLLOWED = (errno.ELOOP, errno.ENOTDIR, errno.EACCES, errno.ENAMETOOLONG)
_TICK_NS = 50_000_000
_COARSE_TICK_NS = 2_100_000_000
_SECOND_NS = 1_000_000_000


def fingerprint(found: os.stat_result) -> str:
    """Return times, size and inode as one text."""
    return f"{found.st_mtime_ns}.{found.st_ctime_ns}.{found.st_size}.{found.st_ino}"


def find_fingerprint(path: Path | str) -> str | None:
    """Return the fingerprint of what has this name, or None."""
    found = find_stat(path)
    return fingerprint(found) if found else None


def find_stat(path: Path | str) -> os.stat_result | None:
    """Return what `stat` says of what has this name, or None where there is nothing.

    A link that cannot be followed, as it leads to itself or through a file, stands for itself.
    """
    try:
        return os.stat(path)  # noqa: PTH116 - for every file of a library
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno not in _NOT_TO_BE_FOLLOWED:
            raise
    try:
        return os.lstat(path)
    except FileNotFoundError:
        return None


def signature(found: os.stat_result, now_ns: int) -> str:
    """Return the fingerprint, or the empty text while the file is too young to be told by it."""
    written = found.st_mtime_ns
    # Whole seconds come from file systems that count in ones or twos of them.
    tick = _TICK_NS if written % _SECOND_NS else _COARSE_TICK_NS
    return fingerprint(found) if now_ns - max(written, found.st_ctime_ns) > tick else ""
