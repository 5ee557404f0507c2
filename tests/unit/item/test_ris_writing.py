"""Items as RIS that other programs read, and that syncd reads back exactly."""

from __future__ import annotations

import io
from itertools import islice, product
from typing import Any

import pytest

from syncd.formats.ris import Reader
from syncd.formats.sources import read_record, read_records
from syncd.item.making import item_data, notes_for
from syncd.item.ris_writing import _PLAIN, _fits_a_line, format_ris
from syncd.record import Record
from syncd.system.resources import shipped_schema
from tests.shared.places import REAL_EXPORTS

SCHEMA = shipped_schema()
REGULAR = sorted(set(SCHEMA.fields) - {"annotation", "attachment", "note"})


def read(text: str) -> list[Record]:
    return [read_record(entry, "library.ris") for entry in Reader(io.BytesIO(text.encode()))]


def article(**more: Any) -> dict[str, Any]:
    return {"itemType": "journalArticle", "title": "A work", "creators": [], "tags": [],
            "collections": [], "relations": {}, **more}  # fmt: skip


def test_an_article_is_written_with_the_tags_that_everyone_knows() -> None:
    data = article(
        publicationTitle="Nature", date="2012-03-01", pages="215-233", DOI="10.1000/x",
        creators=[{"creatorType": "author", "lastName": "Müller", "firstName": "Jörg"},
                  {"creatorType": "editor", "name": "The Group"}],
        tags=[{"tag": "one"}], volume="11", issue="3", url="https://x.example/",
    )  # fmt: skip

    assert format_ris(data, ["<p>A note</p>"]).split("\n") == [
        "TY  - JOUR",
        "U5  - syncd:journalArticle",
        "AU  - Müller, Jörg",
        "A2  - The Group",
        "TI  - A work",
        "T2  - Nature",
        "PY  - 2012",
        "DA  - 2012/03/01/",
        "SP  - 215",
        "EP  - 233",
        "DO  - 10.1000/x",
        "VL  - 11",
        "IS  - 3",
        "UR  - https://x.example/",
        "KW  - one",
        "N1  - <p>A note</p>",
        "ER  - ",
        "",
    ]


@pytest.mark.parametrize("item_type", REGULAR)
def test_every_field_of_every_type_comes_back(item_type: str) -> None:
    data: dict[str, Any] = {
        "itemType": item_type,
        **{field: f"{field} text" for field in sorted(SCHEMA.fields[item_type])},
        "creators": [
            {"creatorType": role, "lastName": "Family", "firstName": role}
            for role in SCHEMA.creator_types[item_type]
        ],
        "tags": [{"tag": "by hand"}, {"tag": "automatic", "type": 1}],
        "collections": [],
        "relations": {},
    }

    (again,) = read(format_ris(data))

    assert item_data(again, SCHEMA) == data
    assert again.unused == {}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("abstractNote", "First.\n\nPD  - 1 blockade\n  indented\nER  - "),
        ("title", "<i>E. coli</i> & p<0.05 &amp;"),
        ("title", " blanks\u00a0 and\u2028breaks "),
        ("title", "A e\u0301 decomposed"),
        ("title", "Ã©ncoded twice"),
        ("extra", "PMID: 1\n\nfree text\n  indented\nfree text"),
        ("date", "Spring 2012"),
        ("date", "2012-03"),
        ("pages", "e12"),
        ("pages", "1-2-3"),
        ("pages", "12, 15-19"),
        ("accessDate", "2023-09-12T00:16:04Z"),
        ("accessDate", "2023-09-12"),
        ("accessDate", "2023-09-12 00:16:04"),
        ("callNumber", 'QA 76/\\"quoted"'),
        ("url", "https://x.example/?a=1&copy=2;b"),
        ("DOI", "not a doi"),
    ],
)
def test_text_that_a_line_cannot_hold_comes_back_too(field: str, text: str) -> None:
    data = article(**{field: text})

    (again,) = read(format_ris(data))

    assert item_data(again, SCHEMA) == data


@pytest.mark.parametrize(
    "creator",
    [
        {"creatorType": "author", "name": "Group, with a comma"},
        {"creatorType": "author", "lastName": "Family, Jr", "firstName": "Given"},
        {"creatorType": "author", "lastName": "Family", "firstName": ""},
        {"creatorType": "reviewedAuthor", "lastName": "Family", "firstName": "Given"},
        {"creatorType": "author", "lastName": "Heck", "firstName": "K. L., Jr."},
    ],
)
def test_names_of_any_shape_come_back(creator: dict[str, str]) -> None:
    data = article(creators=[creator])

    (again,) = read(format_ris(data))

    assert item_data(again, SCHEMA) == data


def test_notes_come_back_in_their_order() -> None:
    notes = ["<p>one</p>", "<p>two\nlines</p>", "<p>three</p>"]

    (again,) = read(format_ris(article(), notes))

    assert notes_for(again, ["other"]) == notes


def test_links_come_back() -> None:
    links = ["https://x.example/a", "https://x.example/?a=1&section=2", "/home/ada/a b.pdf"]

    (again,) = read(format_ris(article(), [], links))

    assert [link.target for link in again.links] == links
    assert item_data(again, SCHEMA) == article()


def test_what_the_library_says_about_an_item_is_not_written() -> None:
    text = format_ris(article(key="ABCD2345", version=7, dateAdded="2020-01-01", collections=["C"]))

    assert "ABCD2345" not in text
    assert "2020" not in text


def test_several_items_make_one_export() -> None:
    text = "".join(format_ris(article(title=f"Work {number}")) for number in range(3))

    assert [record.fields["title"] for record in read(text)] == ["Work 0", "Work 1", "Work 2"]


def test_an_edited_line_is_believed_and_a_foreign_one_is_named() -> None:
    text = format_ris(article(volume="1")).replace("VL  - 1", "VL  - 2\nM4  - Citavi")

    (again,) = read(text)

    assert item_data(again, SCHEMA)["volume"] == "2"
    assert again.unused == {"M4": ("Citavi",)}


@pytest.mark.parametrize(
    "line",
    ["lines=x", "links=[1]",
     "creators=5", "creators=[5]", "creators=[{}]", "tags=[1]", "automatic=[-1]", "title=7",
     "title=not json", "automatic={}", "no remark"],
)  # fmt: skip
def test_a_remark_that_makes_no_sense_is_named_and_the_rest_read(line: str) -> None:
    text = format_ris(article()).replace("ER  - ", f"U5  - {line}\nER  - ")

    (again,) = read(text)

    assert item_data(again, SCHEMA) == article()
    assert again.unused == {"U5": (line,)}


def test_a_marker_of_an_unknown_item_type_is_none() -> None:
    text = format_ris(article()).replace("syncd:journalArticle", "syncd:spell")

    (again,) = read(text)

    assert again.origin.source == "generic"
    assert again.unused == {"U5": ("syncd:spell",)}


def test_real_exports_come_back() -> None:
    if not REAL_EXPORTS.is_dir():
        pytest.skip(f"{REAL_EXPORTS} is not here")
    for path in sorted(REAL_EXPORTS.glob("*/*.ris")):
        if "native-not-ris" in path.name:
            continue
        with path.open("rb") as stream:
            some = read_records([*islice(Reader(stream), 60)], path.name)
        records = [record for record in some if isinstance(record, Record)]
        items = [item_data(record, SCHEMA) for record in records]
        notes = [notes_for(record, ["other", "funding"]) for record in records]

        again = read("".join(map(format_ris, items, notes)))

        assert [item_data(record, SCHEMA) for record in again] == items, path
        assert [notes_for(record, ["other"]) for record in again] == notes, path
        assert [record.identity for record in again] == [r.identity for r in records], path


@pytest.mark.parametrize("length", range(5))
def test_what_fits_a_line_is_told_alike_with_and_without_the_pattern(length: int) -> None:
    for characters in product("a \t\n\x00\x1f\x7f~", repeat=length):
        value = "".join(characters)

        assert _fits_a_line(value) == (_PLAIN.fullmatch(value) is not None), repr(value)
