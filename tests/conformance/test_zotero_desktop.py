"""A library of the running Zotero is a library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest

from adapters.conformance import LibraryConformance, RemoteConformance
from adapters.zotero_desktop import ADAPTER
from syncd.library import Library, Surroundings
from tests.fakes.zotero_desktop.process import ZoteroDesktop
from tests.support.window import Window


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZoteroDesktop]:
    with ZoteroDesktop(tmp_path_factory.mktemp("zotero")).start() as desktop:
        yield desktop


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
    def person(self, desktop: ZoteroDesktop) -> Window:
        return Window(desktop)

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
