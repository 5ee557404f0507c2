"""Which questions a command means: numbers, ranges, all, those of a file or with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple

_NUMBER = re.compile(r"[0-9]{1,18}")
_RANGE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")
ALL = "all"


class Choice(NamedTuple):
    """What was named: numbers, ranges, all; further words; and what narrows it down."""

    numbers: tuple[int, ...] = ()
    ranges: tuple[tuple[int, int], ...] = ()
    everything: bool = False
    words: tuple[str, ...] = ()
    file: str | None = None
    reason: str | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether only some of the questions are meant, by file or reason."""
        return self.file is not None or self.reason is not None

    @property
    def needs_list(self) -> bool:
        """Whether the questions have to be looked at to know which are meant."""
        return bool(self.ranges) or self.everything or self.is_narrowed

    @property
    def is_empty(self) -> bool:
        """Whether nothing was named."""
        return not self.numbers and not self.needs_list

    def fits(self, question: Mapping[str, Any]) -> bool:
        """Tell whether a question is of the file and for the reason that were named."""
        if self.file is not None and not _is_of(question["record"]["file"], self.file):
            return False
        return self.reason is None or self.reason.casefold() in question["reason"].casefold()

    def numbers_in(self, questions: Iterable[Mapping[str, Any]], answer: str) -> list[int]:
        """Return the numbers that are meant, of those that take an answer or were named."""
        takes_all = self.everything or not (self.numbers or self.ranges)
        found = []
        for question in questions:
            number = question["id"]
            takes = answer in question["answers"]
            within = takes_all or any(first <= number <= last for first, last in self.ranges)
            if self.fits(question) and (number in self.numbers or (within and takes)):
                found.append(number)
        return found


def read_choice(words: Sequence[str], file: str | None = None, reason: str | None = None) -> Choice:
    """Return what was named on the command line."""
    numbers: list[int] = []
    ranges: list[tuple[int, int]] = []
    others: list[str] = []
    for word in words:
        if _NUMBER.fullmatch(word):
            numbers.append(int(word))
        elif found := _RANGE.fullmatch(word):
            ranges.append((int(found[1]), int(found[2])))
        elif word != ALL:
            others.append(word)
    return Choice(tuple(numbers), tuple(ranges), ALL in words, tuple(others), file, reason)


def _is_of(file: str, name: str) -> bool:
    """Tell whether a file is the one of this name, given with the folders above it or without."""
    parts = PurePath(name).parts
    return PurePath(file).parts[-len(parts) :] == parts
