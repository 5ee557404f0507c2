"""What the adapter asks of the server, how often, and that what it tells is consistent."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from itertools import islice, product
from typing import Any

import httpx2
import pytest

from adapters.zotero_web.library import ZoteroWebLibrary
from syncd.errors import ConflictError, OutcomeUnknownError, UnavailableError
from syncd.library import (
    Accepted,
    AddToCollection,
    Changes,
    CollectionKey,
    Create,
    CreateCollection,
    Operation,
    Refusal,
    Refused,
)
from syncd.record import ItemKey
from tests.fakes.zotero_server.adapter import StillClock, open_library
from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.fakes.zotero_server.raw import Raw, article

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

A, B = ItemKey("AAAA2222"), ItemKey("BBBB2222")
C = CollectionKey("CCCC2222")


@pytest.fixture
def library(zotero_server: ZoteroServer, account: Account) -> ZoteroWebLibrary:
    return open_library(zotero_server, account)


def create(key: ItemKey, **data: Any) -> Create:
    return Create(key, {"itemType": "journalArticle", "title": "A title"} | data)


def keys(number: int) -> list[ItemKey]:
    ends = islice(product("ABCDEFGHIJ", repeat=6), number)
    return [ItemKey("XX" + "".join(end)) for end in ends]


def fill(raw: Raw, number: int) -> list[ItemKey]:
    made = keys(number)
    for start in range(0, number, 50):
        raw.post(*(article(key) for key in made[start : start + 50]))
    return made


def paths(server: ZoteroServer) -> list[str]:
    return [entry["path"].split("/", 3)[-1] for entry in server.requests()]


# Counting


def test_every_request_is_counted_once_by_its_answer(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer
) -> None:
    zotero_server.forget_requests()
    library.describe()
    library.get([A])

    counted = library.take_requests()

    assert sum(counted.values()) == len(zotero_server.requests()) > 0
    assert set(counted) == {"200"}
    assert library.take_requests() == {}


# Listing


def test_a_library_is_listed_once_and_read_in_hundreds(library: ZoteroWebLibrary, raw: Raw) -> None:
    fill(raw, 250)
    raw.server.forget_requests()

    pages = list(library.changes_since(0))

    assert [len(page.items) for page in pages] == [100, 100, 50, 0]
    assert [page.to_version for page in pages] == [None, None, None, raw.version()]
    assert paths(raw.server)[:5] == ["items"] * 4 + ["deleted"]


def test_a_library_without_news_is_asked_once(library: ZoteroWebLibrary, raw: Raw) -> None:
    fill(raw, 3)
    raw.server.forget_requests()

    changes = list(library.changes_since(5))

    assert changes == [Changes(to_version=5)]
    assert [request["method"] for request in raw.server.requests()] == ["GET"]


def test_what_was_read_before_a_failure_is_not_read_again(
    library: ZoteroWebLibrary, raw: Raw
) -> None:
    fill(raw, 250)
    held: dict[ItemKey, int] = {}
    raw.server.arm("status", status=502, method="GET", path="/items", after=2)

    def known(asked: Collection[ItemKey]) -> Mapping[ItemKey, int]:
        return {key: held[key] for key in asked if key in held}

    with pytest.raises(UnavailableError):
        for page in library.changes_since(0, known=known):
            held |= {item.key: item.version for item in page.items}
    assert len(held) == 100

    again = list(library.changes_since(0, known=known))

    assert [len(page.items) for page in again] == [100, 50, 0]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 429},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 500},
        {"kind": "html"},
        {"kind": "truncated"},
        {"kind": "reset"},
        {"kind": "status", "status": 200, "headers": {"Content-Type": "application/json"}},
        {
            "kind": "status",
            "status": 200,
            "headers": {"Content-Type": "application/json", "Last-Modified-Version": "5"},
            "body": "[]",
        },
        {
            "kind": "status",
            "status": 200,
            "headers": {"Content-Type": "application/json"},
            "body": "{}",
        },
    ],
)
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_listing_that_fails_anywhere_is_never_an_empty_one(
    library: ZoteroWebLibrary, raw: Raw, fault: dict[str, Any], after: int
) -> None:
    fill(raw, 3)
    raw.server.arm(**fault, method="GET", after=after)

    with pytest.raises(UnavailableError):
        list(library.changes_since(0))


def test_items_that_are_listed_and_not_shown_are_noticed(
    library: ZoteroWebLibrary, raw: Raw
) -> None:
    fill(raw, 3)
    headers = {"Content-Type": "application/json", "Last-Modified-Version": str(raw.version())}
    raw.server.arm("status", status=200, headers=headers, body="[]", method="GET", after=1)

    with pytest.raises(UnavailableError, match="does not show"):
        list(library.changes_since(0))


def test_an_item_deleted_between_listing_and_reading_is_among_the_deleted(
    library: ZoteroWebLibrary, raw: Raw
) -> None:
    made = fill(raw, 101)
    pages = library.changes_since(0)
    next(pages)

    raw.server.delete(raw.account.library, made[100])
    rest = list(pages)

    assert [item.key for page in rest for item in page.items] == []
    assert made[100] in rest[-1].deleted


def test_nothing_is_missed_while_others_write(library: ZoteroWebLibrary, raw: Raw) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            raw.post(*(article() for _ in range(5)))

    writer = threading.Thread(target=write)
    writer.start()
    seen: dict[str, int] = {}
    cursor = 0
    for _ in range(15):
        for page in library.changes_since(cursor):
            seen |= {item.key: item.version for item in page.items}
            cursor = page.to_version or cursor
    stop.set()
    writer.join()

    there = raw.server.state(raw.account.library)["items"]
    old = {key: item["version"] for key, item in there.items() if item["version"] <= cursor}
    assert old
    assert old.items() <= seen.items()


def test_collections_in_the_trash_are_not_listed(library: ZoteroWebLibrary, raw: Raw) -> None:
    raw.post(
        {"key": A, "version": 0, "name": "There"},
        {"key": B, "version": 0, "name": "Gone", "deleted": True},
        to="/collections",
    )

    assert [found.name for found in library.collections()] == ["There"]


def test_many_collections_are_read_without_paging(library: ZoteroWebLibrary, raw: Raw) -> None:
    for start in range(0, 120, 40):
        names = [{"name": f"c{number}"} for number in range(start, start + 40)]
        raw.post(*names, to="/collections")

    assert len(library.collections()) == 120


@pytest.mark.parametrize("asked", [[], ["nonsense"], ["lower222", "TOOSHOR"]])
def test_keys_that_are_none_do_not_bring_the_whole_library(
    library: ZoteroWebLibrary, raw: Raw, asked: list[str]
) -> None:
    fill(raw, 3)

    assert library.get([ItemKey(key) for key in asked]) == []


# Pushing


def test_a_push_is_one_request_with_its_guard(library: ZoteroWebLibrary, raw: Raw) -> None:
    before = raw.version()
    raw.server.forget_requests()
    note = {"itemType": "note", "parentItem": A, "note": "<p>n</p>"}

    answer = library.push([create(A), Create(B, note)], expected=before)

    assert answer.library_version == before + 2
    [entry] = raw.server.requests()
    assert (entry["method"], entry["objects"]) == ("POST", 2)
    assert entry["headers"]["if-unmodified-since-version"] == str(before)


def test_a_push_without_operations_asks_nothing(
    library: ZoteroWebLibrary, zotero_server: ZoteroServer
) -> None:
    assert library.push([], expected=7).library_version == 7
    assert zotero_server.requests() == []


def test_n_new_records_take_as_many_writes_as_they_fill(
    library: ZoteroWebLibrary, raw: Raw
) -> None:
    version: int | None = raw.version()
    raw.server.forget_requests()
    operations: list[Operation] = [create(key) for key in keys(230)]

    for start in range(0, len(operations), 50):
        version = library.push(operations[start : start + 50], expected=version).library_version

    assert [entry["method"] for entry in raw.server.requests()] == ["POST"] * 5
    assert version == raw.version()


def test_the_version_is_not_told_when_others_wrote_meanwhile(
    library: ZoteroWebLibrary, raw: Raw
) -> None:
    raw.server.configure(delay_per_batch=1)
    before = raw.version()

    def touch() -> None:
        while raw.server.state(raw.account.library)["version"] == before:
            pass
        raw.server.act(raw.account.library, "touch")

    other = threading.Thread(target=touch)
    other.start()
    answer = library.push([create(key) for key in keys(10)], expected=before)
    other.join()

    assert all(isinstance(outcome, Accepted) for outcome in answer.outcomes)
    assert answer.library_version is None


def test_collections_and_items_in_one_push_share_the_guard(
    library: ZoteroWebLibrary, raw: Raw
) -> None:
    before = raw.version()

    answer = library.push([CreateCollection(C, "Inbox"), create(A)], expected=before)

    assert answer.library_version == raw.version() == before + 2
    guards = [
        entry["headers"]["if-unmodified-since-version"] for entry in raw.server.requests("POST")
    ]
    assert guards == [str(before), str(before + 1)]


def test_a_part_that_is_overtaken_is_planned_again_and_the_rest_is_told(
    library: ZoteroWebLibrary, raw: Raw
) -> None:
    before = raw.version()
    refusal = "Library has been modified since specified version"
    raw.server.arm("status", status=412, body=refusal, method="POST", path="/items")

    answer = library.push([CreateCollection(C, "Inbox"), create(A)], expected=before)

    first, second = answer.outcomes
    assert isinstance(first, Accepted)
    assert isinstance(second, Refused)
    assert second.refusal is Refusal.CHANGED
    assert answer.library_version is None


@pytest.mark.parametrize("status", [429, 503, 413, 400])
def test_a_part_that_fails_after_another_was_written_is_an_unknown_outcome(
    library: ZoteroWebLibrary, raw: Raw, status: int
) -> None:
    raw.server.arm("status", status=status, method="POST", path="/items")

    with pytest.raises(OutcomeUnknownError):
        library.push([CreateCollection(C, "Inbox"), create(A)], expected=raw.version())


def test_an_addition_reads_before_it_writes_and_keeps_the_guard(
    library: ZoteroWebLibrary, raw: Raw
) -> None:
    raw.post(article(A, tags=[{"tag": "by hand"}]))
    planned_at = raw.version()
    raw.server.act(raw.account.library, "touch")

    with pytest.raises(ConflictError):
        library.push([AddToCollection(A, planned_at, (), ("ours",))], expected=planned_at)

    assert raw.data(A)["tags"] == [{"tag": "by hand"}]


def test_what_somebody_adds_between_reading_and_writing_is_not_lost(
    zotero_server: ZoteroServer, account: Account, raw: Raw
) -> None:
    raw.post(article(A))
    planned_at = raw.version()

    class Meanwhile(httpx2.HTTPTransport):
        """A wire that is slow enough for a person to be faster than the write."""

        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            if request.method == "POST":
                zotero_server.write_item(account.library, {"tags": [{"tag": "by hand"}]}, A)
            return super().handle_request(request)

    library = open_library(zotero_server, account, inner=Meanwhile())
    addition = AddToCollection(A, planned_at, (), ("ours",))
    [outcome] = library.push([addition], expected=None).outcomes

    assert isinstance(outcome, Refused)
    assert outcome.refusal is Refusal.CHANGED
    assert raw.data(A)["tags"] == [{"tag": "by hand"}]


# Patience


def test_a_pause_that_was_asked_for_is_kept_before_the_next_work(
    zotero_server: ZoteroServer, account: Account
) -> None:
    clock = StillClock()
    library = open_library(zotero_server, account, clock=clock)
    zotero_server.arm("backoff", seconds=30, after=9)
    for _ in range(10):
        library.get([A])
    asked = len(zotero_server.requests())

    clock.passed = timedelta(seconds=10)
    calls: list[Callable[[], object]] = [
        library.describe,
        library.collections,
        lambda: library.get([A]),
        lambda: library.push([create(A)], expected=None),
        lambda: list(library.changes_since(0)),
    ]
    for call in calls:
        with pytest.raises(UnavailableError) as caught:
            call()
        assert caught.value.retry_after == timedelta(seconds=20)
    assert len(zotero_server.requests()) == asked

    clock.passed = timedelta(seconds=30)
    assert library.get([A]) == []


def test_a_server_that_always_asks_for_a_pause_is_read_to_the_end(
    zotero_server: ZoteroServer, account: Account, raw: Raw
) -> None:
    fill(raw, 250)
    zotero_server.configure(backoff=5)
    clock = StillClock()
    library = open_library(zotero_server, account, clock=clock)
    held: dict[ItemKey, int] = {}

    def known(asked: Collection[ItemKey]) -> Mapping[ItemKey, int]:
        return {key: held[key] for key in asked if key in held}

    done = None
    attempts = 0

    while done is None:
        attempts += 1
        clock.passed += timedelta(seconds=5)
        try:
            for page in library.changes_since(0, known=known):
                held.update({item.key: item.version for item in page.items})
                done = page.to_version
        except UnavailableError:
            continue

    assert len(held) == 250
    assert attempts < 6


def test_a_server_that_always_asks_for_a_pause_is_written_to_in_the_end(
    zotero_server: ZoteroServer, account: Account
) -> None:
    """A run is more than its writes: if each pause came before them, none would ever be made."""
    zotero_server.configure(backoff=5)
    clock = StillClock()
    library = open_library(zotero_server, account, clock=clock)
    waiting: list[Operation] = [create(key) for key in keys(200)]

    for _ in range(20):
        clock.passed += timedelta(seconds=5)
        with contextlib.suppress(UnavailableError):
            library.describe()
            list(library.changes_since(0))
            library.collections()
            while waiting:
                library.push(waiting[:50], expected=None)
                del waiting[:50]

    assert waiting == []


class Instead(httpx2.BaseTransport):
    """The wire to the test server, with another body in the place of each good answer."""

    def __init__(self, change: Callable[[bytes], bytes]) -> None:
        self._inner = httpx2.HTTPTransport()
        self._change = change

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = self._inner.handle_request(request)
        kept = {"content-type": response.headers["content-type"]}
        if "last-modified-version" in response.headers:
            kept["last-modified-version"] = response.headers["last-modified-version"]
        body = self._change(response.read())
        return httpx2.Response(response.status_code, headers=kept, content=body)

    def close(self) -> None:
        self._inner.close()


MUDDLED: list[Callable[[bytes], bytes]] = [
    lambda _: b"[" * 100_000,
    lambda _: b'{"successful":' * 100_000,
    lambda body: body[: len(body) // 2],
    lambda body: body.replace(b'"key"', b'"kee"'),
    lambda body: body.replace(b'"version"', b'"vision"'),
    lambda body: body.replace(b'"creators":[', b'"creators":[7,'),
    lambda body: body.replace(b'"title":"', b'"title":{},"url":"'),
]


@pytest.mark.parametrize("change", MUDDLED)
def test_an_answer_of_another_shape_says_nothing(
    zotero_server: ZoteroServer, account: Account, change: Callable[[bytes], bytes]
) -> None:
    article = {
        "itemType": "journalArticle",
        "title": "On gates",
        "creators": [{"creatorType": "author", "firstName": "A.", "lastName": "Abel"}],
    }
    key = ItemKey(zotero_server.write_item(account.library, article))
    with contextlib.closing(open_library(zotero_server, account, inner=Instead(change))) as library:
        with pytest.raises(UnavailableError):
            library.get([key])
        with pytest.raises(OutcomeUnknownError):
            library.push([Create(ItemKey("PPPP2222"), article)], expected=None)


def test_a_write_that_is_answered_for_another_item_has_an_unknown_outcome(
    zotero_server: ZoteroServer, account: Account
) -> None:
    inner = Instead(lambda body: body.replace(b"PPPP2222", b"QQQQ2222"))
    with contextlib.closing(open_library(zotero_server, account, inner=inner)) as library:
        create = Create(ItemKey("PPPP2222"), {"itemType": "journalArticle", "title": "On gates"})
        with pytest.raises(OutcomeUnknownError):
            library.push([create], expected=None)
