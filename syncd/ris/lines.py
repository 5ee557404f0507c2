"""Bytes become numbered lines of text: any line end, any encoding, a block at a time.

A bad byte or a control character condemns its own line, never the file.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from syncd.errors import Problem

BLOCK = 1 << 16


class Lines:
    """The lines of a stream in blocks; `problems` grows as bad lines are met."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._head = stream.read(BLOCK)
        self.problems: list[Problem] = []
        self.encoding, skip = _declared_encoding(self._head)
        self.certain = True
        self._head = self._head[skip:]
        self.head_lines = self._sample()

    def _sample(self) -> list[str]:
        text = self._head.decode(self.encoding, "replace")
        return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def __iter__(self) -> Iterator[list[str]]:
        number = 0
        for block in self._blocks():
            texts = self._decode(block, number)
            number += len(texts)
            yield texts

    def _blocks(self) -> Iterator[bytes]:
        """Yield bytes in whole lines that end in LF, the last one perhaps not."""
        waiting: list[bytes] = []
        decoder = None
        if not self.encoding.startswith("utf-8"):
            decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        chunk = self._head
        while True:
            final = not chunk
            if decoder is not None:
                data = decoder.decode(chunk, final).encode("utf-8", "surrogatepass")
            else:
                data = chunk
            held = (
                b"".join((*waiting, data)) if waiting and (b"\n" in data or b"\r" in data) else None
            )
            if held is None and waiting and not final:
                waiting.append(data)
            else:
                whole = held if held is not None else b"".join((*waiting, data))
                if final:
                    if whole:
                        yield _unify(whole)
                    return
                cut = max(whole.rfind(b"\n"), whole.rfind(b"\r", 0, -1)) + 1
                if cut:
                    yield _unify(whole[:cut])
                waiting = [whole[cut:]] if cut < len(whole) else []
            chunk = self._stream.read(BLOCK)

    def _decode(self, block: bytes, number: int) -> list[str]:
        if block.endswith(b"\n"):
            block = block[:-1]
        try:
            texts = block.decode("utf-8").split("\n")
        except UnicodeDecodeError:
            texts = [
                self._decode_line(raw, number + i) for i, raw in enumerate(block.split(b"\n"), 1)
            ]
        if any("\ufeff" in text for text in texts):
            texts = [text.replace("\ufeff", "") for text in texts]
        return texts

    def _decode_line(self, raw: bytes, number: int) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            self.problems.append(
                Problem("not valid UTF-8; the line was read as windows-1252", number)
            )
            return raw.decode("windows-1252", "replace")


def _unify(block: bytes) -> bytes:
    if b"\r" in block:
        return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return block


def _declared_encoding(head: bytes) -> tuple[str, int]:
    for bom, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(bom):
            return name, len(bom)
    return "utf-8", 0
