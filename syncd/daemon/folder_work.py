"""One configured library as the daemon sees it: exports in, what became of them out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from syncd.app.wiring import make_runs
from syncd.daemon.work import Assembly
from syncd.inbox import Export
from syncd.ledger.store import Ledger
from syncd.plan import place_of
from syncd.settings import FolderSettings, Settings
from syncd.sync.intake import Delivery
from syncd.sync.session import LibraryRun
from syncd.sync.standing import Figures, RunSummary
from syncd.system.clock import Pause


class FolderWork:
    """`daemon.work.LibraryWork` for one library and the folders that feed it."""

    def __init__(self, run: LibraryRun, folders: Sequence[FolderSettings]) -> None:
        self._run = run
        self._places = {folder.path: place_of(folder) for folder in folders}

    @property
    def name(self) -> str:
        """The library's name in the configuration."""
        return self._run.name

    @property
    def run(self) -> LibraryRun:
        """The work on the library itself, for what commands ask the daemon to do."""
        return self._run

    def is_known(self, sha256: str, folder: FolderSettings) -> bool:
        """Tell whether this library has had that export from that folder."""
        return self._run.is_known(sha256, bytes(folder.path))

    def was_read(self, sha256: str) -> bool:
        """Tell whether records of that content were ever read."""
        return self._run.was_read(sha256)

    def figures(self) -> Figures:
        """Say how the library stands."""
        return self._run.figures()

    def open(self) -> None:
        """Reach the library and settle what an earlier process left in doubt."""
        self._run.open()

    def deliver(self, exports: Sequence[Export], reason: str) -> RunSummary:
        """Make one run over these exports."""
        deliveries = [Delivery(export, self._places[export.folder]) for export in exports]
        return self._run.deliver(deliveries, reason)

    def push_pending(self) -> None:
        """Send what waits, and look what became of what was sent."""
        self._run.push_pending()

    def landed(self) -> int:
        """Return how many operations have had an outcome."""
        return self._run.landed

    def reconcile(self) -> None:
        """Compare ledger and library, and repair what is safe."""
        self._run.reconcile()

    def not_before(self) -> datetime | None:
        """Return until when the library asked to be left alone."""
        return self._run.not_before()

    def resume(self, *, as_new: bool = False) -> None:
        """Go on after a guard stopped this library."""
        self._run.resume(as_new=as_new)

    def close(self) -> None:
        """Let go of the library."""
        self._run.close()


def assemble(settings: Settings, state: Path, ledger: Ledger, pause: Pause) -> Assembly:
    """Put together what the daemon serves."""
    runs = make_runs(settings, state, ledger, pause, goes_on=True)
    works = [
        FolderWork(run, [f for f in settings.folders if name in f.libraries])
        for name, run in runs.items()
    ]
    return Assembly(settings, works)
