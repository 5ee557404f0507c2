"""`syncd inspect`: what syncd understood of each record of an export."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import click

from syncd.app.inspection import Inspection
from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.named_files import DRIVES
from syncd.cli.progress import reading
from syncd.cli.saying import say
from syncd.errors import UnavailableError
from syncd.record import KEPT_NOTES
from syncd.report.inspections import inspection_document, print_inspection
from syncd.report.writing import write_document
from syncd.sync.making import Tools
from syncd.system.drives import SilentDriveError, folder_of
from syncd.system.paths import has_config
from syncd.system.printable import printable
from syncd.system.resources import shipped_schema
from syncd.system.waiting import LOOKING, within

_SUFFIXES = (".ris", ".txt")
_RARELY = 50_000
"""How many objects are made before those without a use are looked for."""


@click.command("inspect")
@options.files(required=True)
@options.offline
@options.where("library", "file_library", "config", "state")
@options.as_json
@click.option("--full", is_flag=True, help="Show every record field by field.")
@click.option(
    "--record",
    "only",
    type=options.Number(),
    metavar="N",
    help="Show only the record of this number in its file, field by field.",
)
def command(
    files: tuple[Path, ...],
    offline: bool,
    where: options.Where,
    as_json: bool,
    full: bool,
    only: int | None,
) -> Exit:
    """Show what syncd understands of each record of FILE; nothing is changed.

    For every record: its item type and title, an identifier, what is odd about it and on which
    line, and the tags nothing was made of; with --full the whole item that it would send. Then
    what is odd about the file as a whole: an export that stops at a database's limit, a cut-off
    end, garbled text.

    FILE may have any name, be a directory, whose .ris and .txt files are read unless they are
    hidden, or - for standard input. The item is the one for the library's own item schema; with
    --offline, or where nothing is configured or the library cannot be reached, the one for the
    newest schema known. Exits with 65 when something could not be used.

    \b
    Examples:
      syncd inspect search.ris
      syncd inspect --record 3 search.ris
      syncd inspect --offline --json *.ris | jq '.records[].item.DOI'
    """
    options.expect_no_library(where, offline=offline)
    is_configured = bool(where.file_library or where.library or has_config(where.config))
    tools = Tools(shipped_schema(), KEPT_NOTES) if offline or not is_configured else _ask(where)
    DRIVES.probe(files, folder_of)
    paths = [path for file in files for path in _files_in(file)]
    DRIVES.probe([path for path in paths if path not in files], folder_of)
    # Records hold no cycles, and most of what there is now stays: looking for some takes time.
    gc.freeze()
    gc.set_threshold(_RARELY)
    with reading(paths) as open_file:
        inspection = Inspection(paths, tools, open_file)
        if as_json:
            write_document(inspection_document(inspection, only), sys.stdout)
        else:
            print_inspection(inspection, sys.stdout, full=full, only=only)
    if only is not None and not any(file.records_found >= only for file in inspection.files):
        say(f"there is no record {only}")
        return Exit.INPUT
    return Exit.DONE if inspection.all_used else Exit.INPUT


def _files_in(path: Path) -> list[Path]:
    """Return a file, or those of a directory that may be exports, or else itself."""
    files: list[Path] = []
    ask = partial(DRIVES.ask, folder_of(path))
    try:
        if not ask(path.is_dir):
            return [path]
        walk = os.walk(path, onerror=_tell_unlistable)
        # A drive may cease to answer anywhere below.
        while (found := ask(partial(_next_files, walk))) is not None:
            files += found
    except SilentDriveError:
        return [path]  # which is told when it is opened
    return sorted(files) or [path]


def _next_files(walk: Iterator[tuple[str, list[str], list[str]]]) -> list[Path] | None:
    """Return what may be exports of the next directory; None after the last one."""
    for folder, _, names in walk:
        wanted = [
            Path(folder, name)
            for name in names
            if name.casefold().endswith(_SUFFIXES) and not name.startswith(".")
        ]
        return [file for file in wanted if file.is_file()]
    return None


def _tell_unlistable(error: OSError) -> None:
    told = f"{error.filename}: cannot be listed: {error.strerror}; the others are shown"
    say(printable(told))


def _ask(where: options.Where) -> Tools:
    """Return what the configuration and the library itself say."""
    # Most looks at an export need neither, and they bring the whole house along.
    from syncd.app.wiring import open_library
    from syncd.cli.session import choose_library, load

    settings = load(where)
    chosen = choose_library(settings, where.library)
    try:
        with closing(open_library(chosen, where.state_dir)) as opened:
            schema = within(LOOKING, opened.describe).schema
            return Tools(schema, settings.notes.keep, opened.capabilities.text_limits)
    except (UnavailableError, TimeoutError) as error:
        say(printable(f"{chosen.name}: {error}: items are shown for the newest schema known"))
        return Tools(shipped_schema(), settings.notes.keep)
