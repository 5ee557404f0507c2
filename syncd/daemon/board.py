"""The daemon's state, shown by its threads and read by anyone."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from syncd.control.status import FINE_STATES, SCHEMA, LibraryState, format_moment
from syncd.sync.pace import Sending, words_about
from syncd.sync.standing import Figures

_RUNS_KEPT = 20


_FILES_SHOWN = 50


_LATE = "has not been reconciled for two of its turns"


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """One library, as far as its worker knows."""

    name: str
    state: LibraryState = LibraryState.STARTING
    message: str = ""
    last_success_at: datetime | None = None
    next_try_at: datetime | None = None


class Load(NamedTuple):
    """What there is to do for a library: files that wait or are at work, and how it stands."""

    queued: int = 0
    figures: Figures = Figures()


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """One drop folder, as the last scan left it. `skipped` are names with reasons."""

    path: Path
    state: str = "starting"
    message: str = ""
    last_scan_at: datetime | None = None
    settling: tuple[str, ...] = ()
    sight: str = ""
    skipped: tuple[tuple[str, str], ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    """What looks like an export and is not taken."""


@dataclass(frozen=True, slots=True)
class RunStatus:
    """One run that has ended."""

    run: int | None
    library: str
    reason: str
    ended_at: datetime
    files: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    error: str | None = None


class Board:
    """The daemon's state, written by its threads and read by anyone. Thread-safe.

    `changed` is called, from any thread, whenever something else is to be seen.
    """

    def __init__(self, since: datetime, changed: Callable[[], None]) -> None:
        self._lock = threading.Lock()
        self._since = since
        self._changed = changed
        self._libraries: dict[str, LibraryStatus] = {}
        self._loads: Mapping[str, Callable[[], Load]] = {}
        self._folders: dict[Path, FolderStatus] = {}
        self._runs: list[RunStatus] = []
        self._message = ""
        self._due: dict[str, datetime] = {}
        self._late: frozenset[str] = frozenset()

    def begin(self, loads: Mapping[str, Callable[[], Load]], folders: Iterable[Path]) -> None:
        """Show these libraries and folders from now on, and no others.

        `loads` tells of each library what there is to do at the moment of asking.
        """
        with self._lock:
            self._loads = loads
            self._libraries = {name: LibraryStatus(name) for name in loads}
            self._folders = {path: FolderStatus(path) for path in folders}
        self._changed()

    def show_library(self, status: LibraryStatus) -> None:
        """Replace what is shown of a library."""
        with self._lock:
            before = self._libraries.get(status.name)
            self._libraries[status.name] = status
        if status != before:
            self._changed()

    def show_folder(self, status: FolderStatus) -> None:
        """Replace what is shown of a folder."""
        with self._lock:
            self._folders[status.path] = status
        self._changed()

    def show_run(self, run: RunStatus) -> None:
        """Add a run to the latest ones."""
        with self._lock:
            self._runs = [*self._runs[1 - _RUNS_KEPT :], run]
        self._changed()

    def show_message(self, message: str) -> None:
        """Say something about the daemon as a whole; an empty message says that all is well."""
        with self._lock:
            self._message = message
        self._changed()

    def show_late(self, libraries: Collection[str]) -> None:
        """Say which libraries should have been reconciled long ago, and no others."""
        with self._lock:
            before, self._late = self._late, frozenset(libraries)
        if before != self._late:
            self._changed()

    def show_due(self, job: str, at: datetime) -> None:
        """Say when a job of the schedule is due next."""
        with self._lock:
            self._due[job] = at
        self._changed()

    def document(self) -> dict[str, Any]:
        """Return the whole as JSON."""
        with self._lock:
            loads = dict(self._loads)
        # A load is read from the ledger, which nobody is to wait for while the board is locked.
        now = {name: load() for name, load in loads.items()}
        with self._lock:
            return {
                "schema": SCHEMA,
                "running": True,
                "since": format_moment(self._since),
                "pid": os.getpid(),
                "message": self._message,
                "libraries": [
                    _library(each, now.get(each.name, Load())) for each in self._shown_libraries()
                ],
                "folders": [_folder(each) for each in self._folders.values()],
                "runs": [_run(each) for each in reversed(self._runs)],
                "schedule": {job: format_moment(at) for job, at in sorted(self._due.items())},
            }

    def sentence(self) -> str:
        """Say in one line how things are: systemd shows it."""
        with self._lock:
            shown = [
                (each.name, each.state.value, each.message) for each in self._libraries.values()
            ]
            shown += [(each.path.name, each.state, each.message) for each in self._folders.values()]
            count = len(self._folders)
            files = sum(len(each.settling) for each in self._folders.values())
            message = self._message
        watching = f"watching {_counted(count, 'folder')}"
        faults = [f"{who}: {why or state}" for who, state, why in shown if state not in FINE_STATES]
        settling = [f"{_counted(files, 'file')} settling"] if files else []
        return "; ".join([watching, *settling, *([message] if message else []), *faults])

    def _shown_libraries(self) -> list[LibraryStatus]:
        # Lateness shows only where nothing else is wrong, which would be its reason.
        return [
            replace(each, state=LibraryState.LATE, message=_LATE)
            if each.name in self._late and each.state is LibraryState.OK
            else each
            for each in self._libraries.values()
        ]


def _library(status: LibraryStatus, load: Load) -> dict[str, Any]:
    return {
        "name": status.name,
        "state": status.state.value,
        "message": status.message or _reading_words(load) or _sending_words(load),
        "identity": load.figures.identity,
        "pending": load.figures.pending,
        "held": load.figures.held,
        "notices": list(load.figures.notices),
        "reading": load.figures.reading._asdict() if load.figures.reading else None,
        "sending": _sending(load.figures.sending),
        "queued_files": load.queued,
        "last_reconcile_at": format_moment(load.figures.last_reconcile_at),
        "last_success_at": format_moment(status.last_success_at),
        "next_try_at": format_moment(status.next_try_at),
    }


def _reading_words(load: Load) -> str:
    reading = load.figures.reading
    return f"reading the library: {reading.done} of {reading.of} items" if reading else ""


def _sending(sending: Sending | None) -> dict[str, Any] | None:
    if sending is None:
        return None
    left = None if sending.left is None else round(sending.left.total_seconds())
    return {"done": sending.done, "of": sending.of, "seconds_left": left}


def _sending_words(load: Load) -> str:
    sending = load.figures.sending
    if sending is None:
        return ""
    about = words_about(sending)
    return f"sending: {sending.done:,} of {sending.of:,} changes{', ' if about else ''}{about}"


def _folder(status: FolderStatus) -> dict[str, Any]:
    shown = status.skipped[:_FILES_SHOWN]
    return {
        "path": str(status.path),
        "state": status.state,
        "message": status.message,
        "last_scan_at": format_moment(status.last_scan_at),
        "waiting_files": len(status.settling),
        "settling": list(status.settling[:_FILES_SHOWN]),
        "watching": status.sight,
        "skipped_files": len(status.skipped),
        "skipped": [{"file": name, "reason": reason} for name, reason in shown],
        "other_files": len(status.beside),
        "others": [
            {"file": name, "reason": reason} for name, reason in status.beside[:_FILES_SHOWN]
        ],
    }


def _run(status: RunStatus) -> dict[str, Any]:
    return {
        "run": status.run,
        "library": status.library,
        "reason": status.reason,
        "ended_at": format_moment(status.ended_at),
        "files": status.files,
        "counts": dict(status.counts),
        "error": status.error,
    }


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
