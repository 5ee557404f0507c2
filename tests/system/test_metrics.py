"""Numbers for monitoring: in a file, at the page's socket, and at its port for who has a token."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.exposition import read_samples
from tests.support.page_daemon import PageDaemon, Visitor

TOKEN = "made-up-for-this-test"
CREATED = 'syncd_records_total{library="mine",decision="create"}'


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}


@pytest.fixture
def at_port(tmp_path: Path, environ: dict[str, str]) -> Iterator[PageDaemon]:
    token = tmp_path / "token"
    token.write_text(TOKEN + "\n")
    token.chmod(0o600)
    more = f'[metrics]\nfile = "{tmp_path}/syncd.prom"\ntoken_file = "{token}"\n'
    with PageDaemon(tmp_path, environ, more) as daemon:
        yield daemon


def wait_for(look: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not look():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_the_file_follows_what_happens(at_port: PageDaemon, tmp_path: Path) -> None:
    path = tmp_path / "syncd.prom"
    (at_port.drop / "one.ris").write_text("TY  - JOUR\nTI  - Of ferns\nER  - \n")

    wait_for(lambda: path.exists() and CREATED in path.read_text())

    samples = read_samples(path.read_text())
    assert samples[CREATED] == 1
    beat = samples['syncd_thread_last_beat_timestamp_seconds{thread="library mine"}']
    assert abs(time.time() - beat) < 120


def test_at_a_port_the_token_is_needed(at_port: PageDaemon, tmp_path: Path) -> None:
    visitor = Visitor(at_port.link())

    assert visitor.get("/metrics").status == 401
    assert visitor.get("/metrics", Authorization="Bearer other").status == 401
    assert visitor.get("/metrics", Authorization=f"Basic {TOKEN}").status == 401
    told = visitor.get("/metrics", Authorization=f"Bearer {TOKEN}")
    assert told.status == 200
    assert 'syncd_library_state{library="mine",state="ok"}' in read_samples(told.text)

    (tmp_path / "token").chmod(0o644)
    assert visitor.get("/metrics", Authorization=f"Bearer {TOKEN}").status == 401
    assert TOKEN not in at_port.log.read_text()
    assert "is open to others" in at_port.log.read_text()


def test_without_a_token_file_a_port_tells_nobody(tmp_path: Path, environ: dict[str, str]) -> None:
    with PageDaemon(tmp_path, environ) as daemon:
        visitor = Visitor(daemon.link())
        visitor.enter()

        assert visitor.get("/metrics", Authorization="Bearer ").status == 401
        assert visitor.get("/metrics", Authorization="Bearer None").status == 401


def test_at_a_socket_whoever_may_open_it_is_told(tmp_path: Path, environ: dict[str, str]) -> None:
    path = tmp_path / "page.sock"
    with PageDaemon(tmp_path, environ, listen=f"unix:{path}") as daemon:
        daemon.link()
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.sendall(
                b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            )
            answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()

    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200")
    assert "text/plain; version=0.0.4" in head
    assert 'syncd_library_state{library="mine",state="ok"}' in read_samples(body)
