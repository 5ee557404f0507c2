"""One library is followed: what happened there comes into the mirror, page by page."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from syncd.ledger import mirror, outbox
from syncd.ledger.store import Ledger, LibraryRow
from syncd.library import Library
from syncd.record import ItemKey
from syncd.sync.guards import Guards
from syncd.sync.reconcile import Witness
from syncd.system.heartbeat import checkpoint


class Follower:
    """Keeps one library's mirror up to date."""

    def __init__(self, library: Library, ledger: Ledger, row: LibraryRow, guards: Guards) -> None:
        self._library = library
        self._ledger = ledger
        self._identity = row.identity
        self._library_id = row.library_id
        self._guards = guards
        self._witness: Witness | None = None

    def row(self) -> LibraryRow:
        """Return where the ledger stands with the library now."""
        row = self._ledger.find_library(self._identity)
        if row is None:
            raise LookupError(self._identity)
        return row

    def refresh(self) -> int:
        """Take the library's changes into the mirror; return how many items they concern.

        Raises `LibraryError`; `PausedError` where more has vanished than is believed unasked.
        """
        row = self.row()
        foreign = False
        changed = 0
        for page in self._library.changes_since(row.cursor, known=self._known_versions):
            checkpoint()
            self._guards.mind_losses(row, page.deleted)
            with self._ledger.write() as connection:
                if self._witness is not None:
                    self._witness.see(connection, page)
                if mirror.apply_page(connection, row.library_id, page):
                    foreign = True
                    # The listing may break off here, and what it has brought is no news again.
                    outbox.decide_all_again(connection, row.library_id)
                changed += len(page.items) + len(page.deleted)
                if page.to_version is not None:
                    mirror.move_cursor(
                        connection,
                        row.library_id,
                        page.to_version,
                        foreign=foreign,
                        now=self._ledger.now(),
                    )
        return changed

    @contextmanager
    def witnessing(self) -> Iterator[Witness]:
        """Note down, while it is entered, what others have done to the library."""
        self._witness = witness = Witness(self.row())
        try:
            yield witness
        finally:
            self._witness = None

    def _known_versions(self, keys: Collection[ItemKey]) -> dict[ItemKey, int]:
        with self._ledger.read() as connection:
            return mirror.known_versions(connection, self._library_id, keys)
