"""One run is taken back: decided from the ledger and the library, written down, then sent.

An undo is a run like any other, and undoing it does again what was taken back. What it decides
depends on nothing but what the run did and how the library stands, so it may be decided again
whenever somebody was quicker.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from syncd.errors import InputError, UnsettledError
from syncd.ledger import history, holds, journal, membership, mirror, outbox, runs, taken_back
from syncd.ledger.store import LibraryLedger
from syncd.ledger.transaction import Transaction
from syncd.library import (
    CollectionKey,
    Library,
    Operation,
    RestoreCollection,
    StoredCollection,
    StoredItem,
    Trash,
    TrashCollection,
    Update,
    key_of,
)
from syncd.plan import PlannedOperation
from syncd.record import ItemKey
from syncd.sync.effects import CollectionEffect, Effects, effects_of
from syncd.sync.reversal import Reversal, Standing, reverse

UNDO = "undo"
"""The reason of a run that takes back another."""


class PutBack(NamedTuple):
    """What an undo put back in one item: fields, and the tags and collections it changed."""

    item_key: str
    fields: Sequence[str]
    tags: Sequence[str]
    collections: Sequence[str]


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What an undo came to; `run` is its number, None where there was nothing to do.

    `waiting` says why something of it still waits for its outcome.
    """

    library: str
    run: int | None
    undone: int
    trashed: Sequence[str] = ()
    restored: Sequence[str] = ()
    put_back: Sequence[PutBack] = ()
    trashed_collections: Sequence[str] = ()
    restored_collections: Sequence[str] = ()
    left: Mapping[str, str] = field(default_factory=dict)
    left_collections: Mapping[str, str] = field(default_factory=dict)
    withdrawn: int = 0
    """How many questions nobody has to answer any more."""
    asked_again: int = 0
    waiting: UnsettledError | None = None


@dataclass(slots=True)
class UndoPlan:
    """What takes a run back; `left` and `left_collections` say, by key, why some of it stays."""

    run_id: int
    reversals: dict[str, Reversal] = field(default_factory=dict)
    before: list[Operation] = field(default_factory=list)
    """What has to be done to collections before items are put into them."""
    after: list[Operation] = field(default_factory=list)
    """Collections that go into the trash once they are empty."""
    left: dict[str, str] = field(default_factory=dict)
    left_collections: dict[str, str] = field(default_factory=dict)
    questions: list[int] = field(default_factory=list)
    """What the run asked and nobody has answered, or what it had asked before it was undone."""
    does_again: bool = False
    """Whether this does again what was taken back."""

    def first(self) -> Iterator[Operation]:
        """Yield what is done before collections go into the trash, in the order of sending."""
        yield from self.before
        for reversal in self.reversals.values():
            yield from reversal.operations


class Undoer:
    """Takes back runs of one library that has been followed."""

    def __init__(self, library: Library, ledger: LibraryLedger) -> None:
        self._library = library
        self._ledger = ledger

    def promise(self, run_id: int) -> tuple[int | None, UndoPlan]:
        """Write down what takes a run back; return the number of the undo, and what was decided.

        None where nothing has to be done. Raises `InputError` when there is no such run or it is
        taken back already, `UnsettledError` while something of it waits for its outcome.
        """
        self._expect_undoable(run_id)
        plan = self.plan(run_id)
        if not (plan.after or plan.questions or any(plan.first())):
            self._expect_standing(run_id, plan)
            return None, plan
        cursor = self._ledger.row().cursor
        with self._ledger.write() as tx:
            undo = journal.begin_run(tx, UNDO, run_id)
            why = f"run {run_id} is taken back"
            first = [(None, why, PlannedOperation(each)) for each in plan.first()]
            outbox.add_operations(tx, undo, first, cursor)
            # Whether a collection is empty is looked at when everything else is done.
            last = [(None, why, PlannedOperation(each)) for each in plan.after]
            outbox.add_operations(tx, undo, last, outbox.DECIDE_AGAIN)
            if plan.does_again:
                holds.ask_again(tx, plan.questions)
            else:
                holds.withdraw(tx, plan.questions)
            for key, reversal in plan.reversals.items():
                taken, put = reversal.exchanged()
                taken_back.forget_taken_back(tx, key, put)
                taken_back.add_taken_back(tx, key, taken, undo)
        return undo, plan

    def _expect_undoable(self, run_id: int) -> None:
        with self._ledger.read() as tx:
            run = runs.find_run(tx.connection, run_id)
            if run is None or run.library_id != tx.library_id:
                raise InputError(f"there is no run {run_id} of this library; see `syncd runs`")
            # What takes it back already may not be through either.
            for each in (run_id, runs.find_undo(tx.connection, run_id)):
                if each is not None and (waiting := runs.count_waiting(tx.connection, each)):
                    raise UnsettledError(
                        f"{waiting} operations of run {each} wait for their outcome; take run"
                        f" {run_id} back when they are through"
                    )

    def _expect_standing(self, run_id: int, plan: UndoPlan) -> None:
        """Raise `InputError` where there is nothing left that could be taken back."""
        with self._ledger.read() as tx:
            undo = runs.find_undo(tx.connection, run_id)
        if undo is not None and not plan.left and not plan.left_collections:
            raise InputError(
                f"run {run_id} was taken back by run {undo}; `syncd undo {undo}` does it again"
            )

    def report(self, name: str, undo: int | None, plan: UndoPlan) -> UndoReport:
        """Return what an undo has come to; what was decided otherwise on the way is left, too."""
        left, kept = plan.left, plan.left_collections
        if undo is None:
            return UndoReport(name, None, plan.run_id, left=left, left_collections=kept)
        with self._ledger.read() as tx:
            done = history.done_in_run(tx.connection, undo)
            waits = runs.count_waiting(tx.connection, undo) > 0
        effects = effects_of(done)
        if not waits:
            # What others did in the meantime may have made more of it theirs.
            again = self.plan(plan.run_id)
            left, kept = {**left, **again.left}, {**kept, **again.left_collections}
        items, collections = effects.items, effects.collections
        return UndoReport(
            name,
            undo,
            plan.run_id,
            trashed=[key for key, each in items.items() if each.moved == "into the trash"],
            restored=[key for key, each in items.items() if each.moved == "out of the trash"],
            put_back=list(_put_back(effects)),
            trashed_collections=[key for key, each in collections.items() if each.is_in_trash],
            restored_collections=[key for key, each in collections.items() if not each.is_in_trash],
            left=left,
            left_collections=kept,
            withdrawn=0 if plan.does_again else len(plan.questions),
            asked_again=len(plan.questions) if plan.does_again else 0,
        )

    # Deciding

    def plan(self, run_id: int) -> UndoPlan:
        """Decide what takes a run back, as the library stands now."""
        with self._ledger.read() as tx:
            effects = effects_of(history.done_in_run(tx.connection, run_id))
            asked_by = runs.find_root(tx.connection, run_id) or run_id
            again = runs.does_again(tx.connection, run_id)
            questions = holds.find_of_run(tx, asked_by, holds.UNDONE if again else None)
        plan = UndoPlan(run_id, questions=questions, does_again=again)
        listed = {each.key: each for each in self._library.collections()}
        plan.before = [RestoreCollection(key) for key in _to_restore(effects, listed)]
        existing = {*listed, *map(key_of, plan.before)}
        plan.reversals = self.reverse(effects, effects.items, existing)
        for key, reversal in plan.reversals.items():
            if reversal.left:
                plan.left[key] = "; ".join(reversal.left)
        self._plan_collections(plan, effects, listed)
        return plan

    def reverse(
        self, effects: Effects, keys: Collection[str], existing: Collection[str]
    ) -> dict[str, Reversal]:
        """Decide what takes back what was done to these items."""
        wanted = [key for key in keys if not _goes_with_parent(key, effects)]
        standings = self._look(wanted, existing)
        keeps_trash = self._library.capabilities.keeps_trash
        return {
            key: reverse(effects.items[key], standing, keeps_trash=keeps_trash)
            for key, standing in standings.items()
        }

    def _look(self, keys: Sequence[str], existing: Collection[str]) -> dict[str, Standing]:
        with self._ledger.read() as tx:
            below = mirror.find_children(tx, keys)
            children = [each for found in below.values() for each in found]
            bases = history.find_bases(tx, [*keys, *children])
        written = {key: base.data for key, base in bases.items()}
        found = self._read([*keys, *children])
        return {
            key: Standing(
                found.get(key),
                written.get(key),
                [found[each] for each in below.get(key, ()) if _is_there(found.get(each))],
                written,
                existing,
            )
            for key in keys
        }

    def _read(self, keys: Sequence[str]) -> dict[str, StoredItem]:
        wanted = [ItemKey(key) for key in dict.fromkeys(keys)]
        return {item.key: item for item in self._library.get(wanted)} if wanted else {}

    # Collections

    def _plan_collections(
        self, plan: UndoPlan, effects: Effects, listed: Mapping[CollectionKey, StoredCollection]
    ) -> None:
        """Decide which collections go into the trash, inner ones first."""
        leaving = {
            key: {type(each): each for each in reversal.operations}
            for key, reversal in plan.reversals.items()
        }
        going: list[str] = []
        for key, effect in reversed(list(effects.collections.items())):
            if effect.is_in_trash or key not in listed:
                continue
            with self._ledger.read() as tx:
                members = membership.find_members(tx, key)
            stay = [each for each in members if not _leaves(leaving.get(each, {}), key)]
            why = _why_kept(effect, listed[CollectionKey(key)], len(stay), listed, going)
            if why:
                plan.left_collections[key] = why
            else:
                going.append(key)
                plan.after.append(TrashCollection(CollectionKey(key)))

    def is_empty(self, tx: Transaction, key: str, going: Collection[str]) -> bool:
        """Say whether a collection holds nothing but what is `going` into the trash as well."""
        inner = [each.key for each in self._library.collections() if each.parent == key]
        return not membership.find_members(tx, key) and set(inner) <= set(going)


def _to_restore(
    effects: Effects, listed: Mapping[CollectionKey, StoredCollection]
) -> list[CollectionKey]:
    """Return the collections that the run put into the trash, outer ones first."""
    trashed = [key for key, each in effects.collections.items() if each.is_in_trash]
    return [CollectionKey(key) for key in reversed(trashed) if key not in listed]


def _why_kept(
    effect: CollectionEffect,
    now: StoredCollection,
    members: int,
    listed: Mapping[CollectionKey, StoredCollection],
    going: Collection[str],
) -> str | None:
    if effect.made is not None and now.name != effect.made.name:
        return "the collection was renamed since"
    if members:
        return f"the collection still holds {members} item{'s' if members > 1 else ''}"
    if any(each.parent == now.key and each.key not in going for each in listed.values()):
        return "another collection is in it"
    return None


def _leaves(operations: Mapping[type[Operation], Operation], collection: str) -> bool:
    """Say whether an item leaves a collection by what is done to it."""
    update = operations.get(Update)
    if isinstance(update, Update) and "collections" in update.data:
        return collection not in (update.data["collections"] or ())
    return Trash in operations


def _goes_with_parent(key: str, effects: Effects) -> bool:
    made = effects.items[key].made
    parent = effects.items.get((made or {}).get("parentItem", ""))
    return parent is not None and parent.made is not None


def _is_there(item: StoredItem | None) -> bool:
    return item is not None and not item.trashed


def _put_back(effects: Effects) -> Iterator[PutBack]:
    for key, effect in effects.items.items():
        places = [*effect.added, *effect.taken]
        if effect.fields or places:
            yield PutBack(
                key,
                sorted(effect.fields),
                sorted(value for kind, value in places if kind == "tag"),
                sorted(value for kind, value in places if kind == "collection"),
            )
