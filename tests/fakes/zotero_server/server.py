"""The HTTP side: sockets, threads, headers, and answers that go wrong on order."""

from __future__ import annotations

import contextlib
import gzip
import os
import socket
import struct
import time
from http.client import responses
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.serving import LoopbackServer, count_objects
from tests.fakes.zotero_server.access import secret_of
from tests.fakes.zotero_server.admin import PREFIX, Admin
from tests.fakes.zotero_server.answers import CrashError, Request, Response
from tests.fakes.zotero_server.api import Api
from tests.fakes.zotero_server.faults import Fault, FaultKind
from tests.fakes.zotero_server.world import World

_GZIP_FROM = 1000
_PORTAL = b"<!DOCTYPE html><html><body><h1>Please log in to this network</h1></body></html>"
_INSTEAD = (
    FaultKind.STATUS,
    FaultKind.RESET,
    FaultKind.HTML,
    FaultKind.REDIRECT,
)


class Server(LoopbackServer):
    """The process's one server."""

    def __init__(self, port: int, world: World) -> None:
        self.world = world
        self.api = Api(world)
        self.admin = Admin(world)
        super().__init__(port, Handler)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_expect_100(self) -> bool:
        """Leave `Expect` to the API, which refuses it."""
        return True

    def log_message(self, *args: object) -> None:
        """Say nothing: the journal is read through the side door."""

    def handle(self) -> None:
        """Serve the connection until either side has enough of it."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            super().handle()

    def _serve(self) -> None:
        request = self._read_request()
        if request.path.startswith(PREFIX):
            self._send(request, self.server.admin.answer(request))
            return
        if request.method == "GET" and self.server.world.settings.delay_per_read:
            time.sleep(self.server.world.settings.delay_per_read)
        fault = self.server.world.faults.choose(request)
        if fault is not None and fault.kind in _INSTEAD:
            self._misbehave(request, fault)
            return
        response = self._respond(request, fault)
        sent = fault is None or fault.kind is not FaultKind.LOST_REPLY
        objects = _count_objects(request)
        self.server.world.record(request, response.status if sent else None, objects)
        self._deliver(request, response, fault)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - names of the base class

    def _read_request(self) -> Request:
        split = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        return Request(
            self.command,
            unquote(split.path).rstrip("/") or "/",
            parse_qs(split.query, keep_blank_values=True),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
            self.client_address[0],
            self.headers.get("Host", ""),
        )

    def _respond(self, request: Request, fault: Fault | None) -> Response:
        """Carry the request out; a crash in it becomes a 500."""
        crash_after = None
        if fault is not None and fault.kind is FaultKind.REVOKED:
            self.server.world.revoke(secret_of(request) or "")
        if fault is not None and fault.kind is FaultKind.HALF_BATCH:
            half = max(1, _count_objects(request) // 2)
            crash_after = int(fault.options.get("objects", half))
        try:
            return self.server.api.answer(request, crash_after)
        except CrashError:
            return Response(500, b"An error occurred")

    def _misbehave(self, request: Request, fault: Fault) -> None:
        """Answer without having done anything."""
        options = fault.options
        if fault.kind is FaultKind.RESET:
            self.server.world.record(request, None, _count_objects(request))
            self._reset()
            return
        response = Response(
            int(options.get("status", 200)),
            str(options.get("body", "")).encode(),
            headers={name: str(value) for name, value in options.get("headers", {}).items()},
        )
        if fault.kind is FaultKind.HTML:
            response = Response(200, _PORTAL, "text/html")
        if fault.kind is FaultKind.REDIRECT:
            status = int(options.get("status", 302))
            response = Response(status, headers={"Location": str(options["location"])})
        self.server.world.record(request, response.status, _count_objects(request))
        self._send(request, response)

    def _deliver(self, request: Request, response: Response, fault: Fault | None) -> None:
        """Send an answer, or spoil it."""
        kind = fault.kind if fault else None
        seconds = float(fault.options.get("seconds", 1)) if fault else 0.0
        if kind is FaultKind.BACKOFF:
            response.headers["Backoff"] = f"{seconds:g}"
        if kind is FaultKind.SLOW:
            time.sleep(seconds)
        if kind is FaultKind.LOST_REPLY:
            self._hang_up()
        elif kind in (FaultKind.TRUNCATED, FaultKind.RESET_REPLY, FaultKind.STALL):
            self._send_half(request, response, kind, seconds)
        else:
            self._send(request, response)

    def _send_half(
        self, request: Request, response: Response, kind: FaultKind, seconds: float
    ) -> None:
        whole = self._encoded(request, response)
        head = len(whole) - len(response.body)
        cut = head + len(response.body) // 2
        self.wfile.write(whole[:cut])
        if kind is FaultKind.STALL:
            time.sleep(seconds)
            self.wfile.write(whole[cut:])
        elif kind is FaultKind.RESET_REPLY:
            self._reset()
        else:
            self._hang_up()

    def _send(self, request: Request, response: Response) -> None:
        self.wfile.write(self._encoded(request, response))

    def _encoded(self, request: Request, response: Response) -> bytes:
        if "gzip" in request.headers.get("accept-encoding", "") and (
            len(response.body) > _GZIP_FROM
        ):
            response.body = gzip.compress(response.body, 1)
            response.headers["Content-Encoding"] = "gzip"
        headers = {"Content-Type": response.content_type} if response.body else {}
        headers |= response.headers | {"Content-Length": str(len(response.body))}
        lines = [f"HTTP/1.1 {response.status} {responses.get(response.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + response.body

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _reset(self) -> None:
        """Close so that the other side sees a reset, not an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        os.close(self.connection.detach())


def _count_objects(request: Request) -> int:
    try:
        return count_objects(request.method, request.content())
    except OSError:
        return 0
