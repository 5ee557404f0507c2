"""`syncd logout`: forget a library's key."""

from __future__ import annotations

import click

from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.saying import say
from syncd.cli.session import choose_library, load
from syncd.system.credentials import forget_key


@click.command("logout")
@click.argument("library")
@options.where("config")
def command(library: str, where: options.Where) -> Exit:
    """Take the key of LIBRARY out of the keyring.

    A key in a file or in a systemd credential stays where it is. To make a key useless to
    everybody, revoke it at https://www.zotero.org/settings/keys.

    \b
    Example:
      syncd logout mine
    """
    settings = choose_library(load(where), library)
    was_there = forget_key(settings.name)
    told = "forgot its key" if was_there else "the keyring had no key for it"
    say(f"{settings.name}: {told}")
    if settings.key_file is not None and settings.key_file.exists():
        say(f"{settings.name}: its key is still in {settings.key_file}")
    return Exit.DONE
