"""What became of operations is written into the ledger, and what is in doubt is looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from syncd.item.equality import is_as_written
from syncd.ledger import history, holds, journal, mirror, outbox
from syncd.ledger.history import Done
from syncd.ledger.operations import dump_offer, dump_operation
from syncd.ledger.outbox import Pending
from syncd.ledger.store import LibraryLedger
from syncd.ledger.transaction import Transaction
from syncd.ledger.works import LedgerWorks, features_of_work
from syncd.library import (
    Accepted,
    AddToCollection,
    Create,
    CreateCollection,
    Library,
    OnCollection,
    Pushed,
    Refusal,
    Refused,
    Restore,
    RestoreCollection,
    StoredItem,
    StoreFile,
    Tracing,
    Trash,
    TrashCollection,
    Update,
)
from syncd.matching import Verdict, judge
from syncd.plan import PlannedOperation
from syncd.record import ItemKey
from syncd.sync.last_written import keep_done
from syncd.sync.outcomes import Landed, Looked, sort_answer, sort_looked
from syncd.sync.rewrite import take_key, with_filings

_MAX_ATTEMPTS = 5
"""How often an operation may be sent back before a person is asked."""


class Settled(NamedTuple):
    """What a look or an answer came to.

    `landed` counts operations; `troubled` are those that the library had trouble of its own with.
    """

    landed: int = 0
    troubled: tuple[Pending, ...] = ()


class Recorder:
    """Records outcomes for one library."""

    def __init__(self, library: Library, ledger: LibraryLedger) -> None:
        self._library = library
        self._ledger = ledger

    def record(self, operations: Sequence[Pending], answer: Pushed) -> Settled:
        """Write down what a push came to, all of it at once, and look at keys that were taken."""
        answered = sort_answer(operations, answer)
        troubled = []
        # What an item looks like after a change of its fields, or of its file, only the library can
        # say.
        updated = [
            (p, a) for p, a in answered.landed if isinstance(p.operation, Update | StoreFile)
        ]
        items = self._read_items([pending for pending, accepted in updated if not accepted.item])
        items |= {accepted.key: accepted.item for _, accepted in updated if accepted.item}
        with self._ledger.write() as tx:
            self._accept(tx, answered.landed, items)
            moved = {p.item_key for p, _ in answered.landed} if answered.refused else frozenset()
            for pending, refused in answered.refused:
                if refused.refusal is Refusal.TROUBLE:
                    # Sent back once: it is decided again with a look at what it refers to.
                    # What hangs below an item or is a collection keeps its key, which is its own.
                    keeps = isinstance(pending.operation, CreateCollection) or not pending.is_main
                    attempts = pending.attempts if keeps else max(pending.attempts, 1)
                    outbox.send_again(tx, pending, attempts=attempts)
                    troubled.append(pending)
                else:
                    self._refuse(tx, pending, refused, by_us=pending.item_key in moved)
            outbox.follow_ours(tx, _versions_given(answered.landed))
            if answer.library_version is not None:
                mirror.move_cursor(tx, answer.library_version, foreign=False)
        # Until they were looked at, their fate is as unknown as after a lost answer.
        if answered.taken:
            self._look(answered.taken, refused=True)
        return Settled(len(answered.landed), tuple(troubled))

    def look(self, operations: Sequence[Pending]) -> int:
        """Settle operations of unknown fate by reading the library; return how many landed.

        What the library shows no trace of stays unknown for as long as it may still be carried
        out; then it is decided again and sent again. Raises `UnsettledError` where a library that
        gives its own keys is still at work.
        """
        landed, left = self._trace(operations)
        return landed + self._look(left, refused=False)

    def _trace(self, operations: Sequence[Pending]) -> tuple[int, list[Pending]]:
        """Let the library find what it made; return how much, and what else is to be looked at."""
        if not isinstance(self._library, Tracing):
            return 0, list(operations)
        noted: defaultdict[str, list[Pending]] = defaultdict(list)
        for pending in operations:
            if pending.note is not None:
                noted[pending.note].append(pending)
        left = [pending for pending in operations if pending.note is None]
        landed: list[Landed] = []
        for note, sent in noted.items():
            made = self._library.trace([each.operation for each in sent], note)
            for pending, accepted in zip(sent, made, strict=True):
                if accepted is not None:
                    landed.append((pending, accepted))
                else:
                    left.append(pending)
        items = self._library.get([ItemKey(accepted.key) for _, accepted in landed])
        with self._ledger.write() as tx:
            self._accept(tx, landed, {item.key: item for item in items})
        return len(landed), left

    def _look(self, operations: Sequence[Pending], *, refused: bool) -> int:
        items = self._read_items(operations)
        looked = sort_looked(operations, items, self._read_collections(operations))
        with self._ledger.write() as tx:
            self._accept(tx, looked.landed, items)
            seen = {p.item_key for p in [*looked.others, *looked.unsure]} & items.keys()
            mirror.write_items(tx, [mirror.row_of(items[key]) for key in sorted(seen)])
            self._trash_strays(tx, looked)
            for pending in looked.others:
                # Under a key that something else has, nothing of ours can arrive any more.
                self._promise_again(tx, replace(pending, sent_at=None), _TAKEN)
            for pending in looked.unsure:
                if refused:
                    self._promise_again(tx, pending, _TAKEN)
                elif self._is_of_the_future(pending):
                    # The clock was put back: how long ago it was nobody can tell, so it counts
                    # from now.
                    ids = [pending.operation_id]
                    outbox.mark_sent(tx, ids, self._ledger.owner, pending.note)
                elif not self._may_still_land(pending):
                    outbox.send_again(tx, pending)
                    outbox.set_back(tx, [pending])
        return len(looked.landed)

    def _is_of_the_future(self, pending: Pending) -> bool:
        return pending.sent_at is not None and pending.sent_at > self._ledger.clock.now()

    def _may_still_land(self, pending: Pending) -> bool:
        if pending.sent_at is None:
            return False
        until = pending.sent_at + self._library.capabilities.late_writes
        return self._ledger.clock.now() < until

    def hold_refused(self, operations: Sequence[Pending], message: str) -> None:
        """Ask a person about operations that the library will never take as they are."""
        with self._ledger.write() as tx:
            for pending in operations:
                self._hold(tx, pending, message)

    def hold_twins(self, operations: Sequence[Pending]) -> None:
        """Ask a person about items just made of works that another program made meanwhile."""
        works = LedgerWorks(self._ledger)
        for pending in operations:
            if not (pending.makes_work and isinstance(pending.operation, Create)):
                continue
            features = features_of_work(pending, pending.operation)
            found = works.by_identifiers(list(features.identity.pairs()))
            twins = {
                known.ref
                for group in found.values()
                for known in group
                if known.ref != pending.item_key
                and known.removed is None
                and judge(features, known.features).verdict is Verdict.SAME
            }
            if twins:
                self._hold_twin(pending, sorted(twins))

    # Inside a transaction

    def _accept(
        self, tx: Transaction, answered: Sequence[Landed], items: Mapping[str, StoredItem]
    ) -> None:
        """Record what is done; `items` are those that were read, and may differ from ours."""
        landed = [(take_key(tx, pending, accepted.key), accepted) for pending, accepted in answered]
        keep_done(tx, landed)
        made: defaultdict[int, list[mirror.ItemRow]] = defaultdict(list)
        seen: dict[str, mirror.ItemRow] = {}
        settled: defaultdict[str, list[int]] = defaultdict(list)
        for pending, accepted in landed:
            match pending.operation:
                case Create(key, data, file):
                    if file is not None:
                        _promise_file(tx, pending, StoreFile(key, file))
                    ours = _row_of_ours(pending, StoredItem(key, accepted.version, data))
                    found = items.get(key)
                    if found is not None and is_as_written(data, found.data):
                        ours = mirror.row_of(found)
                    elif found is not None:
                        # What people have made of it replaces what it was, which is remembered.
                        seen[key] = mirror.row_of(found)
                    made[pending.run_id].append(ours)
                case CreateCollection() | TrashCollection() | RestoreCollection():
                    pass
                case _ if item := items.get(pending.item_key):
                    # It may hold more than our change, which will not be news at its version.
                    seen[item.key] = mirror.row_of(item)
                case _:
                    _note_change(tx, pending, accepted)
            if pending.record_id is not None and pending.is_main:
                word = "unchanged" if accepted.unchanged else "accepted"
                settled[word].append(pending.record_id)
        for run_id, rows in made.items():
            mirror.write_items(tx, rows, run_id)
        mirror.write_items(tx, list(seen.values()))
        for word, record_ids in settled.items():
            journal.settle_records(tx, record_ids, word)
        outbox.remove(tx, [pending.operation_id for pending, _ in landed])

    def _refuse(self, tx: Transaction, pending: Pending, refused: Refused, *, by_us: bool) -> None:
        """`by_us`: another operation of ours has just changed the item."""
        if refused.refusal is Refusal.INVALID:
            self._hold(tx, pending, refused.message)
        elif refused.refusal is Refusal.CHANGED and _is_for_others(tx, pending):
            _let_go(tx, pending)
        elif refused.refusal is Refusal.CHANGED and by_us:
            outbox.send_again(tx, pending)
        else:
            self._promise_again(tx, pending, refused.message)

    def _trash_strays(self, tx: Transaction, looked: Looked) -> None:
        """Promise to take back children that went below an item which is not their record's."""
        if not self._library.capabilities.keeps_trash:
            return
        run_of = {pending.item_key: pending.run_id for pending in looked.others}
        for item in looked.strays:
            trash = PlannedOperation(Trash(item.key, item.version))
            reason = "it went below an item that is not its own"
            outbox.add_operations(
                tx, run_of[item.key], [(None, reason, trash)], outbox.DECIDE_AGAIN
            )

    def _promise_again(self, tx: Transaction, pending: Pending, message: str) -> None:
        if pending.attempts >= _MAX_ATTEMPTS:
            self._hold(tx, pending, message)
        else:
            outbox.send_again(tx, pending, attempts=pending.attempts + 1)

    def _hold(self, tx: Transaction, pending: Pending, message: str) -> None:
        """Take an operation out of the outbox and put it before a person."""
        doomed = [pending]
        if pending.record_id is not None:
            family = outbox.operations_of_record(tx, pending.record_id)
            if all(each.operation_id != pending.operation_id for each in family):
                return  # It went with its parent.
            if pending.is_main:
                # A child cannot stand without its parent: it is kept with the question, and so is
                # where later runs want the work filed.
                doomed = [with_filings(tx, each) if each.makes_work else each for each in family]
                journal.settle_records(tx, [pending.record_id], "refused", message)
            else:
                told = f"the library refused {_name_of_part(pending)}: {message}"
                journal.note_error(tx, pending.record_id, f"{told}; `syncd review` tries it again")
            holds.add_hold(
                tx,
                pending.record_id,
                kind="refused",
                question=_name_of_question(pending),
                reason=message,
                payload={"operations": [_kept(p) for p in doomed]},
            )
        history.add_done(tx, [_refused(each) for each in doomed])
        outbox.remove(tx, [p.operation_id for p in doomed])

    def _hold_twin(self, pending: Pending, twins: Sequence[str]) -> None:
        if pending.record_id is None:
            return
        with self._ledger.write() as tx:
            holds.add_hold(
                tx,
                pending.record_id,
                kind="twin",
                question=f"twin {pending.item_key} {' '.join(twins)}",
                reason="another program made the same work at the same moment",
                payload={"item_key": pending.item_key, "twins": list(twins)},
            )

    # At the library

    def _read_items(self, operations: Sequence[Pending]) -> dict[str, StoredItem]:
        keys = [
            ItemKey(pending.item_key)
            for pending in operations
            if not isinstance(pending.operation, OnCollection)
        ]
        return {item.key: item for item in self._library.get(keys)} if keys else {}

    def _read_collections(self, operations: Sequence[Pending]) -> set[str]:
        if not any(isinstance(p.operation, OnCollection) for p in operations):
            return set()
        return {collection.key for collection in self._library.collections()}


def _row_of_ours(pending: Pending, item: StoredItem) -> mirror.ItemRow:
    """Return what the mirror keeps of an item that was just made, and is what was sent."""
    return mirror.row_of(item, pending.features)


def _is_for_others(tx: Transaction, pending: Pending) -> bool:
    """Say whether a file is for an attachment that this ledger has not made; see `attaching`."""
    is_file = isinstance(pending.operation, StoreFile)
    return is_file and not mirror.find_own(tx, [pending.item_key])


def _let_go(tx: Transaction, pending: Pending) -> None:
    """Drop a file whose attachment has one after all, be it elsewhere: that is no question."""
    history.add_done(tx, [_refused(pending)])
    outbox.remove(tx, [pending.operation_id])
    if pending.record_id is not None:
        told = "a file was not stored: its attachment has one by now, here or on another machine"
        journal.note_error(tx, pending.record_id, told)


def _promise_file(tx: Transaction, pending: Pending, operation: StoreFile) -> None:
    """Promise the file of an attachment, now that this is there under a key that stays."""
    planned = [(pending.record_id, "its attachment is there", PlannedOperation(operation))]
    outbox.add_operations(tx, pending.run_id, planned, outbox.DECIDE_AGAIN)


def _name_of_question(refused: Pending) -> str:
    # An attachment and its file may be refused one after the other.
    what = "file of " if isinstance(refused.operation, StoreFile) else ""
    return f"refused {what}{refused.item_key} of record {refused.record_id}"


def _name_of_part(refused: Pending) -> str:
    if not isinstance(refused.operation, Create):
        return "a file of it"
    is_note = refused.operation.data.get("itemType") == "note"
    return "a note of it" if is_note else "an attachment of it"


_TAKEN = "its key is taken by something else"


def _versions_given(landed: Sequence[Landed]) -> dict[str, tuple[int, int]]:
    """Return, by item, the version that an operation of ours expected and the one it made."""
    return {
        pending.item_key: (pending.operation.base_version, accepted.version)
        for pending, accepted in landed
        if isinstance(pending.operation, AddToCollection | Update | Restore)
    }


def _note_change(tx: Transaction, pending: Pending, accepted: Accepted) -> None:
    """Let the mirror know what an operation did to an item that was not read again."""
    match pending.operation:
        case Restore(key):
            mirror.note_change(tx, key, accepted.version, state="present")
        case Trash(key):
            mirror.note_change(tx, key, accepted.version, state="trashed")
        case AddToCollection(key, _, collections):
            mirror.note_change(tx, key, accepted.version, collections=collections)


def _kept(pending: Pending) -> list[object]:
    """Return a refused operation as the question about it holds it, to be sent once more."""
    row = dump_operation(pending.operation)
    return [row.item_key, row.kind, row.payload, row.base_version, dump_offer(pending.offer)]


def _refused(pending: Pending) -> Done:
    return Done(pending.run_id, pending.record_id, pending.operation, "refused", None, None)
