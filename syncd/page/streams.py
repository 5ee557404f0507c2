"""Streams of events: one thread tells every browser that listens when something else is to be seen.

A connection comes here when its answer has begun. A thread for each of them would wait for nothing
nearly all the time, and keep memory for that.
"""

from __future__ import annotations

import logging
import select
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

from syncd.errors import LedgerError

log = logging.getLogger(__name__)

MOST = 24
"""So many browsers may listen at the same time."""
_EVERY = 1.0
"""How often is looked whether there is something else to be seen, in seconds."""
_BEAT = 15
"""So many looks without news make a line that keeps the connection."""
_JOINING = 1.0

_BEGIN = b"retry: 5000\n\n"
_CHANGED = b"event: changed\ndata: \n\n"
_STILL_HERE = b": still here\n\n"


@dataclass(slots=True)
class _Listener:
    """A browser, what there was to be seen when it was told last, and the looks since then."""

    connection: socket.socket
    seen: str
    silent: int = 0


class Streams:
    """Tells browsers, until either has enough. Thread-safe; without browsers it has no thread.

    `look` returns what is to be seen now, as one text.
    """

    def __init__(self, look: Callable[[], str], every: float = _EVERY) -> None:
        self._look = look
        self._every = every
        self._lock = threading.Lock()
        self._listeners: list[_Listener] = []
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    @property
    def has_room(self) -> bool:
        """Say whether one more may listen."""
        return len(self._listeners) < MOST

    def add(self, connection: socket.socket) -> None:
        """Tell a browser of changes from now on; its connection is closed here in the end."""
        connection.setblocking(False)
        seen = self._find_seen()
        if seen is None or not self._take(_Listener(connection, seen)):
            connection.close()

    def close(self) -> None:
        """Tell nobody any more."""
        self._closing.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(_JOINING)

    def _take(self, listener: _Listener) -> bool:
        with self._lock:
            if not self.has_room or self._closing.is_set():
                return False
            if not _send(listener.connection, _BEGIN):
                return False
            self._listeners.append(listener)
            self._start()
            return True

    def _find_seen(self) -> str | None:
        """Return what is to be seen now; None where the ledger cannot be read just now."""
        try:
            return self._look()
        except LedgerError as error:
            log.debug("nothing is told to those who listen: %s", error)
            return None

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="page events", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            while not self._closing.wait(self._every) and self._go_on():
                self._tell()
        finally:
            with self._lock:
                if self._thread is threading.current_thread():
                    self._drop({each.connection for each in self._listeners})
                    self._thread = None

    def _go_on(self) -> bool:
        """Let go of those that have hung up; return whether anybody is left."""
        gone = _find_gone([each.connection for each in self._listeners])
        with self._lock:
            self._drop(gone)
            if not self._listeners:
                # Whoever comes now finds no thread, and starts one.
                self._thread = None
            return bool(self._listeners)

    def _tell(self) -> None:
        now = self._find_seen()
        if now is None:
            return
        with self._lock:
            self._drop({each.connection for each in self._listeners if not _tell(each, now)})

    def _drop(self, gone: set[socket.socket]) -> None:
        for each in gone:
            each.close()
        self._listeners = [each for each in self._listeners if each.connection not in gone]


def _find_gone(connections: list[socket.socket]) -> set[socket.socket]:
    """Return those that are closed at the other end, or say something, which nobody has to hear."""
    poll = select.poll()
    by_number = {each.fileno(): each for each in connections}
    for number in by_number:
        poll.register(number, select.POLLIN)
    return {by_number[number] for number, _ in poll.poll(0)}


def _tell(listener: _Listener, now: str) -> bool:
    """Tell one browser, if there is anything to tell; return whether it still listens."""
    listener.silent += 1
    if now != listener.seen:
        listener.seen, listener.silent = now, 0
        return _send(listener.connection, _CHANGED)
    if listener.silent >= _BEAT:
        listener.silent = 0
        return _send(listener.connection, _STILL_HERE)
    return True


def _send(connection: socket.socket, words: bytes) -> bool:
    """Send some words; return whether there was room: nobody waits for who reads nothing."""
    try:
        return connection.send(words) == len(words)
    except OSError:
        return False
