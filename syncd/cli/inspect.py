"""`syncd inspect`: what syncd understood of each record of an export."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.progress import reading
from syncd.config import file_library_settings
from syncd.inspect import Inspection
from syncd.report import write_document
from syncd.report.inspections import inspection_document, print_inspection
from syncd.resources import shipped_schema


@click.command("inspect", short_help="What syncd understands of an export.")
@options.files(required=True)
@options.as_json
def command(files: tuple[Path, ...], as_json: bool) -> Exit:
    """Show what syncd understands of each record of FILE; nothing is changed.

    For every record: the item it would send, its identifiers, what is odd about it and on which
    line, and the tags nothing was made of. Then what is odd about the file as a whole: an export
    that stops at a database's limit, a cut-off end, garbled text.

    Exits with 65 when something could not be used.

    \b
    Examples:
      syncd inspect search.ris
      syncd inspect --json *.ris | jq '.records[].item.DOI'
    """
    settings = file_library_settings(Path("/"))
    with reading(files) as open_file:
        inspection = Inspection(files, shipped_schema(), settings.notes.keep, open_file)
        if as_json:
            write_document(inspection_document(inspection), sys.stdout)
        else:
            print_inspection(inspection, sys.stdout)
    return Exit.DONE if inspection.all_used else Exit.INPUT
