"""Hooks: after each file of a folder the operator's own program is told what became of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from syncd.app.wiring import identities_known
from syncd.errors import LedgerError
from syncd.inbox import Export
from syncd.ledger.store import Ledger
from syncd.ledger.told import ExportOutcome, find_outcome
from syncd.notify.background import Background
from syncd.notify.programs import NotToldError, run_program
from syncd.settings import FolderSettings, Settings
from syncd.sync.standing import RunSummary

log = logging.getLogger(__name__)

SCHEMA = "syncd.hook/1"

_MOST_REMEMBERED = 10_000


class Hooks:
    """Calls `on_done` and `on_failed` of the folders, on a thread of its own."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._background = Background("hooks")
        self._told: dict[tuple[str, Path, str, int], None] = {}

    def delivered(
        self, settings: Settings, library: str, exports: Sequence[Export], summary: RunSummary
    ) -> None:
        """These exports have had their run; called by the thread of a library, which goes on."""
        folders = {each.path: each for each in settings.folders if each.on_done or each.on_failed}
        for export in exports:
            folder = folders.get(export.folder)
            if folder is not None and export.sha256 not in summary.changed:
                self._background.do(
                    partial(self._tell, settings, folder, library, summary.run, export)
                )

    def close(self) -> None:
        """Call nobody any more."""
        self._background.close()

    def _tell(
        self,
        settings: Settings,
        folder: FolderSettings,
        library: str,
        run: int | None,
        export: Export,
    ) -> None:
        told = {"library": library, "file": export.dropped_as}
        try:
            # A run that was interrupted has ended before this: the ledger knows which it was.
            library_is = run or identities_known(settings, self._ledger).get(library)
            outcome = None if library_is is None else self._find_outcome(library_is, export)
        except LedgerError as error:
            log.warning("no hook was called: %s", error, extra=told)
            return
        if outcome is None or not self._is_new((library, folder.path, export.sha256, outcome.run)):
            return
        event = "failed" if outcome.is_unusable else "done"
        command = folder.on_failed if event == "failed" else folder.on_done
        if not command:
            return
        try:
            run_program(command, _document(event, library, folder, export, outcome))
        except NotToldError as error:
            log.warning("on_%s: %s", event, error, extra={**told, "run": outcome.run})

    def _find_outcome(self, library_is: int | str, export: Export) -> ExportOutcome | None:
        with self._ledger.read() as connection:
            return find_outcome(connection, export.sha256, bytes(export.folder), library_is)

    def _is_new(self, key: tuple[str, Path, str, int]) -> bool:
        # A file that could not be moved away comes again, and has been told of.
        if key in self._told:
            return False
        self._told[key] = None
        if len(self._told) > _MOST_REMEMBERED:
            del self._told[next(iter(self._told))]
        return True


def _document(
    event: str, library: str, folder: FolderSettings, export: Export, outcome: ExportOutcome
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "event": event,
        "file": str(export.dropped_as),
        "folder": str(folder.path),
        "library": library,
        "run": outcome.run,
        "counts": {"records": sum(outcome.counts.values()), **outcome.counts},
        "pending": outcome.pending,
        "item_keys": list(outcome.item_keys),
        "reason": outcome.unusable,
    }
