"""Those who are told something: a web server, a mail server, and a desktop on a bus of its own."""

from __future__ import annotations

import http.server
import json
import shutil
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call, new_method_return
from jeepney.io.blocking import open_dbus_connection
from jeepney.wrappers import unwrap_msg


def wait_for(things: list[Any], number: int = 1) -> None:
    """Wait until so many things have arrived."""
    until = time.monotonic() + 20
    while len(things) < number:
        assert time.monotonic() < until, f"{len(things)} of {number} arrived"
        time.sleep(0.02)


class Posted(NamedTuple):
    """One request that a web server had."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


class WebListener:
    """A web server that takes everything and answers with `status`."""

    def __init__(self) -> None:
        self.had: list[Posted] = []
        self.status = 200
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                body = self.rfile.read(length)
                headers = {name.lower(): value for name, value in self.headers.items()}
                parsed = json.loads(body) if body else None
                listener.had.append(Posted(self.command, self.path, headers, parsed))
                self.send_response(listener.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_GET  # noqa: N815 - a name of the base class

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


class Mailed(NamedTuple):
    """One message that a mail server had."""

    sender: str
    to: list[str]
    text: bytes


class MailListener:
    """A mail server that takes every message, or refuses each recipient."""

    def __init__(self) -> None:
        self.had: list[Mailed] = []
        self.refuses = False
        listener = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                sender, to = "", []
                self._say("220 here")
                for raw in self.rfile:
                    verb, _, rest = raw.decode().strip().partition(" ")
                    match verb.upper():
                        case "MAIL":
                            sender = rest.partition(":")[2]
                            self._say("250 ok")
                        case "RCPT" if listener.refuses:
                            self._say(f"550 no such person {rest}")
                        case "RCPT":
                            to.append(rest.partition(":")[2])
                            self._say("250 ok")
                        case "DATA":
                            self._say("354 go on")
                            listener.had.append(Mailed(sender, to, self._read()))
                            self._say("250 taken")
                        case "QUIT":
                            self._say("221 bye")
                            return
                        case _:
                            self._say("250 ok")

            def _read(self) -> bytes:
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line.removeprefix(b"."))
                return b"".join(lines)

            def _say(self, words: str) -> None:
                self.wfile.write(words.encode() + b"\r\n")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


def has_bus() -> bool:
    """Tell whether a bus can be started here."""
    return shutil.which("dbus-daemon") is not None


@contextmanager
def running_bus(directory: Path) -> Iterator[str]:
    """Run a session bus of its own; yield its address."""
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    listen = f"--address=unix:path={directory}/bus"
    with subprocess.Popen([*command, listen], stdout=subprocess.PIPE, text=True) as bus:
        assert bus.stdout is not None
        try:
            yield bus.stdout.readline().strip()
        finally:
            bus.terminate()


class DesktopListener:
    """A notification service on a bus; `capabilities` are what it says that it can do."""

    def __init__(self, address: str, capabilities: list[str]) -> None:
        self.had: list[tuple[Any, ...]] = []
        self._capabilities = capabilities
        self._connection = open_dbus_connection(bus=address)
        bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
        name = ("org.freedesktop.Notifications", 4)
        request = new_method_call(bus, "RequestName", "su", name)
        unwrap_msg(self._connection.send_and_get_reply(request, timeout=10))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                message = self._connection.receive()
            except OSError:
                # The bus has ended.
                self._connection.close()
                return
            if message.header.message_type is not MessageType.method_call:
                continue
            if message.header.fields[HeaderFields.member] == "GetCapabilities":
                reply = new_method_return(message, "as", (self._capabilities,))
            else:
                self.had.append(message.body)
                reply = new_method_return(message, "u", (message.body[1] or len(self.had),))
            self._connection.send(reply)
