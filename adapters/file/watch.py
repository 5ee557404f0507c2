"""Which files of a folder somebody has touched since they were last asked for.

The kernel tells it where it sees every change (inotify, on a local file system of Linux); then a
push, or a look, need not list a large library to know that nobody has edited it. Where the
kernel does not tell, or has had more to tell than it keeps, the answer is None: list the folder.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from weakref import finalize

from syncd.system.filesystems import filesystem_of

_MODIFY, _CLOSE_WRITE = 0x2, 0x8
_MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x40, 0x80, 0x100, 0x200
_DELETE_SELF, _MOVE_SELF = 0x400, 0x800
_UNMOUNT, _OVERFLOW, _IGNORED = 0x2000, 0x4000, 0x8000
_IN_THE_FOLDER = _MODIFY | _CLOSE_WRITE | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
_NO_LONGER_SEEN = _DELETE_SELF | _MOVE_SELF | _UNMOUNT | _OVERFLOW | _IGNORED
_ONLY_A_FOLDER = 0x01000000
_HEAD = struct.Struct("iIII")
_AT_ONCE = 256 * 1024


class FolderWatch:
    """Watches one folder, from the first `begin` on. Used under the library's lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor: int | None = None
        self._close: Callable[[], object] | None = None
        self._watched: tuple[int, int] | None = None
        self._touched: set[str] = set()
        self._ours: set[str] = set()
        """What we have written ourselves, and somebody else perhaps right after us."""
        self._again: set[str] = set()
        """What was touched more than once."""
        self._hidden: set[bytes] = set()
        """What has come under a hidden name and is still there: a dead writer's."""

    def begin(self) -> None:
        """Watch from now on: what is listed after this is told about once it changes."""
        if self._descriptor is None or self._watched != _inode(self._folder):
            self.end()
            self._start()
        self._drain()
        self._clear()

    def touched(self) -> set[str] | None:
        """Return the names touched since `begin`, or None where that is not known."""
        if self._descriptor is None or self._watched != _inode(self._folder):
            return None
        if not self._drain():
            self.end()
            return None
        return set(self._touched)

    def take(self) -> tuple[set[str], set[str]] | None:
        """Return the names touched since `begin` or the last `take`: by others, and by ourselves.

        None where that is not known, or something came that only a listing can deal with.
        """
        touched = self.touched()
        if touched is None or self._hidden:
            return None
        ours = set(self._ours)
        self._clear()
        return touched, ours

    def forget(self, names: set[str]) -> set[str]:
        """Take these files as seen, as far as a push is concerned: we have just written them.

        Returns those that nobody else has touched meanwhile, as far as that is known: of ours the
        kernel tells once, when they get their names.
        """
        if self._descriptor is not None and not self._drain():
            self.end()
        alone = (names & self._touched) - self._again
        self._touched -= names
        self._again -= names
        self._ours |= names
        return alone

    def end(self) -> None:
        """Watch no longer."""
        if self._close is not None:
            self._close()
        self._descriptor = self._watched = self._close = None
        self._clear()

    def _clear(self) -> None:
        self._touched.clear()
        self._again.clear()
        self._ours.clear()
        self._hidden.clear()

    def _start(self) -> None:
        functions = ctypes.CDLL(None, use_errno=True)
        if not hasattr(functions, "inotify_init1") or filesystem_of(self._folder).is_remote:
            return
        descriptor = functions.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if descriptor < 0:
            return  # as many as this user may have: the folder is listed instead
        mask = _IN_THE_FOLDER | _DELETE_SELF | _MOVE_SELF | _ONLY_A_FOLDER
        if functions.inotify_add_watch(descriptor, os.fsencode(self._folder), mask) < 0:
            os.close(descriptor)
            return
        self._descriptor, self._watched = descriptor, _inode(self._folder)
        # The kernel gives few of them to each user, and not every library is closed.
        self._close = finalize(self, os.close, descriptor)

    def _drain(self) -> bool:
        """Take what the kernel has to tell; say whether that is everything that happened."""
        whole = True
        with suppress(BlockingIOError):
            while self._descriptor is not None:
                whole &= self._take(os.read(self._descriptor, _AT_ONCE))
        return whole

    def _take(self, told: bytes) -> bool:
        place, whole = 0, True
        while place < len(told):
            _, mask, _, length = _HEAD.unpack_from(told, place)
            start = place + _HEAD.size
            place = start + length
            if mask & _NO_LONGER_SEEN:
                whole = False
            if told[start:place].startswith(b"."):
                # Four of five are about files on their way to their names: compared as they come.
                if mask & (_CREATE | _MOVED_TO):
                    self._hidden.add(told[start:place])
                elif mask & (_DELETE | _MOVED_FROM):
                    self._hidden.discard(told[start:place])
                continue
            name = os.fsdecode(told[start:place].rstrip(b"\0"))
            (self._again if name in self._touched else self._touched).add(name)
        return whole


def _inode(folder: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        found = folder.stat()
        return found.st_dev, found.st_ino
    return None
