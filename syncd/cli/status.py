"""`syncd status`: how the daemon is. Imports neither ledger nor library, and must stay cheap."""

from __future__ import annotations

import sys

import click

from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.control.status import health_of, read_status
from syncd.report.status import print_status
from syncd.report.writing import write_document


@click.command("status")
@options.where("file_library", "config", "state")
@options.as_json
def command(where: options.Where, as_json: bool) -> Exit:
    """Show whether syncd runs, how each folder and library is, what waits and what failed.

    Answers while the daemon is busy and when it is dead; nothing is changed. Exits with 0 when
    all is well, 69 when the daemon does not run, 75 when it runs and something waits for a
    person or for a fault to pass. What is shown stands in the state directory; of a configuration
    only `[state] directory` is read, so a faulty one does not matter.

    \b
    Examples:
      syncd status
      syncd status --json | jq '.libraries[] | select(.state != "ok")'
    """
    document = read_status(where.state_dir)
    if as_json:
        write_document(document, sys.stdout)
    else:
        print_status(document, sys.stdout)
    return Exit(health_of(document))
