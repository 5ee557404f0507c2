"""Connections of the page: what is told where none can be had."""

from __future__ import annotations

import errno
import logging
import socket
from contextlib import closing
from pathlib import Path

import pytest

from syncd.page import server as page_server
from syncd.page.server import PageServer
from syncd.settings import PageSettings


class Deaf(socket.socket):
    """A socket of a process that has too many files open, as long as it is so."""

    is_deaf = True

    def accept(self) -> tuple[socket.socket, str]:
        if self.is_deaf:
            raise OSError(errno.EMFILE, "Too many open files")
        return self, ""


def test_that_no_connection_can_be_had_is_told_once_until_one_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_server, "_TAKING_BREATH", 0)
    server = PageServer(PageSettings(socket=tmp_path / "page.sock"))
    with closing(server.socket), Deaf() as deaf, caplog.at_level(logging.WARNING):
        server.socket = deaf
        for _ in range(3):
            with pytest.raises(OSError, match="Too many"):
                server.get_request()
        assert caplog.messages == ["browsers cannot be heard: Too many open files"]

        deaf.is_deaf = False
        server.get_request()
        deaf.is_deaf = True
        with pytest.raises(OSError, match="Too many"):
            server.get_request()

    assert len(caplog.messages) == 2
