"""What would go wrong later, said now: folders, state, libraries and the machine, with remedies.

Looks and asks; changes nothing but the state directory, which is made if it is missing.
"""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.metadata import packages_distributions
from pathlib import Path

from syncd import __version__
from syncd.app.remedies import OWN_ENVIRONMENT, Cause, denial_remedy, remedy_for, remedy_of
from syncd.errors import (
    AccessDeniedError,
    ConfigError,
    Denial,
    KeyLookupError,
    LedgerError,
    LibraryError,
)
from syncd.inbox import FolderState
from syncd.inbox.ground import Ground
from syncd.library import Description, Library, Option
from syncd.settings import After, Attachments, FolderSettings, LibrarySettings
from syncd.system.drives import SILENT, Drives
from syncd.system.filesystems import filesystem_of
from syncd.system.private import why_not_private
from syncd.system.waiting import within

LEAST_ROOM = 200_000_000
"""Bytes that should be free where the ledger lives."""
_CLOCK_LEEWAY = timedelta(days=1)
_WATCHES = Path("/proc/sys/fs/inotify/max_user_watches")
_FEW_WATCHES = 8192
_PATIENCE = timedelta(seconds=60)
"""How long a library may take to say who it is; a person may have to be asked first."""


class Area(StrEnum):
    """What a finding is about; the first of these with a problem matters most."""

    CONFIGURATION = "configuration"
    STATE = "state"
    LEDGER = "ledger"
    KEY = "key"
    LIBRARY = "library"
    FOLDER = "folder"
    MACHINE = "machine"


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    ADVICE = "advice"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; what is no `OK` has a remedy."""

    area: Area
    subject: str
    level: Level
    message: str
    remedy: str = ""


# The configuration


def findings_of(error: ConfigError) -> Iterator[Finding]:
    """Turn what is wrong with a configuration into findings."""
    for problem in error.problems:
        subject = f"{error.path or 'syncd.toml'}{f':{problem.line}' if problem.line else ''}"
        remedy = "docs/reference/configuration.md explains every key"
        if problem.line:
            remedy = f"correct this line; {remedy}"
        yield Finding(Area.CONFIGURATION, subject, Level.PROBLEM, problem.message, remedy)


# Folders


NO_FOLDER = "add a [[folder]] to the configuration; until then, only `syncd once FILE` does work"
NO_FOLDER_OF_A_FILE_LIBRARY = (
    "`syncd run --file-library DIR --folder PATH` watches one; `syncd once FILE` needs none"
)


def check_folders(
    folders: Iterable[FolderSettings], none: str = NO_FOLDER, drives: Drives | None = None
) -> Iterator[Finding]:
    """Look at each watched folder, and whether there are any; `none` is the remedy if not.

    A folder whose drive does not answer is said to be so, and holds nobody up.
    """
    checked = False
    drives = drives or Drives()
    for folder in folders:
        checked = True
        if drives.answers(folder.path):
            yield from _check_folder(folder)
            continue
        name, remedy = str(folder.path), "see to its drive; syncd waits for it until then"
        yield Finding(Area.FOLDER, name, Level.PROBLEM, SILENT, remedy)
    if not checked:
        yield Finding(
            Area.FOLDER,
            "folders",
            Level.ADVICE,
            "no folder is watched",
            none,
        )


def _check_folder(folder: FolderSettings) -> Iterator[Finding]:
    name = str(folder.path)
    ground = Ground(folder.path, moves=folder.after is After.MOVE)
    try:
        standing = ground.check()
    finally:
        ground.release()
    if standing.state is FolderState.BUSY:
        yield Finding(Area.FOLDER, name, Level.OK, standing.message)
    elif standing.state is not FolderState.OK:
        wanted = "see to that" if folder.path.is_dir() else "make it, or correct its path"
        remedy = f"{wanted}; syncd waits for it until then"
        yield Finding(Area.FOLDER, name, Level.PROBLEM, standing.message, remedy)
        return
    if not os.access(folder.path, os.R_OK | os.X_OK):
        remedy = "give the user that syncd runs as the right to list and read it"
        yield Finding(Area.FOLDER, name, Level.PROBLEM, "it cannot be read", remedy)
        return
    yield Finding(Area.FOLDER, name, Level.OK, _describe_filesystem(ground.root))


def _describe_filesystem(root: Path) -> str:
    filesystem = filesystem_of(root)
    kind = filesystem.kind or "an unknown filesystem"
    if filesystem.is_remote:
        return f"readable; {kind} tells nobody of changes, so it is listed regularly"
    return f"readable; {kind}, changes are noticed at once"


# State


def check_state(state: Path, now: datetime, *, is_own: bool = True) -> Iterator[Finding]:
    """Look at the state directory: can it be used, is there room, does the clock make sense.

    That of a service belongs to the account that the service runs as, which is not `is_own`.
    """
    name = str(state)
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_usable = os.access(state, os.R_OK | os.W_OK | os.X_OK)
    except OSError:
        is_usable = False
    if not is_usable:
        remedy = "make it writable for the user that syncd runs as, or name another with --state"
        yield Finding(Area.STATE, name, Level.PROBLEM, "it cannot be made or written", remedy)
        return
    if is_own:
        yield from _check_privacy(state)
    yield from _check_ground_of_state(state)
    yield from _check_clock(state, now)


def _check_privacy(state: Path) -> Iterator[Finding]:
    reason = why_not_private(state)
    if reason:
        remedy = "see to that; until then nothing works on it"
        yield Finding(Area.STATE, str(state), Level.PROBLEM, reason, remedy)
    elif state.stat().st_mode & 0o077:
        yield Finding(
            Area.STATE,
            str(state),
            Level.ADVICE,
            "others on this machine can look into it",
            f"chmod 700 {state}",
        )


def _check_ground_of_state(state: Path) -> Iterator[Finding]:
    name = str(state)
    filesystem = filesystem_of(state)
    if filesystem.is_remote:
        remedy = "use --state with a directory on a local disk, or PostgreSQL for the ledger"
        message = f"it lies on {filesystem.kind}, where SQLite can lose data"
        yield Finding(Area.STATE, name, Level.PROBLEM, message, remedy)
    free = shutil.disk_usage(state).free
    if free < LEAST_ROOM:
        message = f"only {free / 1e6:,.0f} MB are free"
        yield Finding(Area.STATE, name, Level.PROBLEM, message, "make room on this disk")
    else:
        yield Finding(Area.STATE, name, Level.OK, f"writable; {free / 1e9:,.1f} GB are free")


def _check_clock(state: Path, now: datetime) -> Iterator[Finding]:
    newest = max((_changed_at(path) for path in state.iterdir()), default=now)
    if newest - now > _CLOCK_LEEWAY:
        message = f"the clock says {now:%Y-%m-%d}, but the state is of {newest:%Y-%m-%d}"
        remedy = "set the clock: schedules and TLS depend on it (timedatectl)"
        yield Finding(Area.MACHINE, "clock", Level.PROBLEM, message, remedy)


def _changed_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.lstat().st_mtime, UTC)


# The ledger


def check_ledger(look: Callable[[], object]) -> Iterator[Finding]:
    """Report whether the ledger can be used; `look` opens a copy, and raises if it cannot."""
    try:
        look()
    except LedgerError as error:
        remedy = remedy_for(error)
        yield Finding(Area.LEDGER, "ledger", Level.PROBLEM, str(error), remedy)
    else:
        yield Finding(Area.LEDGER, "ledger", Level.OK, "whole, and of a version that is understood")


# Libraries


def check_library(
    settings: LibrarySettings, make: Callable[[], Library], folders: Iterable[FolderSettings] = ()
) -> Iterator[Finding]:
    """Ask one library who it is, what its key may do, and whether it takes what `folders` ask."""
    name = settings.name
    try:
        with closing(make()) as library:
            description = within(_PATIENCE, library.describe)
            only_new = library.capabilities.only_takes_new
    except (KeyLookupError, LibraryError) as error:
        yield _of_failure(name, error)
    except TimeoutError as error:
        yield Finding(Area.LIBRARY, name, Level.PROBLEM, str(error), remedy_of(Cause.UNREACHABLE))
    else:
        yield from _of_description(name, description)
        wanted = {folder.attachments for folder in folders if name in folder.libraries}
        if description.writable:
            yield from _of_files(name, description, wanted, only_new=only_new)


def _of_failure(name: str, error: KeyLookupError | LibraryError) -> Finding:
    is_about_key = isinstance(error, KeyLookupError | AccessDeniedError)
    area = Area.KEY if is_about_key else Area.LIBRARY
    return Finding(area, name, Level.PROBLEM, str(error), remedy_for(error, name))


def _of_description(name: str, description: Description) -> Iterator[Finding]:
    access = f"; {description.access}" if description.access else ""
    yield Finding(Area.LIBRARY, name, Level.OK, f"{description.title} answers{access}")
    if not description.writable:
        remedy = denial_remedy(description.denial or Denial.READ_ONLY, name)
        yield Finding(Area.KEY, name, Level.PROBLEM, "it may be read, not written", remedy)
    elif not description.takes_notes:
        message = "the key may not write notes: items will come without theirs"
        remedy = "allow notes for this key, or set [notes] keep = []"
        yield Finding(Area.KEY, name, Level.ADVICE, message, remedy)


def _of_files(
    name: str, description: Description, wanted: Collection[Attachments], *, only_new: bool
) -> Iterator[Finding]:
    """See that files can be attached as folders want that."""
    stores, links = description.stores_files, description.takes_linked_files
    message = ""
    if only_new and not {Attachments.FILE, Attachments.UPLOAD}.isdisjoint(wanted):
        message = "it takes new items alone, with neither files nor links to them"
        remedy = 'set attachments = "none" for its folders, and this is told no more'
    elif Attachments.UPLOAD in wanted and not stores:
        message = "it stores no files: items will come without theirs"
        remedy = "allow files for its key or group"
        if links:
            remedy += ', or set attachments = "file" for its folders'
    elif Attachments.FILE in wanted and not links:
        message = "it takes no links to files of this machine: items will come without theirs"
        how = "upload" if stores else "link"
        remedy = f'set attachments = "{how}" for its folders'
    if message:
        yield Finding(Area.LIBRARY, name, Level.ADVICE, message, remedy)


# The machine


def check_installation(
    providers: Callable[[], Mapping[str, Sequence[str]]] = packages_distributions,
) -> Iterator[Finding]:
    """See that `adapters` is syncd's own: an unrelated distribution bears that name too."""
    others = sorted({name for name in providers().get("adapters", ()) if name != "syncd"})
    if others:
        yield Finding(
            Area.MACHINE,
            "installation",
            Level.PROBLEM,
            f"{', '.join(others)} brings a package called adapters, as syncd does",
            OWN_ENVIRONMENT,
        )


def check_adapters(
    origins: Mapping[str, str],
    why_broken: Callable[[str], str | None],
    options: Mapping[str, Sequence[Option]],
) -> Iterator[Finding]:
    """Name the adapters by others: adapter → distribution; `why_broken` says what is wrong."""
    for name, distribution in origins.items():
        reason = why_broken(name)
        if reason is None:
            told = f"installed with {distribution}{_takes(options.get(name, ()))}"
            yield Finding(Area.MACHINE, f"adapter {name}", Level.OK, told)
        else:
            remedy = f"tell whoever made {distribution}, or uninstall it"
            yield Finding(Area.MACHINE, f"adapter {name}", Level.ADVICE, reason, remedy)


def _takes(options: Sequence[Option]) -> str:
    """Say which keys an adapter takes, as far as it says so itself."""
    keys = [f"{each.name}{'' if each.required else ' (optional)'}" for each in options]
    return f"; takes {', '.join(keys)}" if keys else ""


def check_machine(watches: Path = _WATCHES) -> Iterator[Finding]:
    """Name the versions at work, and the kernel's limit where it is low."""
    versions = (
        f"syncd {__version__}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {platform.system()} {platform.release()}"
    )
    yield Finding(Area.MACHINE, "versions", Level.OK, versions)
    try:
        limit = int(watches.read_text())
    except (OSError, ValueError):
        # Hidden inside a sandbox: the watcher says so itself should it ever reach the limit.
        return
    if limit < _FEW_WATCHES:
        message = f"only {limit:,} folders can be watched by this user"
        remedy = "sysctl fs.inotify.max_user_watches=65536; without it folders are polled"
        yield Finding(Area.MACHINE, "inotify", Level.ADVICE, message, remedy)
