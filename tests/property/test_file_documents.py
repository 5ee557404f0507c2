"""Whatever stands in an item's file, it is an item that can be used or it is damaged."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.file.documents import DamagedDocumentError, format_item, parse_item
from syncd.item.csl import csl_of
from syncd.item.ris_writing import format_ris
from syncd.system.resources import shipped_schema

texts = st.one_of(
    st.sampled_from(["", "author", "2012-03-01", "1-9", "a\nb"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
)
scalars = st.one_of(texts, st.none(), st.booleans(), st.integers(), st.floats())
creators = st.lists(
    st.fixed_dictionaries(
        {"creatorType": texts},
        optional={"name": texts, "firstName": texts, "lastName": texts, "orcid": texts},
    ),
    max_size=3,
)
tags = st.lists(st.fixed_dictionaries({"tag": texts}, optional={"type": scalars}), max_size=3)
strange = st.one_of(scalars, st.lists(scalars, max_size=2), st.dictionaries(texts, scalars))
FIELDS = ["title", "date", "pages", "extra", "accessDate", "DOI", "note", "parentItem", "mtime"]
OTHERS = ["creators", "tags", "collections", "relations", "deleted", "key", "version"]
properties = st.fixed_dictionaries(
    {"itemType": st.sampled_from(sorted(shipped_schema().fields))},
    optional={
        **dict.fromkeys(FIELDS, scalars),
        **dict.fromkeys(OTHERS, strange),
        "creators": creators,
        "tags": tags,
    },
)
mistakes = st.dictionaries(st.sampled_from(FIELDS + OTHERS), strange, max_size=1)


@given(st.builds(lambda good, odd: {**good, **odd}, properties, mistakes))
@settings(max_examples=200, deadline=None)
def test_what_a_person_may_write_is_damaged_or_can_be_exported_and_kept(
    written: dict[str, Any],
) -> None:
    try:
        _, data, trashed = parse_item(json.dumps({"data": written}).encode())
    except DamagedDocumentError:
        return

    csl_of("ABCD2345", data)
    format_ris(data, ["<p>note</p>"])
    assert parse_item(format_item("ABCD2345", 1, data, trashed=trashed)) == (1, data, trashed)


@given(st.binary(max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_an_item_or_damaged(raw: bytes) -> None:
    try:
        parse_item(raw)
    except DamagedDocumentError as error:
        assert str(error)
