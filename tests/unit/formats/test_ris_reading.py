"""RIS through the seam: what of its entries and ends the rest of syncd learns."""

from __future__ import annotations

import io

import pytest

from syncd import formats
from syncd.errors import InputError, Problem
from syncd.formats import Format, ReadEntry, Reading

WHOLE = "TY  - JOUR\nTI  - A gate in a hedge\nER  - \n"
OPEN = "TY  - JOUR\nTI  - A stile in a wall\n"
EMPTY = "TY  - JOUR\nTI  - \nER  - \n"


def read(text: str) -> tuple[Reading, list[ReadEntry]]:
    reading = formats.read(io.BytesIO(text.encode()), "x.ris")
    return reading, [entry for entries in reading.batches() for entry in entries]


def test_an_entry_keeps_its_place_its_text_and_its_problems() -> None:
    _, [first, second] = read(OPEN + WHOLE)

    assert (second.index, second.line) == (2, 3)
    assert second.written == "TY  - JOUR\nTI  - A gate in a hedge"
    assert first.problems == [Problem("no ER: the next entry begins", 2)]
    assert not second.problems


def test_an_entry_that_cannot_be_used_says_why_and_ends_nothing() -> None:
    _, [empty, whole] = read(EMPTY + WHOLE)

    assert isinstance(empty.result, InputError)
    assert not isinstance(whole.result, InputError)
    assert whole.result.origin.file == "x.ris"


@pytest.mark.parametrize(
    ("text", "cut_off", "is_alarming"),
    [
        (WHOLE + WHOLE, [False, False], False),
        (WHOLE + OPEN, [False, True], True),
        (WHOLE + OPEN + OPEN, [False, False, True], True),
        (OPEN + WHOLE, [False, False], False),
        # In a file without any ER nothing says that one is missing at the end.
        (OPEN + OPEN, [False, True], False),
        # What is cut off so early that nothing of it can be used is told as a rejected record.
        (WHOLE + EMPTY.removesuffix("ER  - \n"), [False, True], False),
    ],
)
def test_only_a_last_entry_without_its_end_is_cut_off(
    text: str, cut_off: list[bool], is_alarming: bool
) -> None:
    reading, entries = read(text)

    assert [entry.is_cut_off for entry in entries] == cut_off
    assert bool(reading.alarms) is is_alarming


def test_a_file_that_is_no_ris_is_refused_before_any_entry() -> None:
    with pytest.raises(InputError, match="BibTeX"):
        formats.read(io.BytesIO(b"@article{a, title = {B}}\n"), "a.bib")


def test_no_format_is_sure_of_what_ris_may_still_read() -> None:
    headless = b"T1  - A gate in a hedge\nA1  - Moor, Ida\nER  - \n"

    kind = formats.recognise(headless)

    assert isinstance(kind, Format)
    assert not kind.recognises(headless)
    assert read(headless.decode())[1][0].written.startswith("T1  - ")
