"""Adapters by others, so that what fails in them is known as theirs.

An adapter promises to raise `LibraryError`s. Whatever else leaves its code is a fault of it: it
becomes an `AdapterFailedError` that names the distribution it came from, its library is paused,
and the others go on. What it answers is looked at too, for a wrong answer would fail in our code.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from adapters.options import find_problems
from adapters.scrubbing import scrub
from adapters.wrapping import Noticed, Traced, Wrapper, class_with
from syncd.errors import AdapterFailedError, KeyLookupError, SyncdError
from syncd.library import (
    Accepted,
    Adapter,
    Capabilities,
    Changes,
    Configurable,
    Consenting,
    ConsentingAtTimes,
    Description,
    Keyed,
    KnownVersions,
    Library,
    Noticing,
    Operation,
    Option,
    Pushed,
    Refused,
    StoredCollection,
    StoredItem,
    Surroundings,
    Tracing,
)
from syncd.record import ItemKey

_T = TypeVar("_T")
_Class = type[_T] | tuple[type[_T], ...]


class Maker(NamedTuple):
    """Whose code it is: the adapter's name, and what it was installed from."""

    adapter: str
    distribution: str


class Blame:
    """Turns what leaves an adapter's code into what syncd understands."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        self._secrets: set[str] = set()

    def hide(self, secret: str | None) -> str | None:
        """Keep a secret that the adapter was given out of its words."""
        if secret:
            self._secrets.add(secret)
        return secret

    @contextmanager
    def taking(self) -> Iterator[None]:
        """Let the adapter's named failures through, and name the others."""
        try:
            yield
        except SyncdError:
            raise
        except Exception as error:
            raise self.error(f"{type(error).__name__}: {error}{_place(error)}") from error

    def expect(self, answer: object, kind: _Class[_T], asked: str) -> _T:
        """Return an answer of the right kind; blame the adapter for any other."""
        if not isinstance(answer, kind):
            raise self.error(f"{asked} was answered with {type(answer).__name__}")
        return answer

    def error(self, told: str) -> AdapterFailedError:
        """Return the error to raise."""
        for secret in self._secrets:
            told = scrub(told, secret)
        return AdapterFailedError(told, **self._maker._asdict())


def _place(error: Exception) -> str:
    """Say where in whose file it was, for whoever made it."""
    frames = traceback.extract_tb(error.__traceback__)
    if len(frames) < 2:
        return ""
    return f" (at {Path(frames[-1].filename).name}:{frames[-1].lineno})"


class ForeignAdapter:
    """`Adapter` around one by others, and beside one what that is."""

    def __new__(cls, adapter: Adapter, maker: Maker) -> Self:
        """Make one that is `Configurable` or `Consenting` where the adapter is."""
        with Blame(maker).taking():
            found = tuple(more for kind, more in _BESIDE.items() if isinstance(adapter, kind))
        made: Self = object.__new__(class_with(cls, found))
        return made

    def __init__(self, adapter: Adapter, maker: Maker) -> None:
        # What an adapter is beside one was found out when this was made.
        self._adapter: Any = adapter
        self._maker = maker

    def check_options(self, options: Mapping[str, object]) -> Mapping[str, str]:
        """Say what is wrong with them: the adapter's word, and what it declares.

        Raises `SyncdError` where it cannot say.
        """
        blame = Blame(self._maker)
        declared = self.options if isinstance(self, Configurable) else None
        found = {} if declared is None else find_problems(options, declared)
        with blame.taking():
            said = blame.expect(self._adapter.check_options(options), dict, "check_options")
        return {**found, **said}

    def open(self, options: Mapping[str, object], surroundings: Surroundings) -> Library:
        """Make the library; one that cannot be made says so whenever it is asked something.

        Neither is one of whose keys in the configuration the adapter could not say what it thinks.
        """
        blame = Blame(self._maker)
        find_key = surroundings.find_key
        given = replace(surroundings, find_key=lambda: blame.hide(find_key()))
        try:
            self.check_options(options)
            with blame.taking():
                library = self._adapter.open(options, given)
                return _Guarded(library, blame)
        except KeyLookupError as error:
            return UnopenedLibrary(error)
        except SyncdError as error:
            # Nothing is asked of the library yet, so whatever this is called is the adapter's.
            failed = error if isinstance(error, AdapterFailedError) else blame.error(str(error))
            failed.is_open = False
            return UnopenedLibrary(failed)


class _Configured(ForeignAdapter):
    """`Configurable` around an adapter that is."""

    @property
    def options(self) -> Sequence[Option]:
        blame = Blame(self._maker)
        with blame.taking():
            declared = list(self._adapter.options)
        return [blame.expect(each, Option, "options") for each in declared]


class _Consenting(ForeignAdapter):
    """`Consenting` around an adapter that is."""

    @property
    def consent_words(self) -> str:
        blame = Blame(self._maker)
        with blame.taking():
            words = self._adapter.consent_words
        return blame.expect(words, str, "consent_words")

    def ask_consent(self, options: Mapping[str, object]) -> str:
        blame = Blame(self._maker)
        with blame.taking():
            key = self._adapter.ask_consent(options)
        return blame.expect(key, str, "ask_consent")


class _ConsentingAtTimes(ForeignAdapter):
    """`ConsentingAtTimes` around an adapter that is."""

    def asks_consent(self, options: Mapping[str, object]) -> bool:
        blame = Blame(self._maker)
        with blame.taking():
            asks = self._adapter.asks_consent(options)
        return blame.expect(asks, bool, "asks_consent")


class _Keyed(ForeignAdapter):
    """`Keyed` around an adapter that is."""

    def key_words(self, options: Mapping[str, object]) -> str:
        blame = Blame(self._maker)
        with blame.taking():
            words = self._adapter.key_words(options)
        return blame.expect(words, str, "key_words")


_BESIDE: Mapping[type, type[ForeignAdapter]] = {
    Configurable: _Configured,
    Consenting: _Consenting,
    ConsentingAtTimes: _ConsentingAtTimes,
    Keyed: _Keyed,
}


class _Guarded(Wrapper):
    """`Library` around one by others."""

    def __init__(self, library: Library, blame: Blame) -> None:
        super().__init__(library)
        self._blame = blame

    def around(self, name: str, question: Callable[[], _T]) -> _T:
        """Ask, and blame the adapter for what it may not raise or answer."""
        with self._blame.taking():
            answer = question()
        if name in _ANSWERS:
            self._blame.expect(answer, _ANSWERS[name], name)
        return answer

    def changes_since(
        self, version: int, *, known: KnownVersions | None = None
    ) -> Iterator[Changes]:
        for page in super().changes_since(version, known=known):
            yield self._blame.expect(page, Changes, "changes_since")

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        pushed = super().push(operations, expected=expected)
        if len(pushed.outcomes) != len(operations):
            answered, asked = len(pushed.outcomes), len(operations)
            raise self._blame.error(f"{asked} operations had {answered} outcomes")
        return pushed


class _GuardedTrace(Traced):
    """`Tracing` around a library that is."""

    _blame: Blame

    def trace(self, operations: Sequence[Operation], note: str) -> Sequence[Accepted | None]:
        found = super().trace(operations, note)
        if len(found) != len(operations):
            raise self._blame.error(f"{len(operations)} operations were traced to {len(found)}")
        return found


class _GuardedNotices(Noticed):
    """`Noticing` around a library that is."""

    _blame: Blame

    def notices(self) -> Sequence[str]:
        told = super().notices()
        if isinstance(told, str):
            raise self._blame.error("notices was answered with str")
        return [self._blame.expect(each, str, "one of the notices") for each in told]


_Guarded.beside = {**Wrapper.beside, Tracing: _GuardedTrace, Noticing: _GuardedNotices}

_ANSWERS: Mapping[str, _Class[Any]] = {
    "capabilities": Capabilities,
    "describe": Description,
    "get": list,
    "collections": list,
    "push": Pushed,
    "identity": str,
    "location": str,
    "find_filed": Mapping,
    "prepare": str,
    "trace": Sequence,
    "store_file": (Accepted, Refused),
    "take_requests": Mapping,
    "notices": Sequence,
}
"""What the answer to each question is."""


class UnopenedLibrary:
    """A library that its adapter could not make, or whose adapter cannot be loaded."""

    capabilities = Capabilities()

    def __init__(self, error: SyncdError) -> None:
        self._error = error

    def describe(self) -> Description:
        raise self._error

    def changes_since(
        self, version: int, *, known: KnownVersions | None = None
    ) -> Iterator[Changes]:
        raise self._error

    def get(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        raise self._error

    def collections(self) -> list[StoredCollection]:
        raise self._error

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        raise self._error

    def finish(self) -> None:
        """There is nothing to be finished."""

    def close(self) -> None:
        """There is nothing to let go of."""
