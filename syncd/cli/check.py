"""`syncd check`: what would go wrong later, said now."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from syncd.app.check import (
    NO_FOLDER_OF_A_FILE_LIBRARY,
    Area,
    Finding,
    Level,
    check_adapters,
    check_folders,
    check_installation,
    check_ledger,
    check_library,
    check_machine,
    check_state,
    findings_of,
)
from syncd.app.preview import looking_only
from syncd.app.remedies import remedy_for
from syncd.app.wiring import (
    adapter_origins,
    all_options,
    get_adapter,
    open_ledger,
    open_library,
)
from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.session import find_running, load
from syncd.config import file_library_settings
from syncd.config.documents import json_schema
from syncd.control.client import Running
from syncd.control.status import FINE_STATES, ask_status, read_status
from syncd.errors import AdapterFailedError, ConfigError, ServedError, StateError
from syncd.report.findings import findings_document, print_findings
from syncd.report.writing import write_document
from syncd.settings import FolderSettings, LibrarySettings, Settings
from syncd.system.clock import SystemClock
from syncd.system.state_lock import find_holder

_EXITS = {
    Area.CONFIGURATION: Exit.CONFIG,
    Area.STATE: Exit.NO_STATE,
    Area.LEDGER: Exit.LEDGER,
    Area.KEY: Exit.KEY_REFUSED,
    Area.LIBRARY: Exit.UNAVAILABLE,
    Area.FOLDER: Exit.TRY_AGAIN,
    Area.MACHINE: Exit.TRY_AGAIN,
}


@click.command("check")
@options.where("file_library", "config", "state")
@options.as_json
@click.option(
    "--schema",
    "as_schema",
    is_flag=True,
    help="Only print the JSON Schema of the configuration, with the keys of every adapter that is "
    "installed: editors check a file by it.",
)
def command(where: options.Where, as_json: bool, as_schema: bool) -> Exit:
    """Look for what would go wrong later, and say what to do about it.

    Reads the configuration, looks at every folder, the state directory and the machine, and asks
    every library what its key may do. Nothing is sent or changed. Exits with the code of the
    gravest problem: 78 configuration, 73 state, 74 ledger, 77 key, 69 library, 75
    folder or machine.

    \b
    Examples:
      syncd check
      syncd check --json | jq '.findings[] | select(.level == "problem")'
      syncd check --schema > ~/.config/syncd/syncd.schema.json
    """
    if as_schema:
        sys.stdout.write(json_schema(all_options()))
        return Exit.DONE
    seen: list[Finding] = []
    findings = _noting(_look(where), seen)
    if as_json:
        write_document(findings_document(findings), sys.stdout)
    else:
        print_findings(findings, sys.stdout)
    return _sum_up(seen)


def _look(where: options.Where) -> Iterator[Finding]:
    yield from check_machine()
    yield from check_installation()
    yield from check_adapters(adapter_origins(), _why_broken, all_options())
    try:
        settings = load(where)
    except ConfigError as error:
        yield from check_state(where.state_dir, SystemClock().now())
        yield from findings_of(error)
        return
    if settings.path is not None:
        told = "nothing is wrong with it"
        yield Finding(Area.CONFIGURATION, str(settings.path), Level.OK, told)
    daemon = yield from _look_at_state(settings, where.state_dir)
    if where.file_library is None:
        yield from check_folders(settings.folders)
    else:
        yield from check_folders(_watched(where.state_dir), NO_FOLDER_OF_A_FILE_LIBRARY)
    seen = _seen_by_service(daemon)
    for library in settings.libraries:
        if library.name in seen:
            yield _of_service(library.name, str(daemon and daemon.service), seen[library.name])
        else:
            yield from _check_library(library, where.state_dir, settings.folders)


def _why_broken(adapter: str) -> str | None:
    """Say why an installed adapter cannot be used, if it cannot."""
    try:
        get_adapter(adapter)
    except AdapterFailedError as error:
        return str(error)
    return None


def _seen_by_service(daemon: Running | None) -> Mapping[str, Mapping[str, Any]]:
    """Return how a service finds the libraries that it serves, by our names for them.

    Its key is its own, so that it alone can tell. Of a daemon of one's own nothing is returned.
    """
    if daemon is None or daemon.service is None:
        return {}
    document = ask_status(daemon.directory) or {"libraries": ()}
    found = {library["name"]: library for library in document["libraries"]}
    return {ours: found[theirs] for ours, theirs in (daemon.names or {}).items() if theirs in found}


def _of_service(name: str, service: str, seen: Mapping[str, Any]) -> Finding:
    state, message = seen["state"], seen["message"]
    if state in FINE_STATES:
        return Finding(Area.LIBRARY, name, Level.OK, f"{service} finds nothing wrong with it")
    area = Area.KEY if state == "refused" else Area.LIBRARY
    remedy = message.removeprefix(f"{state}: ")
    return Finding(area, name, Level.PROBLEM, f"{service} finds it {state}", remedy)


def _look_at_state(settings: Settings, state: Path) -> Generator[Finding, None, Running | None]:
    """Look where the work is done: in this state directory, or in that of a running service.

    Returns the daemon that works there.
    """
    names = [library.name for library in settings.libraries]
    try:
        daemon = find_running(settings, state, names, all_of_them=False, only_looks=True)
    except ServedError as error:
        remedy = "nothing works beside it; ask where it answers"
        yield Finding(Area.STATE, "service", Level.ADVICE, str(error), remedy)
        return None
    except StateError:
        daemon = None  # what is wrong with it is found just below
    if daemon is not None:
        yield from _name(daemon, names)
        state = daemon.state
        if not os.access(state, os.R_OK | os.X_OK):
            return daemon  # and the ledger in it, which is the service's to open
    is_own = daemon is None or daemon.service is None
    yield from check_state(state, SystemClock().now(), is_own=is_own)
    yield from check_ledger(lambda: _open_copy(settings, state))
    if daemon is None:
        yield from check_daemon(state)
    return daemon


def _name(daemon: Running, names: Sequence[str]) -> Iterator[Finding]:
    who = str(daemon.service or "the daemon")
    served = [name for name in names if daemon.names is None or name in daemon.names]
    message = f"{who} works for {', '.join(served) or 'others'}; its state is in {daemon.state}"
    yield Finding(Area.STATE, "service", Level.OK, message)


def check_daemon(state: Path) -> Iterator[Finding]:
    """Say whether a daemon works on this state directory, and so answers commands."""
    try:
        holder = find_holder(state)
    except StateError as error:
        yield Finding(Area.STATE, str(state), Level.PROBLEM, str(error), remedy_for(error))
        return
    told = f"{holder} works here, and answers commands" if holder else "no daemon works here"
    yield Finding(Area.STATE, str(state), Level.OK, told)


def _watched(state: Path) -> Iterator[FolderSettings]:
    """Yield the folders that a daemon was told to watch for a file library."""
    document = read_status(state)
    for folder in document["folders"] if document["running"] else ():
        yield from file_library_settings(state.parent, Path(folder["path"])).folders


def _open_copy(settings: Settings, state: Path) -> None:
    # A ledger of an older syncd is brought forward when it is opened; a mere look must not.
    with looking_only(settings, state) as (copied, copy), closing(open_ledger(copied, copy)):
        return


def _check_library(
    library: LibrarySettings, state: Path, folders: Sequence[FolderSettings]
) -> Iterator[Finding]:
    return check_library(library, lambda: open_library(library, state), folders)


def _noting(findings: Iterable[Finding], seen: list[Finding]) -> Iterator[Finding]:
    for finding in findings:
        seen.append(finding)
        yield finding


def _sum_up(findings: list[Finding]) -> Exit:
    troubled = {finding.area for finding in findings if finding.level is Level.PROBLEM}
    return next((_EXITS[area] for area in Area if area in troubled), Exit.DONE)
