"""The options that several commands share, each worded once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_FILE = click.Path(path_type=Path, dir_okay=False)
_DIRECTORY = click.Path(path_type=Path, file_okay=False)

config = click.option(
    "--config",
    type=_FILE,
    metavar="FILE",
    help="The configuration to read, instead of $SYNCD_CONFIG, the one in your configuration "
    "directory, or /etc/syncd/syncd.toml.",
)
state = click.option(
    "--state",
    type=_DIRECTORY,
    metavar="DIR",
    help="Where the ledger lives, instead of $SYNCD_STATE, $STATE_DIRECTORY or your state "
    "directory.",
)
file_library = click.option(
    "--file-library",
    type=_DIRECTORY,
    metavar="DIR",
    help="Use the file library in DIR, with its state in DIR/.syncd; no configuration is needed.",
)
library = click.option(
    "--library", metavar="NAME", help="The library of this name in the configuration."
)
as_json = click.option(
    "--json", "as_json", is_flag=True, help="Write JSON instead of a table, for other programs."
)
offline = click.option(
    "--offline",
    is_flag=True,
    help="Look at no library, ledger or configuration; compare the files with each other only.",
)
log_format = click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How log lines are written to standard error.",
)


def files(*, required: bool) -> Decorator:
    """Take files as arguments; that one cannot be read is told by the command, with the rest."""
    return click.argument(
        "files",
        nargs=-1,
        required=required,
        type=click.Path(path_type=Path),
        metavar="FILE..." if required else "[FILE]...",
    )
