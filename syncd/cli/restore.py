"""`syncd restore`: let something that was removed come back."""

from __future__ import annotations

import sys

import click

from syncd.app.finding import library_of_work
from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.wishes import carry_out, end
from syncd.control.wire import RESTORE
from syncd.report.undos import print_restore, restore_document
from syncd.report.writing import write_document


@click.command("restore")
@click.argument("what")
@options.where("library", "file_library", "config", "state")
@options.as_json
def command(what: str, where: options.Where, as_json: bool) -> Exit:
    """Let WHAT come back into the library, although it was removed from it.

    WHAT is a DOI, a Scopus number or an item key. A work in the trash is taken out of it. One that
    was deleted for good is made again from what syncd kept of it, with the notes that syncd gave
    it. From then on it is a work like any other; until then nothing that is dropped brings it
    back, but for folders with `readd = true`.

    Exits with 65 when nothing or more than one thing is meant, or when it is there already.

    \b
    Examples:
      syncd restore 10.1000/182
      syncd restore 2-s2.0-84857789296
      syncd restore ABCD2345
    """
    document = carry_out(
        where,
        RESTORE,
        {"what": what},
        lambda settings, ledger, chosen: library_of_work(settings, ledger, what, chosen),
        lambda opened: restore_document(opened.restore(what)),
    )
    if as_json:
        write_document(document, sys.stdout)
    else:
        print_restore(document, sys.stdout)
    return end(document)
