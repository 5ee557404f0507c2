"""The trash, in libraries that keep one."""

from __future__ import annotations

from adapters.conformance.support import (
    NewKey,
    Person,
    accept,
    article,
    changes,
    get,
    needs,
    refuse,
)
from syncd.library import (
    Create,
    Library,
    Refusal,
    Restore,
    Trash,
)
from syncd.record import ItemKey


class Trashing:
    """The trash, in libraries that keep one."""

    def test_trash_and_restore_move_an_item_and_leave_its_data_alone(
        self, library: Library, new_key: NewKey
    ) -> None:
        needs(library.capabilities.keeps_trash, "keep a trash")
        created = accept(library, Create(new_key(), article("Kept", volume="7")))
        key = ItemKey(created.key)

        trashed = accept(library, Trash(key, created.version))
        in_trash = get(library, key)
        restored = accept(library, Restore(key, trashed.version))
        back = get(library, key)

        assert (in_trash.trashed, back.trashed) == (True, False)
        assert created.version < trashed.version < restored.version == back.version
        assert (back.data["title"], back.data["volume"]) == ("Kept", "7")

    def test_a_stale_trash_is_refused(
        self, library: Library, new_key: NewKey, person: Person
    ) -> None:
        created = accept(library, Create(new_key(), article()))
        person.edit(ItemKey(created.key), {"title": "Someone cares"})

        assert refuse(library, Trash(ItemKey(created.key), created.version)) is Refusal.CHANGED
        assert not get(library, created.key).trashed

    def test_a_whole_library_includes_its_trash(self, library: Library, new_key: NewKey) -> None:
        needs(library.capabilities.keeps_trash, "keep a trash")
        created = accept(library, Create(new_key(), article()))
        accept(library, Trash(ItemKey(created.key), created.version))

        assert changes(library).items[ItemKey(created.key)].trashed
