"""What the daemon is given to do: the work of each library, and how all of it is made anew."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from syncd.inbox import Export
from syncd.settings import FolderSettings, Settings


class RunSummary(Protocol):
    """What one run came to, as far as the daemon tells it on."""

    @property
    def run(self) -> int | None:
        """The run's number; None when it had nothing to write down."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """How many records came to which decision, by the words of the JSON documents."""
        ...

    @property
    def unusable(self) -> Mapping[str, str]:
        """Exports (by SHA-256) of which nothing could be used, and why."""
        ...

    @property
    def changed(self) -> Collection[str]:
        """Exports (by SHA-256) that changed while being read and were left for later."""
        ...


class Figures(NamedTuple):
    """How a library stands, as the ledger has it."""

    pending: int = 0
    """Operations that have no outcome yet."""
    held: int = 0
    """Operations that wait for a person."""
    last_reconcile_at: datetime | None = None


class LibraryWork(Protocol):
    """One configured library, with everything needed to serve it.

    One worker thread alone calls the methods, but for `is_known` and `figures`, which may be
    called by any thread at any time, before `open` and after `close` too.
    """

    @property
    def name(self) -> str:
        """The library's name in the configuration."""
        ...

    def is_known(self, sha256: str, folder: FolderSettings) -> bool:
        """Tell whether this library has had that export from that folder. Cheap."""
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

    def reconcile(self) -> None:
        """Compare ledger and library, and repair what is safe. Raises as `deliver` does."""
        ...

    def not_before(self) -> datetime | None:
        """Return until when the library asked to be left alone, be it of an earlier process."""
        ...

    def resume(self) -> None:
        """Go on after a guard stopped this library. Any thread may ask, once it was opened."""
        ...

    def close(self) -> None:
        """Let go of the library."""
        ...


class Assembly(NamedTuple):
    """The daemon's world according to one reading of the configuration."""

    settings: Settings
    libraries: Sequence[LibraryWork]


Pause = Callable[[timedelta], None]
"""Waits that long, or until syncd is asked to stop."""

Assemble = Callable[[Pause], Assembly]
"""Reads the configuration and builds everything anew; nothing is reached or sent yet.

Raises `ConfigError`, `LedgerError` or `StateError`.
"""
