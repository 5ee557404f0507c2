"""Finding out which files answer, at the risk of a process that nobody waits for.

Whoever reads from a drive that does not answer may not be got out of it, not even by SIGKILL: then
a process does not end that has left a thread there. So files are first touched by another process,
which holds nothing of this one and is left behind if need be.
"""

from __future__ import annotations

import os
import select
import signal
import stat
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

_DEVICES = 3
_MOST_DESCRIPTORS = 1 << 16


def can_probe() -> bool:
    """Say whether another process can be had: it cannot be made while threads are at work."""
    return threading.active_count() == 1


def count_answering(paths: Sequence[Path], patience: timedelta) -> int:
    """Return how many of these paths, from the first on, are what they are within `patience` each.

    It counts as an answer, too, that there is nothing or that it may not be read. A file is read,
    and a directory listed. Only where `can_probe` says so. Raises `OSError` where there can be no
    other process.
    """
    hears, tells = os.pipe()
    child = os.fork()
    if not child:
        _touch_all(paths, tells)
    os.close(tells)
    answered, has_ended = 0, False
    try:
        while not has_ended and select.select([hears], [], [], patience.total_seconds())[0]:
            told = os.read(hears, 4096)
            answered += len(told)
            has_ended = not told
    finally:
        os.close(hears)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        # One that hangs cannot be waited for; when this process ends it is init's.
        os.waitpid(child, 0 if has_ended else os.WNOHANG)
    return answered


def _touch_all(paths: Sequence[Path], tells: int) -> NoReturn:
    """Touch each path in turn, and tell after each; this process does and holds nothing else."""
    try:
        os.setsid()
        # Whoever reads what the other one writes must not wait for this one.
        os.dup2(tells, _DEVICES)
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in range(_DEVICES):
            os.dup2(nothing, standard)
        os.closerange(_DEVICES + 1, _MOST_DESCRIPTORS)
        for path in paths:
            with suppress(OSError):
                _touch(path)
            os.write(_DEVICES, b".")
    finally:
        os._exit(0)


def _touch(path: Path) -> None:
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        with os.scandir(path) as entries:
            next(entries, None)
    elif stat.S_ISREG(status.st_mode):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        os.read(descriptor, 1)
        os.close(descriptor)
