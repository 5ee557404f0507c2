"""Lines written otherwise than most: which of them are tags, and which continue a value."""

from __future__ import annotations

import io

import pytest

from syncd.formats.ris import Ending, Entry, Reader

WHOLE = [
    ("TY", "JOUR"),
    ("TI", "Shells on the shore"),
    ("AB", "Shells were counted."),
    ("AU", "Reef, Bo"),
    ("PY", "2014"),
    ("DO", "10.1000/shells"),
    ("KW", "shells"),
]
PLAIN = "".join(f"{tag}  - {value}\n" for tag, value in WHOLE) + "ER  - \n"


def read(text: str) -> list[Entry]:
    return list(Reader(io.BytesIO(text.encode())))


def pairs(entry: Entry) -> list[tuple[str, str]]:
    return [(line.tag, line.value) for line in entry.lines]


def respelled(separator: str, *tags: str, indent: str = "") -> str:
    """Write the lines of these tags in another way."""
    lines = PLAIN.splitlines(keepends=True)
    return "".join(
        f"{indent}{line[:2]}{separator}{line[6:]}" if line[:2] in tags else line for line in lines
    )


REST = ("TI", "AB", "AU", "PY", "DO", "KW", "ER")
MIXED = {
    "two blanks behind the dash of TY": respelled(" -  ", "TY"),
    "a tab in TY": respelled("\t- ", "TY"),
    "an en dash in TY": respelled("  – ", "TY"),
    "no blank before the dash of TY": respelled("- ", "TY"),
    "one blank below TY": respelled(" - ", *REST),
    "an en dash below TY": respelled("  – ", *REST),
    "a tab below TY": respelled("\t- ", *REST),
    "four blanks below TY": respelled("    - ", *REST),
    "indented below TY": respelled("  - ", *REST, indent="  "),
    "a tab before all below TY": respelled("  - ", *REST, indent="\t"),
    "one name in between": respelled(" - ", "AU"),
    "one DOI in between": respelled(" - ", "DO"),
    "all below the abstract": respelled(" - ", "AU", "PY", "DO", "KW", "ER"),
    "all below the abstract, with a dash": respelled("  – ", "AU", "PY", "DO", "KW", "ER"),
    "an abstract below the title": respelled(" - ", "AB"),
    "a full-width hyphen below TY": respelled("  \uff0d ", *REST),
    "wide blanks below TY": respelled("\u3000\u3000-\u3000", *REST),
    "eight blanks below TY": respelled("        - ", *REST),
    "two dashes below TY": respelled("  -- ", *REST),
    "no blank before the dash below TY": respelled("- ", *REST),
    "no blank at all below TY": respelled("-", *REST),
    "no blank at all below the abstract": respelled("-", "AU", "PY", "DO", "KW", "ER"),
    "one name without any blank": respelled("-", "AU"),
    "one name without a blank before the dash": respelled("- ", "AU"),
    "no blank behind the dash of one name": respelled(" -", "AU"),
    "no blank at all in ER": respelled("-", "ER"),
    "no dash in ER": respelled("", "ER"),
}
SMALL = {
    "one name": PLAIN.replace("AU  -", "au  -"),
    "one name, with one blank": PLAIN.replace("AU  -", "au -"),
    "all below TY": "".join(
        line if line.startswith("TY") else line[:2].lower() + line[2:]
        for line in PLAIN.splitlines(keepends=True)
    ),
    "all": "".join(line[:2].lower() + line[2:] for line in PLAIN.splitlines(keepends=True)),
    "second letters": "".join(line[:2].title() + line[2:] for line in PLAIN.splitlines(True)),
}


@pytest.mark.parametrize("text", MIXED.values(), ids=MIXED.keys())
def test_a_known_tag_is_a_tag_however_it_is_written(text: str) -> None:
    entries = read(text)

    assert [pairs(entry) for entry in entries] == [WHOLE]
    assert entries[0].ending is Ending.ER


@pytest.mark.parametrize("text", SMALL.values(), ids=SMALL.keys())
@pytest.mark.parametrize("above", ["", PLAIN], ids=["first", "second"])
def test_a_known_tag_in_small_letters_is_one(text: str, above: str) -> None:
    assert [pairs(entry) for entry in read(above + text)][-1] == WHOLE


@pytest.mark.parametrize("line", ["TY-JOUR", "TY- JOUR", "ty  - JOUR"])
def test_type_begins_an_entry_where_the_one_above_has_no_end(line: str) -> None:
    text = PLAIN.replace("ER  - \n", "")

    entries = read(text + text.replace("TY  - JOUR", line) + PLAIN)

    assert [pairs(entry) for entry in entries] == [WHOLE] * 3


@pytest.mark.parametrize("text", MIXED.values(), ids=MIXED.keys())
@pytest.mark.parametrize("order", ["before", "behind", "again"])
def test_other_entries_of_the_file_change_nothing(text: str, order: str) -> None:
    files = {"before": PLAIN + text, "behind": text + PLAIN, "again": text + text}

    assert [pairs(entry) for entry in read(files[order])] == [WHOLE, WHOLE]


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("The receptor of", "AN - Known for long"),
        ("The receptor", "AN - known for long"),
        ("The levels of", "CA - 125 rose."),
        ("The levels rose", "VL - 6 months later."),
        ("Mice were treated with", "AU - Gold and silver."),
        ("Mice, rats and", "ED - Fifty was the dose."),
        ("Mice were treated", "SP - as told"),
        ("Mice were treated", "DO - not as told"),
        ("The towns in the delta", "DA - Nang and others."),
        ("The years of 2012, 2013,", "PY - 2014 and later."),
        ("Contraction of the muscle", "C3 - C5 was seen."),
        ("They spoke Spanish", "LA - Paz, Bolivia, was the place."),
    ],
)
def test_prose_that_looks_like_a_tag_stays_and_is_named(above: str, line: str) -> None:
    text = f"TY  - JOUR\nTI  - x\nAB  - {above}\n{line}\nPY  - 2014\nER  - \n"

    (entry,) = read(text)

    assert pairs(entry)[2:] == [("AB", f"{above}\n{line}"), ("PY", "2014")]
    assert [(problem.line, line[:2] in problem.message) for problem in entry.problems] == [
        (4, True)
    ]


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("The levels of", "CA - 125 rose."),
        ("Carcinoma of the", "AN - Anus, that is."),
        ("The receptor", "D2 - blocked or not."),
        ("The years of 2012, 2013,", "PY - 2014 and later."),
        ("Contraction of the muscle", "C3 - C5 was seen."),
    ],
)
@pytest.mark.parametrize("first", ["", "Mice were held in cages, many of\n"])
def test_prose_stays_where_all_tags_are_written_so(above: str, line: str, first: str) -> None:
    text = f"TY - JOUR\nTI - x\nAB - {first}{above}\n{line}\nPY - 2014\nER - \n"

    (entry,) = read(text + "TY - JOUR\nTI - y\nER - \n")[:1]

    assert pairs(entry)[2:] == [("AB", f"{first}{above}\n{line}"), ("PY", "2014")]
    assert [line[:2] in problem.message for problem in entry.problems] == [True]


@pytest.mark.parametrize(
    "line", ["AU - de Vries, A", "JO - eLife", "DO - 10.1000/x", "CY - Oslo", "KW - shells"]
)
@pytest.mark.parametrize("above", ["They were held", "They were held."])
def test_a_tag_of_the_files_style_stays_one_below_a_broken_sentence(above: str, line: str) -> None:
    (entry,) = read(f"TY - JOUR\nAB - {above}\n{line}\nER - \n")

    assert len(entry.tags) == 3


def test_a_wrapped_abstract_keeps_a_line_that_goes_on_with_a_capital() -> None:
    text = "TY  - JOUR\nAB  - It was found\nin the lobe of the\nPP - Region again.\nER  - \n"

    (entry,) = read(text)

    assert len(entry.lines) == 2


def test_tags_between_er_and_ty_belong_to_the_entry_below() -> None:
    above = "DB  - Shore\nKW  - shells\n"

    entries = read((above + PLAIN) * 3)

    assert [pairs(entry) for entry in entries] == [[("DB", "Shore"), ("KW", "shells"), *WHOLE]] * 3


def test_tags_with_blank_lines_on_both_sides_belong_to_the_entry_below() -> None:
    entries = read((f"DB  - Shore\n\n{PLAIN}\n") * 2)

    assert [pairs(entry) for entry in entries] == [[("DB", "Shore"), *WHOLE]] * 2


def test_tags_that_a_blank_line_parts_from_the_entry_below_alone_are_named() -> None:
    reader = Reader(io.BytesIO(f"{PLAIN}DB  - Shore\n\n{PLAIN}".encode()))

    assert [pairs(entry) for entry in reader] == [WHOLE, WHOLE]
    assert [problem.line for problem in reader.problems] == [9]


def test_type_as_the_last_tag_of_each_entry() -> None:
    text = "AB  - Shells.\nKW  - shore\nTI  - On shells\nTY  - JOUR\nER  - \n"

    entries = read(text * 2)

    assert [len(entry.lines) for entry in entries] == [4, 4]


def test_what_ovid_leaves_above_ty_is_no_part_of_an_entry() -> None:
    reader = Reader(io.BytesIO(f"{PLAIN}NL  - J Shells\n{PLAIN}".encode()))

    assert [pairs(entry) for entry in reader] == [WHOLE, WHOLE]
    assert [problem.line for problem in reader.problems] == [9]


def test_a_tag_glued_to_the_value_before_it_is_parted() -> None:
    text = (
        "TY  - JOUR\nUR  - https://a.example/x     U2  - L2029999245     VL  - 7\n"
        "TI  - Gaps   in the record   TI - no tag\nER  - \n"
    )

    (entry,) = read(text)

    assert pairs(entry)[1:] == [
        ("UR", "https://a.example/x"),
        ("U2", "L2029999245"),
        ("VL", "7"),
        ("TI", "Gaps   in the record   TI - no tag"),
    ]
    assert entry.numbers == [1, 2, 2, 2, 3]
    assert [problem.line for problem in entry.problems] == [2, 2]


def test_tags_may_be_glued_by_tabs_and_end_with_the_entry() -> None:
    text = "TY  - JOUR\nJO  - J Shells\tVL  - 7\tIS  - 2\nKW  - shells     ER  - \n"

    first, last = read(text + PLAIN + text)[::2]

    assert pairs(first)[1:] == [
        ("JO", "J Shells"),
        ("VL", "7"),
        ("IS", "2"),
        ("KW", "shells"),
    ]
    assert (first.ending, last.ending, last.is_unfinished) == (Ending.ER, Ending.ER, False)


def test_a_whole_entry_may_stand_in_one_line() -> None:
    text = "     ".join(PLAIN.splitlines()) + "\n"

    assert [pairs(entry) for entry in read(text * 2)] == [WHOLE, WHOLE]


def test_a_tag_glued_in_another_style_is_parted_outside_running_text() -> None:
    text = (
        "TY  - JOUR\nJO  - J Shells     U2 - L2029999245\n"
        "AB  - Table 1     CT - 64 slices\nER  - \n"
    )

    (entry,) = read(text)

    assert pairs(entry)[1:] == [
        ("JO", "J Shells"),
        ("U2", "L2029999245"),
        ("AB", "Table 1     CT - 64 slices"),
    ]


@pytest.mark.parametrize("tail", ["AB  - Shells were cou", "AB  - Shells were counted.\n"])
def test_a_last_entry_without_er_is_unfinished_where_the_others_have_it(tail: str) -> None:
    entries = read(PLAIN * 2 + "TY  - JOUR\nTI  - More shells\n" + tail)

    assert [entry.is_unfinished for entry in entries] == [False, False, True]


@pytest.mark.parametrize("begun", ["A", "AU"])
def test_a_tag_that_is_cut_off_continues_no_value(begun: str) -> None:
    entries = read(PLAIN * 2 + "TY  - JOUR\nTI  - More shells\n" + begun)

    assert entries[-1].values == ["JOUR", "More shells"]
    assert entries[-1].is_unfinished


def test_an_entry_that_is_cut_off_in_its_last_line_is_whole() -> None:
    entries = read(PLAIN * 2 + "TY  - JOUR\nTI  - More shells\nER")

    assert not entries[-1].is_unfinished


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("text", ["Shells of the Øresund", "北の貝", "The 🐚 shore"])
def test_a_file_that_breaks_off_inside_a_character_loses_no_more_than_that(
    text: str, end: str
) -> None:
    whole = f"{PLAIN}TY  - JOUR\nTI  - {text}\nAU  - Müller, J\nTT  - {text}"
    raw = whole.replace("\n", end).encode()
    cut = next(at for at in range(len(raw) - 1, 0, -1) if raw[at - 1] >= 0xC0)

    reader = Reader(io.BytesIO(raw[:cut]))
    *_, last = reader

    assert last.is_unfinished
    assert text.startswith(last.values[-1])
    assert "�" not in last.values[-1]
    problems = [*reader.problems, *last.problems]
    assert any("middle of a character" in each.message for each in problems)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_nor_does_one_whose_last_line_alone_is_not_ascii(end: bytes) -> None:
    tail = "TY  - JOUR\nAU  - Jörg of the Øresund"
    raw = f"{PLAIN}{tail}".encode().replace(b"\n", end)

    entries = list(Reader(io.BytesIO(raw[: raw.index(b"\xc3\x98") + 1])))

    assert [entry.values[-1] for entry in entries] == ["shells", "Jörg of the"]
    assert entries[-1].is_unfinished


@pytest.mark.parametrize(
    ("tail", "is_cut"),
    [
        ("AB  - Shells were cou", True),
        ("AB  - Shells were counted.", False),
        ("AB  - Shells were cou\n", False),
        ("DO  - 10.1000/shells", False),
        ("TI  - Shells on the shore", False),
    ],
)
def test_an_only_entry_without_er_is_cut_off_inside_a_sentence(tail: str, is_cut: bool) -> None:
    (entry,) = read(f"TY  - JOUR\nAU  - Reef, Bo\n{tail}")

    assert entry.is_unfinished is is_cut


def test_no_entry_of_a_file_without_er_is_unfinished() -> None:
    entries = read(PLAIN.replace("ER  - \n", "") * 3)

    assert not any(entry.is_unfinished for entry in entries)


@pytest.mark.parametrize("line", ["TY-JOUR", "TY -JOUR", "ty  - JOUR", "Ty - JOUR"])
def test_a_type_line_is_one_however_it_is_written(line: str) -> None:
    (entry,) = read(PLAIN.replace("TY  - JOUR", line))

    assert (entry.tags[0], entry.values[0]) == ("TY", "JOUR")


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u202a", "\u200b", "\ufeff"])
def test_an_invisible_sign_before_a_tag_is_none(mark: str) -> None:
    (entry,) = read(PLAIN.replace("\n", f"\n{mark}"))

    assert pairs(entry) == WHOLE


def test_a_known_tag_in_small_letters_below_the_type_is_one() -> None:
    (entry,) = read("TY  - JOUR\nTi  - Shells\nAB  - Those\nIn - water\nPY  - 2020\nER  - \n")

    assert entry.tags == ["TY", "TI", "AB", "PY"]


def test_two_blanks_behind_a_glued_tag_need_no_run_before_it() -> None:
    glued = "VL  - 60 OP  - In Renewable Tides, July 2016\n"
    [entry] = read(f"TY  - JOUR\nTI  - A  - to - Z\n{glued}AB  - Of PY  - and AU.\nER  - \n")

    assert pairs(entry)[1:] == [
        ("TI", "A  - to - Z"),
        ("VL", "60"),
        ("OP", "In Renewable Tides, July 2016"),
        ("AB", "Of PY  - and AU."),
    ]
    assert [problem.line for problem in entry.problems] == [3]


@pytest.mark.parametrize(
    ("title", "is_cut"),
    [
        ("Shells of the", True),
        ("Shells, reefs,", True),
        ("Shells (and ree", True),
        ("Shells and reef-", True),
        ("Shells and", True),
        ("Shells and reefs", False),
        ("Shells (and reefs)", False),
        ("Shells) or reefs", False),
    ],
)
def test_an_only_entry_without_er_is_cut_off_inside_a_title_that_goes_on(
    title: str, is_cut: bool
) -> None:
    [entry] = read(f"TY  - JOUR\nAU  - Reef, Bo\nTI  - {title}")
    [ended] = read(f"TY  - JOUR\nAU  - Reef, Bo\nTI  - {title}\n")
    [named] = read(f"TY  - JOUR\nTI  - Shells\nAU  - {title}")

    assert (entry.is_unfinished, ended.is_unfinished) == (is_cut, False)
    assert not named.is_unfinished


@pytest.mark.parametrize(
    ("end", "is_cut"), [(b"caf\xc3", True), (b"caf\xe9", False), (b"CAF\xc9", False)]
)
def test_half_a_character_is_told_from_a_letter_by_the_word_before_it(
    end: bytes, is_cut: bool
) -> None:
    [entry] = Reader(io.BytesIO(b"TY  - JOUR\nAU  - Reef, Bo\nTI  - In a " + end))

    assert entry.is_unfinished is is_cut


def test_a_bare_er_above_another_is_no_text() -> None:
    first, second = read("TY  - JOUR\nTI  - A\nER\nER  - \n\nTY  - JOUR\nTI  - B\nER  - \n")

    assert [pairs(entry)[-1] for entry in (first, second)] == [("TI", "A"), ("TI", "B")]
    assert first.ending is Ending.ER
