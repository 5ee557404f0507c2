"""What a library at the other end of a network must do besides."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest

from adapters.conformance.support import (
    NewKey,
    article,
    changes,
    get,
    needs,
    refuse,
    version_of,
)
from syncd.errors import (
    AccessDeniedError,
    OutcomeUnknownError,
    UnavailableError,
)
from syncd.library import (
    Create,
    Library,
    Refusal,
)


class RemoteConformance:
    """What a library at the other end of a network must do besides; inherit both classes.

    Fixtures to override
        lose_the_next_answer  a context in which writes arrive and their answers do not
        refuse_the_key        a context in which the other side refuses our key
        ask_for_patience      a context in which the other side answers "in so many seconds"
    """

    def test_a_lost_answer_is_an_unknown_outcome_and_pushing_again_leaves_one_item(
        self, library: Library, new_key: NewKey, lose_the_next_answer: AbstractContextManager[None]
    ) -> None:
        needs(library.capabilities.takes_keys, "take keys")
        key = new_key()
        before = version_of(library)
        with lose_the_next_answer, pytest.raises(OutcomeUnknownError):
            library.push([Create(key, article("Landed"))], expected=before)

        assert get(library, key).data["title"] == "Landed"
        assert refuse(library, Create(key, article("Landed"))) is Refusal.KEY_TAKEN
        assert list(changes(library, before).items) == [key]

    def test_a_refused_key_is_denied_at_the_first_call(
        self, library: Library, refuse_the_key: AbstractContextManager[None]
    ) -> None:
        with refuse_the_key, pytest.raises(AccessDeniedError):
            library.describe()

    def test_a_library_that_asks_for_patience_says_for_how_long(
        self, library: Library, new_key: NewKey, ask_for_patience: Callable[[timedelta], Any]
    ) -> None:
        before = version_of(library)
        with ask_for_patience(timedelta(seconds=7)), pytest.raises(UnavailableError) as caught:
            library.push([Create(new_key(), article())], expected=None)

        assert caught.value.retry_after == timedelta(seconds=7)
        assert version_of(library) == before
