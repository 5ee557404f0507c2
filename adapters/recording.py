"""A library whose every call is told: for looking at what an adapter is asked, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from adapters.wrapping import Wrapper
from syncd.library import Library, Operation, Pushed

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the method, the operations that went with it, and what came of it.

    `answer` is what was returned, None where nothing was; `error` what was raised, if anything.
    Of `changes_since` each page is a call, and its end one without an answer.
    """

    method: str
    operations: Sequence[Operation] = ()
    answer: Any = None
    error: Exception | None = None


class RecordingLibrary(Wrapper):
    """Wraps a library; `tell` receives each call when it has ended, in order."""

    def __init__(self, library: Library, tell: Callable[[Call], None]) -> None:
        super().__init__(library)
        self._tell = tell
        self._operations: Sequence[Operation] = ()

    def around(self, name: str, question: Callable[[], _T]) -> _T:
        """Ask, and tell what was asked and what came of it."""
        operations, self._operations = self._operations, ()
        try:
            answer = question()
        except Exception as error:
            self._tell(Call(name, operations, error=error))
            raise
        self._tell(Call(name, operations, answer))
        return answer

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        """Push, and tell the operations with it. See `Library`."""
        self._operations = tuple(operations)
        return super().push(operations, expected=expected)
