"""An item that a person has damaged is neither gone nor changed, and holds up no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adapters.conformance.support import (
    Damager,
    NewKey,
    Person,
    article,
    changes,
    get,
    push,
    version_of,
)
from syncd.errors import UnavailableError
from syncd.library import Accepted, Create, Library, Refused, Update
from syncd.record import ItemKey

Damage = Callable[[ItemKey], None]


class Damages:
    """An item that a person has damaged is neither gone nor changed, and holds up no other.

    Asked where the `person` has a fourth method, `damage(key)`.
    """

    @pytest.fixture
    def damage(self, person: Person) -> Damage:
        """Return what makes an item unreadable."""
        if not isinstance(person, Damager):
            pytest.skip("nobody here can damage an item")
        return person.damage

    def test_reading_a_damaged_item_raises_rather_than_leaving_it_out(
        self, library: Library, new_key: NewKey, damage: Damage
    ) -> None:
        bad, good = _two(library, new_key)

        damage(bad)

        with pytest.raises(UnavailableError):
            library.get([good, bad])
        assert get(library, good).data["title"] == "good"

    def test_a_damaged_item_is_not_told_of_as_gone(
        self, library: Library, new_key: NewKey, damage: Damage
    ) -> None:
        before = version_of(library)
        bad, good = _two(library, new_key)
        version = version_of(library)

        damage(bad)

        assert list(changes(library, before).items) == [good]
        assert changes(library, version).deleted == []

    def test_what_is_meant_for_a_damaged_item_is_refused_alone(
        self, library: Library, new_key: NewKey, damage: Damage
    ) -> None:
        bad, good = _two(library, new_key)
        version = version_of(library)

        damage(bad)
        first, second = push(
            library,
            Update(bad, version, {"title": "changed"}),
            Update(good, version, {"title": "changed"}),
        )

        assert isinstance(first, Refused)
        assert isinstance(second, Accepted)
        assert get(library, good).data["title"] == "changed"

    def test_nothing_is_made_over_a_damaged_item(
        self, library: Library, new_key: NewKey, damage: Damage
    ) -> None:
        bad, _ = _two(library, new_key)

        damage(bad)
        [outcome] = push(library, Create(bad, article("new")))

        if library.capabilities.takes_keys:
            assert isinstance(outcome, Refused)
        with pytest.raises(UnavailableError):
            library.get([bad])


def _two(library: Library, new_key: NewKey) -> tuple[ItemKey, ItemKey]:
    bad, good = push(library, *(Create(new_key(), article(name)) for name in ("bad", "good")))
    return ItemKey(bad.key), ItemKey(good.key)
