"""The commands; the only room that prints, and the only one that knows exit codes."""

from syncd.cli.program import main

__all__ = ["main"]
