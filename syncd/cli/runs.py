"""`syncd runs`: what was delivered."""

from __future__ import annotations

import sys
from contextlib import closing

import click

from syncd.app.preview import looking_only
from syncd.app.wiring import known_libraries, open_ledger
from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.session import choose_library, find_state_to_look_at, load
from syncd.ledger.runs import files_of, list_runs
from syncd.report.runs import print_runs, runs_document
from syncd.report.writing import write_document

_SHOWN = 20


@click.command("runs")
@click.option(
    "--last",
    type=options.Number(),
    metavar="N",
    help=f"Show so many runs: by default {_SHOWN}, with --json all.",
)
@click.option(
    "--before", type=options.Number(), metavar="RUN", help="Show runs older than this one."
)
@options.where("library", "file_library", "config", "state")
@options.as_json
def command(last: int | None, before: int | None, where: options.Where, as_json: bool) -> Exit:
    """List the runs, newest first, with their files and counts; nothing is changed.

    A run is one pass over files that were dropped, an undo, a restore, or what your answers in
    `syncd review` came to. Its number is what `syncd explain` and `syncd undo` take. Counts are
    records by decision; of runs that decide about no record, what was done.

    Works with and without a daemon.

    \b
    Examples:
      syncd runs
      syncd runs --last 5 --json
      syncd runs --before 200
    """
    settings = load(where)
    names = [each.name for each in settings.libraries]
    chosen = choose_library(settings, where.library).name if where.library else None
    state = find_state_to_look_at(
        settings, where.state_dir, [chosen] if chosen else names, only_there=True
    )
    limit = last or (None if as_json else _SHOWN)
    with (
        looking_only(settings, state) as (copied, copy),
        closing(open_ledger(copied, copy)) as ledger,
    ):
        known = {each.identity: name for name, each in known_libraries(copied, ledger).items()}
        identities = {each for each, name in known.items() if name == chosen} if chosen else None
        with ledger.read() as connection:
            asked = None if limit is None else limit + 1
            found = list_runs(connection, last=asked, before=before, identities=identities)
            has_more = limit is not None and len(found) > limit
            found = found[:limit]
            files = files_of(connection, [each.run_id for each in found])
    document = runs_document(found, files, known)
    if as_json:
        write_document(document, sys.stdout)
    else:
        print_runs(document, sys.stdout, has_more=has_more)
    return Exit.DONE
