"""What may pass is asked again; what was written, or may have been, is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any, BinaryIO

import pytest

from adapters.kit import Patience, RetryingLibrary
from adapters.memory import MemoryLibrary
from syncd.errors import (
    AccessDeniedError,
    ConflictError,
    LibraryError,
    OutcomeUnknownError,
    UnavailableError,
    UnsettledError,
)
from syncd.library import (
    Accepted,
    Changes,
    Create,
    FileToStore,
    Operation,
    Outcome,
    Pushed,
    StoreFile,
    Storing,
)
from syncd.record import ItemKey
from tests.conformance.schema import SMALL_SCHEMA

SECOND = timedelta(seconds=1)
CREATE = Create(ItemKey("ABCD2345"), {"itemType": "journalArticle", "title": "A title"})


class Faulty(MemoryLibrary):
    """Raises these errors at its pushes, and then is well."""

    def __init__(self, *errors: LibraryError) -> None:
        super().__init__(SMALL_SCHEMA, page_size=2)
        self.errors = list(errors)
        self.pushes = 0

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        self.pushes += 1
        if self.errors:
            raise self.errors.pop(0)
        return super().push(operations, expected=expected)


class FaultyTracing(Faulty):
    """The same, of a library that gives its own keys."""

    def prepare(self, operations: Sequence[Operation]) -> str:
        return "a note"

    def trace(self, operations: Sequence[Operation], note: str) -> Sequence[Accepted | None]:
        return [None for _ in operations]


def retrying(library: MemoryLibrary, waits: list[timedelta], **patience: Any) -> RetryingLibrary:
    return RetryingLibrary(library, Patience(**patience), sleep=waits.append, jitter=lambda: 1.0)


def test_one_that_is_away_is_asked_again_after_longer_and_longer_waits() -> None:
    waits: list[timedelta] = []
    library = Faulty(*(UnavailableError("away") for _ in range(4)))

    retrying(library, waits, longest=3 * SECOND).push([CREATE], expected=0)

    assert waits == [SECOND, 2 * SECOND, 3 * SECOND, 3 * SECOND]
    assert library.version == 1


def test_patience_ends_with_the_error() -> None:
    waits: list[timedelta] = []
    library = Faulty(*(UnavailableError(f"away {n}") for n in range(9)))

    with pytest.raises(UnavailableError, match="away 2"):
        retrying(library, waits, times=3).push([CREATE], expected=0)

    assert len(waits) == 2


@pytest.mark.parametrize(("asked", "waited"), [(7, [7]), (1, [2]), (200, [])])
def test_a_library_that_asks_for_patience_is_left_alone_for_so_long(
    asked: int, waited: list[int]
) -> None:
    waits: list[timedelta] = []
    library = Faulty(UnavailableError("busy", retry_after=asked * SECOND))
    around = retrying(library, waits, first=2 * SECOND)

    if waited:
        around.push([CREATE], expected=0)
    else:
        with pytest.raises(UnavailableError):
            around.push([CREATE], expected=0)

    assert waits == [seconds * SECOND for seconds in waited]


@pytest.mark.parametrize(
    "error",
    [
        OutcomeUnknownError("no answer"),
        ConflictError("moved on"),
        AccessDeniedError("no key"),
        UnsettledError("still at work"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_waiting_does_not_mend_is_told_at_once(error: LibraryError) -> None:
    waits: list[timedelta] = []
    library = Faulty(error)

    with pytest.raises(type(error)):
        retrying(library, waits).push([CREATE], expected=0)

    assert (library.pushes, waits) == (1, [])


def test_a_push_of_which_a_note_is_kept_is_not_sent_without_one() -> None:
    waits: list[timedelta] = []
    library = FaultyTracing(UnavailableError("away"))
    around = retrying(library, waits)

    with pytest.raises(UnavailableError):
        around.push([CREATE], expected=0)

    assert (library.pushes, waits) == (1, [])


def test_a_listing_that_breaks_off_goes_on_and_tells_nothing_twice() -> None:
    waits: list[timedelta] = []
    library = BreaksOff(SMALL_SCHEMA, page_size=2)
    keys = [ItemKey(f"ABCD234{digit}") for digit in "23456"]
    for key in keys:
        library.add(key, CREATE.data)
    around = retrying(library, waits)

    pages = list(around.changes_since(0))

    assert [item.key for page in pages for item in page.items] == keys
    assert [page.to_version for page in pages if page.to_version is not None] == [5]
    assert library.read == [*keys[:2], *keys[2:]]
    assert len(waits) == 1


class BreaksOff(MemoryLibrary):
    """Its first listing breaks off after a page; `read` is what was read in all."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.broken = False
        self.read: list[ItemKey] = []

    def get(self, keys: Sequence[ItemKey]) -> list[Any]:
        self.read += keys
        return super().get(keys)

    def changes_since(
        self, version: int, *, known: Callable[..., Any] | None = None
    ) -> Iterator[Changes]:
        for page in super().changes_since(version, known=known):
            yield page
            if not self.broken:
                self.broken = True
                raise UnavailableError("the line is dead")


class FaultyStoring(MemoryLibrary):
    """Is away whenever it is to store a file, after it has read some of it."""

    def store_file(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        content.read(1)
        raise UnavailableError("away")


def test_a_file_is_sent_once_as_it_can_be_read_once() -> None:
    waits: list[timedelta] = []
    library = retrying(FaultyStoring(SMALL_SCHEMA), waits)
    content = BytesIO(b"ab")

    assert isinstance(library, Storing)
    with pytest.raises(UnavailableError):
        library.store_file(StoreFile(CREATE.item_key, FILE), content)

    assert (waits, content.read()) == ([], b"b")


FILE = FileToStore("/drop", "a.pdf", 0, 2, 1, "187ef4436122d1cc2f40dc2b92f0eba0")
