"""The lines of an entry that is still being read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from syncd.formats.ris.prose import Above
from syncd.formats.ris.tags import END, TYPE, Wrapping, is_stray, is_substantial, wrapping_of
from syncd.formats.ris.wrapped import join

MOST_LINES = 100_000
MOST_CHARACTERS = 12_000_000
"""How much of one entry is kept: several times what the largest real ones hold."""
_LONG = 1 << 18

_BEGUN_TAG = re.compile(r"[A-Z][A-Z0-9]?")
_GLUED_END = re.compile(r"(?<![ \t])(?:   |[ ]?[ ]?\t)[ \t]*+ER(?:[ \t]{0,2}-)?\Z")
_LONGEST_END = 5
_RUN = "   "
"""Blanks behind which another tag may stand, in files whose lines were glued together."""
_WIDE = "  -"
"""What behind a tag is so unlike text that one blank before it will do."""


DashFinder = Callable[[str], re.Match[str] | None]


@lru_cache(maxsize=64)
def dash_finder(dash: str) -> DashFinder:
    """Return what finds `dash`, a dash and mostly a blank before it, in half the time of `in`.

    It looks for the dash first and then for the blank before it, since blanks are everywhere.
    """
    return re.compile(rf"{re.escape(dash[-1])}(?<={re.escape(dash)})").search


def may_be_glued(together: str, has_dash: DashFinder) -> bool:
    """Tell quickly whether tags, and a dash behind them, may stand in the middle of values."""
    return has_dash(together) is not None and _has_room_for_tag(together)  # what is rarer first


def _has_room_for_tag(text: str) -> bool:
    return "\t" in text or ("  " in text and (_RUN in text or _WIDE in text))


class Group:
    """Tags, values and line numbers so far, and the loose lines that continue the last value.

    `is_typed` tells whether TY is among them; it need not be the first. `is_too_large` tells that
    there was more than is kept.
    """

    __slots__ = (
        "_is_wrapped",
        "_room",
        "_tail",
        "is_too_large",
        "is_typed",
        "numbers",
        "tags",
        "values",
    )

    def __init__(self) -> None:
        self.tags: list[str] = []
        self.values: list[str] = []
        self.numbers: list[int] = []
        self.is_typed = False
        self.is_too_large = False
        self._tail: list[str] = []
        self._is_wrapped = False  # whether any of these is not blank; asked at each line
        self._room = MOST_CHARACTERS

    @property
    def last_tag(self) -> str | None:
        """Return the tag that a line without one would continue."""
        return self.tags[-1] if self.tags else None

    @property
    def above(self) -> Above:
        """Return the value that a line without a tag would continue, as far as it goes by now."""
        tail = self._tail
        last = tail[-1] if tail else self.values[-1]
        return Above(self.tags[-1], last, is_wrapped=self._is_wrapped)

    def is_substantial(self) -> bool:
        """Tell whether there is enough for a record even without TY."""
        return is_substantial(self.tags)

    def is_stray(self) -> bool:
        """Tell whether there is nothing but what exporters leave between two entries."""
        return is_stray(self.tags)

    def add(self, tag: str, value: str, number: int) -> None:
        """Add one line."""
        if self._tail:
            self.fold()
        if not self._has_room(len(value)):
            return
        self.tags.append(tag)
        self.values.append(value)
        self.numbers.append(number)

    def add_type(self, value: str, number: int) -> None:
        """Add the line TY."""
        self.add(TYPE, value, number)
        self.is_typed = TYPE in self.tags[-1:]

    def begin(self, tags: Sequence[str], values: Sequence[str], first: int) -> None:
        """Add the line TY and those below it, TY under this number."""
        self.add_run(tags, values, first)
        self.is_typed = TYPE in self.tags[:1]

    def add_run(self, tags: Sequence[str], values: Sequence[str], first: int) -> None:
        """Add lines that stand one below the other, the first under this number."""
        if self._tail:
            self.fold()
        if not self._has_room(sum(map(len, values)), len(values)):
            return
        self.tags += tags
        self.values += values
        self.numbers += range(first, first + len(tags))

    def go_on(self, text: str) -> None:
        """Let a loose line continue the last value."""
        if self._has_room(len(text)):
            self._tail.append(text)
            self._is_wrapped = self._is_wrapped or text != ""

    def go_on_run(self, texts: Sequence[str]) -> None:
        """Let loose lines continue the last value, blank ones part its paragraphs if it has any."""
        if wrapping_of(self.tags[-1]) is not Wrapping.KEEP:
            texts = [*filter(None, texts)]
        if self._has_room(sum(map(len, texts)), len(texts)):
            self._tail += texts
            self._is_wrapped = self._is_wrapped or any(texts)

    def part_paragraphs(self) -> None:
        """Take a blank line for the end of a paragraph, where there can be any."""
        if self.tags and wrapping_of(self.tags[-1]) is Wrapping.KEEP and self._has_room(0):
            self._tail.append("")

    def _has_room(self, characters: int, lines: int = 1) -> bool:
        """Tell whether so much more is kept; once it is not, nothing more is."""
        self._room -= characters
        if self._room < 0 or len(self.tags) + len(self._tail) + lines > MOST_LINES:
            self.is_too_large = True
        return not self.is_too_large

    def fold(self) -> None:
        """Join the loose lines to the value they continue."""
        if self._tail:
            self.values[-1] = join(self.tags[-1], self.values[-1], self._tail)
            self._tail.clear()
            self._is_wrapped = False

    def take_begun_tag(self) -> str | None:
        """Take out what is left of a tag where the file was cut off: it continues no value."""
        is_begun = self._tail and _BEGUN_TAG.fullmatch(self._tail[-1])
        return self._tail.pop() if is_begun else None

    def part_glued(
        self, glued_in: Callable[[str], re.Pattern[str]], has_dash: DashFinder
    ) -> list[tuple[str, int]]:
        """Part values in which further tags stand, and return those with their line numbers.

        `glued_in` gives what finds them in a value of a tag, `has_dash` what stands behind them.
        """
        # What is refused anyway has no room for what would be added again.
        if self.is_too_large or not self._may_be_glued(has_dash):
            return []
        self._room = MOST_CHARACTERS
        found: list[tuple[str, int]] = []
        lines = list(zip(self.tags, self.values, self.numbers, strict=True))
        self.tags, self.values, self.numbers = [], [], []
        for tag, value, number in lines:
            if "ER" in value[-_LONGEST_END:] and (end := _GLUED_END.search(value)):
                value = value[: end.start()]
                found.append((END, number))
            # More than are kept are not parted: that would take twenty times their room.
            is_glued = may_be_glued(value, has_dash)
            first, *more = glued_in(tag).split(value, MOST_LINES) if is_glued else [value]
            self.add(tag, first.strip(), number)
            for further, rest in zip(more[::2], more[1::2], strict=True):
                self.add(further, rest.strip(), number)
                if not self.is_too_large:
                    found.append((further, number))
        return found

    def _may_be_glued(self, has_dash: DashFinder) -> bool:
        # Of long values a copy would be dear; of many short ones, one is soon made and looked at.
        is_long = MOST_CHARACTERS - self._room > _LONG
        texts = self.values if is_long else ["\n".join(self.values)]
        return any(map(has_dash, texts)) and any(map(_has_room_for_tag, texts))

    def split(self, at: int) -> Group:
        """Keep the lines before this position and return the others as a group with TY."""
        rest = Group()
        rest.is_typed, self.is_typed = self.is_typed, False
        rest.is_too_large = self.is_too_large
        rest.tags, rest.values, rest.numbers = self.tags[at:], self.values[at:], self.numbers[at:]
        del self.tags[at:], self.values[at:], self.numbers[at:]
        return rest
