"""Names as exports write them, in roles that the library's schema knows."""

from __future__ import annotations

from typing import Any

import pytest


def names(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (c["creatorType"], c.get("name") or f"{c['lastName']}|{c['firstName']}")
        for c in data["creators"]
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Müller, Jörg", "Müller|Jörg"),
        ("Müller,Jörg", "Müller|Jörg"),
        ("van der Berg, Jan", "van der Berg|Jan"),
        ("Heck, K. L., Jr.", "Heck|K. L., Jr."),
        ("王, 小明", "王|小明"),
        ("World Health Organization, ", "World Health Organization"),
        ("World Health Organization", "World Health Organization"),
        ("School of Life Sciences, The University of Warwick",
         "School of Life Sciences, The University of Warwick"),
        ("Cleeman J.I.", "Cleeman|J.I."),
        ("De Bakker P.I.W.", "De Bakker|P.I.W."),
        ("Jarvelin M.-R.", "Jarvelin|M.-R."),
        ("A. S. Z. Belloum", "Belloum|A. S. Z."),
        ("Plato", "Plato"),
        ("O&apos;Hara, Ann", "O'Hara|Ann"),
    ],
)  # fmt: skip
def test_a_name_is_read_as_its_writer_meant_it(text: str, name: str, item_of: Any) -> None:
    assert names(item_of("TY  - JOUR", f"AU  - {text}")) == [("author", name)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Elliot, T; Almenar, JB; Rugani, B", ["Elliot|T", "Almenar|JB", "Rugani|B"]),
        ("Smith, John and Jones, Kim", ["Smith|John", "Jones|Kim"]),
        ("Liu R.; Adler D.G.", ["Liu|R.", "Adler|D.G."]),
    ],
)
def test_several_names_in_one_value_are_parted(
    text: str, expected: list[str], item_of: Any
) -> None:
    assert [name for _, name in names(item_of("TY  - JOUR", f"AU  - {text}"))] == expected


def test_two_authors_of_one_name_stay_two_and_a_repeated_tag_adds_nobody(item_of: Any) -> None:
    data = item_of("TY  - JOUR", "AU  - Wang, J.", "AU  - Wang, J.", "A1  - Wang, J.")

    assert len(data["creators"]) == 2


@pytest.mark.parametrize("text", ["...", "et al.", "et al"])
def test_a_sign_for_further_names_is_nobody_but_a_warning(
    text: str, item_of: Any, record_of: Any
) -> None:
    lines = ("TY  - JOUR", "TI  - A", "AU  - Santos, S", f"AU  - {text}")

    assert names(item_of(*lines)) == [("author", "Santos|S")]
    assert record_of(*lines).unused == {"AU": (text,)}
    assert "more names" in record_of(*lines).warnings[0]


@pytest.mark.parametrize(
    ("ty", "tag", "role"),
    [
        ("JOUR", "A2", "editor"),
        ("CHAP", "A2", "editor"),
        ("CHAP", "A3", "seriesEditor"),
        ("BOOK", "A2", "seriesEditor"),
        ("BOOK", "A3", "editor"),
        ("EBOOK", "A2", "editor"),
        ("EBOOK", "A3", "seriesEditor"),
        ("EDBOOK", "AU", "editor"),
        ("BOOK", "A4", "translator"),
        ("MPCT", "AU", "director"),
        ("MPCT", "A3", "producer"),
        ("MUSIC", "AU", "composer"),
        ("MUSIC", "A2", "performer"),
        ("MUSIC", "C4", "wordsBy"),
        ("MULTI", "C1", "castMember"),
        ("BLOG", "C2", "commenter"),
        ("CHAP", "C2", "bookAuthor"),
        ("PAT", "AU", "inventor"),
        ("PAT", "C4", "attorneyAgent"),
        ("PCOMM", "A2", "recipient"),
        ("COMP", "AU", "programmer"),
        ("MAP", "AU", "cartographer"),
        ("ART", "AU", "artist"),
        ("SLIDE", "AU", "presenter"),
        ("HEAR", "AU", "contributor"),
        ("BILL", "AU", "sponsor"),
        ("BILL", "A3", "cosponsor"),
        ("CASE", "A4", "counsel"),
        ("THES", "ED", "contributor"),
        ("THES", "A3", "contributor"),
        ("PAT", "ED", "contributor"),
        ("STAT", "A4", "contributor"),
        ("RPRT", "A3", "seriesEditor"),
    ],
)
def test_a_tag_has_the_role_that_the_item_type_gives_it(
    ty: str, tag: str, role: str, item_of: Any
) -> None:
    assert names(item_of(f"TY  - {ty}", "TI  - A", f"{tag}  - Name, Some")) == [(role, "Name|Some")]


def test_an_institution_that_some_types_keep_in_a2_is_a_field(item_of: Any) -> None:
    assert item_of("TY  - CASE", "A2  - F. Supp. 2d")["reporter"] == "F. Supp. 2d"
    assert item_of("TY  - PAT", "A2  - Patent Office")["issuingAuthority"] == "Patent Office"


def test_a_corporate_author_stands_in_where_there_is_no_other(item_of: Any) -> None:
    assert names(item_of("TY  - JOUR", "CA  - The Group")) == [("author", "The Group")]
    beside = item_of("TY  - JOUR", "AU  - A, B", "CA  - The Group")
    assert names(beside) == [("author", "A|B")]
    assert beside["extra"] == "Corporate Author: The Group"


def test_a_web_of_science_sponsor_is_no_author_and_a_consortium_is_one(item_of: Any) -> None:
    wos = ("AU  - Otsuki, M", "AU  - Akamatsu, T", "A1  - IEEE", "AN  - WOS:000402616000008")

    paper = item_of("TY  - CPAPER", *wos)
    assert names(paper) == [("author", "Otsuki|M"), ("author", "Akamatsu|T")]
    assert "Sponsor: IEEE" in paper["extra"]
    assert names(item_of("TY  - JOUR", *wos))[-1] == ("author", "IEEE")


def test_seven_thousand_authors_take_no_time(item_of: Any) -> None:
    lines = [f"AU  - Family{number}, Given" for number in range(7000)]

    assert len(item_of("TY  - JOUR", *lines)["creators"]) == 7000
