"""The server's own schema is used, read once, kept, and done without where it cannot be had."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.item_schema import SchemaCache
from syncd.errors import UnavailableError
from syncd.system.resources import shipped_schema
from tests.fakes.zotero_server.adapter import open_library
from tests.fakes.zotero_server.process import Account, ZoteroServer

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)


def document(version: int) -> dict[str, Any]:
    article = {
        "itemType": "journalArticle",
        "fields": [{"field": "title"}],
        "creatorTypes": [{"creatorType": "author", "primary": True}],
    }
    return {"version": version, "itemTypes": [article], "locales": {"de": "much text"}}


class Source:
    """A server that counts how often it is asked."""

    def __init__(self, answer: Mapping[str, Any] | Exception) -> None:
        self.answer = answer
        self.asked = 0

    def __call__(self) -> Mapping[str, Any]:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_it_is_read_once_and_again_when_the_server_has_a_newer_one(tmp_path: Path) -> None:
    cache, source = SchemaCache(tmp_path), Source(document(50))

    assert cache.get(50, source).version == 50
    assert cache.get(50, source).version == 50
    assert source.asked == 1

    source.answer = document(51)
    assert cache.get(51, source).version == 51


def test_the_next_start_finds_it_on_disk(tmp_path: Path) -> None:
    SchemaCache(tmp_path / "new").get(50, Source(document(50)))
    source = Source(document(50))

    schema = SchemaCache(tmp_path / "new").get(50, source)

    assert schema.fields == {"journalArticle": frozenset({"title"})}
    assert source.asked == 0
    [kept] = (tmp_path / "new").iterdir()
    assert "locales" not in json.loads(kept.read_text())


@pytest.mark.parametrize(
    "answer", [UnavailableError("down"), {"version": 50}, {"itemTypes": "none", "version": 1}]
)
def test_where_it_cannot_be_had_the_last_one_or_the_shipped_one_serves(
    tmp_path: Path, answer: Mapping[str, Any] | Exception
) -> None:
    assert SchemaCache(tmp_path).get(50, Source(answer)) == shipped_schema()

    SchemaCache(tmp_path).get(49, Source(document(49)))
    assert SchemaCache(tmp_path).get(50, Source(answer)).version == 49


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 1}'])
def test_a_damaged_cache_is_read_anew(tmp_path: Path, content: str) -> None:
    SchemaCache(tmp_path).get(50, Source(document(50)))
    [kept] = tmp_path.iterdir()
    kept.write_text(content)

    assert SchemaCache(tmp_path).get(50, Source(document(50))).version == 50


def test_a_cache_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    assert SchemaCache(tmp_path / "file").get(50, Source(document(50))).version == 50


def test_describing_a_library_twice_reads_the_schema_once(
    zotero_server: ZoteroServer, account: Account, tmp_path: Path
) -> None:
    for _ in range(2):
        library = open_library(zotero_server, account, cache=tmp_path)
        assert library.describe().schema.version >= 41
        library.close()

    assert [entry["path"] for entry in zotero_server.requests()] == [
        "/keys/current",
        "/schema",
        "/keys/current",
    ]
