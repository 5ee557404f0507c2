"""What of the outbox goes together, and in which order it is gone through.

PASS      the outbox gone through once: nothing is tried twice in one
SET BACK  sent for nothing: refused by itself and unread, met with trouble, or never answered.
          In later passes it goes behind everything else, the one that was tried last at the end
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import NamedTuple

from syncd.ledger import outbox
from syncd.ledger.outbox import Pending
from syncd.ledger.store import LibraryLedger
from syncd.library import (
    AddToCollection,
    Capabilities,
    Create,
    CreateCollection,
    RestoreCollection,
    StoreFile,
    TrashCollection,
    Update,
)

SILENCES = 3
"""After so many requests in a row without an answer, or for nothing again, it is enough."""
UNREAD = 20
"""After so many works in a row, each refused alone and unread, it is enough as well: more than
something on the way stops of one export. From `SILENCES` on, each is looked for further on."""
_LONGEST_STEP = 512


class Batch(NamedTuple):
    """Operations that are sent together."""

    operations: list[Pending]
    records: int


class Order:
    """The order in which one pass after the other goes through a library's outbox."""

    def __init__(self, ledger: LibraryLedger, capabilities: Capabilities) -> None:
        self._ledger = ledger
        self._capabilities = capabilities
        self._troubled: list[Pending] = []
        """What was sent for nothing in this pass."""
        self._set_back: list[list[Pending]] = []
        """What was set back in earlier passes and has not had its turn yet, by record."""
        self._later: list[Pending] = []
        """What is gone past for the moment, as one after the other was refused in front of it."""
        self._again: set[int] = set()
        """The numbers of what was set back and has had its turn."""
        self._turns = 1
        """How many records that were set back have their turn at once."""
        self._vain = 0
        """How often in a row something that was set back was sent for nothing again."""

    def begin(self) -> None:
        """Begin another pass."""
        with self._ledger.read() as tx:
            self._set_back = list(_groups(outbox.all_set_back(tx)))
        self._troubled, self._later, self._again = [], [], set()
        self._turns, self._vain = 1, 0

    def next_batch(self, operations: int, records: int) -> Batch | None:
        """Return what is to be sent next, so many operations and records at most; None: no more."""
        while self._vain < SILENCES:
            if (batch := self._cut(operations, records)) is not None:
                return batch
            if self._later:
                self._later = []
            elif self._set_back:
                turn, self._set_back = self._set_back[: self._turns], self._set_back[self._turns :]
                self._again.update(each.operation_id for group in turn for each in group)
            else:
                break
        return None

    def _cut(self, operations: int, records: int) -> Batch | None:
        limit, takes_keys = 2 * self._capabilities.batch_size, self._capabilities.takes_keys
        with self._ledger.read() as tx:
            waiting = outbox.next_planned(tx, limit, self._passed_over())
            return cut_batch(waiting, operations, records, takes_keys=takes_keys)

    def _passed_over(self) -> list[Pending]:
        return [*self._troubled, *self._later, *chain.from_iterable(self._set_back)]

    def note_success(self) -> None:
        """Let twice as many that were set back have their turn, as something has got through."""
        self._turns = min(2 * self._turns, self._capabilities.batch_size)
        self._vain = 0

    def set_back(self, operations: Sequence[Pending]) -> None:
        """Go on without these, which were sent for nothing; they come last in every later pass."""
        with self._ledger.write() as tx:
            outbox.set_back(tx, operations)
        self._troubled += operations
        self._turns = 1
        self._vain += self.was_set_back(operations)

    def was_set_back(self, operations: Sequence[Pending]) -> bool:
        """Say whether some of these had been set back in an earlier pass."""
        return any(each.operation_id in self._again for each in operations)

    def go_past(self, refused: int) -> None:
        """Look further on after so many works in a row were refused, the further the more it were.

        So it shows soon whether the library takes nothing at all or something on the way stops a
        few hundred that stand together. Half of what is left is never gone past.
        """
        if refused < SILENCES:
            return
        step = min(2 ** (refused - SILENCES), _LONGEST_STEP)
        with self._ledger.read() as tx:
            ahead = list(outbox.next_planned(tx, 2 * step, self._passed_over()))
        self._later += ahead[: len(ahead) // 2]


def cut_batch(
    waiting: Iterable[Pending], operations: int, records: int, *, takes_keys: bool = True
) -> Batch | None:
    """Return the longest beginning of `waiting` that may be sent together, or None if it is empty.

    A record's operations stay together if they fit at all; collections go before, and apart, each
    after its parent, and those for the trash when everything else is through. What is done to an
    item follows the item; where the library does not take keys, so do its children.
    """
    groups = _groups(_without_followers(waiting, takes_keys=takes_keys))
    first = next(groups, None)
    if first is None:
        return None
    for kinds in _APART:
        if isinstance(first[0].operation, kinds):
            rest = (pending for group in groups for pending in group)
            alike = [p for p in (*first, *rest) if isinstance(p.operation, kinds)]
            return Batch(alike[:operations], 1)
    if isinstance(first[0].operation, StoreFile):
        return Batch(first, 1)
    batch: list[Pending] = []
    taken = 0
    # No more is read than is sent.
    for group in chain([first], groups):
        if isinstance(group[0].operation, TrashCollection):
            # It goes into the trash last: whether it is empty shows when all else is done.
            continue
        if isinstance(group[0].operation, StoreFile):
            break  # It goes by itself, and nothing but files comes behind it.
        if batch and (taken == records or len(batch) + len(group) > operations):
            break
        batch += group[:operations]
        taken += 1
    return Batch(batch, taken)


_APART = ((CreateCollection, RestoreCollection), (TrashCollection,))
"""Operations on collections, which go in batches of their own."""


def _without_followers(waiting: Iterable[Pending], *, takes_keys: bool) -> Iterator[Pending]:
    """Leave out what refers to something that an operation before it is still to make.

    Before and after a change of fields, whatever else is done to the item goes in a batch of its
    own: each goes against the version that the one before it gives the item.
    """
    made: set[str] = set()
    changed: dict[str, bool] = {}
    for pending in waiting:
        key, updates = pending.item_key, isinstance(pending.operation, Update)
        follows = key in changed and (updates or changed[key])
        if not follows and not made & _refers_to(pending, takes_keys=takes_keys):
            yield pending
        if isinstance(pending.operation, Create | CreateCollection):
            made.add(key)
        else:
            changed[key] = updates or changed.get(key, False)


def _refers_to(pending: Pending, *, takes_keys: bool) -> set[str]:
    match pending.operation:
        case AddToCollection(key):
            return {key}
        case Create() as create if create.parent and not takes_keys:
            return {create.parent}
        case CreateCollection(_, _, parent) if parent:
            # The key of the parent may turn out to be that of another, in the trash perhaps.
            return {parent}
    return set()


def _groups(waiting: Iterable[Pending]) -> Iterator[list[Pending]]:
    """Yield what belongs to one record together; a file, and what belongs to none, by itself."""
    for record_id, group in groupby(waiting, key=_record_of):
        if record_id is None:
            yield from ([pending] for pending in group)
        else:
            yield list(group)


def _record_of(pending: Pending) -> int | None:
    return pending.record_id if pending.is_of_record else None
