"""What the reader hands on: an entry is its lines in order, where they stand, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from syncd.errors import Problem


class Line(NamedTuple):
    """One tag and its value.

    `tag` is upper case. `value` holds the continuation lines too, without blanks around it:
    abstracts and notes keep their line breaks as newlines, most other values are joined by one
    blank, and tags that list (KW, SN, UR, L1-L5) give one Line per line of the file. `line`
    counts from 1.
    """

    tag: str
    value: str
    line: int


class Ending(Enum):
    """How an entry ended; only `ER` is as it should be."""

    ER = "ER"
    NEXT_ENTRY = "next entry"
    END_OF_FILE = "end of file"
    BLANK_LINE = "blank line"
    TYPE = "TY"


@dataclass(slots=True)
class Entry:
    """What stands between TY and ER; TY itself is among the lines, ER is not.

    `index` counts the entries of a file from 1; `line` and `end_line` are the first and last
    line of the file that belong to this one. `tags`, `values` and `numbers` are its lines, side
    by side since there are so many. `is_clean` promises that its text is in NFC and without
    control characters other than tab and line feed, `is_ascii` that it is nothing but ASCII,
    `is_short` that it is no longer than a block; otherwise that is not known. `is_too_large`
    says that there is more of it in the file than is kept here, `is_unfinished` that the file
    ends inside this entry, though most others end with ER.
    """

    index: int
    line: int
    end_line: int
    tags: list[str]
    values: list[str]
    numbers: Sequence[int] = field(compare=False)  # a range where no line continues another
    ending: Ending = Ending.END_OF_FILE
    problems: list[Problem] = field(default_factory=list)
    is_clean: bool = False
    is_too_large: bool = False
    is_unfinished: bool = False
    is_ascii: bool = field(default=False, compare=False)
    is_short: bool = field(default=False, compare=False)

    @property
    def lines(self) -> list[Line]:
        """Return the lines one by one."""
        return list(map(Line, self.tags, self.values, self.numbers))
