"""Progress on long work: shown on a terminal, silent in a pipe."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from syncd.cli.named_files import open_named, size_of
from syncd.sync.pace import words_about

if TYPE_CHECKING:
    from rich.progress import Progress

    from syncd.sync.standing import Figures

_FOLLOW_EVERY = 0.3


@contextmanager
def reading(paths: Sequence[Path]) -> Iterator[Callable[[Path], BinaryIO]]:
    """Give a way to open files, during which their progress is shown together.

    Rows that scroll by on the same terminal show it well enough.
    """
    if sys.stdout.isatty() or not sys.stderr.isatty():
        yield open_named
        return
    total = sum(map(size_of, paths))
    with _bar() as progress:
        task = progress.add_task("reading", total=total)
        yield lambda path: progress.wrap_file(open_named(path), task_id=task)


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
