"""Progress on long work: shown on a terminal, silent in a pipe."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from rich.progress import Progress

STDIN = Path("-")
"""What is given as a file to read what comes in by a pipe."""

_FOLLOW_EVERY = 0.3


@contextmanager
def reading(paths: Sequence[Path]) -> Iterator[Callable[[Path], BinaryIO]]:
    """Give a way to open files, during which their progress is shown together.

    Rows that scroll by on the same terminal show it well enough.
    """
    if sys.stdout.isatty() or not sys.stderr.isatty():
        yield _open
        return
    total = sum(path.stat().st_size for path in paths if path.is_file())
    with _bar() as progress:
        task = progress.add_task("reading", total=total)
        yield lambda path: progress.wrap_file(_open(path), task_id=task)


@contextmanager
def sending(count_pending: Callable[[], int]) -> Iterator[None]:
    """Show how much of what is to be sent has been, as the ledger counts it."""
    if not sys.stderr.isatty():
        yield
        return
    over = threading.Event()
    with _bar() as progress:
        task = progress.add_task("reading", total=None)

        def follow() -> None:
            most = 0
            while not over.wait(_FOLLOW_EVERY):
                pending = count_pending()
                most = max(most, pending)
                if most:
                    progress.update(
                        task, description="sending", total=most, completed=most - pending
                    )

        thread = threading.Thread(target=follow, name="progress")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _bar() -> Progress:
    """Return a bar on stderr that leaves stdout alone, which may be a file or a pipe."""
    # Only a terminal pays for rich.
    from rich.console import Console
    from rich.progress import Progress

    # By itself rich sends what is printed meanwhile to the console of the bar.
    shared = sys.stdout.isatty()
    return Progress(console=Console(stderr=True), transient=True, redirect_stdout=shared)


def _open(path: Path) -> BinaryIO:
    return sys.stdin.buffer if path == STDIN else path.open("rb")
