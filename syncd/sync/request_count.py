"""How often a library was asked over the network, written down when that is over."""

from __future__ import annotations

from collections.abc import Callable

from syncd.ledger.figures import count_requests
from syncd.ledger.store import LibraryLedger
from syncd.library import Counting, Library


class RequestCount:
    """Entered around each piece of work, be it within another; the outermost writes it down.

    A library that the ledger does not know yet goes on counting until it does.
    """

    def __init__(self, library: Library, find_ledger: Callable[[], LibraryLedger | None]) -> None:
        self._library = library
        self._find_ledger = find_ledger
        self._depth = 0

    def __enter__(self) -> None:
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth and isinstance(self._library, Counting):
            self._note(self._library)

    def _note(self, library: Counting) -> None:
        ledger = self._find_ledger()
        if ledger is not None and (requests := library.take_requests()):
            with ledger.write() as tx:
                count_requests(tx, requests)
