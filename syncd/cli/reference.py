"""The reference of every command and option, made from the commands themselves.

`python -m syncd.cli.reference [ROOT]` writes it into the source tree; a test keeps it current.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from syncd.cli.program import COMMANDS, group

PLACE = "docs/reference/commands.md"
_OPENING = """\
# Commands

Made from the program itself; `syncd COMMAND --help` says the same.
Reports go to standard output, everything else that is said to people to standard error.
The exit codes are in the [README](../../README.md#exit-codes).
"""


def reference() -> str:
    """Return the reference as Markdown."""
    context = click.Context(group, info_name="syncd")
    sections = [_OPENING]
    for name in COMMANDS:
        command = group.get_command(context, name)
        if command is not None:
            sections.append(_section(command, click.Context(command, context, info_name=name)))
    return "\n".join(sections)


def _section(command: click.Command, context: click.Context) -> str:
    usage = " ".join(("syncd", str(context.info_name), *command.collect_usage_pieces(context)))
    rows = "".join(_rows(command, context))
    table = f"| option | meaning |\n|---|---|\n{rows}" if rows else ""
    text = "\n\n".join(_paragraphs(inspect.cleandoc(command.help or "")))
    return f"## `syncd {context.info_name}`\n\n```text\n{usage}\n```\n\n{text}\n\n{table}"


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        if paragraph.startswith("\b\n"):
            # What click is told to leave as it is are examples: a heading, then commands.
            heading, *lines = paragraph.removeprefix("\b\n").splitlines()
            yield "\n".join((heading, "", "```sh", *(line.strip() for line in lines), "```"))
        else:
            yield re.sub(r"(?<!\s)\s*?\n\s*+", " ", paragraph)


def _rows(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        shown = parameter.get_help_record(context)
        if shown is not None and "--help" not in parameter.opts:
            option, meaning = (cell.replace("|", "\\|") for cell in shown)
            yield f"| `{option}` | {meaning} |\n"


if __name__ == "__main__":
    place = Path(sys.argv[1] if len(sys.argv) > 1 else ".") / PLACE
    place.write_text(reference(), encoding="utf-8")
