"""`syncd reconcile`: compare ledger and library now, repair what is safe, report the rest."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import click

from syncd.app.preview import looking_only
from syncd.app.wiring import make_runs, open_ledger
from syncd.cli import options
from syncd.cli.exits import Exit, exit_of, words_for
from syncd.cli.interruptions import telling_what_waits
from syncd.cli.progress import working
from syncd.cli.saying import say
from syncd.cli.session import (
    ask_running,
    choose_library,
    find_running,
    find_state_to_look_at,
    load,
    pause,
)
from syncd.control.client import Running
from syncd.control.wire import RECONCILE
from syncd.errors import CommandError, KeyLookupError, LibraryError, SyncdError
from syncd.report.reconciliations import (
    library_document,
    print_reconciliations,
    reconcile_document,
)
from syncd.report.writing import write_document
from syncd.settings import Settings
from syncd.sync.session import LibraryRun
from syncd.system.state_lock import StateLock

_Found = dict[str, Any]


@click.command("reconcile")
@click.option("--dry-run", is_flag=True, help="Report only: nothing is sent or written down.")
@options.where("library", "file_library", "config", "state")
@options.as_json
def command(dry_run: bool, where: options.Where, as_json: bool) -> Exit:
    """Compare ledger and library now: send what waits, and report what others did.

    Tells which items others changed, trashed, deleted, merged and took back since the last look,
    which of the items that syncd made are no longer there, which items are one work twice and
    why, and what is open: conflicts, questions, operations without an outcome. What a person
    removed stays removed. A library that may only be read is reported on, and nothing is sent.
    Without --library, all libraries are looked at.

    Exits with 69 when a library is not available, and with 77 when it refuses the key; the
    others are reported all the same.

    \b
    Examples:
      syncd reconcile
      syncd reconcile --dry-run
      syncd reconcile --json | jq '.libraries[].missing'
    """
    settings, state = load(where), where.state_dir
    chosen = [choose_library(settings, where.library)] if where.library else settings.libraries
    names = [each.name for each in chosen]
    failed: list[SyncdError] = []
    if dry_run:
        with looking_only(settings, find_state_to_look_at(settings, state, names)) as (
            copied,
            copy,
        ):
            found = _look(copied, copy, names, LibraryRun.survey, failed)
    elif (daemon := find_running(settings, state, names)) is not None:
        found = _ask(daemon, names, failed)
    else:
        with StateLock(state, "reconcile"):
            found = _look(settings, state, names, LibraryRun.reconcile, failed)
    if as_json:
        write_document(reconcile_document(found), sys.stdout)
    else:
        print_reconciliations(found, sys.stdout)
    return _tell(failed)


def _look(
    settings: Settings,
    state: Path,
    names: Sequence[str],
    look: Callable[[LibraryRun], Any],
    failed: list[SyncdError],
) -> list[_Found]:
    found = []
    with closing(open_ledger(settings, state)) as ledger:
        for run in make_runs(settings, state, ledger, pause, only=names).values():
            try:
                with (
                    closing(run),
                    telling_what_waits(partial(_count_pending, run)),
                    working(run.figures),
                ):
                    run.meet()
                    found.append(library_document(look(run)))
            except (KeyLookupError, LibraryError) as error:
                failed.append(error)
    return found


def _count_pending(run: LibraryRun) -> int:
    return run.figures().pending


def _ask(daemon: Running, names: Sequence[str], failed: list[SyncdError]) -> list[_Found]:
    found = []
    for name in map(daemon.name_of, names):
        request = {"library": name}
        try:
            found.append(ask_running(daemon, RECONCILE, request))
        except CommandError as error:
            failed.append(error)
    return found


def _tell(failed: Sequence[SyncdError]) -> Exit:
    for line in dict.fromkeys(line for error in failed for line in words_for(error)):
        say(line)
    return exit_of(failed[0]) if failed else Exit.DONE
