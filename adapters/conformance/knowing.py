"""Who a library says it is, and what it says it takes."""

from __future__ import annotations

import pytest

from syncd.library import (
    Library,
    Recognisable,
)


class Knowing:
    """Who a library says it is, and what it says it takes."""

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
