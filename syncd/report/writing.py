"""JSON documents are written as they are made: a report on a million records needs no memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TextIO

from syncd.system.packing import encode
from syncd.system.printable import printable_json

_ENOUGH = 1 << 16
"""Bytes of an array that are collected before they are written: each writing takes a while."""

_Write = Callable[[bytes], object]


class Large(NamedTuple):
    """A value that is written piece by piece, as its JSON may be many times what it takes."""

    value: Any


def write_document(document: Mapping[str, Any], stream: TextIO) -> None:
    """Write a JSON object and a line end; values that are iterators become arrays on the way.

    What an array holds may be `Large`. A key's value is looked at when its turn comes, and a
    callable value is called then, so that what is only known after the records (their number, say)
    can stand after them.
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
    for value in values:
        if not isinstance(value, Large):
            pieces.append(piece := _json(value))
            size += len(piece)
        if size > _ENOUGH or (pieces and isinstance(value, Large)):
            write(opening + b",\n".join(pieces))
            opening = b",\n"
            pieces, size = [], 0
        if isinstance(value, Large):
            write(opening)
            opening = b",\n"
            for part in _parts(value.value):
                write(part)
        del value  # so that it is gone before the next is made
    if pieces:
        write(opening + b",\n".join(pieces))
        opening = b",\n"
    write(b"[]" if opening == b"[\n" else b"\n]")


def _parts(value: Any) -> Iterator[bytes]:
    """Yield the JSON of a value in parts that are written as they are made."""
    if isinstance(value, str) and len(value) > _ENOUGH:
        yield b'"'
        for at in range(0, len(value), _ENOUGH):
            yield _json(value[at : at + _ENOUGH])[1:-1]
        yield b'"'
    elif isinstance(value, dict):
        opening = b"{"
        for key, each in value.items():
            yield opening + _json(key) + b":"
            yield from _parts(each)
            opening = b","
        yield b"}" if value else b"{}"
    elif isinstance(value, list | tuple):
        opening = b"["
        for together in _parted(value):
            yield opening
            is_single = len(together) == 1
            yield from _parts(together[0]) if is_single else [_json(together)[1:-1]]
            opening = b","
        yield b"]" if value else b"[]"
    else:
        yield _json(value)


def _parted(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield runs of values that are short enough together; a long one alone."""
    begin = size = 0
    for at, value in enumerate(values):
        own = _length(value)
        if size + own > _ENOUGH and at > begin:
            yield values[begin:at]
            begin, size = at, 0
        size += own
    if begin < len(values):
        yield values[begin:]


def _length(value: Any) -> int:
    """Return about how many characters a value has, one that holds no more than a few."""
    if isinstance(value, dict):
        return sum(map(_length, value.values()))
    return len(value) if isinstance(value, str) else len(str(value))


def _json(value: Any) -> bytes:
    # What a terminal would obey or not show is escaped, and so is a byte of a file name that is
    # no UTF-8: half a pair in Python.
    return printable_json(encode(value))
