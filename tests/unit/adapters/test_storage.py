"""A file goes to where it is wanted piece by piece, and never where everybody could read it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from io import BytesIO

import httpx2
import pytest

from adapters.storage import upload
from syncd.library import FileToStore, Refusal, StoreFile
from syncd.record import ItemKey
from tests.fakes.zotero_server.process import Account, ZoteroServer

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

CONTENT = b"%PDF-1.7" * 200_000
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


def planned(key: str) -> StoreFile:
    file = FileToStore("/drop", "a.pdf", 0, len(CONTENT), 1_700_000_000_123, MD5)
    return StoreFile(ItemKey(key), file)


class InPieces(BytesIO):
    """A file that is not to be read whole."""

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert 0 < size <= 1 << 20
        return super().read(size)


def test_a_file_is_never_whole_in_memory(zotero_server: ZoteroServer, account: Account) -> None:
    data = {"itemType": "attachment", "linkMode": "imported_file", "title": "a.pdf"}
    key = zotero_server.write_item(account.library, data)
    address = f"{zotero_server.url}/{account.library}/items/{key}/file"

    def post(form: Mapping[str, str], headers: Mapping[str, str]) -> httpx2.Response:
        signed = {**headers, "Zotero-API-Key": account.key}
        return httpx2.post(address, data=dict(form), headers=signed)

    assert upload(planned(key), InPieces(CONTENT), post) is None
    assert zotero_server.state(account.library)["items"][key]["md5"] == MD5


@pytest.mark.parametrize("url", ["http://storage.example/a", "ftp://storage.example/a", ""])
def test_a_file_that_would_go_unencrypted_stays_here(url: str) -> None:
    def post(form: Mapping[str, str], headers: Mapping[str, str]) -> httpx2.Response:
        assert "upload" not in form
        told = {"url": url, "contentType": "x", "prefix": "", "suffix": "", "uploadKey": "k"}
        asked = httpx2.Request("POST", "https://zotero.example/items/K/file")
        return httpx2.Response(200, json=told, request=asked)

    refused = upload(planned("AAAA2222"), BytesIO(CONTENT), post)

    assert refused is not None
    assert refused.refusal is Refusal.TROUBLE
    assert "everybody" in refused.message
