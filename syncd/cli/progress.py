"""Progress on long work: shown on a terminal, silent in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def reading(paths: Sequence[Path]) -> Iterator[Callable[[Path], BinaryIO]]:
    """Give a way to open files, during which their progress is shown together."""
    if not sys.stderr.isatty():
        yield _open
        return
    # Only a terminal pays for rich.
    from rich.console import Console
    from rich.progress import Progress

    total = sum(path.stat().st_size for path in paths if path.is_file())
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=total)
        yield lambda path: progress.wrap_file(_open(path), task_id=task)


def _open(path: Path) -> BinaryIO:
    return path.open("rb")
