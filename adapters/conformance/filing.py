"""Collections, and items that are put into them and tagged."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adapters.conformance.support import (
    NewKey,
    Person,
    accept,
    article,
    get,
    names,
    needs,
    push,
    refuse,
    version_of,
)
from syncd.errors import (
    ConflictError,
)
from syncd.library import (
    Accepted,
    AddToCollection,
    CollectionKey,
    Create,
    CreateCollection,
    Library,
    Refusal,
    RestoreCollection,
    StoredCollection,
    TrashCollection,
    Update,
)
from syncd.record import ItemKey


class Filing:
    """Collections, and items that are put into them and tagged."""

    def test_collections_have_names_and_nest(self, library: Library, new_key: NewKey) -> None:
        wanted, inner = CollectionKey(new_key()), CollectionKey(new_key())

        outer = CollectionKey(accept(library, CreateCollection(wanted, "Inbox")).key)
        made = accept(library, CreateCollection(inner, "Scopus — 免疫", outer))

        keys = [outer, CollectionKey(made.key)]
        held = {c.key: c for c in library.collections()}
        assert held[keys[0]] == StoredCollection(keys[0], "Inbox", None)
        assert held[keys[1]] == StoredCollection(keys[1], "Scopus — 免疫", keys[0])

    def test_a_collection_is_made_once(self, library: Library, new_key: NewKey) -> None:
        needs(library.capabilities.takes_keys, "take keys")
        key = CollectionKey(new_key())
        accept(library, CreateCollection(key, "Inbox"))

        assert refuse(library, CreateCollection(key, "Inbox")) is Refusal.KEY_TAKEN
        assert [c.name for c in library.collections() if c.key == key] == ["Inbox"]

    def test_a_collection_needs_a_name_and_a_parent_that_exists(
        self, library: Library, new_key: NewKey
    ) -> None:
        nameless = CreateCollection(CollectionKey(new_key()), "")
        orphan = CreateCollection(CollectionKey(new_key()), "Orphan", CollectionKey(new_key()))

        assert refuse(library, nameless) is Refusal.INVALID
        assert refuse(library, orphan) is Refusal.MISSING

    def test_an_item_may_be_created_in_a_collection_made_in_the_same_push(
        self, library: Library, new_key: NewKey
    ) -> None:
        needs(library.capabilities.takes_keys, "take keys")
        collection, key = CollectionKey(new_key()), new_key()

        outcomes = push(
            library,
            CreateCollection(collection, "Inbox"),
            Create(key, article(collections=[collection])),
        )

        assert all(isinstance(outcome, Accepted) for outcome in outcomes)
        assert get(library, key).data["collections"] == [collection]

    def test_a_trashed_collection_is_not_listed_and_comes_back_with_what_was_in_it(
        self, library: Library, new_key: NewKey
    ) -> None:
        needs(library.capabilities.keeps_trash, "keep a trash")
        made = accept(library, CreateCollection(CollectionKey(new_key()), "Inbox"))
        outer = CollectionKey(made.key)
        made = accept(library, CreateCollection(CollectionKey(new_key()), "Scopus", outer))
        inner = CollectionKey(made.key)
        item = accept(library, Create(new_key(), article(collections=[inner])))

        accept(library, TrashCollection(inner))
        listed = {each.key for each in library.collections()}
        while_trashed = get(library, item.key)
        accept(library, RestoreCollection(inner))

        assert listed & {outer, inner} == {outer}
        assert not while_trashed.trashed
        assert StoredCollection(inner, "Scopus", outer) in library.collections()
        assert get(library, item.key).data["collections"] == [inner]

    def test_a_trashed_collection_still_owns_its_key(
        self, library: Library, new_key: NewKey
    ) -> None:
        needs(library.capabilities.keeps_trash, "keep a trash")
        needs(library.capabilities.takes_keys, "take keys")
        key = CollectionKey(new_key())
        accept(library, CreateCollection(key, "Inbox"))
        accept(library, TrashCollection(key))

        assert refuse(library, CreateCollection(key, "Inbox")) is Refusal.KEY_TAKEN

    def test_a_collection_that_is_where_it_is_to_go_is_left_alone(
        self, library: Library, new_key: NewKey
    ) -> None:
        needs(library.capabilities.keeps_trash, "keep a trash")
        key = CollectionKey(
            accept(library, CreateCollection(CollectionKey(new_key()), "Inbox")).key
        )

        restored = accept(library, RestoreCollection(key))
        trashed = accept(library, TrashCollection(key))
        again = accept(library, TrashCollection(key))

        assert (restored.unchanged, trashed.unchanged, again.unchanged) == (True, False, True)

    @pytest.mark.parametrize("move", [TrashCollection, RestoreCollection])
    def test_a_collection_that_was_never_made_cannot_be_moved(
        self,
        library: Library,
        new_key: NewKey,
        move: Callable[[CollectionKey], TrashCollection | RestoreCollection],
    ) -> None:
        needs(library.capabilities.keeps_trash, "keep a trash")

        assert refuse(library, move(CollectionKey(new_key()))) is Refusal.MISSING

    def test_a_library_that_moved_on_refuses_to_trash_a_collection(
        self, library: Library, new_key: NewKey
    ) -> None:
        needs(library.capabilities.keeps_trash, "keep a trash")
        key = CollectionKey(
            accept(library, CreateCollection(CollectionKey(new_key()), "Inbox")).key
        )
        before = version_of(library)
        accept(library, Create(new_key(), article(collections=[key])))

        with pytest.raises(ConflictError):
            library.push([TrashCollection(key)], expected=before)

        assert key in {each.key for each in library.collections()}

    def test_what_a_change_says_stood_there_is_what_stood_there(
        self, library: Library, new_key: NewKey
    ) -> None:
        created = accept(library, Create(new_key(), article("Old", tags=[{"tag": "kept"}])))
        key = ItemKey(created.key)

        updated = accept(library, Update(key, created.version, {"title": "New", "volume": "7"}))
        filed = accept(library, AddToCollection(key, updated.version, (), ("more",)))

        # A library that does not look says nothing.
        if updated.before is not None:
            assert updated.before["title"] == "Old"
            assert not updated.before["volume"]
        if filed.before is not None:
            assert names(filed.before["tags"]) == {"kept"}

    def test_adding_where_the_sender_has_looked_keeps_what_was_seen(
        self, library: Library, new_key: NewKey
    ) -> None:
        created = accept(library, Create(new_key(), article(tags=[{"tag": "theirs"}])))
        key, seen = ItemKey(created.key), {"collections": [], "tags": [{"tag": "theirs"}]}

        accept(library, AddToCollection(key, created.version, (), ("ours",), seen))

        assert names(get(library, key).data["tags"]) == {"ours", "theirs"}

    def test_adding_to_a_collection_keeps_what_people_added(
        self, library: Library, new_key: NewKey, person: Person
    ) -> None:
        ours, theirs = CollectionKey(new_key()), CollectionKey(new_key())
        made = push(library, CreateCollection(ours, "Ours"), CreateCollection(theirs, "Theirs"))
        ours, theirs = (CollectionKey(outcome.key) for outcome in made)
        created = accept(library, Create(new_key(), article("Theirs too")))
        key = ItemKey(created.key)
        person.edit(key, {"collections": [theirs], "tags": [{"tag": "theirs"}], "extra": "note"})

        added = accept(library, AddToCollection(key, version_of(library), (ours,), ("ours",)))

        item = get(library, key)
        assert item.version == added.version
        assert set(item.data["collections"]) == {ours, theirs}
        assert names(item.data["tags"]) == {"ours", "theirs"}
        assert (item.data["title"], item.data["extra"]) == ("Theirs too", "note")

    def test_adding_to_a_collection_again_changes_nothing(
        self, library: Library, new_key: NewKey
    ) -> None:
        collection = CollectionKey(
            accept(library, CreateCollection(CollectionKey(new_key()), "Inbox")).key
        )
        created = accept(library, Create(new_key(), article()))
        key = ItemKey(created.key)
        added = accept(library, AddToCollection(key, created.version, (collection,), ("tag",)))

        again = accept(library, AddToCollection(key, added.version, (collection,), ("tag",)))

        assert again == Accepted(key, added.version, unchanged=True)

    def test_a_stale_addition_is_refused(
        self, library: Library, new_key: NewKey, person: Person
    ) -> None:
        created = accept(library, Create(new_key(), article()))
        person.edit(ItemKey(created.key), {"tags": [{"tag": "theirs"}]})
        stale = AddToCollection(ItemKey(created.key), created.version, (), ("ours",))

        assert refuse(library, stale) is Refusal.CHANGED
        assert names(get(library, created.key).data["tags"]) == {"theirs"}

    def test_a_collection_that_is_not_there_is_missing(
        self, library: Library, new_key: NewKey
    ) -> None:
        absent = CollectionKey(new_key())
        created = accept(library, Create(new_key(), article()))
        add = AddToCollection(ItemKey(created.key), created.version, (absent,))

        assert refuse(library, add) is Refusal.MISSING
        assert refuse(library, Create(new_key(), article(collections=[absent]))) is Refusal.MISSING
