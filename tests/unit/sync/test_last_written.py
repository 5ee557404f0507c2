"""What an update moved of collections and tags, however many an item has."""

from __future__ import annotations

import time
from typing import Any

import pytest

from syncd.ledger.history import Base, Done
from syncd.library import ItemData, Update
from syncd.record import ItemKey
from syncd.sync.last_written import _base_after

KEY = ItemKey("ABCD2345")
MANY = 20_000
SECONDS = 2.0
"""Of CPU: what grows with the number takes a tenth of it, what grows with its square minutes."""


def _written(ours: ItemData, before: ItemData, changed: ItemData) -> dict[str, Any]:
    done = Done(1, 1, Update(KEY, 2, changed), "accepted", 3, {"data": before})
    base = _base_after(done, Base(KEY, 1, 2, ours), None)
    assert base is not None
    return dict(base.data)


def _tags(*names: str) -> dict[str, Any]:
    return {"tags": [{"tag": name} for name in names]}


@pytest.mark.parametrize(
    ("before", "changed", "expected"),
    [
        (["a", "b"], ["a", "b", "c"], ["a", "c"]),
        (["a", "b"], ["b"], []),
        (["b"], ["b"], ["a"]),
        (["a"], ["c", "a"], ["a", "c"]),
    ],
    ids=["added", "taken out", "never there", "in another order"],
)
def test_what_people_have_added_stays_theirs(
    before: list[str], changed: list[str], expected: list[str]
) -> None:
    assert _written(_tags("a"), _tags(*before), _tags(*changed)) == _tags(*expected)


def test_a_tag_of_another_type_is_another_tag() -> None:
    automatic = {"tags": [{"type": 1, "tag": "a"}]}
    same = {"tags": [{"tag": "a", "type": 1}]}
    assert _written(automatic, _tags("a"), _tags("a")) == automatic
    assert _written(_tags("a"), _tags("a"), {"tags": [*_tags("a")["tags"], *same["tags"]]}) == {
        "tags": [{"tag": "a"}, {"tag": "a", "type": 1}]
    }
    assert _written(automatic, same, same) == automatic


@pytest.mark.parametrize("name", ["tags", "collections"])
def test_no_number_of_them_makes_an_update_slow(name: str) -> None:
    def values(*numbers: int) -> ItemData:
        texts = [str(number) for number in range(*numbers)]
        return {name: [{"tag": text} for text in texts] if name == "tags" else texts}

    start = time.process_time()
    written = _written(values(MANY), values(MANY), values(1, MANY + 1))

    assert written == values(1, MANY + 1)
    assert time.process_time() - start < SECONDS
