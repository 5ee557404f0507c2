"""One writer at a time in a library's directory, whichever program it is."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from syncd.errors import UnavailableError

_PAUSE = timedelta(milliseconds=20)
_PATIENCE = timedelta(seconds=5)


@contextmanager
def hold_lock(path: Path, sleep: Callable[[timedelta], None]) -> Iterator[None]:
    """Hold an exclusive lock; a process that dies lets go of it by dying.

    Raises `UnavailableError` when another program holds it for longer than a write takes.
    """
    waited = timedelta()
    while (descriptor := _try_lock(path)) is None:
        if waited >= _PATIENCE:
            raise UnavailableError(f"{path}: another program is writing to this library")
        sleep(_PAUSE)
        waited += _PAUSE
    try:
        yield
    finally:
        os.close(descriptor)


def _try_lock(path: Path) -> int | None:
    """Return the open, locked file, or None when someone else has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
