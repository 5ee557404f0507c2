"""Drop folders with their inboxes, for tests that move a clock by hand."""

from __future__ import annotations

from pathlib import Path

from syncd.inbox import Inbox, ScanResult
from syncd.settings import After, FolderSettings
from tests.fakes.clock import FakeClock
from tests.fakes.settings import make_folder

ENTRY = b"TY  - JOUR\nTI  - A title\nER  - \n"
CAP = 10_000
"""The largest file that is taken."""


class Drop:
    """An inbox, its folder, and what the libraries know already."""

    def __init__(self, folder: FolderSettings, clock: FakeClock) -> None:
        self.path = folder.path
        self.clock = clock
        self.known: set[str] = set()
        self.asked: list[str] = []
        self._folder = folder
        self.inbox = self._open()

    def _open(self) -> Inbox:
        return Inbox(self._folder, max_file_size=CAP, clock=self.clock, is_known=self._is_known)

    def _is_known(self, sha256: str) -> bool:
        self.asked.append(sha256)
        return sha256 in self.known

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

    def reason(self, name: str) -> str:
        """Return why a file is skipped; empty if it is not."""
        return dict(self.settled().skipped).get(name, "")

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


class MovingDrop(Drop):
    """A drop folder whose files are moved."""

    def __init__(self, path: Path, *, recursive: bool = False) -> None:
        folder = make_folder(path, settle=2, after=After.MOVE, recursive=recursive)
        super().__init__(folder, FakeClock())
