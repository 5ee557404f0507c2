"""Where planning looks things up: the mirror, the collections, and the keys to be minted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from syncd.ledger import holds, knowledge, mirror, outbox
from syncd.ledger.store import LibraryLedger
from syncd.library import CollectionKey, Create, CreateCollection, StoredCollection, key_of
from syncd.plan import HeldQuestion, KnownItem, PlannedOperation
from syncd.record import Citation
from syncd.sync import joining
from syncd.sync.keys import KeyMinter


class CollectionBook:
    """A library's collections by path, and those that are still to be made.

    `asked` says which collections have answered to a path before: one that people have renamed
    since, or moved, still does; where a ledger was lost, it is known by the key that was minted
    for its path. `promised` are those that an earlier plan makes: they are there as far as this
    one goes.
    """

    def __init__(
        self,
        library: str,
        known: Iterable[StoredCollection],
        asked: Mapping[tuple[str, ...], Sequence[str]] | None = None,
        promised: Iterable[CreateCollection] = (),
    ) -> None:
        self._minter = KeyMinter(library)
        self._asked = asked or {}
        self.used: dict[tuple[str, ...], CollectionKey] = {}
        """Which collections answer to the paths that were asked for."""
        self._keys: dict[tuple[CollectionKey | None, str], CollectionKey] = {}
        self._taken: set[str] = set()
        for collection in sorted(known):
            self._keys.setdefault((collection.parent, collection.name), collection.key)
            self._taken.add(collection.key)
        for making in promised:
            self._keys.setdefault((making.parent, making.name), making.collection_key)
            self._taken.add(making.collection_key)
        self._there = frozenset(self._taken)
        self.to_make: list[CreateCollection] = []

    def key_of(self, path: tuple[str, ...]) -> CollectionKey:
        """Return the key of the collection at this path of names; it is made if it is missing."""
        parent: CollectionKey | None = None
        for depth in range(1, len(path) + 1):
            parent = self._find(path[:depth], parent) or self._promise(path[:depth], parent)
            self.used[path[:depth]] = parent
        if parent is None:
            raise ValueError("a collection has a name")
        return parent

    def same_places(self) -> Mapping[str, CollectionKey]:
        """Return, for each collection that once answered to a path, the one that does now."""
        return {key: self.used[path] for path in self.used for key in self._asked.get(path, ())}

    def _find(self, path: tuple[str, ...], parent: CollectionKey | None) -> CollectionKey | None:
        if path in self.used:
            return self.used[path]
        for key in (*reversed(self._asked.get(path, ())), self._minter.first_collection(path)):
            if key in self._there:
                return CollectionKey(key)
        return self._keys.get((parent, path[-1]))

    def used_with(self, made: Iterable[PlannedOperation]) -> Mapping[tuple[str, ...], str]:
        """Return the collections that answer to paths, of those there and those to be made."""
        to_be = {key_of(each.operation) for each in made}
        return {path: key for path, key in self.used.items() if key in self._there or key in to_be}

    def made_for(self, wanted: Iterable[str]) -> list[PlannedOperation]:
        """Return what makes those of the wanted collections that are missing, parents first."""
        needed = set(wanted)
        for operation in reversed(self.to_make):
            if operation.collection_key in needed and operation.parent:
                needed.add(operation.parent)
        return [
            PlannedOperation(operation)
            for operation in self.to_make
            if operation.collection_key in needed
        ]

    def _promise(self, path: tuple[str, ...], parent: CollectionKey | None) -> CollectionKey:
        key = self._minter.choose_collection(path, self._taken)
        self._taken.add(key)
        self._keys[(parent, path[-1])] = key
        self.to_make.append(CreateCollection(key, path[-1], parent))
        return key


class LedgerLookup:
    """`planner.Lookup` for a library that the ledger knows."""

    def __init__(self, ledger: LibraryLedger, collections: CollectionBook) -> None:
        self._ledger = ledger
        self.minter = KeyMinter(ledger.identity)
        """Chooses keys for this library."""
        self._collections = collections
        self._left_out: joining.LeftOut | None = None

    def items(self, keys: Collection[str]) -> Mapping[str, KnownItem]:
        """Return what the mirror says of these keys; works to be made count as there."""
        with self._ledger.read() as tx:
            there = mirror.find_items(tx, keys)
            made = [p.operation for p in outbox.works_to_make(tx)]
        for making in made:
            if isinstance(making, Create) and making.item_key in keys:
                collections = frozenset(making.data.get("collections", ()))
                there[making.item_key] = KnownItem("present", 0, collections, seen=True)
        return there

    def placements(self, keys: Collection[str]) -> Mapping[str, frozenset[tuple[str, str]]]:
        """Return where syncd once put these items."""
        with self._ledger.read() as tx:
            placed = knowledge.find_placements(tx, keys)
        # Put into the collection that a folder asked for is put there, whichever one that is now.
        now = self._collections.same_places()
        return {
            key: places | {("collection", now[value]) for _, value in places if value in now}
            for key, places in placed.items()
        }

    def promised(self, keys: Collection[str]) -> set[str]:
        """Return those of the keys under which something is promised."""
        with self._ledger.read() as tx:
            return outbox.find_keys(tx, keys)

    def collection(self, path: tuple[str, ...]) -> CollectionKey:
        """Return the key of the collection at this path; it is made if it is missing."""
        return self._collections.key_of(path)

    def meet_questions(
        self, asked: Mapping[int, tuple[HeldQuestion, Citation]]
    ) -> Mapping[int, HeldQuestion | None]:
        """Return which questions are to be asked; see `joining.meet_questions`."""
        with self._ledger.read() as tx:
            return joining.meet_questions(tx, asked)

    def asked_before(self, questions: Collection[str]) -> set[str]:
        """Return those of the questions that were asked before."""
        with self._ledger.read() as tx:
            return holds.find_asked(tx, questions)

    def is_left_out(self, citation: Citation, fingerprint: str) -> bool:
        """Say whether a person left this work out before."""
        if self._left_out is None:
            with self._ledger.read() as tx:
                self._left_out = joining.LeftOut(tx)
        return self._left_out.has(citation, fingerprint)


class OfflineLookup:
    """`planner.Lookup` where there is no library: nothing is there, and nothing gets a key."""

    minter = None

    def items(self, keys: Collection[str]) -> Mapping[str, KnownItem]:
        """Return nothing: nothing is known."""
        return {}

    def placements(self, keys: Collection[str]) -> Mapping[str, frozenset[tuple[str, str]]]:
        """Return nothing: nothing was put anywhere."""
        return {}

    def promised(self, keys: Collection[str]) -> set[str]:
        """Return nothing: nothing is promised."""
        return set()

    def collection(self, path: tuple[str, ...]) -> CollectionKey:
        """Return what stands for the collection within this plan."""
        return CollectionKey("/".join(path))

    def meet_questions(
        self, asked: Mapping[int, tuple[HeldQuestion, Citation]]
    ) -> Mapping[int, HeldQuestion | None]:
        """Return all: nobody was asked before."""
        return {number: question for number, (question, _) in asked.items()}

    def asked_before(self, questions: Collection[str]) -> set[str]:
        """Return none: nobody was asked."""
        return set()

    def is_left_out(self, citation: Citation, fingerprint: str) -> bool:
        """Say no: nobody was asked."""
        return False
