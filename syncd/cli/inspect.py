"""`syncd inspect`: what syncd understood of each record of an export."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

from syncd.app.inspection import Inspection
from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.progress import reading
from syncd.report import write_document
from syncd.report.inspections import inspection_document, print_inspection
from syncd.settings import KEPT_NOTES
from syncd.sync.intake import Tools
from syncd.system.paths import has_config
from syncd.system.resources import shipped_schema


@click.command("inspect")
@options.files(required=True)
@options.offline
@options.where("library", "file_library", "config", "state")
@options.as_json
def command(
    files: tuple[Path, ...],
    offline: bool,
    where: options.Where,
    as_json: bool,
) -> Exit:
    """Show what syncd understands of each record of FILE; nothing is changed.

    For every record: the item it would send, its identifiers, what is odd about it and on which
    line, and the tags nothing was made of. Then what is odd about the file as a whole: an export
    that stops at a database's limit, a cut-off end, garbled text.

    The item is the one for the library's own item schema; with --offline, or where nothing is
    configured, the one for the newest schema known. Exits with 65 when something could not be
    used.

    \b
    Examples:
      syncd inspect search.ris
      syncd inspect --offline --json *.ris | jq '.records[].item.DOI'
    """
    is_configured = bool(where.file_library or where.library or has_config(where.config))
    tools = Tools(shipped_schema(), KEPT_NOTES) if offline or not is_configured else _ask(where)
    with reading(files) as open_file:
        inspection = Inspection(files, tools, open_file)
        if as_json:
            write_document(inspection_document(inspection), sys.stdout)
        else:
            print_inspection(inspection, sys.stdout)
    return Exit.DONE if inspection.all_used else Exit.INPUT


def _ask(where: options.Where) -> Tools:
    """Return what the configuration and the library itself say."""
    # Most looks at an export need neither, and they bring the whole house along.
    from syncd.app.wiring import open_library
    from syncd.cli.session import choose_library, load

    settings = load(where)
    chosen = choose_library(settings, where.library)
    with closing(open_library(chosen, where.state_dir)) as opened:
        schema = opened.describe().schema
        return Tools(schema, settings.notes.keep, opened.capabilities.text_limits)
