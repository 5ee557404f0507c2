"""Item files: what a person finds in them, and what may be left in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.file.documents import DamagedDocumentError, format_item, parse_item

ARTICLE: dict[str, Any] = {
    "itemType": "journalArticle",
    "title": "Über 免疫 <i>cells</i>",
    "creators": [
        {"creatorType": "author", "firstName": "Zoë", "lastName": "Zweig"},
        {"creatorType": "author", "name": "The Group"},
    ],
    "abstractNote": "One.\nTwo.",
    "tags": [],
    "collections": ["ABCD2345"],
}


def test_an_items_text_is_readable_and_has_one_property_or_person_a_line() -> None:
    text = format_item("ABCD2345", 7, ARTICLE, trashed=False).decode()

    assert text == (
        "{\n"
        '  "key": "ABCD2345",\n'
        '  "version": 7,\n'
        '  "data": {\n'
        '    "itemType": "journalArticle",\n'
        '    "title": "Über 免疫 <i>cells</i>",\n'
        '    "creators": [\n'
        '      {"creatorType": "author", "firstName": "Zoë", "lastName": "Zweig"},\n'
        '      {"creatorType": "author", "name": "The Group"}\n'
        "    ],\n"
        '    "abstractNote": "One.\\nTwo.",\n'
        '    "tags": [],\n'
        '    "collections": ["ABCD2345"]\n'
        "  }\n"
        "}\n"
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ([{"tag": "a"}, {"tag": "b", "type": 1}], '[{"tag": "a"},{"tag": "b", "type": 1}]'),
        ([{"tag": '},\n        "'}], r'[{"tag": "},\n        \""}]'),
        ([{"a": [1, {"b": 2**70}]}, {}], f'[{{"a": [1, {{"b": {2**70}}}]}},{{}}]'),
        ([{"a": "b"}, "c"], '[{"a": "b"},"c"]'),
        ({"dc:relation": ["x", "y"]}, '{"dc:relation": ["x", "y"]}'),
        ([], "[]"),
        (1e16, "1e+16"),
    ],
)
def test_a_property_has_one_line_or_one_for_each_object_in_it(value: object, written: str) -> None:
    text = format_item("ABCD2345", 7, {"itemType": "x", "it": value}, trashed=False).decode()

    _, _, shown = text.partition('"it": ')
    lines = [line.strip() for line in shown.removesuffix("\n  }\n}\n").split("\n")]
    assert "".join(lines) == written
    assert len(lines) == (len(value) + 2 if "{" in written[1:] else 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("trashed", [False, True])
def test_an_items_text_reads_back_as_the_item(trashed: bool) -> None:
    assert parse_item(format_item("ABCD2345", 7, ARTICLE, trashed=trashed)) == (7, ARTICLE, trashed)


def test_an_item_pasted_from_the_web_api_is_taken() -> None:
    pasted = {
        "key": "ABCD2345",
        "version": 12,
        "library": {"type": "user", "id": 1},
        "links": {},
        "meta": {},
        "data": {"key": "ABCD2345", "version": 12, "deleted": 1, **ARTICLE},
    }

    assert parse_item(json.dumps(pasted).encode()) == (12, ARTICLE, True)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"volume": 11', "11"),
        ('"volume": null', ""),
        ('"volume": "11"', "11"),
    ],
)
def test_what_a_person_means_by_a_field_is_understood(written: str, read: str) -> None:
    text = f'{{"data": {{"itemType": "journalArticle", {written}}}}}'

    assert parse_item(text.encode()).data["volume"] == read


def test_a_text_saved_with_a_byte_order_mark_is_taken() -> None:
    raw = b"\xef\xbb\xbf" + format_item("ABCD2345", 7, ARTICLE, trashed=False)

    assert parse_item(raw).data == ARTICLE


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "line 1"),
        (b'{"data": {\n"itemType": "book",\n"title" "A"}}', "line 3"),
        (b'{"data": {"itemType": "book", "title": "\xff"}}', "UTF-8"),
        (b'{"data": {"itemType": "book", "title": "\\ud800"}}', "UTF-8"),
        (b'{"data": {"itemType": "book", "numPages": NaN}}', "NaN"),
        (b"[" * 100_000, "recursion"),
        (b'["itemType"]', "data"),
        (b'{"itemType": "book"}', "data"),
        (b'{"data": {"title": "A"}}', "itemType"),
        (b'{"data": {"itemType": "book", "title": ["A"]}}', "title"),
        (b'{"data": {"itemType": "book", "creators": "A. Author"}}', "creators"),
        (
            b'{"data": {"itemType": "book", "creators": [{"creatorType": "author", "name": 5}]}}',
            "creators",
        ),
        (b'{"data": {"itemType": "book", "creators": [{"name": "No Role"}]}}', "creators"),
        (b'{"data": {"itemType": "book", "creators": [{"creatorType": "author"}]}}', "creators"),
        (b'{"data": {"itemType": "book", "tags": ["tag"]}}', "tags"),
        (b'{"data": {"itemType": "book", "collections": [1]}}', "collections"),
        (b'{"data": {"itemType": "book", "relations": ["x"]}}', "relations"),
    ],
)
def test_what_is_no_item_is_damaged_and_says_why(raw: bytes, why: str) -> None:
    with pytest.raises(DamagedDocumentError, match=why):
        parse_item(raw)


@pytest.mark.parametrize("version", ["7", -1, None, 10**30])
def test_a_version_that_is_none_counts_as_never_written(version: object) -> None:
    text = json.dumps({"version": version, "data": {"itemType": "book"}})

    assert parse_item(text.encode()).version == 0
