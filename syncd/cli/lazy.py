"""A command is imported when it is called: `syncd status` must not pay for what it does not use."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import NamedTuple

import click


class CommandPlace(NamedTuple):
    """Where a command is, and its one line in the overview, which must not need an import."""

    module: str
    summary: str
    only_looks: bool = False


class LazyGroup(click.Group):
    """A group that knows its commands by name and module."""

    def __init__(self, *, places: Mapping[str, CommandPlace], **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command."""
        place = self._places.get(cmd_name)
        if place is None:
            return None
        command: click.Command = import_module(place.module).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.summary) for name, place in self._places.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take what stands before the command, and say where options belong."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as exc:
            told = f"no such option here: {exc.option_name}; those of a command stand behind it"
            raise click.UsageError(told, ctx=ctx) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and suggest a near one where there is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as exc:
            raise click.exceptions.NoSuchCommand(
                exc.command_name, possibilities=self._places, ctx=ctx
            ) from None
