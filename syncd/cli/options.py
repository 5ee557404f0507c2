"""The options that several commands share, each worded once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from syncd.system.paths import state_for
from syncd.system.suggestions import point_at

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

LARGEST = 2**63 - 1
"""The largest number that a ledger's column holds."""

# Whether it can be read is told with all else that is wrong.
_FILE = click.Path(path_type=Path, dir_okay=False, readable=False)
_DIRECTORY = click.Path(path_type=Path, file_okay=False)


@dataclass(frozen=True, slots=True)
class Where:
    """Which configuration, state and library a command was pointed at."""

    config: Path | None = None
    state: Path | None = None
    file_library: Path | None = None
    library: str | None = None

    @property
    def state_dir(self) -> Path:
        """The state directory that is meant. Raises `StateError` where there is no home."""
        return state_for(self.state, self.file_library, self.config)


_WHERE = {
    "library": click.option(
        "--library", metavar="NAME", help="The library of this name in the configuration."
    ),
    "file_library": click.option(
        "--file-library",
        type=_DIRECTORY,
        metavar="DIR",
        help="Use the file library in DIR, with its state in DIR/.syncd; no configuration is "
        "needed.",
    ),
    "config": click.option(
        "--config",
        type=_FILE,
        metavar="FILE",
        help="The configuration to read, instead of $SYNCD_CONFIG, the one in your configuration "
        "directory, or /etc/syncd/syncd.toml.",
    ),
    "state": click.option(
        "--state",
        type=_DIRECTORY,
        metavar="DIR",
        help="Where the ledger lives, instead of $SYNCD_STATE, $STATE_DIRECTORY, the "
        "configuration's `[state] directory` or your state directory.",
    ),
}


def where(*names: str) -> Decorator:
    """Add those of `--library`, `--file-library`, `--config` and `--state` as one `Where`.

    What the command says is pointed at the same place.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def packed(**given: Any) -> Any:
            pointed = {name: given.pop(name) for name in names}
            point_at(**{name: path for name, path in pointed.items() if name != "library"})
            return function(where=Where(**pointed), **given)

        for name in reversed(names):
            packed = _WHERE[name](packed)
        return packed

    return decorate


def expect_no_library(where: Where, *, offline: bool) -> None:
    """Tell of options that --offline would pass over in silence."""
    named = {
        "--library": where.library,
        "--file-library": where.file_library,
        "--config": where.config,
        "--state": where.state,
    }
    for option, value in named.items():
        if offline and value is not None:
            raise click.UsageError(f"--offline asks no library: give it or {option}")


class Number(click.IntRange):
    """A number of a run, a record or a question: from one on, and never more than is told apart."""

    def __init__(self) -> None:
        super().__init__(min=1)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number; one that is too large for a ledger is the largest there could be."""
        try:
            number = int(super().convert(value, param, ctx))
        except click.BadParameter:
            # Click speaks of ranges of integers.
            self.fail(f"{value!r} is no number of that kind; numbers count from 1", param, ctx)
        return min(number, LARGEST)


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


class _NamedFile(click.Path[Path]):
    """A file that is looked at by the command alone: its drive may not answer."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        return Path(value)


def files(*, required: bool) -> Decorator:
    """Take files as arguments; that one cannot be read is told by the command, with the rest."""
    return click.argument(
        "files",
        nargs=-1,
        required=required,
        type=_NamedFile(path_type=Path),
        metavar="FILE..." if required else "[FILE]...",
    )
