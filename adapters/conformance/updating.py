"""What is changed is what was named, and only while nobody was quicker."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.conformance.support import (
    NewKey,
    Person,
    accept,
    article,
    get,
    names,
    refuse,
    version_of,
)
from syncd.library import (
    Accepted,
    AddToCollection,
    Create,
    Library,
    Refusal,
    Restore,
    Trash,
    Update,
)
from syncd.record import ItemKey


class Updating:
    """What is changed is what was named, and only while nobody was quicker."""

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
