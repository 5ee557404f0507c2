"""Where a user's own daemons say that they run, for that user's commands alone.

A daemon that no service manager gave a runtime directory makes one, named after its state
directory, in the first of the user's PLACES that can be used: one that belongs to the user, and
that nobody else can look into. It holds what the directory of a service holds, and a lock, which
the kernel lets go of however the daemon ends. So what a killed daemon left is known for that: it
counts for nothing, and the next daemon removes it.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from syncd.control.protocol import SOCKET
from syncd.control.services import (
    CONTENTS,
    Known,
    Service,
    find_services,
    list_libraries,
    read_list,
)
from syncd.errors import BusyError, ServedError, StateError
from syncd.system.state_lock import LOCK, StateLock, find_holder

log = logging.getLogger(__name__)

_NOT_FOUND = "commands with another state directory cannot find this daemon"
_NAME = re.compile("[0-9a-f]{16}")
_STARTING = "starting"
_TO_LOCK = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Roots:
    """Where daemons are looked for: the machine's `services`, and the user's `own` ones."""

    services: Path
    own: Sequence[Path] = ()

    def find_all(self, own: Path | None = None) -> list[Service]:
        """Return who says to serve anything, but for the one in the directory `own`."""
        return [*find_services(self.services, own), *find_own_daemons(self.own, own)]


def find_own_daemons(places: Iterable[Path], own: Path | None = None) -> list[Service]:
    """Return the daemons of this user that run and say what they serve, but for `own`'s."""
    found = []
    for place in filter(_is_ours, places):
        for directory in _directories_in(place):
            holder = _find_holder(directory) if directory != own else None
            daemon = read_list(directory, holder) if holder else None
            if daemon is not None:
                found.append(daemon)
    return found


@contextmanager
def claimed_directory(
    places: Sequence[Path],
    state: Path,
    command: str,
    libraries: Iterable[Known],
    expect_alone: Callable[[Path], None],
) -> Iterator[Path | None]:
    """Give a daemon a directory to be found by, as long as this lasts; it is listed from now on.

    Daemons of one user come here one after the other: `expect_alone` raises where another serves
    one of the libraries, and none can start between that look and the list. None, and a warning,
    where no place can be used: then only commands with the same state directory find it. Raises
    what `expect_alone` does, and `ServedError` where a daemon still runs whose state directory
    was here before.
    """
    directory = lock = None
    place = _find_place(places)
    if place is not None:
        try:
            directory = place / hashlib.sha256(bytes(state.resolve())).hexdigest()[:16]
            lock = _claim(directory, command, libraries, expect_alone)
        except ServedError:
            raise
        except (OSError, StateError) as error:
            log.warning("%s: %s", _NOT_FOUND, error)
            directory = None
    try:
        yield directory
    finally:
        if directory is not None and lock is not None:
            _remove(directory)
            lock.release()


def _claim(
    directory: Path,
    command: str,
    libraries: Iterable[Known],
    expect_alone: Callable[[Path], None],
) -> StateLock:
    """Make the directory this daemon's, and list what it serves. Raises `OSError` besides."""
    lock = StateLock(directory, command)
    with _alone_in(directory.parent):
        try:
            lock.acquire()
        except BusyError as error:
            told = f"{error.holder} began in this state directory, which was moved meanwhile"
            raise ServedError(told) from error
        try:
            _tidy(directory.parent)
            expect_alone(directory)
            list_libraries(directory, libraries, with_places=True)
        except BaseException:
            _remove(directory)
            lock.release()
            raise
    return lock


def _find_place(places: Sequence[Path]) -> Path | None:
    """Return the first place that can be used, made where it is missing."""
    for place in places:
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            log.debug("%s: %s", place, error)
            continue
        if _is_ours(place) and os.access(place, os.W_OK | os.X_OK):
            return place
    tried = ", ".join(map(str, places)) or "no home directory"
    log.warning("%s: nothing of this can be used: %s", _NOT_FOUND, tried)
    return None


def _is_ours(place: Path) -> bool:
    """Say whether a place is this user's, and nobody else can look into it or put another there.

    In a runtime directory that was inherited from somebody else, say, it is not.
    """
    try:
        status, above = place.lstat(), place.parent.stat()
    except OSError:
        return False
    is_private = stat.S_ISDIR(status.st_mode) and not status.st_mode & _OF_OTHERS
    is_fixed = not above.st_mode & stat.S_IWOTH or bool(above.st_mode & stat.S_ISVTX)
    stands_well = is_fixed and above.st_uid in (0, os.geteuid())
    return is_private and status.st_uid == os.geteuid() and stands_well


@contextmanager
def _alone_in(place: Path) -> Iterator[None]:
    """Let no other daemon of this user start meanwhile; none takes long over it."""
    fd = os.open(place / _STARTING, _TO_LOCK, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _tidy(place: Path) -> None:
    """Remove what daemons left that were killed. Nobody else does so or starts meanwhile."""
    for directory in _directories_in(place):
        try:
            if find_holder(directory) is None:
                _remove(directory)
        except StateError as error:
            log.debug("%s", error)


def _directories_in(place: Path) -> list[Path]:
    try:
        return sorted(each for each in place.iterdir() if _NAME.fullmatch(each.name))
    except OSError:
        return []


def _find_holder(directory: Path) -> str | None:
    """Return which process a directory is; None where that has ended."""
    try:
        holder = find_holder(directory)
    except StateError:
        return None
    return str(holder) if holder is not None else None


def _remove(directory: Path) -> None:
    """Remove what a daemon puts into its directory; what cannot be removed does no harm."""
    with suppress(OSError):
        for name in (*CONTENTS, SOCKET, LOCK):
            (directory / name).unlink(missing_ok=True)
        directory.rmdir()
