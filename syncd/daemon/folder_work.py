"""One configured library as the daemon sees it: exports in, what became of them out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from syncd.app.wiring import load_again, make_runs
from syncd.daemon.work import Assembly
from syncd.errors import LibraryError
from syncd.inbox import Export
from syncd.ledger.store import Ledger
from syncd.plan import place_of
from syncd.settings import FolderSettings, LibrarySettings, Settings
from syncd.sync.intake import Delivery
from syncd.sync.session import LibraryRun
from syncd.sync.standing import Figures, RunSummary
from syncd.system.clock import Pause


class FolderWork:
    """`daemon.work.LibraryWork` for one library and the folders that feed it."""

    def __init__(
        self,
        run: LibraryRun,
        folders: Sequence[FolderSettings],
        make_again: Callable[[], LibraryRun],
    ) -> None:
        self._run = run
        self._make_again = make_again
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

    def renew(self) -> None:
        """Make the library anew, by its adapter's code as it is installed now."""
        before, self._run = self._run, self._make_again()
        # What is wrong with code that has failed before is known.
        with suppress(LibraryError):
            before.close()

    def close(self) -> None:
        """Let go of the library."""
        self._run.close()


def assemble(settings: Settings, state: Path, ledger: Ledger, pause: Pause) -> Assembly:
    """Put together what the daemon serves."""

    def make(*names: str) -> Mapping[str, LibraryRun]:
        return make_runs(settings, state, ledger, pause, only=names, goes_on=True)

    def make_again(library: LibrarySettings) -> LibraryRun:
        load_again(library)
        return make(library.name)[library.name]

    runs = make(*(library.name for library in settings.libraries))
    works = [
        FolderWork(
            runs[library.name],
            [folder for folder in settings.folders if library.name in folder.libraries],
            partial(make_again, library),
        )
        for library in settings.libraries
    ]
    return Assembly(settings, works)
