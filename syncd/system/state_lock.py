"""Who works on a state directory: one process at a time, known by name to the others.

The lock is the kernel's (`flock` on STATE/lock), so it cannot be left behind by a crash or a
power cut; what is written in the file only says who holds it and means nothing by itself.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from syncd.errors import BusyError, StateError
from syncd.system.descriptors import ensure_descriptors
from syncd.system.private import why_not_private

LOCK = "lock"
_ATTEMPTS = 6
_PAUSE = timedelta(milliseconds=50)


class Holder(NamedTuple):
    """The process that holds a state directory; pid 0 where it has not said so yet."""

    pid: int
    command: str = ""
    since: datetime | None = None

    def __str__(self) -> str:
        if not self.pid:
            return "another syncd"
        since = f", since {self.since.astimezone():%Y-%m-%d %H:%M:%S}" if self.since else ""
        return f"syncd {self.command} (pid {self.pid}{since})"


class StateLock:
    """The right to work on a state directory. Use it as a context manager.

    Entering makes the directory (mode 0700) where it is missing, and raises `BusyError` naming
    the holder when another process has it, `StateError` when it cannot be made or written, or
    when others may write there, and `DescriptorsError` when too few files may be open to work.
    """

    def __init__(
        self, state_dir: Path, command: str, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._path = state_dir / LOCK
        self._command = command
        self._sleep = sleep
        self._fd: int | None = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    def acquire(self) -> None:
        """Take the lock, or raise at once; see the class."""
        ensure_descriptors()
        fd = _open_for_holding(self._path)
        try:
            self._lock(fd)
            _write_holder(fd, self._command)
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd

    def release(self) -> None:
        """Give the lock back; the second time does nothing."""
        if self._fd is not None:
            with suppress(OSError):
                os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None

    def _lock(self, fd: int) -> None:
        # `find_holder` tries the lock for an instant: asking a few times keeps somebody's
        # `syncd status` from looking like a second daemon.
        for attempt in range(_ATTEMPTS):
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if attempt + 1 < _ATTEMPTS:
                    self._sleep(_PAUSE.total_seconds())
            except OSError as error:
                raise StateError(f"cannot be locked: {error.strerror}", path=self._path) from error
            else:
                return
        holder = str(_read_holder(fd))
        raise BusyError(f"{holder} works here already", path=self._path.parent, holder=holder)


def find_holder(state_dir: Path) -> Holder | None:
    """Return the process working on `state_dir`, or None when there is none.

    Raises `StateError` when that cannot be found out.
    """
    path = state_dir / LOCK
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StateError(f"cannot be read: {error.strerror}", path=path) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read_holder(fd)
    except OSError as error:
        raise StateError(f"cannot be locked: {error.strerror}", path=path) from error
    else:
        return None
    finally:
        os.close(fd)


def _open_for_holding(path: Path) -> int:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        reason = why_not_private(path.parent)
    except OSError as error:
        message = f"the state directory cannot be made: {error.strerror}"
        raise StateError(message, path=path.parent) from error
    if reason:
        raise StateError(f"is not used as state directory: {reason}", path=path.parent)
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        message = f"the state directory cannot be written: {error.strerror}"
        raise StateError(message, path=path.parent) from error


def _write_holder(fd: int, command: str) -> None:
    who = {"pid": os.getpid(), "command": command, "since": datetime.now(UTC).isoformat()}
    # On a full disk the name stays unwritten: the lock holds all the same.
    with suppress(OSError):
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps(who).encode() + b"\n", 0)


def _read_holder(fd: int) -> Holder:
    try:
        who = json.loads(os.pread(fd, 4096, 0))
        return Holder(int(who["pid"]), str(who["command"]), datetime.fromisoformat(who["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Holder(0)  # locked this instant: it has not written its name yet
