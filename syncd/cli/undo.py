"""`syncd undo`: take back one run."""

from __future__ import annotations

import sys
from contextlib import closing

import click

from syncd.app.finding import library_of_run
from syncd.app.preview import looking_only
from syncd.app.wiring import open_ledger
from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.saying import say
from syncd.cli.session import find_state_to_look_at, load
from syncd.cli.wishes import carry_out, end
from syncd.control.wire import UNDO
from syncd.ledger.runs import RunRow, find_run
from syncd.report.counting import counted
from syncd.report.undos import print_undo, undo_document
from syncd.report.writing import write_document


@click.command("undo")
@click.argument("run", type=options.Number())
@click.option("--yes", is_flag=True, help="Do not ask, however much the run did.")
@options.where("library", "file_library", "config", "state")
@options.as_json
def command(run: int, yes: bool, where: options.Where, as_json: bool) -> Exit:
    """Take back RUN, as far as nobody has touched what it did since.

    What the run created goes into the library's trash; nothing is deleted. Fields that it wrote,
    tags and collections go back to what stood there before. A collection that it made goes into
    the trash once it is empty. What somebody has edited since stays, and so does an item that got
    a note, an attachment or an annotation: each is named with the reason.

    An undo is a run itself: undoing it does again what was taken back. What was taken back does
    not come back by itself, whatever is dropped again; `syncd restore` lets a work come back.
    `syncd runs` lists the runs. At a terminal you are asked first where the run did more than
    `max_updates` allows one run to change.

    Exits with 65 when there is no such run or it is taken back already, and with 75 when
    something of it still waits.

    \b
    Examples:
      syncd runs
      syncd undo 12
      syncd undo 12 --json | jq .left
    """
    if not (yes or _is_meant(run, where)):
        say("syncd: nothing was changed")
        return Exit.DONE
    document = carry_out(
        where,
        UNDO,
        {"run": run},
        lambda settings, ledger, chosen: library_of_run(settings, ledger, run, chosen),
        lambda opened: undo_document(opened.undo(run)),
    )
    if as_json:
        write_document(document, sys.stdout)
    else:
        print_undo(document, sys.stdout)
    return end(document)


def _is_meant(run_id: int, where: options.Where) -> bool:
    """Ask a person whether they mean a run that did much: a number is easily mistyped.

    A script that names a run has nobody to ask, and an undo can be undone.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    settings = load(where)
    names = [each.name for each in settings.libraries]
    state = find_state_to_look_at(settings, where.state_dir, names)
    with (
        looking_only(settings, state) as (copied, copy),
        closing(open_ledger(copied, copy)) as ledger,
        ledger.read() as connection,
    ):
        found = find_run(connection, run_id)
    if found is None or _deeds(found) <= settings.limits.max_updates:
        return True
    begun = f"{found.started_at.astimezone():%Y-%m-%d %H:%M}"
    return click.confirm(
        f"Run {run_id} of {begun}: {counted(found.counts)}. Take it back?", err=True
    )


_DEEDS = ("create", "update", "collect", "trash", "restore")
"""What runs do to items, of all that they count."""


def _deeds(run: RunRow) -> int:
    """Return how much a run did to its library, be it by records or by operations."""
    return sum(run.counts.get(what, 0) for what in _DEEDS)
