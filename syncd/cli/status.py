"""`syncd status`: how the daemon is. Imports neither ledger nor library, and must stay cheap."""

from __future__ import annotations

import sys
from typing import Any

import click

from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.control.services import find_services
from syncd.control.status import ask_status, health_of, read_status
from syncd.errors import ConfigError, StateError
from syncd.report.status import print_status
from syncd.report.writing import write_document
from syncd.system import paths


@click.command("status")
@options.where("file_library", "config", "state")
@options.as_json
def command(where: options.Where, as_json: bool) -> Exit:
    """Show whether syncd runs, how each folder and library is, what waits and what failed.

    Answers while the daemon is busy and when it is dead; nothing is changed. Exits with 0 when
    all is well, 69 when the daemon does not run, 75 when it runs and something waits for a
    person or for a fault to pass. What is shown stands in the state directory; of a configuration
    only `[state] directory` is read, so a faulty one does not matter. Where no daemon works
    there, and a service of this machine serves one of the libraries, its status is shown.

    \b
    Examples:
      syncd status
      syncd status --json | jq '.libraries[] | select(.state != "ok")'
    """
    document = _find_status(where)
    if as_json:
        write_document(document, sys.stdout)
    else:
        print_status(document, sys.stdout)
    return Exit(health_of(document))


def _find_status(where: options.Where) -> dict[str, Any]:
    """Return the status of the own daemon, or of a service that serves the same libraries."""
    state = where.state_dir
    try:
        own = read_status(state)
    except StateError:
        # It may be a service's own, which nobody else can look into.
        found = _ask_service(where)
        if found is None:
            raise
        return found
    return own if own["running"] else _ask_service(where) or own


def _ask_service(where: options.Where) -> dict[str, Any] | None:
    if not find_services(paths.SERVICES):
        return None
    # Only now is worth what it costs to know which libraries are meant.
    from syncd.cli.session import find_running, load

    try:
        settings = load(where)
    except ConfigError:
        # A faulty configuration names no library, and is no reason to say nothing.
        return None
    names = [library.name for library in settings.libraries]
    daemon = find_running(settings, where.state_dir, names, all_of_them=False)
    return ask_status(daemon.directory) if daemon is not None else None
