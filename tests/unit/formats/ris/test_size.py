"""An entry larger than any work is refused, and what stands around it is read."""

from __future__ import annotations

import io

import pytest

from syncd.errors import InputError
from syncd.formats.ris import Reader
from syncd.formats.ris.group import MOST_CHARACTERS, MOST_LINES
from syncd.formats.sources import read_records
from syncd.record import Record

GOOD = "TY  - JOUR\nTI  - Tides\nAU  - Abel, A.\nER  - \n\n"
MEGABYTE = "words " * 170_000


@pytest.mark.parametrize(
    "lines",
    [
        "AU  - Abel, A.\n" * (MOST_LINES + 1),
        f"N1  - {MEGABYTE}\n" * (MOST_CHARACTERS // len(MEGABYTE) + 1),
        "N1  - a\n" + f"{MEGABYTE}\n" * (MOST_CHARACTERS // len(MEGABYTE) + 1),
        "AB  - a\n" + "b\n" * (MOST_LINES + 1),
        "N1  - a   AU  - Abel, A.   KW  - b\n" * (MOST_LINES + 1),
        "N1  - " + "a   AU  - Abel, A.   KW  - b" * (MOST_LINES // 2) + "\n",
    ],
)
def test_only_the_entry_itself_is_refused(lines: str) -> None:
    text = f"{GOOD}TY  - JOUR\nTI  - Too much\n{lines}ER  - \n\n{GOOD}"
    read = read_records(list(Reader(io.BytesIO(text.encode()))), "x.ris")
    first, refused, last = read
    assert not isinstance(first, InputError)
    assert not isinstance(last, InputError)
    assert isinstance(refused, InputError)
    assert (refused.line, "larger than any work" in refused.message) == (6, True)


def test_an_entry_as_large_as_real_ones_is_read() -> None:
    text = (
        f"TY  - JOUR\nTI  - Much\n{'AU  - Abel, A.' + chr(10)}AB  - {MEGABYTE}\n"
        + "KW  - a\n" * 9_000
    )
    [read] = read_records(list(Reader(io.BytesIO(text.encode()))), "x.ris")
    assert not isinstance(read, InputError)


def _read(lines: str) -> object:
    text = f"TY  - JOUR\nTI  - Tides\n{lines}\nER  - \n"
    [read] = read_records(list(Reader(io.BytesIO(text.encode()))), "x.ris")
    return read


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("DO  - " + "10.5555/a;" * 110_000, "DO has more than 1000000 characters"),
        ("UR  - " + "https://a.org/;" * 70_000, "UR has more than 1000000 characters"),
        ("AU  - " + "a; " * 120_000, "more than 100000 people are named; take out"),
        ("TI  - " + "words " * 60_000, "TI has more than 333333 characters"),
        ("N1  - <p>" + "a<br>" * 110_000 + "</p>", "N1 has more than 100000 elements"),
    ],
)
def test_a_value_that_holds_too_many_things_is_refused(line: str, reason: str) -> None:
    read = _read(line)
    assert isinstance(read, InputError)
    assert (read.line, read.message.partition(" and")[0].partition(" of")[0]) == (3, reason)


def test_glued_tags_are_parted_in_an_entry_that_is_nearly_too_large() -> None:
    much = f"N1  - {MEGABYTE}\n" * (MOST_CHARACTERS // len(MEGABYTE) - 1)
    read = _read(much + "N1  - a   KW  - b")
    assert isinstance(read, Record)
    assert [keyword.name for keyword in read.tags] == ["b"]


def test_people_are_counted_over_all_lines() -> None:
    read = _read(("AU  - " + "a; " * 1_000 + "\n") * 150)
    assert isinstance(read, InputError)
    assert (read.line, "100000 people" in read.message) == (102, True)


@pytest.mark.parametrize(
    "line",
    [
        "DO  - " + "10.5555/a;" * 1_000,
        "N1  - <p>" + "a<br>" * 10_000 + "</p>",
        'N1  - <p>A map: <img src="data:image/png;base64,' + "A" * 2_000_000 + '"></p>',
    ],
)
def test_a_long_value_is_read(line: str) -> None:
    assert not isinstance(_read(line), InputError)
