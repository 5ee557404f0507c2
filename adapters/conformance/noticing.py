"""What a library has to tell people it says in sentences, and says again while it is so."""

from __future__ import annotations

import pytest

from syncd.library import Library, Noticing


class Noticings:
    """What a library has to tell people it says in sentences, and says again while it is so."""

    def test_what_it_has_to_tell_people_are_sentences(self, library: Library) -> None:
        told = _noticing(library).notices()

        assert not isinstance(told, str)
        assert all(str(each) == each and each.strip() for each in told)

    def test_what_it_tells_people_it_tells_until_something_changes(self, library: Library) -> None:
        noticing = _noticing(library)
        library.finish()

        assert list(noticing.notices()) == list(noticing.notices())


def _noticing(library: Library) -> Noticing:
    if not isinstance(library, Noticing):
        pytest.skip("has nothing to tell people")
    return library
