"""BibTeX entries as a BibTeX parser takes them apart."""

from __future__ import annotations

from typing import Any

import pytest
from pybtex.database import Entry, parse_string

from syncd.item.bibtex import format_bibtex
from syncd.item.bibtex_text import escape, escape_title, format_names, verbatim
from syncd.system.resources import shipped_schema

SCHEMA = shipped_schema()
REGULAR = sorted(set(SCHEMA.fields) - {"annotation", "attachment", "note"})


def parsed(data: dict[str, Any], key: str = "key2012") -> Entry:
    return parse_string(format_bibtex(key, data), "bibtex").entries[key]


def person(family: str, given: str, role: str = "author") -> dict[str, str]:
    return {"creatorType": role, "lastName": family, "firstName": given}


def test_an_article_has_the_fields_that_every_program_knows() -> None:
    data = {
        "itemType": "journalArticle",
        "title": "Malaria in Africa",
        "creators": [person("Müller", "Jörg"), {"creatorType": "author", "name": "The Group"}],
        "publicationTitle": "Annals of Upland Living",
        "volume": "11",
        "issue": "3",
        "pages": "215-233",
        "date": "2012-03-05",
        "DOI": "10.1000/x_y",
        "url": "https://x.example/?a=1&b_c=%20#d",
        "language": "en-US",
        "tags": [{"tag": "one"}, {"tag": "two, three"}],
        "extra": "WOS: 1",
    }

    assert format_bibtex("muller2012malaria", data) == (
        "@article{muller2012malaria,\n"
        "  author = {Müller, Jörg and {The Group}},\n"
        "  title = {Malaria in {Africa}},\n"
        "  journal = {Annals of Upland Living},\n"
        "  year = {2012},\n"
        "  month = mar,\n"
        "  day = {5},\n"
        "  pages = {215--233},\n"
        "  volume = {11},\n"
        "  number = {3},\n"
        "  annotation = {WOS: 1},\n"
        "  doi = {10.1000/x_y},\n"
        "  url = {https://x.example/?a=1&b_c=%20#d},\n"
        "  langid = {english},\n"
        "  keywords = {one, {two, three}}\n"
        "}\n"
    )


@pytest.mark.parametrize("item_type", REGULAR)
def test_every_type_makes_an_entry_that_parses(item_type: str) -> None:
    fields = {field: f"{field} {{a}} 5% & _x" for field in SCHEMA.fields[item_type]}
    people = [person("Family", role, role) for role in SCHEMA.creator_types[item_type]]

    entry = parsed({"itemType": item_type, **fields, "date": "2012", "creators": people})

    assert "title" in entry.fields
    assert entry.fields["doi"] == "DOI%20{a}%205%%20&%20_x"
    assert any(entry.persons.values())


@pytest.mark.parametrize(
    "text",
    [
        "50% of R&D #1 at $5, a_b ~c ^d \\emph", "{balanced} {braces}", "an { alone", "} and {",
        "quotes \"x\" 'y'", "@article{x,", "", "=,", "über Ωμέγα 中文", "a\x00b\nc\n\nd", "\\",
    ],
)  # fmt: skip
def test_no_text_breaks_the_file(text: str) -> None:
    data = {"itemType": "book", "title": text, "abstractNote": text, "url": text, "DOI": text,
            "extra": text, "tags": [{"tag": text}], "creators": [person(text, text)]}  # fmt: skip

    both = format_bibtex("one", data) + "\n" + format_bibtex("two", {**data, "title": "Two"})

    entries = parse_string(both, "bibtex").entries
    assert [*entries] == ["one", "two"]
    assert entries["two"].fields["title"] == "Two"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("R&D at 5%", r"R\&D at 5\%"),
        ("{x}", r"\{x\}"),
        ("x { y", r"x \textbraceleft{} y"),
        ("a^b~c", r"a\textasciicircum{}b\textasciitilde{}c"),
        ("one\ntwo", "one\n\ntwo"),
    ],
)
def test_what_tex_would_take_for_a_command_is_escaped(text: str, shown: str) -> None:
    assert escape(text) == shown


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Malaria in Africa: the role of DNA", "Malaria in {Africa}: the role of {DNA}"),
        ("Malaria in Africa: The role of DNA", "Malaria in {Africa}: The role of {DNA}"),
        ("The Role Of DNA In The Treatment Of iPhone Users",
         "The Role Of {DNA} In The Treatment Of {iPhone} Users"),
        ("<i>E. coli</i> in H<sub>2</sub>O",
         r"\emph{{E}. coli} in {H}\textsubscript{2}{O}"),
        ("mRNA-based vaccines", "{mRNA}-based vaccines"),
        ("MALARIA IN AFRICA TODAY", "MALARIA IN AFRICA TODAY"),
        ("Effects at p<0.05 and q>0.1", "Effects at p<0.05 and q>0.1"),
        ("An <i>unclosed thing", "An <i>unclosed thing"),
        ("Ants ashore", "Ants ashore"),
        ("", ""),
    ],
)  # fmt: skip
def test_words_that_no_style_may_write_small_are_protected(title: str, shown: str) -> None:
    assert escape_title(title) == shown


@pytest.mark.parametrize(
    ("creator", "shown"),
    [
        (person("van der Berg", "Jan"), "van der Berg, Jan"),
        (person("Berg", "Jan van der"), "van der Berg, Jan"),
        (person("García y Vega", "Gabriel"), "{García y Vega}, Gabriel"),
        (person("Heck", "K. L., Jr."), "Heck, Jr., K. L."),
        (person("Family, Odd", "Given"), "{Family, Odd, Given}"),
        (person("One", "A., Two, B., Three, C."), "{One, A., Two, B., Three, C.}"),
        (person("Plato", ""), "{Plato}"),
        (person("", "Plato"), "{Plato}"),
        (person("", ""), ""),
        ({"creatorType": "author", "name": "Barnes and Noble, Inc."}, "{Barnes and Noble, Inc.}"),
        ({"creatorType": "author", "name": "R&D Group"}, r"{R\&D Group}"),
    ],
)
def test_names_are_taken_apart_where_they_should_be(creator: dict[str, str], shown: str) -> None:
    assert format_names([creator]) == shown


def test_people_are_as_many_as_they_were() -> None:
    people = [person("van der Berg", "Jan"), {"creatorType": "author", "name": "This and That"},
              person("de la Cruz", "Ana"), person("Plato", "")]  # fmt: skip

    entry = parsed({"itemType": "book", "title": "T", "creators": people})

    authors = entry.persons["author"]
    assert [" ".join(author.last_names) for author in authors] == [
        "Berg", "{This and That}", "Cruz", "{Plato}",
    ]  # fmt: skip
    assert [" ".join(author.prelast_names) for author in authors] == ["van der", "", "de la", ""]


@pytest.mark.parametrize(
    ("said", "kind"),
    [("PhD thesis", "phdthesis"), ("Doctoral Thesis", "phdthesis"), ("", "phdthesis"),
     ("Master's thesis", "mastersthesis"), ("MSc", "mastersthesis"), ("Bachelor", "thesis")],
)  # fmt: skip
def test_a_thesis_is_of_the_kind_that_it_says(said: str, kind: str) -> None:
    assert parsed({"itemType": "thesis", "title": "T", "thesisType": said}).type == kind


@pytest.mark.parametrize(
    ("date", "fields"),
    [
        ("2012", {"year": "2012"}),
        ("2012-12", {"year": "2012", "month": "December"}),
        ("Spring 2012", {"year": "2012"}),
        ("in press", {"note": "in press"}),
        ("", {}),
        ("2012-02-30", {"year": "2012", "month": "February"}),
        ("2012-13", {"year": "2012"}),
        ("0000", {"year": "0000"}),
    ],
)
def test_a_date_has_the_parts_that_are_known(date: str, fields: dict[str, str]) -> None:
    entry = parsed({"itemType": "book", "title": "T", "date": date})

    assert {
        n: entry.fields[n] for n in ("year", "month", "day", "note") if n in entry.fields
    } == fields


def test_a_preprint_is_known_by_its_number() -> None:
    entry = parsed({"itemType": "preprint", "title": "T", "archiveID": "arXiv:2001.01234"})

    assert (entry.fields["eprint"], entry.fields["eprinttype"]) == ("2001.01234", "arxiv")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("10.1002/(SICI)1<1::A>3.0.CO;2-2", "10.1002/(SICI)1<1::A>3.0.CO;2-2"),
        ("https://x.example/a b{", "https://x.example/a%20b%7B"),
        ("https://x.example/{id}", "https://x.example/{id}"),
    ],
)
def test_addresses_stand_as_they_are(text: str, shown: str) -> None:
    assert verbatim(text) == shown
