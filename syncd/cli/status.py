"""`syncd status`: how the daemon is. Imports neither ledger nor library, and must stay cheap."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.control.fates import add_fates
from syncd.control.own_daemons import Roots
from syncd.control.status import ask_status, health_of, read_status
from syncd.errors import ConfigError, LedgerError, StateError
from syncd.ledger.glance import LEDGER_FILE, glance_at_file, glance_at_url
from syncd.report.status import print_status
from syncd.report.writing import write_document
from syncd.settings import Settings
from syncd.system import paths
from syncd.system.paths import has_config

_UNIT = (
    "its configuration is the machine's, which a unit of systemd works with: "
    "`systemctl status syncd` says why it is down"
)
_NOT_SET_UP = (
    "there is no configuration yet: `syncd init` writes one, and --file-library DIR needs none"
)


@click.command("status")
@options.where("file_library", "config", "state")
@click.option("--strict", is_flag=True, help="Exit with 75 also while questions wait for a person.")
@options.as_json
def command(where: options.Where, strict: bool, as_json: bool) -> Exit:
    """Show whether syncd runs, what became of each file, what is held, what waits and what failed.

    Answers while the daemon is busy and when it is dead, then from the ledger; nothing is
    changed. Exits with 0 when all is well, 69 when the daemon does not run, and 75 when it runs
    and a fault has to pass, a library is paused or refused, or a file that lies there could not
    be used. Questions that wait for a person are named, and count with --strict alone. A faulty
    configuration does not matter. Where no daemon works here, and a service of this machine
    serves one of the libraries, its status is shown.

    \b
    Examples:
      syncd status
      syncd status --json | jq '.libraries[] | select(.state != "ok")'
    """
    document = _find_status(where)
    if not (document["running"] or document.get("message")) and _is_of_the_machine(where):
        document["message"] = _UNIT
    if as_json:
        write_document(document, sys.stdout)
    else:
        print_status(document, sys.stdout)
    return Exit(health_of(document, strict=strict))


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
    found = own if own["running"] else _ask_service(where) or own
    # A daemon that answers has told of its files; the others' are in the ledger.
    return found if "files" in found else _with_ledger(found, where, state)


def _with_ledger(document: dict[str, Any], where: options.Where, state: Path) -> dict[str, Any]:
    """Add what the ledger says, which is only read; a fault of it is told like any other."""
    settings = _load(where)
    try:
        seen = glance_at_file(state / LEDGER_FILE)
        if seen is None and settings is not None and settings.ledger.url:
            seen = glance_at_url(settings.ledger.url)
    except LedgerError as error:
        told = "; ".join(filter(None, [document.get("message"), str(error)]))
        return {**document, "message": told}
    if seen is None:
        return document if _is_set_up(where) else {**document, "message": _NOT_SET_UP}
    names: dict[str, str] = {}
    if settings is not None:
        from syncd.app.wiring import identities_of

        names = {identity: name for name, identity in identities_of(settings).items()}
    return add_fates(document, seen, names)


def _is_set_up(where: options.Where) -> bool:
    return where.file_library is not None or has_config(where.config)


def _is_of_the_machine(where: options.Where) -> bool:
    """Tell whether the configuration that is meant is the one of this machine's service."""
    if where.file_library is not None or not has_config(where.config):
        return False
    return paths.find_config(where.config) == paths.SYSTEM_CONFIG


def _load(where: options.Where) -> Settings | None:
    """Return the settings, which only name the libraries; None where there are none to be had."""
    if not _is_set_up(where):
        return None
    # Only now is worth what it costs.
    from syncd.cli.session import load

    try:
        return load(where)
    except ConfigError:
        return None


def _ask_service(where: options.Where) -> dict[str, Any] | None:
    if not Roots(paths.SERVICES, paths.daemon_places()).find_all():
        return None
    settings = _load(where)
    if settings is None:
        # A faulty configuration names no library, and is no reason to say nothing.
        return None
    from syncd.cli.session import find_running

    names = [library.name for library in settings.libraries]
    daemon = find_running(settings, where.state_dir, names, all_of_them=False, tells_own=False)
    return ask_status(daemon.directory) if daemon is not None else None
