"""Where items were filed and how they were tagged when they were last read.

An addition writes an item's collections and tags whole, so it has to know them. What has just
been read, or written, need not be read again for it: as long as the library stands where it was
looked through, and the server refuses the write if it does not.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from syncd.library import ItemData, StoredItem
from syncd.record import ItemKey

_MOST = 50_000
"""So many items are remembered; of larger libraries those that were read last."""

_FILING = ("collections", "tags")
_NOWHERE = json.dumps([[] for _ in _FILING])


class FiledItems:
    """What is known of items at library version `upto`; empty until a library was looked through.

    Kept as text, which is the least room for what most items never need, and only of those that
    are filed anywhere or tagged.
    """

    def __init__(self) -> None:
        self.upto: int | None = None
        """The library version up to which what is remembered is how things are."""
        self._versions: dict[str, int] = {}
        """At which version each of them was read, those that were read last at the end."""
        self._filings: dict[str, str] = {}

    def begin(self, version: int, listed: Mapping[str, int]) -> None:
        """What changed after `version` is looked through: those items, at those versions."""
        if version != self.upto:
            # Whatever happened in between was not seen here.
            self.forget_all()
        self._drop([key for key in listed if not self._is_held_at(key, listed[key])])

    def complete(self, version: int, gone: Collection[str]) -> None:
        """All that changed up to `version` was looked through."""
        self._drop(gone)
        self.upto = version

    def forget_all(self) -> None:
        """Remember nothing."""
        self._versions.clear()
        self._filings.clear()
        self.upto = None

    def see(self, items: Sequence[StoredItem]) -> None:
        """Remember items as they were just read or written."""
        for item in items:
            if "parentItem" in item.data:
                continue
            self._drop([item.key])
            self._versions[item.key] = item.version
            filing = [item.data.get(name, []) for name in _FILING]
            if any(filing):
                self._filings[item.key] = json.dumps(filing)
        while len(self._versions) > _MOST:
            self._drop([next(iter(self._versions))])

    def write(self, items: Sequence[StoredItem], before: int | None, after: int | None) -> None:
        """These were written by us alone from one library version to another, if both are known."""
        self.see(items)
        if after is not None and self.upto is not None and self.upto == before:
            self.upto = after

    def find(self, keys: Sequence[ItemKey], expected: int | None) -> dict[str, StoredItem]:
        """Return those of these items that are as remembered if the library is at `expected`.

        Their data is what an addition needs of it, and no more.
        """
        if expected is None or expected != self.upto:
            return {}
        return {key: self._item_of(key) for key in keys if key in self._versions}

    def _item_of(self, key: ItemKey) -> StoredItem:
        filing = json.loads(self._filings.get(key, _NOWHERE))
        data: ItemData = dict(zip(_FILING, filing, strict=True))
        return StoredItem(key, self._versions[key], data)

    def _is_held_at(self, key: str, version: int) -> bool:
        return self._versions.get(key) == version

    def _drop(self, keys: Collection[str]) -> None:
        for key in keys:
            self._versions.pop(key, None)
            self._filings.pop(key, None)
