"""What fails in an adapter by others is known as theirs, and stops nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from adapters.foreign import ForeignAdapter, Maker
from adapters.memory import MemoryLibrary
from syncd.errors import AdapterFailedError, UnavailableError
from syncd.library import (
    Capabilities,
    Configurable,
    Consenting,
    ConsentingAtTimes,
    Create,
    Keyed,
    Library,
    Noticing,
    Operation,
    Option,
    Pushed,
    Recognisable,
    Renewable,
    Surroundings,
    Tracing,
)
from syncd.record import ItemKey
from syncd.system.resources import shipped_schema

KEY = "c4n4ryc4n4ryc4n4ryc4n4ry"
CREATE = Create(ItemKey("ABCD2345"), {"itemType": "journalArticle"})


class Shelf(MemoryLibrary):
    """Somebody's library, whose methods a test replaces."""

    def __init__(self, **methods: Any) -> None:
        super().__init__(shipped_schema())
        for name, method in methods.items():
            setattr(self, name, method)


class ShelfAdapter:
    """Somebody's adapter."""

    def __init__(self, make: Callable[[Surroundings], Any], complaints: Any = None) -> None:
        self._make = make
        self._complaints = {} if complaints is None else complaints

    def check_options(self, _options: Mapping[str, object]) -> Mapping[str, str]:
        if isinstance(self._complaints, Exception):
            raise self._complaints
        complaints: Mapping[str, str] = self._complaints
        return complaints

    def open(self, _options: Mapping[str, object], surroundings: Surroundings) -> Library:
        made: Library = self._make(surroundings)
        return made


def guarded(make: Callable[[Surroundings], Any], complaints: Any = None) -> ForeignAdapter:
    return ForeignAdapter(ShelfAdapter(make, complaints), Maker("shelf", "syncd-shelf 1.0"))


def opened(**methods: Any) -> Library:
    where = Surroundings("mine", find_key=lambda: KEY)
    return guarded(lambda _: Shelf(**methods)).open({}, where)


def failing(*_: Any, **__: Any) -> Any:
    raise ZeroDivisionError("by the shelf")


CALLS: list[tuple[str, Callable[[Library], Any]]] = [
    ("describe", lambda library: library.describe()),
    ("changes_since", lambda library: list(library.changes_since(0))),
    ("get", lambda library: library.get([])),
    ("collections", lambda library: library.collections()),
    ("push", lambda library: library.push([], expected=None)),
    ("finish", lambda library: library.finish()),
    ("close", lambda library: library.close()),
]


@pytest.mark.parametrize(("name", "call"), CALLS)
def test_whatever_it_raises_names_the_adapter_its_distribution_and_the_place(
    name: str, call: Callable[[Library], Any]
) -> None:
    with pytest.raises(AdapterFailedError) as caught:
        call(opened(**{name: failing}))

    assert str(caught.value).startswith(
        "the adapter shelf (syncd-shelf 1.0) failed: ZeroDivisionError: by the shelf (at test_"
    )


@pytest.mark.parametrize(("name", "call"), CALLS[:5])
def test_an_answer_of_the_wrong_kind_is_its_fault_too(
    name: str, call: Callable[[Library], Any]
) -> None:
    wrong = {"changes_since": lambda *_, **__: ["page"]}.get(name, lambda *_, **__: "none")

    with pytest.raises(AdapterFailedError, match="was answered with str"):
        call(opened(**{name: wrong}))


def test_a_push_has_an_outcome_for_each_operation() -> None:
    library = opened(push=lambda *_, **__: Pushed(("one",), None))  # type: ignore[arg-type]

    with pytest.raises(AdapterFailedError, match="0 operations had 1 outcomes"):
        library.push([], expected=None)


def test_failures_that_it_names_are_let_through() -> None:
    def away() -> Any:
        raise UnavailableError("closed for the night")

    with pytest.raises(UnavailableError, match="closed for the night"):
        opened(describe=away).describe()


def test_a_library_that_cannot_be_made_says_so_when_it_is_asked() -> None:
    library = guarded(failing).open({}, Surroundings("mine"))

    for _, call in CALLS[:5]:
        with pytest.raises(AdapterFailedError, match="ZeroDivisionError"):
            call(library)
    library.close()


def test_options_that_it_cannot_check_are_told_as_its_fault() -> None:
    unsure = guarded(lambda _: Shelf(), RuntimeError("broken"))

    with pytest.raises(AdapterFailedError, match=r"syncd-shelf 1\.0"):
        unsure.check_options({})
    with pytest.raises(AdapterFailedError, match="RuntimeError: broken"):
        unsure.open({}, Surroundings("mine")).describe()


def test_a_library_that_cannot_be_opened_says_that_resuming_is_not_enough() -> None:
    with pytest.raises(AdapterFailedError) as caught:
        guarded(failing).open({}, Surroundings("mine")).describe()

    assert not caught.value.is_open
    with pytest.raises(AdapterFailedError) as caught:
        opened(describe=failing).describe()
    assert caught.value.is_open


def test_complaints_about_options_are_passed_on() -> None:
    assert guarded(failing, {"path": "must be a path"}).check_options({}) == {
        "path": "must be a path"
    }


def test_a_key_that_it_was_given_is_not_in_its_words() -> None:
    def make(surroundings: Surroundings) -> Library:
        return Shelf(describe=lambda: failing_with(surroundings.find_key()))

    def failing_with(key: str | None) -> Any:
        raise ValueError(f"Bearer {key}")

    library = guarded(make).open({}, Surroundings("mine", find_key=lambda: KEY))

    with pytest.raises(AdapterFailedError) as caught:
        library.describe()
    assert KEY not in str(caught.value)


def test_what_it_is_beside_a_library_stays_known() -> None:
    class Known(Shelf):
        identity = "shelf:1"
        location = "/shelf"

        def renew_identity(self) -> None:
            return

    known = guarded(lambda _: Known()).open({}, Surroundings("mine"))
    plain = opened()

    assert isinstance(known, Recognisable)
    assert isinstance(known, Renewable)
    assert (known.identity, known.location) == ("shelf:1", "/shelf")
    assert not isinstance(plain, Renewable)


def test_one_that_gives_its_own_keys_is_still_asked_what_it_made() -> None:
    class Tracer(Shelf):
        def prepare(self, _operations: object) -> str:
            return "a note"

        def trace(self, operations: Sequence[Operation], note: str) -> list[None]:
            return [None for _ in operations] if note == "a note" else []

    library = guarded(lambda _: Tracer()).open({}, Surroundings("mine"))

    assert isinstance(library, Tracing)
    assert library.trace([CREATE], library.prepare([CREATE])) == [None]
    with pytest.raises(AdapterFailedError, match="1 operations were traced to 0"):
        library.trace([CREATE], "another note")


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("The shelf leans.", "notices was answered with str"),
        ([b"The shelf leans."], "one of the notices was answered with bytes"),
        (None, "notices was answered with NoneType"),
    ],
)
def test_what_it_has_to_tell_people_is_looked_at(told: Any, why: str) -> None:
    class Telling(Shelf):
        said: Any = ("The shelf leans.",)

        def notices(self) -> Any:
            return self.said

    shelf = Telling()
    library = guarded(lambda _: shelf).open({}, Surroundings("mine"))

    assert isinstance(library, Noticing)
    assert library.notices() == ["The shelf leans."]
    shelf.said = told
    with pytest.raises(AdapterFailedError, match=why):
        library.notices()


def test_one_whose_library_asks_for_its_key_is_still_let_ask() -> None:
    class Asking(ShelfAdapter):
        consent_words = "The shelf asks."

        def ask_consent(self, _options: Mapping[str, object]) -> Any:
            return failing()

    adapter = ForeignAdapter(Asking(lambda _: Shelf()), Maker("shelf", "syncd-shelf 1.0"))

    assert isinstance(adapter, Consenting)
    assert not isinstance(adapter, Configurable)
    assert adapter.consent_words == "The shelf asks."
    with pytest.raises(AdapterFailedError, match=r"syncd-shelf 1\.0"):
        adapter.ask_consent({})


def test_one_that_needs_a_key_still_says_where_it_is_made() -> None:
    class NeedsKey(ShelfAdapter):
        def key_words(self, options: Mapping[str, object]) -> str:
            return f"Ask at the desk of {options['path']}."

    adapter = ForeignAdapter(NeedsKey(lambda _: Shelf()), Maker("shelf", "shelf 1.0"))

    assert isinstance(adapter, Keyed)
    assert adapter.key_words({"path": "/srv"}) == "Ask at the desk of /srv."
    with pytest.raises(AdapterFailedError, match="KeyError"):
        adapter.key_words({})


def test_one_that_asks_at_times_is_asked_whether_it_does() -> None:
    class AsksAtTimes(ShelfAdapter):
        consent_words = "The shelf asks."

        def ask_consent(self, _options: Mapping[str, object]) -> str:
            return KEY

        def asks_consent(self, options: Mapping[str, object]) -> Any:
            return options["locked"]

    adapter = ForeignAdapter(AsksAtTimes(lambda _: Shelf()), Maker("shelf", "shelf 1.0"))

    assert isinstance(adapter, ConsentingAtTimes)
    assert not adapter.asks_consent({"locked": False})
    with pytest.raises(AdapterFailedError, match="KeyError"):
        adapter.asks_consent({})


def test_what_it_says_of_its_keys_comes_before_its_own_check() -> None:
    class Declaring(ShelfAdapter):
        options = (Option("path", "Where it is.", "/srv", required=True),)

    complaints = {"colour": "is ugly"}
    adapter = ForeignAdapter(Declaring(lambda _: Shelf(), complaints), Maker("shelf", "shelf 1.0"))

    assert isinstance(adapter, Configurable)
    assert adapter.check_options({"colour": "red"}) == {
        "path": "is missing: where it is.",
        "colour": "is ugly",
    }


def test_keys_that_are_no_options_are_its_fault() -> None:
    class Declaring(ShelfAdapter):
        options = ("path",)

    adapter = ForeignAdapter(Declaring(lambda _: Shelf()), Maker("shelf", "shelf 1.0"))

    with pytest.raises(AdapterFailedError, match="options was answered with str"):
        adapter.check_options({})


def test_a_method_that_is_not_there_is_its_fault() -> None:
    class Half:
        capabilities = Capabilities()

    library = guarded(lambda _: Half()).open({}, Surroundings("mine"))

    for _, call in CALLS:
        with pytest.raises(AdapterFailedError, match="has no attribute"):
            call(library)
