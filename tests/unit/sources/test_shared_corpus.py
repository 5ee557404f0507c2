"""Real exports and synthetic variants, where they are at hand beside the project."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from syncd.errors import InputError
from syncd.item import identity_of, item_data, notes_for
from syncd.record import Record
from syncd.resources import shipped_schema
from syncd.ris import Reader
from syncd.sources import read_record

SHARED = Path(__file__).parents[4] / "shared" / "corpus"
SCHEMA = shipped_schema()

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is not here")


def records_of(path: Path) -> list[Record]:
    with path.open("rb") as stream:
        return [read_record(entry, path.name) for entry in Reader(stream)]


def works() -> list[tuple[str, int]]:
    manifest = SHARED / "ris" / "manifest.tsv"
    if not manifest.exists():
        return []
    with manifest.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["file"], int(row["works"])) for row in rows]


@pytest.mark.parametrize(("name", "count"), works())
def test_every_work_of_a_real_export_becomes_an_item(name: str, count: int) -> None:
    if "native-not-ris" in name:
        with pytest.raises(InputError, match="RIS"):
            records_of(SHARED / "ris" / name)
        return

    records = records_of(SHARED / "ris" / name)

    assert len(records) == count
    for record in records:
        data = item_data(record, SCHEMA)
        assert identity_of(data) == record.identity
        roles = {creator["creatorType"] for creator in data["creators"]}
        assert roles <= set(SCHEMA.creator_types[record.item_type])


def checks() -> list[tuple[str, str, Any]]:
    table = SHARED / "variants" / "expected.tsv"
    if not table.exists():
        return []
    lines = table.read_text(encoding="utf-8").split("\n")
    names = lines[0].split("\t")
    found = []
    for line in filter(None, lines[1:]):
        row = dict(zip(names, line.split("\t"), strict=True))
        wanted = json.loads(row["checks"] or "{}")
        for number, title in enumerate(json.loads(row["titles"] or "[]")):
            if title is not None:
                wanted[f"{number}.title"] = title
        for number, item_type in enumerate(json.loads(row["item_types"] or "[]")):
            if item_type is not None:
                wanted[f"{number}.itemType"] = item_type
        for number, doi in enumerate(json.loads(row["dois"] or "[]")):
            if f"{number}.DOI|" not in wanted:
                wanted[f"{number}.DOI"] = doi and doi.lower()
        found += [(row["file"], path, value) for path, value in wanted.items()]
    return found


@pytest.mark.parametrize(("name", "path", "expected"), checks())
def test_every_value_of_a_variant_is_as_expected(name: str, path: str, expected: Any) -> None:
    number, _, rest = path.rstrip("|").partition(".")

    found = _look_up(records_of(SHARED / "variants" / name)[int(number)], rest.split("."))

    if path.endswith("|"):
        assert any(_same(found, choice) for choice in expected), found
    else:
        assert _same(found, expected), found


def _look_up(record: Record, path: list[str]) -> Any:
    value: Any = item_data(record, SCHEMA)
    value["identifiers"] = record.identity._asdict()
    value["notes"] = notes_for(record, ["funding", "other"])
    value["tags"] = [tag["tag"] for tag in value["tags"]]
    for part in path:
        if part == "length":
            value = len(value)
        else:
            value = value[int(part)] if part.isdigit() else value.get(part)
    return value


def _same(found: Any, expected: Any) -> bool:
    if isinstance(found, list):
        return sorted(found) == sorted(expected)
    return bool(_fold(found) == _fold(expected))


def _fold(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", value)).strip()
