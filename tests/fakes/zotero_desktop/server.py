"""The HTTP side: one connection for each request, and everything that can go wrong with it."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.fakes.serving import SIDE_DOOR, LoopbackServer, count_objects
from tests.fakes.zotero_desktop.api import Answer, Api, Request
from tests.fakes.zotero_desktop.connector import save_items
from tests.fakes.zotero_desktop.persons import act, state
from tests.fakes.zotero_desktop.world import World

_PHRASES = {200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request", 403: "Forbidden"}
"""The program knows few; of the others it says "undefined"."""


class Server(LoopbackServer):
    """The process's one server.

    It is *starting* for the first `starts_in` seconds; `/api/` touched in that time *freezes* it.
    """

    def __init__(self, port: int, world: World, starts_in: float) -> None:
        self.world = world
        self.api = Api(world)
        self.ready_at = time.monotonic() + starts_in
        self.frozen = False
        self.truncates = 0
        """So many answers to writes are still to break off half-way."""
        super().__init__(port, Handler)

    @property
    def is_starting(self) -> bool:
        return time.monotonic() < self.ready_at


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    protocol_version = "HTTP/1.0"

    def log_message(self, *args: object) -> None:
        """Say nothing: requests are counted by the world."""

    def _serve(self) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            self._answer()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the base class's names

    def _answer(self) -> None:
        split = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            return  # Half a request does nothing.
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        request = Request(self.command, split.path, query, headers, body)
        if split.path.startswith(SIDE_DOOR):
            self._send(self._side_door(unquote(split.path).removeprefix(SIDE_DOOR), request))
            return
        self.server.world.requests.append(
            {
                "method": self.command,
                "path": split.path,
                "query": query,
                "objects": count_objects(self.command, body),
            }
        )
        if headers.get("user-agent", "").startswith("Mozilla/") or "origin" in headers:
            return
        if split.path.startswith("/api/"):
            self._local_api(request)
        else:
            self._connector(request)

    def _local_api(self, request: Request) -> None:
        if self.server.frozen:
            self._hang()
            return
        if self.server.is_starting:
            self.server.frozen = True
            self._send(Answer(500))
            return
        answer = self.server.api.answer(request)
        if request.method == "POST" and answer.status == 200 and self.server.truncates:
            self.server.truncates -= 1
            self._send(answer, part=0.5)
            return
        self._send(answer)

    def _connector(self, request: Request) -> None:
        match request.path:
            case "/connector/ping":
                self._send(Answer(200, "<!DOCTYPE html><html>Zotero is running</html>"))
            case "/connector/getSelectedCollection" if request.method == "POST":
                if self.server.is_starting or self.server.frozen:
                    self._hang(until_ready=not self.server.frozen)
                self._send(Answer(200, self.server.world.settings["selected"]))
            case "/connector/saveItems" if request.method == "POST":
                answer = save_items(self.server.world, request)
                if self.server.truncates:
                    # An answer without a body is lost whole.
                    self.server.truncates -= 1
                    return
                self._send(answer)
            case _:
                self._send(Answer(404, "No endpoint found"))

    def _hang(self, *, until_ready: bool = False) -> None:
        while self.server.frozen or (until_ready and self.server.is_starting):
            time.sleep(0.02)

    def _send(self, answer: Answer, part: float = 1.0) -> None:
        body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        content_type = "text/plain" if isinstance(answer.body, str) else "application/json"
        lines = [f"HTTP/1.0 {answer.status} {_PHRASES.get(answer.status, 'undefined')}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        lines += [f"Content-Type: {content_type}"]
        encoded = body.encode()
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.wfile.write(head + encoded[: int(len(encoded) * part)])
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)

    def _side_door(self, what: str, request: Request) -> Answer:
        document: Any = json.loads(request.body or b"null")
        world = self.server.world
        match what:
            case "act":
                return Answer(200, {"key": act(world, **document)})
            case "settings":
                world.settings |= document
            case "truncate":
                self.server.truncates = int(document)
            case "forget keys":
                world.remember([])
            case "new key":
                world.remember([*world.remembered_keys(), document])
            case "requests":
                seen, world.requests = world.requests, []
                return Answer(200, seen)
            case "state":
                return Answer(200, state(world, request.query["library"]))
            case _:
                return Answer(404, "no such deed")
        return Answer(200, {})
