"""How much of an answer is read, and for how long, with a real server at the other end."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from adapters.transport import Transport, open_client
from syncd.errors import OutcomeUnknownError, UnavailableError

Behave = Callable[[BaseHTTPRequestHandler, threading.Event], None]


@contextmanager
def server(behave: Behave) -> Iterator[str]:
    """Serve one behaviour on loopback until the block ends."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with suppress(OSError):
                behave(self, over)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}"
    finally:
        over.set()
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def answer(handler: BaseHTTPRequestHandler, body: bytes, **headers: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def packed(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    pieces = [packer.compress(b" " * (1 << 20)) for _ in range(megabytes)]
    return b"".join([*pieces, packer.compress(b"[]"), packer.flush()])


def bomb(handler: BaseHTTPRequestHandler, _over: threading.Event) -> None:
    answer(handler, packed(300), Content_Encoding="gzip")


def large_page(handler: BaseHTTPRequestHandler, _over: threading.Event) -> None:
    answer(handler, packed(30), Content_Encoding="gzip")


def dripping_body(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not over.wait(0.02):
        handler.wfile.write(b" ")


def dripping_headers(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not over.wait(0.02):
        handler.wfile.write(b"x")


def test_a_page_of_large_items_is_read() -> None:
    with server(large_page) as url, open_client(Transport(url)) as client:
        assert client.get(url + "/items").json() == []


def test_an_answer_that_unpacks_to_far_more_is_not_read_to_its_end() -> None:
    with server(bomb) as url, open_client(Transport(url)) as client:
        with pytest.raises(UnavailableError, match="more than 64 MB"):
            client.get(url + "/items")
        with pytest.raises(OutcomeUnknownError, match="more than 64 MB"):
            client.post(url + "/items", json=[])


@pytest.mark.parametrize("behave", [dripping_body, dripping_headers])
def test_an_answer_that_never_ends_is_cut_off(behave: Behave) -> None:
    with server(behave) as url:
        transport = Transport(url, longest=timedelta(seconds=0.3))
        with open_client(transport) as client:
            with pytest.raises(UnavailableError, match="not complete after"):
                client.get(url + "/items")
            with pytest.raises(OutcomeUnknownError, match="not complete after"):
                client.post(url + "/items", json=[])


def test_the_time_of_one_request_is_not_that_of_the_next() -> None:
    longest = timedelta(seconds=2)
    with (
        server(lambda handler, _over: answer(handler, b"[]")) as url,
        open_client(Transport(url, longest=longest)) as client,
    ):
        for _ in range(5):
            threading.Event().wait(0.5)
            assert client.get(url + "/items").json() == []
