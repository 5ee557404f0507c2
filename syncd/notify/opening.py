"""All that a daemon tells, put together from its settings."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from syncd.app.naming import Names
from syncd.errors import LedgerError
from syncd.inbox import Export
from syncd.ledger.figures import Tally
from syncd.ledger.store import Ledger
from syncd.ledger.told import find_outcome, titles_of_questions
from syncd.notify.background import Background
from syncd.notify.hooks import Hooks
from syncd.notify.metrics import Metrics, MetricsFile
from syncd.notify.watch import Watch, Watcher
from syncd.settings import Settings
from syncd.sync.standing import RunSummary
from syncd.system.clock import Clock

if TYPE_CHECKING:
    from syncd.notify.telling import Teller

log = logging.getLogger(__name__)


class Telling:
    """Hooks, notices and numbers of one daemon; what is not configured is not loaded.

    Notices and numbers are as configured at the start; a folder's hooks as read last.
    """

    def __init__(self, settings: Settings, ledger: Ledger, clock: Clock) -> None:
        names = Names(settings, ledger)
        self.metrics = Metrics(Tally(ledger).look, names.find, clock)
        self._ledger = ledger
        self._hooks = Hooks(ledger)
        self._background = Background("files")
        self._teller: Teller | None = None
        watchers: list[Watcher] = []
        if settings.metrics.file is not None:
            watchers.append(MetricsFile(settings.metrics.file, self.metrics).write)
        if settings.notify.is_on:
            from syncd.notify.telling import Teller

            def titles(library: str) -> Sequence[str]:
                return _titles(ledger, names, library)

            self._teller = Teller(settings.notify, settings.schedule.timezone, clock, titles)
            watchers.append(self._teller.look)
        self._watch = Watch(watchers)

    def observe(self, document: Mapping[str, Any]) -> None:
        """Take the status after a change; takes no time."""
        self._watch.observe(document)

    def delivered(
        self, settings: Settings, library: str, exports: Sequence[Export], summary: RunSummary
    ) -> None:
        """These exports have had their run; takes no time."""
        self._hooks.delivered(settings, library, exports, summary)
        might_be = summary.unusable or summary.counts.get("reject")
        if self._teller is not None and summary.run is not None and might_be:
            look = partial(self._look_for_unusable, self._teller, library, exports, summary.run)
            self._background.do(look)

    def close(self) -> None:
        """Tell nobody anything any more."""
        self._watch.close()
        self._hooks.close()
        self._background.close()
        if self._teller is not None:
            self._teller.close()

    def _look_for_unusable(
        self, teller: Teller, library: str, exports: Sequence[Export], run: int
    ) -> None:
        files = []
        try:
            with self._ledger.read() as connection:
                for each in exports:
                    outcome = find_outcome(connection, each.sha256, bytes(each.folder), run)
                    if outcome is not None and outcome.is_unusable:
                        files.append(str(each.dropped_as))
        except LedgerError as error:
            log.warning("files of no use are not told of: %s", error, extra={"library": library})
            return
        teller.note_unusable(library, files)
        self._watch.stir()


def _titles(ledger: Ledger, names: Names, library: str) -> Sequence[str]:
    try:
        known_as = names.find_identity(library)
        if known_as is None:
            return ()
        with ledger.read() as connection:
            return titles_of_questions(connection, known_as)
    except LedgerError as error:
        # Numbers are told all the same.
        log.debug("no titles are told: %s", error)
        return ()
