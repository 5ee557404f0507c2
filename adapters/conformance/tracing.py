"""What a library that gives its own keys has made is found again, and nothing else is."""

from __future__ import annotations

import pytest

from adapters.conformance.support import NewKey, accept, article, get, note
from syncd.library import Create, Library, Tracing
from syncd.record import ItemKey


class Tracings:
    """What a library that gives its own keys has made is found again, and nothing else is."""

    def test_one_that_gives_its_own_keys_can_find_what_it_was_sent(self, library: Library) -> None:
        # Else what an answer that was lost had made would be made again.
        assert library.capabilities.takes_keys or isinstance(library, Tracing)

    def test_what_a_noted_push_made_is_found_by_its_note(
        self, library: Library, new_key: NewKey
    ) -> None:
        tracing = _tracing(library)
        operations = [Create(new_key(), article("Same")), Create(new_key(), article("Same"))]

        kept = tracing.prepare(operations)
        outcomes = library.push(operations, expected=None).outcomes

        made = tracing.trace(operations, kept)
        assert [each and each.key for each in made] == [each.key for each in outcomes]

    def test_a_note_is_kept_for_its_own_push_alone(self, library: Library, new_key: NewKey) -> None:
        tracing = _tracing(library)
        first, second = [Create(new_key(), article("Same"))], [Create(new_key(), article("Same"))]
        kept = tracing.prepare(first)
        [other] = library.push(second, expected=None).outcomes

        made = tracing.trace(first, kept)

        assert made == [None], f"{other.key} was made by another push"

    def test_what_was_noted_and_never_sent_has_made_nothing(
        self, library: Library, new_key: NewKey
    ) -> None:
        tracing = _tracing(library)
        parent = accept(library, Create(new_key(), article())).key
        operations = [Create(new_key(), note(parent))]

        kept = tracing.prepare(operations)

        assert list(tracing.trace(operations, kept)) == [None]
        assert get(library, parent).key == ItemKey(parent)


def _tracing(library: Library) -> Tracing:
    if not isinstance(library, Tracing):
        pytest.skip("this library is asked for what it made by the keys that it was given")
    return library
