"""Any library, except that nothing is written: what would be is told instead.

Reading goes through to the library itself. A write is answered as if it had been accepted, and
is not there when the library is read again; a dry run is therefore for one pass of planning, and
the one wrapper that is no library in the sense of the conformance suite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from syncd.library import (
    Accepted,
    Capabilities,
    Changes,
    Description,
    KnownVersions,
    Library,
    Operation,
    Pushed,
    StoredCollection,
    StoredItem,
    key_of,
)
from syncd.record import ItemKey


class DryRunLibrary:
    """Wraps a library; `tell` receives each operation that would have been sent, in order."""

    def __init__(self, library: Library, tell: Callable[[Operation], None]) -> None:
        self._library = library
        self._tell = tell

    @property
    def capabilities(self) -> Capabilities:
        return self._library.capabilities

    def describe(self) -> Description:
        return self._library.describe()

    def changes_since(
        self, version: int, *, known: KnownVersions | None = None
    ) -> Iterator[Changes]:
        return self._library.changes_since(version, known=known)

    def get(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        return self._library.get(keys)

    def collections(self) -> list[StoredCollection]:
        return self._library.collections()

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        """Tell each operation, and accept it at the version the plan was made against.

        Nobody's version rises, so the answer leaves the caller's cursor where it is.
        """
        for operation in operations:
            self._tell(operation)
        version = expected or 0
        accepted = [Accepted(key_of(operation), version) for operation in operations]
        return Pushed(accepted, expected)

    def finish(self) -> None:
        """Nothing was written, so nothing derived from the items is out of date."""

    def close(self) -> None:
        self._library.close()
