"""What stands in the place of a text is taken kindly, or named as damage."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.rules import UnreadableItemError
from adapters.tidying import tidy_data


@pytest.mark.parametrize(
    ("value", "text"), [(7, "7"), (1.5, "1.5"), (None, ""), (True, "true"), (False, "false")]
)
def test_a_text_may_be_written_as_something_shorter(value: Any, text: str) -> None:
    assert tidy_data({"itemType": "note", "title": value})["title"] == text


@pytest.mark.parametrize(
    ("name", "value"), [("inPublications", True), ("parentItem", False), ("mtime", 7)]
)
def test_what_is_no_text_stays_what_it_is(name: str, value: Any) -> None:
    assert tidy_data({"itemType": "note", name: value})[name] is value


def test_what_says_something_of_the_file_is_no_data_of_the_item() -> None:
    data = {"key": "ABCD2345", "itemType": "note", "version": 3, "note": "a", "deleted": 1}

    assert list(tidy_data(data).items()) == [("itemType", "note"), ("note", "a")]


@pytest.mark.parametrize("value", [["a"], {"x": 1}])
def test_a_property_that_a_newer_library_gives_its_items_stays_as_it_is(value: Any) -> None:
    assert tidy_data({"itemType": "book", "newerThanUs": value})["newerThanUs"] == value


@pytest.mark.parametrize(("name", "empty"), [("relations", {}), ("tags", []), ("creators", [])])
@pytest.mark.parametrize("value", [None, "", [], {}])
def test_nothing_is_written_in_many_ways(name: str, empty: Any, value: Any) -> None:
    assert tidy_data({"itemType": "note", name: value})[name] == empty


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", []),
        ("note", {}),
        ("ISBN", ["9"]),
        ("creators", [7]),
        ("creators", [{"creatorType": "author", "lastName": 7}]),
        ("creators", [{"lastName": "A"}]),
        ("creators", [{"creatorType": "author"}]),
        ("tags", ["a"]),
        ("collections", {"a": 1}),
    ],
)
def test_what_cannot_be_meant_is_damage(name: str, value: Any) -> None:
    with pytest.raises(UnreadableItemError, match=name):
        tidy_data({"itemType": "note", name: value})
