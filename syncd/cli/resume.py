"""`syncd resume`: go on after a guard paused a library."""

from __future__ import annotations

from contextlib import closing

import click

from syncd.app.wiring import make_runs, open_ledger
from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.saying import say
from syncd.cli.session import ask_running, choose_library, find_running, load, pause
from syncd.control.wire import RESUME
from syncd.system.state_lock import StateLock


@click.command("resume")
@click.argument("library")
@click.option("--new", "as_new", is_flag=True, help="It is another library than it was taken for.")
@options.where("file_library", "config", "state")
def command(library: str, as_new: bool, where: options.Where) -> Exit:
    """Go on with LIBRARY after a guard paused it.

    A library is paused when one run would make more items than `max_creates` or change more than
    `max_updates`, or when more than `max_shrink` of it has vanished since the last look. `syncd
    status` says which it was. The next run passes; after it the guards are up again.

    It is paused as well when it is found at another address than before, or when a library of
    files turns out to be a copy of one that is still in its place. Without --new a library at
    another address is the same one, moved; with it, another begins, and the old one is left as
    it is.

    \b
    Examples:
      syncd resume mine
      syncd resume mine --new
    """
    settings = load(where)
    name = choose_library(settings, library).name
    daemon = find_running(settings, where.state_dir, {name})
    if daemon is not None:
        request = {"library": daemon.name_of(name), "new": as_new}
        ask_running(daemon, RESUME, request)
    else:
        with (
            StateLock(where.state_dir, "resume"),
            closing(open_ledger(settings, where.state_dir)) as ledger,
            closing(make_runs(settings, where.state_dir, ledger, pause, only={name})[name]) as run,
        ):
            run.resume(as_new=as_new)
    say(f"{name}: goes on")
    return Exit.DONE
