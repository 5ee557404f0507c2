"""What it takes to be a library: the contract of `syncd.library` in executable form.

An adapter passes by inheriting `LibraryConformance` and saying how its library is made and how a
person works in it:

    class TestZoteroWeb(LibraryConformance):
        @pytest.fixture
        def library(self, server): return open_library(server)
        ...

Fixtures to override
    library         a library to write into. It need not be empty, but nobody else works in it.
    second_client   another object for the same library, as a second daemon would have.
    person          what a person does in the library behind syncd's back (see `Person`).
    new_key         (has a default) makes keys that no item has; override where the library is
                    not empty.

An adapter that speaks over a network inherits `RemoteConformance` too, and overrides its fixtures.
A test that needs what a library cannot do is skipped by `capabilities`, never by who it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any, Protocol

import pytest

from syncd.errors import (
    AccessDeniedError,
    ConflictError,
    OutcomeUnknownError,
    RejectedError,
    UnavailableError,
)
from syncd.library import (
    Accepted,
    AddToCollection,
    Changes,
    CollectionKey,
    Create,
    CreateCollection,
    Library,
    Operation,
    Recognisable,
    Refusal,
    Refused,
    Restore,
    RestoreCollection,
    StoredCollection,
    StoredItem,
    Trash,
    TrashCollection,
    Update,
)
from syncd.record import ItemKey

_ALPHABET = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"

NewKey = Callable[[], ItemKey]


class Person(Protocol):
    """Someone who works in the library while syncd is not looking."""

    def edit(self, key: ItemKey, changes: Mapping[str, Any]) -> None:
        """Set these properties of an item."""
        ...

    def trash(self, key: ItemKey) -> None: ...

    def delete(self, key: ItemKey) -> None:
        """Delete an item for good."""
        ...


# What the tests share: making items, and reading everything a library has to say.


def article(title: str = "A title", **properties: Any) -> dict[str, Any]:
    """Return the data of a journal article."""
    return {"itemType": "journalArticle", "title": title, **properties}


def note(parent: str, text: str = "<p>A note</p>") -> dict[str, Any]:
    """Return the data of a child note."""
    return {"itemType": "note", "parentItem": parent, "note": text, "tags": []}


class Seen:
    """Everything that the pages of `changes_since` told."""

    def __init__(self, pages: Iterator[Changes]) -> None:
        self.items: dict[ItemKey, StoredItem] = {}
        self.deleted: list[ItemKey] = []
        self.versions: list[int | None] = []
        for page in pages:
            assert not self.items.keys() & {item.key for item in page.items}, "an item came twice"
            self.items |= {item.key: item for item in page.items}
            self.deleted += page.deleted
            self.versions.append(page.to_version)

    @property
    def to_version(self) -> int:
        *others, last = self.versions
        assert not any(others), "only the last page says how far it goes"
        assert last is not None
        return last


def changes(library: Library, since: int = 0) -> Seen:
    return Seen(library.changes_since(since))


def version_of(library: Library) -> int:
    return changes(library).to_version


def push(library: Library, *operations: Operation) -> Sequence[Accepted | Refused]:
    """Push without a guard, and check what holds for every answer."""
    outcomes = library.push(operations, expected=None).outcomes
    assert len(outcomes) == len(operations)
    return outcomes


def push_all(library: Library, operations: Sequence[Operation]) -> list[Accepted | Refused]:
    """Push as many operations as there are, in batches that the library takes."""
    size = library.capabilities.batch_size
    return [
        outcome
        for start in range(0, len(operations), size)
        for outcome in push(library, *operations[start : start + size])
    ]


def accept(library: Library, operation: Operation) -> Accepted:
    [outcome] = push(library, operation)
    assert isinstance(outcome, Accepted), outcome
    return outcome


def refuse(library: Library, operation: Operation) -> Refusal:
    [outcome] = push(library, operation)
    assert isinstance(outcome, Refused), outcome
    assert outcome.message
    return outcome.refusal


def get(library: Library, key: str) -> StoredItem:
    [item] = library.get([ItemKey(key)])
    return item


def names(tags: Sequence[Mapping[str, Any]]) -> set[str]:
    return {tag["tag"] for tag in tags}


def needs(capability: bool, what: str) -> None:
    if not capability:
        pytest.skip(f"this library does not {what}")


def mint_keys(prefix: str = "K3EY") -> Iterator[ItemKey]:
    """Yield valid keys, the same ones in every test."""
    for digits in product(_ALPHABET, repeat=8 - len(prefix)):
        yield ItemKey(prefix + "".join(digits))


class LibraryConformance:
    """Inherit, override the fixtures, and pass."""

    @pytest.fixture
    def new_key(self) -> NewKey:
        return partial(next, mint_keys())

    # Who it is

    def test_every_client_of_a_library_knows_it_by_the_same_identity(
        self, library: Library, second_client: Library
    ) -> None:
        assert library.describe().identity
        assert library.describe().identity == second_client.describe().identity

    def test_one_whose_options_say_who_it_is_says_the_same_when_asked(
        self, library: Library
    ) -> None:
        if not isinstance(library, Recognisable):
            pytest.skip("only the library itself can say who it is")

        assert library.identity == library.describe().identity

    def test_it_says_which_item_types_it_knows(self, library: Library) -> None:
        schema = library.describe().schema

        assert schema.find_field("journalArticle", "DOI") == "DOI"
        assert "author" in schema.creator_types["journalArticle"]

    def test_finishing_and_closing_twice_does_no_harm(self, library: Library) -> None:
        library.finish()
        library.finish()
        library.close()
        library.close()

    # Creating

    @pytest.mark.parametrize(
        "properties",
        [
            pytest.param({"title": "Über naïve Ωμέγα — 免疫療法 и лекарства 🧪"}, id="scripts"),
            pytest.param(
                {"abstractNote": "Long, and with a\nsecond line. " * 900 + "."}, id="long"
            ),
            pytest.param({"volume": "", "issue": "", "DOI": "", "extra": ""}, id="empty fields"),
            pytest.param({"extra": 'Source: Embase\nfoo: <b>&amp;"\\</b>'}, id="lines and marks"),
            pytest.param({"tags": [{"tag": "hand"}, {"tag": "machine", "type": 1}]}, id="tags"),
            pytest.param(
                {
                    "creators": [
                        {"creatorType": "author", "firstName": "Zoë", "lastName": "Zweig"},
                        {"creatorType": "editor", "name": "The 王 Group"},
                        {"creatorType": "author", "firstName": "", "lastName": "Abel"},
                    ]
                },
                id="creators",
            ),
        ],
    )
    def test_what_was_created_can_be_read_back(
        self, library: Library, new_key: NewKey, properties: dict[str, Any]
    ) -> None:
        sent = article(**properties)

        key = accept(library, Create(new_key(), sent)).key

        held = get(library, key).data
        for name, value in sent.items():
            if name == "tags":
                assert {(t["tag"], t.get("type", 0)) for t in held[name]} == {
                    (t["tag"], t.get("type", 0)) for t in value
                }
            else:
                assert (held.get(name) or "") == value

    def test_a_created_item_is_not_trashed_and_has_the_version_it_was_accepted_with(
        self, library: Library, new_key: NewKey
    ) -> None:
        before = version_of(library)

        accepted = accept(library, Create(new_key(), article()))

        item = get(library, accepted.key)
        assert not accepted.unchanged
        assert not item.trashed
        assert before < item.version == accepted.version <= version_of(library)

    def test_creating_the_same_key_again_leaves_the_first_item(
        self, library: Library, new_key: NewKey
    ) -> None:
        needs(library.capabilities.takes_keys, "take keys")
        key = new_key()
        accept(library, Create(key, article("First")))

        refusal = refuse(library, Create(key, article("Second")))

        assert refusal is Refusal.KEY_TAKEN
        assert get(library, key).data["title"] == "First"

    def test_one_key_twice_in_a_push_makes_one_item(
        self, library: Library, new_key: NewKey
    ) -> None:
        needs(library.capabilities.takes_keys, "take keys")
        key = new_key()

        first, second = push(library, Create(key, article("1st")), Create(key, article("2nd")))

        assert isinstance(first, Accepted)
        assert isinstance(second, Refused)
        assert second.refusal is Refusal.KEY_TAKEN
        assert get(library, key).data["title"] == "1st"

    def test_a_trashed_item_still_owns_its_key(self, library: Library, new_key: NewKey) -> None:
        needs(library.capabilities.takes_keys, "take keys")
        needs(library.capabilities.keeps_trash, "keep a trash")
        created = accept(library, Create(new_key(), article()))
        key = ItemKey(created.key)
        accept(library, Trash(key, created.version))

        assert refuse(library, Create(key, article())) is Refusal.KEY_TAKEN

    def test_the_key_of_a_deleted_item_may_be_used_again(
        self, library: Library, new_key: NewKey, person: Person
    ) -> None:
        needs(library.capabilities.takes_keys, "take keys")
        key = new_key()
        accept(library, Create(key, article("Old")))
        version = version_of(library)
        person.delete(key)

        accept(library, Create(key, article("New")))

        seen = changes(library, version)
        assert seen.items[key].data["title"] == "New"
        assert key not in seen.deleted

    @pytest.mark.parametrize("key", ["short", "lowercas", "WITH0ONE", "TOOLONG22"])
    def test_a_key_that_is_none_is_invalid(self, library: Library, key: str) -> None:
        needs(library.capabilities.takes_keys, "take keys")

        assert refuse(library, Create(ItemKey(key), article())) is Refusal.INVALID

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param({"title": "No type"}, id="no item type"),
            pytest.param({"itemType": "newspaperBox", "title": "A"}, id="unknown item type"),
            pytest.param(article(nonsense="x"), id="unknown field"),
            pytest.param(article(numPages="300"), id="field of another type"),
            pytest.param(
                article(creators=[{"creatorType": "pilot", "firstName": "A", "lastName": "B"}]),
                id="unknown creator type",
            ),
            pytest.param(article(tags=["bare"]), id="a tag that is no object"),
        ],
    )
    def test_data_that_no_item_can_have_is_invalid(
        self, library: Library, new_key: NewKey, data: dict[str, Any]
    ) -> None:
        assert refuse(library, Create(new_key(), data)) is Refusal.INVALID

    # Updating

    def test_an_update_sets_what_it_names_and_leaves_the_rest_alone(
        self, library: Library, new_key: NewKey
    ) -> None:
        tags = [{"tag": "kept"}]
        sent = article("Old", volume="7", DOI="10.1000/a", tags=tags)
        created = accept(library, Create(new_key(), sent))

        updated = accept(
            library, Update(ItemKey(created.key), created.version, {"title": "New", "DOI": ""})
        )

        item = get(library, created.key)
        assert item.version == updated.version > created.version
        assert item.data["title"] == "New"
        assert not item.data.get("DOI")
        assert item.data["volume"] == "7"
        assert names(item.data["tags"]) == {"kept"}

    def test_an_update_takes_away_what_it_has_none_for(
        self, library: Library, new_key: NewKey
    ) -> None:
        sent = article("Stays", volume="7", tags=[{"tag": "goes"}])
        created = accept(library, Create(new_key(), sent))
        gone = {"volume": None, "tags": None, "creators": None}

        accept(library, Update(ItemKey(created.key), created.version, gone))

        item = get(library, created.key)
        assert item.data["title"] == "Stays"
        assert not any(item.data.get(name) for name in gone)

    def test_an_update_planned_against_an_old_version_is_refused_and_the_newer_survives(
        self, library: Library, new_key: NewKey, person: Person
    ) -> None:
        created = accept(library, Create(new_key(), article("Planned")))
        key = ItemKey(created.key)
        person.edit(key, {"title": "By hand"})

        refusal = refuse(library, Update(key, created.version, {"title": "Ours"}))

        assert refusal is Refusal.CHANGED
        assert get(library, key).data["title"] == "By hand"

    def test_an_update_that_changes_nothing_is_accepted_as_unchanged(
        self, library: Library, new_key: NewKey
    ) -> None:
        created = accept(library, Create(new_key(), article("Same", volume="1")))

        again = accept(library, Update(ItemKey(created.key), created.version, {"title": "Same"}))

        assert again == Accepted(created.key, created.version, unchanged=True)
        assert get(library, created.key).version == created.version

    def test_an_invalid_update_changes_nothing(self, library: Library, new_key: NewKey) -> None:
        created = accept(library, Create(new_key(), article("Good")))
        update = Update(ItemKey(created.key), created.version, {"title": "Bad", "nonsense": "x"})

        assert refuse(library, update) is Refusal.INVALID
        assert get(library, created.key).data["title"] == "Good"

    @pytest.mark.parametrize("kind", [Update, AddToCollection, Trash, Restore])
    def test_an_operation_on_an_item_that_is_not_there_finds_it_missing(
        self, library: Library, new_key: NewKey, kind: Any
    ) -> None:
        key, version = new_key(), version_of(library) or 1
        arguments = {Update: ({"title": "A"},), AddToCollection: ((), ("tag",))}.get(kind, ())

        assert refuse(library, kind(key, version, *arguments)) is Refusal.MISSING

    # Many at a time

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

    # The guard

    def test_a_push_against_the_current_version_is_written(
        self, library: Library, new_key: NewKey
    ) -> None:
        answer = library.push(
            [Create(new_key(), article()), Create(new_key(), article())],
            expected=version_of(library),
        )

        assert all(isinstance(outcome, Accepted) for outcome in answer.outcomes)
        assert answer.library_version in (None, version_of(library))

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

    # What changed

    def test_nothing_has_changed_since_the_version_just_read(
        self, library: Library, new_key: NewKey
    ) -> None:
        accept(library, Create(new_key(), article()))

        now = version_of(library)

        seen = changes(library, now)
        assert (seen.items, seen.deleted, seen.to_version) == ({}, [], now)

    def test_one_change_yields_exactly_that_change(self, library: Library, new_key: NewKey) -> None:
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

    # Trash

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

    # Collections

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

    # Notes

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

    # Looking

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


class RemoteConformance:
    """What a library at the other end of a network must do besides; inherit both classes.

    Fixtures to override
        lose_the_next_answer  a context in which writes arrive and their answers do not
        refuse_the_key        a context in which the other side refuses our key
        ask_for_patience      a context in which the other side answers "in so many seconds"
    """

    def test_a_lost_answer_is_an_unknown_outcome_and_pushing_again_leaves_one_item(
        self, library: Library, new_key: NewKey, lose_the_next_answer: AbstractContextManager[None]
    ) -> None:
        needs(library.capabilities.takes_keys, "take keys")
        key = new_key()
        before = version_of(library)
        with lose_the_next_answer, pytest.raises(OutcomeUnknownError):
            library.push([Create(key, article("Landed"))], expected=before)

        assert get(library, key).data["title"] == "Landed"
        assert refuse(library, Create(key, article("Landed"))) is Refusal.KEY_TAKEN
        assert list(changes(library, before).items) == [key]

    def test_a_refused_key_is_denied_at_the_first_call(
        self, library: Library, refuse_the_key: AbstractContextManager[None]
    ) -> None:
        with refuse_the_key, pytest.raises(AccessDeniedError):
            library.describe()

    def test_a_library_that_asks_for_patience_says_for_how_long(
        self, library: Library, new_key: NewKey, ask_for_patience: Callable[[timedelta], Any]
    ) -> None:
        before = version_of(library)
        with ask_for_patience(timedelta(seconds=7)), pytest.raises(UnavailableError) as caught:
            library.push([Create(new_key(), article())], expected=None)

        assert caught.value.retry_after == timedelta(seconds=7)
        assert version_of(library) == before
