"""Values as JSON, and texts in less room: what is kept by the thousand, at little cost.

Both take whatever a text in Python may hold, half a pair of UTF-16 included, as file names and
damaged exports have them.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

import orjson

_SHORT = 256
"""Bytes of which deflating saves a fifth or less."""

_LEAST_WINDOW = 9
"""The smallest window, as a power of two."""

_LOOKAHEAD = 262
"""Bytes of a window that the deflater keeps for looking ahead."""

_encoder = json.JSONEncoder(ensure_ascii=False)


def encode(value: Any) -> bytes:
    """Return a value as JSON in UTF-8. Raises `TypeError` for what JSON cannot say."""
    try:
        return orjson.dumps(value)
    except TypeError:
        # The fast encoder knows no half of a pair, no whole number beyond 64 bits and no name
        # that is not text.
        return _encoder.encode(value).encode("utf-8", "surrogatepass")


def encode_text(value: Any) -> str:
    """Return a value as the text of its JSON. Raises `TypeError` as `encode` does."""
    return encode(value).decode("utf-8", "surrogatepass")


def decode(text: str | bytes) -> Any:
    """Return the value that JSON says. Raises `json.JSONDecodeError`."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        if isinstance(text, bytes):
            text = text.decode("utf-8", "surrogatepass")
        return json.loads(text)


def pack(text: bytes) -> bytes:
    """Return bytes deflated, as little as possible: more takes longer than all else about them.

    Short ones, in which little comes again, are stored as they are in the same format.
    """
    # A window as large as the text finds as much as one of 32 KB, and what is set up for a text is
    # as large as its window: for a short one that takes longer than to deflate it.
    bits = min(max(_LEAST_WINDOW, (len(text) + _LOOKAHEAD).bit_length()), zlib.MAX_WBITS)
    level = 1 if len(text) > _SHORT else 0
    # And memory for all that is found, so that the text is one block with one table of its codes.
    memory = min(bits - _LEAST_WINDOW + 3, zlib.DEF_MEM_LEVEL)
    packer = zlib.compressobj(level, zlib.DEFLATED, bits, memory)
    return packer.compress(text) + packer.flush()
