"""Whoever means harm: bytes that two readers would read differently, floods, and false places."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.errors import StateError
from syncd.page import server as page_server
from syncd.page.server import PageServer
from syncd.settings import PageSettings
from tests.support.page_daemon import PageDaemon, Visitor

HOSTILE_NAME = "=cmd<script>alert(1)<!--.ris"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageDaemon]:
    root = tmp_path_factory.mktemp("page")
    with PageDaemon(root, {"HOME": str(root), "PATH": "/usr/bin:/bin"}) as running:
        (running.drop / HOSTILE_NAME).write_text(
            "TY  - JOUR\nTI  - =HYPERLINK(evil)\nAU  - O'Neil, Bob\nDO  - 10.5555/hostile\nER  - \n"
        )
        yield running


@pytest.fixture
def visitor(daemon: PageDaemon) -> Visitor:
    visitor = Visitor(daemon.link())
    visitor.enter()
    return visitor


def say(visitor: Visitor, *lines: str, body: str = "") -> bytes:
    """Say these lines as they are, and return all that comes back until the end."""
    host, port = visitor.host.split(":")
    head = [*lines, f"Host: {visitor.host}", f"Cookie: {visitor.cookie}", "", body]
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall("\r\n".join(head).encode("latin-1"))
        connection.shutdown(socket.SHUT_WR)
        heard = b""
        with contextlib.suppress(ConnectionError):
            while part := connection.recv(65536):
                heard += part
    return heard


HIDDEN = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 0", f"Content-Length: {len(HIDDEN)}"),
        (f"Content-Length : {len(HIDDEN)}",),
        ("X: 1", f" Content-Length: {len(HIDDEN)}"),
        (f"Content-Length:\r\n {len(HIDDEN)}",),
        (f"Content-Length: +{len(HIDDEN)}",),
        (f"Content-Length: {len(HIDDEN)}, {len(HIDDEN)}",),
        ("no header at all",),
        ("Transfer-Encoding: chunked",),
        ("transfer-encoding: identity",),
    ],
)
def test_what_two_servers_would_read_differently_is_read_by_none(
    visitor: Visitor, lines: tuple[str, ...]
) -> None:
    heard = say(visitor, "GET /healthz HTTP/1.1", *lines, body=HIDDEN)

    assert heard.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 411 "))
    assert heard.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close" in heard


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get"])
def test_other_methods_are_not_heard_and_not_repeated(visitor: Visitor, method: str) -> None:
    heard = say(visitor, f"{method} /?secret HTTP/1.1")

    assert heard.startswith(b"HTTP/1.1 501 ")
    assert b"secret" not in heard


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/assets/../server.py",
        "/assets/%2e%2e/%2e%2e/server.py",
        "/assets/page.css%00.html",
        "/files/..%2f..%2fledger.sqlite",
    ],
)
def test_there_are_no_files_behind_addresses(visitor: Visitor, path: str) -> None:
    assert say(visitor, f"GET {path} HTTP/1.1", "Connection: close").startswith(b"HTTP/1.1 404 ")


def test_no_header_comes_out_of_what_was_asked(visitor: Visitor) -> None:
    form = {
        "form_token": visitor.form_token(),
        "question": "1-x",
        "answer": "skip",
        "reason": "x\r\nSet-Cookie: a=b",
    }

    told = visitor.post("/answer", form)

    assert "set-cookie" not in told.headers


@pytest.mark.parametrize("path", ["/answer?answer=skip&question=1-x", "/undo?given=1", "/do"])
def test_no_look_changes_anything(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status == 404


def test_a_file_name_means_no_harm_in_a_picture_and_in_a_table(visitor: Visitor) -> None:
    for path in ("/numbers/flow.svg?file=1", "/numbers", "/files"):
        shown = visitor.get(path).text
        assert "<script>alert" not in shown
    for path in ("/numbers/flow.csv?file=1", "/numbers/growth.csv", "/numbers/runs.csv"):
        cells = [cell for line in visitor.get(path).text.splitlines() for cell in line.split(",")]
        assert not [cell for cell in cells if cell.strip('"').startswith(("=", "+", "@"))]


def test_cookies_that_others_left_here_do_not_lock_anybody_out(visitor: Visitor) -> None:
    visitor.cookie = f'other={{"a": "b,c"}}; @=;; {visitor.cookie}; syncd-1=x'

    assert visitor.get("/").status == 200


def test_a_crowd_is_turned_away_and_everybody_else_served_afterwards(visitor: Visitor) -> None:
    host, port = visitor.host.split(":")
    with contextlib.ExitStack() as crowd:
        for _ in range(page_server._AT_ONCE):
            crowd.enter_context(socket.create_connection((host, int(port)), timeout=20))

        with pytest.raises((ConnectionError, http.client.BadStatusLine)):
            visitor.get("/healthz")

    # Each of them is let go when its thread has noticed that nobody is there any more.
    for _ in range(200):
        with contextlib.suppress(ConnectionError, http.client.BadStatusLine):
            if visitor.get("/healthz").status == 200:
                return
    raise AssertionError("nobody is served any more")


def test_a_request_that_comes_too_slowly_is_given_up() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        arriving = page_server._Arriving(ours)
        arriving.begin()
        theirs.send(b"G")
        assert arriving.read(1) == b"G"
        # However often something more of it comes.
        theirs.send(b"E")
        arriving._until = 0

        with pytest.raises(TimeoutError):
            arriving.read(1)


class TestSockets:
    def test_a_file_that_is_no_socket_is_left_where_it_is(self, tmp_path: Path) -> None:
        path = tmp_path / "thesis.docx"
        path.write_text("years of work")

        with pytest.raises(StateError, match="something else than a socket"):
            PageServer(PageSettings(socket=path))

        assert path.read_text() == "years of work"

    def test_a_link_to_somebody_elses_socket_is_not_listened_at(self, tmp_path: Path) -> None:
        (tmp_path / "page.sock").symlink_to(tmp_path / "elsewhere.sock")

        with pytest.raises(StateError, match="something else than a socket"):
            PageServer(PageSettings(socket=tmp_path / "page.sock"))

        assert not (tmp_path / "elsewhere.sock").exists()

    def test_a_folder_in_which_others_may_write_is_no_place(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o777)

        with pytest.raises(StateError, match="chmod go-w"):
            PageServer(PageSettings(socket=tmp_path / "page.sock"))

    def test_the_socket_is_for_its_owner_and_of_a_dead_daemon_taken_over(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "page.sock"
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))

        server = PageServer(PageSettings(socket=path))
        mode = path.stat().st_mode & 0o777
        server.start()
        server.stop()

        assert mode == 0o600
        assert not path.exists()

    def test_another_ones_socket_is_not_taken_away_at_the_end(self, tmp_path: Path) -> None:
        path = tmp_path / "page.sock"
        server = PageServer(PageSettings(socket=path))
        server.start()
        path.rename(tmp_path / "moved.sock")
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(path))

            server.stop()

            assert path.exists()


def test_stopping_does_not_wait_for_who_says_nothing() -> None:
    server = PageServer(PageSettings(address=("127.0.0.1", 0)))
    server.start()
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=20):
        stopped = threading.Thread(target=server.stop)
        stopped.start()
        stopped.join(5)

        assert not stopped.is_alive()


def test_listening_asks_no_name_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda _: pytest.fail("asked"))

    with PageServer(PageSettings(address=("127.0.0.1", 0))) as server:
        assert server.hosts >= {f"127.0.0.1:{server.server_port}"}
