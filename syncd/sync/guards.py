"""How much may happen to a library before a person is asked.

A guard that is tripped PAUSES the library: nothing is read into it or written to it until
somebody says that it is as it should be. Then one run passes, and the guards are up again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from syncd.errors import PausedError
from syncd.ledger import mirror
from syncd.ledger.store import LibraryLedger, LibraryRow
from syncd.library import Update
from syncd.plan import Decision, Intent, MetGuard, OfferMode, PlannedOperation
from syncd.record import ItemKey

_FEW = 10
"""So few items may vanish from any library without anybody being asked."""

_LIFTED = ""
"""What `library.paused` holds while one run may pass."""


def _is_of_note(planned: PlannedOperation) -> bool:
    return planned.offer is not None and planned.offer.mode is OfferMode.NOTE


class GuardLimits(NamedTuple):
    """The most items that one run may make or change, and the share that may vanish."""

    creates: int
    shrink: float
    updates: int = 200


DEFAULT_LIMITS = GuardLimits(creates=20_000, shrink=0.33)


class Guards:
    """Minds one library. A tripped guard raises `PausedError`."""

    def __init__(self, name: str, ledger: LibraryLedger, limits: GuardLimits) -> None:
        self._name = name
        self._ledger = ledger
        self._limits = limits

    def expect_running(self, row: LibraryRow) -> None:
        """Raise if the library is paused."""
        if row.paused:
            raise self._error(row.paused)

    def mind_losses(self, row: LibraryRow, deleted: Sequence[ItemKey]) -> None:
        """Stop before a library that has all but vanished is believed."""
        if len(deleted) < _FEW or row.paused == _LIFTED:
            return
        with self._ledger.read() as tx:
            known, lost = mirror.count_losses(tx, deleted)
        if lost >= _FEW and lost > known * self._limits.shrink:
            self._pause(f"{lost} of {known} items have vanished since the last look")

    def mind_setback(self, row: LibraryRow) -> None:
        """Stop before a library is believed that was put back to an older state."""
        if row.paused != _LIFTED:
            self._pause(
                "the library stands before the point where it was last seen, as after an older "
                "backup; it is read anew once it is resumed"
            )

    def mind_plan(self, row: LibraryRow, intents: Sequence[Intent]) -> None:
        """Stop before more is made or changed at once than anybody can have meant."""
        if met := self.met_by(row, intents):
            self._pause(" and ".join(guard.message for guard in met))

    def met_by(self, row: LibraryRow, intents: Sequence[Intent]) -> list[MetGuard]:
        """Return the guards that a plan does not get past."""
        if row.paused == _LIFTED:
            return []
        creates = sum(intent.planned.decision is Decision.CREATE for intent in intents)
        updates = len(
            {
                # A work and a note below it are one.
                intent.planned.item_key if _is_of_note(each) else each.operation.item_key
                for intent in intents
                for each in intent.operations
                if isinstance(each.operation, Update)
            }
        )
        limits = self._limits
        counted = (
            MetGuard("max_creates", limits.creates, creates, "make"),
            MetGuard("max_updates", limits.updates, updates, "change"),
        )
        return [guard for guard in counted if guard.times > guard.limit]

    def let_pass(self, row: LibraryRow, *, ahead: bool = False) -> None:
        """A person says that it is as it should be: the next run passes.

        `ahead`: whatever that run comes to, though no guard has stopped it yet.
        """
        if row.paused or ahead:
            self._ledger.set_paused(_LIFTED)

    def raise_again(self, row: LibraryRow) -> None:
        """A run has passed: the guards are up again."""
        if row.paused == _LIFTED:
            self._ledger.set_paused(None)

    def _pause(self, reason: str) -> None:
        self._ledger.set_paused(reason)
        raise self._error(reason)

    def _error(self, reason: str) -> PausedError:
        error = PausedError(f"paused: {reason}")
        error.library = self._name
        return error
