"""`syncd run`: the daemon, in the foreground."""

from __future__ import annotations

import logging
import sys
from contextlib import AbstractContextManager, ExitStack, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from syncd.app.wiring import open_ledger, recognise
from syncd.cli import options
from syncd.cli.exits import Exit, exit_of
from syncd.cli.session import expect_unserved_by_others, load, pause
from syncd.control.own_daemons import claimed_directory
from syncd.control.status import DAEMON
from syncd.control.wire import PAGE
from syncd.daemon.folder_work import assemble
from syncd.daemon.opening import Opening
from syncd.daemon.requests import Requests
from syncd.daemon.service import Daemon, Means
from syncd.errors import CommandError, StateError
from syncd.ledger.store import Ledger
from syncd.notify.metrics import Metrics
from syncd.notify.opening import Telling
from syncd.settings import Settings
from syncd.system.clock import SystemClock
from syncd.system.logs import LogFormat, configure_logs
from syncd.system.paths import daemon_places, runtime_directory
from syncd.system.state_lock import StateLock

if TYPE_CHECKING:
    from syncd.page.opening import Page

log = logging.getLogger(__name__)


class _NoPage:
    """Says why there is no page."""

    def __init__(self, why: str) -> None:
        self._why = why

    def answer(self, _request: object, _progress: object) -> NoReturn:
        """Refuse to give a link."""
        raise CommandError(self._why, Exit.CONFIG)

    def close(self, _ask: object) -> None:
        """There is nothing to close."""


def _open_page(
    settings: Settings, ledger: Ledger, state: Path, daemon: Daemon, metrics: Metrics
) -> Page | _NoPage:
    """Open the page where it is wanted; the daemon works without one as well."""
    if not settings.page.is_on:
        return _NoPage('there is no page: set `listen = "127.0.0.1:0"` below [page], and restart')
    try:
        from syncd.page.opening import Page

        return Page(settings, ledger, state, daemon.document, metrics, SystemClock())
    except ImportError:
        why = "the page needs jinja2: install it beside syncd (the extra `page`), and restart"
    except StateError as error:
        why = str(error)
    log.warning("there is no page: %s", why)
    return _NoPage(why)


def _service_directory() -> Path | None:
    """Return the runtime directory that a service was given to be found by everybody."""
    given = runtime_directory()
    return given if given not in daemon_places() else None


def _own_directory(settings: Settings, state: Path) -> AbstractContextManager[Path | None]:
    """Give a daemon that is no service a directory to be found by its user's commands."""
    return claimed_directory(
        daemon_places(),
        state,
        DAEMON,
        recognise(settings).values(),
        partial(expect_unserved_by_others, settings),
    )


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
    change something are carried out by it while it runs. Beside a service of this machine or
    another daemon of yours that works for the same library, it does not start (75).

    \b
    Examples:
      syncd run
      syncd run --file-library ~/library --folder ~/Downloads
    """
    if where.file_library is not None and folder is None:
        raise click.UsageError("name the folder to watch with --folder")
    configure_logs(sys.stderr, LogFormat(log_format))
    state_dir, service_dir = where.state_dir, _service_directory()
    runtime_dir = service_dir

    def read() -> Settings:
        settings = load(where, folder)
        expect_unserved_by_others(settings, runtime_dir)
        return settings

    settings = read()
    with StateLock(state_dir, DAEMON), ExitStack() as stack:
        if service_dir is None:
            runtime_dir = stack.enter_context(_own_directory(settings, state_dir))
        opening = Opening(state_dir, SystemClock(), exit_of)
        ledger = opening.open(lambda: open_ledger(settings, state_dir))
        if ledger is None:
            return Exit.DONE
        stack.enter_context(closing(ledger))
        telling = Telling(settings, ledger, SystemClock())
        daemon = Daemon(
            state_dir,
            lambda pause: assemble(read(), state_dir, ledger, pause),
            Means(
                runtime_dir=runtime_dir,
                is_service=service_dir is not None,
                delivered=telling.delivered,
                observe=telling.observe,
            ),
        )
        telling.metrics.beats = daemon.beats
        requests = Requests(
            daemon,
            lambda: load(where, folder),
            ledger,
            SystemClock(),
            pause,
            exit_of,
        )
        page = _open_page(settings, ledger, state_dir, daemon, telling.metrics)
        try:
            daemon.run({**requests.handlers(), PAGE: page.answer}, exit_of)
        finally:
            page.close(requests.answer_alone)
            telling.close()
        daemon.leave()
    return Exit.DONE
