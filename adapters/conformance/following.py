"""What has happened in the library since a version."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from adapters.conformance.support import (
    NewKey,
    Person,
    Seen,
    accept,
    article,
    changes,
    changes_what_is_there,
    get,
    needs,
    push,
    push_all,
    version_of,
)
from syncd.library import (
    Accepted,
    CollectionKey,
    Create,
    CreateCollection,
    Library,
    Update,
)
from syncd.record import ItemKey


class Following:
    """What has happened in the library since a version."""

    def test_nothing_has_changed_since_the_version_just_read(
        self, library: Library, new_key: NewKey
    ) -> None:
        accept(library, Create(new_key(), article()))

        now = version_of(library)

        seen = changes(library, now)
        assert (seen.items, seen.deleted, seen.to_version) == ({}, [], now)

    def test_one_change_yields_exactly_that_change(self, library: Library, new_key: NewKey) -> None:
        changes_what_is_there(library)
        [one, *_] = push(library, *(Create(new_key(), article(str(n))) for n in range(5)))
        version = version_of(library)
        updated = accept(library, Update(ItemKey(one.key), version, {"title": "changed"}))

        seen = changes(library, version)

        assert list(seen.items) == [one.key]
        assert seen.items[ItemKey(one.key)].data["title"] == "changed"
        assert seen.to_version >= updated.version > version
        assert seen.deleted == []

    def test_all_of_a_large_library_comes_in_pages(self, library: Library, new_key: NewKey) -> None:
        before = version_of(library)
        keys: set[str] = set()
        for _ in range(4):
            outcomes = push_all(library, [Create(new_key(), article()) for _ in range(30)])
            keys |= {outcome.key for outcome in outcomes}

        seen = changes(library, before)

        assert set(seen.items) == keys
        assert all(before < item.version <= seen.to_version for item in seen.items.values())

    def test_what_the_caller_holds_already_is_not_read_again(
        self, library: Library, new_key: NewKey
    ) -> None:
        before = version_of(library)
        held, stale, new = push(library, *(Create(new_key(), article(str(n))) for n in range(3)))
        assert isinstance(held, Accepted)
        assert isinstance(stale, Accepted)
        asked: list[ItemKey] = []
        mine = {ItemKey(held.key): held.version, ItemKey(stale.key): stale.version - 1}

        def known(keys: Collection[ItemKey]) -> Mapping[ItemKey, int]:
            asked.extend(keys)
            return {key: version for key, version in mine.items() if key in keys}

        seen = Seen(library.changes_since(before, known=known))

        assert set(seen.items) == {stale.key, new.key}
        assert set(asked) == {held.key, stale.key, new.key}
        assert seen.to_version == version_of(library)

    def test_the_library_version_only_ever_rises(
        self, library: Library, new_key: NewKey, person: Person
    ) -> None:
        changes_what_is_there(library)
        versions = [version_of(library)]
        created = accept(library, Create(new_key(), article("one")))
        key = ItemKey(created.key)
        versions.append(version_of(library))
        person.edit(key, {"title": "two"})
        versions.append(version_of(library))
        accept(library, Update(key, versions[-1], {"title": "three"}))
        versions.append(version_of(library))
        accept(library, CreateCollection(CollectionKey(new_key()), "Inbox"))
        versions.append(version_of(library))
        person.delete(key)
        versions.append(version_of(library))

        assert versions == sorted(set(versions))

    def test_an_item_edited_by_hand_comes_with_a_new_version(
        self, library: Library, new_key: NewKey, person: Person
    ) -> None:
        created = accept(library, Create(new_key(), article("Old", volume="7")))
        version = version_of(library)

        person.edit(ItemKey(created.key), {"title": "By hand"})

        [item] = changes(library, version).items.values()
        assert item.key == created.key
        assert item.version > created.version
        assert item.data["title"] == "By hand"
        assert item.data["volume"] == "7"

    def test_an_item_deleted_by_hand_comes_back_as_a_tombstone(
        self, library: Library, new_key: NewKey, person: Person
    ) -> None:
        needs(library.capabilities.reports_tombstones, "report tombstones")
        gone, kept = push(library, *(Create(new_key(), article()) for _ in range(2)))
        version = version_of(library)

        person.delete(ItemKey(gone.key))

        seen = changes(library, version)
        assert seen.deleted == [gone.key]
        assert seen.items == {}
        assert [item.key for item in library.get([ItemKey(gone.key), ItemKey(kept.key)])] == [
            kept.key
        ]

    def test_an_item_trashed_by_hand_comes_as_trashed(
        self, library: Library, new_key: NewKey, person: Person
    ) -> None:
        needs(library.capabilities.keeps_trash, "keep a trash")
        created = accept(library, Create(new_key(), article("Still readable")))
        version = version_of(library)

        person.trash(ItemKey(created.key))

        [item] = changes(library, version).items.values()
        assert item.trashed
        assert item.data["title"] == "Still readable"
        assert "deleted" not in item.data
        assert get(library, created.key) == item
