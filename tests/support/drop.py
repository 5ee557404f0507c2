"""A drop folder with its inbox, for tests that move a clock by hand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from syncd.inbox import Inbox, ScanResult
from syncd.settings import After, DuplicateSettings, FolderSettings, LookAlikes, WhenFound
from tests.fakes.clock import FakeClock

ENTRY = b"TY  - JOUR\nTI  - A title\nER  - \n"


class MovingDrop:
    """A drop folder whose files are moved, and nothing is known."""

    def __init__(self, path: Path, *, recursive: bool = False) -> None:
        self.path = path
        self.clock = FakeClock()
        self._folder = FolderSettings(
            path=path,
            libraries=("mine",),
            collection=(),
            tags=(),
            recursive=recursive,
            settle=timedelta(seconds=2),
            after=After.MOVE,
            readd=False,
            duplicates=DuplicateSettings(WhenFound.SYNC, LookAlikes.HOLD),
        )
        self.inbox = self._open()

    def _open(self) -> Inbox:
        return Inbox(
            self._folder, max_file_size=10_000, clock=self.clock, is_known=lambda _sha256: False
        )

    def restart(self) -> None:
        """Go on as another process would."""
        self.inbox.close()
        self.inbox = self._open()

    def put(self, name: str, content: bytes = ENTRY) -> Path:
        """Drop a file."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def settled(self) -> ScanResult:
        """Scan, let the settle time pass, scan again."""
        self.inbox.scan()
        self.clock.advance(seconds=2)
        return self.inbox.scan()

    def deliver(self, rejected: str | None = None) -> Path:
        """Take the one file that is ready, and put it away; return where it is."""
        (export,) = self.settled().ready
        put = self.inbox.finish(export, rejected)
        assert put is not None
        return put

    def deliver_of(self, name: str, rejected: str | None = None) -> Path:
        """Drop a file, take it, and put it away; return where it is."""
        self.put(name)
        return self.deliver(rejected)
