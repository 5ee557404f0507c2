"""pyzotero takes the test server for the real one, its own traps included."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pyzotero.zotero import Zotero
from pyzotero.zotero_errors import (
    PreConditionFailedError,
    ResourceNotFoundError,
    TooManyRetriesError,
    UserNotAuthorisedError,
)

from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.fakes.zotero_server.raw import article

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

A, B = "AAAA2222", "BBBB2222"


@pytest.fixture
def zotero(zotero_server: ZoteroServer, account: Account) -> Iterator[Zotero]:
    client = Zotero(account.number, "user", account.key)
    client.endpoint = zotero_server.url
    yield client
    assert client.client is not None
    client.client.close()


def test_it_creates_reads_updates_and_deletes(zotero: Zotero) -> None:
    assert zotero.create_items([article(A), article(B)])["success"] == {"0": A, "1": B}
    [one] = zotero.items(itemKey=A)
    one["data"]["title"] = "Edited"

    zotero.update_item(one["data"])
    zotero.addto_collection(_collection(zotero), zotero.item(A))
    zotero.delete_item(zotero.item(B))

    assert zotero.item(A)["data"]["title"] == "Edited"
    assert len(zotero.item(A)["data"]["collections"]) == 1
    assert zotero.deleted(since=0)["items"] == [B]


def _collection(zotero: Zotero) -> str:
    made = zotero.create_collections([{"name": "Inbox"}])
    return str(made["success"]["0"])


def test_it_follows_pages_to_the_end(zotero: Zotero) -> None:
    for _ in range(5):
        zotero.create_items([article() for _ in range(50)])

    assert len(zotero.everything(zotero.items())) == 250
    assert zotero.num_items() == 250
    assert len(zotero.item_versions()) == 250


def test_it_reads_the_schema_pages(zotero: Zotero) -> None:
    types: Any = zotero.item_types()  # annotated as one dictionary, is a list of them
    fields: Any = zotero.item_type_fields("journalArticle")

    assert "book" in {entry["itemType"] for entry in types}
    assert "DOI" in {entry["field"] for entry in fields}
    assert zotero.check_items([article()])


def test_its_key_info_puts_the_key_into_the_address(
    zotero: Zotero, zotero_server: ZoteroServer, account: Account
) -> None:
    assert zotero.key_info()["userID"] == account.number

    assert zotero_server.requests()[-1]["path"] == f"/keys/{account.key}"


def test_it_reports_success_although_every_object_failed(zotero: Zotero) -> None:
    assert zotero.update_items([{"key": A, "version": 9, "title": "x"}]) is True

    assert zotero.request is not None
    assert zotero.request.json()["failed"]["0"]["code"] == 404


def test_its_second_chunk_runs_into_the_version_of_the_first(zotero: Zotero) -> None:
    made = zotero.create_items([article() for _ in range(50)])["success"].values()
    more = zotero.create_items([article()])["success"].values()
    changes = [{"key": key, "title": "x"} for key in (*made, *more)]

    with pytest.raises(PreConditionFailedError):
        zotero.update_items(changes, last_modified=zotero.last_modified_version())


def test_deleting_a_list_takes_an_items_version_for_the_librarys(zotero: Zotero) -> None:
    zotero.create_items([article(A), article(B)])

    with pytest.raises(PreConditionFailedError):
        zotero.delete_item([zotero.item(A), zotero.item(B)])


def test_a_refused_create_is_no_json(zotero: Zotero, zotero_server: ZoteroServer) -> None:
    zotero_server.arm("status", status=429, headers={"Retry-After": "0"}, body="Slow down")

    with pytest.raises(json.JSONDecodeError):
        zotero.create_items([article()])


def test_a_429_without_a_time_is_too_many_retries(
    zotero: Zotero, zotero_server: ZoteroServer
) -> None:
    zotero_server.arm("status", status=429)

    with pytest.raises(TooManyRetriesError):
        zotero.items()


def test_each_call_makes_a_token_of_its_own(zotero: Zotero, zotero_server: ZoteroServer) -> None:
    zotero.create_items([article()])
    zotero.create_items([article()])

    sent = [entry["headers"]["zotero-write-token"] for entry in zotero_server.requests("POST")]
    assert len(set(sent)) == 2


def test_refusals_become_its_errors(zotero: Zotero, zotero_server: ZoteroServer) -> None:
    with pytest.raises(ResourceNotFoundError, match="Item does not exist"):
        zotero.item(A)
    zotero_server.arm("revoked")
    with pytest.raises(UserNotAuthorisedError, match="Invalid key"):
        zotero.items()
