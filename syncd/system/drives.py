"""Reading from drives that may not answer.

A network drive whose server is gone keeps whoever reads from it waiting, for as long as it likes,
and such a read cannot be broken off. So every step of reading is left to a thread of its own and
waited for only so long. A folder is SILENT while a step that was given up still goes on: nothing
else is read from it until then, and no more than one thread is left behind for it.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, NamedTuple, TypeVar

from syncd.system.heartbeat import checkpoint
from syncd.system.probing import can_probe, count_answering

_PATIENCE = timedelta(seconds=30)
_MOMENT = timedelta(milliseconds=500)
"""How long a stop may have to wait."""

SILENT = "the folder does not answer"
SILENT_FILE = "its drive does not answer; see that it is connected, and try again then"

_T = TypeVar("_T")


class SilentDriveError(Exception):
    """A drive does not answer."""


class Opened(NamedTuple):
    """A file that is read with patience, and what it was when it was opened."""

    file: io.RawIOBase
    status: os.stat_result


def folder_of(path: Path) -> Path:
    """Return what stands for the drive of a file that a person named: the folder it lies in."""
    return path.absolute().parent


class Drives:
    """Reads files of folders, each of which may lie on a drive of its own."""

    def __init__(self, patience: timedelta = _PATIENCE) -> None:
        self._patience = patience
        self._lock = Lock()
        self._under_way: dict[Path, Future[Any]] = {}
        """The step that was given up, for each folder that did not answer."""

    def is_silent(self, folder: Path) -> bool:
        """Say whether a step of reading from this folder, given up, still goes on."""
        with self._lock:
            step = self._under_way.get(folder)
            if step is not None and step.done():
                del self._under_way[folder]
                return False
            return step is not None

    def open(self, folder: Path, opening: Callable[[], tuple[int, os.stat_result]]) -> Opened:
        """Open a file of this folder. Raises what `opening` does, and `SilentDriveError`."""
        if self.is_silent(folder):
            raise SilentDriveError
        hand = _Hand(folder)
        step = hand.begin(opening)
        try:
            descriptor, status = self.outcome_of(step, folder)
        except BaseException:
            step.add_done_callback(_close_late)
            hand.end(lambda: None)
            raise
        return Opened(_PatientFile(descriptor, hand, self), status)

    def ask(self, folder: Path, question: Callable[[], _T]) -> _T:
        """Look at something in this folder. Raises what that does, and `SilentDriveError`."""
        if self.is_silent(folder):
            raise SilentDriveError
        hand = _Hand(folder)
        step = hand.begin(question)
        hand.end(lambda: None)
        return self.outcome_of(step, folder)

    def probe(self, paths: Sequence[Path], of_folder: Callable[[Path], Path]) -> None:
        """Find out which folders are silent without a thread of this process being held there.

        `of_folder` says which folder a path belongs to. Nothing is found out while threads are at
        work: then reading itself does so, and the process may have to wait for it at its end.
        """
        left = list(paths)
        with suppress(OSError):
            while left and can_probe():
                answered = count_answering(left, self._patience)
                if answered >= len(left):
                    return
                silent = of_folder(left[answered])
                with self._lock:
                    # Nobody knows when it answers again; a process that goes on asks anew.
                    self._under_way[silent] = Future()
                left = [path for path in left[answered:] if of_folder(path) != silent]

    def answers(self, folder: Path) -> bool:
        """Say whether a folder says what is in it, be it that it is not there."""
        self.probe([folder], lambda path: path)
        try:
            self.ask(folder, lambda: os.scandir(folder).close())
        except OSError:
            return True
        except SilentDriveError:
            return False
        return True

    def outcome_of(self, step: Future[_T], folder: Path) -> _T:
        """Return what a step comes to. Raises what it raises, and `SilentDriveError`."""
        until = time.monotonic() + self._patience.total_seconds()
        while not step.done():
            left = until - time.monotonic()
            if left <= 0:
                with self._lock:
                    self._under_way[folder] = step
                raise SilentDriveError
            wait([step], min(left, _MOMENT.total_seconds()))
            checkpoint()
        return step.result()


class _Hand:
    """A thread that carries out the steps of reading one file, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._steps: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        Thread(target=self._work, name=f"reading from {folder}", daemon=True).start()

    def begin(self, perform: Callable[[], _T]) -> Future[_T]:
        """Have a step carried out."""
        step: Future[_T] = Future()
        self._steps.put((step, perform))
        return step

    def end(self, perform: Callable[[], object]) -> None:
        """Have a last step carried out, which nobody waits for."""
        self.begin(perform)
        self._steps.put(None)

    def _work(self) -> None:
        while (next_ := self._steps.get()) is not None:
            step, perform = next_
            try:
                step.set_result(perform())
            except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
                step.set_exception(error)


class _PatientFile(io.RawIOBase):
    """A file each step of whose reading is waited for only so long."""

    def __init__(self, descriptor: int, hand: _Hand, drives: Drives) -> None:
        self._descriptor = descriptor
        self._hand = hand
        self._drives = drives

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        # Not read into the buffer: a step that was given up must not write there later.
        size = len(buffer)
        piece = self._do(lambda: read_some(self._descriptor, size))
        buffer[: len(piece)] = piece
        return len(piece)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._do(lambda: os.lseek(self._descriptor, offset, whence))

    def tell(self) -> int:
        return self.seek(0, os.SEEK_CUR)

    def close(self) -> None:
        if not self.closed:
            self._hand.end(lambda: os.close(self._descriptor))
        super().close()

    def _do(self, perform: Callable[[], _T]) -> _T:
        return self._drives.outcome_of(self._hand.begin(perform), self._hand.folder)


def read_some(descriptor: int, size: int) -> bytes:
    """Read from a file; it may take for ever."""
    return os.read(descriptor, size)


def _close_late(step: Future[tuple[int, os.stat_result]]) -> None:
    """Close a file that was opened after all."""
    if step.exception() is None:
        os.close(step.result()[0])
