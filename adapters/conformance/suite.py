"""All that is asked of a library, put together."""

from __future__ import annotations

from functools import partial

import pytest

from adapters.conformance.batches import Batches
from adapters.conformance.creating import Creating
from adapters.conformance.damages import Damages
from adapters.conformance.filing import Filing
from adapters.conformance.following import Following
from adapters.conformance.knowing import Knowing
from adapters.conformance.notes import Notes
from adapters.conformance.noticing import Noticings
from adapters.conformance.reading import Reading
from adapters.conformance.storing import Storings
from adapters.conformance.support import NewKey, Person, changes_what_is_there, mint_keys
from adapters.conformance.tracing import Tracings
from adapters.conformance.trashing import Trashing
from adapters.conformance.updating import Updating
from syncd.library import Library

_OF_WHAT_IS_THERE = {each.__name__ for each in (Updating, Filing, Trashing, Notes)}
"""Whose tests change what is there, every one of them."""


class LibraryConformance(
    Knowing,
    Creating,
    Updating,
    Batches,
    Following,
    Trashing,
    Filing,
    Notes,
    Reading,
    Damages,
    Tracings,
    Storings,
    Noticings,
):
    """Inherit, override the fixtures, and pass."""

    @pytest.fixture(autouse=True)
    def _is_asked_for_what_it_can(self, request: pytest.FixtureRequest) -> None:
        if request.function.__qualname__.partition(".")[0] in _OF_WHAT_IS_THERE:
            changes_what_is_there(request.getfixturevalue("library"))

    @pytest.fixture
    def library(self) -> Library:
        """Return a library to write into. It need not be empty, but nobody else works in it."""
        raise NotImplementedError("say in a fixture `library` how the library is opened")

    @pytest.fixture
    def second_client(self) -> Library:
        """Return another object for the same library, as a second daemon would have."""
        raise NotImplementedError("say in a fixture `second_client` how it is opened once more")

    @pytest.fixture
    def person(self) -> Person:
        """Return who works in the library behind syncd's back."""
        raise NotImplementedError(
            "say in a fixture `person` how a person edits, trashes and deletes an item there, "
            "without syncd: edit(key, changes), trash(key), delete(key)"
        )

    @pytest.fixture
    def new_key(self) -> NewKey:
        """Return a maker of keys that no item has; override it where the library is not empty."""
        return partial(next, mint_keys())
