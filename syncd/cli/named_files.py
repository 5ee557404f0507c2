"""The files that a person named, read from drives that may not answer, or what comes by a pipe."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

from syncd.system.drives import Drives, SilentDriveError, folder_of

STDIN = Path("-")
"""What is given as a file to read what comes in by a pipe."""

DRIVES = Drives()

_PIECE = 1 << 18


def open_named(path: Path) -> BinaryIO:
    """Open what a person named. Raises `OSError` and `SilentDriveError`, as reading it does."""
    if path == STDIN:
        return sys.stdin.buffer
    folder = folder_of(path)
    if not stat.S_ISREG(DRIVES.ask(folder, path.stat).st_mode):
        return path.open("rb")  # a pipe takes as long as it likes
    return io.BufferedReader(DRIVES.open(folder, lambda: _open_file(path)).file, _PIECE)


def _open_file(path: Path) -> tuple[int, os.stat_result]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return descriptor, os.fstat(descriptor)


def size_of(path: Path) -> int:
    """Return how many bytes a file has; 0 where that cannot be told."""
    try:
        status = DRIVES.ask(folder_of(path), path.stat)
    except (OSError, SilentDriveError):
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
