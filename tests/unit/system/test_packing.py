"""What is packed comes back as it was, whatever a text may hold."""

from __future__ import annotations

import json
import zlib
from random import Random
from typing import Any

import pytest

from syncd.system.packing import decode, encode, encode_text, pack, unpack


@pytest.mark.parametrize(
    "value",
    [
        {"title": "Tides", "creators": [{"lastName": "Müller"}], "tags": []},
        {"name of a file": "half a pair: \udce9"},
        {"beyond 64 bits": 2**70},
        {"nothing": None, "not so": False, "share": 0.5},
        "a text",
    ],
)
def test_a_value_comes_back_from_its_json(value: Any) -> None:
    assert decode(encode(value)) == value
    assert decode(encode_text(value)) == value


def test_what_others_wrote_as_json_is_read_too() -> None:
    assert decode('{"title": "half a pair: \\ud800"}') == {"title": "half a pair: \ud800"}


def test_what_is_no_json_is_told() -> None:
    with pytest.raises(json.JSONDecodeError):
        decode("{")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"TY  - JOUR\n" * 9,
        b"TY  - JOUR\n" * 900,
        bytes(range(256)) * 300,
        # As what is deflated begins, or nearly so.
        zlib.compress(b"TY  - JOUR\n"),
        *(bytes([first]) + b"\x9c said by no database" for first in range(256)),
    ],
)
def test_bytes_come_back_from_what_was_packed(text: bytes) -> None:
    assert unpack(pack(text)) == text


def test_what_an_older_syncd_deflated_comes_back() -> None:
    for level in range(10):
        for bits in range(9, 16):
            packer = zlib.compressobj(level, zlib.DEFLATED, bits)
            assert unpack(packer.compress(b"TY  - JOUR") + packer.flush()) == b"TY  - JOUR"


def test_a_long_text_takes_less_room_and_a_short_one_no_more() -> None:
    entry = b"TI  - Tides in an estuary\n"

    assert len(pack(entry * 400)) < len(entry) * 40
    assert pack(entry) == entry


@pytest.mark.parametrize("length", [5000, 9000, 30_000])
def test_a_text_takes_no_more_room_than_in_the_largest_window(length: int) -> None:
    # Its own window has to be enough for it, and the memory for one block with one table of codes.
    text = bytes(Random(1).choices(b"etaoinshrdlu    ,.ETAOIN0123", k=length))

    assert len(pack(text)) <= len(zlib.compress(text, 1))
