"""What a spreadsheet or a web page has put around the lines of a file, and is no part of them.

QUOTED   `"AU  - Doe, Jane"`: a spreadsheet quotes a cell with a comma, and doubles its quotes
TAIL     `PY  - 2012,,,`, `PY  - 2012<br>`: empty cells, or marks of line ends, behind every line;
         fewer where the line was parted into cells: `AU  - Doe, Jane,,`
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from operator import methodcaller
from typing import NamedTuple

from syncd.formats.ris.tags import KNOWN

_TAIL = r"(?:<br ?/?>|\\n|\\|,{1,40}|;{1,40})"
_TYPE_LINE = re.compile(rf"\W{{0,8}}TY\s{{0,3}}-(?:\s{{0,3}}[A-Za-z]++\"?({_TAIL})\s*\Z)?")
_QUOTED_LINE = re.compile(r'"[A-Z][A-Z0-9] {0,3}-')
_BETWEEN_CELLS = frozenset(",;")
_MARK = '"'
_LEAST_QUOTED = 2
_TELLING = 6  # lines that tell the tail
_NEAR = 300  # lines among which a quoted one is looked for


class Framing(NamedTuple):
    """The tail behind each line, and whether lines may be quoted."""

    tail: str
    is_quoted: bool

    def take_off(self, texts: Sequence[str]) -> list[str]:
        """Return lines as they were before."""
        return [self._bare(text) if text else text for text in texts]

    def _bare(self, text: str) -> str:
        if self.tail:
            text = _without_tail(text.rstrip(), self.tail)
        if self.is_quoted and _is_quoted(text):
            return text[1:-1].replace('""', '"')
        return text


def find_framing(lines: Sequence[str]) -> Framing | None:
    """Return what stands around the lines of a file, told by its first ones; mostly nothing."""
    lines = lines[:_NEAR]
    tail = _find_tail(lines)
    bare = [_without_tail(line.rstrip(), tail) for line in lines] if tail else lines
    marked = filter(methodcaller("startswith", _MARK), bare)  # in C, as hardly any is
    quoted = islice(filter(_is_quoted, marked), _LEAST_QUOTED)
    is_quoted = len(list(quoted)) == _LEAST_QUOTED
    return Framing(tail, is_quoted) if tail or is_quoted else None


def _find_tail(lines: Sequence[str]) -> str:
    """Return what TY and the first lines below it all end with."""
    for at, line in enumerate(lines):
        if "TY" in line and (match := _TYPE_LINE.match(line)):
            tail: str = match[1] or ""
            below = filter(None, map(str.rstrip, islice(lines, at, at + _TELLING)))
            return tail if all(_has_tail(text, tail) for text in below) else ""
    return ""


def _has_tail(text: str, tail: str) -> bool:
    """Tell whether a line ends with the tail, or with what its own cells have left of that."""
    is_of_cells = tail[:1] in _BETWEEN_CELLS
    return text.endswith(tail) or (is_of_cells and text.count(tail[0]) >= len(tail))


def _without_tail(text: str, tail: str) -> str:
    if text.endswith(tail) or not _has_tail(text, tail):
        return text.removesuffix(tail)
    return text.rstrip(tail[0])


def _is_quoted(text: str) -> bool:
    """Tell whether a line is that of a tag in quotes: `"AU  - Doe, Jane"`."""
    if text[:1] != _MARK or text[-1:] != _MARK:
        return False
    return text[1:3] in KNOWN and _QUOTED_LINE.match(text) is not None
