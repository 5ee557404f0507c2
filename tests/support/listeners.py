"""Those who are told something: a web server, a mail server, and a desktop on a bus of its own."""

from __future__ import annotations

import base64
import http.server
import json
import shutil
import socketserver
import ssl
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
    """A mail server that takes every message, or refuses each recipient.

    With `certificate` (a file with key and certificate) it offers STARTTLS; with `login` it takes
    nothing from others, and says how to tell it only where it is `open` or through TLS.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        certificate: Path | None = None,
        login: tuple[str, str] | None = None,
        *,
        is_open: bool = False,
    ) -> None:
        self.had: list[Mailed] = []
        self.verbs: list[str] = []
        """What was said to it, the first word of each line; through TLS in small letters."""
        self.refuses = False
        self.certificate = certificate
        self.login = login
        self.is_open = is_open
        self._server = _MailServer((host, 0), _MailConversation)
        self._server.listener = self
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


class _MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    listener: MailListener


class _MailConversation(socketserver.StreamRequestHandler):
    server: _MailServer

    def handle(self) -> None:
        self._listener = self.server.listener
        self._is_known = self._listener.login is None
        self._is_safe = False
        self._sender, self._to = "", list[str]()
        self._say("220 here")
        while raw := self.rfile.readline():
            verb, _, rest = raw.decode().strip().partition(" ")
            self._listener.verbs.append(verb.lower() if self._is_safe else verb.upper())
            hear = getattr(self, f"_hear_{verb.lower()}", None)
            if hear is None:
                self._say("250 ok")
            else:
                hear(rest)
            if verb.upper() == "QUIT":
                return

    def finish(self) -> None:
        super().finish()
        # Through TLS it is another one than the server knows.
        self.connection.close()

    def _hear_ehlo(self, _rest: str) -> None:
        mine = self._listener
        offers = ["here"]
        offers += ["STARTTLS"] if mine.certificate and not self._is_safe else []
        offers += ["AUTH PLAIN"] if mine.login and (self._is_safe or mine.is_open) else []
        for each in offers[:-1]:
            self._say(f"250-{each}")
        self._say(f"250 {offers[-1]}")

    def _hear_starttls(self, _rest: str) -> None:
        assert self._listener.certificate is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._listener.certificate)
        self._say("220 go on")
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self._is_safe = True

    def _hear_auth(self, rest: str) -> None:
        login = self._listener.login
        assert login is not None
        told = base64.b64decode(rest.partition(" ")[2]).decode()
        self._is_known = told == "\0" + "\0".join(login)
        self._say("235 welcome" if self._is_known else f"535 you are not {login[0]}")

    def _hear_mail(self, rest: str) -> None:
        self._sender = rest.partition(":")[2]
        self._say("250 ok" if self._is_known else "530 who are you?")

    def _hear_rcpt(self, rest: str) -> None:
        if self._listener.refuses:
            self._say(f"550 no such person {rest}")
            return
        self._to.append(rest.partition(":")[2])
        self._say("250 ok")

    def _hear_data(self, _rest: str) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        self._listener.had.append(Mailed(self._sender, self._to, b"".join(lines)))
        self._say("250 taken")

    def _hear_quit(self, _rest: str) -> None:
        self._say("221 bye")

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


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
