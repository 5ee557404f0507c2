"""What is wrong with keys is said from what an adapter declares of them."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.options import find_problems
from syncd.library import Option

DECLARED = (
    Option("folder", "The folder that it is in.", "/srv/notes", required=True),
    Option("depth", "How deep it goes.", 3, 1),
    Option("weight", "How much it counts.", 0.5),
    Option("strict", "Whether it asks.", True, False),
    Option("colours", "What it looks like.", ["red"]),
    Option("kind", "What it is.", "user", choices=("user", "group")),
)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"folder": "/x"}, {}),
        ({"folder": "/x", "depth": 2, "weight": 1, "strict": True, "colours": []}, {}),
        ({}, {"folder": "is missing: the folder that it is in."}),
        ({"folder": 5}, {"folder": 'must be a text such as "/srv/notes"'}),
        ({"folder": "/x", "depth": True}, {"depth": "must be a number such as 3"}),
        ({"folder": "/x", "depth": "2"}, {"depth": "must be a number such as 3"}),
        ({"folder": "/x", "weight": False}, {"weight": "must be a number such as 0.5"}),
        ({"folder": "/x", "strict": 1}, {"strict": "must be true or false"}),
        ({"folder": "/x", "colours": [1]}, {"colours": "must be a list of texts, in [ ]"}),
        ({"folder": "/x", "kind": "club"}, {"kind": 'must be "user" or "group"'}),
    ],
)
def test_each_key_is_told_what_it_must_be(options: dict[str, Any], told: dict[str, str]) -> None:
    assert find_problems(options, DECLARED) == told


def test_an_unknown_key_is_answered_with_those_that_are_known() -> None:
    told = find_problems({"folder": "/x", "foldr": "/x"}, DECLARED)

    assert told == {
        "foldr": "is not a key of this adapter; it takes folder, depth, weight, strict, colours, "
        "kind"
    }
    assert find_problems({"a": 1}, ())["a"].endswith("it takes none of its own")
