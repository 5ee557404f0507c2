"""`syncd login`: take a library's key, see that it works, and keep it where it is looked for."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

from syncd.app.remedies import KEYS_PAGE
from syncd.app.wiring import asks_consent, find_consent, open_library
from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.saying import say
from syncd.cli.session import ask_running, choose_library, find_running, load
from syncd.control.wire import RETRY
from syncd.errors import BusyError, CommandError, KeyLookupError, LibraryError, ServedError
from syncd.library import Description
from syncd.settings import LibrarySettings, Settings
from syncd.system.credentials import store_key, write_key_file
from syncd.system.paths import user_config_directory
from syncd.system.printable import printable


@click.command("login")
@click.argument("library")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the key into FILE, readable for you alone, instead of the keyring.",
)
@options.where("config", "state")
def command(library: str, key_file: Path | None, where: options.Where) -> Exit:
    """Ask for the key of LIBRARY, see what it may do, and store it.

    The key is asked for on the terminal, or read from standard input; it is never taken from the
    command line or the environment, where others could see it. A key that does not work is not
    stored. Make one at https://www.zotero.org/settings/keys. For a Zotero that runs on this machine
    (zotero-desktop), Zotero itself asks whether syncd may write, and waits for minutes.

    It goes into the file that the configuration names as key_file, since that is where it is
    looked for first; else into the keyring; where there is none, into a file that you name with
    --key-file. A running daemon tries it at once, also where only its rights are new.

    \b
    Examples:
      syncd login mine
      syncd login mine --key-file ~/.config/syncd/mine.key
      secret-tool lookup zotero key | syncd login mine
    """
    settings = load(where)
    chosen = choose_library(settings, library)
    code = store(chosen, where.state_dir, key_file)
    _tell_daemon(settings, chosen.name, where.state_dir)
    return code


def _tell_daemon(settings: Settings, name: str, state: Path) -> None:
    """Have a running daemon try the library again now, rather than at its next turn."""
    try:
        daemon = find_running(settings, state, [name])
        if daemon is not None:
            told = {"library": daemon.name_of(name)}
            ask_running(daemon, RETRY, told)
    except (BusyError, CommandError, ServedError) as error:
        say(f"the daemon cannot use it yet: {printable(str(error))}")


def store(settings: LibrarySettings, state: Path, key_file: Path | None = None) -> Exit:
    """Take the key from the terminal or standard input, try it, and keep it if it works."""
    try:
        key = _get_key(settings)
        description = _try(settings, state, key)
        where = _keep(settings, key, key_file)
    except (KeyLookupError, LibraryError) as error:
        error.library = error.library or settings.name
        raise
    access = f": {printable(description.access)}" if description.access else ""
    told = f"stored the key for {printable(description.title)} in {printable(where)}{access}"
    say(told)
    if not description.writable:
        say("but it may not write, so nothing can be sent with it")
        return Exit.KEY_REFUSED
    return Exit.DONE


def _keep(settings: LibrarySettings, key: str, key_file: Path | None) -> str:
    """Put the key where it is looked for; return where that is, in words.

    Raises `KeyLookupError`.
    """
    named = settings.key_file.expanduser() if settings.key_file else None
    if named is not None and key_file is not None and key_file.absolute() != named.absolute():
        raise click.UsageError(
            f"the configuration names {named} as key_file, which is read first: leave out "
            "--key-file, or change the configuration"
        )
    if named is not None:
        write_key_file(named, key)
        return f"{named}, which the configuration names as key_file"
    if key_file is not None:
        return _write(settings, key, key_file)
    try:
        store_key(settings.name, key)
    except KeyLookupError as error:
        proposed = _propose(settings.name) if error.absent and sys.stdin.isatty() else None
        if proposed is None:
            raise
        say(f"{printable(str(error))}")
        question = f"Keep it in {proposed} instead, readable for you alone?"
        if not click.confirm(question, default=True, err=True):
            raise
        return _write(settings, key, proposed)
    return "the keyring"


def _propose(name: str) -> Path | None:
    directory = user_config_directory()
    return directory / f"{name}.key" if directory else None


def _write(settings: LibrarySettings, key: str, file: Path) -> str:
    """Write a file that the configuration does not name yet, and say what it has to say."""
    file = file.expanduser().absolute()
    write_key_file(file, key)
    line = f'key_file = "{file}"'
    say(
        f"add this line to the [[library]] called {settings.name}, where it is read: "
        f"{printable(line)}"
    )
    return str(file)


def _get_key(settings: LibrarySettings) -> str:
    """Have the library ask for its key, or take it from whoever runs this."""
    consent = find_consent(settings)
    if consent is None:
        return _read_key(settings.name)
    if not asks_consent(settings):
        raise click.UsageError(f"{settings.name} needs no key: there is nothing to allow")
    say(consent.consent_words)
    return consent.ask_consent(settings.options)


def _read_key(name: str) -> str:
    if sys.stdin.isatty():
        key = str(click.prompt(f"Key for {name}", hide_input=True, err=True)).strip()
    else:
        key = sys.stdin.readline().strip()
    if not key:
        raise click.UsageError(f"no key was given; make one at {KEYS_PAGE}")
    return key


def _try(settings: LibrarySettings, state: Path, key: str) -> Description:
    with closing(open_library(settings, state, lambda: key)) as library:
        return library.describe()
