"""What is listed of a library on a server is the whole of what changed, or it is no answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import httpx2
import pytest

from adapters.zotero_web.library import ZoteroWebLibrary
from adapters.zotero_web.options import Options
from syncd.errors import UnavailableError
from syncd.library import AddToCollection, Changes, CollectionKey, Surroundings, Trash
from syncd.record import ItemKey
from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.fakes.zotero_server.raw import Raw, article

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

ONE, TWO, THREE = ItemKey("AAAA2222"), ItemKey("BBBB3333"), ItemKey("CCCC4444")

Tamper = Callable[[str, Any, httpx2.Headers], Any]
"""Changes the headers of an answer to a path, and returns another body."""


class Tampered(httpx2.BaseTransport):
    """The wire to the test server, with answers that are changed on the way."""

    def __init__(self, tamper: Tamper) -> None:
        self._inner = httpx2.HTTPTransport()
        self._tamper = tamper

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers.pop("If-Modified-Since-Version", None)
        response = self._inner.handle_request(request)
        body = response.read()
        if response.headers.get("content-type", "").startswith("application/json"):
            kind = request.url.path.rsplit("/", 1)[-1]
            asked = "page" if "itemKey" in request.url.params else kind
            body = json.dumps(self._tamper(asked, json.loads(body), response.headers)).encode()
        kept = {
            name: value
            for name, value in response.headers.items()
            if name.lower() not in ("content-length", "content-encoding", "transfer-encoding")
        }
        return httpx2.Response(response.status_code, headers=kept, content=body)

    def close(self) -> None:
        self._inner.close()


def opened(
    server: ZoteroServer, account: Account, inner: httpx2.BaseTransport | None = None
) -> ZoteroWebLibrary:
    """Open a library whose wire is closed with it."""
    options = {"library_type": "user", "library_id": account.number, "api_url": server.url}
    return ZoteroWebLibrary(
        Options.read(options), Surroundings("mine", find_key=lambda: account.key), inner=inner
    )


def told(library: ZoteroWebLibrary, since: int = 0) -> list[Changes]:
    return list(library.changes_since(since))


def told_over(
    tamper: Tamper, server: ZoteroServer, account: Account, since: int = 0
) -> list[Changes]:
    """Return what the library tells where answers are changed on the way."""
    with closing(opened(server, account, Tampered(tamper))) as library:
        return told(library, since)


def reads(server: ZoteroServer) -> list[str]:
    """Return which items were read by key, however many at a time."""
    return [
        key
        for request in server.requests("GET")
        for key in request["query"].get("itemKey", "").split(",")
        if key
    ]


@pytest.fixture
def library(zotero_server: ZoteroServer, account: Account, raw: Raw) -> Iterator[ZoteroWebLibrary]:
    """A library with three items, of which the first has a tag and stands in a collection."""
    inbox = zotero_server.write_collection(account.library, "Inbox")
    tagged = article(ONE, tags=[{"tag": "mine"}], collections=[inbox])
    raw.post(tagged, article(TWO), article(THREE))
    with closing(opened(zotero_server, account)) as library:
        yield library


# Put back


def test_a_library_put_back_to_an_older_state_is_shown_whole(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account, raw: Raw
) -> None:
    zotero_server.act(account.library, "back up")
    raw.post(article(ItemKey("DDDD5555")))
    since = raw.version()
    assert told(library, since) == [Changes(to_version=since)]
    zotero_server.act(account.library, "put back")

    pages = list(library.changes_since(since, known=lambda keys: dict.fromkeys(keys, since)))

    assert all(page.from_start for page in pages)
    assert {item.key for page in pages for item in page.items} == {ONE, TWO, THREE}
    assert pages[-1].to_version == raw.version() < since


def test_a_library_put_back_is_told_from_a_copy_that_lags_behind_though_it_may_only_be_read(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account, raw: Raw
) -> None:
    since = raw.version() + 5
    reads_only = zotero_server.add_key(account.number, {"user": {"library": True}})

    with closing(opened(zotero_server, account._replace(key=reads_only))) as opened_to_read:
        pages = told(opened_to_read, since)

    assert pages[0].from_start


def test_a_copy_of_the_database_that_lags_behind_is_no_answer(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account, raw: Raw
) -> None:
    def lag(asked: str, body: Any, headers: httpx2.Headers) -> Any:
        if asked == "items" and isinstance(body, dict) and "successful" not in body:
            headers["Last-Modified-Version"] = str(int(headers["Last-Modified-Version"]) - 1)
        return body

    before = raw.version()

    with pytest.raises(UnavailableError, match="some time ago"):
        told_over(lag, zotero_server, account, before)

    assert raw.version() == before


# Consistent


def test_a_page_that_lacks_an_item_is_no_answer_even_if_the_library_moved(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account
) -> None:
    def hide(asked: str, body: Any, headers: httpx2.Headers) -> Any:
        if asked != "page":
            return body
        headers["Last-Modified-Version"] = str(int(headers["Last-Modified-Version"]) + 1)
        return body[:-1]

    with pytest.raises(UnavailableError, match="neither shows nor has deleted"):
        told_over(hide, zotero_server, account)


def test_an_item_that_is_erased_during_the_look_is_among_the_deleted(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account
) -> None:
    def erase(asked: str, body: Any, _headers: httpx2.Headers) -> Any:
        if asked == "items":
            zotero_server.delete(account.library, TWO)
        return body

    pages = told_over(erase, zotero_server, account)

    assert {item.key for page in pages for item in page.items} == {ONE, THREE}
    assert pages[-1].deleted == [TWO]


def test_an_item_older_than_it_was_listed_is_no_answer(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account
) -> None:
    def age(asked: str, body: Any, _headers: httpx2.Headers) -> Any:
        return [{**each, "version": 1} for each in body] if asked == "page" else body

    with pytest.raises(UnavailableError, match="as they were before"):
        told_over(age, zotero_server, account)


def test_deletions_of_an_earlier_moment_are_no_answer(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account
) -> None:
    def lag(asked: str, body: Any, headers: httpx2.Headers) -> Any:
        if asked == "deleted":
            headers["Last-Modified-Version"] = "1"
        return body

    with pytest.raises(UnavailableError):
        told_over(lag, zotero_server, account)


def test_a_library_that_was_put_back_is_read_anew(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account, raw: Raw
) -> None:
    def plain(_asked: str, body: Any, _headers: httpx2.Headers) -> Any:
        return body

    pages = told_over(plain, zotero_server, account, since=1_000)

    assert {item.key for page in pages for item in page.items} == {ONE, TWO, THREE}
    assert pages[-1].to_version == raw.version()


@pytest.mark.parametrize("path", ["items", "deleted"])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_listing_that_fails_is_never_an_empty_one(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, path: str, status: int
) -> None:
    zotero_server.arm("status", status=status, path=path)

    pages: list[Changes] = []
    with pytest.raises(UnavailableError):
        pages.extend(library.changes_since(0))

    assert all(page.to_version is None for page in pages)


def test_a_page_says_how_many_are_still_to_come(
    library: ZoteroWebLibrary, raw: Raw, account: Account, zotero_server: ZoteroServer
) -> None:
    zotero_server.act(account.library, "seed", first=0, count=150)

    assert [page.left for page in told(library)] == [53, 0, 0]


# Collections


@pytest.mark.parametrize("since", [False, True], ids=["at first sight", "since then"])
def test_where_collections_went_those_that_are_left_are_named(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account, since: bool
) -> None:
    above = zotero_server.write_collection(account.library, "Above")
    zotero_server.write_collection(account.library, "Below", above)
    stays = zotero_server.write_collection(account.library, "Stays")
    before = told(library)[-1]
    zotero_server.delete(account.library, above)

    after = told(library, since=(before.to_version or 0) if since else 0)[-1]

    assert before.collections is None
    assert after.collections is not None
    assert stays in after.collections
    assert len(after.collections) == 2  # the inbox is the other one


# Nothing is read twice


def test_what_was_just_read_is_filed_without_another_look(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account, raw: Raw
) -> None:
    read = zotero_server.write_collection(account.library, "Read")
    version = told(library)[-1].to_version or 0
    zotero_server.forget_requests()

    first = library.push(
        [AddToCollection(ONE, version, (CollectionKey(read),), ("more",))], expected=version
    )
    second = library.push(
        [AddToCollection(ONE, version + 1, (), ("most",))], expected=first.library_version
    )

    assert reads(zotero_server) == []
    assert second.library_version == raw.version()
    found = raw.data(ONE)
    assert {tag["tag"] for tag in found["tags"]} == {"mine", "more", "most"}
    assert read in found["collections"]
    assert len(found["collections"]) == 2


def test_what_others_changed_is_read_and_nothing_else(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account, raw: Raw
) -> None:
    version = told(library)[-1].to_version or 0
    zotero_server.write_item(account.library, {"tags": [{"tag": "theirs"}]}, TWO)
    changed = told(library, since=version)[-1].to_version or 0
    zotero_server.forget_requests()
    filings = [AddToCollection(key, changed, (), ("more",)) for key in (ONE, TWO)]

    library.push(filings, expected=changed)

    assert reads(zotero_server) == []
    assert {tag["tag"] for tag in raw.data(TWO)["tags"]} == {"theirs", "more"}


def test_what_was_not_followed_is_looked_at(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account, raw: Raw
) -> None:
    told(library)
    zotero_server.write_item(account.library, {"tags": [{"tag": "theirs"}]}, ONE)
    zotero_server.forget_requests()

    library.push([AddToCollection(ONE, raw.version(), (), ("more",))], expected=raw.version())

    assert reads(zotero_server) == [ONE]
    assert {tag["tag"] for tag in raw.data(ONE)["tags"]} == {"theirs", "more"}


def test_after_a_collection_was_deleted_filings_are_looked_at_again(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer, account: Account, raw: Raw
) -> None:
    version = told(library)[-1].to_version or 0
    [inbox] = raw.data(ONE)["collections"]
    zotero_server.delete(account.library, inbox)
    version = told(library, since=version)[-1].to_version or 0

    answer = library.push([AddToCollection(ONE, version, (), ("more",))], expected=version)

    assert answer.library_version == version + 1
    assert raw.data(ONE)["collections"] == []


def test_an_answer_shows_the_item_as_it_stands(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer
) -> None:
    version = told(library)[-1].to_version or 0

    [outcome] = library.push([Trash(ONE, version)], expected=version).outcomes

    assert outcome.item is not None  # type: ignore[union-attr]
    assert outcome.item.trashed  # type: ignore[union-attr]
