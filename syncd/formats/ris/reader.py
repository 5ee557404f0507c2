"""Lines become entries: one pass, one entry in memory at a time, nothing lost without a word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from operator import itemgetter
from typing import BinaryIO, NamedTuple

from syncd.errors import InputError, Problem
from syncd.formats.ris import foreign
from syncd.formats.ris.entries import Ending, Entry
from syncd.formats.ris.framing import find_framing
from syncd.formats.ris.group import Group, dash_finder, may_be_glued
from syncd.formats.ris.lines import Lines, read_head
from syncd.formats.ris.prose import breaks_off, is_ended, may_go_on
from syncd.formats.ris.style import (
    Spelling,
    Style,
    Tagged,
    find_lookalike,
    is_bare_end,
    resembles_tag,
    survey,
    types_come_last,
)
from syncd.formats.ris.tags import END, KEPT, KNOWN, TITLES, TYPE, Wrapping, is_prose, wrapping_of

_NUMBERING = re.compile(r"\W*+\d*+\W*+")
_SHOWN = 60  # characters of a line that a problem quotes
_MOST = 100  # problems of one kind that are told one by one
_AT_ONCE = 1 << 13  # lines that are looked up together
_ER = Ending.ER  # as it takes long to look up
_AT_FIRST = 16  # the same where the style has just changed, as it may again at once


class _Piece(NamedTuple):
    """Lines that are read together, the `first` under this number.

    `tags` holds the tag of each line that is plainly one, TY and ER apart, and else an empty text,
    as it does behind the last line; `values` what follows if it is one.
    """

    first: int
    texts: Sequence[str]
    tags: list[str]
    values: list[str]


class Reader:
    """Reads the entries of one export, in order, from a stream of bytes.

    `problems` are those of the file as a whole; like `encoding` and `encoding_certain` they are
    final once the last entry was read. Raises `InputError`, here or while iterating, when the
    file as a whole is no RIS or cannot be decoded.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.entries_read = 0
        self._entries_ended = 0  # of those, with ER
        self.problems: list[Problem] = []
        self._next = 1  # number of the line that is read next
        self._at_once = _AT_ONCE
        head = read_head(stream)
        foreign.refuse_binary(head)
        self._source = Lines(head, stream)
        sample = self._source.sample
        self._framing = find_framing(sample)
        if self._framing is not None:
            sample = self._framing.take_off(sample)
        found = survey(sample)
        if not found.has_types:
            foreign.refuse_text(sample, has_tags=found.has_tags)
        self._types_last = types_come_last(sample)
        self._blank_ends = not found.has_ends
        self._use(found.style)
        # Spellings of TY that say nothing about the other lines, and those of the open entry.
        self._of_types = {found.of_type or found.style.spelling}
        self._used: set[Spelling] = set()
        self._open = Group()
        self._ready: list[Entry] = []
        self._types_seen = False
        self._last_text = self._last_blank = 0
        self._ended = -1  # number of the last line of the entry before
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
        return chain.from_iterable(self.batches())

    def batches(self) -> Iterator[list[Entry]]:
        """Yield the entries as many at a time as a piece of the file holds, which is a dozen or so.

        Who takes a batch through one step after the other is much faster than who does all steps
        for each entry: the processor has at hand what a step needs.
        """
        for texts in self._source:
            if self._framing is not None:
                texts[:] = self._framing.take_off(texts)
            at, end = 0, len(texts)
            while at < end:
                at += self._read_some(texts[at : at + self._at_once])
                if at >= end:
                    texts.clear()  # a line may be very long
                if self._ready:
                    yield self._take_ready()
        self._finish()
        if self._ready:
            yield self._take_ready()

    def _take_ready(self) -> list[Entry]:
        ready, self._ready = self._ready, []
        return ready

    def _read_some(self, texts: list[str]) -> int:
        """Read lines; return how many, since those after one that changed the style wait."""
        style = self._style
        # Lines are told and taken apart in C, all at once, which takes half of the time. One that
        # the table does not know, for whatever reason, gets a closer look.
        tags = [*map(self._fast.get, map(self._head_of, texts), repeat("")), ""]
        values = [*map(str.strip, map(self._rest_of, texts))]
        piece = _Piece(self._next, texts, tags, values)
        at, end = 0, len(texts)
        while at < end and self._style is style:
            at += self._read_next(piece, at)
        self._next += at
        self._at_once = min(2 * self._at_once, _AT_ONCE) if self._style is style else _AT_FIRST
        return at

    def _read_next(self, piece: _Piece, at: int) -> int:
        """Read the line at this position, and those below it of its kind; return how many."""
        read = 0
        if self._doubtful is None:
            if piece.tags[at]:
                read = self._add_run(piece, at)
            elif self._open.tags:
                read = self._go_on(piece, at)
            else:
                read = self._add_plain(piece, at)
        if read:
            return read
        if text := piece.texts[at]:
            self._look_closer(text, piece.first + at)
        else:
            self._blank_line(piece.first + at)
        return 1

    def _add_run(self, piece: _Piece, at: int) -> int:
        """Add plain lines, as many as there are and can be no part of a text."""
        stop = piece.tags.index("", at)
        if self._is_slight and (stop := self._behind_text(piece, at, stop)) == at:
            return 0
        self._open.add_run(piece.tags[at:stop], piece.values[at:stop], piece.first + at)
        return stop - at

    def _behind_text(self, piece: _Piece, at: int, stop: int) -> int:
        """Return the first of these lines that stands below a text and may be part of it."""
        above = (self._open.last_tag or "", *piece.tags[at : stop - 1])
        if KEPT.isdisjoint(above):
            return stop
        for number, tag in enumerate(above, at):
            if tag not in KEPT or (number > at and is_ended(piece.texts[number - 1].rstrip())):
                continue
            if may_go_on(piece.values[number]):
                return number
        return stop

    def _go_on(self, piece: _Piece, at: int) -> int:
        """Let lines continue the value above, as many as there are that resemble no tag."""
        above = self._open.tags[-1]
        if self._style.prefix or above == TYPE or wrapping_of(above) is Wrapping.LIST:
            return 0
        first, texts, tags, _ = piece
        begin, end = at, len(texts)
        loose: list[str] = []
        while at < end and not tags[at] and not resembles_tag(text := texts[at].strip()):
            loose.append(text)
            if text:
                self._last_text = first + at
            else:
                self._last_blank = first + at
            at += 1
        if loose:
            self._open.go_on_run(loose)
        return at - begin

    def _add_plain(self, piece: _Piece, at: int) -> int:
        """Add the entries that begin here as long as all their lines are plain, as nearly all are.

        Of the first that is not, or goes on in the next piece, add what stands above the first
        other line. Each lies within one block, which is less than is kept of an entry.
        """
        if self._is_slight or self._source.is_long:
            return 0
        first, texts, tags, values = piece
        begin, end = at, len(texts)
        while at < end and self._head_of(texts[at]) == self._type_start:
            stop = tags.index("", at + 1)
            tags[at] = TYPE  # which the table leaves out
            said = values[at:stop]
            is_whole = at + 1 < stop < end and texts[stop] in self._ends
            together = "\n".join(said) if is_whole else ""
            if not is_whole or may_be_glued(together, self._has_dash):
                self._open.begin(tags[at:stop], said, first + at)
                self._types_seen = True
                return stop - begin
            is_ascii = together.isascii()
            self._ready.append(self._plain_entry(tags[at:stop], said, first + at, is_ascii))
            at = stop + 1
            while at < end and not texts[at]:
                self._last_blank = first + at
                at += 1
        return at - begin

    def _plain_entry(self, tags: list[str], values: list[str], first: int, is_ascii: bool) -> Entry:
        """Return the entry that has one line for each tag, the first under this number, and ER."""
        end = first + len(tags)
        odd = self._odd or self._source.problems
        self.entries_read += 1
        self._entries_ended += 1
        self._ended = end
        self._types_seen = True
        return Entry(
            self.entries_read,
            first,
            end,
            tags,
            values,
            range(first, end),
            _ER,
            self._take_problems(first, end) if odd else [],
            first > self._source.last_odd,
            False,
            False,
            is_ascii,
            True,
        )

    def _use(self, style: Style) -> None:
        """Read plain lines in this style at once, and give all others a closer look."""
        self._style = style
        width = 2 + len(style.separator)
        self._head_of, self._rest_of = itemgetter(slice(width)), itemgetter(slice(width, None))
        self._fast = {} if self._blank_ends else style.table()
        self._type_start = TYPE + style.separator if self._fast else None
        ends = (END + style.separator, END + style.separator.rstrip())
        self._ends = frozenset(ends if self._fast else ())
        self._is_slight = style.is_slight
        self._has_dash = dash_finder(style.before[-1:] + style.dash)

    # Lines that are not plainly a tag in the file's style.

    def _look_closer(self, text: str, number: int) -> None:
        if self._doubtful is None:  # the two lines that every good entry has, without ado
            if text in self._ends:
                self._close(Ending.ER, number)
                return
            if self._head_of(text) == self._type_start and not self._open.tags:
                self._add_type(self._rest_of(text).strip(), number)
                return
        text = self._style.unprefixed(text) if self._style.prefix else text
        if not text or text.isspace():
            self._blank_line(number)
            return
        tagged = self._style.read(text, self._open, self._used)
        if self._doubtful is not None:
            self._settle_doubt(tagged)
        if tagged is None and self._open.tags and is_bare_end(text):
            self._doubtful = (text, number)
        elif tagged is None:
            self._continue(text, number)
        elif tagged.tag == TYPE:
            self._begin(tagged, text, number)
        elif tagged.tag == END:
            self._end(tagged.value, text, number)
        else:
            self._add(tagged, number)

    def _blank_line(self, number: int) -> None:
        self._last_blank = number
        self._open.part_paragraphs()

    def _continue(self, text: str, number: int) -> None:
        text = text.strip()
        tag = self._open.last_tag
        if tag is None:
            if not _NUMBERING.fullmatch(text):
                self._note_stray("", number)
        elif tag == TYPE:
            _tell(self._odd, f"text under TY ignored: {text[:_SHOWN]}", number)
        elif wrapping_of(tag) is Wrapping.LIST:
            self._open.add(tag, text, number)
        else:
            if text[:2] in KNOWN and (lookalike := find_lookalike(text)):
                message = f"text that looks like {lookalike} continues {tag}: {text[:_SHOWN]}"
                _tell(self._odd, message, number)
            self._open.go_on(text)
            self._last_text = number

    def _add(self, tagged: Tagged, number: int) -> None:
        if self._blank_ends and not self._open.is_typed and self._blank_since_last():
            self._close(Ending.BLANK_LINE)
        self._open.add(tagged.tag, tagged.value, number)
        self._used.add(tagged.spelling)
        if not self._style.knows(tagged.tag):
            self._use(self._style.with_tag(tagged.tag))

    # Where entries begin and end.

    def _begin(self, line: Tagged, text: str, number: int) -> None:
        if self._types_last and self._open.tags:
            self._add_type(line.value, number)
            self._close(Ending.TYPE)
            return
        if self._open.is_typed:
            self._close(Ending.NEXT_ENTRY)
        elif self._open.tags and (self._is_left_behind() or self._open.is_stray()):
            self._close(Ending.BLANK_LINE)
        if line.spelling != self._style.spelling and line.spelling not in self._of_types:
            self._use(self._style.changed_by(text))
            self._of_types = {line.spelling}
        if line.spelling.before:  # where TY has lost its blanks, others may not
            self._used.add(line.spelling)
        self._add_type(line.value, number)

    def _add_type(self, value: str, number: int) -> None:
        self._open.add_type(value, number)
        self._types_seen = True

    def _end(self, value: str, text: str, number: int) -> None:
        inner = self._style.read(value, None) if value else None
        if inner is not None and inner.tag == TYPE:
            self._close(Ending.ER, number)
            self._begin(inner, value, number)
        elif not value or value.isdigit():
            self._close(Ending.ER, number)
        elif self._types_seen and self._open.tags and is_prose(self._open.tags[-1]):
            self._doubtful = (text, number)
        else:
            self._end_with_text(text, number)

    def _end_with_text(self, text: str, number: int) -> None:
        if not is_bare_end(text):
            _tell(self._odd, f"text after ER ignored: {text.strip()[:_SHOWN]}", number)
        self._close(Ending.ER, number)

    def _settle_doubt(self, tagged: Tagged | None) -> None:
        """Decide, by the line after it, whether `ER - words` or a bare `ER` ended an entry."""
        if self._doubtful is None:
            return
        text, number = self._doubtful
        self._doubtful = None
        if self._open.tags and (tagged is None or tagged.tag not in (TYPE, END)):
            self._continue(text, number)
        else:
            self._end_with_text(text, number)

    def _blank_since_last(self) -> bool:
        numbers = self._open.numbers
        return bool(numbers) and self._last_blank > max(self._last_text, numbers[-1])

    def _is_left_behind(self) -> bool:
        """Tell whether a blank line parts the open lines from TY, and none from the entry above."""
        is_apart = self._open.numbers[0] > self._ended + 1 and not self._open.is_substantial()
        return self._blank_since_last() and not is_apart

    def _note_stray(self, tag: str, number: int) -> None:
        self._stray[tag] += 1
        self._stray_at.setdefault(tag, number)

    def _close(self, ending: Ending, end_line: int = 0) -> None:
        """End the open group; it is an entry unless it holds too little for a record."""
        self._ended = end_line
        group = self._open
        group.fold()
        for tag, number in group.part_glued(self._style.glued_in, self._has_dash):
            _tell(self._odd, f"{tag} was glued to the value before it; parted", number)
            ending = Ending.ER if tag == END else ending
        if group.is_typed and group.tags[0] != TYPE:
            group = self._part(group)
        if group.is_typed and len(group.tags) == 1 and not group.is_too_large:
            _tell(self.problems, "TY stands alone: nothing to import", group.numbers[0])
        elif group.is_typed or (group.tags and self._is_record(group, ending)):
            self._ready.append(self._entry(group, ending, end_line))
        else:
            for tag, number in zip(group.tags, group.numbers, strict=True):
                self._note_stray(tag, number)
        self._open = Group()
        self._used.clear()

    def _part(self, group: Group) -> Group:
        """Make two entries of a group with a title above its TY and another below it."""
        at = group.tags.index(TYPE)
        if TITLES.isdisjoint(group.tags[:at]) or TITLES.isdisjoint(group.tags[at:]):
            return group
        rest = group.split(at)
        self._ready.append(self._entry(group, Ending.NEXT_ENTRY, rest.numbers[0] - 1))
        return rest

    def _is_record(self, group: Group, ending: Ending) -> bool:
        # In a file without any TY, ER alone says that a record was meant.
        return (ending is Ending.ER and not self._types_seen) or group.is_substantial()

    def _entry(self, group: Group, ending: Ending, end_line: int) -> Entry:
        is_unfinished = ending is Ending.END_OF_FILE and self._breaks_off(group)
        self.entries_read += 1
        self._entries_ended += ending is Ending.ER
        numbers = group.numbers
        start = numbers[0]
        end = end_line or max(self._last_text, numbers[-1])
        problems: list[Problem] = []
        if not group.is_typed:
            problems.append(Problem("no TY: the kind of work has to be guessed", start))
        if self._odd or self._source.problems:
            problems += self._take_problems(start, end)
        if ending is not Ending.ER:
            # Where no entry has ER, this one is as whole as the others.
            is_cut_short = ending is Ending.END_OF_FILE and self._entries_ended > 0
            told = _WITHOUT_ER[ending] + (_CUT_SHORT if is_cut_short else "")
            problems.append(Problem(told, end))
        is_clean = start > self._source.last_odd
        tags, values = group.tags, group.values
        return Entry(
            self.entries_read,
            start,
            end,
            tags,
            values,
            numbers,
            ending,
            problems,
            is_clean,
            group.is_too_large,
            is_unfinished,
        )

    @property
    def _ends_mostly(self) -> bool:
        """Tell whether entries end with ER here, so that a last one without it was cut off."""
        return 2 * self._entries_ended > self.entries_read

    def _breaks_off(self, last: Group) -> bool:
        """Tell whether the file was cut off inside its last entry.

        Where that is the only one, no other tells whether this file writes ER; then a text
        that ends inside a sentence says so, a title that goes on, and half a character anywhere.
        """
        if self._ends_mostly or self._source.ends_inside_character:
            return True
        is_only = not self.entries_read and self._source.ends_inside_line
        return is_only and breaks_off(last.tags[-1], last.values[-1])

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
            self._settle_doubt(Tagged(TYPE, "", self._style.spelling))
        begun = self._open.take_begun_tag() if self._ends_mostly else None
        self._close(Ending.ER if begun == END else Ending.END_OF_FILE)
        self.problems += self._odd
        self.problems += self._source.problems
        for tag, times in self._stray.items():
            lines = "lines" if times > 1 else "line"
            what = f"{tag} {lines}" if tag else f"{lines} of text"
            self.problems.append(
                Problem(f"{times} {what} outside any entry ignored", self._stray_at[tag])
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
    Ending.TYPE: "no ER: TY ends the entry",
    Ending.END_OF_FILE: "no ER before the end of the file",
}
_CUT_SHORT = ": the export looks cut short"
