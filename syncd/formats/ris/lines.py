"""Bytes become numbered lines of text: any line end, any encoding, a block at a time.

A bad byte or a control character condemns its own line, never the file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from syncd.errors import Problem
from syncd.formats.ris import charset, damage

BLOCK = 1 << 16
HEAD = 1 << 18
LONGEST = 1 << 23
"""Bytes of one line that are kept: a third more than the longest seen in a real export."""
_MUCH = 4 * BLOCK
"""Bytes of a block from which on there is a long line in it, of which copies are dear."""
MOST_PROBLEMS = 1000
"""How many lines in a row are complained about one by one."""

# What an undecodable unit of UTF-16 or UTF-32 becomes: it makes the line fail as UTF-8 below.
_UNREADABLE = "\udfff"
_MARK_UNREADABLE = "syncd-unreadable"


# The first bytes of a character in UTF-8 whose last ones are missing.
_BEGUN_CHARACTER = re.compile(
    rb"(?:[\xc3-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z"
)

_CAPITALS = frozenset(bytes([byte]) for byte in range(0xC3, 0xDF))
"""What would be capitals in windows-1252, or signs."""


def _mark_unreadable(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return _UNREADABLE, error.end
    raise error


codecs.register_error(_MARK_UNREADABLE, _mark_unreadable)


def read_head(stream: BinaryIO) -> bytes:
    """Read the beginning of a stream, by which its kind and encoding are told."""
    return _read_fully(stream, HEAD)


class Lines:
    """The lines of `head` and what follows it in `stream`, in blocks; to be iterated over once.

    `sample` holds the first lines, for finding out what kind of file this is. `problems` grows,
    in the order of lines, as bad ones are met; whoever reads may empty it. `last_odd` is the
    number of the last such line read so far: all below it is in NFC and without control
    characters other than tab. At the end, `ends_inside_line` tells whether the last line has no
    end, and `ends_inside_character` whether it breaks off in a character. `is_long` tells whether
    the lines handed on last hold much more than a block, as a single one of them then does; who
    has read a list of lines should empty it, so that such a line is not kept for nothing.

    Raises `InputError`, here or while iterating, when the encoding cannot be told.
    """

    def __init__(self, head: bytes, stream: BinaryIO, block: int = BLOCK) -> None:
        self.problems: list[Problem] = []
        self.certain = True
        self.last_odd = 0
        self.ends_inside_line = self.ends_inside_character = False
        self.is_long = False
        self._stream = stream
        self._block = block
        self._number = 0  # lines handed on so far
        self.encoding, bom = charset.declared(head)
        self._head = head[bom:]
        self._decoder: codecs.IncrementalDecoder | None = None
        self._is_utf8 = self._is_sure = True
        self._fallback = charset.WESTERN
        if self.encoding != "utf-8":
            self._decoder = codecs.getincrementaldecoder(self.encoding)(_MARK_UNREADABLE)
        elif not bom:
            self._judge(self._head)
        text = self._head.decode(self.encoding, "replace")
        self._ends = _LineEnds(text)
        self.sample = self._ends.unify(text.encode()).decode().split("\n")

    def __iter__(self) -> Iterator[list[str]]:
        for block in self._blocks():
            self.is_long = len(block) > _MUCH
            texts = self._texts(block)
            del block
            self._number += len(texts)
            if len(self.problems) > MOST_PROBLEMS:
                self.problems[MOST_PROBLEMS:] = [Problem("more such lines follow", self._number)]
            yield texts

    def _judge(self, evidence: bytes) -> None:
        """Find out the encoding of bytes that nothing has been said about."""
        verdict = charset.judge(evidence)
        self.encoding, self.certain = verdict.encoding, verdict.certain
        self._fallback = verdict.fallback
        self._is_utf8 = verdict.encoding == "utf-8"
        self._is_sure = not verdict.is_ascii
        if verdict.reason:
            self.problems.append(Problem(verdict.reason))

    # Bytes to blocks of whole lines.

    def _blocks(self) -> Iterator[bytes]:
        """Yield whole lines, whatever their ends, in UTF-8 or else in `encoding`."""
        waiting = _Waiting()
        for chunk in self._chunks():
            cut = self._ends.after_last(chunk)
            if cut:
                yield self._finished(waiting, chunk[:cut])
            waiting.add(chunk[cut:])
        if rest := self._finished(waiting, b""):
            self.ends_inside_line = not rest.endswith((b"\n", b"\r"))
            yield self._without_begun_character(rest) if self._is_utf8 else rest

    def _without_begun_character(self, rest: bytes) -> bytes:
        """Return the last line without the bytes of a character that the file breaks off in."""
        begun = _BEGUN_CHARACTER.search(rest, max(0, len(rest) - 3))
        if begun is None:
            return rest
        # One byte may be a letter of another encoding, where nothing speaks for UTF-8, but no
        # word ends with a capital behind a small letter.
        whole = rest[: begun.start()]
        is_capital = whole[-1:].islower() and begun[0] in _CAPITALS
        if not (self._is_sure or len(begun[0]) > 1 or is_capital or not whole.isascii()):
            return rest
        self._break_off()
        return whole

    def _break_off(self) -> None:
        self.ends_inside_character = True
        self.problems.append(Problem("the file ends in the middle of a character"))

    def _finished(self, waiting: _Waiting, end: bytes) -> bytes:
        if waiting.dropped:
            over, end = self._ends.part(end)
            lost = waiting.dropped + len(over)
            message = f"a line this long fits no library; its last {lost} bytes were left out"
            self.problems.append(Problem(message, self._number + 1))
        return waiting.take(end)

    def _chunks(self) -> Iterator[bytes]:
        chunk = self._head
        self._head = b""
        while chunk:
            if self._decoder is not None:
                chunk = self._decoder.decode(chunk).encode("utf-8", "surrogatepass")
            yield chunk
            chunk = self._stream.read(self._block)
        if self._decoder is not None and self._decoder.getstate()[0]:
            self._break_off()

    # Blocks to texts.

    def _texts(self, block: bytes) -> list[str]:
        # Taking out the CR of each line would take as long as all else that is done to a block.
        ends = block.count(b"\r") if b"\r" in block else 0  # most have none, which is seen faster
        is_plain = self._is_utf8 and not self.is_long
        if ends and is_plain and block.endswith(b"\r\n") and ends == block.count(b"\n"):
            end = "\r\n"
        else:
            end, block = "\n", self._ends.unify(block)
        if not self._is_utf8:
            return self._texts_of_lines(block)
        try:
            texts = _decode_apart(block) if self.is_long else block.decode("utf-8").split(end)
        except UnicodeDecodeError:
            block = self._ends.unify(block)
            if not self._is_sure:
                self._judge(block)
            return self._texts_of_lines(block)
        if end != "\n" and len(texts) <= ends:  # some CR and LF stand alone
            return self._texts(self._ends.unify(block))
        if block.endswith(b"\n"):
            del texts[-1]  # empty, as nothing stands behind the last line end
        self._is_sure = self._is_sure or not block.isascii()
        for at in damage.suspect_lines(block):
            texts[at] = self._clean(texts[at], self._number + 1 + at)
        return texts

    def _texts_of_lines(self, block: bytes) -> list[str]:
        decode = self._decode_utf8 if self._is_utf8 else self._decode_other
        raws = enumerate(block.removesuffix(b"\n").split(b"\n"), self._number + 1)
        return [self._clean(decode(raw, at), at) for at, raw in raws]

    def _decode_utf8(self, raw: bytes, number: int) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            text, message = damage.decode_damaged(raw, self._fallback)
            self.problems.append(Problem(message, number))
            return text

    def _decode_other(self, raw: bytes, _number: int) -> str:
        return raw.decode(self.encoding, "replace")

    def _clean(self, text: str, number: int) -> str:
        text, messages = damage.clean(text)
        if messages:
            self.last_odd = number
            self.problems += [Problem(message, number) for message in messages]
        return text


def _decode_apart(block: bytes) -> list[str]:
    """Decode lines one by one: of a long one there is never more than one copy.

    Blanks at its end, which nobody needs, would cost another when they are taken off.
    """
    return [
        (line.rstrip(b" ") if len(line) > BLOCK else line).decode("utf-8")
        for line in block.split(b"\n")
    ]


class _LineEnds:
    """Which line ends a file uses: any of CRLF, LF and CR; or LFCR; or, if it has none, U+0085."""

    _FIRST = re.compile("\r\n|\n\r|\n|\r")

    def __init__(self, sample: str) -> None:
        first = self._FIRST.search(sample)
        self._reversed = bool(
            first and first[0] == "\n\r" and 2 * sample.count("\n\r") >= sample.count("\n")
        )
        exotic = ("\x85", "\u2028", "\u2029")
        self._exotic = b""
        if first is None:
            self._exotic = next((end for end in exotic if end in sample), "").encode()

    def unify(self, block: bytes) -> bytes:
        """Return a block with LF for every line end."""
        if self._exotic:
            block = block.replace(self._exotic, b"\n")
        if b"\r" not in block:
            return block
        if self._reversed:
            block = block.replace(b"\n\r", b"\n")
        return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def part(self, block: bytes) -> tuple[bytes, bytes]:
        """Return what stands before the first line end, and the rest."""
        line, end, rest = self.unify(block).partition(b"\n")
        return line, end + rest

    def after_last(self, chunk: bytes) -> int:
        """Return the position after the last line end, or 0; a half of one may be at the end."""
        end = len(chunk)
        if chunk.endswith(b"\n" if self._reversed else b"\r"):
            end -= 1
        last = max(chunk.rfind(b"\n", 0, end), chunk.rfind(b"\r", 0, end))
        if self._exotic and (exotic := chunk.rfind(self._exotic)) > last:
            return exotic + len(self._exotic)
        return last + 1


class _Waiting:
    """The beginning of a line whose end has not been read yet, as far as it is kept."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0
        self.dropped = 0

    def add(self, piece: bytes) -> None:
        kept = piece[: LONGEST - self._size]
        if kept:
            self._pieces.append(kept)
            self._size += len(kept)
        self.dropped += len(piece) - len(kept)

    def take(self, end: bytes) -> bytes:
        whole = b"".join((*self._pieces, end)) if self._pieces else end
        self._pieces, self._size, self.dropped = [], 0, 0
        return whole


def _read_fully(stream: BinaryIO, size: int) -> bytes:
    pieces: list[bytes] = []
    while size > 0 and (piece := stream.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
