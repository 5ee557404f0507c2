"""Which configuration, state and libraries a command works with, from its options."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path

import click

from syncd.app.once import folder_of
from syncd.app.wiring import check_options
from syncd.cli.options import Where
from syncd.config import file_library_settings, load_settings
from syncd.settings import LibrarySettings, Settings
from syncd.system.paths import find_config


def load(where: Where, folder: Path | None = None) -> Settings:
    """Return the settings that the options mean. Raises `ConfigError`, or tells of wrong usage."""
    if where.file_library is not None:
        if where.config is not None:
            raise click.UsageError("--file-library needs no configuration: give it or --config")
        return file_library_settings(where.file_library, folder)
    if folder is not None:
        raise click.UsageError("--folder goes with --file-library")
    return load_settings(find_config(where.config), check_options=check_options)


def choose_library(settings: Settings, name: str | None) -> LibrarySettings:
    """Return the library of this name, or the only one."""
    known = ", ".join(library.name for library in settings.libraries)
    if name is None:
        if len(settings.libraries) > 1:
            raise click.UsageError(f"name one of the libraries with --library: {known}")
        return settings.libraries[0]
    library = settings.find_library(name)
    if library is None:
        raise click.UsageError(f"no library is called {name!r}; known: {known}")
    return library


def route(
    files: Iterable[Path], settings: Settings, chosen: str | None
) -> Mapping[str, list[Path]]:
    """Return the files that go to each library: the chosen one, their folder's, or the only one."""
    routes: defaultdict[str, list[Path]] = defaultdict(list)
    for file in files:
        folder = None if chosen else folder_of(file.absolute(), settings.folders)
        names = folder.libraries if folder else (choose_library(settings, chosen).name,)
        for name in names:
            routes[name].append(file)
    return routes


def pause(duration: timedelta) -> None:
    """Wait; a command in the foreground is stopped by its signals."""
    time.sleep(max(duration.total_seconds(), 0))
