"""The scanners together: one for each drop folder, so that none waits for another's file system.

A network folder that does not answer holds up whoever asks it, for as long as it likes. Only its
own scanner waits then, and `status` names the folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from syncd.daemon.board import Board
from syncd.daemon.scanner import Offer, Scanner
from syncd.inbox import Export, Inbox
from syncd.sync.standing import RunSummary
from syncd.system.clock import Clock
from syncd.system.heartbeat import Heartbeat

SILENCE = timedelta(seconds=30)
"""For so long a folder may be silent before it is named."""


class Scanners:
    """Scans each folder on a thread of its own."""

    def __init__(
        self,
        inboxes: Sequence[Inbox],
        offers: Mapping[str, Offer],
        clock: Clock,
        board: Board,
        failed: Callable[[BaseException], None],
        silence: timedelta = SILENCE,
    ) -> None:
        self._scanners = {
            inbox.folder.path: Scanner(
                # Not among the heartbeats whose silence ends the daemon: that helps no folder.
                [inbox], offers, clock, board, Heartbeat("a scanner", clock, silence), failed
            )
            for inbox in inboxes
        }  # fmt: skip

    def start(self) -> None:
        """Begin with a scan of every folder."""
        for scanner in self._scanners.values():
            scanner.start()

    def stop(self) -> None:
        """End each thread after what it is doing."""
        for scanner in self._scanners.values():
            scanner.stop()

    def is_over(self) -> bool:
        """Tell whether, after `stop`, no thread is at work; one without an answer is not."""
        return all(each.is_silent() or not each.is_alive() for each in self._scanners.values())

    def rescan(self) -> None:
        """Look into every folder now."""
        for scanner in self._scanners.values():
            scanner.rescan()

    def delivered(self, library: str, exports: Sequence[Export], summary: RunSummary) -> None:
        """Hand back what a library has had; the others hear that it has room again."""
        for folder, scanner in self._scanners.items():
            own = [export for export in exports if export.folder == folder]
            scanner.delivered(library, own, summary)

    def show_silent(self) -> None:
        """Name the folders that do not answer."""
        for scanner in self._scanners.values():
            scanner.show_silence()
