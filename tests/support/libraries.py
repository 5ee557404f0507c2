"""Libraries that misbehave in a chosen way at a chosen push, and are well-behaved otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from syncd.library import Library, Operation, Pushed

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
