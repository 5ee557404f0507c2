"""Where an item can be looked at follows from what its library is."""

from __future__ import annotations

import pytest

from syncd.page.views import links_to


@pytest.mark.parametrize(
    ("library", "links"),
    [
        ("https://api.zotero.org/users/7", ["zotero://select/library/items/ABCD2345"]),
        (
            "https://api.zotero.org/groups/42",
            [
                "zotero://select/groups/42/items/ABCD2345",
                "https://www.zotero.org/groups/42/items/ABCD2345",
            ],
        ),
        ("file:/home/ada/library", []),
        ("file:/srv/groups/42", []),
    ],
)
def test_an_item_is_shown_where_its_library_is(library: str, links: list[str]) -> None:
    assert list(links_to(library, "ABCD2345").values()) == links
