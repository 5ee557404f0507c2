"""`syncd undo`: take back one run."""

from __future__ import annotations

import sys

import click

from syncd.app.finding import library_of_run
from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.wishes import carry_out, end
from syncd.control.wire import UNDO
from syncd.report import write_document
from syncd.report.undos import print_undo, undo_document


@click.command("undo")
@click.argument("run", type=options.Number())
@options.where("library", "file_library", "config", "state")
@options.as_json
def command(run: int, where: options.Where, as_json: bool) -> Exit:
    """Take back RUN, as far as nobody has touched what it did since.

    What the run created goes into the library's trash; nothing is deleted. Fields that it wrote,
    tags and collections go back to what stood there before. A collection that it made goes into
    the trash once it is empty. What somebody has edited since stays, and so does an item that got
    a note, an attachment or an annotation: each is named with the reason.

    An undo is a run itself: undoing it does again what was taken back. What was taken back does
    not come back by itself, whatever is dropped again; `syncd restore` lets a work come back.
    `syncd runs` lists the runs.

    Exits with 65 when there is no such run or it is taken back already, and with 75 when
    something of it still waits.

    \b
    Examples:
      syncd runs
      syncd undo 12
      syncd undo 12 --json | jq .left
    """
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
