"""Whether somebody still writes to a file, and keeping them from it for an instant.

A read LEASE (fcntl(2), F_SETLEASE) is given only for a file that nobody has open for writing, and
as long as it is held the next one who wants to waits. The kernel gives it to the file's owner, on
its own filesystems. Elsewhere the open files of those processes that we may look at tell.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PROCESSES = Path("/proc")


@contextmanager
def held_still(file: int) -> Iterator[bool | None]:
    """Keep others from beginning to write to a file that is open for reading.

    Yields whether somebody writes to it already; None where that cannot be known.
    """
    try:
        # Whoever waits for us announces it by a signal, and the usual one ends the process.
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        yield True if error.errno == errno.EAGAIN else _is_written_by_process(file)
        return
    try:
        yield False
    finally:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)


def _is_written_by_process(file: int) -> bool | None:
    """Look through the open files of all processes that let us; None when none of them has it."""
    status = os.fstat(file)
    with suppress(OSError):
        name = (_PROCESSES / "self" / "fd" / str(file)).readlink().name
        for process in _PROCESSES.iterdir():
            if process.name.isdecimal() and _writes(process, name, status):
                return True
    return None


def _writes(process: Path, name: str, status: os.stat_result) -> bool:
    with suppress(OSError):
        for link in (process / "fd").iterdir():
            with suppress(OSError, ValueError, StopIteration):
                # The name comes first: asking after a file on a dead network may take for ever.
                is_it = link.readlink().name == name and os.path.samestat(link.stat(), status)
                if is_it and _is_open_for_writing(process / "fdinfo" / link.name):
                    return True
    return False


def _is_open_for_writing(info: Path) -> bool:
    """Read proc(5) fdinfo: `flags:` is in octal."""
    lines = info.read_text(encoding="ascii").splitlines()
    flags = next(int(line.split()[1], 8) for line in lines if line.startswith("flags:"))
    return flags & os.O_ACCMODE != os.O_RDONLY
