"""What became of operations is written into the ledger, and what is in doubt is looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from syncd.item import citation_of
from syncd.ledger import history, holds, journal, mirror, outbox
from syncd.ledger.history import Base, Done
from syncd.ledger.outbox import Pending
from syncd.ledger.store import Ledger
from syncd.ledger.works import LedgerWorks
from syncd.library import Accepted, Library, Pushed, Refusal, Refused, StoredItem
from syncd.matching import Verdict, features_of, judge
from syncd.plan import KnownItem, OperationKind, PlannedOperation
from syncd.record import ItemKey
from syncd.sync.outcomes import Landed, Looked, sort_answer, sort_looked

_MAX_ATTEMPTS = 5
"""How often an operation may be sent back before a person is asked."""


_STATE_AFTER = {OperationKind.RESTORE: "present", OperationKind.TRASH: "trashed"}


class Recorder:
    """Records outcomes for one library."""

    def __init__(self, library: Library, ledger: Ledger, library_id: int) -> None:
        self._library = library
        self._ledger = ledger
        self._library_id = library_id

    def record(self, operations: Sequence[Pending], answer: Pushed) -> None:
        """Write down what a push came to, all of it at once, and look at keys that were taken."""
        answered = sort_answer(operations, answer)
        with self._ledger.write() as connection:
            self._accept(connection, answered.landed, {})
            moved = {pending.item_key for pending, _ in answered.landed}
            for pending, refused in answered.refused:
                self._refuse(connection, pending, refused, by_us=pending.item_key in moved)
            if answer.library_version is not None:
                self._move_cursor(connection, answer.library_version)
        # Until they were looked at, their fate is as unknown as after a lost answer.
        if answered.taken:
            self.look(answered.taken, refused=True)

    def look(self, operations: Sequence[Pending], *, refused: bool = False) -> int:
        """Settle operations of unknown fate by reading the library; return how many landed.

        The others are promised again: as they are where nothing stands under their key, to be
        decided again where something else does, or where the library `refused` the key.
        """
        items = self._read_items(operations)
        looked = sort_looked(operations, items, self._read_collections(operations))
        with self._ledger.write() as connection:
            self._accept(connection, looked.landed, items)
            seen = {p.item_key for p in looked.others} & items.keys()
            rows = [mirror.row_of(items[key]) for key in sorted(seen)]
            mirror.write_items(connection, self._library_id, rows)
            self._trash_strays(connection, looked)
            for pending in looked.others:
                if refused or pending.item_key in items:
                    self._promise_again(connection, pending, "its key is taken by something else")
                else:
                    outbox.set_state(connection, [pending.operation_id], "planned")
        return len(looked.landed)

    def hold_refused(self, operations: Sequence[Pending], message: str) -> None:
        """Ask a person about operations that the library will never take as they are."""
        with self._ledger.write() as connection:
            for pending in operations:
                self._hold(connection, pending, message)

    def hold_twins(self, operations: Sequence[Pending]) -> None:
        """Ask a person about items just made of works that another program made meanwhile."""
        works = LedgerWorks(self._ledger, self._library_id)
        for pending in operations:
            if pending.kind is not OperationKind.CREATE or "parentItem" in pending.payload:
                continue
            citation = citation_of(pending.payload)
            features = features_of(citation)
            found = works.by_identifiers(list(citation.identity.pairs()))
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
        self, connection: Connection, landed: Sequence[Landed], items: Mapping[str, StoredItem]
    ) -> None:
        """Record what is done; `items` are those that were read, and may differ from ours."""
        self._keep(connection, landed)
        made: defaultdict[int, list[mirror.ItemRow]] = defaultdict(list)
        settled: defaultdict[str, list[int]] = defaultdict(list)
        for pending, accepted in landed:
            if pending.kind is OperationKind.CREATE:
                ours = StoredItem(ItemKey(pending.item_key), accepted.version, pending.payload)
                made[pending.run_id].append(mirror.row_of(items.get(pending.item_key, ours)))
            elif item := items.get(pending.item_key):
                # It may hold more than our change, which will not be news at its version.
                mirror.write_items(connection, self._library_id, [mirror.row_of(item)])
            elif pending.kind is not OperationKind.CREATE_COLLECTION:
                self._note_change(connection, pending, accepted)
            if pending.record_id is not None and pending.is_main:
                word = "unchanged" if accepted.unchanged else "accepted"
                settled[word].append(pending.record_id)
        for run_id, rows in made.items():
            mirror.write_items(connection, self._library_id, rows, run_id)
        for word, record_ids in settled.items():
            journal.settle_records(connection, record_ids, word)
        outbox.remove(connection, [pending.operation_id for pending, _ in landed])

    def _keep(self, connection: Connection, landed: Sequence[Landed]) -> None:
        """Keep what was done, and what each item that is ours now looks like to both sides."""
        changed = {p.item_key for p, _ in landed if p.kind is not OperationKind.CREATE}
        before = mirror.find_items(connection, self._library_id, changed)
        done = [
            _done(
                pending,
                "unchanged" if accepted.unchanged else "accepted",
                accepted.version,
                before.get(pending.item_key),
            )
            for pending, accepted in landed
        ]
        history.add_done(connection, self._library_id, done, self._ledger.now())
        bases = [
            Base(each.item_key, each.run_id, each.version or 0, each.written)
            for each in done
            if each.kind is OperationKind.CREATE
        ]
        history.set_bases(connection, self._library_id, [*bases, *self._filed(connection, done)])

    def _filed(self, connection: Connection, done: Sequence[Done]) -> list[Base]:
        """Return the bases of items of ours that were just put into collections or tagged."""
        filed = [each for each in done if each.kind is OperationKind.COLLECT]
        known = history.find_bases(connection, self._library_id, {each.item_key for each in filed})
        for each in filed:
            if each.item_key in known:
                known[each.item_key] = _with_places(known[each.item_key], each)
        return list(known.values())

    def _note_change(self, connection: Connection, pending: Pending, accepted: Accepted) -> None:
        mirror.note_change(
            connection,
            self._library_id,
            pending.item_key,
            accepted.version,
            collections=pending.payload.get("collections", ()),
            state=_STATE_AFTER.get(pending.kind),
        )

    def _refuse(
        self, connection: Connection, pending: Pending, refused: Refused, *, by_us: bool
    ) -> None:
        """`by_us`: another operation of ours has just changed the item."""
        if refused.refusal is Refusal.INVALID:
            self._hold(connection, pending, refused.message)
        elif refused.refusal is Refusal.CHANGED and by_us:
            outbox.change(
                connection,
                pending.operation_id,
                state="planned",
                planned_version=outbox.DECIDE_AGAIN,
            )
        else:
            self._promise_again(connection, pending, refused.message)

    def _trash_strays(self, connection: Connection, looked: Looked) -> None:
        """Promise to take back children that went below an item which is not their record's."""
        run_of = {pending.item_key: pending.run_id for pending in looked.others}
        for item in looked.strays:
            operation = PlannedOperation(
                OperationKind.TRASH, item.key, {}, base_version=item.version
            )
            outbox.add_operations(
                connection,
                self._library_id,
                run_of[item.key],
                [(None, "it went below an item that is not its own", operation)],
                outbox.DECIDE_AGAIN,
            )

    def _promise_again(self, connection: Connection, pending: Pending, message: str) -> None:
        if pending.attempts >= _MAX_ATTEMPTS:
            self._hold(connection, pending, message)
            return
        outbox.change(
            connection,
            pending.operation_id,
            state="planned",
            attempts=pending.attempts + 1,
            planned_version=outbox.DECIDE_AGAIN,
        )

    def _hold(self, connection: Connection, pending: Pending, message: str) -> None:
        """Take an operation out of the outbox and put it before a person."""
        doomed = [pending]
        if pending.record_id is not None:
            family = outbox.operations_of_record(connection, pending.record_id)
            if all(each.operation_id != pending.operation_id for each in family):
                return  # It went with its parent.
            if pending.is_main:
                # A child cannot stand without its parent: it is kept with the question.
                doomed = family
                journal.settle_records(connection, [pending.record_id], "refused", message)
            else:
                journal.note_error(connection, pending.record_id, message)
            holds.add_hold(
                connection,
                self._library_id,
                pending.record_id,
                kind="refused",
                question=f"refused {pending.item_key}",
                reason=message,
                payload={
                    "operations": [
                        [p.item_key, p.kind.value, dict(p.payload), p.base_version] for p in doomed
                    ]
                },
                now=self._ledger.now(),
            )
        refused = [_done(p, "refused", None, None) for p in doomed]
        history.add_done(connection, self._library_id, refused, self._ledger.now())
        outbox.remove(connection, [p.operation_id for p in doomed])

    def _hold_twin(self, pending: Pending, twins: Sequence[str]) -> None:
        if pending.record_id is None:
            return
        with self._ledger.write() as connection:
            holds.add_hold(
                connection,
                self._library_id,
                pending.record_id,
                kind="twin",
                question=f"twin {pending.item_key} {' '.join(twins)}",
                reason="another program made the same work at the same moment",
                payload={"item_key": pending.item_key, "twins": list(twins)},
                now=self._ledger.now(),
            )

    def _move_cursor(self, connection: Connection, version: int) -> None:
        mirror.move_cursor(
            connection, self._library_id, version, foreign=False, now=self._ledger.now()
        )

    # At the library

    def _read_items(self, operations: Sequence[Pending]) -> dict[str, StoredItem]:
        keys = [
            ItemKey(pending.item_key)
            for pending in operations
            if pending.kind is not OperationKind.CREATE_COLLECTION
        ]
        return {item.key: item for item in self._library.get(keys)} if keys else {}

    def _read_collections(self, operations: Sequence[Pending]) -> set[str]:
        if all(p.kind is not OperationKind.CREATE_COLLECTION for p in operations):
            return set()
        return {collection.key for collection in self._library.collections()}


def _done(pending: Pending, outcome: str, version: int | None, before: KnownItem | None) -> Done:
    return Done(
        run_id=pending.run_id,
        record_id=pending.record_id,
        kind=pending.kind,
        item_key=pending.item_key,
        outcome=outcome,
        version=version,
        written=pending.payload,
        before=history.state_before(before),
    )


def _with_places(base: Base, done: Done) -> Base:
    """Return an item's base after it was filed: it has more collections and tags."""
    collections = [*base.data.get("collections", ()), *done.written["collections"]]
    names = {tag["tag"] for tag in base.data.get("tags", ())}
    more = [{"tag": name} for name in done.written["tags"] if name not in names]
    data = {
        **base.data,
        "collections": list(dict.fromkeys(collections)),
        "tags": [*base.data.get("tags", ()), *more],
    }
    return base._replace(run_id=done.run_id, version=done.version or base.version, data=data)
