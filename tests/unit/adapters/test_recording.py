"""Every call is told, with what came of it, whatever else is around the library."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.kit import Call, DryRunLibrary, Patience, RecordingLibrary, RetryingLibrary, Wrapper
from adapters.memory import MemoryLibrary
from syncd import library as contract
from syncd.errors import ConflictError, UnavailableError
from syncd.library import (
    Counting,
    Create,
    Noticing,
    Operation,
    Recognisable,
    Remembering,
    Renewable,
    StoredItem,
    Storing,
    Tracing,
)
from syncd.record import ItemKey
from tests.conformance.schema import SMALL_SCHEMA
from tests.unit.adapters.test_retrying import Faulty

CREATE = Create(ItemKey("ABCD2345"), {"itemType": "journalArticle", "title": "A title"})


def test_calls_are_told_in_order_with_their_answers() -> None:
    told: list[Call] = []
    library = RecordingLibrary(MemoryLibrary(SMALL_SCHEMA), told.append)

    pushed = library.push([CREATE], expected=0)
    found = library.get([CREATE.item_key])
    pages = list(library.changes_since(0))

    assert told[0] == Call("push", (CREATE,), pushed)
    assert told[1] == Call("get", (), found)
    assert [call.answer for call in told[3:]] == [*pages, None]


def test_what_is_raised_is_told_and_raised() -> None:
    told: list[Call] = []
    library = RecordingLibrary(MemoryLibrary(SMALL_SCHEMA), told.append)

    with pytest.raises(ConflictError) as caught:
        library.push([CREATE], expected=7)

    assert told == [Call("push", (CREATE,), error=caught.value)]


def test_it_tells_each_try_inside_and_the_whole_outside() -> None:
    inside: list[Call] = []
    outside: list[Call] = []
    faulty = Faulty(UnavailableError("away"))
    inner = RecordingLibrary(faulty, inside.append)
    tried = RetryingLibrary(inner, Patience(first=timedelta()), sleep=lambda _: None)

    RecordingLibrary(tried, outside.append).push([CREATE], expected=0)

    assert [call.error is None for call in inside] == [False, True]
    assert [call.error is None for call in outside] == [True]


def test_a_dry_run_is_a_dry_run_inside_and_outside_of_others() -> None:
    real = MemoryLibrary(SMALL_SCHEMA)
    sent: list[Operation] = []
    calls: list[Call] = []

    RecordingLibrary(RetryingLibrary(DryRunLibrary(real, sent.append)), calls.append).push(
        [CREATE], expected=0
    )
    DryRunLibrary(RecordingLibrary(real, calls.append), sent.append).push([CREATE], expected=0)

    assert sent == [CREATE, CREATE]
    assert [call.method for call in calls] == ["push"]
    assert not real.has_item(CREATE.item_key)


FILED = StoredItem(CREATE.item_key, 1, {"collections": [], "tags": []})


class Everything(MemoryLibrary):
    """A library that is all that one may be besides."""

    identity = "memory:"
    location = "here"

    def renew_identity(self) -> None: ...

    def find_filed(self, *_: object) -> dict[ItemKey, StoredItem]:
        return {CREATE.item_key: FILED}

    def prepare(self, *_: object) -> str:
        return "a note"

    def trace(self, *_: object) -> list[None]:
        return [None]

    def take_requests(self) -> dict[str, int]:
        return {"200": 3}

    def notices(self) -> list[str]:
        return ["The shelf leans."]


BESIDE = (Recognisable, Renewable, Remembering, Tracing, Counting, Noticing, Storing)


def test_wrappers_know_all_that_a_library_may_be_beside_one() -> None:
    found = [
        each
        for each in vars(contract).values()
        if isinstance(each, type) and "What a library may be beside" in (each.__doc__ or "")
    ]

    assert set(found) == set(BESIDE) == Wrapper.beside.keys()


def test_a_wrapper_is_beside_a_library_what_the_wrapped_one_is() -> None:
    plain, rich = MemoryLibrary(SMALL_SCHEMA), Everything(SMALL_SCHEMA)
    twice = RetryingLibrary(RecordingLibrary(rich, lambda _: None))

    assert [isinstance(Wrapper(plain), kind) for kind in BESIDE] == [*[False] * 6, True]
    assert [isinstance(twice, kind) for kind in BESIDE] == [True] * 7
    assert isinstance(twice, Recognisable)
    assert isinstance(twice, Remembering)
    assert isinstance(twice, Tracing)
    assert (twice.identity, twice.location) == ("memory:", "here")
    assert twice.find_filed([], None) == {CREATE.item_key: FILED}
    assert isinstance(twice, Counting)
    assert twice.take_requests() == {"200": 3}
    assert isinstance(twice, Noticing)
    assert twice.notices() == ["The shelf leans."]
    assert twice.trace([CREATE], twice.prepare([CREATE])) == [None]


def test_a_dry_run_takes_no_other_identity_and_leaves_no_note() -> None:
    dry = DryRunLibrary(Everything(SMALL_SCHEMA), lambda _: None)

    assert [isinstance(dry, kind) for kind in BESIDE] == [
        True,
        False,
        True,
        False,
        True,
        True,
        True,
    ]
