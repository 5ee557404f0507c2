"""Walking through the questions at a terminal: both sides, and one key for each answer.

The last answer is carried out only when the next one is given or the walk ends, so that it can be
taken back until then.
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple, TextIO

from syncd.cli.review_asking import Ask
from syncd.report.reviews import name_of_candidate, print_comparisons
from syncd.settings import LibrarySettings
from syncd.sync.review import Answer

ReadKey = Callable[[], str]
"""Waits for a key and returns it; empty where no more can come."""

_ANSWERS = {
    "s": Answer.ACCEPT,
    "d": Answer.CREATE,
    "k": Answer.SKIP,
    "r": Answer.RETRY,
    "x": Answer.DROP,
}
_MEANINGS = {
    Answer.ACCEPT: "s same",
    Answer.CREATE: "d different",
    Answer.SKIP: "k skip",
    Answer.RETRY: "r retry",
    Answer.DROP: "x drop",
}
_UNDO, _NEXT, _QUIT = "u", "n", "q"
_END = ("", _QUIT, "\x03", "\x04")
"""No more keys, and what people type to leave."""
_ESCAPE = "\x1b"


class _Asked(NamedTuple):
    """A question, and the library that it is about."""

    library: LibrarySettings
    question: Mapping[str, Any]


class _Given(NamedTuple):
    """An answer that can still be taken back; `place` is where its question stands."""

    place: int
    answer: Answer
    word: str | None


class Walk:
    """One walk through the questions that were open when it began."""

    def __init__(self, ask: Ask, read_key: ReadKey, stream: TextIO) -> None:
        self._ask = ask
        self._read_key = read_key
        self._stream = stream
        self._queue: list[_Asked] = []
        self._given: _Given | None = None
        self._closed: set[int] = set()
        """The questions that were answered, or settled by the answer to another one."""
        self.answered: list[int] = []
        self.refused: list[str] = []

    def through(self, asked: Sequence[tuple[LibrarySettings, Mapping[str, Any]]]) -> None:
        """Ask one question after the other, until the last or until the person has enough."""
        self._queue = [_Asked(*each) for each in asked]
        place = 0
        try:
            while place <= len(self._queue):
                place = self._at(place)
        except KeyboardInterrupt:
            self._say("")
        self._carry_out()

    def _at(self, place: int) -> int:
        """Show what stands at a place, and return the place to go to."""
        while place < len(self._queue) and self._is_closed(place):
            place += 1
        if place == len(self._queue):
            return self._at_end(place)
        question = self._queue[place].question
        self._say(f"\n{place + 1} of {len(self._queue)}")
        print_comparisons([question], self._stream)
        self._say(_keys_for(question, can_undo=self._given is not None))
        while True:
            key = self._read_key()
            if key in _END:
                return len(self._queue) + 1
            if key == _UNDO and self._given:
                return self._take_back()
            if key == _NEXT:
                return place + 1
            if given := _read_answer(question, key, place):
                self._carry_out()
                self._given = given
                self._say(f"  {given.answer}{' ' + given.word if given.word else ''}")
                return place + 1
            if _ANSWERS.get(key) is Answer.ACCEPT and Answer.ACCEPT in question["answers"]:
                self._say("  which of them? type its number")

    def _at_end(self, place: int) -> int:
        if self._given is None:
            return place + 1
        self._say("\nthat was the last one: u takes the last answer back, any other key ends")
        return self._take_back() if self._read_key() == _UNDO else place + 1

    def _take_back(self) -> int:
        if self._given is None:
            raise ValueError("no answer can be taken back")
        place, self._given = self._given.place, None
        self._say("  taken back")
        return place

    def _is_closed(self, place: int) -> bool:
        return self._queue[place].question["id"] in self._closed

    def _carry_out(self) -> None:
        """Carry out the answer that was given last; from then on it stands."""
        if self._given is None:
            return
        place, answer, word = self._given
        self._given = None
        library, question = self._queue[place]
        numbers = {each.question["id"] for each in self._queue if each.library == library}
        request = {
            "action": answer.value,
            "questions": [question["id"]],
            "item_key": word,
            "later": True,
        }
        found = self._ask(library, request)
        self.answered += found["answered"]
        self.refused += [each["message"] for each in found["refused"]]
        for each in found["refused"]:
            self._say(f"  {each['message']}")
        self._closed |= numbers - set(found["open"])

    def _say(self, text: str) -> None:
        self._stream.write(f"{text}\n")
        self._stream.flush()


def _read_answer(question: Mapping[str, Any], key: str, place: int) -> _Given | None:
    """Return the answer that a key gives to a question; None where it gives none."""
    candidates, answers = question["candidates"], question["answers"]
    if key.isdecimal() and Answer.ACCEPT in answers and 0 < int(key) <= len(candidates):
        return _Given(place, Answer.ACCEPT, name_of_candidate(candidates[int(key) - 1]))
    answer = _ANSWERS.get(key)
    if answer is None or answer not in answers:
        return None
    if answer is not Answer.ACCEPT:
        return _Given(place, answer, None)
    if len(candidates) != 1:
        return None
    return _Given(place, answer, name_of_candidate(candidates[0]))


def _keys_for(question: Mapping[str, Any], *, can_undo: bool) -> str:
    many = len(question["candidates"])
    keys = [_MEANINGS[answer] for answer in _MEANINGS if answer in question["answers"]]
    if Answer.ACCEPT in question["answers"] and many > 1:
        keys[0] = f"1-{min(many, 9)} same as that one"
    if can_undo:
        keys.append("u undo the last answer")
    return "  ".join([*keys, "n next", "q quit"])


@contextmanager
def single_keys() -> Iterator[ReadKey]:
    """Give a way to wait for one key at the terminal, which shows none of them meanwhile."""
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    # Keys that were typed ahead are kept: they are meant.
    tty.setcbreak(terminal, termios.TCSADRAIN)
    try:
        yield partial(_read_key, terminal)
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _read_key(terminal: int) -> str:
    key = os.read(terminal, 1).decode("ascii", "replace")
    if key != _ESCAPE:
        return key
    # An arrow and the like send several characters at once, which together mean nothing here.
    while select.select([terminal], [], [], 0)[0]:
        os.read(terminal, 1)
    return key


def is_at_terminal() -> bool:
    """Say whether a person sits at both ends of this command."""
    return sys.stdin.isatty() and sys.stdout.isatty()
