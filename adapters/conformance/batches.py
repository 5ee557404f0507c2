"""Many operations at a time, and the guard that refuses all of them."""

from __future__ import annotations

import pytest

from adapters.conformance.support import (
    NewKey,
    Person,
    accept,
    article,
    changes,
    changes_what_is_there,
    get,
    note,
    push,
    version_of,
)
from syncd.errors import (
    ConflictError,
    RejectedError,
)
from syncd.library import (
    Accepted,
    Create,
    Library,
)
from syncd.record import ItemKey


class Batches:
    """Many operations at a time, and the guard that refuses all of them."""

    def test_one_refusal_does_not_sink_the_others_and_answers_come_in_order(
        self, library: Library, new_key: NewKey
    ) -> None:
        sent = [
            Create(new_key(), article("one")),
            Create(new_key(), article("two", nonsense="x")),
            Create(new_key(), article("three")),
            Create(new_key(), note(new_key())),
            Create(new_key(), article("five")),
        ]

        outcomes = push(library, *sent)

        assert [isinstance(outcome, Accepted) for outcome in outcomes] == [1, 0, 1, 0, 1]
        assert [get(library, outcomes[at].key).data["title"] for at in (0, 2, 4)] == [
            "one",
            "three",
            "five",
        ]
        if library.capabilities.takes_keys:
            assert [outcome.key for outcome in outcomes] == [op.item_key for op in sent]

    def test_an_empty_push_does_nothing(self, library: Library) -> None:
        before = version_of(library)

        assert list(library.push([], expected=before).outcomes) == []
        assert version_of(library) == before

    def test_more_than_a_batch_is_rejected_and_nothing_written(
        self, library: Library, new_key: NewKey
    ) -> None:
        before = version_of(library)
        many = [Create(new_key(), article()) for _ in range(library.capabilities.batch_size + 1)]

        with pytest.raises(RejectedError) as caught:
            library.push(many, expected=None)

        assert caught.value.too_large
        assert version_of(library) == before

    def test_a_full_batch_is_accepted(self, library: Library, new_key: NewKey) -> None:
        many = [Create(new_key(), article()) for _ in range(library.capabilities.batch_size)]

        outcomes = push(library, *many)

        assert all(isinstance(outcome, Accepted) for outcome in outcomes)
        assert len(library.get([ItemKey(o.key) for o in outcomes])) == len(many)

    def test_a_push_against_the_current_version_is_written(
        self, library: Library, new_key: NewKey
    ) -> None:
        answer = library.push(
            [Create(new_key(), article()), Create(new_key(), article())],
            expected=version_of(library),
        )

        assert all(isinstance(outcome, Accepted) for outcome in answer.outcomes)
        assert answer.library_version in (None, version_of(library))

    def test_a_push_without_a_guard_says_nothing_about_what_others_did(
        self, library: Library, person: Person, new_key: NewKey
    ) -> None:
        changes_what_is_there(library)
        created = accept(library, Create(new_key(), article()))
        person.edit(ItemKey(created.key), {"title": "By hand"})

        answer = library.push([Create(new_key(), article())], expected=None)

        # Whoever believed it would pass over the edit.
        assert answer.library_version is None

    def test_a_library_that_moved_on_refuses_the_whole_push(
        self, library: Library, second_client: Library, new_key: NewKey
    ) -> None:
        planned_at = version_of(library)
        accept(second_client, Create(new_key(), article("Theirs")))
        moved_to = version_of(library)

        with pytest.raises(ConflictError):
            library.push([Create(new_key(), article("Ours"))], expected=planned_at)

        assert version_of(library) == moved_to

    def test_a_library_moved_by_hand_refuses_the_whole_push(
        self, library: Library, person: Person, new_key: NewKey
    ) -> None:
        created = accept(library, Create(new_key(), article()))
        planned_at = version_of(library)
        person.edit(ItemKey(created.key), {"title": "By hand"})

        with pytest.raises(ConflictError):
            library.push([Create(new_key(), article("Ours"))], expected=planned_at)

        titles = {item.data["title"] for item in changes(library, planned_at).items.values()}
        assert titles == {"By hand"}
