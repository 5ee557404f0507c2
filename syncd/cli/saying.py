"""The one way in which commands say something beside their reports."""

from __future__ import annotations

import click

from syncd.system.suggestions import complete


def say(text: str, *, err: bool = True, dim: bool = False) -> None:
    """Write a line, on standard error unless told otherwise; what it suggests works here."""
    click.secho(complete(text), dim=dim or None, err=err)
