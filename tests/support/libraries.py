"""Libraries that misbehave in a chosen way at a chosen push, and are well-behaved otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from adapters.memory import MemoryLibrary
from syncd.errors import OutcomeUnknownError
from syncd.library import (
    Accepted,
    Capabilities,
    CollectionKey,
    Create,
    CreateCollection,
    Library,
    Operation,
    Pushed,
)
from syncd.record import ItemKey
from syncd.system.resources import shipped_schema

Push = Callable[[Sequence[Operation], int | None], Pushed]
Mishap = Callable[[Push, Sequence[Operation], int | None], Pushed]
"""What happens instead of a push; it may do the push itself, before or after."""


class Mishaps:
    """Wraps a library; each of `mishaps` happens at one push, in order, and then all is well."""

    def __init__(self, library: Any, *mishaps: Mishap) -> None:
        self.library = library
        self.pushes = 0
        self._mishaps = list(mishaps)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.library, name)

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        self.pushes += 1
        if self._mishaps:
            return self._mishaps.pop(0)(self._push, operations, expected)
        return self._push(operations, expected)

    def _push(self, operations: Sequence[Operation], expected: int | None) -> Pushed:
        answer: Pushed = self.library.push(operations, expected=expected)
        return answer


def with_mishaps(library: Library, *mishaps: Mishap) -> Any:
    """Make a library misbehave."""
    return Mishaps(library, *mishaps)


class LateLibrary(MemoryLibrary):
    """Its first push is not answered and not carried out before `land` is called."""

    def __init__(self) -> None:
        super().__init__(
            shipped_schema(), capabilities=Capabilities(late_writes=timedelta(minutes=5))
        )
        self.late: list[Sequence[Operation]] = []
        self.on_time = False

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        if self.on_time:
            return super().push(operations, expected=expected)
        self.on_time = True
        self.late.append(operations)
        raise OutcomeUnknownError("no answer")

    def land(self) -> None:
        """Carry out what was held up."""
        for operations in self.late:
            super().push(operations, expected=None)
        self.late = []


class GivesKeys(MemoryLibrary):
    """Names by itself what is made in it: items, notes and collections."""

    def __init__(self, batch_size: int = 50) -> None:
        capabilities = Capabilities(takes_keys=False, batch_size=batch_size)
        super().__init__(shipped_schema(), capabilities=capabilities)
        self._given = 0

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        return super().push([self._renamed(each) for each in operations], expected=expected)

    def _renamed(self, operation: Operation) -> Operation:
        self._given += 1
        key = f"GIVEN{self._given:03}".replace("0", "A").replace("1", "B")
        match operation:
            case Create():
                return operation._replace(item_key=ItemKey(key))
            case CreateCollection():
                return operation._replace(collection_key=CollectionKey(key))
        return operation


class Traces(GivesKeys):
    """Gives its own keys, and knows by a note what each push has made."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, list[Accepted | None]] = {}
        self._note: tuple[Sequence[Operation], str] | None = None

    def prepare(self, operations: Sequence[Operation]) -> str:
        """Return the note that the next push goes by, if it is that of these operations."""
        note = f"note {len(self._made)}"
        self._made[note] = [None for _ in operations]
        self._note = operations, note
        return note

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        noted, self._note = self._note, None
        pushed = super().push(operations, expected=expected)
        if noted is not None and noted[0] is operations:
            self._made[noted[1]] = [
                each if isinstance(each, Accepted) else None for each in pushed.outcomes
            ]
        return pushed

    def trace(self, operations: Sequence[Operation], note: str) -> Sequence[Accepted | None]:
        """Say what was made of it."""
        return self._made[note]
