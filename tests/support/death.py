"""Death at a chosen moment: before or after any write to the ledger or to the library.

A process that is killed loses its memory and the transaction it was in, and nothing else. Raising
`Death` through everything, and then working on with new objects on the same files, is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection

from syncd.ledger.engine import open_engine
from syncd.ledger.store import Ledger
from syncd.library import Library, Operation, Outcome, Pushed, StoreFile
from syncd.plan import Place
from syncd.system.clock import SystemClock
from tests.support.runs import deliver, opened_run


class Death(BaseException):
    """The process was killed here."""


class Fate:
    """Counts moments; the process dies at number `moment`, counting from 0."""

    def __init__(self, moment: int | None) -> None:
        self.left = moment
        self.passed = 0

    def moment(self) -> None:
        """One of the moments at which a process may die."""
        self.passed += 1
        if self.left is None:
            return
        if self.left == 0:
            raise Death
        self.left -= 1


class MortalLedger(Ledger):
    """A ledger whose process may die before and after each of its writes."""

    fate: Fate

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self.fate.moment()
        with super().write() as connection:
            yield connection
        self.fate.moment()


class MortalLibrary:
    """A library whose client may die before a push, in its middle, and before it hears back."""

    def __init__(self, library: Any, fate: Fate) -> None:
        self._library = library
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        self._fate.moment()
        try:
            self._fate.moment()
        except Death:
            # Servers commit one object after the other: half a batch may be all that arrives.
            self._library.push(operations[: len(operations) // 2], expected=expected)
            raise
        answer: Pushed = self._library.push(operations, expected=expected)
        self._fate.moment()
        return answer

    def store_file(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        self._fate.moment()
        answer: Outcome = self._library.store_file(operation, content)
        self._fate.moment()
        return answer


def mortal(library: Library, fate: Fate) -> Library:
    """Make a library mortal."""
    return MortalLibrary(library, fate)


def live(state: Path, library: Library, export: Path, place: Place, fate: Fate) -> None:
    """Live one life of the daemon: open, deliver what was dropped, and die when it is time."""
    ledger = MortalLedger(open_engine("", state), SystemClock())
    ledger.fate = fate
    try:
        with opened_run(state, mortal(library, fate), ledger) as run:
            deliver(run, [export], place)
    finally:
        ledger.close()
