"""What a command may ask is looked at before anything is done about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.daemon.requests import Requests
from syncd.errors import CommandError
from tests.fakes.clock import FakeClock
from tests.fakes.settings import make_folder, make_settings


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


class Stopped:
    """A daemon whose one library a guard has stopped, with files that wait for it."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.is_scanned = False

    def rescan(self) -> None:
        self.is_scanned = True

    def document(self) -> dict[str, Any]:
        scanned = self.clock.now().isoformat(timespec="seconds") if self.is_scanned else None
        folder = {"path": "/drop", "last_scan_at": scanned, "waiting_files": 0}
        library = {"name": "mine", "state": "paused", "message": "paused: too many"}
        return {
            "folders": [{**folder, "skipped": [], "others": []}],
            "libraries": [{**library, "queued_files": 3, "pending": 0}],
            "runs": [],
        }


def test_nobody_waits_for_what_a_stopped_library_will_not_take() -> None:
    clock = FakeClock()
    daemon: Any = Stopped(clock)
    ledger: Any = Untouched()
    settings = make_settings([make_folder(Path("/drop"))])
    began = clock.elapsed()

    def pause(wait: timedelta) -> bool:
        clock.advance(seconds=wait.total_seconds())
        return False

    requests = Requests(daemon, lambda: settings, ledger, clock, pause, lambda _: 75)
    report = requests.handlers()["once"]({}, lambda _: None)

    assert clock.elapsed() - began < timedelta(seconds=5)
    assert "paused: too many" in str(report)
