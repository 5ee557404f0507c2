"""An entry larger than any work is refused, and what stands around it is read."""

from __future__ import annotations

import io

import pytest

from syncd.errors import InputError
from syncd.formats.ris import Reader
from syncd.formats.ris.group import MOST_CHARACTERS, MOST_LINES
from syncd.formats.sources import read_records

GOOD = "TY  - JOUR\nTI  - Tides\nAU  - Abel, A.\nER  - \n\n"
MEGABYTE = "words " * 170_000


@pytest.mark.parametrize(
    "lines",
    [
        "AU  - Abel, A.\n" * (MOST_LINES + 1),
        f"N1  - {MEGABYTE}\n" * (MOST_CHARACTERS // len(MEGABYTE) + 1),
        "N1  - a\n" + f"{MEGABYTE}\n" * (MOST_CHARACTERS // len(MEGABYTE) + 1),
        "AB  - a\n" + "b\n" * (MOST_LINES + 1),
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
