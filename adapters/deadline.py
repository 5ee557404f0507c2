"""A request that takes longer than it may is cut off, however busy its connection looks.

The timeouts of an HTTP client are for one read or one write: a server that sends a byte now and
then never runs into them.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

_OPENED = (".connect_tcp.complete", ".start_tls.complete")


class Deadline:
    """Knows the connection that one thread's requests go through, and ends it when time is up."""

    def __init__(self, patience: timedelta) -> None:
        self.patience = patience
        self.passed = False
        """The last request was cut off."""
        self._socket: socket.socket | None = None

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Hear of a connection from the HTTP client: what its extension `trace` calls."""
        if event.endswith(_OPENED):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.passed:
                # Time was up before there was anything to cut.
                self._cut()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Give the block so much time; then whatever it waits for at the connection fails."""
        self.passed = False
        timer = threading.Timer(self.patience.total_seconds(), self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        self.passed = True
        if self._socket is not None:
            # The other end may have closed it a moment ago.
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
