"""Facts about listings, trash, deletions and collections, each seen on the test server."""

from __future__ import annotations

from itertools import islice, product
from typing import Any

import pytest

from tests.fakes.zotero_server.raw import Raw, article

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

A, B, C = "AAAA2222", "BBBB2222", "CCCC2222"


def fill(raw: Raw, number: int) -> list[str]:
    keys = ["XX" + "".join(end) for end in islice(product("ABCDEFGHIJ", repeat=6), number)]
    for start in range(0, number, 50):
        raw.post(*(article(key) for key in keys[start : start + 50]))
    return keys


def keys_of(listing: Any) -> set[str]:
    return {item["key"] for item in listing}


# Listings


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({}, 25),
        ({"limit": 10}, 10),
        ({"limit": 100}, 100),
        ({"limit": 5000}, 100),
        ({"limit": 0}, 25),
        ({"limit": -3}, 25),
        ({"limit": "x"}, 25),
        ({"start": 110, "limit": 100}, 10),
        ({"start": 500}, 0),
        ({"unheard": "of"}, 25),
    ],
)
def test_a_page_holds_25_and_at_most_100(raw: Raw, query: dict[str, Any], number: int) -> None:
    fill(raw, 120)

    reply = raw.get("/items", **query)

    assert len(reply.json) == number
    assert reply.headers["total-results"] == "120"
    assert reply.version == raw.version()


def test_links_lead_from_page_to_page_and_end(raw: Raw) -> None:
    fill(raw, 120)

    first, last = raw.get("/items", limit=100), raw.get("/items", limit=100, start=100)

    assert 'start=100>; rel="next"' in first.headers["link"]
    assert 'rel="last"' in first.headers["link"]
    assert 'rel="next"' not in last.headers["link"]
    assert 'rel="prev"' in last.headers["link"]


def test_versions_and_keys_are_listed_without_a_limit(raw: Raw) -> None:
    keys = fill(raw, 120)

    versions = raw.get("/items", format="versions")

    assert set(versions.json) == set(keys)
    assert all(isinstance(version, int) for version in versions.json.values())
    assert versions.version is not None
    assert max(versions.json.values()) <= versions.version
    plain = raw.get("/items", format="keys")
    assert set(plain.text.split()) == set(keys)
    assert plain.headers["content-type"].startswith("text/plain")
    assert len(raw.get("/items", format="versions", limit=7).json) == 7


@pytest.mark.parametrize(("since", "number"), [(-1, 3), (0, 3), (4, 1), (5, 0), (99, 0)])
def test_since_shows_what_is_newer(raw: Raw, since: int, number: int) -> None:
    fill(raw, 3)

    assert len(raw.get("/items", format="versions", since=since).json) == number


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("since", "x"),
        ("sort", "colour"),
        ("direction", "up"),
        ("format", "csv"),
        ("include", "x"),
        ("qmode", "x"),
    ],
)
def test_values_that_mean_nothing_are_refused(raw: Raw, name: str, value: str) -> None:
    assert raw.get("/items", **{name: value}).status == 400


def test_item_keys_are_read_a_hundred_at_a_time(raw: Raw) -> None:
    keys = fill(raw, 130)

    reply = raw.get("/items", itemKey=",".join(keys), limit=10)

    assert len(reply.json) == 100
    assert reply.headers["total-results"] == "130"
    assert len(raw.get("/items", itemKey=",".join(keys), start=100).json) == 30


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (f"{A},{B}", {A, B}),
        (f"{A},{A},{C}", {A}),
        (f"{A},nonsense", {A}),
        ("nonsense", {A, B}),
        ("", {A, B}),
    ],
)
def test_a_filter_of_nothing_but_invalid_keys_vanishes(
    raw: Raw, asked: str, found: set[str]
) -> None:
    raw.post(article(A), article(B))

    assert keys_of(raw.get("/items", itemKey=asked).json) == found


def test_trashed_items_are_seen_only_by_those_who_ask(raw: Raw) -> None:
    raw.post(article(A), article(B, deleted=1))

    assert keys_of(raw.get("/items").json) == {A}
    assert keys_of(raw.get("/items/top").json) == {A}
    assert set(raw.get("/items", format="versions", since=0).json) == {A}
    assert raw.get("/items", itemKey=B).json == []
    assert raw.get("/deleted", since=0).json["items"] == []
    assert keys_of(raw.get("/items/trash").json) == {B}
    assert keys_of(raw.get("/items", itemKey=B, includeTrashed=1).json) == {B}
    assert set(raw.get("/items", format="versions", includeTrashed=1).json) == {A, B}
    assert raw.get(f"/items/{B}").status == 200


def test_a_single_item_answers_with_its_own_version(raw: Raw) -> None:
    raw.post(article(A), article(B))

    assert raw.get(f"/items/{A}").version == 3
    assert "etag" not in raw.get(f"/items/{A}").headers


def test_children_are_not_at_the_top(raw: Raw) -> None:
    raw.post(article(A), {"key": B, "version": 0, "itemType": "note", "note": "n", "parentItem": A})

    assert keys_of(raw.get("/items/top").json) == {A}
    assert keys_of(raw.get(f"/items/{A}/children").json) == {B}
    assert raw.get(f"/items/{A}").json["meta"]["numChildren"] == 1


@pytest.mark.parametrize(
    ("path", "behind", "status"),
    [
        ("/items", 0, 304),
        ("/items", 1, 200),
        ("/collections", 0, 304),
        ("/deleted?since=0", 0, 200),
        (f"/items/{A}", 0, 200),
    ],
)
def test_a_listing_that_is_known_is_not_sent_again(
    raw: Raw, path: str, behind: int, status: int
) -> None:
    raw.post(article(A))
    known = str(raw.version() - behind)

    reply = raw.send("GET", path, None, {"If-Modified-Since-Version": known})

    assert reply.status == status
    if status == 304:
        assert (reply.text, reply.version) == ("", None)


def test_listings_come_newest_first(raw: Raw) -> None:
    raw.post(
        article(A, dateModified="2021-01-01T00:00:00Z"),
        article(B, dateModified="2023-01-01T00:00:00Z"),
        article(C, dateModified="2022-01-01T00:00:00Z"),
    )

    assert [item["key"] for item in raw.get("/items").json] == [B, C, A]
    titles = raw.get("/items", sort="dateModified", direction="asc").json
    assert [item["key"] for item in titles] == [A, C, B]


# Deletions


def test_the_log_of_deletions_needs_to_know_since_when(raw: Raw) -> None:
    reply = raw.get("/deleted")

    assert (reply.status, reply.text) == (400, "'since' parameter must be provided")


def test_the_log_names_items_with_their_children(raw: Raw) -> None:
    raw.post(article(A), {"key": B, "version": 0, "itemType": "note", "note": "n", "parentItem": A})

    raw.send("DELETE", f"/items/{A}", None, {"If-Unmodified-Since-Version": "9"})

    reply = raw.get("/deleted", since=4)
    assert reply.json == {
        "collections": [],
        "items": [A, B],
        "searches": [],
        "tags": [],
        "settings": [],
    }
    assert reply.version == 5
    assert raw.get("/deleted", since=5).json["items"] == []


def test_a_tag_that_nobody_has_any_more_is_not_logged_unless_deleted_as_such(raw: Raw) -> None:
    raw.post(article(A, tags=[{"tag": "x"}]), article(B, tags=[{"tag": "y"}]))

    raw.post({"key": A, "version": 3, "tags": []})
    assert raw.get("/deleted", since=0).json["tags"] == []

    raw.send("DELETE", "/tags", None, {"If-Unmodified-Since-Version": "9"}, tag="y")
    assert raw.get("/deleted", since=0).json["tags"] == ["y"]
    assert raw.data(B)["version"] == 6
    assert raw.data(B)["tags"] == []


def test_many_are_deleted_without_a_header(raw: Raw) -> None:
    raw.post(article(A), article(B))

    assert raw.send("DELETE", "/items", None, None, itemKey=f"{A},{B},{C}").status == 204
    assert raw.get("/items").json == []


def test_a_stale_header_saves_many_from_deletion(raw: Raw) -> None:
    raw.post(article(A))

    reply = raw.send("DELETE", "/items", None, {"If-Unmodified-Since-Version": "1"}, itemKey=A)

    assert (reply.status, reply.version) == (412, None)


# Search


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("gene", {A}),
        ("GENE therapy", {A}),
        ('"gene therapy"', {A}),
        ('"therapy gene"', set()),
        ("curie", {B}),
        ("1903", {B}),
        ("10.1000/x", set()),
        ("secret", set()),
    ],
)
@pytest.mark.parametrize("mode", ["titleCreatorYear", "everything"])
def test_neither_identifiers_nor_extra_can_be_searched(
    raw: Raw, query: str, found: set[str], mode: str
) -> None:
    raw.post(
        article(A, title="Gene therapy", DOI="10.1000/x", extra="secret", abstractNote="secret"),
        article(
            B,
            date="1903-05",
            creators=[{"creatorType": "author", "firstName": "M", "lastName": "Curie"}],
        ),
    )

    assert keys_of(raw.get("/items", q=query, qmode=mode).json) == found


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("itemType", "book || note", {B}),
        ("itemType", "-book", {A}),
        ("tag", "x", {A}),
        ("tag", "x || y", {A, B}),
        ("tag", "-x", {B}),
    ],
)
def test_alternatives_and_exclusions(raw: Raw, name: str, value: str, found: set[str]) -> None:
    raw.post(article(A, tags=[{"tag": "x"}]), article(B, itemType="book", tags=[{"tag": "y"}]))

    assert keys_of(raw.get("/items", **{name: value}).json) == found


# Collections and their silent side effects


def collection(key: str, name: str = "Inbox", **properties: Any) -> dict[str, Any]:
    return {"key": key, "version": 0, "name": name} | properties


@pytest.mark.parametrize(
    ("properties", "code", "message"),
    [
        ({"name": ""}, 400, "Collection name cannot be empty"),
        ({"name": 7}, 400, "'name' must be a string"),
        ({"name": "n" * 256}, 413, "too long"),
        ({"parentCollection": B}, 409, f"Parent collection {B} not found"),
        ({"parentCollection": "x"}, 400, "'x' is not a valid collection key"),
        ({"colour": "red"}, 400, "Invalid property 'colour'"),
    ],
)
def test_what_a_collection_cannot_be(
    raw: Raw, properties: dict[str, Any], code: int, message: str
) -> None:
    refused = raw.post(collection(A) | properties, to="/collections").failed["0"]

    assert refused["code"] == code
    assert message in refused["message"]


def test_collections_may_share_a_name_and_nest(raw: Raw) -> None:
    raw.post(collection(A), collection(B), collection(C, parentCollection=A), to="/collections")

    listed = {found["key"]: found["data"] for found in raw.get("/collections").json}
    assert [listed[key]["name"] for key in (A, B, C)] == ["Inbox"] * 3
    assert [listed[key]["parentCollection"] for key in (A, B, C)] == [False, False, A]
    assert raw.post(collection(A), to="/collections").failed["0"]["code"] == 412


def test_putting_an_item_in_a_collection_leaves_the_collections_version(raw: Raw) -> None:
    raw.post(collection(C), to="/collections")

    raw.post(article(A, collections=[C]))

    assert raw.get(f"/collections/{C}").version == 3
    assert keys_of(raw.get(f"/collections/{C}/items").json) == {A}


def test_deleting_a_collection_is_felt_further_than_it_is_told(raw: Raw) -> None:
    raw.post(collection(A), to="/collections")
    raw.post(collection(B, parentCollection=A), to="/collections")
    raw.post(article(C, collections=[B]))
    before = raw.version()

    stale = raw.send("DELETE", f"/collections/{A}", None, {"If-Unmodified-Since-Version": "1"})
    assert (stale.status, stale.version) == (412, 3)
    assert raw.send("DELETE", f"/collections/{A}").status == 428
    raw.send("DELETE", f"/collections/{A}", None, {"If-Unmodified-Since-Version": "3"})

    assert raw.get("/collections").json == []
    assert raw.get("/deleted", since=before).json["collections"] == [A]
    assert raw.data(C)["collections"] == []
    assert raw.get("/items", since=before).json == []


def test_the_address_for_members_moves_no_version_and_takes_nothing_out(raw: Raw) -> None:
    raw.post(collection(C), to="/collections")
    raw.post(article(A))
    before = raw.version()

    assert raw.send("POST", f"/collections/{C}/items", A.encode()).status == 204
    assert raw.data(A)["collections"] == [C]
    assert raw.version() == before
    assert raw.send("DELETE", f"/collections/{C}/items/{A}").status == 500
    assert raw.data(A)["collections"] == [C]


def test_a_trashed_collection_is_still_listed(raw: Raw) -> None:
    raw.post(collection(A, deleted=True), to="/collections")

    assert raw.get("/collections").json[0]["data"]["deleted"] is True


def test_settings_cannot_be_invented(raw: Raw) -> None:
    assert raw.send("PUT", "/settings/syncd", {"value": 1}).text == "Invalid setting 'syncd'"


def test_the_schema_tells_types_fields_and_creators(raw: Raw) -> None:
    document = raw.get("//schema").json

    types = {entry["itemType"]: entry for entry in document["itemTypes"]}
    assert document["version"] >= 41
    assert {"field": "bookTitle", "baseField": "publicationTitle"} in types["bookSection"]["fields"]
    assert types["film"]["creatorTypes"][0]["primary"] is True
    assert raw.get("//itemTypeFields", itemType="journalArticle").status == 200
    assert raw.get("//itemTypeFields").status == 400
