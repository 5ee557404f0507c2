"""The command line: reads what was asked, and turns every way a command can end into its code."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
from collections.abc import Sequence

import click

from syncd import __version__
from syncd.app.remedies import OWN_ENVIRONMENT
from syncd.cli.exits import Exit, exit_of, find_fault_of_machine, words_for
from syncd.cli.interruptions import tell_stop
from syncd.cli.lazy import CommandPlace, LazyGroup
from syncd.cli.saying import say
from syncd.cli.streams import open_streams
from syncd.errors import SyncdError
from syncd.system.logs import configure_logs
from syncd.system.suggestions import point_at

_GARBAGE = 50_000
"""Objects made before Python looks for rings of garbage. Records hold none, and 700, which is
usual, cost a large export a tenth of its time."""

log = logging.getLogger(__name__)

COMMANDS = {
    "run": CommandPlace("syncd.cli.run", "The daemon: watch folders and keep libraries current."),
    "once": CommandPlace("syncd.cli.once", "One pass over all folders, or over these files."),
    "plan": CommandPlace(
        "syncd.cli.plan", "What `once` would do and why; changes nothing.", only_looks=True
    ),
    "inspect": CommandPlace(
        "syncd.cli.inspect",
        "What syncd understands of an export; changes nothing.",
        only_looks=True,
    ),
    "review": CommandPlace("syncd.cli.review", "What is held for a person, and your answers."),
    "reconcile": CommandPlace(
        "syncd.cli.reconcile", "Compare ledger and library now: send what waits, report the rest."
    ),
    "undo": CommandPlace("syncd.cli.undo", "Take back one run; undoing that does it again."),
    "restore": CommandPlace(
        "syncd.cli.restore", "Let something that was removed come back into the library."
    ),
    "explain": CommandPlace(
        "syncd.cli.explain",
        "Where an item came from, what became of a file; changes nothing.",
        only_looks=True,
    ),
    "runs": CommandPlace(
        "syncd.cli.runs",
        "The runs with their files and counts, newest first; changes nothing.",
        only_looks=True,
    ),
    "resume": CommandPlace("syncd.cli.resume", "Go on with a library after a guard paused it."),
    "status": CommandPlace(
        "syncd.cli.status",
        "How the daemon, its folders and its libraries are; changes nothing.",
        only_looks=True,
    ),
    "page": CommandPlace("syncd.cli.page", "The link to the running daemon's page."),
    "notify": CommandPlace(
        "syncd.cli.notify", "`notify test`: one message through each configured way."
    ),
    "check": CommandPlace(
        "syncd.cli.check",
        "What would go wrong, and what to do about it; changes nothing.",
        only_looks=True,
    ),
    "init": CommandPlace("syncd.cli.init", "Write a commented configuration for this machine."),
    "login": CommandPlace("syncd.cli.login", "Store a library's key in the keyring."),
    "logout": CommandPlace("syncd.cli.logout", "Forget a library's key."),
}

_HELP = """\
Drop a RIS export into a folder and find its records in Zotero: once.

\b
Look at what an export holds, without an account or a configuration:
  syncd inspect search.ris
\b
Watch a folder, and keep its records in a library made of files:
  syncd run --file-library ~/library --folder ~/Downloads
"""


@click.group(
    cls=LazyGroup,
    places=COMMANDS,
    help=_HELP,
    epilog="`syncd COMMAND --help` says more about each.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="syncd %(version)s")
def group() -> None:
    """Hold the commands."""


def main() -> None:
    """Run the command that the program was called with, and exit with its code."""
    gc.set_threshold(_GARBAGE, 20, 20)
    open_streams()
    ended = run(sys.argv[1:])
    # The system takes all of it back at once; without this, Python looks for rings in it first,
    # which is a twentieth of what a small command takes.
    gc.freeze()
    sys.exit(ended)


def run(arguments: Sequence[str]) -> Exit:
    """Run one command and return how it ended; nothing but a bug ends in a traceback."""
    try:
        return _run(arguments)
    except SyncdError as exc:
        for line in words_for(exc):
            say(line)
        return exit_of(exc)
    except (KeyboardInterrupt, click.Abort) as stop:
        tell_stop(stop, only_looks=_only_looks(arguments))
        return Exit.INTERRUPTED
    except BrokenPipeError:
        _leave_stdout_alone()
        return Exit.NO_READER
    except ImportError as exc:
        if not _is_in_the_way(exc):
            log.exception("a bug in syncd; please report it with these lines")
            return Exit.BUG
        told = "another distribution's package called adapters is in the way of syncd's own"
        say(f"syncd: {told}; {OWN_ENVIRONMENT}")
        return Exit.CONFIG
    except Exception as exc:
        _name_output(exc)
        if (fault := find_fault_of_machine(exc)) is not None:
            code, told = fault
            say(told)
            return code
        log.exception("a bug in syncd; please report it with these lines")
        return Exit.BUG
    finally:
        # What is said of it has been said: the next command in this process has its own place.
        point_at()


def _run(arguments: Sequence[str]) -> Exit:
    # Commands that stay up or that are asked to tell more set their own logs up.
    configure_logs(sys.stderr, level=logging.WARNING)
    try:
        ended = group.main(list(arguments), prog_name="syncd", standalone_mode=False)
    except click.ClickException as exc:
        exc.show()
        return Exit.USAGE
    except SystemExit:
        # How click ends, and nothing else here does, when whoever read the output went away.
        return Exit.NO_READER
    sys.stdout.flush()
    return Exit(ended or 0)


def _only_looks(arguments: Sequence[str]) -> bool:
    place = COMMANDS.get(arguments[0]) if arguments else None
    return place is not None and place.only_looks


def _is_in_the_way(error: ImportError) -> bool:
    """Tell whether what could not be imported is of `adapters`, a name that others bear too."""
    return (error.name or "").partition(".")[0] == "adapters"


def _name_output(error: Exception) -> None:
    """Say so where it was standard output that could not be written, and write there no more."""
    try:
        sys.stdout.flush()
    except OSError as again:
        _leave_stdout_alone()
        if isinstance(error, OSError) and (error.errno, error.filename) == (again.errno, None):
            error.filename = "standard output"


def _leave_stdout_alone() -> None:
    # What is still buffered has no reader; without this, Python complains about it at exit.
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
