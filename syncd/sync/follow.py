"""One library is followed: what happened there comes into the mirror, page by page."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from syncd.ledger import mirror, outbox
from syncd.ledger.store import LibraryLedger
from syncd.library import Library
from syncd.record import ItemKey
from syncd.sync.guards import Guards
from syncd.sync.reconcile import Witness
from syncd.system.heartbeat import checkpoint


class Follower:
    """Keeps one library's mirror up to date."""

    def __init__(self, library: Library, ledger: LibraryLedger, guards: Guards) -> None:
        self._library = library
        self._ledger = ledger
        self._guards = guards
        self._witness: Witness | None = None

    def refresh(self) -> int:
        """Take the library's changes into the mirror; return how many items they concern.

        Raises `LibraryError`; `PausedError` where more has vanished than is believed unasked.
        """
        row = self._ledger.row()
        foreign = False
        changed = 0
        shown: set[ItemKey] = set()
        for page in self._library.changes_since(row.cursor, known=self._known_versions):
            checkpoint()
            self._guards.mind_losses(row, page.deleted)
            if page.from_start:
                self._guards.mind_setback(row)
                shown.update(item.key for item in page.items)
            with self._ledger.write() as tx:
                if self._witness is not None:
                    self._witness.see(tx, page)
                if mirror.apply_page(tx, page):
                    foreign = True
                    # The listing may break off here, and what it has brought is no news again.
                    outbox.decide_all_again(tx)
                changed += len(page.items) + len(page.deleted)
                if page.to_version is not None:
                    if page.from_start:
                        # Nobody removed what an older state does not have yet.
                        mirror.forget_others(tx, shown)
                    mirror.move_cursor(tx, page.to_version, foreign=foreign)
        return changed

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
