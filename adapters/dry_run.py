"""Any library, except that nothing is written: what would be is told instead.

Reading goes through to the library itself. A write is answered as if it had been accepted, and
is not there when the library is read again; a dry run is therefore for one pass of planning, and
the one wrapper that is no library in the sense of the conformance suite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO, ClassVar

from adapters.wrapping import Stored, Wrapper
from syncd.library import (
    Accepted,
    Counting,
    Library,
    Noticing,
    Operation,
    Outcome,
    Pushed,
    Recognisable,
    Remembering,
    StoreFile,
    Storing,
    key_of,
)


class DryRunLibrary(Wrapper):
    """Wraps a library; `tell` receives each operation that would have been sent, in order."""

    # Neither does it take another identity, nor is there anything to be found again.
    beside: ClassVar[Mapping[type, type[Wrapper]]] = {
        kind: Wrapper.beside[kind] for kind in (Recognisable, Remembering, Counting, Noticing)
    }

    def __init__(self, library: Library, tell: Callable[[Operation], None]) -> None:
        super().__init__(library)
        self._tell = tell

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


class _NothingStored(Stored):
    """`Storing` around a library that is; what would be stored is told, and not read."""

    _tell: Callable[[Operation], None]

    def store_file(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        self._tell(operation)
        return Accepted(operation.item_key, 0)


DryRunLibrary.beside = {**DryRunLibrary.beside, Storing: _NothingStored}
