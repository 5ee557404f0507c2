"""What an undo still has to send is decided again, because the library has moved on since.

A new note below an item does not change the item itself, so none of it is sent on the strength of
an item's version alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncd.ledger import history, mirror, outbox, runs
from syncd.ledger.outbox import Pending
from syncd.ledger.store import LibraryLedger
from syncd.ledger.transaction import Transaction
from syncd.library import (
    Library,
    OnCollection,
    Operation,
    Restore,
    RestoreCollection,
    Trash,
    TrashCollection,
)
from syncd.plan import KnownItem
from syncd.sync.effects import effects_of
from syncd.sync.undo import Undoer


class UndoCheck:
    """Decides again, among operations that wait, about those that take a run back."""

    def __init__(self, library: Library, ledger: LibraryLedger) -> None:
        self._library = library
        self._ledger = ledger
        self._undoer = Undoer(library, ledger)

    def look(self, waiting: Sequence[Pending]) -> Mapping[int, Operation | None]:
        """Return, by number, what is to be sent in place of each; None where nothing is."""
        with self._ledger.read() as tx:
            undone = runs.undone_by(tx.connection, {p.run_id for p in waiting})
        decided: dict[int, Operation | None] = {}
        for undo, run_id in undone.items():
            mine = [p for p in waiting if p.run_id == undo]
            decided |= self._decide(run_id, [p for p in mine if not _is_on_collection(p)])
            decided |= self._decide_collections([p for p in mine if _is_on_collection(p)])
        return decided

    def _decide(self, run_id: int, mine: Sequence[Pending]) -> dict[int, Operation | None]:
        if not mine:
            return {}
        with self._ledger.read() as tx:
            effects = effects_of(history.done_in_run(tx.connection, run_id))
            known = mirror.find_items(tx, {p.item_key for p in mine})
        listed = {each.key for each in self._library.collections()}
        keys = [key for key in {p.item_key for p in mine} if key in effects.items]
        reversals = self._undoer.reverse(effects, keys, listed)
        wanted = {
            (key, type(operation)): operation
            for key, reversal in reversals.items()
            for operation in reversal.operations
        }
        return {
            p.operation_id: None
            if _may_be_taken_back(p, known.get(p.item_key))
            else wanted.get((p.item_key, type(p.operation)))
            for p in mine
        }

    def _decide_collections(self, mine: Sequence[Pending]) -> dict[int, Operation | None]:
        decided: dict[int, Operation | None] = {}
        going: list[str] = []
        for pending in mine:
            operation: Operation | None = pending.operation
            if isinstance(operation, TrashCollection):
                with self._ledger.read() as tx:
                    stays = not self._undoer.is_empty(tx, pending.item_key, going)
                going += [] if stays else [pending.item_key]
                operation = None if stays else operation
            elif isinstance(operation, RestoreCollection) and pending.attempts:
                # The library has said that it is not there: it was deleted for good.
                operation = None
            decided[pending.operation_id] = operation
        return decided


def apply(
    tx: Transaction, waiting: Sequence[Pending], decided: Mapping[int, Operation | None]
) -> list[Pending]:
    """Write down what was decided; return those operations that nothing was decided about."""
    for operation_id, operation in decided.items():
        if operation is None:
            outbox.remove(tx, [operation_id])
        else:
            outbox.change(tx, operation_id, operation)
    return [p for p in waiting if p.operation_id not in decided]


def _may_be_taken_back(pending: Pending, item: KnownItem | None) -> bool:
    """Say whether somebody may have taken back already what was sent without an answer.

    An item that was sent to the trash, and is newer than it was then, may have been there: whoever
    took it out means it to stay. So it is with one that was to be taken out.
    """
    operation = pending.operation
    return (
        isinstance(operation, Trash | Restore)
        and pending.sent_at is not None
        and item is not None
        and item.version > operation.base_version
    )


def _is_on_collection(pending: Pending) -> bool:
    return isinstance(pending.operation, OnCollection)
