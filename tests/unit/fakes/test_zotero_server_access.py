"""Facts about keys, permissions, groups and limits, each seen on the test server."""

from __future__ import annotations

import gzip
import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.fakes.zotero_server.raw import Raw, article

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

A = "AAAA2222"
USER_ALL = {"library": True, "files": True, "notes": True, "write": True}


# How a key is shown


@pytest.mark.parametrize(
    ("header", "value", "query"),
    [
        ("Zotero-API-Key", "{}", ""),
        ("Authorization", "Bearer {}", ""),
        ("X-None", "", "?key={}"),
    ],
)
def test_a_key_may_come_in_three_places(raw: Raw, header: str, value: str, query: str) -> None:
    key = raw.key

    reply = raw.with_key("").send(
        "GET", "/items" + query.format(key), None, {header: value.format(key)}
    )

    assert reply.status == 200


def test_two_different_keys_contradict_each_other(raw: Raw) -> None:
    assert raw.get("/items", key="another").status == 400


@pytest.mark.parametrize(
    ("method", "body", "words"),
    [
        ("GET", None, "Forbidden"),
        ("POST", [], "An API key is required for write requests."),
    ],
)
def test_without_a_key_a_private_library_stays_shut(
    raw: Raw, method: str, body: Any, words: str
) -> None:
    reply = raw.with_key("").send(method, "/items", body)

    assert (reply.status, reply.text) == (403, words)


def test_a_key_that_does_not_exist_is_invalid(raw: Raw) -> None:
    reply = raw.with_key("x" * 24).get("/items")

    assert (reply.status, reply.text, reply.version) == (403, "Invalid key", None)


def test_a_revoked_key_is_invalid_at_once(raw: Raw) -> None:
    raw.server.revoke(raw.key)

    assert raw.get("/items").text == "Invalid key"


def test_more_than_five_bad_keys_lock_the_address_out(raw: Raw) -> None:
    bad = raw.with_key("x" * 24)

    statuses = [bad.get("/items").status for _ in range(6)]

    assert statuses == [403] * 5 + [429]
    good = raw.get("/items")
    assert (good.status, good.text) == (429, "Too many authentication failures")


def test_a_key_tells_about_itself(raw: Raw) -> None:
    document = raw.get("//keys/current").json

    assert document == {
        "key": raw.key,
        "userID": raw.account.number,
        "username": f"user{raw.account.number}",
        "displayName": f"user{raw.account.number}",
        "access": {"user": USER_ALL, "groups": {"all": {"library": True, "write": True}}},
    }
    assert raw.with_key("").get(f"//keys/{raw.key}").json == document


# What a key may do


@pytest.mark.parametrize(
    ("access", "read", "write"),
    [
        ({"user": USER_ALL}, 200, 200),
        ({"user": {"library": True, "notes": True}}, 200, 403),
        ({"groups": {"all": {"library": True, "write": True}}}, 403, 403),
        ({}, 403, 403),
    ],
)
def test_permissions_of_a_users_library(
    raw: Raw, access: dict[str, Any], read: int, write: int
) -> None:
    other = raw.with_key(raw.server.add_key(raw.account.number, access))

    assert other.get("/items").status == read
    assert other.post(article()).status == write


def test_a_key_that_may_only_read_is_told_so(raw: Raw) -> None:
    key = raw.server.add_key(raw.account.number, {"user": {"library": True}})

    assert raw.with_key(key).post(article()).text == "Write access denied"


def test_the_library_of_another_user_stays_shut(raw: Raw) -> None:
    stranger = raw.server.add_user()

    assert raw.with_key(stranger.key).get("/items").status == 403


@pytest.mark.parametrize("path", ["//users/99999/items", "//groups/99999/items"])
def test_a_library_that_does_not_exist_is_404(raw: Raw, path: str) -> None:
    reply = raw.get(path)

    assert reply.status == 404
    assert "99999 not found" in reply.text


def test_a_key_without_notes_does_not_see_them_but_may_write_them(raw: Raw) -> None:
    access = {"user": {"library": True, "write": True, "notes": False}}
    blind = raw.with_key(raw.server.add_key(raw.account.number, access))
    note = {"key": A, "version": 0, "itemType": "note", "note": "n"}

    assert "0" in blind.post(note).json["successful"]
    assert blind.get("/items").json == []
    assert blind.get(f"/items/{A}").status == 404
    assert len(raw.get("/items").json) == 1


@pytest.mark.parametrize(
    ("group", "who", "access", "read", "write"),
    [
        ({}, "member", None, 200, 200),
        ({}, "owner", None, 200, 200),
        ({}, "stranger", None, 403, 403),
        ({"editing": "admins"}, "member", None, 200, 403),
        ({"editing": "admins"}, "owner", None, 200, 200),
        ({}, "member", {"user": USER_ALL}, 403, 403),
        ({}, "member", {"groups": {"all": {"library": True, "write": False}}}, 200, 403),
        ({}, "member", {"groups": {"1": {"library": True, "write": True}}}, 403, 403),
    ],
)
def test_permissions_of_a_group_library(
    zotero_server: ZoteroServer,
    group: dict[str, Any],
    who: str,
    access: dict[str, Any] | None,
    read: int,
    write: int,
) -> None:
    people = {name: zotero_server.add_user() for name in ("owner", "member", "stranger")}
    shared = zotero_server.add_group(people["owner"], members=[people["member"].number], **group)
    person = people[who]
    key = person.key if access is None else zotero_server.add_key(person.number, access)
    visitor = Raw(zotero_server, shared, key)

    assert visitor.get("/items").status == read
    assert visitor.post(article()).status == write


def test_a_group_tells_who_may_edit(zotero_server: ZoteroServer, account: Account) -> None:
    shared = zotero_server.add_group(account, name="Lab", editing="admins")

    document = Raw(zotero_server, shared).get("").json

    assert document["data"]["name"] == "Lab"
    assert document["data"]["libraryEditing"] == "admins"
    assert document["data"]["owner"] == account.number


# Patience


def test_the_request_rate_is_limited_with_a_time_to_wait(raw: Raw) -> None:
    raw.server.configure(rate_limits=True, burst=3, refill_per_second=0.01)

    replies = [raw.get("/items") for _ in range(4)]

    assert [reply.status for reply in replies] == [200, 200, 200, 429]
    assert replies[3].text == "Request rate limit exceeded"
    assert replies[3].headers["retry-after"] == "10"
    assert "backoff" not in replies[3].headers


def test_five_requests_at_once_are_enough(raw: Raw) -> None:
    raw.server.configure(rate_limits=True, delay_per_batch=1)

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: raw.post(article()), range(8)))

    refused = [reply for reply in replies if reply.status == 429]
    assert len(refused) == 3
    assert refused[0].text == "Concurrent request limit exceeded"
    assert 1 <= int(refused[0].headers["retry-after"]) <= 30
    assert len(raw.server.state(raw.account.library)["items"]) == 5


def test_the_server_may_ask_for_backoff_on_any_answer(raw: Raw) -> None:
    raw.server.configure(backoff=4)

    assert raw.get("/items").headers["backoff"] == "4"
    assert raw.get("/items/none").headers["backoff"] == "4"


# Manners of the protocol


def test_expect_is_not_supported(raw: Raw) -> None:
    reply = raw.send("POST", "/items", [], {"Expect": "100-continue"})

    assert (reply.status, reply.text) == (417, "Expect header is not supported")


def test_an_unknown_version_of_the_api_is_refused(raw: Raw) -> None:
    assert raw.get("/items", v=9).text == "Invalid API version '9'"
    assert raw.get("/items").headers["zotero-api-version"] == "3"


def test_bodies_may_be_packed_in_both_directions(raw: Raw) -> None:
    packed = gzip.compress(json.dumps([article(A, abstractNote="x" * 5000)]).encode())

    reply = raw.send("POST", "/items", packed, {"Content-Encoding": "gzip"})

    assert "0" in reply.json["successful"]
    assert raw.data(A)["abstractNote"] == "x" * 5000


def test_long_answers_are_packed_for_those_who_ask(raw: Raw) -> None:
    raw.post(*(article() for _ in range(25)))
    connection = http.client.HTTPConnection("127.0.0.1", raw.server.port, timeout=30)
    headers = {"Zotero-API-Key": raw.key, "Accept-Encoding": "gzip"}

    connection.request("GET", f"/{raw.account.library}/items", None, headers)
    response = connection.getresponse()
    packed = response.read()
    connection.close()

    assert response.getheader("Content-Encoding") == "gzip"
    assert len(json.loads(gzip.decompress(packed))) == 25


def test_a_server_may_be_set_up_by_a_file(tmp_path: Path) -> None:
    config = tmp_path / "server.json"
    people = {"users": [{"id": 7, "name": "alice"}], "keys": [{"key": "alices", "user": 7}]}
    config.write_text(json.dumps(people | {"settings": {"one_version_per_batch": True}}))

    with ZoteroServer.start(config) as server:
        alice = Raw(server, Account(7, "users/7", "alices"))
        reply = alice.post(article(), article())

    assert {made["version"] for made in reply.json["successful"].values()} == {reply.version}


def test_a_server_ends_with_the_one_who_started_it() -> None:
    server = ZoteroServer.start()

    server.hang_up()

    assert server.wait() == 0
