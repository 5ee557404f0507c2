"""`syncd page`: the link to the running daemon's page."""

from __future__ import annotations

import webbrowser

import click

from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.saying import say
from syncd.cli.session import ask_running, find_running, load
from syncd.control.wire import PAGE
from syncd.errors import CommandError
from syncd.system.printable import printable


@click.command("page")
@click.option("--open", "opens", is_flag=True, help="Open the link in a browser.")
@options.where("file_library", "config", "state")
def command(opens: bool, where: options.Where) -> Exit:
    """Print the link to the running daemon's page: what happens now, files, questions, numbers.

    The link is good once and for a minute; the browser that opens it is let in for twelve hours.
    There is a page where `[page] listen` says where, and where syncd was installed with its extra
    `page`, which brings jinja2.

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
    answer = ask_running(daemon, PAGE, {})
    link = str(answer["link"])
    say(printable(link), err=False)
    if "socket" in answer:
        say(f"at the proxy before {printable(answer['socket'])}")
    elif opens and not webbrowser.open(link):
        say("no browser was found; open the link yourself")
    return Exit.DONE
