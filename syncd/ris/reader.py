"""Lines become entries: one pass, one entry in memory at a time, nothing lost without a word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import count
from operator import itemgetter
from typing import BinaryIO

from syncd.errors import InputError, Problem
from syncd.ris import foreign
from syncd.ris.entries import Ending, Entry, Line
from syncd.ris.lines import Lines, read_head
from syncd.ris.style import Style, Tagged, survey
from syncd.ris.tags import END, TITLES, TYPE, Wrapping, is_prose, is_substantial, wrapping_of
from syncd.ris.wrapped import join

# A NamedTuple's own constructor costs three times as much, and this is called for every line.
_new_line = tuple.__new__

_NUMBERING = re.compile(r"\W*\d*\W*")
_SHOWN = 60  # characters of a line that a problem quotes
_MOST = 100  # problems of one kind that are told one by one


class Reader:
    """Reads the entries of one export, in order, from a stream of bytes.

    `problems` are those of the file as a whole; like `encoding` and `encoding_certain` they are
    final once the last entry was read. Raises `InputError`, here or while iterating, when the
    file as a whole is no RIS or cannot be decoded.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.entries_read = 0
        self.problems: list[Problem] = []
        self._table: dict[str, str] = {}
        head = read_head(stream)
        foreign.refuse_binary(head)
        self._source = Lines(head, stream)
        found = survey(self._source.sample)
        if not found.has_types:
            foreign.refuse_text(self._source.sample, has_tags=found.has_tags)
        self._blank_ends = not found.has_ends
        self._use(found.style)
        self._open: list[Line] = []
        self._tail: list[str] = []
        self._ready: list[Entry] = []
        self._typed = self._types_seen = False
        self._last_text = self._last_blank = 0
        self._doubtful: tuple[str, int] | None = None
        self._odd: list[Problem] = []
        self._stray: Counter[str] = Counter()
        self._stray_at: dict[str, int] = {}

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
        ready, tail, find = self._ready, self._tail, self._table.get
        append = self._open.append
        for texts in self._source:
            width = self._width
            # Looking up the beginnings of lines here, in C, saves a third of the time. A line
            # that the table does not know, for whatever reason, gets a closer look.
            tags = map(find, map(itemgetter(slice(width)), texts))
            for number, tag, text in zip(count(number + 1), tags, texts, strict=False):  # noqa: B020
                if tag is not None:
                    if tail:
                        self._fold()
                    append(_new_line(Line, (tag, text[width:].strip(), number)))
                elif text:
                    self._look_closer(text, number)
                    if ready:
                        yield from ready
                        ready.clear()
                    append = self._open.append
                else:
                    self._blank_line(number)
        self._finish()
        yield from ready

    def _use(self, style: Style) -> None:
        """Read plain lines in this style at once, and give all others a closer look."""
        self._style = style
        self._width = 2 + len(style.separator)
        self._fast = {} if self._blank_ends else style.table()
        self._type_start = TYPE + style.separator if self._fast else None
        ends = (END + style.separator, END + style.separator.rstrip())
        self._ends = frozenset(ends if self._fast else ())
        self._look_closer_at_all(False)

    def _look_closer_at_all(self, wanted: bool) -> None:
        self._table.clear()
        if not wanted:
            self._table.update(self._fast)

    # Lines that are not plainly a tag in the file's style.

    def _look_closer(self, text: str, number: int) -> None:
        if self._doubtful is None:  # the two lines that every good entry has, without ado
            if text in self._ends:
                self._close(Ending.ER, number)
                return
            if text[: self._width] == self._type_start and not self._open:
                self._open.append(_new_line(Line, (TYPE, text[self._width :].strip(), number)))
                self._typed = self._types_seen = True
                return
        text = self._style.unprefixed(text) if self._style.prefix else text
        if not text or text.isspace():
            self._blank_line(number)
            return
        tagged = self._style.read(text, self._open[-1].tag if self._open else None)
        if self._doubtful is not None:
            self._settle_doubt(tagged)
        if tagged is None:
            self._continue(text, number)
        elif tagged.tag == TYPE:
            self._begin(tagged.value, text, number)
        elif tagged.tag == END:
            self._end(tagged.value, text, number)
        else:
            self._add(tagged, number)

    def _blank_line(self, number: int) -> None:
        self._last_blank = number
        if self._open and wrapping_of(self._open[-1].tag) is Wrapping.KEEP:
            self._tail.append("")

    def _continue(self, text: str, number: int) -> None:
        text = text.strip()
        if not self._open:
            if not _NUMBERING.fullmatch(text):
                self._note_stray("", number)
            return
        tag = self._open[-1].tag
        if tag == TYPE:
            _tell(self._odd, f"text under TY ignored: {text[:_SHOWN]}", number)
        elif wrapping_of(tag) is Wrapping.LIST:
            self._open.append(Line(tag, text, number))
        else:
            self._tail.append(text)
            self._last_text = number

    def _fold(self) -> None:
        """Join the waiting lines to the value they continue."""
        last = self._open[-1]
        value = join(last.tag, last.value, self._tail)
        self._open[-1] = _new_line(Line, (last.tag, value, last.line))
        self._tail.clear()

    def _add(self, tagged: Tagged, number: int) -> None:
        if self._blank_ends and self._open and not self._typed and self._blank_since_last():
            self._close(Ending.BLANK_LINE)
        if self._tail:
            self._fold()
        self._open.append(Line(tagged.tag, tagged.value, number))
        self._learn(tagged.tag)

    def _learn(self, tag: str) -> None:
        if not self._style.knows(tag):
            self._use(self._style.with_tag(tag))

    # Where entries begin and end.

    def _begin(self, value: str, text: str, number: int) -> None:
        if self._typed:
            self._close(Ending.NEXT_ENTRY)
        elif self._open and (self._blank_since_last() or not self._is_substantial()):
            self._close(Ending.BLANK_LINE)
        if self._tail:
            self._fold()
        if not self._style.wrote(text):
            self._use(self._style.changed_to(survey([text]).style))
        self._open.append(Line(TYPE, value, number))
        self._typed = self._types_seen = True

    def _end(self, value: str, text: str, number: int) -> None:
        inner = self._style.read(value, None) if value else None
        if inner is not None and inner.tag == TYPE:
            self._close(Ending.ER, number)
            self._begin(inner.value, value, number)
        elif not value or value.isdigit():
            self._close(Ending.ER, number)
        elif self._types_seen and self._open and is_prose(self._open[-1].tag):
            self._doubtful = (text, number)
            self._look_closer_at_all(True)
        else:
            self._end_with_text(text, number)

    def _end_with_text(self, text: str, number: int) -> None:
        _tell(self._odd, f"text after ER ignored: {text.strip()[:_SHOWN]}", number)
        self._close(Ending.ER, number)

    def _settle_doubt(self, tagged: Tagged | None) -> None:
        """Decide, by the line after it, whether `ER - some words` ended an entry or is prose."""
        if self._doubtful is None:
            return
        text, number = self._doubtful
        self._doubtful = None
        self._look_closer_at_all(False)
        if self._open and (tagged is None or tagged.tag != TYPE):
            self._continue(text, number)
        else:
            self._end_with_text(text, number)

    def _blank_since_last(self) -> bool:
        return self._last_blank > max(self._last_text, self._open[-1].line)

    def _is_substantial(self) -> bool:
        return is_substantial({line.tag for line in self._open})

    def _note_stray(self, tag: str, number: int) -> None:
        self._stray[tag] += 1
        self._stray_at.setdefault(tag, number)

    def _close(self, ending: Ending, end_line: int = 0) -> None:
        """End the open group; it is an entry unless it holds too little for a record."""
        if self._tail:
            self._fold()
        if self._typed and self._open[0].tag != TYPE:
            self._part()
        lines, typed = self._open, self._typed
        if typed and len(lines) == 1:
            _tell(self.problems, "TY stands alone: nothing to import", lines[0].line)
        elif typed or (lines and self._is_record(ending)):
            self._ready.append(self._entry(ending, end_line))
        else:
            for line in lines:
                self._note_stray(line.tag, line.line)
        self._open, self._typed = [], False

    def _part(self) -> None:
        """Make two entries of a group with a title above its TY and another below it."""
        tags = [line.tag for line in self._open]
        at = tags.index(TYPE)
        if TITLES.isdisjoint(tags[:at]) or TITLES.isdisjoint(tags[at:]):
            return
        rest = self._open[at:]
        self._open, self._typed = self._open[:at], False
        self._ready.append(self._entry(Ending.NEXT_ENTRY, rest[0].line - 1))
        self._open, self._typed = rest, True

    def _is_record(self, ending: Ending) -> bool:
        # In a file without any TY, ER alone says that a record was meant.
        return (ending is Ending.ER and not self._types_seen) or self._is_substantial()

    def _entry(self, ending: Ending, end_line: int) -> Entry:
        self.entries_read += 1
        lines = self._open
        start = lines[0].line
        end = end_line or max(self._last_text, lines[-1].line)
        problems: list[Problem] = []
        if not self._typed:
            problems.append(Problem("no TY: the kind of work has to be guessed", start))
        if self._odd or self._source.problems:
            problems += self._take_problems(start, end)
        if ending is not Ending.ER:
            problems.append(Problem(_WITHOUT_ER[ending], end))
        is_clean = start > self._source.last_odd
        return Entry(self.entries_read, start, end, lines, ending, problems, is_clean)

    def _take_problems(self, start: int, end: int) -> list[Problem]:
        """Take the problems of lines up to `end`; those before `start` belong to the file."""
        source = self._source.problems
        mine = [problem for problem in source if start <= (problem.line or 0) <= end]
        for problem in source:
            if (problem.line or 0) < start:
                _tell(self.problems, *problem)
        source[:] = [problem for problem in source if (problem.line or 0) > end]
        mine += self._odd
        self._odd = []
        return mine

    def _finish(self) -> None:
        if self._doubtful is not None:
            self._settle_doubt(Tagged(TYPE, ""))
        self._close(Ending.END_OF_FILE)
        self.problems += self._odd
        self.problems += self._source.problems
        for tag, times in self._stray.items():
            what = f"{tag} line" if tag else "line of text"
            plural = "s" if times > 1 else ""
            self.problems.append(
                Problem(f"{times} {what}{plural} outside any entry ignored", self._stray_at[tag])
            )
        self._source.problems.clear()
        if not self.entries_read:
            raise InputError("no RIS record found in this file", line=self._line_of_trouble())

    def _line_of_trouble(self) -> int | None:
        return next((problem.line for problem in self.problems if problem.line), None)


def _tell(problems: list[Problem], message: str, line: int | None) -> None:
    """Add a problem, unless there are so many that one more tells nothing."""
    if len(problems) < _MOST:
        problems.append(Problem(message, line))
    elif len(problems) == _MOST:
        problems.append(Problem("more of the like follows", line))


_WITHOUT_ER = {
    Ending.NEXT_ENTRY: "no ER: the next entry begins",
    Ending.BLANK_LINE: "no ER: a blank line ends the entry",
    Ending.END_OF_FILE: "no ER before the end of the file: the export looks cut short",
}
