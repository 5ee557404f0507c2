"""The test server takes files as Zotero's does."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx2
import pytest

from tests.fakes.zotero_server.process import Account, ZoteroServer

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

CONTENT = b"%PDF-1.7"
FACTS = {
    "md5": hashlib.md5(CONTENT, usedforsecurity=False).hexdigest(),
    "filename": "a.pdf",
    "filesize": str(len(CONTENT)),
    "mtime": "1700000000123",
}
NEW = {"If-None-Match": "*"}


@pytest.fixture
def key(zotero_server: ZoteroServer, account: Account) -> str:
    return zotero_server.write_item(
        account.library, {"itemType": "attachment", "linkMode": "imported_file", "title": "a.pdf"}
    )


class Sender:
    """Somebody who sends a file to an attachment."""

    def __init__(self, server: ZoteroServer, account: Account, key: str) -> None:
        self._address = f"{server.url}/{account.library}/items/{key}/file"
        self._key = account.key

    def post(self, form: dict[str, str], headers: dict[str, str] = NEW) -> httpx2.Response:
        headers = {"Zotero-API-Key": self._key, **headers}
        return httpx2.post(self._address, data=form, headers=headers)

    def ask(self) -> Any:
        return self.post(FACTS).json()


@pytest.fixture
def sender(zotero_server: ZoteroServer, account: Account, key: str) -> Sender:
    return Sender(zotero_server, account, key)


def send(told: Any, content: bytes = CONTENT) -> httpx2.Response:
    body = told["prefix"].encode() + content + told["suffix"].encode()
    return httpx2.post(told["url"], content=body)


def test_a_file_is_asked_for_sent_and_registered(
    zotero_server: ZoteroServer, account: Account, key: str, sender: Sender
) -> None:
    told = sender.ask()
    assert send(told).status_code == 201
    answer = sender.post({"upload": told["uploadKey"]})

    state = zotero_server.state(account.library)
    item = state["items"][key]
    assert (answer.status_code, answer.headers["last-modified-version"]) == (
        204,
        str(state["version"]),
    )
    assert (item["md5"], item["mtime"], item["filename"]) == (
        FACTS["md5"],
        1_700_000_000_123,
        "a.pdf",
    )
    assert item["version"] == state["version"]


def test_what_is_stored_already_need_not_be_sent(
    zotero_server: ZoteroServer, account: Account, sender: Sender
) -> None:
    told = sender.ask()
    send(told)
    sender.post({"upload": told["uploadKey"]})
    data = {"itemType": "attachment", "linkMode": "imported_file", "title": "b.pdf"}
    other = Sender(zotero_server, account, zotero_server.write_item(account.library, data))

    assert other.ask() == {"exists": 1}
    assert other.post(FACTS).status_code == 412


def test_what_the_server_refuses(zotero_server: ZoteroServer, sender: Sender) -> None:
    assert sender.post(FACTS, {}).status_code == 428
    told = sender.ask()
    assert send(told, b"%PDF-1.8").status_code == 400
    assert sender.post({"upload": told["uploadKey"]}).status_code == 400
    zotero_server.configure(storage_quota=4)
    full = sender.post(FACTS)
    assert (full.status_code, full.text) == (413, "File would exceed quota (8 > 4)")
