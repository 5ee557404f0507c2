"""Notes belong to an item that is there."""

from __future__ import annotations

from adapters.conformance.support import (
    NewKey,
    article,
    get,
    needs,
    note,
    push,
    refuse,
)
from syncd.library import (
    Accepted,
    Create,
    Library,
    Refusal,
    Refused,
)


class Notes:
    """Notes belong to an item that is there."""

    def test_an_item_and_its_notes_may_come_in_one_push(
        self, library: Library, new_key: NewKey
    ) -> None:
        needs(library.capabilities.takes_keys, "take keys")
        parent, first, second = new_key(), new_key(), new_key()

        outcomes = push(
            library,
            Create(parent, article()),
            Create(first, note(parent, "<p>Funding:<br>A and B</p>")),
            Create(second, note(parent, "<p>Другое</p>")),
        )

        assert all(isinstance(outcome, Accepted) for outcome in outcomes)
        assert [get(library, key).data["parentItem"] for key in (first, second)] == [parent] * 2
        assert get(library, second).data["note"] == "<p>Другое</p>"

    def test_a_note_without_its_parent_finds_it_missing(
        self, library: Library, new_key: NewKey
    ) -> None:
        assert refuse(library, Create(new_key(), note(new_key()))) is Refusal.MISSING

    def test_a_note_before_its_parent_in_a_push_finds_it_missing(
        self, library: Library, new_key: NewKey
    ) -> None:
        needs(library.capabilities.takes_keys, "take keys")
        parent = new_key()

        first, second = push(library, Create(new_key(), note(parent)), Create(parent, article()))

        assert isinstance(first, Refused)
        assert first.refusal is Refusal.MISSING
        assert isinstance(second, Accepted)
