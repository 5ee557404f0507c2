"""The folders that syncd keeps in a drop folder: `done`, `failed`, and `.syncd` for its work.

Whoever may write to a drop folder may put a link in their place, so each is opened by itself and
never through one; what happens there happens to the opened folder. And whoever may use the drop
folder may use them: they take its group and mode. A folder that passes its group on (setgid) does
that by itself, and is the only one that can where a sandbox forbids `chown`.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from syncd.inbox.names import DONE, FAILED
from syncd.system.umask import call_with_umask

OWN = ".syncd"
PROCESSING = "processing"

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def opened(root: Path, *names: str, make: bool = False) -> Iterator[int]:
    """Open the folder of these names below `root`; `make` makes what is missing on the way.

    Raises `OSError`, also where one of the names is a link.
    """
    folder = os.open(root, _FOLDER)
    try:
        for name in names:
            inner = _enter(folder, name, make=make)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def find_link(folder: int) -> str | None:
    """Return the first of the folders kept in this one that is a link, if one is."""
    return next((name for name in (OWN, DONE, FAILED) if is_link(folder, name)), None)


def refuse_links(folder: int) -> None:
    """Raise `OSError` where a folder that we keep in this one is a link."""
    name = find_link(folder)
    if name is not None:
        raise _no_link(name)


def is_link(folder: int, name: str) -> bool:
    """Say whether a name in a folder is a symbolic link."""
    status = find_status(folder, name)
    return status is not None and stat.S_ISLNK(status.st_mode)


def find_status(folder: int, name: str) -> os.stat_result | None:
    """Return what is known of a name in a folder, not following a link; None for a free name."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def write_fresh(folder: int, name: str, content: bytes, like: int | None = None) -> None:
    """Write a file of our own, safe on the disk; whatever stands under its name goes first.

    It is for us alone, or for those who may use the folder that `like` has open.
    """
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
    with os.fdopen(os.open(name, _FRESH, 0o600, dir_fd=folder), "wb") as file:
        if like is not None:
            _share(file.fileno(), os.fstat(like))
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _enter(folder: int, name: str, *, make: bool) -> int:
    if make and find_status(folder, name) is None:
        _make(folder, name)
    try:
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        if is_link(folder, name):
            raise _no_link(name) from error
        raise


def _make(folder: int, name: str) -> None:
    like = os.fstat(folder)
    # The owner must get in; setgid is passed on by the kernel, and asking for it is forbidden.
    mode = (stat.S_IMODE(like.st_mode) & 0o1777) | stat.S_IRWXU
    if name == OWN:
        mode &= ~(stat.S_IWGRP | stat.S_IWOTH)
    with suppress(FileExistsError):
        call_with_umask(~mode & 0o777, lambda: os.mkdir(name, mode, dir_fd=folder))
    made = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
    try:
        _take_group(made, like)
    finally:
        os.close(made)


def _share(file: int, like: os.stat_result) -> None:
    """Let those use a file who may use a folder."""
    _take_group(file, like)
    os.fchmod(file, (stat.S_IMODE(like.st_mode) & 0o666) | stat.S_IRUSR | stat.S_IWUSR)


def _take_group(made: int, like: os.stat_result) -> None:
    if os.fstat(made).st_gid != like.st_gid:
        # Not ours to give where we are no member of the group, or in a sandbox.
        with suppress(PermissionError):
            os.fchown(made, -1, like.st_gid)


def _no_link(name: str) -> OSError:
    return OSError(errno.ELOOP, f"{name} is a symbolic link, which is not followed")


def open_to_read(folder: int, name: str) -> int:
    """Open a file in an open folder for reading; never wait for a FIFO, never follow a link.

    Raises `OSError`.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY
    return os.open(name, flags, dir_fd=folder)
