"""JSON documents are written as they are made: a report on a million records needs no memory."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from syncd.system.packing import encode
from syncd.system.printable import printable_json


def write_document(document: Mapping[str, Any], stream: TextIO) -> None:
    """Write a JSON object and a line end; values that are iterators become arrays on the way.

    A key's value is looked at when its turn comes, and a callable value is called then, so that
    what is only known after the records (their number, say) can stand after them.
    """
    # JSON is UTF-8, whatever the terminal's language is.
    if isinstance(stream, io.TextIOWrapper) and stream.encoding.casefold() != "utf-8":
        stream.reconfigure(encoding="utf-8")
    opening = "{"
    for key, value in document.items():
        stream.write(f"{opening}{json.dumps(key)}: ")
        made = value() if callable(value) else value
        if isinstance(made, Iterator):
            _write_array(made, stream)
        else:
            stream.write(_text(made))
        opening = ",\n"
    stream.write("}\n")


def _write_array(values: Iterator[Any], stream: TextIO) -> None:
    opening = "[\n"
    for value in values:
        stream.write(opening + _text(value))
        opening = ",\n"
    stream.write("[]" if opening == "[\n" else "\n]")


def _text(value: Any) -> str:
    # What a terminal would obey or not show is escaped, and so is a byte of a file name that is
    # no UTF-8: half a pair in Python.
    return printable_json(encode(value))
