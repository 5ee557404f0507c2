"""What the test servers share: a process that serves until its parent goes, and its side door."""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TextIO

SIDE_DOOR = "/_test/"
"""Below this path tests speak to a server, and no client does."""

_ROOT = Path(__file__).resolve().parents[2]


class LoopbackServer(ThreadingHTTPServer):
    """A process's one server, on the loopback interface."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", port), handler)

    def run(self, until: TextIO | None) -> None:
        """Print the port and serve, for ever or until this stream ends."""
        print(self.server_port, flush=True)
        if until is not None:
            threading.Thread(target=self._stop_after, args=(until,), daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):
            self.serve_forever(poll_interval=0.05)
        self.server_close()

    def _stop_after(self, stream: TextIO) -> None:
        while stream.read(1024):
            pass
        self.shutdown()


class ServerProcess:
    """A server in a process of its own, which ends with this one at the latest."""

    def __init__(self, module: str, *arguments: str | Path) -> None:
        """Start it. Raises `RuntimeError` where it does not get so far as to print its port."""
        command = [sys.executable, "-m", module, "--until-eof", *map(str, arguments)]
        self.process = subprocess.Popen(
            command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.strip().isdecimal():
            self.kill()
            raise RuntimeError(f"{module} did not start (it said {line!r})")
        self.port = int(line)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.wait(10)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def hang_up(self) -> None:
        """Let go of its standard input, as the end of this process would."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def wait(self) -> int:
        """Wait for it to end by itself and return its exit code."""
        code = self.process.wait(10)
        self.kill()
        return code


def ask_side_door(port: int, method: str, what: str, document: Any = None) -> Any:
    """Ask a server for what no client may. A text goes as it is, everything else as JSON."""
    body = document if isinstance(document, str) else json.dumps(document)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, SIDE_DOOR + what.replace(" ", "%20"), body.encode())
        response = connection.getresponse()
        answer = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise RuntimeError(f"side door {what}: {response.status} {answer.decode()}")
    return json.loads(answer)


def count_objects(method: str, body: bytes) -> int:
    """Say how many objects a request writes."""
    if method != "POST":
        return 0
    try:
        objects = json.loads(body)
    except ValueError:
        return 0
    return len(objects) if isinstance(objects, list) else 0
