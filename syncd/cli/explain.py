"""`syncd explain`: where an item came from, and what became of a file."""

from __future__ import annotations

import sys

import click

from syncd.app.questions import explain
from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.saying import say
from syncd.cli.session import choose_library, find_state_to_look_at, load, pause
from syncd.report.explanations import explain_document, print_explanation
from syncd.report.writing import write_document
from syncd.system.printable import printable


@click.command("explain")
@click.argument("what")
@options.where("library", "file_library", "config", "state")
@options.as_json
def command(what: str, where: options.Where, as_json: bool) -> Exit:
    """Tell where WHAT came from and why it was treated so; nothing is changed.

    WHAT is a DOI, a Scopus number, an item key, a file that was ever dropped, or the number of a
    run. Of each item you see the files, lines, dates and runs that it came from, the rule by which
    each record was decided, and of each field whether syncd or a person wrote it. Of each record
    of a file you see what became of it: present, in the trash, merged into another item, held,
    missing, elsewhere (taken out of the collection that it was put into), or rejected.

    Works with and without a daemon. Where the library cannot be reached, what the ledger knows is
    shown, and said to be no more than that.

    Exits with 65 when nothing is known by that name.

    \b
    Examples:
      syncd explain 10.1000/182
      syncd explain ABCD2345
      syncd explain search.ris
      syncd explain 12 --json
    """
    settings = load(where)
    names = [each.name for each in settings.libraries]
    if where.library:
        names = [choose_library(settings, where.library).name]
    state = find_state_to_look_at(settings, where.state_dir, names, only_there=True)
    explanation = explain(settings, state, what, pause, only=names)
    document = explain_document(explanation)
    if as_json:
        write_document(document, sys.stdout)
    else:
        print_explanation(document, sys.stdout)
    for name, why in explanation.away.items():
        told = f"syncd: {name}: {why}; what stands in its items now is not known"
        say(printable(told))
    return Exit.DONE
