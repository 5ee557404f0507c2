"""One library is followed: what happened there comes into the mirror, page by page."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from syncd.ledger import mirror, outbox
from syncd.ledger.statements import let_go
from syncd.ledger.store import LibraryLedger, LibraryRow
from syncd.library import Changes, Library
from syncd.record import ItemKey
from syncd.sync.guards import Guards
from syncd.sync.reconcile import Witness
from syncd.system.heartbeat import checkpoint

log = logging.getLogger(__name__)

_TOLD_EVERY = 5_000
"""After so many items the log says how far reading a library has got."""


class Reading(NamedTuple):
    """How far a listing has been read: so many items `done`, `of` so many."""

    done: int
    of: int


class Follower:
    """Keeps one library's mirror up to date."""

    def __init__(self, library: Library, ledger: LibraryLedger, guards: Guards, name: str) -> None:
        """`name` is what the library is called in the log."""
        self._told = {"library": name}
        self._library = library
        self._ledger = ledger
        self._guards = guards
        self._witness: Witness | None = None
        self.reading: Reading | None = None
        """How far a listing has been read that comes in several pages; others may look at it."""

    def refresh(self) -> int:
        """Take the library's changes into the mirror; return how many items they concern.

        Raises `LibraryError`; `PausedError` where more has vanished than is believed unasked.
        """
        row = self._ledger.row()
        foreign = False
        changed = 0
        shown: set[ItemKey] = set()
        try:
            for page in self._library.changes_since(row.cursor, known=self._known_versions):
                checkpoint()
                if page.from_start:
                    self._guards.mind_setback(row)
                    shown.update(item.key for item in page.items)
                foreign |= self._take(row, page, foreign=foreign, shown=shown)
                changed += len(page.items) + len(page.deleted)
                self._tell(len(page.items), page.left)
                let_go()
        finally:
            self.reading = None
        return changed

    def _take(
        self, row: LibraryRow, page: Changes, *, foreign: bool, shown: Collection[ItemKey]
    ) -> bool:
        """Take one page into the mirror; say whether it brought news.

        `shown` is what a listing from the start has shown so far.
        """
        self._guards.mind_losses(row, page.deleted)
        with self._ledger.write() as tx:
            if self._witness is not None:
                self._witness.see(tx, page)
            news = mirror.apply_page(tx, page)
            if news:
                # The listing may break off here, and what it has brought is no news again.
                outbox.decide_all_again(tx)
            if page.to_version is not None:
                if page.from_start:
                    # Nobody removed what an older state does not have yet.
                    mirror.forget_others(tx, shown)
                mirror.move_cursor(tx, page.to_version, foreign=foreign or news)
        return news

    def _tell(self, taken: int, left: int) -> None:
        """Say how far a long listing has been read; what was read before a break does not count."""
        done = (self.reading.done if self.reading else 0) + taken
        if not left and self.reading is None:
            return
        self.reading = Reading(done, done + left)
        if done // _TOLD_EVERY > (done - taken) // _TOLD_EVERY:
            log.info("read %d of %d items", done, done + left, extra=self._told)

    def confirm(self, keys: Collection[ItemKey]) -> bool:
        """Look whether items are still there; say whether any has gone.

        Only where the library does not tell what was deleted, as the mirror knows it otherwise.
        """
        if self._library.capabilities.reports_tombstones or not keys:
            return False
        there = {item.key for item in self._library.get(list(keys))}
        gone = [key for key in keys if key not in there]
        if gone:
            row = self._ledger.row()
            self._guards.mind_losses(row, gone)
            with self._ledger.write() as tx:
                mirror.bury(tx, gone, row.cursor)
        return bool(gone)

    @contextmanager
    def witnessing(self) -> Iterator[Witness]:
        """Note down, while it is entered, what others have done to the library."""
        self._witness = witness = Witness(self._ledger.row())
        try:
            yield witness
        finally:
            self._witness = None

    def _known_versions(self, keys: Collection[ItemKey]) -> dict[ItemKey, int]:
        with self._ledger.read() as tx:
            return mirror.known_versions(tx, keys)
