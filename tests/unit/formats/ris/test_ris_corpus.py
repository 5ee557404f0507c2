"""The reader against real exports and damaged variants, where they are at hand."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import NamedTuple

import pytest

from syncd.errors import InputError, Problem
from syncd.formats.ris import Entry, Reader
from tests.shared.places import SHARED

DATA = Path(__file__).parents[3] / "data"
CORPUS = SHARED / "corpus"
here = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus of real exports at {CORPUS}")

# Read as windows-1252 its ends of sentences are É and its dashes Ð; they are … and – in MacRoman.
MISLABELLED = {"bibfix/windows-1252.ris": "mac-roman"}


class Reading(NamedTuple):
    encoding: str
    entries: list[Entry]
    problems: list[Problem]


def read(path: Path) -> Reading:
    reader = Reader(io.BytesIO(path.read_bytes()))
    entries = list(reader)
    inner = [problem for entry in entries for problem in entry.problems]
    return Reading(reader.encoding, entries, reader.problems + inner)


def table(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@here
@pytest.mark.parametrize("row", table(CORPUS / "ris" / "manifest.tsv"), ids=lambda row: row["file"])
def test_every_record_of_a_real_export_is_found(row: dict[str, str]) -> None:
    path = CORPUS / "ris" / row["file"]
    if row["works"] == "0":
        with pytest.raises(InputError):
            read(path)
        return

    reading = read(path)

    assert len(reading.entries) == int(row["works"])
    expected = row["encoding"].replace("+bom", "").replace("ascii", "utf-8")
    assert reading.encoding == MISLABELLED.get(row["file"], expected)


@here
@pytest.mark.parametrize(
    "row", table(CORPUS / "variants" / "expected.tsv"), ids=lambda row: row["file"]
)
def test_a_damaged_variant_is_read_as_expected(row: dict[str, str]) -> None:
    try:
        reading = read(CORPUS / "variants" / row["file"])
    except InputError:
        assert row["alternative"] == "refuse"
        return

    titles = [next(x.value for x in e.lines if x.tag in ("TI", "T1")) for e in reading.entries]
    wanted = json.loads(row["titles"])
    assert len(reading.entries) == int(row["records"])
    # Two titles are put together from two tags, which is not the reader's business.
    assert titles == wanted or wanted[0].startswith(titles[0])
    assert reading.encoding == row["encoding"]
    assert not (row["warning"] == "no" and reading.problems)


@pytest.mark.parametrize(
    ("name", "encoding", "lines"),
    [
        ("ris-portal-page.ris", "utf-8", [1, 3, 5, 7, 9, 13, 15, 17, 19]),
        ("ris-lone-cr.ris", "utf-8", [1, 2, 3, 4, 5, 6, 7, 10]),
    ],
)
def test_exports_of_our_own_keep_their_lines(name: str, encoding: str, lines: list[int]) -> None:
    reading = read(DATA / name)

    assert reading.encoding == encoding
    assert [line.line for line in reading.entries[0].lines] == lines
    assert reading.problems == []
