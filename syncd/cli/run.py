"""`syncd run`: the daemon, in the foreground."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

from syncd.cli import options
from syncd.cli.exits import Exit, exit_of
from syncd.cli.session import load, pause
from syncd.clock import SystemClock
from syncd.daemon.service import Daemon
from syncd.handover import Hands
from syncd.lock import StateLock
from syncd.logs import LogFormat, configure_logs
from syncd.places import state_for
from syncd.status import DAEMON
from syncd.wiring import assemble, open_ledger


@click.command("run")
@options.file_library
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="PATH",
    help="With --file-library: the folder to watch.",
)
@options.config
@options.state
@options.log_format
def command(
    file_library: Path | None,
    folder: Path | None,
    config: Path | None,
    state: Path | None,
    log_format: str,
) -> Exit:
    """Watch the folders and keep the libraries up to date, until told to stop.

    Runs in the foreground and logs to standard error; stop it with Ctrl-C or SIGTERM, make it
    read its configuration again with SIGHUP. `syncd status` shows how it is, and commands that
    change something are carried out by it while it runs.

    \b
    Examples:
      syncd run
      syncd run --file-library ~/library --folder ~/Downloads
    """
    if file_library is not None and folder is None:
        raise click.UsageError("name the folder to watch with --folder")
    configure_logs(sys.stderr, LogFormat(log_format))
    settings = load(config, file_library, folder)
    state_dir = state_for(state, file_library)
    with StateLock(state_dir, DAEMON), closing(open_ledger(settings, state_dir)) as ledger:
        daemon = Daemon(
            state_dir,
            lambda pause: assemble(load(config, file_library, folder), state_dir, ledger, pause),
        )
        hands = Hands(
            daemon,
            lambda: load(config, file_library, folder),
            ledger,
            SystemClock(),
            pause,
            exit_of,
        )
        daemon.run(hands.handlers(), exit_of)
        daemon.leave()
    return Exit.DONE
