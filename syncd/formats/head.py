"""The beginning of a stream is looked at before anybody reads it, and nothing is lost by that."""

from __future__ import annotations

import io
from typing import BinaryIO

from syncd.formats.contract import HEAD


def take_head(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """Return the first bytes of a stream, and a stream that begins with them."""
    pieces: list[bytes] = []
    room = HEAD
    while room > 0 and (piece := stream.read(room)):
        pieces.append(piece)
        room -= len(piece)
    head = b"".join(pieces)
    return head, io.BufferedReader(_Rejoined(head, stream), HEAD)


class _Rejoined(io.RawIOBase):
    """First the bytes that were taken, then what follows them; it closes nothing but itself."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = memoryview(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        size = len(buffer)
        if self._head:
            piece: bytes | memoryview = self._head[:size]
            self._head = self._head[size:]
        else:
            piece = self._rest.read(size)
        buffer[: len(piece)] = piece
        return len(piece)
