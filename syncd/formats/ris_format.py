"""RIS as a format: recognised by TY, complete with ER, read by `ris` and `sources`."""

from __future__ import annotations

import re
from typing import BinaryIO

from syncd.formats.contract import Format, Reading

# NULs are dropped first, so UTF-16 reads like the rest.
_TYPE_TAG = re.compile(rb"(?:\A|[\r\n])[^A-Za-z0-9\r\n]{0,8}[Tt][Yy][ \t]{0,3}-")
# The last thing in a whole export is ER, its dash perhaps missing or glued to the text before it.
_LAST_TAG = re.compile(rb"(?:(?:\A|[\r\n])[ \t]*ER[ \t]{0,3}-?|ER[ \t]{2}-)[\s\x1a]*\Z")


def _recognises(head: bytes) -> bool:
    return _TYPE_TAG.search(head.replace(b"\0", b"")) is not None


def _is_complete(tail: bytes) -> bool:
    return _LAST_TAG.search(tail.replace(b"\0", b"")) is not None


def _read(stream: BinaryIO, file: str) -> Reading:
    # Who only asks for names and ends must not pay for everything that reading takes.
    from syncd.formats.ris_reading import RisReading

    return RisReading(stream, file)


RIS = Format("RIS", (".ris",), _recognises, _is_complete, _read)
