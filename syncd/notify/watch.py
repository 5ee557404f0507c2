"""Looks at the status of a daemon as it changes, on a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

log = logging.getLogger(__name__)

Document = Mapping[str, Any]
Watcher = Callable[[Document], None]

_EVERY = timedelta(minutes=1)
_APART = timedelta(seconds=2)
"""While an export is at work, the status changes all the time."""


class Watch:
    """Shows each watcher the status when it changes, and once a minute.

    Without watchers it does nothing and has no thread.
    """

    def __init__(
        self, watchers: Sequence[Watcher], every: timedelta = _EVERY, apart: timedelta = _APART
    ) -> None:
        self._watchers = watchers
        self._every = every.total_seconds()
        self._apart = apart.total_seconds()
        self._latest: Document | None = None
        self._changed = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def observe(self, document: Document) -> None:
        """Take a new status; whoever calls goes on at once."""
        if not self._watchers or self._closing.is_set():
            return
        self._latest = document
        self._changed.set()
        if self._thread.ident is None:
            self._thread.start()

    def stir(self) -> None:
        """Have the status looked at soon, whether it has changed or not."""
        self._changed.set()

    def close(self) -> None:
        """Look no more."""
        self._closing.set()
        self._changed.set()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._changed.wait(self._every)
            self._changed.clear()
            if self._closing.is_set() or self._latest is None:
                continue
            for watcher in self._watchers:
                try:
                    watcher(self._latest)
                except Exception:
                    log.exception("what watches the status failed; this is a bug")
            self._closing.wait(self._apart)
