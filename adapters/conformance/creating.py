"""What is created can be read back, once, and only where an item may be like that."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.conformance.support import (
    NewKey,
    Person,
    accept,
    article,
    changes,
    get,
    needs,
    push,
    refuse,
    version_of,
)
from syncd.library import (
    Accepted,
    Create,
    Library,
    Refusal,
    Refused,
    Trash,
)
from syncd.record import ItemKey


class Creating:
    """What is created can be read back, once, and only where an item may be like that."""

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
