"""A daemon whose disk is full when it starts waits for room, and says so meanwhile.

Nothing would start it again: a ledger that cannot be used is what a service manager leaves alone.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

from syncd.app.remedies import told
from syncd.control.protocol import ControlServer, Handler, Progress
from syncd.control.status import STATUS
from syncd.control.wire import COMMANDS
from syncd.daemon.board import Board
from syncd.daemon.wakeup import Wakeup
from syncd.errors import LedgerError, StateError, SyncdError
from syncd.ledger.store import Ledger
from syncd.system.clock import Clock
from syncd.system.sd_notify import Notifier

log = logging.getLogger(__name__)

_EVERY = timedelta(seconds=10)


class Opening:
    """Opens a daemon's ledger. The caller holds the lock of `state_dir`."""

    def __init__(
        self,
        state_dir: Path,
        clock: Clock,
        code_of: Callable[[SyncdError], int],
        *,
        notifier: Notifier | None = None,
        every: timedelta = _EVERY,
    ) -> None:
        self._state_dir = state_dir
        self._code_of = code_of
        self._notifier = notifier or Notifier()
        self._every = every
        self._board = Board(clock.now(), lambda: None)
        self._why = LedgerError("the ledger is not open yet", passing=True)
        """What was said at the last try."""

    def open(self, open_ledger: Callable[[], Ledger]) -> Ledger | None:
        """Return the ledger, as soon as its disk has room for it.

        None where the daemon is told to stop before. Must be called in the main thread. Raises
        what `open_ledger` raises, if it does not pass by itself.
        """
        try:
            return open_ledger()
        except LedgerError as error:
            if not error.passing:
                raise
            return self._wait(open_ledger, error)

    def _wait(self, open_ledger: Callable[[], Ledger], error: LedgerError) -> Ledger | None:
        log.warning("waiting: %s", told(error))
        self._show(error)
        control = ControlServer(self._state_dir, self._handlers(), self._code_of)
        wakeup = Wakeup()
        with wakeup.catching((signal.SIGTERM, signal.SIGINT, signal.SIGHUP)):
            # There may not even be room for a socket.
            with suppress(StateError):
                control.start()
            try:
                return self._try_again(open_ledger, wakeup)
            finally:
                control.close()

    def _try_again(self, open_ledger: Callable[[], Ledger], wakeup: Wakeup) -> Ledger | None:
        while True:
            self._notifier.waiting(self._board.sentence(), self._every * 3)
            for number in wakeup.wait(self._every):
                if number != signal.SIGHUP:
                    log.info("%s: stopping", signal.Signals(number).name)
                    self._notifier.stopping()
                    return None
            try:
                return open_ledger()
            except LedgerError as error:
                if not error.passing:
                    raise
                self._show(error)

    def _show(self, error: LedgerError) -> None:
        self._why = error
        self._board.show_message(told(error))

    def _handlers(self) -> Mapping[str, Handler]:
        def refuse(_request: Mapping[str, Any], _progress: Progress) -> NoReturn:
            raise self._why

        def status(_request: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
            return self._board.document()

        return {**dict.fromkeys(COMMANDS, refuse), STATUS: status}
