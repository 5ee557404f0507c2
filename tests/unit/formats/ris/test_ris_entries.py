"""Lines become entries: where they begin and end, and what belongs to them."""

from __future__ import annotations

import io

import pytest

from syncd.errors import InputError
from syncd.formats.ris import Ending, Entry, Reader


def read(text: str) -> list[Entry]:
    return list(Reader(io.BytesIO(text.encode())))


def problems_of(text: str) -> list[str]:
    reader = Reader(io.BytesIO(text.encode()))
    inner = [problem.message for entry in reader for problem in entry.problems]
    return inner + [problem.message for problem in reader.problems]


def pairs(entry: Entry) -> list[tuple[str, str]]:
    return [(line.tag, line.value) for line in entry.lines]


PLAIN = "TY  - JOUR\nTI  - On tides\nAU  - Sand, Ada\nAU  - Reef, Bo\nPY  - 2020\nER  - \n"
PLAIN_PAIRS = [
    ("TY", "JOUR"),
    ("TI", "On tides"),
    ("AU", "Sand, Ada"),
    ("AU", "Reef, Bo"),
    ("PY", "2020"),
]

SPELLINGS = {
    "one blank": PLAIN.replace("  - ", " - "),
    "three blanks": PLAIN.replace("  - ", "   - "),
    "no blank before the dash": PLAIN.replace("  - ", "- "),
    "no blank after the dash": PLAIN.replace("  - ", "  -"),
    "one blank before and none after": PLAIN.replace("  - ", " -"),
    "no blank at all": PLAIN.replace("  - ", "-"),
    "tab before": PLAIN.replace("  - ", "\t- "),
    "tab after": PLAIN.replace("  - ", "  -\t"),
    "hard blanks": PLAIN.replace("  - ", "\u00a0\u00a0-\u00a0"),
    "en dash": PLAIN.replace("  - ", "  – "),
    "figure dash": PLAIN.replace("  - ", "  ‒ "),
    "small tags": "".join(line[:2].lower() + line[2:] for line in PLAIN.splitlines(True)),
    "quoted": "".join("> " + line for line in PLAIN.splitlines(True)),
    "indented": "".join("  " + line for line in PLAIN.splitlines(True)),
    "a blank line after each": PLAIN.replace("\n", "\n\n"),
    "CRLF": PLAIN.replace("\n", "\r\n"),
    "CR": PLAIN.replace("\n", "\r"),
    "LFCR": PLAIN.replace("\n", "\n\r"),
    "CR among CRLF": PLAIN.replace("\n", "\r\n").replace("\r\nAU", "\rAU"),
    "as many CR as LF among CRLF": PLAIN.replace("\n", "\r\n")
    .replace("\r\nAU", "\rAU", 1)
    .replace("\r\nPY", "\nPY"),
    "CR among CRLF and LF at the end": PLAIN.rstrip("\n")
    .replace("\n", "\r\n")
    .replace("\r\nAU", "\rAU", 1)
    + "\n",
    "next line as the only line end": PLAIN.replace("\n", "\x85"),
    "line separator as the only line end": PLAIN.replace("\n", "\u2028"),
    "no blank after the last dash": PLAIN.rstrip(),
    "no line end after ER": PLAIN.rstrip("\n"),
    "a number after ER": PLAIN.replace("ER  - ", "ER  - 1"),
    "ER in another style": PLAIN.replace("ER  - ", "ER -"),
    "byte order mark": "\ufeff" + PLAIN,
    "zero width space": PLAIN.replace("On tides", "\u200bOn tides"),
    "numbers before": "1.\n" + PLAIN,
    "end of file character": PLAIN + "\x1a",
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_every_spelling_of_an_entry_reads_the_same(text: str) -> None:
    entries = read(text + text if text.endswith("\n") else text)

    assert [pairs(entry) for entry in entries] == [PLAIN_PAIRS] * len(entries)
    assert {entry.ending for entry in entries} == {Ending.ER}


def test_lines_are_numbered_as_an_editor_numbers_them() -> None:
    first, second = read("\n" + PLAIN + "\n\n" + PLAIN.replace("\n", "\r\n"))

    assert [line.line for line in first.lines] == [2, 3, 4, 5, 6]
    assert (first.index, first.line, first.end_line) == (1, 2, 7)
    assert [line.line for line in second.lines] == [10, 11, 12, 13, 14]
    assert (second.index, second.line, second.end_line) == (2, 10, 15)


def test_a_well_formed_file_gives_no_problems() -> None:
    assert problems_of(PLAIN * 3) == []


def test_an_entry_without_er_ends_where_the_next_begins_and_says_so() -> None:
    entries = read(PLAIN.replace("ER  - \n", "") + PLAIN)

    assert [pairs(entry) for entry in entries] == [PLAIN_PAIRS, PLAIN_PAIRS]
    assert entries[0].ending is Ending.NEXT_ENTRY
    assert [problem.line for problem in entries[0].problems] == [5]
    assert entries[1].problems == []


def test_an_entry_cut_off_by_the_end_of_the_file_says_so() -> None:
    _, entry = read(PLAIN + PLAIN.replace("ER  - \n", "AB  - It was then th"))

    assert entry.ending is Ending.END_OF_FILE
    assert "cut short" in entry.problems[0].message
    assert entry.problems[0].line == 12


def test_the_last_entry_of_a_file_that_writes_no_er_does_not_look_cut_short() -> None:
    without = PLAIN.replace("ER  - \n", "")

    *_, last = read(without + without)

    assert [str(problem.message) for problem in last.problems] == [
        "no ER before the end of the file"
    ]


@pytest.mark.parametrize("glue", ["ER  -TY  - BOOK", "ER  - TY  - BOOK", "ER - TY - BOOK"])
def test_files_glued_together_without_a_line_end_are_parted(glue: str) -> None:
    text = PLAIN.replace("ER  - ", glue) + "TI  - On sand\nER  - \n"

    first, second = read(text)

    assert pairs(first) == PLAIN_PAIRS
    assert pairs(second) == [("TY", "BOOK"), ("TI", "On sand")]
    assert (first.end_line, second.line) == (6, 6)


def test_er_in_prose_does_not_end_the_entry() -> None:
    text = "TY  - JOUR\nAB  - The receptor\nER  - was studied\nin mice.\nPY  - 2020\nER  - \n"

    (entry,) = read(text)

    assert pairs(entry)[1] == ("AB", "The receptor\nER  - was studied\nin mice.")
    assert pairs(entry)[2] == ("PY", "2020")


def test_text_after_er_is_dropped_with_a_word_if_an_entry_follows() -> None:
    entries = read(PLAIN.replace("ER  - ", "ER  - the end") + PLAIN)

    assert [pairs(entry) for entry in entries] == [PLAIN_PAIRS, PLAIN_PAIRS]
    assert "the end" in entries[0].problems[0].message


@pytest.mark.parametrize("last", ["PY  - 2020", "AB  - It ebbs."])
def test_er_with_text_ends_an_entry_in_a_file_without_types(last: str) -> None:
    text = f"TI  - On tides\n{last}\nER  - of record\n\n"

    assert [len(entry.lines) for entry in read(text * 3)] == [2, 2, 2]


def test_a_type_of_several_words_begins_an_entry() -> None:
    entries = read(PLAIN.replace("ER  - \n", "") + PLAIN.replace("JOUR", "Book, chapter of"))

    assert [entry.lines[0].value for entry in entries] == ["JOUR", "Book, chapter of"]


def test_a_repeated_er_makes_no_second_entry() -> None:
    assert len(read(PLAIN + "ER  - \n\nER  - \n" + PLAIN)) == 2


def test_tags_between_er_and_ty_make_no_entry() -> None:
    reader = Reader(
        io.BytesIO((PLAIN + "NL  - J Tides\n\nLink: https://x.example\n\n2.\n" + PLAIN).encode())
    )

    entries = list(reader)

    assert [pairs(entry) for entry in entries] == [PLAIN_PAIRS, PLAIN_PAIRS]
    assert [(problem.line, "NL" in problem.message) for problem in reader.problems] == [(7, True)]


@pytest.mark.parametrize("between", ["", "\n"], ids=["close", "apart"])
def test_where_type_comes_last_and_nothing_else_ends_an_entry_it_does(between: str) -> None:
    lines = PLAIN.splitlines(keepends=True)[1:-1]
    entries = read(
        between.join(["".join([*lines, f"TY  - {kind}\n"]) for kind in ("JOUR", "BOOK")])
    )

    assert [entry.values[-1] for entry in entries] == ["JOUR", "BOOK"]
    assert all("TY ends the entry" in entry.problems[0].message for entry in entries)


def test_where_type_comes_first_an_entry_without_one_may_begin_the_file() -> None:
    lines = PLAIN.splitlines(keepends=True)[1:-1]
    entries = read("".join(lines) + "\n" + PLAIN.removesuffix("ER  - \n"))

    assert [entry.values[0] for entry in entries] == ["On tides", "JOUR"]


def test_tags_right_before_ty_belong_to_its_entry() -> None:
    entries = read("TI  - On tides\nAU  - Sand, Ada\nTY  - JOUR\nPY  - 2020\nER  - \n" + PLAIN)

    assert sorted(pairs(entries[0])) == sorted(
        [("TI", "On tides"), ("AU", "Sand, Ada"), ("TY", "JOUR"), ("PY", "2020")]
    )
    assert (entries[0].line, len(entries)) == (1, 2)


def test_an_entry_without_ty_and_er_is_not_swallowed_by_the_next() -> None:
    entries = read(PLAIN + "TI  - On sand\nAU  - Reef, Bo\n" + PLAIN)

    assert [pairs(entry) for entry in entries] == [
        PLAIN_PAIRS,
        [("TI", "On sand"), ("AU", "Reef, Bo")],
        PLAIN_PAIRS,
    ]
    assert (entries[1].end_line, entries[2].line) == (8, 9)


def test_entries_without_ty_end_at_er() -> None:
    bare = PLAIN.replace("TY  - JOUR\n", "")

    entries = read(bare + "\n" + bare)

    assert [pairs(entry) for entry in entries] == [PLAIN_PAIRS[1:]] * 2
    assert all("no TY" in entry.problems[0].message for entry in entries)


def test_entries_without_ty_and_er_end_at_a_blank_line() -> None:
    bare = PLAIN.replace("TY  - JOUR\n", "").replace("ER  - \n", "\n")

    entries = read(bare * 3)

    assert [pairs(entry) for entry in entries] == [PLAIN_PAIRS[1:]] * 3
    assert [entry.ending for entry in entries] == [
        Ending.BLANK_LINE,
        Ending.BLANK_LINE,
        Ending.END_OF_FILE,
    ]


def test_a_type_with_nothing_below_it_is_named_but_no_entry() -> None:
    reader = Reader(io.BytesIO(("TY  - BOOK\n" + PLAIN + "TY  - JOUR\nER  - \n").encode()))

    assert [entry.line for entry in reader] == [2]
    assert [problem.line for problem in reader.problems] == [1, 8]


@pytest.mark.parametrize("number", ["1.", "<1>", "2. ", "[3]"])
def test_a_number_before_an_entry_needs_no_word(number: str) -> None:
    assert problems_of(f"{number}\n{PLAIN}\n{number}\n{PLAIN}") == []


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("Link: x\n", "1 line of text outside any entry ignored"),
        ("Link: x\n\nLink: y\n", "2 lines of text outside any entry ignored"),
        ("NL  - x\n", "1 NL line outside any entry ignored"),
        ("NL  - x\nNL  - y\n", "2 NL lines outside any entry ignored"),
    ],
)
def test_what_stands_outside_any_entry_is_counted(lines: str, message: str) -> None:
    assert problems_of(PLAIN + lines + PLAIN) == [message]


def test_rubbish_under_ty_is_named_and_ignored() -> None:
    (entry,) = read(PLAIN.replace("TI  -", "exported by hand\nTI  -"))

    assert pairs(entry) == PLAIN_PAIRS
    assert entry.problems[0].line == 2


def test_a_file_glued_from_two_styles_is_read_in_both() -> None:
    entries = read(PLAIN + PLAIN.replace("  - ", " - ") + PLAIN)

    assert [pairs(entry) for entry in entries] == [PLAIN_PAIRS] * 3


def test_a_quoted_file_glued_from_two_styles_is_read_in_both() -> None:
    text = PLAIN + PLAIN.replace("  - ", " - ") + PLAIN

    entries = read("".join("> " + line for line in text.splitlines(True)))

    assert [pairs(entry) for entry in entries] == [PLAIN_PAIRS] * 3


def test_a_continuation_that_looks_like_a_tag_stays_text() -> None:
    text = (
        "TY  - JOUR\nAB  - We found AB in\nIL - 6 and TN - alpha\nPD  - 1 blockade\nAN - known\n"
        "PY  - 2020\nER  - \n"
    )

    (entry,) = read(text)

    assert " ".join(entry.lines[1].value.split()) == (
        "We found AB in IL - 6 and TN - alpha PD  - 1 blockade AN - known".replace("  ", " ")
    )
    assert pairs(entry)[2:] == [("PY", "2020")]


def test_an_unknown_tag_below_a_short_value_is_kept() -> None:
    (entry,) = read("TY  - JOUR\nPY  - 2020\nZQ  - what is this\nTI  - x\nZQ  - again\nER  - \n")

    assert pairs(entry)[2:] == [("ZQ", "what is this"), ("TI", "x"), ("ZQ", "again")]


def test_a_known_tag_written_carelessly_below_a_short_value_is_a_tag() -> None:
    (entry,) = read("TY  - JOUR\nPY  - 2020\nDO - 10.1000/x\nVL  -7\nER  - \n")

    assert pairs(entry)[2:] == [("DO", "10.1000/x"), ("VL", "7")]


WRAPPED = """The tide comes in and the tide goes out, and
what it leaves upon the sand is counted here by
hand."""

CONTINUED = [
    ("AU  - Sand,\n  Ada", [("AU", "Sand, Ada")]),
    ("TI  - On tides\nand sand", [("TI", "On tides and sand")]),
    ("KW  - tide\nsand, wet\n\nreef", [("KW", "tide"), ("KW", "sand, wet"), ("KW", "reef")]),
    ("SN  - 1234-5679\n8765-4326", [("SN", "1234-5679"), ("SN", "8765-4326")]),
    (
        "UR  - https://a.example\nhttps://b.example",
        [("UR", "https://a.example"), ("UR", "https://b.example")],
    ),
    ("N1  - Funding:\nBy the sea.\nBy the sand.", [("N1", "Funding:\nBy the sea.\nBy the sand.")]),
    ("AB  - One.\n\nTwo.", [("AB", "One.\n\nTwo.")]),
    ("N1  - One.\nTwo.\n\nThree.", [("N1", "One.\nTwo.\n\nThree.")]),
    ("N1  - One.\nNO  - Two.\n\nThree.", [("N1", "One."), ("NO", "Two.\n\nThree.")]),
    (
        "AB  - One.\nL5  - https://a.example\nhttps://b.example",
        [("AB", "One."), ("L5", "https://a.example"), ("L5", "https://b.example")],
    ),
    ("AB  -\nOne.", [("AB", "One.")]),
    (f"AB  - {WRAPPED}", [("AB", WRAPPED.replace("\n", " "))]),
]


@pytest.mark.parametrize(("text", "expected"), CONTINUED)
def test_further_lines_continue_a_value_as_its_tag_wants(
    text: str, expected: list[tuple[str, str]]
) -> None:
    (entry,) = read(f"TY  - JOUR\n{text}\nPY  - 2020\nER  - \n")

    assert pairs(entry)[1:-1] == expected


def test_each_value_of_a_list_has_its_own_line_number() -> None:
    (entry,) = read("TY  - JOUR\nKW  - tide\nsand\nER  - \n")

    assert [(line.value, line.line) for line in entry.lines[1:]] == [("tide", 2), ("sand", 3)]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"PK\x03\x04\x14\x00", "ZIP"),
        (b"FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Sand, A\n", "Web of Science"),
        (b"\nPMID- 12345\nOWN - NLM\nTI  - On tides\nAB  - x\n", "PubMed"),
        (b"%0 Journal Article\n%T On tides\n", "EndNote"),
        (b"<!DOCTYPE html>\n<html></html>\n", "web page"),
        (b"<?xml version='1.0'?><xml/>", "XML"),
        (b'[{"id": "x"}]', "JSON"),
        (b"@article{sand2020,\n title={On tides}\n}\n", "BibTeX"),
        (b"Title,Authors,Year,DOI\nOn tides,Sand,2020,10.1000/x\n", "commas"),
        (b"", "empty"),
        (b"\n \n", "no RIS record"),
        (b"Dear Ada,\nthe tide is in.\n", "no RIS record"),
        (b"TY  - JOUR\nER  - \n", "no RIS record"),
        (bytes(range(256)) * 8, "encoding"),
    ],
)
def test_what_is_no_ris_is_refused_by_name(content: bytes, kind: str) -> None:
    with pytest.raises(InputError, match=kind):
        list(Reader(io.BytesIO(content)))


def test_an_entry_read_is_an_entry_counted() -> None:
    reader = Reader(io.BytesIO((PLAIN * 5).encode()))

    assert reader.entries_read == 0
    assert [entry.index for entry in reader] == [1, 2, 3, 4, 5]
    assert reader.entries_read == 5


def test_an_entry_cut_off_in_a_wrapped_value_ends_with_its_last_line() -> None:
    (entry,) = read("TY  - JOUR\nAB  - It ebbs\nand it flows\nand it")

    assert entry.end_line == 4


def test_a_number_after_er_ends_an_entry_even_below_an_abstract() -> None:
    (entry, _) = read(
        PLAIN.replace("ER  - ", "AB  - It ebbs.\nER  - 1\nXY  - stray") + "\n" + PLAIN
    )

    assert entry.ending is Ending.ER
    assert pairs(entry) == [*PLAIN_PAIRS, ("AB", "It ebbs.")]


def test_a_known_tag_with_another_dash_stays_text_in_an_abstract() -> None:
    (entry,) = read("TY  - JOUR\nAB  - We compared\nVL  – and its kin.\nER  - \n")

    assert pairs(entry)[1:] == [("AB", "We compared\nVL  – and its kin.")]


def test_lines_with_room_for_another_word_are_paragraphs() -> None:
    text = "Background: the tide comes in.\nMethods: it was counted by hand, twice a day and night."

    (entry,) = read(f"TY  - JOUR\nAB  - {text}\nER  - \n")

    assert pairs(entry)[1:] == [("AB", text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A well-\nknown shell", "A well-known shell"),
        ("Shells of COVID-\n19", "Shells of COVID-19"),
        ("Pre-\nand post-war shells", "Pre- and post-war shells"),
        ("Shells -\nand sand", "Shells - and sand"),
    ],
)
def test_a_word_broken_behind_its_hyphen_is_joined(text: str, expected: str) -> None:
    (entry,) = read(f"TY  - JOUR\nTI  - {text}\nER  - \n")

    assert pairs(entry)[1:] == [("TI", expected)]
