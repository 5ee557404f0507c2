"""`syncd notify test`: one message through each configured way."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import click

from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.saying import say
from syncd.cli.session import load
from syncd.errors import CommandError
from syncd.notify.notice import Kind, Notice
from syncd.notify.programs import NotToldError
from syncd.notify.ways import PING, find_ping, make_ways
from syncd.report.writing import write_document
from syncd.settings import NotifySettings
from syncd.system.clock import SystemClock
from syncd.system.printable import printable

SCHEMA = "syncd.notify/1"
_TEST = Notice(
    Kind.TEST,
    "",
    "syncd: a test",
    "Somebody has asked syncd to try how it tells you something. Nothing is wrong.",
)


@click.command("notify")
@click.argument("what", type=click.Choice(["test"]))
@options.where("config", "state")
@options.as_json
def command(what: str, where: options.Where, as_json: bool) -> Exit:  # noqa: ARG001
    """Send one message through each way that [notify] names, and say what became of each.

    The address in `ping_file` is looked up and not asked for: that would say that a library was
    reconciled. Exits with 69 where one of them fails, 78 where none is configured.

    \b
    Examples:
      syncd notify test
      syncd notify test --json | jq '.ways[] | select(.told == false)'
    """
    settings = load(where).notify
    if not settings.is_on:
        raise CommandError("nobody is told anything: [notify] names no way", Exit.CONFIG)
    ways = []
    for name, attempt, done in _attempts(settings):
        error = _error_of(attempt)
        ways.append({"way": name, "told": error is None, "error": error})
        say(printable(f"{name}: {done if error is None else error}"))
    if as_json:
        write_document({"schema": SCHEMA, "ways": ways}, sys.stdout)
    return Exit.DONE if all(each["told"] for each in ways) else Exit.UNAVAILABLE


def _attempts(settings: NotifySettings) -> Iterator[tuple[str, Callable[[], Any], str]]:
    for way in make_ways(settings, SystemClock()):
        yield way.name, partial(way.send, _TEST), "told"
    ping = find_ping(settings)
    if ping is not None:
        yield PING, ping.check, "there is an address, which was not asked for"


def _error_of(attempt: Callable[[], Any]) -> str | None:
    try:
        attempt()
    except NotToldError as error:
        return str(error)
    return None
