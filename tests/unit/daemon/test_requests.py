"""What a command may ask is looked at before anything is done about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from syncd.daemon.requests import Requests
from syncd.errors import CommandError
from tests.fakes.clock import FakeClock


class Untouched:
    """A daemon, or a ledger, that nobody may come to."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked for")


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("once", {"routes": 5}),
        ("once", {"routes": {"mine": "a.ris"}}),
        ("once", {"routes": {"mine": [7]}}),
        ("once", {"routes": {"mine": ["a\0.ris"]}}),
        ("resume", {}),
        ("resume", {"library": ["mine"]}),
        ("retry", {"library": None}),
        ("reconcile", {"library": {}}),
        ("undo", {}),
        ("undo", {"run": "1"}),
        ("undo", {"run": True}),
        ("undo", {"run": 0}),
        ("restore", {"what": 7}),
        ("restore", {"what": ""}),
        ("review", {"library": "mine"}),
        ("review", {"library": "mine", "action": ["list"]}),
        ("review", {"library": "mine", "action": "dance"}),
        ("review", {"library": "mine", "action": "import", "document": "{}"}),
        ("review", {"library": "mine", "action": "accept", "questions": "1", "item_key": None}),
        ("review", {"library": "mine", "action": "accept", "questions": [1], "item_key": 3}),
        ("review", {"library": "mine", "action": "accept", "questions": [1]}),
    ],
)
def test_arguments_of_another_shape_are_wrong_usage_and_no_bug(
    command: str, arguments: Mapping[str, Any]
) -> None:
    nobody: Any = Untouched()
    pause = timedelta.total_seconds
    requests = Requests(nobody, nobody, nobody, FakeClock(), pause, lambda _: 70)

    with pytest.raises(CommandError, match="cannot be understood") as refusal:
        requests.handlers()[command](arguments, lambda _: None)

    assert refusal.value.code == 64
