"""Files damaged or written in one particular way: what the table beside them expects comes out."""

from __future__ import annotations

import codecs
import json
import re
import unicodedata
from functools import cache
from typing import Any, NamedTuple

import pytest

from syncd.app.inspection import Inspected, InspectedFile, Inspection
from syncd.sync.making import Tools
from syncd.system.resources import shipped_schema
from tests.shared.places import VARIANTS, rows_of, skip_without

EXPECTED = VARIANTS / "expected.tsv"
LATIN = {codecs.lookup("iso-8859-1").name, codecs.lookup("windows-1252").name}
Row = dict[str, str]

pytestmark = skip_without(EXPECTED)
each_file = pytest.mark.parametrize("row", rows_of(EXPECTED), ids=lambda row: row["file"])


class Outcome(NamedTuple):
    """What `syncd inspect` shows of a file; without an encoding, the file is refused whole."""

    file: InspectedFile
    records: list[Inspected]
    warnings: list[str]


@cache
def inspect(name: str) -> Outcome:
    tools = Tools(shipped_schema(), ("funding", "other"))
    inspection = Inspection([VARIANTS / name], tools, lambda path: path.open("rb"))
    records = list(inspection.records())
    (file,) = inspection.files
    of_records = [warning for record in records for warning in record.warnings]
    of_file = [problem.message for problem in file.problems]
    return Outcome(file, records, [*of_records, *of_file, *file.alarms])


@each_file
def test_no_record_more_and_none_fewer_comes_out(row: Row) -> None:
    outcome = inspect(row["file"])

    if outcome.file.encoding is None:
        assert row["alternative"] == "refuse"
        assert outcome.warnings
    else:
        assert len(outcome.records) == outcome.file.records_found == int(row["records"])


@each_file
def test_a_file_is_read_in_the_encoding_that_it_is_written_in(row: Row) -> None:
    if not (encoding := inspect(row["file"]).file.encoding):
        return  # refused whole

    found, expected = codecs.lookup(encoding).name, codecs.lookup(row["encoding"]).name
    raw = (VARIANTS / row["file"]).read_bytes()
    is_as_good = {found, expected} == LATIN and raw.decode(found) == raw.decode(expected)
    assert found == expected or is_as_good


@each_file
def test_there_is_a_warning_where_one_is_due_and_none_where_all_is_well(row: Row) -> None:
    warnings = inspect(row["file"]).warnings

    assert row["warning"] in {"any", "yes" if warnings else "no"}, warnings


def expected_values() -> list[tuple[str, str, list[Any]]]:
    """Return each file, the path of a value in it, and what is accepted there.

    A title or type of null is not checked; None accepts that the field is absent.
    """
    found = []
    for row in rows_of(EXPECTED):
        wanted: dict[str, list[Any]] = {}
        for column, field in (("titles", "title"), ("item_types", "itemType"), ("dois", "DOI")):
            for number, value in enumerate(json.loads(row[column])):
                if value or field == "DOI":
                    wanted[f"{number}.{field}"] = [value]
        for path, value in json.loads(row["checks"]).items():
            wanted[path.rstrip("|")] = value if path.endswith("|") else [value]
        found += [(row["file"], path, accepted) for path, accepted in wanted.items()]
    return found


@pytest.mark.parametrize(("name", "path", "accepted"), expected_values())
def test_every_value_of_a_record_is_as_expected(name: str, path: str, accepted: list[Any]) -> None:
    number, _, rest = path.partition(".")
    if not (records := inspect(name).records):
        return  # refused whole

    found = comparable(look_up(records[int(number)], rest), rest)

    assert found in [comparable(value, rest) for value in accepted]


def look_up(inspected: Inspected, path: str) -> Any:
    value: Any = {
        **inspected.item,
        "tags": [tag["tag"] for tag in inspected.item["tags"]],
        "identifiers": inspected.record.identity._asdict(),
        "notes": inspected.notes,
    }
    for part in path.split("."):
        if part == "length":
            value = len(value)
        elif part.isdigit():
            value = value[int(part)]
        else:
            value = value.get(part)
    return value


def comparable(value: Any, path: str) -> Any:
    """Return a value whose blanks, composition and order, and case of a DOI, do not matter."""
    if isinstance(value, list):
        return sorted(value)
    if not isinstance(value, str):
        return value
    folded = re.sub(r"\s+", " ", unicodedata.normalize("NFC", value)).strip()
    return folded.lower() if path == "DOI" else folded
