"""A daemon's crew at work inside a test, and what is known of it from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from syncd.daemon import Assembly, LibraryWork
from syncd.daemon.board import Board
from syncd.daemon.workers import Shared, Workers
from syncd.settings import FolderSettings
from syncd.system.clock import SystemClock
from syncd.system.heartbeat import Heartbeats
from tests.fakes.settings import make_settings
from tests.fakes.works import wait_until


class Deck:
    """One crew, its board, and the failures it could not survive."""

    def __init__(
        self, state: Path, works: Sequence[LibraryWork], folders: Sequence[FolderSettings]
    ) -> None:
        clock = SystemClock()
        self.board = Board(clock.now(), lambda: None)
        self.failures: list[BaseException] = []
        pulses = Heartbeats(clock, timedelta(minutes=1))
        ship = Shared(state, clock, self.board, pulses, lambda: 0.0, self.failures.append)
        settings = make_settings(folders, [work.name for work in works])
        self.crew = Workers(lambda _pause: Assembly(settings, works), ship)

    def library(self, name: str = "mine") -> dict[str, Any]:
        """Return what the status shows of a library."""
        libraries: list[dict[str, Any]] = self.board.document()["libraries"]
        return next(each for each in libraries if each["name"] == name)

    def folder(self) -> dict[str, Any]:
        """Return what the status shows of the first folder."""
        found: dict[str, Any] = self.board.document()["folders"][0]
        return found


@contextmanager
def mustered(
    state: Path, works: Sequence[LibraryWork], folders: Sequence[FolderSettings]
) -> Iterator[Deck]:
    """Have a crew at work while the block lasts."""
    deck = Deck(state, works, folders)
    deck.crew.start()
    try:
        yield deck
    finally:
        deck.crew.stop()
        assert wait_until(deck.crew.is_over), "a thread did not end"


Muster = Callable[[Sequence[LibraryWork], Sequence[FolderSettings]], Deck]
"""Puts a crew to work until the test ends; see `tests/support/mustering.py`."""

ENTRY = b"TY  - JOUR\nTI  - %s\nER  - \n"


def put(folder: Path, name: str, title: str | None = None) -> Path:
    """Drop a file with one record; its title is its name unless another is given."""
    path = folder / name
    path.write_bytes(ENTRY % (name if title is None else title).encode())
    return path
