"""A library of the running Zotero is a library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest

from adapters.conformance import AdapterConformance, RemoteConformance
from tests.fakes.zotero_desktop.process import ZoteroDesktop
from tests.support.window import Window


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZoteroDesktop]:
    with ZoteroDesktop(tmp_path_factory.mktemp("zotero")).start() as desktop:
        yield desktop


class TestMyLibrary(AdapterConformance, RemoteConformance):
    adapter = "zotero-desktop"

    @pytest.fixture
    def options(self, desktop: ZoteroDesktop) -> Mapping[str, object]:
        return {"url": desktop.url}

    @pytest.fixture
    def access_key(self, desktop: ZoteroDesktop) -> str:
        return desktop.allow()

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
