"""Fixtures for tests that need the server; a test module names this one in `pytest_plugins`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.fakes.zotero_server.raw import Raw


@pytest.fixture(scope="session")
def _zotero_process() -> Iterator[ZoteroServer]:
    with ZoteroServer.start() as server:
        yield server


@pytest.fixture
def zotero_server(_zotero_process: ZoteroServer) -> ZoteroServer:
    """A server that nobody has used."""
    _zotero_process.reset()
    return _zotero_process


@pytest.fixture
def account(zotero_server: ZoteroServer) -> Account:
    """A user of that server, with an empty library and a key that may do everything."""
    return zotero_server.add_user()


@pytest.fixture
def raw(zotero_server: ZoteroServer, account: Account) -> Raw:
    """Raw HTTP as that user."""
    return Raw(zotero_server, account)
