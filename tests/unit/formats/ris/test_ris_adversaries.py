"""Files made to hurt: the time to read them grows no faster than they do."""

from __future__ import annotations

import io
import time

import pytest

from syncd.errors import InputError
from syncd.formats.ris import Reader

SIZE = 250_000
_HOPELESS = 10.0
"""Seconds of CPU. What is linear takes one of them, what grows with the square takes minutes."""

BEGIN = b"TY  - JOUR\nTI  - x\nAB  - "

HOSTILE = {
    "one long line": BEGIN + b"a" * SIZE,
    "continuation lines": BEGIN + b"a\n" * (SIZE // 2),
    "values of a list": BEGIN + b"x\nKW  - a" + b"\na" * (SIZE // 2),
    "blank lines": BEGIN + b"\n" * SIZE,
    "blank lines, then what may be tags": BEGIN + b"\n" * 49_000 + b"AU - was.\n" * 49_000,
    "carriage returns": BEGIN + b"\r" * SIZE,
    "combining marks": BEGIN + b"e" + "\u0301\u0323".encode() * (SIZE // 4),
    "invisible characters": BEGIN + b"a" + "\u200b".encode() * (SIZE // 3) + b"a",
    "bad bytes": BEGIN + b"\xc3\xa9\nTI  - " + b"\xff\xc3\xa9" * (SIZE // 3),
    "bad lines": BEGIN + b"\xc3\xa9\n" + b"TI  - \xff\n" * (SIZE // 8),
    "control characters": BEGIN + b"\x01\n" * (SIZE // 2),
    "text encoded twice": BEGIN + "Ã©".encode() * (SIZE // 4),
    "types": b"TY  - JOUR\n" * (SIZE // 11),
    "ends": BEGIN + b"\nER  - \n" * (SIZE // 8),
    "ends in prose": BEGIN + b"\nER  - was\n" * (SIZE // 11),
    "text between entries": BEGIN + b"\nER  - \n" + b"lorem\n" * (SIZE // 6),
    "commas": b"," * SIZE,
    "brackets": b"[" * SIZE,
    "quotes": b"> " * (SIZE // 2),
    "styles that change": b"TY  - JOUR\nTI  - a\nTY - JOUR\nTI - b\n" * (SIZE // 36),
    "one odd letter": BEGIN + b"\xe9" * SIZE,
    "half a character again and again": b"\xff\xfe" + b"\x00\xd8" * (SIZE // 2),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_input_takes_more_than_linear_time(content: bytes) -> None:
    begin = time.process_time()
    try:
        for _ in Reader(io.BytesIO(content)):
            pass
    except InputError:
        pass
    taken = time.process_time() - begin

    assert taken < _HOPELESS
