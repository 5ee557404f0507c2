"""The ground a drop folder stands on: whether it is there, and whether it is ours to work on."""

from __future__ import annotations

import fcntl
import os
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from syncd.inbox.claims import why_not_movable


class FolderState(Enum):
    """How a drop folder is; the words are those of the status document."""

    OK = "ok"
    WAITING = "waiting"
    """It is not there, or cannot be used for now."""
    BUSY = "busy"
    """Another syncd moves the files of this folder."""


class Standing(NamedTuple):
    """The folder as it is right now; `message` says what is wrong with it."""

    state: FolderState
    message: str = ""


_FINE = Standing(FolderState.OK)


class Ground:
    """A folder that may vanish, come back, or be another one at any moment."""

    def __init__(self, folder: Path, *, moves: bool) -> None:
        self.root = folder
        """Where the folder really is, links resolved; as of the last `check`."""
        self._folder = folder
        self._moves = moves
        self._fd: int | None = None
        self._was_mount_point = False

    def check(self) -> Standing:
        """Look at the folder again."""
        try:
            self.root = self._folder.resolve(strict=True)
            if not self.root.is_dir():
                return Standing(FolderState.WAITING, "this is not a folder")
            return self._claim_for_us() if self._moves else _FINE
        except (FileNotFoundError, NotADirectoryError):
            return self._gone("waiting for the folder: it does not exist")
        except OSError as error:
            return self._gone(f"waiting for the folder: {error.strerror}")
        except RuntimeError:  # how `resolve` reports a loop of links
            return self._gone("waiting for the folder: its links lead in a circle")

    def was_unmounted(self) -> bool:
        """Tell whether something was mounted here and no longer is: an empty mount point."""
        is_mount_point = os.path.ismount(self.root)
        gone = self._was_mount_point and not is_mount_point
        self._was_mount_point = self._was_mount_point or is_mount_point
        return gone

    def release(self) -> None:
        """Let others move the files of this folder."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _gone(self, message: str) -> Standing:
        self.release()
        return Standing(FolderState.WAITING, message)

    def _claim_for_us(self) -> Standing:
        """Hold the lock of the folder that stands here now, which may not be yesterday's."""
        problem = why_not_movable(self.root)
        if problem:
            return Standing(FolderState.WAITING, problem)
        if self._fd is not None and os.path.samestat(os.fstat(self._fd), self.root.stat()):
            return _FINE
        self.release()
        fd = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return Standing(FolderState.BUSY, "a syncd that runs already moves its files")
        except OSError:
            # A network filesystem that cannot lock a directory: renaming still claims each
            # file for exactly one, and item keys keep two daemons from doing a thing twice.
            pass
        self._fd = fd
        return _FINE
