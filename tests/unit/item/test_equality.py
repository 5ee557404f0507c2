"""What servers do to a value that they are sent makes it no other value."""

from __future__ import annotations

import pytest

from syncd.item.equality import find_differences, is_as_written


@pytest.mark.parametrize(
    ("field", "written", "found"),
    [
        ("ISBN", "9780262035613", "978-0-262-03561-3"),
        ("ISBN", "9780262035613, 9783642041457", "978-0-262-03561-3 978-3-642-04145-7"),
        ("title", "A  work ", "A work"),
        ("accessDate", "2023-09-12", "2023-09-12T00:00:00Z"),
    ],
)
def test_a_value_that_zotero_spells_anew_stands(field: str, written: str, found: str) -> None:
    assert find_differences({field: written}, {field: found}) == []
    assert is_as_written({field: written}, {field: found})


@pytest.mark.parametrize("empty", [[], {}, "", None])
def test_a_property_that_is_empty_is_as_good_as_absent(empty: object) -> None:
    assert find_differences({}, {"creators": empty}) == []
    assert is_as_written({"creators": empty}, {})


@pytest.mark.parametrize(
    ("written", "found"), [("9780262035613", "9783642041457"), ("not one", "another"), ("", "x")]
)
def test_another_isbn_is_another(written: str, found: str) -> None:
    assert find_differences({"ISBN": written}, {"ISBN": found}) == ["ISBN"]
    assert not is_as_written({"ISBN": written}, {"ISBN": found})
