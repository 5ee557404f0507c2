"""The record that started it all, and the same work as another database exports it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from syncd.formats.ris import Reader
from syncd.formats.sources import read_record
from syncd.item.making import item_data, notes_for
from syncd.record import Record
from syncd.schema import schema_from_json
from syncd.system.resources import shipped_schema

DATA = Path(__file__).parents[3] / "data"
OLD_SCHEMA = schema_from_json(json.loads((DATA / "map-schema-29.json").read_text()))


def read(path: Path) -> Record:
    with path.open("rb") as stream:
        return read_record(next(iter(Reader(stream))), path.name)


def author(family: str, given: str) -> dict[str, str]:
    return {"creatorType": "author", "lastName": family, "firstName": given}


EXPECTED: dict[str, Any] = {
    "itemType": "journalArticle",
    "title": "The quiet partner: How soil fungi feed young oaks",
    "shortTitle": "The quiet partner",
    "creators": [
        author("Lindqvist", "Maja"),
        author("Okonkwo", "Chidi"),
        author("Đặng", "Thị Hoa"),
    ],
    "abstractNote": "Fungal partners of oak seedlings were followed for three summers.",
    "publicationTitle": "Invented Journal of Woodland Studies",
    "volume": "7",
    "issue": "2",
    "pages": "101-119",
    "date": "2015-06-01",
    "ISSN": "2049-3630",
    "DOI": "10.5555/quiet.2015",
    "PMID": "12345678",
    "url": "http://www.scopus.com/inward/record.url?scp=85012345678&partnerID=8YFLogxK",
    "libraryCatalog": "Scopus",
    "extra": "Scopus EID: 2-s2.0-85012345678\nDocument Type: Review article",
    "tags": [],
    "collections": [],
    "relations": {},
}


def test_a_pure_export_becomes_exactly_the_item_it_should() -> None:
    record = read(DATA / "map-pure-article.ris")

    assert item_data(record, shipped_schema()) == EXPECTED
    assert record.unused == {}
    assert record.warnings == ()


def test_an_older_schema_gets_the_pubmed_number_as_first_line_of_extra() -> None:
    record = read(DATA / "map-pure-article.ris")

    data = item_data(record, OLD_SCHEMA)

    lines = f"PMID: 12345678\n{EXPECTED['extra']}"
    assert data == {key: EXPECTED[key] for key in EXPECTED if key != "PMID"} | {"extra": lines}


def test_the_funding_note_keeps_its_line_break() -> None:
    record = read(DATA / "map-pure-article.ris")

    (note,) = notes_for(record, ["funding", "other"])
    assert note.startswith("<p>Funding Information:<br/>The authors thank the Fjord Foundation")
    assert note.endswith("and Forêts d'Avenir.</p>")


def test_the_same_work_from_scopus_has_the_same_identity_and_nearly_the_same_item() -> None:
    pure, scopus = read(DATA / "map-pure-article.ris"), read(DATA / "map-scopus-article.ris")

    assert scopus.identity == pure.identity
    data = item_data(scopus, shipped_schema())
    same = ("title", "publicationTitle", "volume", "issue", "pages", "DOI", "PMID", "ISSN")
    assert {name: data[name] for name in same} == {name: EXPECTED[name] for name in same}
    assert notes_for(scopus, ["funding", "other"]) == []
    kinds = [note.kind for note in scopus.notes]
    assert kinds == ["export-date", "cited-by", "correspondence", "references"]
