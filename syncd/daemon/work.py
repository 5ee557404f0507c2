"""What the daemon is given to do: the work of each library, and how all of it is made anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from syncd.inbox import Export
from syncd.settings import FolderSettings, Settings
from syncd.sync.standing import Figures, RunSummary
from syncd.system.clock import Pause


class Offered(NamedTuple):
    """What comes of offering an export to a library's worker.

    `set_aside` says why it will not be tried; empty where it will be.
    """

    has_room: bool
    set_aside: str = ""


class LibraryWork(Protocol):
    """One configured library, with everything needed to serve it.

    One worker thread alone calls the methods, but for `is_known`, `was_read` and `figures`, which
    may be called by any thread at any time, before `open` and after `close` too.
    """

    @property
    def name(self) -> str:
        """The library's name in the configuration."""
        ...

    def is_known(self, sha256: str, folder: FolderSettings) -> bool:
        """Tell whether this library has had that export from that folder. Cheap."""
        ...

    def was_read(self, sha256: str) -> bool:
        """Tell whether records of that content were ever read, from wherever it came."""
        ...

    def figures(self) -> Figures:
        """Say how the library stands. Cheap."""
        ...

    def open(self) -> None:
        """Reach the library and settle what an earlier process left in doubt.

        Called again after it has raised. Raises kinds of `LibraryError`, or `LedgerError`.
        """
        ...

    def deliver(self, exports: Sequence[Export], reason: str) -> RunSummary:
        """Make one run over these exports.

        Raises kinds of `LibraryError` when it could not be finished: what was planned stays in
        the outbox, and the exports are delivered again later. `LedgerError` stops everything.
        """
        ...

    def push_pending(self) -> None:
        """Send what waits, and look what became of what was sent. Raises as `deliver` does.

        `UnsettledError` where something still waits for its outcome.
        """
        ...

    def landed(self) -> int:
        """Return how many operations have had an outcome; it grows while the library gets on."""
        ...

    def reconcile(self) -> None:
        """Compare ledger and library, and repair what is safe. Raises as `deliver` does."""
        ...

    def not_before(self) -> datetime | None:
        """Return until when the library asked to be left alone, be it of an earlier process."""
        ...

    def resume(self, *, as_new: bool = False) -> None:
        """Go on after a guard stopped this library; see `LibraryRun.resume`.

        Any thread may ask, once it was opened; before, or for another library, its own alone.
        """
        ...

    def renew(self) -> None:
        """Make the library anew, by its adapter's code as it is installed now; it is to be opened.

        For one whose adapter, made by others, has failed.
        """
        ...

    def close(self) -> None:
        """Let go of the library."""
        ...


class Assembly(NamedTuple):
    """The daemon's world according to one reading of the configuration."""

    settings: Settings
    libraries: Sequence[LibraryWork]


Assemble = Callable[[Pause], Assembly]
"""Reads the configuration and builds everything anew; nothing is reached or sent yet.

Raises `ConfigError`, `LedgerError` or `StateError`.
"""
