"""Which configuration and which state a command works with, from its options."""

from __future__ import annotations

from pathlib import Path

import click

from syncd.places import find_config, state_directory
from syncd.settings import LibrarySettings, Settings

STATE_OF_A_FILE_LIBRARY = ".syncd"


def find_state(state: Path | None, file_library: Path | None) -> Path:
    """Return the state directory that the options mean. Needs no configuration."""
    if state is None and file_library is not None:
        return file_library.absolute() / STATE_OF_A_FILE_LIBRARY
    return state_directory(state)


def load(config: Path | None, file_library: Path | None, folder: Path | None = None) -> Settings:
    """Return the settings that the options mean. Raises `ConfigError`, or tells of wrong usage."""
    # Only commands that need settings pay for what reads them.
    from syncd.config import file_library_settings, load_settings
    from syncd.wiring import check_options

    if file_library is not None:
        if config is not None:
            raise click.UsageError("--file-library needs no configuration: give it or --config")
        return file_library_settings(file_library, folder)
    if folder is not None:
        raise click.UsageError("--folder goes with --file-library")
    return load_settings(find_config(config), check_options=check_options)


def choose_library(settings: Settings, name: str | None) -> LibrarySettings:
    """Return the library of this name, or the only one."""
    known = ", ".join(library.name for library in settings.libraries)
    if name is None:
        if len(settings.libraries) > 1:
            raise click.UsageError(
                f"there are several libraries: name one with --library ({known})"
            )
        return settings.libraries[0]
    library = settings.find_library(name)
    if library is None:
        raise click.UsageError(f"no library is called {name!r}; known: {known}")
    return library
