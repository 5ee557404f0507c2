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
from typing import NamedTuple, TypeVar

from adapters.scrubbing import scrub
from syncd.errors import AdapterFailedError, SyncdError
from syncd.library import (
    Adapter,
    Capabilities,
    Changes,
    Description,
    KnownVersions,
    Library,
    Operation,
    Pushed,
    Recognisable,
    Renewable,
    StoredCollection,
    StoredItem,
    Surroundings,
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
    """`Adapter` around one by others."""

    def __init__(self, adapter: Adapter, maker: Maker) -> None:
        self._adapter = adapter
        self._maker = maker

    def check_options(self, options: Mapping[str, object]) -> Mapping[str, str]:
        """Ask the adapter; that it cannot say is what is wrong then."""
        blame = Blame(self._maker)
        try:
            with blame.taking():
                return blame.expect(self._adapter.check_options(options), dict, "check_options")
        except AdapterFailedError as error:
            return {"adapter": str(error)}

    def open(self, options: Mapping[str, object], surroundings: Surroundings) -> Library:
        """Make the library; one that cannot be made says so whenever it is asked something."""
        blame = Blame(self._maker)
        find_key = surroundings.find_key
        given = replace(surroundings, find_key=lambda: blame.hide(find_key()))
        try:
            with blame.taking():
                library = self._adapter.open(options, given)
        except AdapterFailedError as error:
            return _Unopened(error)
        return _guard(library, blame)


class _Guarded:
    """`Library` around one by others."""

    def __init__(self, library: Library, blame: Blame) -> None:
        self._library = library
        self._blame = blame

    @property
    def capabilities(self) -> Capabilities:
        return self._ask(lambda: self._library.capabilities, Capabilities, "capabilities")

    def describe(self) -> Description:
        return self._ask(self._library.describe, Description, "describe")

    def changes_since(
        self, version: int, *, known: KnownVersions | None = None
    ) -> Iterator[Changes]:
        with self._blame.taking():
            pages = iter(self._library.changes_since(version, known=known))
        while True:
            with self._blame.taking():
                page = next(pages, None)
            if page is None:
                return
            yield self._blame.expect(page, Changes, "changes_since")

    def get(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        return self._ask(lambda: self._library.get(keys), list, "get")

    def collections(self) -> list[StoredCollection]:
        return self._ask(self._library.collections, list, "collections")

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        pushed = self._ask(
            lambda: self._library.push(operations, expected=expected), Pushed, "push"
        )
        if len(pushed.outcomes) != len(operations):
            answered, asked = len(pushed.outcomes), len(operations)
            raise self._blame.error(f"{asked} operations had {answered} outcomes")
        return pushed

    def finish(self) -> None:
        with self._blame.taking():
            self._library.finish()

    def close(self) -> None:
        with self._blame.taking():
            self._library.close()

    def _ask(self, question: Callable[[], object], kind: _Class[_T], name: str) -> _T:
        with self._blame.taking():
            answer = question()
        return self._blame.expect(answer, kind, name)


class _Recognised(_Guarded):
    """`Recognisable` around a library that is."""

    _library: Recognisable  # type: ignore[assignment]

    @property
    def identity(self) -> str:
        return self._ask(lambda: self._library.identity, str, "identity")

    @property
    def location(self) -> str:
        return self._ask(lambda: self._library.location, str, "location")


class _Renewed(_Guarded):
    """`Renewable` around a library that is."""

    _library: Renewable  # type: ignore[assignment]

    def renew_identity(self) -> None:
        with self._blame.taking():
            self._library.renew_identity()


class _RecognisedAndRenewed(_Recognised, _Renewed):  # type: ignore[misc]
    """Both."""


def _guard(library: Library, blame: Blame) -> Library:
    with blame.taking():
        is_recognisable = isinstance(library, Recognisable)
        is_renewable = isinstance(library, Renewable)
    kinds: Mapping[tuple[bool, bool], type[_Guarded]] = {
        (False, False): _Guarded,
        (True, False): _Recognised,
        (False, True): _Renewed,
        (True, True): _RecognisedAndRenewed,
    }
    return kinds[is_recognisable, is_renewable](library, blame)


class _Unopened:
    """A library that its adapter could not make."""

    capabilities = Capabilities()

    def __init__(self, error: AdapterFailedError) -> None:
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
