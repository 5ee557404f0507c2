"""The reference record becomes exactly the item that section 3 of ris-in-the-wild.md shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from syncd.formats.ris import Reader
from syncd.formats.sources import read_record
from syncd.item.making import item_data, notes_for
from syncd.record import Record
from syncd.schema import schema_from_json
from syncd.system.resources import shipped_schema
from tests.shared.places import SEED, VARIANTS, skip_without

WITH_CRLF = VARIANTS / "77_seed_crlf.ris"
NEWEST = shipped_schema()
OLDER = schema_from_json(
    json.loads((Path(__file__).parents[1] / "data" / "map-schema-29.json").read_text("utf-8"))
)
PEOPLE = {
    "Galluzzi": "Lorenzo",
    "Senovilla": "Laura",
    "Zitvogel": "Laurence",
    "Kroemer": "Guido",
}

pytestmark = skip_without(SEED, WITH_CRLF)
each_spelling = pytest.mark.parametrize("path", [SEED, WITH_CRLF], ids=lambda path: path.name)


def read(path: Path) -> Record:
    with path.open("rb") as stream:
        (entry,) = Reader(stream)
    return read_record(entry, path.name)


def text_after(start: str) -> str:
    """Return the rest of the one line of the reference record that begins so."""
    (text,) = (
        line.removeprefix(start)
        for line in SEED.read_text("utf-8").splitlines()
        if line.startswith(start)
    )
    return text


def expected_item() -> dict[str, Any]:
    return {
        "itemType": "journalArticle",
        "title": "The secret ally: Immunostimulation by anticancer drugs",
        "shortTitle": "The secret ally",
        "creators": [
            {"creatorType": "author", "lastName": family, "firstName": given}
            for family, given in PEOPLE.items()
        ],
        "abstractNote": text_after("AB - "),
        "publicationTitle": "Nature Reviews Drug Discovery",
        "volume": "11",
        "issue": "3",
        "pages": "215-233",
        "date": "2012-03-01",
        "ISSN": "1474-1776",
        "DOI": "10.1038/nrd3626",
        "PMID": "22301798",
        "url": "http://www.scopus.com/inward/record.url?scp=84857789296&partnerID=8YFLogxK",
        "libraryCatalog": "Scopus",
        "extra": "Scopus EID: 2-s2.0-84857789296\nDocument Type: Review article",
        "tags": [],
        "collections": [],
        "relations": {},
    }


@each_spelling
def test_the_reference_record_becomes_exactly_this_item(path: Path) -> None:
    assert item_data(read(path), NEWEST) == expected_item()


@each_spelling
def test_an_older_schema_has_the_pubmed_number_before_the_other_lines_of_extra(path: Path) -> None:
    expected = expected_item()
    expected["extra"] = f"PMID: {expected.pop('PMID')}\n{expected['extra']}"

    assert item_data(read(path), OLDER) == expected


@each_spelling
def test_the_reference_record_has_one_note_about_its_funding(path: Path) -> None:
    text = text_after("The authors are supported by ")

    (note,) = notes_for(read(path), ["funding", "other"])

    assert note == f"<p>Funding Information:<br/>The authors are supported by {text}</p>"


@each_spelling
def test_the_reference_record_is_known_by_these_identifiers(path: Path) -> None:
    assert dict(read(path).identity.pairs()) == {
        "scopus": "2-s2.0-84857789296",
        "doi": "10.1038/nrd3626",
        "pmid": "22301798",
    }
