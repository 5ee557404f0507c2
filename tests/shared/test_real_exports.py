"""Real exports of many programs: every work becomes an item, and nothing that it says is lost."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import pytest

from syncd.errors import InputError
from syncd.formats.ris import Entry, Reader
from syncd.formats.sources import read_record
from syncd.item.making import item_data
from syncd.item.reading import identity_of
from syncd.record import Record
from syncd.system.resources import shipped_schema
from tests.shared.places import REAL_EXPORTS, rows_of, skip_without
from tests.shared.wording import letters_of, stands_in, texts_in, words_of

MANIFEST = REAL_EXPORTS / "manifest.tsv"
WORKS = {row["file"]: int(row["works"]) for row in rows_of(MANIFEST)}
NAMELESS = {"scopus/no-ty-reference-list.ris": 1}
"""Entries that name no work: one holds nothing but the day of the export."""

NO_RIS = "tools/rispy-wos-native-not-ris.ris"
SCHEMA = shipped_schema()

pytestmark = skip_without(MANIFEST)
each_export = pytest.mark.parametrize("name", [name for name in WORKS if name != NO_RIS])


class Made(NamedTuple):
    """An entry of an export and what became of it."""

    entry: Entry
    record: Record
    data: dict[str, Any]


@cache
def read(name: str) -> list[Made]:
    """Read an export; entries that are refused alone are passed over."""
    made = []
    with (REAL_EXPORTS / name).open("rb") as stream:
        for entry in Reader(stream):
            try:
                record = read_record(entry, "x.ris")
            except InputError:
                continue
            made.append(Made(entry, record, item_data(record, SCHEMA)))
    return made


@each_export
def test_every_work_of_an_export_becomes_one_record(name: str) -> None:
    assert len(read(name)) == WORKS[name] - NAMELESS.get(name, 0)


def test_a_file_that_is_no_ris_is_refused() -> None:
    assert WORKS[NO_RIS] == 0
    with pytest.raises(InputError, match="RIS"):
        read(NO_RIS)


@each_export
def test_every_word_of_an_export_is_in_the_item_or_named_as_unused(name: str) -> None:
    for entry, record, data in read(name):
        kept = " ".join([*texts_in(record), *texts_in(data)])
        words, letters = words_of(kept), letters_of(kept)
        if "numPages" in record.fields:
            words.add("1")  # a book of the pages 1 to 174 has 174 pages
        for line in entry.lines:
            lost = [word for word in words_of(line.value) - words if not stands_in(word, letters)]
            assert line.tag == "TY" or not lost, line


@each_export
def test_only_fields_and_roles_that_the_schema_knows_are_made(name: str) -> None:
    for made in read(name):
        data = dict(made.data)
        item_type, creators = data.pop("itemType"), data.pop("creators")
        roles = set(SCHEMA.creator_types[item_type])
        for collective in ("tags", "collections", "relations"):
            data.pop(collective)

        assert data.keys() <= SCHEMA.fields[item_type]
        assert all(isinstance(text, str) and text for text in data.values())
        assert {creator["creatorType"] for creator in creators} <= roles


@each_export
def test_an_item_is_known_by_what_its_record_was_known_by(name: str) -> None:
    for made in read(name):
        assert identity_of(made.data) == made.record.identity
