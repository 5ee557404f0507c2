"""Choose keys: the first of a work's series that belongs to nothing else.

A key is free when the mirror holds nothing under it, nothing in the outbox is promised under it,
and the plan in the making has not given it away. Everybody who needs a key asks here.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import count
from typing import NamedTuple, Protocol

from syncd.item.minting import mint_key, name_of
from syncd.ledger import mirror, outbox
from syncd.ledger.transaction import Transaction
from syncd.library import CollectionKey
from syncd.plan import KnownItem
from syncd.record import Citation, ItemKey


class KeyBook(Protocol):
    """What is known of keys."""

    def find(self, key: ItemKey) -> KnownItem | None:
        """Return what the mirror says of this key."""
        ...

    def is_promised(self, key: ItemKey) -> bool:
        """Say whether something is to be made under this key."""
        ...


class Chosen(NamedTuple):
    """A free key, its number in the work's series, and what the mirror says of it."""

    key: ItemKey
    ordinal: int
    known: KnownItem | None


class LedgerKeys:
    """`KeyBook` inside a transaction: the mirror and the outbox as they are now."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def find(self, key: ItemKey) -> KnownItem | None:
        """Return what the mirror says of this key."""
        return mirror.find_items(self._tx, [key]).get(key)

    def is_promised(self, key: ItemKey) -> bool:
        """Say whether something is promised under this key."""
        return bool(outbox.find_keys(self._tx, [key]))


class KeyMinter:
    """Chooses keys for the library of this identity."""

    def __init__(self, identity: str) -> None:
        self._identity = identity

    def first(self, citation: Citation, fingerprint: str) -> ItemKey:
        """Return the first key of a work's series, free or not."""
        return mint_key(self._identity, name_of(citation, fingerprint))

    def first_child(self, parent: ItemKey, number: int) -> ItemKey:
        """Return the first key for child number `number` of an item, free or not."""
        return mint_key(self._identity, _child_name(parent, number))

    def choose(
        self,
        citation: Citation,
        fingerprint: str,
        book: KeyBook,
        *,
        after: int = -1,
        again: str | None = None,
    ) -> Chosen:
        """Return the first free key for a work, behind number `after` of its series.

        `again` is the key of the deleted item that this very work was; it may have it again.
        """
        return self._choose(name_of(citation, fingerprint), book, after=after, again=again)

    def choose_child(self, parent: ItemKey, number: int, book: KeyBook) -> ItemKey:
        """Return the first free key for child number `number` below an item."""
        return self._choose(_child_name(parent, number), book).key

    def first_collection(self, path: tuple[str, ...]) -> CollectionKey:
        """Return the first key for the collection at this path, free or not."""
        return CollectionKey(mint_key(self._identity, _collection_name(path)))

    def choose_collection(self, path: tuple[str, ...], taken: Collection[str]) -> CollectionKey:
        """Return the first key for the collection at this path that is not `taken`."""
        for ordinal in count():
            key = mint_key(self._identity, _collection_name(path), ordinal)
            if key not in taken:
                return CollectionKey(key)
        raise AssertionError("ordinals do not end")

    def choose_after(self, key: str, book: KeyBook) -> ItemKey:
        """Return a free key in place of one that something unseen has."""
        return self._choose(("after", key), book).key

    def _choose(
        self, name: tuple[str, ...], book: KeyBook, *, after: int = -1, again: str | None = None
    ) -> Chosen:
        for ordinal in count(after + 1):
            key = mint_key(self._identity, name, ordinal)
            if book.is_promised(key):
                continue
            known = book.find(key)
            if known is None or known.is_free or key == again:
                return Chosen(key, ordinal, known)
        raise AssertionError("ordinals do not end")


def _collection_name(path: tuple[str, ...]) -> tuple[str, ...]:
    return ("collection", *path)


def _child_name(parent: str, number: int) -> tuple[str, ...]:
    return ("child", parent, str(number))
