"""What may take for ever is waited for only so long."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from syncd.system.waiting import within

LONG, SHORT = timedelta(seconds=60), timedelta(milliseconds=10)


def test_what_ends_in_time_returns_or_raises() -> None:
    def fail() -> None:
        raise LookupError("as it is")

    def be_late() -> None:
        raise TimeoutError("of its own")

    assert within(LONG, lambda: 7) == 7
    with pytest.raises(LookupError, match="as it is"):
        within(LONG, fail)
    with pytest.raises(TimeoutError, match="of its own"):
        within(LONG, be_late)


def test_what_does_not_end_is_left_behind() -> None:
    gate = threading.Event()

    with pytest.raises(TimeoutError, match="not answered within 0 seconds"):
        within(SHORT, gate.wait)

    gate.set()
