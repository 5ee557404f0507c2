"""`syncd page`: the link to the running daemon's page."""

from __future__ import annotations

import webbrowser

import click

from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.session import find_running, load, pause
from syncd.control.client import ask_daemon
from syncd.control.wire import PAGE
from syncd.errors import CommandError
from syncd.system.clock import SystemClock
from syncd.system.printable import printable


@click.command("page")
@click.option("--open", "opens", is_flag=True, help="Open the link in a browser.")
@options.where("file_library", "config", "state")
def command(opens: bool, where: options.Where) -> Exit:
    """Print the link to the running daemon's page: what happens now, files, questions, numbers.

    The link is good once and for a minute; the browser that opens it is let in for twelve hours.
    There is a page where `[page] listen` says where, and where jinja2 is installed: `pip install
    "syncd[page]"`.

    \b
    Examples:
      syncd page --open
      ssh -L 8384:127.0.0.1:8384 server    # then open the link that `syncd page` prints there
    """
    settings = load(where)
    names = [library.name for library in settings.libraries]
    daemon = find_running(settings, where.state_dir, names, all_of_them=False)
    if daemon is None:
        raise CommandError("no daemon runs; `syncd run` starts one", Exit.UNAVAILABLE)
    answer = ask_daemon(daemon.directory, PAGE, {}, SystemClock(), pause)
    link = str(answer["link"])
    click.echo(printable(link))
    if "socket" in answer:
        click.echo(f"at the proxy before {printable(answer['socket'])}", err=True)
    elif opens and not webbrowser.open(link):
        click.echo("no browser was found; open the link yourself", err=True)
    return Exit.DONE
