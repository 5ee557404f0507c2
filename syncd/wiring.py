"""Build what a command works with from the settings; the only room that knows the adapters."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

from adapters import find_adapter
from syncd.clock import Clock, SystemClock
from syncd.errors import ConfigError, Problem
from syncd.ledger.store import Ledger
from syncd.library import Adapter, Library, Surroundings
from syncd.run import Helpers, LibraryRun
from syncd.settings import LibrarySettings, Settings

Wait = Callable[[timedelta], None]
"""Wait that long, or until syncd is asked to stop."""


def get_adapter(name: str) -> Adapter:
    """Return the adapter of this name. Raises `ConfigError` if there is none."""
    try:
        return find_adapter(name)
    except LookupError as exc:
        raise ConfigError(None, [Problem(str(exc.args[0]))]) from exc


def check_options(adapter: str, options: Mapping[str, object]) -> Mapping[str, str]:
    """Say what is wrong with a library's own keys in the configuration: key → sentence."""
    return get_adapter(adapter).check_options(options)


def open_library(
    library: LibrarySettings, state: Path, find_key: Callable[[], str | None]
) -> Library:
    """Make the library; nothing is read or sent yet."""
    surroundings = Surroundings(
        name=library.name, cache=state / "cache" / library.name, find_key=find_key
    )
    return get_adapter(library.adapter).open(library.options, surroundings)


def open_ledger(settings: Settings, state: Path, clock: Clock | None = None) -> Ledger:
    """Open the ledger that the settings name. Raises `LedgerError` or `StateError`."""
    return Ledger.open(settings.ledger.url, state, clock or SystemClock())


def make_run(
    name: str, library: Library, ledger: Ledger, settings: Settings, pause: Wait
) -> LibraryRun:
    """Put one library's work together."""
    helpers = Helpers(
        keep_notes=settings.notes.keep,
        pause=pause,
        # Two daemons that were refused together must not come back together.
        jitter=lambda: random.uniform(0.5, 1.5),  # noqa: S311
    )
    return LibraryRun(name, library, ledger, helpers)
