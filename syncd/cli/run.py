"""`syncd run`: the daemon, in the foreground."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

from syncd.app.wiring import open_ledger
from syncd.cli import options
from syncd.cli.exits import Exit, exit_of
from syncd.cli.session import expect_no_service, load, pause
from syncd.control.status import DAEMON
from syncd.daemon.folder_work import assemble
from syncd.daemon.requests import Requests
from syncd.daemon.service import Daemon, Means
from syncd.settings import Settings
from syncd.system.clock import SystemClock
from syncd.system.logs import LogFormat, configure_logs
from syncd.system.paths import runtime_directory
from syncd.system.state_lock import StateLock


@click.command("run")
@options.where("file_library", "config", "state")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="PATH",
    help="With --file-library: the folder to watch.",
)
@options.log_format
def command(
    where: options.Where,
    folder: Path | None,
    log_format: str,
) -> Exit:
    """Watch the folders and keep the libraries up to date, until told to stop.

    Runs in the foreground and logs to standard error; stop it with Ctrl-C or SIGTERM, make it
    read its configuration again with SIGHUP. `syncd status` shows how it is, and commands that
    change something are carried out by it while it runs. Beside a service of this machine that
    works for the same library, it does not start (75).

    \b
    Examples:
      syncd run
      syncd run --file-library ~/library --folder ~/Downloads
    """
    if where.file_library is not None and folder is None:
        raise click.UsageError("name the folder to watch with --folder")
    configure_logs(sys.stderr, LogFormat(log_format))
    state_dir, runtime_dir = where.state_dir, runtime_directory()

    def read() -> Settings:
        settings = load(where, folder)
        expect_no_service(settings, runtime_dir)
        return settings

    settings = read()
    with StateLock(state_dir, DAEMON), closing(open_ledger(settings, state_dir)) as ledger:
        daemon = Daemon(
            state_dir,
            lambda pause: assemble(read(), state_dir, ledger, pause),
            Means(runtime_dir=runtime_dir),
        )
        requests = Requests(
            daemon,
            lambda: load(where, folder),
            ledger,
            SystemClock(),
            pause,
            exit_of,
        )
        daemon.run(requests.handlers(), exit_of)
        daemon.leave()
    return Exit.DONE
