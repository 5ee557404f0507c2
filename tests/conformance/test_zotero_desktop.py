"""A library of the running Zotero is a library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest

from adapters.zotero_desktop import ADAPTER
from syncd.library import Library, Surroundings
from syncd.record import ItemKey
from tests.conformance.suite import LibraryConformance, RemoteConformance
from tests.fakes.zotero_desktop.process import ZoteroDesktop


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZoteroDesktop]:
    with ZoteroDesktop(tmp_path_factory.mktemp("zotero")).start() as desktop:
        yield desktop


class Somebody:
    """A person at work in the window."""

    def __init__(self, desktop: ZoteroDesktop) -> None:
        self._desktop = desktop

    def edit(self, key: ItemKey, changes: Mapping[str, Any]) -> None:
        self._desktop.write_item(changes, key)

    def trash(self, key: ItemKey) -> None:
        self._desktop.act("trash", key=key)

    def delete(self, key: ItemKey) -> None:
        self._desktop.act("erase", key=key)


class TestMyLibrary(LibraryConformance, RemoteConformance):
    @pytest.fixture
    def key(self, desktop: ZoteroDesktop) -> str:
        return desktop.allow()

    @pytest.fixture
    def library(self, desktop: ZoteroDesktop, key: str) -> Iterator[Library]:
        library = _open(desktop, key)
        yield library
        library.close()

    @pytest.fixture
    def second_client(self, desktop: ZoteroDesktop, key: str) -> Iterator[Library]:
        library = _open(desktop, key)
        yield library
        library.close()

    @pytest.fixture
    def person(self, desktop: ZoteroDesktop) -> Somebody:
        return Somebody(desktop)

    @pytest.fixture
    def lose_the_next_answer(self, desktop: ZoteroDesktop) -> AbstractContextManager[None]:
        @contextmanager
        def lose() -> Iterator[None]:
            desktop.truncate()
            yield

        return lose()

    @pytest.fixture
    def refuse_the_key(self, desktop: ZoteroDesktop) -> AbstractContextManager[None]:
        @contextmanager
        def refuse() -> Iterator[None]:
            desktop.forget_keys()
            yield

        return refuse()

    @pytest.fixture
    def ask_for_patience(self) -> Callable[[timedelta], AbstractContextManager[None]]:
        pytest.skip("a running Zotero asks nobody for patience")


def _open(desktop: ZoteroDesktop, key: str) -> Library:
    options = {"url": desktop.url}
    assert ADAPTER.check_options(options) == {}
    return ADAPTER.open(options, Surroundings("desk", find_key=lambda: key))
