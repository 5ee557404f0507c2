"""Answers that were given on the page: the last one of each person can be taken back.

As in the walk of `syncd review`, an answer is carried out only when the same person gives the next
one, goes elsewhere, or says nothing for a while. Until then nothing is done that would have to be
undone. Whoever kills the daemon meanwhile finds the question again.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from syncd.errors import BusyError
from syncd.page.refusals import StaleError

log = logging.getLogger(__name__)

LASTS = timedelta(seconds=15)
"""So long the last answer can be taken back, unless another one follows."""
_JOINING = 2.0
_MOST_NEWS = 5
_MOST_PEOPLE = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was shown to who answers it."""

    number: int
    library: str | None
    """What it is called, if that is known."""
    reason: str
    mark: str


@dataclass(frozen=True, slots=True)
class Given:
    """One answer to one or several questions.

    `word` goes with it: which candidate, or which field. `is_part`: the question waits with its
    other fields.
    """

    answer: str
    asked: Sequence[Asked]
    word: str | None = None
    is_part: bool = False
    number: int = 0
    person: str = ""
    until: timedelta = field(default_factory=timedelta)

    @property
    def numbers(self) -> Collection[int]:
        """The numbers of the questions."""
        return [each.number for each in self.asked]


CarryOut = Callable[[Given], Sequence[str]]
"""Carries an answer out; returns what to say about questions to which that could not be done.

Raises `BusyError` where the daemon does not answer.
"""
FindMarks = Callable[[Collection[int]], Mapping[int, str]]
"""Returns by what open questions are known to stand as they do now."""


class Answers:
    """Keeps the last answer of each person back, and carries the others out. Thread-safe.

    The work is done on a thread of its own, one answer after the other as they were given.
    """

    def __init__(
        self, carry_out: CarryOut, find_marks: FindMarks, elapsed: Callable[[], timedelta]
    ) -> None:
        self._carry_out = carry_out
        self._find_marks = find_marks
        self._elapsed = elapsed
        self._changed = threading.Condition()
        self._last: dict[str, Given] = {}
        self._due: deque[Given] = deque()
        self._doing: Given | None = None
        self._news: dict[str, list[str]] = {}
        self._count = 0
        self._closing = False
        self._thread: threading.Thread | None = None

    def give(self, person: str, given: Given) -> None:
        """Take an answer; the one that this person gave before is carried out now.

        Raises `StaleError` where one of the questions has been answered already.
        """
        with self._changed:
            if not self.answered().isdisjoint(given.numbers):
                raise StaleError("This was answered just now; nothing was changed.")
            self._hurry(person)
            self._count += 1
            until = self._elapsed() + LASTS
            self._last[person] = replace(given, number=self._count, person=person, until=until)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="answers", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def last_of(self, person: str) -> Given | None:
        """Return the answer that a person can take back."""
        with self._changed:
            return self._last.get(person)

    def take_back(self, person: str, number: int) -> Given:
        """Forget an answer. Raises `StaleError` where that is no longer the last one."""
        with self._changed:
            last = self._last.get(person)
            if last is None or last.number != number:
                raise StaleError(
                    "That answer stands already and cannot be taken back here; nothing was "
                    "changed. This is what waits."
                )
            return self._last.pop(person)

    def hurry(self, person: str, longest: timedelta = timedelta()) -> None:
        """Carry out what a person has answered; wait so long until that is done."""
        with self._changed:
            self._hurry(person)
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._is_at_work(person), longest.total_seconds())

    def answered(self) -> set[int]:
        """Return the questions that were answered, and of which the ledger may not know yet."""
        with self._changed:
            return {n for each in self._all() if not each.is_part for n in each.numbers}

    def fields_answered(self, question: int) -> set[str]:
        """Return the fields of a question of which that is so."""
        with self._changed:
            return {each.word or "" for each in self._all() if question in each.numbers}

    def reasons(self) -> Sequence[str]:
        """Return the reason of each question that was answered so."""
        with self._changed:
            given = [each for each in self._all() if not each.is_part]
            return [asked.reason for each in given for asked in each.asked]

    def say(self, person: str, *texts: str) -> None:
        """Keep something to be said to a person on the next page that they see."""
        with self._changed:
            self._say(person, texts)

    def news(self, person: str) -> Sequence[str]:
        """Return what is to be said to a person, once."""
        with self._changed:
            return self._news.pop(person, [])

    def carry_out_due(self) -> None:
        """Carry out what is due by now."""
        while (given := self._begin()) is not None:
            told: Sequence[str] = ()
            try:
                told = self._carry_out_one(given)
            except BusyError as error:
                told = [f"{_named(given)} not answered: {error}"]
                if self._closing:
                    # Whoever closes sees to it without the daemon's other threads.
                    with self._changed:
                        self._due.appendleft(given)
                        self._doing = None
                    return
            except Exception:
                log.exception("an answer of the page could not be carried out")
                told = [f"{_named(given)} not answered; the log says why."]
            self._end(given, told)

    def close(self, carry_out: CarryOut) -> None:
        """Carry out what is left, by other means: the daemon serves nobody any more."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_JOINING)
        self._carry_out = carry_out
        with self._changed:
            self._due.extend(self._last.values())
            self._last.clear()
        self.carry_out_due()

    # --- within the lock

    def _all(self) -> Iterator[Given]:
        yield from self._last.values()
        yield from self._due
        if self._doing is not None:
            yield self._doing

    def _hurry(self, person: str) -> None:
        if (last := self._last.pop(person, None)) is not None:
            self._due.append(last)

    def _is_at_work(self, person: str) -> bool:
        doing = [] if self._doing is None else [self._doing]
        return any(each.person == person for each in (*self._due, *doing))

    def _say(self, person: str, texts: Sequence[str]) -> None:
        if texts:
            while len(self._news) >= _MOST_PEOPLE:
                self._news.pop(next(iter(self._news)))
            self._news[person] = [*self._news.get(person, ()), *texts][-_MOST_NEWS:]

    # --- the thread

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closing:
                    return
                if not self._due:
                    self._changed.wait(self._until_next())
            if not self._closing:
                self.carry_out_due()

    def _until_next(self) -> float | None:
        """Return for how long nothing is due, in seconds; None: until somebody answers."""
        due = [each.until for each in self._last.values()]
        return max((min(due) - self._elapsed()).total_seconds(), 0) if due else None

    def _begin(self) -> Given | None:
        with self._changed:
            now = self._elapsed()
            for person in [p for p, each in self._last.items() if each.until <= now]:
                self._hurry(person)
            self._doing = self._due.popleft() if self._due else None
            return self._doing

    def _end(self, given: Given, told: Sequence[str]) -> None:
        with self._changed:
            self._doing = None
            self._say(given.person, told)
            self._changed.notify_all()

    def _carry_out_one(self, given: Given) -> Sequence[str]:
        """Carry out an answer; what that changes in questions answered since is no surprise."""
        with self._changed:
            behind = {n for each in (*self._last.values(), *self._due) for n in each.numbers}
        before = self._find_marks(behind)
        told = self._carry_out(given)
        after = self._find_marks(behind)
        fresh = {n: mark for n, mark in after.items() if before.get(n) != mark}
        if fresh:
            with self._changed:
                self._last = {p: _seen_anew(g, before, fresh) for p, g in self._last.items()}
                self._due = deque(_seen_anew(each, before, fresh) for each in self._due)
        return told


def _seen_anew(given: Given, before: Mapping[int, str], fresh: Mapping[int, str]) -> Given:
    asked = [
        replace(each, mark=fresh[each.number])
        if each.number in fresh and before.get(each.number) == each.mark
        else each
        for each in given.asked
    ]
    return replace(given, asked=asked)


def _named(given: Given) -> str:
    if len(given.asked) == 1:
        return f"Question {given.asked[0].number} was"
    return f"{len(given.asked)} questions were"
