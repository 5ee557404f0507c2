"""Progress on long work: shown on a terminal, silent in a pipe."""

from __future__ import annotations

import io
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from syncd.sync.pace import words_about
from syncd.system.drives import Drives, SilentDriveError

if TYPE_CHECKING:
    from rich.progress import Progress

    from syncd.sync.standing import Figures

STDIN = Path("-")
"""What is given as a file to read what comes in by a pipe."""

DRIVES = Drives()
"""Reads what a person named, from drives that may not answer."""

_FOLLOW_EVERY = 0.3
_PIECE = 1 << 18


@contextmanager
def reading(paths: Sequence[Path]) -> Iterator[Callable[[Path], BinaryIO]]:
    """Give a way to open files, during which their progress is shown together.

    Rows that scroll by on the same terminal show it well enough.
    """
    if sys.stdout.isatty() or not sys.stderr.isatty():
        yield _open
        return
    total = sum(map(_size_of, paths))
    with _bar() as progress:
        task = progress.add_task("reading", total=total)
        yield lambda path: progress.wrap_file(_open(path), task_id=task)


@contextmanager
def working(look: Callable[[], Figures]) -> Iterator[None]:
    """Show how much of a library has been read, and how much of what is to be sent has been."""
    if not sys.stderr.isatty():
        yield
        return
    over = threading.Event()
    with _bar() as progress:
        shown = _Shown(progress)

        def follow() -> None:
            while not over.wait(_FOLLOW_EVERY):
                shown.show(look())

        thread = threading.Thread(target=follow, name="progress")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


class _Shown:
    """One bar for the whole work: what a library holds is read, then what waits is sent."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("reading", total=None)
        self._most = 0

    def show(self, figures: Figures) -> None:
        """Show how things stand now."""
        self._most = max(self._most, figures.pending)
        about = words_about(figures.sending) if figures.sending else ""
        if figures.reading is not None:
            self._update("reading the library", figures.reading.done, figures.reading.of)
        elif self._most:
            what = f"sending, {about}" if about else "sending"
            self._update(what, self._most - figures.pending, self._most)

    def _update(self, what: str, done: int, of: int) -> None:
        self._progress.update(self._task, description=what, completed=done, total=of)


def _bar() -> Progress:
    """Return a bar on stderr that leaves stdout alone, which may be a file or a pipe."""
    # Only a terminal pays for rich.
    from rich.console import Console
    from rich.progress import Progress

    # By itself rich sends what is printed meanwhile to the console of the bar.
    shared = sys.stdout.isatty()
    return Progress(console=Console(stderr=True), transient=True, redirect_stdout=shared)


def folder_of(path: Path) -> Path:
    """Return what stands for the drive of a file: the folder that it lies in."""
    return path.absolute().parent


def _open(path: Path) -> BinaryIO:
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


def _size_of(path: Path) -> int:
    try:
        status = DRIVES.ask(folder_of(path), path.stat)
    except (OSError, SilentDriveError):
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
