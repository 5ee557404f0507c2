"""A library on a Zotero server is a library, with either way of counting versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest

from adapters.conformance import AdapterConformance, RemoteConformance
from syncd.record import ItemKey
from tests.fakes.zotero_server.process import Account, ZoteroServer

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)


class Somebody:
    """A person at work in a library on the test server."""

    def __init__(self, server: ZoteroServer, library: str) -> None:
        self._server = server
        self._library = library

    def edit(self, key: ItemKey, changes: Mapping[str, Any]) -> None:
        self._server.write_item(self._library, changes, key)

    def trash(self, key: ItemKey) -> None:
        self._server.trash(self._library, key)

    def delete(self, key: ItemKey) -> None:
        self._server.delete(self._library, key)


class TestUserLibrary(AdapterConformance, RemoteConformance):
    adapter = "zotero-web"

    @pytest.fixture
    def place(self, zotero_server: ZoteroServer) -> Account:
        return zotero_server.add_user()

    @pytest.fixture
    def options(self, zotero_server: ZoteroServer, place: Account) -> Mapping[str, object]:
        kind, number = place.library.split("/")
        return {
            "library_type": kind.removesuffix("s"),
            "library_id": int(number),
            "api_url": zotero_server.url,
        }

    @pytest.fixture
    def access_key(self, place: Account) -> str:
        return place.key

    @pytest.fixture
    def person(self, zotero_server: ZoteroServer, place: Account) -> Somebody:
        return Somebody(zotero_server, place.library)

    @pytest.fixture
    def lose_the_next_answer(self, zotero_server: ZoteroServer) -> AbstractContextManager[None]:
        @contextmanager
        def lose() -> Iterator[None]:
            zotero_server.arm("lost reply", method="POST")
            yield

        return lose()

    @pytest.fixture
    def refuse_the_key(
        self, zotero_server: ZoteroServer, place: Account
    ) -> AbstractContextManager[None]:
        @contextmanager
        def refuse() -> Iterator[None]:
            zotero_server.revoke(place.key)
            yield

        return refuse()

    @pytest.fixture
    def ask_for_patience(
        self, zotero_server: ZoteroServer
    ) -> Callable[[timedelta], AbstractContextManager[None]]:
        @contextmanager
        def ask(wait: timedelta) -> Iterator[None]:
            seconds = str(int(wait.total_seconds()))
            zotero_server.arm("status", status=429, headers={"Retry-After": seconds})
            yield

        return ask


class TestUserLibraryOnAnOlderServer(TestUserLibrary):
    """Here a whole batch gets one version."""

    @pytest.fixture
    def place(self, zotero_server: ZoteroServer) -> Account:
        zotero_server.configure(one_version_per_batch=True)
        return zotero_server.add_user()


class TestGroupLibrary(TestUserLibrary):
    @pytest.fixture
    def place(self, zotero_server: ZoteroServer) -> Account:
        return zotero_server.add_group(zotero_server.add_user(), name="Lab")
