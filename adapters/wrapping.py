"""A library around another: what every wrapper has in common.

A wrapper overrides `around`, through which each question to the library goes, or single methods.
It is beside a library what the wrapped one is (`Recognisable`, `Tracing`, ...), so that wrappers
can be put around each other without anything being lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, ClassVar, Self, TypeVar

from syncd.library import (
    Accepted,
    Capabilities,
    Changes,
    Counting,
    Description,
    KnownVersions,
    Library,
    Noticing,
    Operation,
    Outcome,
    Pushed,
    Recognisable,
    Remembering,
    Renewable,
    StoredCollection,
    StoredItem,
    StoreFile,
    Storing,
    Tracing,
)
from syncd.record import ItemKey

_T = TypeVar("_T")


class Wrapper:
    """`Library` around a library."""

    beside: ClassVar[Mapping[type, type[Wrapper]]] = {}
    """What it is beside a library if the wrapped one is, and by which class. Set below."""

    def __new__(cls, library: Library, *_args: Any, **_named: Any) -> Self:
        """Make a wrapper that is beside a library whatever the wrapped one is."""
        found = tuple(more for kind, more in cls.beside.items() if isinstance(library, kind))
        made: Self = object.__new__(class_with(cls, found))
        return made

    def __init__(self, library: Library) -> None:
        self._library = library

    def around(self, name: str, question: Callable[[], _T]) -> _T:
        """Ask the library; `name` is that of its method."""
        return question()

    @property
    def capabilities(self) -> Capabilities:
        """See `Library`."""
        return self.around("capabilities", lambda: self._library.capabilities)

    def describe(self) -> Description:
        """See `Library`."""
        return self.around("describe", lambda: self._library.describe())

    def changes_since(
        self, version: int, *, known: KnownVersions | None = None
    ) -> Iterator[Changes]:
        """See `Library`; each page is a question."""
        pages = self.around(
            "changes_since", lambda: iter(self._library.changes_since(version, known=known))
        )
        while (page := self.around("changes_since", lambda: next(pages, None))) is not None:
            yield page

    def get(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        """See `Library`."""
        return self.around("get", lambda: self._library.get(keys))

    def collections(self) -> list[StoredCollection]:
        """See `Library`."""
        return self.around("collections", lambda: self._library.collections())

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        """See `Library`."""
        return self.around("push", lambda: self._library.push(operations, expected=expected))

    def finish(self) -> None:
        """See `Library`."""
        self.around("finish", lambda: self._library.finish())

    def close(self) -> None:
        """See `Library`."""
        self.around("close", lambda: self._library.close())


class Recognised(Wrapper):
    """`Recognisable` around a library that is."""

    _library: Recognisable  # type: ignore[assignment]

    @property
    def identity(self) -> str:
        return self.around("identity", lambda: self._library.identity)

    @property
    def location(self) -> str:
        return self.around("location", lambda: self._library.location)


class Renewed(Wrapper):
    """`Renewable` around a library that is."""

    _library: Renewable  # type: ignore[assignment]

    def renew_identity(self) -> None:
        self.around("renew_identity", lambda: self._library.renew_identity())


class Remembered(Wrapper):
    """`Remembering` around a library that is."""

    _library: Remembering  # type: ignore[assignment]

    def find_filed(
        self, keys: Sequence[ItemKey], expected: int | None
    ) -> Mapping[ItemKey, StoredItem]:
        return self.around("find_filed", lambda: self._library.find_filed(keys, expected))


class Traced(Wrapper):
    """`Tracing` around a library that is."""

    _library: Tracing  # type: ignore[assignment]

    def prepare(self, operations: Sequence[Operation]) -> str:
        return self.around("prepare", lambda: self._library.prepare(operations))

    def trace(self, operations: Sequence[Operation], note: str) -> Sequence[Accepted | None]:
        return self.around("trace", lambda: self._library.trace(operations, note))


class Counted(Wrapper):
    """`Counting` around a library that is."""

    _library: Counting  # type: ignore[assignment]

    def take_requests(self) -> Mapping[str, int]:
        return self.around("take_requests", lambda: self._library.take_requests())


class Stored(Wrapper):
    """`Storing` around a library that is."""

    _library: Storing  # type: ignore[assignment]

    def store_file(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        return self.around("store_file", lambda: self._library.store_file(operation, content))


class Noticed(Wrapper):
    """`Noticing` around a library that is."""

    _library: Noticing  # type: ignore[assignment]

    def notices(self) -> Sequence[str]:
        return self.around("notices", lambda: self._library.notices())


Wrapper.beside = {
    Recognisable: Recognised,
    Renewable: Renewed,
    Remembering: Remembered,
    Tracing: Traced,
    Storing: Stored,
    Counting: Counted,
    Noticing: Noticed,
}


def class_with(cls: type[Any], more: tuple[type[Any], ...]) -> type[Any]:
    """Return this class, and these besides."""
    return type(cls.__name__, (*more, cls), {}) if more else cls
