"""`syncd login`: take a library's key, see that it works, and put it into the keyring."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

from syncd.app.wiring import find_consent, open_library
from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.session import choose_library, load, pause
from syncd.control.client import ask_daemon, is_served
from syncd.control.protocol import CommandError
from syncd.control.wire import RETRY
from syncd.errors import BusyError
from syncd.library import Description
from syncd.settings import LibrarySettings
from syncd.system.clock import SystemClock
from syncd.system.credentials import store_key
from syncd.system.printable import printable


@click.command("login")
@click.argument("library")
@options.where("config", "state")
def command(library: str, where: options.Where) -> Exit:
    """Ask for the key of LIBRARY, see what it may do, and store it in the keyring.

    The key is asked for on the terminal, or read from standard input; it is never taken from the
    command line or the environment, where others could see it. A key that does not work is not
    stored. Make one at https://www.zotero.org/settings/keys. For a Zotero that runs on this machine
    (zotero-desktop), Zotero itself asks whether syncd may write, and waits for minutes.

    \b
    Examples:
      syncd login mine
      secret-tool lookup zotero key | syncd login mine
    """
    settings = choose_library(load(where), library)
    code = store(settings, where.state_dir)
    if is_served(where.state_dir):
        _tell_daemon(settings.name, where.state_dir)
    return code


def _tell_daemon(name: str, state: Path) -> None:
    """Have a running daemon try the library again now, rather than at its next turn."""
    try:
        ask_daemon(state, RETRY, {"library": name}, SystemClock(), pause)
    except (BusyError, CommandError) as error:
        click.echo(f"the daemon cannot use it yet: {printable(str(error))}", err=True)


def store(settings: LibrarySettings, state: Path) -> Exit:
    """Take the key from the terminal or standard input, try it, and store it if it works."""
    key = _get_key(settings)
    description = _try(settings, state, key)
    store_key(settings.name, key)
    access = f": {printable(description.access)}" if description.access else ""
    click.echo(f"stored the key for {printable(description.title)}{access}", err=True)
    if not description.writable:
        click.echo("but it may not write, so nothing can be sent with it", err=True)
        return Exit.KEY_REFUSED
    return Exit.DONE


def _get_key(settings: LibrarySettings) -> str:
    """Have the library ask for its key, or take it from whoever runs this."""
    consent = find_consent(settings)
    if consent is None:
        return _read_key(settings.name)
    click.echo(consent.consent_words, err=True)
    return consent.ask_consent(settings.options)


def _read_key(name: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(f"Key for {name}", hide_input=True, err=True)).strip()
    return sys.stdin.readline().strip()


def _try(settings: LibrarySettings, state: Path, key: str) -> Description:
    with closing(open_library(settings, state, lambda: key)) as library:
        return library.describe()
