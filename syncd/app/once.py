"""One pass and no daemon: over all drop folders, or over files that a person named."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from syncd.errors import InputError, KeyLookupError, LibraryError, SyncdError
from syncd.inbox import Beside, Export, FolderState, Inbox, Skipped, read_exports
from syncd.inbox.claims import find_claim
from syncd.inbox.exports import ask_about
from syncd.plan import Plan, place_of, place_without_folder
from syncd.settings import FolderSettings, Settings
from syncd.sync.intake import Delivery
from syncd.sync.session import LibraryRun
from syncd.system.clock import Clock
from syncd.system.drives import SILENT, Drives

_PATIENCE = timedelta(seconds=1)
"""How much longer than `settle` a pass waits for files that somebody is still writing."""


@dataclass(slots=True)
class OnceReport:
    """What one pass came to.

    `problems` says what is odd about files that were used all the same; `unusable` are those of
    which nothing could be used. `failed` says which libraries could not be served, and why;
    `pending` counts operations that are promised and not done.
    """

    plan: Plan = field(default_factory=Plan)
    problems: list[InputError] = field(default_factory=list)
    unusable: list[InputError] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    beside: list[Beside] = field(default_factory=list)
    """What lies in the folders, looks like an export and is not taken."""
    failed: dict[str, SyncdError] = field(default_factory=dict)
    pending: int = 0
    notices: dict[str, Sequence[str]] = field(default_factory=dict)
    """What each library has to tell people, where it has."""


def read_named(paths: Sequence[Path], max_size: int) -> tuple[list[Export], list[InputError]]:
    """Make exports of files that a person named; those that cannot be one come second."""
    exports: list[Export] = []
    unusable: list[InputError] = []
    for path in paths:
        try:
            # What is set aside in a folder whose files are moved is claimed, and named as dropped.
            claimed = ask_about(path, partial(_find_claimed, path))
            exports += read_exports(path, max_size, claimed)
        except InputError as exc:
            unusable.append(exc)
    return exports, unusable


def _find_claimed(path: Path) -> Path | None:
    return None if os.path.lexists(path) else find_claim(path)


def folder_of(path: Path, folders: Sequence[FolderSettings]) -> FolderSettings | None:
    """Return the configured folder that a file lies in, or None."""
    for folder in folders:
        below = path.is_relative_to(folder.path) if folder.recursive else path.parent == folder.path
        if below:
            return folder
    return None


def deliveries_of(exports: Sequence[Export], settings: Settings) -> list[Delivery]:
    """Give each named file what its folder asks for, if it lies in one, else what holds for all.

    The ledger does not count a file named by hand as its folder's, so that it can be read as
    often as a person likes.
    """
    elsewhere = place_without_folder(settings.duplicates)
    deliveries = []
    for export in exports:
        folder = folder_of(export.file, settings.folders)
        place = place_of(folder) if folder else elsewhere
        deliveries.append(Delivery(export, replace(place, folder=b"")))
    return deliveries


class FolderPass:
    """Looks through all drop folders once and delivers what has settled there."""

    def __init__(
        self,
        settings: Settings,
        runs: Mapping[str, LibraryRun],
        clock: Clock,
        sleep: Callable[[timedelta], None],
        drives: Drives | None = None,
    ) -> None:
        self._runs = runs
        self._drives = drives or Drives()
        self._clock = clock
        self._sleep = sleep
        self._inboxes = [
            Inbox(
                folder,
                max_file_size=settings.limits.max_file_size,
                clock=clock,
                is_known=self._is_known_in(folder),
            )
            for folder in settings.folders
            if set(folder.libraries) & set(runs)
        ]

    def gather(self, report: OnceReport) -> list[tuple[Inbox, Export]]:
        """Return what has settled in any folder, waiting a little for what has not."""
        found: list[tuple[Inbox, Export]] = []
        for inbox in self._inboxes:
            if not self._drives.answers(inbox.folder.path):
                report.skipped.append(Skipped(str(inbox.folder.path), SILENT))
                continue
            result = inbox.scan()
            until = self._clock.elapsed() + inbox.folder.settle + _PATIENCE
            while result.waiting and result.next_look and self._clock.elapsed() < until:
                self._sleep(result.next_look)
                result = inbox.scan()
            if result.state is not FolderState.OK:
                report.skipped.append(Skipped(str(inbox.folder.path), result.message))
            report.skipped += result.skipped
            report.beside += [
                each._replace(name=str(inbox.folder.path / each.name)) for each in result.beside
            ]
            found += [(inbox, export) for export in result.ready]
        return found

    def finish(
        self,
        found: Sequence[tuple[Inbox, Export]],
        unusable: Mapping[str, str],
        report: OnceReport,
    ) -> None:
        """Put delivered exports where their folders want them; report those that have to stay."""
        for inbox, export in found:
            try:
                inbox.finish(export, unusable.get(export.sha256))
            except OSError as error:
                reason = f"delivered, and cannot be put away: {error.strerror}"
                report.skipped.append(Skipped(str(export.dropped_as), reason))

    def close(self) -> None:
        """Let go of the folders."""
        for inbox in self._inboxes:
            inbox.close()

    def _is_known_in(self, folder: FolderSettings) -> Callable[[str], bool]:
        served = [run for name, run in self._runs.items() if name in folder.libraries]
        return lambda sha256: all(run.is_known(sha256, bytes(folder.path)) for run in served)


def open_runs(
    runs: Mapping[str, LibraryRun], report: OnceReport, *, allowed: bool = False
) -> dict[str, LibraryRun]:
    """Open each library; return those that can be worked with, and report the others.

    `allowed`: a person lets this pass go by the guards.
    """
    opened = {}
    for name, run in runs.items():
        try:
            if allowed:
                run.allow()
            run.open()
        except (KeyLookupError, LibraryError) as exc:
            report.failed[name] = exc
            report.pending += run.figures().pending
        else:
            opened[name] = run
    return opened


def deliver_named(
    runs: Mapping[str, LibraryRun],
    deliveries: Sequence[Delivery],
    report: OnceReport,
) -> None:
    """Bring named files into each of these libraries."""
    for name, run in runs.items():
        _deliver(name, run, deliveries, report)


def deliver_folders(
    runs: Mapping[str, LibraryRun], folder_pass: FolderPass, report: OnceReport
) -> None:
    """Bring what has settled in the drop folders into the libraries they feed."""
    found = folder_pass.gather(report)
    served: dict[str, bool] = {}
    unusable: dict[str, str] = {}
    for name, run in runs.items():
        deliveries = [
            Delivery(export, place_of(inbox.folder))
            for inbox, export in found
            if name in inbox.folder.libraries
        ]
        refused = _deliver(name, run, deliveries, report)
        served[name] = refused is not None
        unusable.update(refused or {})
    done = [
        (inbox, export)
        for inbox, export in found
        if all(served.get(name, False) for name in inbox.folder.libraries)
    ]
    folder_pass.finish(done, unusable, report)


def _report_runs(
    run: LibraryRun, current: int | None, report: OnceReport, waiting: Sequence[int] = ()
) -> None:
    """Show the records of this run, of earlier ones that it has ended, and of those that wait."""
    runs = [*run.take_completed(), *waiting]
    if current is not None:
        runs.append(current)
    for number in dict.fromkeys(sorted(runs)):
        report.plan.runs.append(number)
        report.plan.records += run.records(number)


def _deliver(
    name: str,
    run: LibraryRun,
    deliveries: Sequence[Delivery],
    report: OnceReport,
) -> Mapping[str, str] | None:
    """Make one run; return which exports were unusable, or None if it could not be finished."""
    try:
        summary = run.deliver(deliveries, "once")
    except (KeyLookupError, LibraryError) as exc:
        report.failed[name] = exc
        report.pending += run.figures().pending
        interrupted = exc.run if isinstance(exc, LibraryError) else None
        _report_runs(run, interrupted, report)
        return None
    if summary.waiting is not None:
        report.failed[name] = summary.waiting
        report.pending += run.figures().pending
    waiting = run.waiting_runs() if summary.waiting is not None else ()
    _report_runs(run, summary.run, report, waiting)
    report.problems += summary.problems
    if notices := run.figures().notices:
        report.notices[name] = notices
    names = {d.export.sha256: d.export.dropped_as for d in deliveries}
    report.unusable += [
        InputError(reason, path=names[sha256]) for sha256, reason in summary.unusable.items()
    ]
    return summary.unusable
