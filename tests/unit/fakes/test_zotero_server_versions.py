"""Facts about versions and preconditions, each seen on the test server over raw HTTP."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.fakes.zotero_server.process import ZoteroServer
from tests.fakes.zotero_server.raw import Raw, Reply, article

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

A, B, C = "AAAA2222", "BBBB2222", "CCCC2222"


def at_once(calls: list[Callable[[], Reply]]) -> list[Reply]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


# The library version and the versions of objects


def test_a_fresh_library_has_a_small_version(raw: Raw) -> None:
    assert raw.get("/items").version in (1, 2, 3)


def test_each_object_of_a_batch_raises_the_version_by_one(raw: Raw) -> None:
    before = raw.version()

    reply = raw.post(*(article() for _ in range(50)))

    versions = [reply.json["successful"][str(index)]["version"] for index in range(50)]
    assert versions == list(range(before + 1, before + 51))
    assert reply.version == raw.version() == before + 50


def test_older_servers_give_a_batch_one_version(raw: Raw) -> None:
    raw.server.configure(one_version_per_batch=True)
    before = raw.version()

    reply = raw.post(article(), article(), {"itemType": "none"})

    assert {made["version"] for made in reply.json["successful"].values()} == {before + 1}
    assert reply.version == raw.version() == before + 1


def test_failed_objects_do_not_raise_the_version(raw: Raw) -> None:
    before = raw.version()

    reply = raw.post({"itemType": "none"}, {"itemType": "none"})

    assert reply.status == 200
    assert reply.version == raw.version() == before


def test_an_empty_array_is_answered_with_an_empty_report(raw: Raw) -> None:
    before = raw.version()

    reply = raw.post()

    assert reply.json == {"successful": {}, "success": {}, "unchanged": {}, "failed": {}}
    assert raw.version() == before


def test_an_unchanged_object_keeps_its_version_but_raises_the_librarys(raw: Raw) -> None:
    made = raw.post(article(A))
    assert made.version is not None

    reply = raw.post({"key": A, "version": made.version, "title": "A title"})

    assert reply.json["unchanged"] == {"0": A}
    assert raw.data(A)["version"] == made.version
    assert reply.version == raw.version() == made.version + 1


def test_a_patch_that_changes_nothing_answers_the_old_version_and_raises_the_librarys(
    raw: Raw,
) -> None:
    made = raw.post(article(A)).version
    assert made is not None

    reply = raw.send("PATCH", f"/items/{A}", {"title": "A title", "version": made})

    assert (reply.status, reply.version, raw.version()) == (204, made, made + 1)


@pytest.mark.parametrize("keys", [A, f"{A},{B}", C])
def test_deleting_raises_the_version_by_one_whatever_the_number_of_keys(
    raw: Raw, keys: str
) -> None:
    raw.post(article(A), article(B))
    before = raw.version()

    reply = raw.send("DELETE", "/items", None, {}, itemKey=keys)

    assert (reply.status, reply.version) == (204, before + 1)


def test_the_way_back_of_a_relation_gets_the_same_version(raw: Raw) -> None:
    raw.post(article(A), article(C))
    there = f"http://zotero.org/{raw.account.library}/items/{C}"

    reply = raw.post({"key": A, "version": raw.version(), "relations": {"dc:relation": there}})

    assert raw.data(C)["version"] == raw.data(A)["version"] == reply.version
    assert raw.data(C)["relations"] == {
        "dc:relation": f"http://zotero.org/{raw.account.library}/items/{A}"
    }


@pytest.mark.parametrize(
    ("version", "outcome"),
    [
        (0, "successful"),
        (0.0, "successful"),
        ("0", "successful"),
        (None, 428),
        (True, 400),
        ("abc", 400),
    ],
)
def test_a_version_may_be_a_number_or_say_one(raw: Raw, version: Any, outcome: str | int) -> None:
    report = raw.post(article(A) | {"version": version}).json

    if outcome == "successful":
        assert "0" in report["successful"]
    else:
        assert report["failed"]["0"]["code"] == outcome


# Preconditions of a multi-object write: what was sent, what was there, what comes of it

ABSENT, DELETED, THERE = "absent", "deleted", "there"


@pytest.mark.parametrize(
    ("sent", "state", "code", "message"),
    [
        ({"key": A}, ABSENT, 428, "Either If-Unmodified-Since-Version or 'version' property"),
        ({"key": A}, THERE, 428, "Either If-Unmodified-Since-Version or 'version' property"),
        ({"key": A, "version": 0}, ABSENT, None, ""),
        ({"key": A, "version": 0}, DELETED, None, ""),
        ({"key": A, "version": 0}, THERE, 412, "(expected 0, found 3)"),
        ({"key": A, "version": 2}, THERE, 412, "(expected 2, found 3)"),
        ({"key": A, "version": 3}, THERE, None, ""),
        ({"key": A, "version": 99}, THERE, None, ""),
        ({"key": A, "version": 5}, ABSENT, 404, "doesn't exist (expected version 5; use 0 inst"),
        ({"version": 5}, ABSENT, 400, "'version' is valid only if item key is provided"),
        ({}, ABSENT, None, ""),
    ],
)
def test_preconditions(
    raw: Raw, sent: dict[str, Any], state: str, code: int | None, message: str
) -> None:
    if state != ABSENT:
        raw.post(article(A))
    if state == DELETED:
        raw.send("DELETE", f"/items/{A}", None, {"If-Unmodified-Since-Version": "3"})

    reply = raw.post(article() | {"title": "New"} | sent)

    if code is None:
        assert "0" in reply.json["successful"]
    else:
        assert reply.failed["0"]["code"] == code
        assert message in reply.failed["0"]["message"]


def test_a_key_that_is_used_again_leaves_the_log_of_deletions(raw: Raw) -> None:
    before = raw.version()
    raw.post(article(A))
    raw.send("DELETE", f"/items/{A}", None, {"If-Unmodified-Since-Version": "99"})
    assert raw.get("/deleted", since=before).json["items"] == [A]

    raw.post(article(A))

    assert raw.get("/deleted", since=before).json["items"] == []


def test_a_trashed_item_counts_as_existing(raw: Raw) -> None:
    raw.post(article(A, deleted=1))

    assert raw.post(article(A)).failed["0"]["code"] == 412


def test_the_header_stands_in_for_the_version_of_each_object(raw: Raw) -> None:
    raw.post(article(A))

    reply = raw.post({"key": A, "title": "Patched"}, If_Unmodified_Since_Version=str(raw.version()))

    assert "0" in reply.json["successful"]


def test_a_library_that_moved_refuses_the_whole_request(raw: Raw) -> None:
    before = raw.version()
    raw.post(article())

    reply = raw.post(article(A), If_Unmodified_Since_Version=str(before))

    assert reply.status == 412
    assert f"(expected {before}, found {before + 1})" in reply.text
    assert reply.version is None
    assert raw.get(f"/items/{A}").status == 404


def test_a_header_that_is_no_number_is_refused(raw: Raw) -> None:
    reply = raw.post(article(), If_Unmodified_Since_Version="soon")

    assert (reply.status, reply.text) == (400, "Invalid If-Unmodified-Since-Version value")


def test_own_objects_do_not_trip_the_header(raw: Raw) -> None:
    reply = raw.post(
        article(A), article(B), article(C), If_Unmodified_Since_Version=str(raw.version())
    )

    assert len(reply.json["successful"]) == 3


def test_a_replay_with_the_same_header_writes_nothing(raw: Raw) -> None:
    version = str(raw.version())
    note = {"itemType": "note", "parentItem": A, "note": "n", "key": B, "version": 0}
    assert len(raw.post(article(A), note, If_Unmodified_Since_Version=version).failed) == 0

    assert raw.post(article(A), note, If_Unmodified_Since_Version=version).status == 412


def test_others_may_write_behind_the_first_object_of_a_guarded_batch(raw: Raw) -> None:
    raw.server.configure(delay_per_batch=1)
    before = raw.version()
    batch = [article() for _ in range(10)]

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(raw.post, *batch, If_Unmodified_Since_Version=str(before))
        while raw.server.state(raw.account.library)["version"] == before:
            pass
        raw.server.act(raw.account.library, "touch")

    assert len(slow.result().json["successful"]) == 10
    assert slow.result().version == before + 11


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("aaaaaaaa", "'aaaaaaaa' is not a valid item key"),
        ("AAAA0000", "'AAAA0000' is not a valid item key"),
        ("AAAOAAAA", "'AAAOAAAA' is not a valid item key"),
        ("AAAA111", "'AAAA111' is not a valid item key"),
        (12345678, "'key' must be a string"),
    ],
)
def test_keys_have_eight_characters_of_their_alphabet(raw: Raw, key: Any, message: str) -> None:
    assert raw.post(article(key)).failed["0"] == {"code": 400, "message": message}


def test_one_key_twice_at_version_0_is_created_once(raw: Raw) -> None:
    report = raw.post(article(A, title="1"), article(A, title="2"), article(A, title="1")).json

    assert list(report["successful"]) == ["0"]
    assert [refused["code"] for refused in report["failed"].values()] == [412, 412]


def test_one_key_twice_with_the_header_applies_all(raw: Raw) -> None:
    raw.post(article(A))

    raw.post(
        {"key": A, "title": "1"},
        {"key": A, "title": "2"},
        If_Unmodified_Since_Version=str(raw.version()),
    )

    assert raw.data(A)["title"] == "2"


def test_a_child_may_follow_its_parent_but_not_precede_it(raw: Raw) -> None:
    note = {"itemType": "note", "parentItem": A, "note": "n"}

    report = raw.post(note, article(A), note).json

    assert set(report["successful"]) == {"1", "2"}
    assert report["failed"]["0"] == {
        "code": 409,
        "message": f"Parent item {A} not found",
        "data": {"parentItem": A},
    }


# Races


def test_of_concurrent_creates_of_one_key_exactly_one_wins(raw: Raw) -> None:
    replies = at_once([lambda: raw.post(article(A))] * 4)

    assert sorted(len(reply.json["successful"]) for reply in replies) == [0, 0, 0, 1]


def test_of_concurrent_guarded_writes_exactly_one_passes(raw: Raw) -> None:
    version = str(raw.version())

    replies = at_once([lambda: raw.post(article(), If_Unmodified_Since_Version=version)] * 4)

    assert sorted(reply.status for reply in replies) == [200, 412, 412, 412]


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize(("lost_updates", "winners"), [(True, 4), (False, 1)])
def test_racing_single_writes_all_pass_unless_the_database_forbids_it(
    raw: Raw, method: str, lost_updates: bool, winners: int
) -> None:
    raw.server.configure(lost_updates=lost_updates, race_seconds=0.5)
    raw.post(article(A))
    header = {"If-Unmodified-Since-Version": str(raw.version())}

    def write(number: int) -> Reply:
        body = {"title": f"by {number}"} if method == "PATCH" else None
        return raw.send(method, f"/items/{A}", body, header)

    replies = at_once([lambda number=number: write(number) for number in range(4)])  # type: ignore[misc]

    assert [reply.status for reply in replies].count(204) == winners


# Writing one object


@pytest.mark.parametrize(
    ("method", "body", "headers", "status", "words"),
    [
        ("PATCH", {"title": "x", "version": 3}, {}, 204, ""),
        ("PATCH", {"title": "x"}, {"If-Unmodified-Since-Version": "3"}, 204, ""),
        ("PATCH", {"title": "x"}, {}, 428, "or object version property must be provided"),
        ("PATCH", {"title": "x", "version": 0}, {}, 412, "(expected 0, found 3)"),
        ("PATCH", {"version": 3}, {"If-Unmodified-Since-Version": "9"}, 400, "does not match"),
        ("PATCH", {"key": B, "version": 3}, {}, 409, "does not match"),
        ("PATCH", {"foo": "x", "version": 3}, {}, 400, "Invalid property 'foo'"),
        ("PUT", {"itemType": "journalArticle", "version": 3}, {}, 400, "property not provided"),
        ("DELETE", None, {}, 428, "If-Unmodified-Since-Version not provided"),
        ("DELETE", None, {"If-Unmodified-Since-Version": "2"}, 412, "(expected 2, found 3)"),
        ("DELETE", None, {"If-Unmodified-Since-Version": "9"}, 204, ""),
    ],
)
def test_writing_one_item_by_its_address(
    raw: Raw, method: str, body: Any, headers: dict[str, str], status: int, words: str
) -> None:
    raw.post(article(A))

    reply = raw.send(method, f"/items/{A}", body, headers)

    assert reply.status == status
    assert words in reply.text
    if status == 412:
        assert reply.version == 3, "a stale single write is told the item's version"


@pytest.mark.parametrize(
    ("method", "body", "headers", "status"),
    [
        ("PUT", article(tags=[], relations={}, collections=[]), {}, 204),
        ("PATCH", article(), {}, 404),
        ("PATCH", article(version=0), {}, 204),
        ("PATCH", article(version=7), {}, 412),
        ("DELETE", None, {"If-Unmodified-Since-Version": "7"}, 412),
        ("DELETE", None, {"If-Unmodified-Since-Version": "0"}, 204),
    ],
)
def test_writing_one_item_that_is_not_there(
    raw: Raw, method: str, body: Any, headers: dict[str, str], status: int
) -> None:
    assert raw.send(method, f"/items/{A}", body, headers).status == status


def test_a_put_does_not_clear_the_fields_it_leaves_out(raw: Raw) -> None:
    raw.post(article(A, volume="7", deleted=1))
    put = {"itemType": "journalArticle", "tags": [], "relations": {}, "collections": []}

    raw.send("PUT", f"/items/{A}", put | {"version": 3})

    assert raw.data(A)["title"] == "A title"
    assert raw.data(A)["volume"] == "7"
    assert "deleted" not in raw.data(A)


def test_changing_the_item_type_carries_fields_over(raw: Raw) -> None:
    raw.post(article(A, publicationTitle="The Venue", issue="3"))

    raw.post({"key": A, "version": 3, "itemType": "conferencePaper"})

    assert raw.data(A)["proceedingsTitle"] == "The Venue"
    assert "publicationTitle" not in raw.data(A)


@pytest.mark.parametrize(("key", "words"), [(B, "Item does not exist"), ("bbbb2222", "Not found")])
def test_an_item_that_is_not_there_is_404(raw: Raw, key: str, words: str) -> None:
    reply = raw.get(f"/items/{key}")

    assert (reply.status, reply.text) == (404, words)


# Write tokens


@pytest.mark.parametrize("token", ["abcd", "x" * 33])
def test_a_write_token_has_5_to_32_characters(raw: Raw, token: str) -> None:
    reply = raw.post(article(), Zotero_Write_Token=token)

    assert (reply.status, reply.text) == (400, "Write token must be 5-32 characters in length")


def test_a_replayed_token_is_refused_without_a_report(raw: Raw) -> None:
    raw.post(article(), Zotero_Write_Token="token-1")

    reply = raw.post(article(), Zotero_Write_Token="token-1")

    assert (reply.status, reply.text) == (412, "Write token already used")
    assert reply.version is None


def test_simultaneous_requests_with_one_token_are_all_executed(
    raw: Raw, zotero_server: ZoteroServer
) -> None:
    zotero_server.configure(delay_per_batch=0.5)

    replies = at_once([lambda: raw.post(article(), Zotero_Write_Token="token-1")] * 4)

    assert [reply.status for reply in replies] == [200] * 4
    assert len(zotero_server.state(raw.account.library)["items"]) == 4


@pytest.mark.parametrize(
    ("objects", "second"),
    [([article(), {"itemType": "none"}], 200), ([{"itemType": "none"}, article()], 412)],
)
def test_a_token_is_forgotten_when_the_last_object_failed(
    raw: Raw, objects: list[Any], second: int
) -> None:
    raw.post(*objects, Zotero_Write_Token="token-1")

    assert raw.post(*objects, Zotero_Write_Token="token-1").status == second


def test_a_token_is_not_recorded_by_a_request_that_failed_whole(raw: Raw) -> None:
    raw.post(article(), Zotero_Write_Token="token-1", If_Unmodified_Since_Version="1")

    assert raw.post(article(), Zotero_Write_Token="token-1").status == 200
