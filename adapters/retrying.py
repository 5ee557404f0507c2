"""A library that is asked again, for programs that have no daemon to do the waiting.

syncd itself waits otherwise: its worker lets other libraries go on meanwhile, and remembers across
restarts. Whoever uses adapters in a program of their own puts this around one.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import BinaryIO, NamedTuple, TypeVar

from adapters.wrapping import Stored, Wrapper
from syncd.errors import UnavailableError, UnsettledError
from syncd.library import (
    Changes,
    KnownVersions,
    Library,
    Operation,
    Outcome,
    Pushed,
    StoreFile,
    Storing,
    Tracing,
)
from syncd.record import ItemKey

_T = TypeVar("_T")
Sleep = Callable[[timedelta], None]


class Patience(NamedTuple):
    """How often a question is asked at most, and how long is waited in between.

    Each wait is twice the one before it, up to `longest`, and somewhat longer or shorter, so that
    two that were refused together do not come back together. A library that says how long it
    wants to be left alone is left alone for so long, but for no longer than `longest`: then the
    error is told.
    """

    times: int = 5
    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=2)


def _sleep(wait: timedelta) -> None:
    time.sleep(wait.total_seconds())


def _jitter() -> float:
    return random.uniform(0.75, 1.25)  # noqa: S311


class RetryingLibrary(Wrapper):
    """Wraps a library; what raises `UnavailableError` is asked again after a while.

    Nothing was written then, so nothing is written twice. An unknown outcome is told at once:
    whether it landed, only somebody can look up who has kept what was sent. So is that of a library
    that keeps a note of each push (`Tracing`), whose note would be of the first attempt.
    """

    def __init__(
        self,
        library: Library,
        patience: Patience = Patience(),  # noqa: B008 - it cannot be changed
        *,
        sleep: Sleep = _sleep,
        jitter: Callable[[], float] = _jitter,
    ) -> None:
        super().__init__(library)
        self._patience = patience
        self._sleep = sleep
        self._jitter = jitter

    def around(self, name: str, question: Callable[[], _T]) -> _T:
        """Ask until there is an answer, an error that waiting does not mend, or no patience."""
        waits = self._waits()
        while True:
            try:
                return question()
            except UnsettledError:
                raise
            except UnavailableError as error:
                self._wait_after(error, waits)

    def changes_since(
        self, version: int, *, known: KnownVersions | None = None
    ) -> Iterator[Changes]:
        """Yield what changed; a listing that breaks off is asked for the rest. See `Library`."""
        waits = self._waits()
        told = _Told(known)
        while True:
            try:
                for page in self._library.changes_since(version, known=told.known):
                    yield told.note(page)
            except UnavailableError as error:
                self._wait_after(error, waits)
            else:
                return

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        """Push, and again where nothing was written. See `Library`."""
        if isinstance(self._library, Tracing):
            return self._library.push(operations, expected=expected)
        return super().push(operations, expected=expected)

    def _waits(self) -> Iterator[timedelta]:
        wait = self._patience.first
        for _ in range(self._patience.times - 1):
            yield min(wait * self._jitter(), self._patience.longest)
            wait = min(wait * 2, self._patience.longest)

    def _wait_after(self, error: UnavailableError, waits: Iterator[timedelta]) -> None:
        """Wait as long as is due after this error, or raise it."""
        wait = next(waits, None)
        asked = error.retry_after or timedelta()
        if wait is None or asked > self._patience.longest:
            raise error
        self._sleep(max(wait, asked))


class _StoredOnce(Stored):
    """`Storing` around a library that is. A file can be read once, so it is sent once."""

    def store_file(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        return self._library.store_file(operation, content)


RetryingLibrary.beside = {**Wrapper.beside, Storing: _StoredOnce}


class _Told:
    """What of a listing has been told already, so that it is not told again."""

    def __init__(self, known: KnownVersions | None) -> None:
        self._known = known
        self._items: dict[ItemKey, int] = {}
        self._deleted: set[ItemKey] = set()

    def known(self, keys: Collection[ItemKey]) -> Mapping[ItemKey, int]:
        """Say which of these items need not be read. See `KnownVersions`."""
        told = {key: self._items[key] for key in keys if key in self._items}
        return {**(self._known(keys) if self._known else {}), **told}

    def note(self, page: Changes) -> Changes:
        """Return what of a page is news."""
        items = [each for each in page.items if self._items.get(each.key) != each.version]
        deleted = [key for key in page.deleted if key not in self._deleted]
        self._items |= {each.key: each.version for each in items}
        self._deleted.update(deleted)
        return replace(page, items=items, deleted=deleted)
