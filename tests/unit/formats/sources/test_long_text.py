"""Long texts are read part by part, and say what short ones do."""

from __future__ import annotations

import io
import unicodedata

import pytest

from syncd.errors import InputError
from syncd.formats.ris import Reader
from syncd.formats.sources import read_record, read_records
from syncd.formats.sources.text import clean, decode_entities
from syncd.identity import find_trial_numbers
from tests.support.entries import entry_of

PIECES = [
    "word ",
    "&amp;amp; ",
    "&amp;eacute; x&lt;y ",
    "A & B > C ",
    "\U0001f600 n\u0302 ",
    "각각",
]
TIMES = 20_000


def _note(text: str) -> str:
    record = read_record(entry_of([("TY", "JOUR"), ("TI", "Tides"), ("N1", text)]), "x.ris")
    return record.notes[0].html


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_note_says_what_its_parts_do(piece: str) -> None:
    one = _note(f"{piece}z").removeprefix("<p>").removesuffix("z</p>")

    assert _note(f"{piece * TIMES}z") == f"<p>{one * TIMES}z</p>"


@pytest.mark.parametrize("piece", PIECES)
def test_entities_of_a_long_text_are_decoded_once(piece: str) -> None:
    assert decode_entities(piece * TIMES) == decode_entities(piece) * TIMES


@pytest.mark.parametrize("piece", ["n\u0302x ", "\u1112\u1161\u11ab", "e\u0301", "\U0001f600a\x01"])
def test_a_long_text_is_composed_as_a_whole(piece: str) -> None:
    text = piece * TIMES
    assert clean(text) == unicodedata.normalize("NFC", text.replace("\x01", " "))


def test_a_line_that_ends_in_a_long_note_stays_a_line() -> None:
    assert _note("a&NewLine;b" * TIMES) == f"<p>{'a<br/>b' * TIMES}</p>"


@pytest.mark.parametrize("far", [0, 65_000, 65_530, 65_536, 65_540, 200_000])
def test_registry_numbers_are_found_anywhere_in_a_long_text(far: int) -> None:
    text = (
        f"{'some words of it, ' * (far // 18)}{' ' * (far % 18)}NCT05550001{', and more' * 30_000}"
    )
    assert find_trial_numbers(text) == ("nct05550001",)
    lines = [("N1", text[at : at + 5_000]) for at in range(0, len(text), 5_000)]
    whole = [("TY", "JOUR"), ("TI", "Tides"), ("N1", text), *lines]
    record = read_record(entry_of(whole), "x.ris")
    assert ("Trial Registration", "NCT05550001") in record.extra


def test_a_text_of_nothing_but_signs_is_refused() -> None:
    [refused] = read_records([entry_of([("TY", "JOUR"), ("N1", "&" * 1_000_001)])], "x.ris")
    [used] = read_records([entry_of([("TY", "JOUR"), ("N1", "ab&" * 999_999)])], "x.ris")

    assert isinstance(refused, InputError)
    assert (refused.line, "signs & and >" in refused.message) == (2, True)
    assert not isinstance(used, InputError)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_long_line_changes_nothing_of_the_lines_around_it(end: str) -> None:
    long = "é\U0001f600 words " * 50_000
    lines = ["TY  - JOUR", "TI  - Tides", f"AB  - {long}", "KW  - a", "KW  - b\x01c", "ER  - ", ""]
    data = (end.join(lines) * 2).encode()

    first, second = Reader(io.BytesIO(data))

    assert first.tags == second.tags == ["TY", "TI", "AB", "KW", "KW"]
    assert first.values == ["JOUR", "Tides", long.strip(), "a", "b c"]
    assert list(second.numbers) == [7, 8, 9, 10, 11]
    assert [problem.line for problem in second.problems] == [11]
