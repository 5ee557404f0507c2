"""Tables for people: rows are written as they come, in columns as wide as the terminal allows."""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TextIO

from syncd.system.printable import printable
from syncd.system.suggestions import complete

_COLOURS = {"green": 32, "yellow": 33, "red": 31, "cyan": 36, "bold": 1, "dim": 2}
_NARROWEST = 16


class Column(NamedTuple):
    """A column of a table; width 0 takes what is left of the line.

    Of a path, both ends say the most: it is cut in the middle. `least` is for `fit_columns`: to so
    few cells the column may be cut where the line is short; 0: it never is.
    """

    title: str
    width: int
    align_right: bool = False
    cut_in_the_middle: bool = False
    least: int = 0


class PrintedPage:
    """Where a report for people is written, and what that place can show."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str] = os.environ) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._colours = self._is_terminal and "NO_COLOR" not in environ
        self._width = shutil.get_terminal_size().columns if self._is_terminal else 0

    @property
    def width(self) -> int:
        """The cells of a line of the terminal; 0 where there is none and nothing is cut."""
        return self._width

    def line(self, text: str = "") -> None:
        """Write a line; what it suggests works for the place that the command works with."""
        self._stream.write(complete(text) + "\n")

    def text(self, text: str, colour: str | None = None, indent: int = 0) -> None:
        """Write a text whole, however many lines of the terminal it takes; nothing for none."""
        if not text:
            return
        lines = wrap(text, self._width - indent) if self._width else [printable(text)]
        for line in lines:
            self.line(" " * indent + self.paint(line, colour))

    def paint(self, text: str, colour: str | None) -> str:
        """Return the text in a colour, where colours can be shown."""
        if not (colour and self._colours):
            return text
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"

    def heading(self, columns: Sequence[Column]) -> None:
        """Write the titles of the columns."""
        self.row(columns, [column.title for column in columns], ["dim"] * len(columns))

    def row(
        self, columns: Sequence[Column], cells: Sequence[str], colours: Sequence[str | None] = ()
    ) -> None:
        """Write one row; on a terminal, what does not fit is cut."""
        shown = []
        for number, (column, cell) in enumerate(zip(columns, cells, strict=True)):
            text = self._fit(printable(cell), column, columns)
            shown.append(self.paint(text, colours[number] if number < len(colours) else None))
        self.line("  ".join(shown).rstrip())

    def _fit(self, text: str, column: Column, columns: Sequence[Column]) -> str:
        width = column.width or self._rest(columns)
        if self._is_terminal:
            text = (_cut_middle if column.cut_in_the_middle else _cut)(text, width)
        padding = " " * max(0, width - _cells(text))
        return padding + text if column.align_right else text + padding

    def _rest(self, columns: Sequence[Column]) -> int:
        if not self._is_terminal:
            return 0
        taken = sum(column.width for column in columns) + 2 * (len(columns) - 1)
        flexible = sum(column.width == 0 for column in columns)
        return max(_NARROWEST, (self._width - taken) // flexible)


def fit_columns(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int
) -> list[Column]:
    """Return the columns as wide as what stands in them, and no wider together than the line.

    `width` is that of the line; 0 where nothing is cut. Whatever may be cut is, the widest first.
    """
    widths = [
        max(_cells(printable(cell)) for cell in (column.title, *cells))
        for column, *cells in zip(columns, *rows, strict=True)
    ]
    excess = sum(widths) + 2 * (len(columns) - 1) - width if width else 0
    while excess > 0:
        free = [n for n, column in enumerate(columns) if 0 < column.least < widths[n]]
        if not free:
            break
        widths[max(free, key=widths.__getitem__)] -= 1
        excess -= 1
    return [column._replace(width=wide) for column, wide in zip(columns, widths, strict=True)]


def wrap(text: str, width: int, most: int | None = None) -> list[str]:
    """Return the text in lines of at most `width` cells, at least one; at most `most` of them."""
    paragraphs = (complete(printable(each)) for each in text.split("\n"))
    lines = [line for each in paragraphs for line in _wrap_line(each, width)]
    if most is None or len(lines) <= most:
        return lines
    return [*lines[: most - 1], _cut(f"{lines[most - 1]} {lines[most]}", width)]


def _wrap_line(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        for part in _parts(word, width):
            joined = f"{lines[-1]} {part}" if lines[-1] else part
            if _cells(joined) <= width:
                lines[-1] = joined
            else:
                lines.append(part)
    return lines


def _parts(word: str, width: int) -> Iterator[str]:
    """Yield a word in pieces that fit into a line; Chinese titles are one word."""
    piece, used = "", 0
    for character in word:
        cells = _cells(character)
        if used + cells > width:
            yield piece
            piece, used = "", 0
        piece += character
        used += cells
    yield piece


def _cut(text: str, width: int) -> str:
    if _cells(text) <= width:
        return text
    kept, used = "", 1
    for character in text:
        used += _cells(character)
        if used > width:
            break
        kept += character
    return kept + "…"


def _cut_middle(text: str, width: int) -> str:
    if _cells(text) <= width:
        return text
    kept = (width - 1) // 2
    start = _cut(text, width - kept).removesuffix("…")
    end, used = "", 0
    for character in reversed(text):
        used += _cells(character)
        if used > kept:
            break
        end = character + end
    return f"{start}…{end}"


def _cells(text: str) -> int:
    """Return how many cells of a terminal the text takes; Chinese characters take two."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
