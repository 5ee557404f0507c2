"""The configuration as it can be worked with, also where an adapter has been uninstalled since."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from syncd.app.wiring import check_options, known_adapters
from syncd.config import load_settings
from syncd.errors import ConfigError, LedgerError
from syncd.ledger.glance import LEDGER_FILE, glance_at_file, glance_at_url
from syncd.settings import Settings


def load_usable(path: Path, state: Path) -> Settings:
    """Return the settings in this file. Raises `ConfigError`.

    An adapter that nobody provides is an error, unless the ledger has met a library by it: then
    it was no slip of the pen, and that library alone is out of use.
    """
    try:
        return load_settings(path, check_options=check_options)
    except ConfigError as error:
        settings = _load_with_gone(path)
        if settings is None or not _were_there(settings, state):
            raise error from None
        return settings


def _load_with_gone(path: Path) -> Settings | None:
    """Return the settings, where nothing but an adapter that is not there is wrong with them."""
    try:
        return load_settings(path, check_options=_check_installed)
    except ConfigError:
        return None


def _check_installed(adapter: str, options: Mapping[str, object]) -> Mapping[str, str]:
    return check_options(adapter, options) if adapter in known_adapters() else {}


def _were_there(settings: Settings, state: Path) -> bool:
    """Say whether the ledger knows every adapter that is not there."""
    gone = {library.adapter for library in settings.libraries} - set(known_adapters())
    try:
        seen = glance_at_file(state / LEDGER_FILE)
        if settings.ledger.url:
            seen = glance_at_url(settings.ledger.url)
    except (LedgerError, OSError):
        # What is wrong with the ledger is said by whoever needs it.
        return False
    return seen is not None and gone <= {library.adapter for library in seen.libraries}
