"""The HTTP side of the page: one thread that listens, one for each connection, and the limits.

Streams of events leave their connection's thread; see `streams`.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import socket
import socketserver
import stat
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from syncd.errors import StateError
from syncd.page.replies import HEADERS, Reply
from syncd.page.streams import Streams
from syncd.settings import PageSettings
from syncd.system.memory import give_back
from syncd.system.printable import printable

log = logging.getLogger(__name__)

_AT_ONCE = 64
"""Connections, each of which is a thread; more of them are closed at once."""
_SECONDS = 10.0
"""So long a request may take to arrive, however slowly, and its answer to leave."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_MOST_BYTES = 64 << 10
_MOST_FIELDS = 600
_SOCKET_MODE = 0o600
_TAKING_BREATH = 0.1
"""So many seconds nothing is tried where no connection can be had."""
_JOINING = 1.0


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a browser asks for; `query` and `form` have every value of a name."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    form: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]

    @property
    def is_opened(self) -> bool:
        """Whether a person opens it, rather than a page that is open already asks for it."""
        return self.headers.get("sec-fetch-dest", "document") == "document"

    def first(self, name: str) -> str:
        """Return a parameter's first value, of the form or else of the query; empty if none."""
        return next(iter([*self.form.get(name, ()), *self.query.get(name, ())]), "")


Answer = Callable[[PageRequest], Reply]


class PageServer(ThreadingHTTPServer):
    """Listens where the settings say, and gives each request to `answer`.

    `look` returns all that is to be seen; browsers that listen are told when it changes.
    Raises `StateError` where it cannot listen.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, settings: PageSettings) -> None:
        self.answer: Answer = lambda _request: Reply(HTTPStatus.NOT_FOUND)
        self.look: Callable[[], str] = str
        self.streams = Streams(lambda: self.look())
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        self._is_deaf = False
        """Whether it was told already that no connection can be had."""
        self.path = settings.socket
        self._made = 0
        """Which file the socket is."""
        if self.path is not None:
            self.address_family = socket.AF_UNIX
            _expect_free(self.path)
        where = str(self.path or settings.address)
        try:
            super().__init__(self.path or settings.address, Handler)  # type: ignore[arg-type]
        except OSError as error:
            raise StateError(f"the page cannot listen at {where}: {error.strerror}") from error

    def server_bind(self) -> None:
        """Take the place; a socket is its owner's alone from the start."""
        if self.path is None:
            # Not as the base class does it: that asks the name service, which may take for ever.
            socketserver.TCPServer.server_bind(self)
            self.server_name, self.server_port = self.socket.getsockname()[:2]
            return
        before = os.umask(0o777 & ~_SOCKET_MODE)
        try:
            self.socket.bind(str(self.path))
        finally:
            os.umask(before)
        self._made = self.path.lstat().st_ino
        self.server_name, self.server_port = "localhost", 0

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take the next connection; what comes by a socket has no address."""
        try:
            connection, address = self.socket.accept()
        except OSError as error:
            # Closed on purpose, or too many files are open just now, which passes.
            if not self._stopping.wait(_TAKING_BREATH) and not self._is_deaf:
                self._is_deaf = True
                log.warning("browsers cannot be heard: %s", error.strerror)
            raise
        self._is_deaf = False
        return connection, address or ("socket", 0)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give a connection a thread of its own, unless there are too many already."""
        if not self._slots.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one connection to its end, in its thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()
            # Browsers keep a connection while they ask for more, so this is the end of a look.
            give_back()

    def start(self) -> None:
        """Begin to answer."""
        self._thread = threading.Thread(target=self._serve, name="page", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        # `serve_forever` would wake up several times a second to see whether it is to end.
        while not self._stopping.is_set():
            self.handle_request()

    def stop(self) -> None:
        """Answer nobody any more, and end the streams."""
        self._stopping.set()
        with contextlib.suppress(OSError):
            # Whoever waits for the next connection is told that there will be none.
            self.socket.shutdown(socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join(_JOINING)
        self.server_close()
        self.streams.close()
        if self.path is not None:
            with contextlib.suppress(OSError):
                # Somebody else may listen there by now.
                if self.path.lstat().st_ino == self._made:
                    self.path.unlink()

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which a browser may ask for it; none where it is a socket."""
        if self.path is not None:
            return frozenset()
        return frozenset(
            f"{name}:{self.server_port}" for name in ("127.0.0.1", "localhost", "[::1]")
        )

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that broke off is nothing to tell of."""
        log.debug("a connection to the page broke off")


def _expect_free(path: Path) -> None:
    """Take away the socket of a daemon that is gone.

    Raises `StateError` where one listens, or where something else is than a socket.
    """
    if _is_open_to_others(path.parent):
        told = f"others could put their own page there; `chmod go-w {path.parent}`"
        raise StateError(told, path=path)
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise StateError("is something else than a socket; the page leaves it there", path=path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            path.unlink()
            return
        except OSError as error:
            raise StateError(f"cannot be used for the page: {error.strerror}", path=path) from error
    raise StateError("another daemon's page listens here", path=path)


def _is_open_to_others(directory: Path) -> bool:
    try:
        mode = directory.stat().st_mode
    except OSError:
        # What is wrong with it shows when the socket is made.
        return False
    return bool(mode & (stat.S_IWGRP | stat.S_IWOTH)) and not mode & stat.S_ISVTX


class _Arriving(io.RawIOBase):
    """What comes in by a connection, until a request has taken too long."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._until = 0.0

    def begin(self) -> None:
        """Another request may take its time."""
        self._until = time.monotonic() + _SECONDS

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes. Raises `TimeoutError` where the request has taken too long."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the request takes too long")
        self._connection.settimeout(left)
        try:
            return self._connection.recv_into(buffer)
        finally:
            self._connection.settimeout(_SECONDS)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: PageServer
    protocol_version = "HTTP/1.1"
    timeout = _SECONDS
    server_version = ""
    sys_version = ""

    def setup(self) -> None:
        """Read with a deadline for each request, not for each piece of it."""
        super().setup()
        self.rfile.close()
        self._arriving = _Arriving(self.connection)
        self.rfile = io.BufferedReader(self._arriving)

    def handle_one_request(self) -> None:
        """Answer the next request."""
        self._arriving.begin()
        super().handle_one_request()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        """Tell the log of a request, without what an address may hold."""
        log.debug("page: %s %s", self.command, printable(urlsplit(self.path).path))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse a request without repeating any of it."""
        self.close_connection = True
        self._send(Reply(code, HTTPStatus(code).phrase.encode(), "text/plain"))

    def _answer(self) -> None:
        request = self._read()
        if request is None:
            return
        try:
            reply = self.server.answer(request)
        except Exception:
            log.exception("the page could not answer")
            self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR)
            return
        if reply.content_type == "text/event-stream":
            self._stream()
        else:
            self._send(reply)

    do_GET = do_POST = _answer  # noqa: N815 - names of the base class

    def _read(self) -> PageRequest | None:
        """Return the request, or None where it was refused."""
        if not self._is_well_formed():
            self.send_error(HTTPStatus.BAD_REQUEST)
            return None
        hosts = self.headers.get_all("Host") or []
        if len(hosts) != 1 or (self.server.hosts and hosts[0] not in self.server.hosts):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return None
        if not self.path.startswith("/") or self.path.startswith("//"):
            self.send_error(HTTPStatus.BAD_REQUEST)
            return None
        body = self._read_body()
        if body is None:
            return None
        split = urlsplit(self.path)
        try:
            query = parse_qs(split.query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
            form = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError:
            self.send_error(HTTPStatus.BAD_REQUEST)
            return None
        headers = {name.lower(): value for name, value in self.headers.items()}
        return PageRequest(self.command, split.path, query, form, headers)

    def _is_well_formed(self) -> bool:
        """Say whether a proxy before us must read the same request out of these bytes as we do."""
        names = [name.lower() for name in self.headers]
        return (
            not self.headers.defects
            and not self.headers.get_payload()
            and all(map(_HEADER_NAME.fullmatch, names))
            and names.count("content-length") <= 1
            and not any("\n" in value or "\r" in value for value in self.headers.values())
        )

    def _read_body(self) -> bytes | None:
        if "Transfer-Encoding" in self.headers:
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
            return None
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal():
            self.send_error(HTTPStatus.BAD_REQUEST)
            return None
        if int(length) > _MOST_BYTES:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return None
        return self.rfile.read(int(length))

    def _send(self, reply: Reply) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            self.send_response_only(reply.status)
            for name, value in {**HEADERS, **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(reply.body)

    def _stream(self) -> None:
        if not self.server.streams.has_room:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        self.close_connection = True
        with contextlib.suppress(ConnectionError, TimeoutError):
            self.send_response_only(HTTPStatus.OK)
            for name, value in HEADERS.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            # This thread ends, and closes what it has of the connection: nothing any more.
            self.server.streams.add(socket.socket(fileno=self.connection.detach()))
