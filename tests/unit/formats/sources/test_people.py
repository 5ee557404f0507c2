"""Names as exports write them, in roles that the library's schema knows."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.formats.sources.names import person, plain_people


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
        ("Heck, Jr., K. L.", "Heck|K. L., Jr."),
        ("Heck, K. L.*", "Heck|K. L."),
        ("Heck, K. L.<sup>1,2</sup>", "Heck|K. L."),
        ("Heck, Karl (1950-2001)", "Heck|Karl"),
        ("Heck, Karl (0000-0002-1825-0097)", "Heck|Karl"),
        ("Heck, Karl https://orcid.org/0000-0002-1825-0097", "Heck|Karl"),
        ("田中 太郎", "田中|太郎"),
        ("熊　玮", "熊|玮"),
        ("김 철수", "김|철수"),
        ("中国科学院 研究所", "中国科学院 研究所"),
        ("Bundesministerium für Umwelt, Berlin", "Bundesministerium für Umwelt, Berlin"),
        ("National Academies of Sciences, Engineering, and Medicine",
         "National Academies of Sciences, Engineering, and Medicine"),
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
        ("Galluzzi L", "Galluzzi|L"),
        ("LH Xavier", "LH Xavier"),
        ("NHS England", "NHS England"),
        ("TU Delft", "TU Delft"),
        ("Elizabeth II", "Elizabeth II"),
        ("van der Berg JH", "van der Berg|JH"),
        ("P. d'Ambra", "d'Ambra|P."),
        ("Smith J,", "Smith|J"),
        ("Whitaker, Arthur Preston,", "Whitaker|Arthur Preston"),
        ("Smith, John, 1950-", "Smith|John"),
        ("Smith, John, 1950-2001.", "Smith|John"),
        ("Smith, John, Jr., b. 1950", "Smith|John, Jr."),
        ("Smith, 1950-", "Smith"),
        ("Matkin, CO", "Matkin|CO"),
        ("Smith, AG", "Smith|AG"),
        ("J. Bureau", "Bureau|J."),
        ("Müller,\tJörg", "Müller|Jörg"),
        ("{World Health Organization}", "World Health Organization"),
        ("{{Müller}, Jörg}", "Müller|Jörg"),
        ("(Müller, Jörg)", "Müller|Jörg"),
        ("Müller, Jörg (Bob)", "Müller|Jörg (Bob)"),
    ],
)  # fmt: skip
def test_a_name_is_read_as_its_writer_meant_it(text: str, name: str, item_of: Any) -> None:
    assert names(item_of("TY  - JOUR", f"AU  - {text}")) == [("author", name)]


@pytest.mark.parametrize(
    "text",
    [
        "U.S. Geological Survey",
        "U.S. Department of Energy",
        "U.S. EPA",
        "U.S. Food and Drug Administration",
        "U.K. Biobank",
        "US Army",
        "U.S. Army, Washington",
        "J. Craig Venter Institute",
        "E. coli Consortium",
        "Google, Inc.",
        "Elsevier, Ltd.",
        "Samsung Electronics, Co., Ltd.",
        "Siemens AG",
        "Vitamin D",
        "Group A",
        "Office B",
        "F MÜLLER",
        "A Smith B",
        "X ray",
        "Y Yu",
        "Garcia Lopez M",
    ],
)
def test_what_only_looks_like_initials_leaves_a_name_whole(text: str, item_of: Any) -> None:
    assert names(item_of("TY  - JOUR", f"AU  - {text}")) == [("author", text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Elliot, T; Almenar, JB; Rugani, B", ["Elliot|T", "Almenar|JB", "Rugani|B"]),
        ("{Smith, John; Jones, Kim}", ["Smith|John", "Jones|Kim"]),
        ("(Smith, John); (Jones, Kim)", ["Smith|John", "Jones|Kim"]),
        ("Smith,\tJohn\tJones,\tKim", ["Smith|John", "Jones|Kim"]),
        ("Smith, John and Jones, Kim", ["Smith|John", "Jones|Kim"]),
        ("Liu R.; Adler D.G.", ["Liu|R.", "Adler|D.G."]),
        ("Smith, John & Doe, Anna", ["Smith|John", "Doe|Anna"]),
        ("Smith J, Doe A", ["Smith|J", "Doe|A"]),
        ("Smith J and Doe A", ["Smith|J", "Doe|A"]),
        (
            "LH Xavier, A Ribeiro-Duthie, DA de Souza Fidelis",
            ["Xavier|LH", "Ribeiro-Duthie|A", "de Souza Fidelis|DA"],
        ),
        ("Golde T. E., DeKosky S. T., Li D.", ["Golde|T. E.", "DeKosky|S. T.", "Li|D."]),
        ("Иванов И.И., Петров П.П.", ["Иванов|И.И.", "Петров|П.П."]),
        ("Smith, J., Doe, A., & Roe, B.", ["Smith|J.", "Doe|A.", "Roe|B."]),
        ("Smith, J., van Doe, A., and Roe, B.", ["Smith|J.", "van Doe|A.", "Roe|B."]),
        ("Smith, J., Doe, A.", ["Smith|J.", "Doe|A."]),
        ("王伟, 李强", ["王伟", "李强"]),
        ("王伟、李强", ["王伟", "李强"]),
        ("欧阳明, 司马光, 王伟", ["欧阳明", "司马光", "王伟"]),
        ("Kerr, Bo / Lund, Sara", ["Kerr|Bo", "Lund|Sara"]),
        ("Kerr, Bo // Lund, Sara", ["Kerr|Bo", "Lund|Sara"]),
        ("Kerr, Bo y Lund, Sara", ["Kerr|Bo", "Lund|Sara"]),
        ("Kerr, Bo und Lund, Sara", ["Kerr|Bo", "Lund|Sara"]),
        ("Bo Kerr and Sara van Lund", ["Bo Kerr", "Sara van Lund"]),
        ("Bo Kerr, Sara Lund, Ann B. Poe", ["Bo Kerr", "Sara Lund", "Ann B. Poe"]),
        ("Roe M, Poe A, SHELL Study Group", ["Roe|M", "Poe|A", "SHELL Study Group"]),
        ("('Kerr, Bo', \"O'Hara, Sara\")", ["Kerr|Bo", "O'Hara|Sara"]),
        ('{"Kerr, Bo","Lund, Sara"}', ["Kerr|Bo", "Lund|Sara"]),
        (
            "[{'family': 'Kerr', 'given': 'Bo'}, {'name': \"Ann O'Hara\"}]",
            ["Kerr|Bo", "Ann O'Hara"],
        ),
        ("[Kerr, Bo]", ["Kerr|Bo"]),
    ],
)
def test_several_names_in_one_value_are_parted(
    text: str, expected: list[str], item_of: Any
) -> None:
    assert [name for _, name in names(item_of("TY  - JOUR", f"AU  - {text}"))] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Heck|K. L., Jr.",
        "Heck|KL, Jr, MD",
        "van der Berg|J. H.",
        "Smith|John, Jones",
        "Smith J|Doe Anna",
        "Smith|J., Doe, A., Roe",
        "王|伟",
        "田中|太郎",
        "田中|康夫",
        "欧阳|小明",
    ],
)
def test_one_name_is_not_parted(text: str, item_of: Any) -> None:
    assert names(item_of("TY  - JOUR", f"AU  - {text.replace('|', ', ')}")) == [("author", text)]


@pytest.mark.parametrize(
    "text",
    [
        "World Health Organization, Geneva",
        "Foo, Bar & Baz, Inc.",
        "Johnson & Johnson",
        "Ernst and Young",
        "Health and Safety Executive",
        "Society for Birds and Survey Group",
    ],
)
def test_one_group_is_not_parted(text: str, item_of: Any) -> None:
    assert names(item_of("TY  - JOUR", f"AU  - {text}")) == [("author", text)]


@pytest.mark.parametrize("value", ["Heck, K. (0000-0002-1825-0097)", "Heck, K.<sup>2</sup>"])
def test_numbers_beside_a_name_are_named_as_unused(value: str, record_of: Any) -> None:
    assert record_of("TY  - JOUR", f"AU  - {value}").unused == {"AU": (value,)}
    assert record_of("TY  - JOUR", "AU  - Heck, K.*").unused == {}


def test_two_authors_of_one_name_stay_two_and_a_repeated_tag_adds_nobody(item_of: Any) -> None:
    data = item_of("TY  - JOUR", "AU  - Wang, J.", "AU  - Wang, J.", "A1  - Wang, J.")

    assert len(data["creators"]) == 2


def test_a_list_and_a_repeated_tag_name_each_person_once(item_of: Any) -> None:
    data = item_of("TY  - JOUR", "AU  - ['Roe, Max', 'Poe, Ann']", "A1  - Roe, Max")

    assert names(data) == [("author", "Roe|Max"), ("author", "Poe|Ann")]


@pytest.mark.parametrize("text", ["...", "…", "et al.", "Et al", "others"])
def test_a_sign_for_further_names_is_nobody_but_a_warning(
    text: str, item_of: Any, record_of: Any
) -> None:
    lines = ("TY  - JOUR", "TI  - A", "AU  - Santos, S", f"AU  - {text}")

    assert names(item_of(*lines)) == [("author", "Santos|S")]
    assert record_of(*lines).unused == {"AU": (text,)}
    assert "more names" in record_of(*lines).warnings[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Smith J, et al.", ["Smith|J"]),
        ("Smith, John et al", ["Smith|John"]),
        ("Smith, John and others", ["Smith|John"]),
        ("Smith, John; Doe, Anna; et al.", ["Smith|John", "Doe|Anna"]),
        ("F Roux, M Saadé…", ["Roux|F", "Saadé|M"]),
        ("Smith, John...", ["Smith|John"]),
    ],
)
def test_names_before_a_sign_for_further_ones_are_taken(
    text: str, expected: list[str], item_of: Any, record_of: Any
) -> None:
    lines = ("TY  - JOUR", "TI  - A", f"AU  - {text}")

    assert [name for _, name in names(item_of(*lines))] == expected
    assert "more names" in record_of(*lines).warnings[0]


@pytest.mark.parametrize("text", ["Kim, Janet al", "Brothers, A", "Significant others"])
def test_a_name_that_ends_like_such_a_sign_is_none(text: str, record_of: Any) -> None:
    assert record_of("TY  - JOUR", "TI  - A", f"AU  - {text}").warnings == ()


def test_commas_alone_are_nobody(record_of: Any) -> None:
    record = record_of("TY  - JOUR", "TI  - A", "AU  - ,")

    assert (record.creators, record.unused) == ((), {"AU": (",",)})


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
    assert item_of("TY  - CASE", "TI  - A", "A2  - F. Supp. 2d")["reporter"] == "F. Supp. 2d"
    assert (
        item_of("TY  - PAT", "TI  - A", "A2  - Patent Office")["issuingAuthority"]
        == "Patent Office"
    )


def test_a_corporate_author_stands_in_where_there_is_no_other(item_of: Any) -> None:
    assert names(item_of("TY  - JOUR", "CA  - The Group")) == [("author", "The Group")]
    beside = item_of("TY  - JOUR", "AU  - A, B", "CA  - The Group")
    assert names(beside) == [("author", "A|B")]
    assert beside["extra"] == "Corporate Author: The Group"


@pytest.mark.parametrize(
    "text",
    [
        "IEEE",
        "University of Somewhere",
        "The MAVAN project",
        "Diabetes Prevention Program Research Group",
        "PREDIMED Study Investigators",
        "Alpha-Team",
    ],
)
def test_a_corporate_author_has_the_name_of_a_group(text: str, item_of: Any) -> None:
    assert names(item_of("TY  - JOUR", "TI  - A", f"CA  - {text}")) == [("author", text)]


@pytest.mark.parametrize("beside", [[], ["AU  - A, B"]])
@pytest.mark.parametrize(
    "text",
    ["Figure 3. Map", "Fig. 1: the Study Group", "Study area", "my caption", "MY MAP", "Smith, J."],
)
def test_a_caption_is_no_corporate_author(text: str, beside: list[str], record_of: Any) -> None:
    record = record_of("TY  - JOUR", "TI  - A", *beside, f"CA  - {text}")

    assert len(record.creators) == len(beside)
    assert (record.extra, record.unused) == ((), {"CA": (text,)})


@pytest.mark.parametrize(("ty", "tag"), [("MULTI", "C1"), ("CHAP", "C2"), ("PAT", "C4")])
@pytest.mark.parametrize("text", ["search", "wet lab", "36435592", "Box 7", "—"])
def test_a_free_tag_names_a_person_only_if_it_looks_like_one(
    ty: str, tag: str, text: str, record_of: Any
) -> None:
    record = record_of(f"TY  - {ty}", "TI  - A", f"{tag}  - Name, Some", f"{tag}  - {text}")

    assert [creator.family for creator in record.creators] == ["Name"]
    assert record.unused == {tag: (text,)}


def test_a_web_of_science_sponsor_is_no_author_and_a_consortium_is_one(item_of: Any) -> None:
    wos = ("AU  - Otsuki, M", "AU  - Akamatsu, T", "A1  - IEEE", "AN  - WOS:000402616000008")

    paper = item_of("TY  - CPAPER", *wos)
    assert names(paper) == [("author", "Otsuki|M"), ("author", "Akamatsu|T")]
    assert "Sponsor: IEEE" in paper["extra"]
    assert names(item_of("TY  - JOUR", *wos))[-1] == ("author", "IEEE")


def test_seven_thousand_authors_take_no_time(item_of: Any) -> None:
    lines = [f"AU  - Family{number}, Given" for number in range(7000)]

    assert len(item_of("TY  - JOUR", *lines)["creators"]) == 7000


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Roe, Max [Ed]", [("editor", "Roe|Max")]),
        ("Roe, Max (Eds.)", [("editor", "Roe|Max")]),
        ("Roe, Max, ed.", [("editor", "Roe|Max")]),
        ("Roe M, ed.", [("editor", "Roe|M")]),
        ("Müller, Karl (Hrsg.)", [("editor", "Müller|Karl")]),
        ("Müller, Karl Hrsg.", [("editor", "Müller|Karl")]),
        ("Moe, Li, ed. by", [("editor", "Moe|Li")]),
        ("eds. Roe, Max", [("editor", "Roe|Max")]),
        ("Hg. von Müller, Karl", [("editor", "Müller|Karl")]),
        ("edited by Max Roe", [("editor", "Max Roe")]),
        ("(Ed.) Roe, Max", [("editor", "Roe|Max")]),
        ("Eds.: Roe, Max; Poe, Ann", [("editor", "Roe|Max"), ("editor", "Poe|Ann")]),
        ("Roe, Max / Ed.", [("editor", "Roe|Max")]),
        ("Roe, Max <transl.>", [("translator", "Roe|Max")]),
        ("Ed. Roe", [("author", "Ed. Roe")]),
        ("[Roe, Max; Poe, Ann]", [("author", "Roe|Max"), ("author", "Poe|Ann")]),
        ("Roe, Max | Poe, Ann", [("author", "Roe|Max"), ("author", "Poe|Ann")]),
        ("Roe, Max\tPoe, Ann", [("author", "Roe|Max"), ("author", "Poe|Ann")]),
        ("Comp. Sci. Dept., Uni Ghent", [("author", "Comp. Sci. Dept., Uni Ghent")]),
        ("Roe, Max [Ed], Poe, Ann [Ed]", [("editor", "Roe|Max"), ("editor", "Poe|Ann")]),
        ("Roe, Max [Ed] & Poe, Ann [Trans.]", [("editor", "Roe|Max"), ("translator", "Poe|Ann")]),
        ("Roe, Max (org.)", [("editor", "Roe|Max")]),
        ("Roe, Max (a cura di)", [("editor", "Roe|Max")]),
        ("Roe, Max (redaktør)", [("editor", "Roe|Max")]),
        ("Roe, Max, org.", [("editor", "Roe|Max")]),
        ("Roe, Max [Verfasser]", [("author", "Roe|Max")]),
        ("Roe, Max (traductor)", [("translator", "Roe|Max")]),
        ("Иванов, И. И. (ред.)", [("editor", "Иванов|И. И.")]),
        ("王伟（编）", [("editor", "王伟")]),
        ("王伟, 主编", [("editor", "王伟")]),
        ("山田太郎【訳】", [("translator", "山田太郎")]),
        ("Red, Org", [("author", "Red|Org")]),
        ("Smith, Ed", [("author", "Smith|Ed")]),
        ("Smith, Ed.", [("author", "Smith|Ed.")]),
        ("Smith, John (Jack)", [("author", "Smith|John (Jack)")]),
    ],
)
def test_a_role_beside_a_name_is_no_part_of_it(
    value: str, expected: list[tuple[str, str]], item_of: Any
) -> None:
    assert names(item_of("TY  - JOUR", "TI  - A", f"AU  - {value}")) == expected


def test_a_role_behind_one_name_changes_nothing_for_the_others(record_of: Any) -> None:
    lines = (f"AU  - {each}" for each in ("Xu J", "Li <i>Y</i>", "Ye L", "Roe, Max [Ed]", "et al."))
    record = record_of("TY  - JOUR", "TI  - A", *lines)

    people = [(each.role, each.family, each.given) for each in record.creators]
    assert people == [
        ("author", "Xu", "J"),
        ("author", "Li", "Y"),
        ("author", "Ye", "L"),
        ("editor", "Roe", "Max"),
    ]


@pytest.mark.parametrize(
    ("values", "families"),
    [
        (["Ma K", "Ye L"], ["Ma", "Ye"]),
        (["Ma K; Ye L; Von Berg AB"], ["Ma", "Ye", "Von Berg"]),
        (["De Boer AB", "Doe JA Jr", "García López M"], ["De Boer", "Doe", "García López"]),
        (["['Ma K', 'Ye L']"], ["Ma", "Ye"]),
        (["MA K", "YE L"], ["MA", "YE"]),
        (["M A Roe", "A B Poe"], ["Roe", "Poe"]),
        (["MA Roe", "AB Poe", "C van Loe"], ["Roe", "Poe", "van Loe"]),
    ],
)
def test_families_before_initials_are_told_by_the_names_beside_them(
    values: list[str], families: list[str], item_of: Any
) -> None:
    data = item_of("TY  - JOUR", "TI  - A", *(f"AU  - {value}" for value in values))

    assert [creator["lastName"] for creator in data["creators"]] == families


@pytest.mark.parametrize("value", ["Ma K", "Phase II"])
def test_one_name_alone_may_be_anything(value: str, item_of: Any) -> None:
    assert names(item_of("TY  - JOUR", "TI  - A", f"AU  - {value}")) == [("author", value)]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("P. Jeremy Roemer", "P. Jeremy Roemer"),
        ("J. van der Berg", "van der Berg|J."),
        ("J. H. Reef III", "Reef III|J. H."),
    ],
)
def test_two_names_behind_an_initial_are_no_family(value: str, name: str, item_of: Any) -> None:
    assert names(item_of("TY  - JOUR", "TI  - A", f"AU  - {value}")) == [("author", name)]


@pytest.mark.parametrize(
    "lines",
    [
        ["A1  - Ant, A", "AU  - Bee, B", "AU  - Cat, C"],
        ["AU  - Ant, A", "A1  - Bee, B", "AU  - Cat, C"],
        ["A1  - Ant, A", "A1  - Bee, B", "AU  - Bee, B", "AU  - Cat, C"],
    ],
)
def test_authors_of_two_tags_keep_the_order_of_the_file(lines: list[str], item_of: Any) -> None:
    data = item_of("TY  - JOUR", "TI  - A", *lines)

    assert [creator["lastName"] for creator in data["creators"]] == ["Ant", "Bee", "Cat"]


@pytest.mark.parametrize(
    ("ty", "name", "expected"),
    [
        ("CHAP", "Poe, L", ("bookAuthor", "Poe|L")),
        ("CPAPER", "Poe, Lena", ("author", "Poe|Lena")),
        ("CPAPER", "IEEE", None),
        ("CPAPER", "IEEE, CS", None),
        ("CPAPER", "Amer Phys Soc, APS", None),
    ],
)
def test_a_person_beside_the_authors_in_web_of_science_is_no_sponsor(
    ty: str, name: str, expected: tuple[str, str] | None, item_of: Any
) -> None:
    lines = (f"TY  - {ty}", "TI  - A", "AU  - Doe, JC", f"A1  - {name}")
    data = item_of(*lines, "AN  - WOS:000444108200047")

    assert names(data)[1:] == ([expected] if expected else [])
    assert (f"Sponsor: {name}" in data["extra"]) == (expected is None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("Poe T.", [("editor", "Poe|T.")]), ("Poe", []), ("Poe, Loe, Moe", [])],
)
def test_names_in_ovids_a2_are_editors_and_families_alone_are_not(
    value: str, expected: list[tuple[str, str]], item_of: Any
) -> None:
    link = "L2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&D=emexb&AN=20"
    data = item_of("TY  - JOUR", "T1  - A", "A1  - Doe, J", f"A2  - {value}", link)

    assert names(data)[1:] == expected


@pytest.mark.parametrize(
    "names_of_a_list",
    [
        ["Doe, Jane"],
        ["Doe, J.A.", "Roe, Max-Paul", "O'Hara, Ann M."],
        ["van der Berg, Jan", "Müller, Jörg", "De Vries, A"],
        ["Yu-Ching, T", "Le Cozannet, G", "Zhao2, L. B."],
    ],
)
def test_plain_names_are_read_together_as_each_is_alone(names_of_a_list: list[str]) -> None:
    together = plain_people("\n".join(names_of_a_list), "author")

    assert together == [person(name, "author") for name in names_of_a_list]


@pytest.mark.parametrize(
    "name",
    [
        "Acme, Inc.",
        "Acme, GmbH",
        "Acme, Co.",
        "Acme, Corp",
        "Acme, Pty Ltd",
        "Brothers, Ann",
        "Doe, Hrsg.",
        "Doe, Jane Hg",
        "Doe, Jane [Ed]",
        "Doe, Jane, Jr.",
        "Doe, Jane and Roe, Max",
        "Doe, Jane; Roe, Max",
        "Doe, Jane et al.",
        "La Poste, Office",
        "De College, Ann",
        "Plato",
        "World Bank",
        "Doe, jane",
    ],
)
def test_a_name_that_may_be_more_than_plain_gets_a_closer_look(name: str) -> None:
    assert plain_people(name, "author") is None
    assert plain_people(f"Doe, Jane\nvan Poe, Max\n{name}", "author") is None


@pytest.mark.parametrize(
    ("value", "people"),
    [
        ("Smith S", ["Smith|S"]),
        ("Abel A", ["Abel|A"]),
        ("Smith,\u00a0John\u00a0A.", ["Smith|John A."]),
        ("van\u2009Galen,\u3000Jo", ["van Galen|Jo"]),
        ("Kerr, Bo；Lund, Sara", ["Kerr|Bo", "Lund|Sara"]),
        ("王伟；李强", ["王伟", "李强"]),
        ("Kerr, Bo<br>Lund, Sara<br/>", ["Kerr|Bo", "Lund|Sara"]),
        ('"Kerr, Bo"', ["Kerr|Bo"]),
        ("“Kerr, Bo”", ["Kerr|Bo"]),
        ('c("Kerr, Bo", "Lund, Sara")', ["Kerr|Bo", "Lund|Sara"]),
        ("Kerr, Bo (bo@example.org)", ["Kerr|Bo"]),
        ("Kerr, Bo1,2", ["Kerr|Bo"]),
        ("Kerr, Bo²", ["Kerr|Bo"]),
        ("Kerr, B.3; Lund, S.1", ["Kerr|B.", "Lund|S."]),
        ("Kerr, Bo 0002", ["Kerr|Bo"]),
        ("Bo Kerr 0002", ["Bo Kerr"]),
        ("Kerr, Bo [DE]", ["Kerr|Bo"]),
        ("Kerr, Bo\\nLund, Sara", ["Kerr|Bo", "Lund|Sara"]),
        ("Kerr, B.; Lund, S.; and Li, X.", ["Kerr|B.", "Lund|S.", "Li|X."]),
        ("Kerr, B.; Lund, S. & Li, X.", ["Kerr|B.", "Lund|S.", "Li|X."]),
        ("Kerr, Bo (corresponding author)", ["Kerr|Bo"]),
        ("Suharto, nan", ["Suharto"]),
        ("Suharto, None", ["Suharto"]),
        ("Suharto, -", ["Suharto"]),
        ("Suharto, .", ["Suharto"]),
        ("undefined, undefined", []),
        ("None, None", []),
        ("[No author name available]", []),
    ],
)
def test_what_tools_write_around_names_is_no_part_of_them(
    value: str, people: list[str], item_of: Any
) -> None:
    data = item_of("TY  - JOUR", "TI  - A", f"AU  - {value}")

    assert names(data) == [("author", name) for name in people]


@pytest.mark.parametrize("value", ["GBD 2019", "The UK10K", "Team 12", "XENON1T Collaboration"])
def test_the_number_of_a_group_is_a_part_of_its_name(value: str, item_of: Any) -> None:
    assert names(item_of("TY  - JOUR", f"AU  - {value}")) == [("author", value)]


@pytest.mark.parametrize(
    ("value", "role", "name"),
    [
        ("Kerr, Bo, 1950- author.", "author", "Kerr|Bo"),
        ("Kerr, Bo, 1950- editor", "editor", "Kerr|Bo"),
        ("Kerr, Bo, 1950-2011, editor.", "editor", "Kerr|Bo"),
        ("Kerr, Bo, 1950-2011 translator", "translator", "Kerr|Bo"),
        ("Kerr, Bo, 1950-", "author", "Kerr|Bo"),
        ("Kerr, Bo - ed.", "editor", "Kerr|Bo"),
        ("Kerr, Bo (Editor-in-Chief)", "editor", "Kerr|Bo"),
        ("Kerr, Bo (volume editor)", "editor", "Kerr|Bo"),
    ],
)
def test_years_of_life_may_stand_before_a_role(
    value: str, role: str, name: str, item_of: Any
) -> None:
    assert names(item_of("TY  - BOOK", "TI  - A", f"AU  - {value}")) == [(role, name)]


def test_names_with_a_role_in_ovids_a2_are_editors(item_of: Any) -> None:
    link = "L2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&D=psyc"
    people = ["A1  - Ant A", "A2  - Bee B [Ed]", "A2  - Cat C [Ed]", "M1  - Bee, B. (1990)."]

    assert names(item_of("TY  - CHAP", "T1  - A", *people, link)) == [
        ("author", "Ant|A"),
        ("editor", "Bee|B"),
        ("editor", "Cat|C"),
    ]


@pytest.mark.parametrize(
    ("values", "people"),
    [
        (["LEE Jane", "KIM Max"], ["LEE Jane", "KIM Max"]),
        (["JAB Roe", "KM Lund"], ["Roe|JAB", "Lund|KM"]),
        (["Silva MCFA", "Roe K", "Lund S"], ["Silva|MCFA", "Roe|K", "Lund|S"]),
    ],
)
def test_three_capitals_may_be_a_family_where_no_other_name_shows_initials(
    values: list[str], people: list[str], item_of: Any
) -> None:
    data = item_of("TY  - JOUR", "TI  - A", *(f"AU  - {value}" for value in values))

    assert names(data) == [("author", name) for name in people]


@pytest.mark.parametrize("value", ["Kerr, Bo (bo@example.org)", "Kerr, Bo [DE]", "Suharto, nan"])
def test_words_beside_a_name_are_named_as_unused(value: str, record_of: Any) -> None:
    assert record_of("TY  - JOUR", "TI  - A", f"AU  - {value}").unused == {"AU": (value,)}
