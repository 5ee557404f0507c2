"""A library of the running Zotero is a library."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest

from adapters.conformance import AdapterConformance, NewKey, RemoteConformance
from syncd.library import Create, Library
from syncd.record import ItemKey
from tests.fakes.zotero_desktop.process import ZoteroDesktop
from tests.support.window import Window


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZoteroDesktop]:
    with ZoteroDesktop(tmp_path_factory.mktemp("zotero")).start() as desktop:
        yield desktop


class TestThroughTheConnector(AdapterConformance):
    """Of a Zotero as it is now, whose versions tell of everything."""

    adapter = "zotero-desktop"

    @pytest.fixture
    def options(self, desktop: ZoteroDesktop) -> Mapping[str, object]:
        return {"url": desktop.url, "write_through": "connector"}

    @pytest.fixture
    def person(self, desktop: ZoteroDesktop) -> Window:
        return Window(desktop)


class TestAnOlderZotero(TestThroughTheConnector):
    """Of one whose local API takes no writes and says of itself only what it holds."""

    @pytest.fixture(autouse=True)
    def _older(self, desktop: ZoteroDesktop) -> Iterator[None]:
        desktop.configure(older=True)
        yield
        desktop.configure(older=False)

    def test_what_the_caller_holds_already_is_not_read_again(
        self, library: Library, new_key: NewKey
    ) -> None:
        # It does not count what is added here, so all that is there is asked about.
        held, new = (
            library.push([Create(new_key(), {"itemType": "book", "title": title})], expected=None)
            for title in ("Held", "New")
        )
        mine = {ItemKey(each.key): 1 << 40 for each in held.outcomes}
        versions = {
            item.key: item.version for page in library.changes_since(0) for item in page.items
        }

        def known(keys: Collection[ItemKey]) -> Mapping[ItemKey, int]:
            return {key: versions[key] for key in keys if key in mine}

        pages = list(library.changes_since(1 << 40, known=known))

        shown = {item.key for page in pages for item in page.items}
        assert shown == versions.keys() - mine.keys()
        assert {each.key for each in new.outcomes} <= shown


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
