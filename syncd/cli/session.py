"""Which configuration, state and libraries a command works with, from its options."""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from syncd.app.loading import load_usable
from syncd.app.once import folder_of
from syncd.app.wiring import recognise
from syncd.cli.exits import Exit
from syncd.cli.interruptions import telling_that_it_goes_on
from syncd.cli.options import Where
from syncd.cli.saying import say
from syncd.config import file_library_settings
from syncd.control.client import Running, ask_daemon, expect_unserved, find_daemon
from syncd.control.own_daemons import Roots
from syncd.control.services import Known
from syncd.errors import CommandError, ConfigError, Problem, StateError
from syncd.settings import LibrarySettings, Settings
from syncd.system import paths
from syncd.system.clock import SystemClock
from syncd.system.paths import find_config
from syncd.system.printable import printable
from syncd.system.state_lock import find_holder

_WAYS_OUT = {"--offline": "--offline", "--file-library": "--file-library DIR"}


def load(where: Where, folder: Path | None = None) -> Settings:
    """Return the settings that the options mean. Raises `ConfigError`, or tells of wrong usage."""
    if where.file_library is not None:
        if where.config is not None:
            raise click.UsageError("--file-library needs no configuration: give it or --config")
        return file_library_settings(where.file_library, folder)
    if folder is not None:
        raise click.UsageError("--folder goes with --file-library")
    try:
        place = find_config(where.config)
    except ConfigError as error:
        raise _with_ways_out(error) from None
    return load_usable(place, where.state_dir)


def _with_ways_out(error: ConfigError) -> ConfigError:
    """Add what needs no configuration to the words for there being none."""
    context = click.get_current_context(silent=True)
    options = {name for each in context.command.params for name in each.opts} if context else ()
    ways = " or ".join(words for option, words in _WAYS_OUT.items() if option in options)
    more = f"; {ways} needs none" if ways else ""
    return ConfigError(error.path, [Problem(each.message + more) for each in error.problems])


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


def find_running(
    settings: Settings,
    state: Path,
    names: Collection[str],
    *,
    all_of_them: bool = True,
    tells_own: bool = True,
    only_looks: bool = False,
) -> Running | None:
    """Return the daemon to ask about these libraries, and say so if its state is another.

    None where there is none. Where the own state is, `tells_own` says at a terminal; a report may
    say so itself. Raises as `find_daemon` does, and `CommandError` where the daemon of the own
    state serves none of the libraries, unless its ledger is `only` to be looked into.
    """

    def identify() -> Mapping[str, Known]:
        return {name: known for name, known in recognise(settings).items() if name in names}

    daemon = find_daemon(state, identify, roots(), SystemClock(), pause, all_of_them=all_of_them)
    if daemon is not None and daemon.names == {} and not only_looks:
        daemon.name_of(min(names))  # which says so
    if daemon is not None and daemon.service is not None:
        told = f"syncd: {daemon.service} answers, with its own configuration and ledger"
        _say_once(f"{told} in {daemon.state}")
    elif tells_own and sys.stderr.isatty():
        # For people; whoever reads the output as a program asks `syncd status`.
        holder = find_holder(state) if daemon is not None else None
        told = f"{holder} answers; its state is in {state}" if holder else f"state in {state}"
        _say_once(f"syncd: {told}", dim=True)
    return daemon


def _say_once(text: str, *, dim: bool = False) -> None:
    """Say something that is as true at the second look of one command as at the first."""
    context = click.get_current_context(silent=True)
    said = context.meta.setdefault(f"{__name__}.said", set()) if context else set()
    if text not in said:
        said.add(text)
        say(printable(text), dim=dim)


def ask_running(daemon: Running, command: str, request: Mapping[str, Any]) -> Any:
    """Have a daemon carry something out; on Ctrl-C it is said that it goes on with it.

    Raises as `ask_daemon` does.
    """
    with telling_that_it_goes_on():
        return ask_daemon(daemon.directory, command, request, SystemClock(), pause)


def find_state_to_look_at(
    settings: Settings, state: Path, names: Collection[str], *, only_there: bool = False
) -> Path:
    """Return where the ledger is for those who only look: a service's, if it can be read.

    `only_there` is for what no other place could tell. Raises as `find_daemon` does, and
    `CommandError`.
    """
    daemon = find_running(settings, state, names, only_looks=True)
    if daemon is None:
        return state
    _expect_still_there(daemon)
    if os.access(daemon.state, os.R_OK | os.X_OK):
        return daemon.state
    if only_there:
        told = (
            "its ledger is closed to you: root can ask this, and `syncd status` shows what is new"
        )
        raise CommandError(told, Exit.TRY_AGAIN)
    say("syncd: but its ledger is closed to you, and does not count here")
    return state


def _expect_still_there(daemon: Running) -> None:
    """Raise where the state directory of a running daemon was moved, and its ledger with it."""
    try:
        is_there = find_holder(daemon.state) is not None
    except StateError:
        return  # it is closed to us
    if not is_there:
        told = (
            f"the daemon runs, and its state directory is no longer {daemon.state}: put it back, or"
            " start the daemon anew"
        )
        raise CommandError(told, Exit.TRY_AGAIN)


def roots() -> Roots:
    """Return where the daemons of this machine and of this user are looked for."""
    return Roots(paths.SERVICES, paths.daemon_places())


def expect_unserved_by_others(settings: Settings, own: Path | None) -> None:
    """Raise `ServedError` where another daemon than `own` works for one of these libraries.

    Daemons that share a ledger in a database may.
    """
    if not settings.ledger.url:
        expect_unserved(recognise(settings), roots(), own)


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
