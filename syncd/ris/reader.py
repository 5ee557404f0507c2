"""Lines become entries: one pass, one entry in memory at a time, nothing lost without a word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from syncd.errors import InputError, Problem
from syncd.ris.entries import Ending, Entry, Line
from syncd.ris.lines import Lines
from syncd.ris.tags import (
    END,
    KNOWN,
    PLAIN,
    SUBSTANTIAL,
    TAG_LINE,
    TYPE,
    Style,
    Wrapping,
    find_style,
    wrapping_of,
)

_new_line = tuple.__new__  # a NamedTuple's own constructor costs three times as much

_TYPE_VALUE = re.compile(r"[A-Za-z][\w/.-]*(?: [\w/.-]+){0,2}|")
_NUMBERING = re.compile(r"\W*\d*\W*")


class Reader:
    """Reads the entries of one export, in order, from a stream of bytes.

    `encoding`, `encoding_certain` and `problems` (of the file as a whole) are final once the
    last entry was read. Raises `InputError`, here or while iterating, when the file as a whole
    is no RIS or cannot be decoded.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._source = Lines(stream)
        self.entries_read = 0
        self.problems: list[Problem] = []
        style = find_style(self._source.head_lines)
        self._style = style or Style()
        self._blank_ends = not any(
            (m := TAG_LINE.match(text)) and m[1].upper() in (TYPE, END)
            for text in self._source.head_lines
        )
        self._open: list[Line] = []
        self._typed = self._types_seen = False
        self._tail: list[str] = []
        self._last = 0
        self._blank = 0
        self._doubtful: tuple[str, int] | None = None
        self._problems: list[Problem] = []
        self._stray: Counter[str] = Counter()
        self._stray_line: dict[str, int] = {}
        self._set_fast_path()

    @property
    def encoding(self) -> str:
        """Name the encoding the bytes were read in."""
        return self._source.encoding

    @property
    def encoding_certain(self) -> bool:
        """Tell whether the encoding is known rather than guessed."""
        return self._source.certain

    def __iter__(self) -> Iterator[Entry]:
        number = 0
        tail = self._tail
        append, cut, separator = self._open.append, self._cut, self._separator
        for texts in self._source:
            for text in texts:
                number += 1
                if text[2:cut] == separator and text[:2] in PLAIN:
                    if tail:
                        self._fold()
                    append(_new_line(Line, (text[:2], text[cut:].strip(), number)))
                    continue
                yield from self._odd_line(text, number)
                append, cut, separator = self._open.append, self._cut, self._separator
        yield from self._finish()

    def _set_fast_path(self) -> None:
        """Let the loop take plain lines itself, except while each line needs a closer look."""
        slow = self._style.any_case or self._blank_ends or self._doubtful is not None
        self._separator = "" if slow else self._style.separator
        self._cut = 2 + len(self._style.separator)
        if slow:
            self._separator = "\0"

    # --- lines that are not plainly a tag in the file's style ---

    def _odd_line(self, text: str, number: int) -> Iterator[Entry]:
        if self._style.prefix:
            text = self._unquote(text)
        if not text.strip():
            self._blank_line(number)
            return
        if self._doubtful is not None:
            yield from self._settle_doubt(text)
        tag, value = self._split(text)
        if tag == TYPE and self._may_begin(value):
            yield from self._begin(value, number)
        elif tag == END:
            yield from self._end_line(value, text, number)
        elif tag and tag != TYPE:
            yield from self._add(tag, value, number)
        else:
            self._continue(text, number)

    def _unquote(self, text: str) -> str:
        prefix = self._style.prefix
        if text.startswith(prefix):
            return text[len(prefix) :]
        bare = prefix.rstrip()
        return text[len(bare) :] if bare and text.startswith(bare) else text

    def _split(self, text: str) -> tuple[str, str]:
        """Return (tag, value), or ("", "") if this is text."""
        match = TAG_LINE.match(text)
        if match is None:
            return "", ""
        tag, before, dash, after, value = match.groups()
        style = self._style
        if not (style.any_case or tag.isupper()):
            return "", ""
        tag = tag.upper()
        value = value.strip()
        if tag == END and not value and (before or not style.before):
            return tag, value
        if len(before) != len(style.before) or dash != style.dash or tag not in KNOWN:
            return "", ""
        if style.after and not after and value and len(before) < 2:
            return "", ""
        return tag, value

    def _may_begin(self, value: str) -> bool:
        return _TYPE_VALUE.fullmatch(value) is not None

    def _blank_line(self, number: int) -> None:
        self._blank = number
        if self._open and wrapping_of(self._open[-1].tag) is Wrapping.KEEP:
            self._tail.append("")

    def _continue(self, text: str, number: int) -> None:
        text = text.strip()
        if not self._open:
            self._note_stray("", number, text)
        elif self._open[-1].tag == TYPE:
            self._problems.append(Problem(f"text under TY ignored: {text[:60]}", number))
        elif wrapping_of(self._open[-1].tag) is Wrapping.LIST:
            self._open.append(Line(self._open[-1].tag, text, number))
        else:
            self._tail.append(text)
            self._last = number

    def _fold(self) -> None:
        """Join the waiting lines to the value they continue."""
        tail = self._tail
        while tail and not tail[-1]:
            tail.pop()
        if tail:
            last = self._open[-1]
            glue = "\n" if wrapping_of(last.tag) is Wrapping.KEEP else " "
            value = glue.join(part for part in (last.value, *tail) if part)
            self._open[-1] = last._replace(value=value)
            tail.clear()

    def _add(self, tag: str, value: str, number: int) -> Iterator[Entry]:
        if (
            self._blank_ends
            and not self._typed
            and self._open
            and self._blank > self._end_of_open()
        ):
            yield from self._close(Ending.BLANK_LINE)
        self._fold()
        self._open.append(Line(tag, value, number))

    def _begin(self, value: str, number: int) -> Iterator[Entry]:
        if self._typed or (
            self._open and (self._blank > self._end_of_open() or not self._is_substantial())
        ):
            yield from self._close(Ending.NEXT_ENTRY)
        self._fold()
        self._open.append(Line(TYPE, value.strip(), number))
        self._typed = self._types_seen = True

    def _end_line(self, value: str, text: str, number: int) -> Iterator[Entry]:
        tag, inner = self._split(value)
        if tag == TYPE:
            yield from self._close(Ending.ER, number)
            yield from self._begin(inner, number)
        elif not value or value.isdigit():
            yield from self._close(Ending.ER, number)
        else:
            self._doubtful = (text, number)
            self._set_fast_path()

    def _settle_doubt(self, text: str) -> Iterator[Entry]:
        """Decide, by the line after it, whether `ER - some words` ended the entry or is prose."""
        doubtful, number = self._doubtful or ("", 0)
        self._doubtful = None
        self._set_fast_path()
        if self._split(text)[0] == TYPE:
            self._problems.append(
                Problem(f"text after ER ignored: {doubtful.strip()[:60]}", number)
            )
            yield from self._close(Ending.ER, number)
        else:
            self._continue(doubtful, number)

    def _end_of_open(self) -> int:
        return max(self._last, self._open[-1].line)

    def _is_substantial(self) -> bool:
        return any(line.tag in SUBSTANTIAL for line in self._open)

    def _note_stray(self, tag: str, number: int, text: str = "") -> None:
        if tag or not _NUMBERING.fullmatch(text):
            self._stray[tag] += 1
            self._stray_line.setdefault(tag, number)

    def _close(self, ending: Ending, end_line: int | None = None) -> Iterator[Entry]:
        """End the open group; yield it as an entry unless it is too little for a record."""
        self._fold()
        lines, typed = self._open, self._typed
        self._open, self._typed = [], False
        if not lines:
            return
        if typed and len(lines) == 1:
            self.problems.append(Problem("TY stands alone: nothing to import", lines[0].line))
            return
        complete = ending is Ending.ER and not self._types_seen
        if not typed and not complete and not any(line.tag in SUBSTANTIAL for line in lines):
            for line in lines:
                self._note_stray(line.tag, line.line)
            return
        yield self._entry(lines, typed, ending, end_line)

    def _entry(self, lines: list[Line], typed: bool, ending: Ending, end_line: int | None) -> Entry:
        self.entries_read += 1
        start = lines[0].line
        end = end_line or max(self._last, lines[-1].line)
        problems = self._take_problems(start, end)
        if not typed:
            problems.append(Problem("no TY: the kind of work has to be guessed", start))
        if ending is Ending.NEXT_ENTRY:
            problems.append(Problem("no ER: the next entry begins", end))
        elif ending is Ending.END_OF_FILE:
            problems.append(Problem("no ER before the end of the file: cut short?", end))
        return Entry(self.entries_read, start, end, lines, ending, problems)

    def _take_problems(self, start: int, end: int) -> list[Problem]:
        source = self._source.problems
        mine = [p for p in source if start <= (p.line or 0) <= end]
        if source:
            self.problems += [p for p in source if (p.line or 0) < start]
            source[:] = [p for p in source if (p.line or 0) > end]
        mine += self._problems
        self._problems = []
        return mine

    def _finish(self) -> Iterator[Entry]:
        if self._doubtful is not None:
            yield from self._close(Ending.ER, self._doubtful[1])
        yield from self._close(Ending.END_OF_FILE)
        self.problems += self._source.problems
        self._source.problems.clear()
        for tag, count in self._stray.items():
            what = f"{count} line(s) {tag}" if tag else f"{count} line(s) of text"
            self.problems.append(
                Problem(f"{what} outside any entry ignored", self._stray_line[tag])
            )
        if not self.entries_read:
            raise InputError("no RIS record found in this file")
