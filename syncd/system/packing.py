"""Values as JSON, and texts in less room: what is kept by the thousand, at little cost.

Both take whatever a text in Python may hold, half a pair of UTF-16 included, as file names and
damaged exports have them.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

import orjson

_SHORT = 4096
"""Bytes that are kept as they are: to deflate what most exports say of a work takes as long as to
write it down, and saves a tenth of a ledger."""

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
    """Return bytes in the form in which they are kept: long ones deflated, as little as possible.

    Short ones are kept as they are, but for those that look deflated; see `unpack`.
    """
    if len(text) <= _SHORT and not _looks_deflated(text):
        return text
    # A window as large as the text finds as much as one of 32 KB, and what is set up for a text is
    # as large as its window.
    bits = min(max(_LEAST_WINDOW, (len(text) + _LOOKAHEAD).bit_length()), zlib.MAX_WBITS)
    # And memory for all that is found, so that the text is one block with one table of its codes.
    memory = min(bits - _LEAST_WINDOW + 3, zlib.DEF_MEM_LEVEL)
    packer = zlib.compressobj(1, zlib.DEFLATED, bits, memory)
    return packer.compress(text) + packer.flush()


def unpack(kept: bytes) -> bytes:
    """Return what was packed. Raises `zlib.error` for what was not."""
    return zlib.decompress(kept) if _looks_deflated(kept) else kept


def _looks_deflated(text: bytes) -> bool:
    # The method of compression, the low half of the first byte, is always 8 (RFC 1950); neither
    # an entry that begins with TY nor JSON does so.
    return bool(text) and text[0] & 0x0F == zlib.DEFLATED
