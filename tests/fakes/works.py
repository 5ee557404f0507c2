"""A library's work that needs no library: it reads exports and remembers them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from syncd.errors import InputError
from syncd.inbox import ChangedError, Export, open_export
from syncd.settings import FolderSettings
from syncd.sync.standing import Figures, RunSummary


class MemoryWork:
    """Keeps the content of what it was given. `trouble` is raised once each, in order.

    A content that begins with `junk` is unusable; one that begins with `crash` is a bug.
    """

    def __init__(self, name: str = "mine") -> None:
        self.name = name
        self.kept: dict[str, bytes] = {}
        self.runs: list[list[str]] = []
        self.trouble: list[BaseException] = []
        self.did: list[str] = []
        self.reconciled_at: datetime | None = datetime.now().astimezone()
        self.patience: datetime | None = None
        self.pending = 0
        self.sure_at: datetime | None = None
        self.held = 0
        self.read_by_hand: set[str] = set()
        self.landings = 0
        self.shy = False
        """Like a library behind a network: what it knows can be told only once it was reached."""
        self.held_up = threading.Event()
        self.held_up.set()
        self._reached = False
        self._changed = threading.Condition()

    def is_known(self, sha256: str, folder: FolderSettings) -> bool:
        return sha256 in self.kept and not (self.shy and not self._reached)

    def was_read(self, sha256: str) -> bool:
        return sha256 in self.read_by_hand

    def figures(self) -> Figures:
        return Figures(self.pending, 0, self.reconciled_at, sure_at=self.sure_at)

    def open(self) -> None:
        self._do("open")
        self._reached = True

    def deliver(self, exports: Sequence[Export], reason: str) -> RunSummary:
        self._do("deliver")
        self.held_up.wait()
        unusable: dict[str, str] = {}
        changed: list[str] = []
        read: dict[str, bytes] = {}
        for export in exports:
            try:
                with open_export(export) as stream:
                    read[export.sha256] = self._understand(stream.read(), export)
            except ChangedError:
                changed.append(export.sha256)
            except InputError as error:
                unusable[export.sha256] = error.message
                read[export.sha256] = b""
        with self._changed:
            self.kept.update(read)
            self.runs.append([str(export.name) for export in exports])
            self._changed.notify_all()
        counts = {"create": len(read), "hold": self.held}
        return RunSummary(len(self.runs), counts, unusable, changed)

    def push_pending(self) -> None:
        self._do("push")

    def landed(self) -> int:
        return self.landings

    def reconcile(self) -> None:
        self._do("reconcile")
        self.reconciled_at = datetime.now().astimezone()

    def resume(self, *, as_new: bool = False) -> None:
        self.did.append("resume")

    def renew(self) -> None:
        self.did.append("renew")

    def not_before(self) -> datetime | None:
        return self.patience

    def close(self) -> None:
        self._do("close")

    def waits_for(self, count: int, within: float = 5) -> bool:
        """Wait until so many exports have been kept."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.kept) >= count, within)

    def does(self, what: str, times: int = 1, within: float = 5) -> bool:
        """Wait until something has been done so many times."""
        with self._changed:
            return self._changed.wait_for(lambda: self.did.count(what) >= times, within)

    def _do(self, what: str) -> None:
        with self._changed:
            self.did.append(what)
            self._changed.notify_all()
            trouble = self.trouble.pop(0) if self.trouble and what != "close" else None
        if trouble is not None:
            raise trouble

    def _understand(self, content: bytes, export: Export) -> bytes:
        if content.startswith(b"junk"):
            raise InputError("this is not a RIS file", path=export.dropped_as)
        if content.startswith(b"crash"):
            raise ZeroDivisionError("a bug")
        return content


def wait_until(condition: Callable[[], object], within: float = 5) -> bool:
    """Ask again and again; for what nobody rings for."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.01)
    return bool(condition())
