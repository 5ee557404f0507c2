"""JSON documents are written as they are made: a report on a million records needs no memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TextIO

from syncd.system.packing import encode
from syncd.system.printable import printable_json

_ENOUGH = 1 << 16
"""Bytes of an array that are collected before they are written: each writing takes a while."""

_Write = Callable[[bytes], object]


def write_document(document: Mapping[str, Any], stream: TextIO) -> None:
    """Write a JSON object and a line end; values that are iterators become arrays on the way.

    A key's value is looked at when its turn comes, and a callable value is called then, so that
    what is only known after the records (their number, say) can stand after them.
    """
    write = _way_into(stream)
    opening = b"{"
    for key, value in document.items():
        write(opening + _json(key) + b": ")
        made = value() if callable(value) else value
        if isinstance(made, Iterator):
            _write_array(made, write)
        else:
            write(_json(made))
        opening = b",\n"
    write(b"}\n")


def _way_into(stream: TextIO) -> _Write:
    """Return what writes UTF-8 to a stream, behind all that was written before."""
    # JSON is UTF-8, whatever the terminal's language is, so what encodes for that is passed by.
    if isinstance(stream, io.TextIOWrapper):
        stream.flush()
        write: _Write = stream.buffer.write
        return write
    return lambda written: stream.write(written.decode())


def _write_array(values: Iterator[Any], write: _Write) -> None:
    opening = b"[\n"
    pieces: list[bytes] = []
    size = 0
    for piece in map(_json, values):
        pieces.append(piece)
        size += len(piece)
        if size > _ENOUGH:
            write(opening + b",\n".join(pieces))
            opening = b",\n"
            pieces, size = [], 0
    if pieces:
        write(opening + b",\n".join(pieces))
        opening = b",\n"
    write(b"[]" if opening == b"[\n" else b"\n]")


def _json(value: Any) -> bytes:
    # What a terminal would obey or not show is escaped, and so is a byte of a file name that is
    # no UTF-8: half a pair in Python.
    return printable_json(encode(value))
