"""Tells systemd how the daemon is (`sd_notify`); says nothing where nobody asked.

The protocol is datagrams of `KEY=value` lines to the socket that systemd names in the
environment; see sd_notify(3).
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

_PATIENCE = timedelta(seconds=1)


class Notifier:
    """The way to the service manager, if there is one."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        # A leading @ is how an address in the abstract namespace is written down.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog = _watchdog(environ)
        """How long systemd waits for a sign of life before it kills us; None: it does not."""

    @property
    def has_manager(self) -> bool:
        """Whether a service manager started this process, and looks after what it leaves."""
        return bool(self._address)

    def ready(self, status: str) -> None:
        """Say that starting or reloading is done."""
        self._send("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """Say that the configuration is being read again."""
        microseconds = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send("RELOADING=1", f"MONOTONIC_USEC={microseconds}")

    def stopping(self) -> None:
        """Say that no new work is begun."""
        self._send("STOPPING=1", "STATUS=stopping")

    def status(self, status: str) -> None:
        """Say in one line how things are."""
        self._send(f"STATUS={status}")

    def waiting(self, status: str, longest: timedelta) -> None:
        """Say why starting is not done yet, and that more will be heard within `longest`."""
        microseconds = longest // timedelta(microseconds=1)
        self._send(f"EXTEND_TIMEOUT_USEC={microseconds}", f"STATUS={status}")

    def alive(self) -> None:
        """Say that work is going on as it should."""
        self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        message = "\n".join(line.replace("\n", " ") for line in lines).encode()
        # A service manager that restarts or is stuck must not take the daemon with it.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(_PATIENCE.total_seconds())
            sender.connect(self._address)
            sender.sendall(message)


def _watchdog(environ: Mapping[str, str]) -> timedelta | None:
    microseconds = environ.get("WATCHDOG_USEC", "")
    meant_for = environ.get("WATCHDOG_PID", "")
    if not microseconds.isdigit() or (meant_for and meant_for != str(os.getpid())):
        return None
    return timedelta(microseconds=int(microseconds)) or None
