"""`syncd once`: one pass over all folders, or over these files, then exit."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from syncd.app.once import (
    FolderPass,
    OnceReport,
    deliver_folders,
    deliver_named,
    deliveries_of,
    open_runs,
    read_named,
)
from syncd.app.wiring import make_runs, open_ledger
from syncd.cli import options
from syncd.cli.exits import Exit, exit_of, words_for
from syncd.cli.interruptions import (
    tell_left_over,
    telling_that_it_goes_on,
    telling_what_waits,
)
from syncd.cli.progress import working
from syncd.cli.saying import say
from syncd.cli.session import choose_library, find_running, load, pause, route
from syncd.control.client import Routes, Running, ask_once
from syncd.control.status import ask_status
from syncd.inbox import Skipped
from syncd.inbox.exports import probe_named
from syncd.ledger.store import Ledger
from syncd.plan import Decision
from syncd.report.beside import describe_beside
from syncd.report.documents import plan_document
from syncd.report.plans import print_outcomes
from syncd.report.writing import write_document
from syncd.settings import Settings
from syncd.sync.session import LibraryRun
from syncd.sync.standing import Figures
from syncd.system.clock import SystemClock
from syncd.system.printable import printable
from syncd.system.state_lock import StateLock


@click.command("once")
@options.files(required=False)
@options.where("library", "file_library", "config", "state")
@click.option(
    "--yes", "allowed", is_flag=True, help="Let this run pass max_creates, max_updates, max_shrink."
)
@options.as_json
def command(
    files: tuple[Path, ...],
    where: options.Where,
    allowed: bool,
    as_json: bool,
) -> Exit:
    """Bring the records of FILE into the library; without FILE, of all watched folders.

    A file that lies in a watched folder goes where that folder says, another one to the library
    named with --library or to the only one there is. Every record is there once, however often
    this is run; what is in doubt is held for `syncd review`.

    Exits with 65 when something could not be used, 69 when a library is not available and 75
    when something could not be finished yet: what was promised is kept and carried out next time.

    \b
    Examples:
      syncd once
      syncd once search.ris
      syncd once --yes search.ris
      syncd once --file-library ~/library search.ris
    """
    probe_named(files)
    settings = load(where)
    if where.library is not None:
        choose_library(settings, where.library)
    routes = route(files, settings, where.library)
    # Which folders there are, may be a daemon's to know alone.
    names = routes.keys() or _libraries_of_pass(settings, where.library) or _all_of(settings)
    daemon = find_running(settings, where.state_dir, names)
    if daemon is not None:
        with telling_that_it_goes_on():
            report = ask_once(daemon, routes, SystemClock(), pause, allowed=allowed)
        if not routes:
            report.skipped += _find_unwatched(settings, names, daemon)
    else:
        report = _do_it_here(settings, where, routes, allowed=allowed)
    if as_json:
        notices = [
            {"library": name, "message": each}
            for name, said in report.notices.items()
            for each in said
        ]
        write_document({**plan_document(report.plan), "notices": notices}, sys.stdout)
    elif report.plan.records or not (report.failed or report.unusable):
        print_outcomes(report.plan, sys.stdout)
    return _tell(report)


def _do_it_here(
    settings: Settings, where: options.Where, routes: Routes, *, allowed: bool
) -> OnceReport:
    report = OnceReport()
    state = where.state_dir
    with StateLock(state, "once"), closing(open_ledger(settings, state)) as ledger:
        if routes:
            _deliver_files(routes, settings, state, ledger, report, allowed=allowed)
        else:
            _deliver_folders(where.library, settings, state, ledger, report, allowed=allowed)
    return report


def _deliver_files(
    routes: Routes,
    settings: Settings,
    state: Path,
    ledger: Ledger,
    report: OnceReport,
    *,
    allowed: bool,
) -> None:
    with _opened(routes.keys(), settings, state, ledger, report, allowed=allowed) as runs:
        for name, run in runs.items():
            exports, unusable = read_named(routes[name], settings.limits.max_file_size)
            report.unusable += unusable
            deliver_named({name: run}, deliveries_of(exports, settings), report)


def _find_unwatched(
    settings: Settings, names: Collection[str], daemon: Running
) -> Iterator[Skipped]:
    """Yield the folders of our own configuration that a daemon's pass leaves out."""
    status = ask_status(daemon.directory) or {"folders": []}
    watched = {folder["path"] for folder in status["folders"]}
    who = daemon.service or "the daemon"
    for folder in settings.folders:
        if str(folder.path) not in watched and set(names) & set(folder.libraries):
            reason = f"{who} does not watch this folder; name the files in it"
            yield Skipped(str(folder.path), reason)


def _libraries_of_pass(settings: Settings, library: str | None) -> Collection[str]:
    return {library} if library else {name for f in settings.folders for name in f.libraries}


def _all_of(settings: Settings) -> Collection[str]:
    return {library.name for library in settings.libraries}


def _deliver_folders(
    library: str | None,
    settings: Settings,
    state: Path,
    ledger: Ledger,
    report: OnceReport,
    *,
    allowed: bool,
) -> None:
    names = _libraries_of_pass(settings, library)
    if not names:
        raise click.UsageError("no folder is watched: name a FILE")
    with _opened(names, settings, state, ledger, report, allowed=allowed) as runs:
        folder_pass = FolderPass(settings, runs, SystemClock(), pause)
        with closing(folder_pass):
            deliver_folders(runs, folder_pass, report)


@contextmanager
def _opened(
    names: Collection[str],
    settings: Settings,
    state: Path,
    ledger: Ledger,
    report: OnceReport,
    *,
    allowed: bool,
) -> Iterator[dict[str, LibraryRun]]:
    """Give the libraries that can be worked with; the report says why others cannot."""
    runs = make_runs(settings, state, ledger, pause, only=names)
    try:
        tell_left_over(runs.values())
        with telling_what_waits(lambda: sum(run.figures().pending for run in runs.values())):
            opened = open_runs(runs, report, allowed=allowed)
            with working(lambda: Figures.together(run.figures() for run in opened.values())):
                yield opened
    finally:
        for run in runs.values():
            run.close()


def _tell(report: OnceReport) -> Exit:
    """Say what a person should know, and sum it up: the gravest comes first."""
    for skipped in report.skipped:
        say(f"{printable(skipped.name)}: {printable(skipped.reason)}")
    if beside := describe_beside(report.beside):
        say(beside)
    errors = [*report.problems, *report.unusable, *report.failed.values()]
    # What goes to two libraries is told once.
    for line in dict.fromkeys(line for error in errors for line in words_for(error)):
        say(line)
    records = report.plan.records
    _tell_held(sum(record.asks for record in records))
    refused = [record for record in records if record.outcome == "refused"]
    for record in refused:
        origin = record.origin
        told = f"the library refused it: {record.error}; `syncd review` tries it again"
        say(printable(f"{origin.file}:{origin.line}: {told}"))
    if len(refused) > 1:
        say(f"{len(refused):,} records were refused by the library")
    for record in records:
        # Of these a part was not taken, such as a note.
        if record.error is not None and record.outcome != "refused":
            say(printable(f"{record.origin.file}:{record.origin.line}: {record.error}"))
    for name, notices in report.notices.items():
        for notice in notices:
            say(f"{name}: {printable(notice)}")
    if report.failed:
        return exit_of(next(iter(report.failed.values())))
    if report.pending or any(record.outcome == "pending" for record in report.plan.records):
        return Exit.TRY_AGAIN
    rejected = any(record.decision is Decision.REJECT for record in records)
    return Exit.INPUT if report.unusable or rejected or refused else Exit.DONE


def _tell_held(number: int) -> None:
    if number:
        waits = "1 record waits" if number == 1 else f"{number} records wait"
        say(f"{waits} for a person: see `syncd review`")
