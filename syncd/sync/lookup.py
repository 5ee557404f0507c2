"""Where planning looks things up: the mirror, the collections, and the keys to be minted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from syncd.item.minting import mint_key
from syncd.ledger import holds, knowledge, mirror, outbox
from syncd.ledger.store import Ledger
from syncd.library import CollectionKey, StoredCollection
from syncd.matching import fingerprint
from syncd.plan import KnownItem, OperationKind, PlannedOperation
from syncd.record import Citation
from syncd.sync.keys import KeyMinter


class CollectionBook:
    """A library's collections by path, and those that are still to be made."""

    def __init__(self, library: str, known: Iterable[StoredCollection]) -> None:
        self._minter = KeyMinter(library)
        self._keys: dict[tuple[CollectionKey | None, str], CollectionKey] = {}
        self._taken: set[str] = set()
        for collection in sorted(known):
            self._keys.setdefault((collection.parent, collection.name), collection.key)
            self._taken.add(collection.key)
        self.to_make: list[PlannedOperation] = []

    def key_of(self, path: tuple[str, ...]) -> CollectionKey:
        """Return the key of the collection at this path of names; it is made if it is missing."""
        parent: CollectionKey | None = None
        for depth, name in enumerate(path, 1):
            parent = self._keys.get((parent, name)) or self._promise(path[:depth], parent)
        if parent is None:
            raise ValueError("a collection has a name")
        return parent

    def made_for(self, wanted: Iterable[str]) -> list[PlannedOperation]:
        """Return what makes those of the wanted collections that are missing, parents first."""
        needed = set(wanted)
        for operation in reversed(self.to_make):
            if operation.item_key in needed:
                needed.add(operation.payload["parent"])
        return [operation for operation in self.to_make if operation.item_key in needed]

    def _promise(self, path: tuple[str, ...], parent: CollectionKey | None) -> CollectionKey:
        key = self._minter.choose_collection(path, self._taken)
        self._taken.add(key)
        self._keys[(parent, path[-1])] = key
        payload = {"name": path[-1], "parent": parent}
        self.to_make.append(PlannedOperation(OperationKind.CREATE_COLLECTION, key, payload))
        return key


class LedgerLookup:
    """`planner.Lookup` for a library that the ledger knows."""

    def __init__(
        self, ledger: Ledger, library_id: int, identity: str, collections: CollectionBook
    ) -> None:
        self._ledger = ledger
        self._library_id = library_id
        self.minter = KeyMinter(identity)
        """Chooses keys for this library."""
        self._collections = collections

    def items(self, keys: Collection[str]) -> Mapping[str, KnownItem]:
        """Return what the mirror says of these keys."""
        with self._ledger.read() as connection:
            return mirror.find_items(connection, self._library_id, keys)

    def placements(self, keys: Collection[str]) -> Mapping[str, frozenset[tuple[str, str]]]:
        """Return where syncd once put these items."""
        with self._ledger.read() as connection:
            return knowledge.find_placements(connection, self._library_id, keys)

    def promised(self, keys: Collection[str]) -> set[str]:
        """Return those of the keys under which something is promised."""
        with self._ledger.read() as connection:
            return outbox.find_keys(connection, self._library_id, keys)

    def collection(self, path: tuple[str, ...]) -> CollectionKey:
        """Return the key of the collection at this path; it is made if it is missing."""
        return self._collections.key_of(path)

    def fingerprint(self, citation: Citation) -> str:
        """Return what a work is known by where it has no identifier."""
        return fingerprint(citation)

    def answers(self, questions: Collection[str]) -> Mapping[str, str | None]:
        """Return those of the questions that were asked before, with their answers."""
        with self._ledger.read() as connection:
            return holds.find_questions(connection, self._library_id, questions)


class OfflineLookup:
    """`planner.Lookup` where there is no library: nothing is there, and keys mean nothing."""

    minter = KeyMinter("offline")

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
        """Return a key that stands for the collection within this plan."""
        return CollectionKey(mint_key("offline", ("collection", *path)))

    def fingerprint(self, citation: Citation) -> str:
        """Return what a work is known by where it has no identifier."""
        return fingerprint(citation)

    def answers(self, questions: Collection[str]) -> Mapping[str, str | None]:
        """Return nothing: nobody was asked."""
        return {}
