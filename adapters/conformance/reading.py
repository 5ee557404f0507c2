"""Items read by their keys, by whoever opens the library."""

from __future__ import annotations

from adapters.conformance.support import (
    NewKey,
    accept,
    article,
    changes,
    get,
    push_all,
    version_of,
)
from syncd.library import (
    Create,
    Library,
)
from syncd.record import ItemKey


class Reading:
    """Items read by their keys, by whoever opens the library."""

    def test_items_that_do_not_exist_are_left_out(self, library: Library, new_key: NewKey) -> None:
        created = accept(library, Create(new_key(), article()))

        there = library.get([new_key(), ItemKey(created.key), new_key()])

        assert [item.key for item in there] == [created.key]

    def test_asking_for_no_items_gives_none(self, library: Library, new_key: NewKey) -> None:
        accept(library, Create(new_key(), article()))

        assert library.get([]) == []
        assert library.get([new_key()]) == []

    def test_many_items_are_read_at_once(self, library: Library, new_key: NewKey) -> None:
        outcomes = [
            outcome
            for _ in range(3)
            for outcome in push_all(library, [Create(new_key(), article()) for _ in range(40)])
        ]

        there = library.get([ItemKey(outcome.key) for outcome in outcomes])

        assert {item.key for item in there} == {outcome.key for outcome in outcomes}

    def test_a_second_client_sees_what_the_first_wrote(
        self, library: Library, second_client: Library, new_key: NewKey
    ) -> None:
        version = version_of(second_client)
        created = accept(library, Create(new_key(), article("Seen by both")))

        assert get(second_client, created.key) == get(library, created.key)
        assert list(changes(second_client, version).items) == [created.key]
