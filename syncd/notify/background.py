"""One thread for what may take long, so that nobody waits for it."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

_MOST = 1000
_PATIENCE_S = 2.0

Job = Callable[[], None]


class Background:
    """Does one job after the other, in their order, from the first one on."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.Queue[Job | None] = queue.Queue(_MOST)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def do(self, job: Job) -> None:
        """Do this in its turn; where too much waits already, not at all."""
        if self._closing.is_set():
            return
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            log.warning("%s: too much waits, and one more is left out", self._name)
            return
        with self._lock:
            if self._thread is None:
                # A daemon that tells nobody anything has no thread for it.
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Take no more; give what waits a moment, and leave the rest."""
        self._closing.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            try:
                self._jobs.put_nowait(None)
            except queue.Full:
                log.warning("%s: what waits is left", self._name)
                return
            thread.join(_PATIENCE_S)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:
                log.exception("%s failed; this is a bug", self._name)
