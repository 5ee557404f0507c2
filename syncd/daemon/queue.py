"""What waits for a library's worker: exports in order, and wishes. Bounded, thread-safe."""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from syncd.daemon.work import LibraryWork
from syncd.errors import BusyError
from syncd.inbox import Export

CAPACITY = 5000
BATCH = 500
"""Exports in one run: enough to share its fixed costs, few enough to see it move."""

_MOST_REQUESTS = 16


class Wish(Enum):
    """Work without an argument; wishing twice is wishing once."""

    RECONCILE = "reconcile"
    PUSH = "push"
    """See what became of operations that wait for their outcome, and send what is left."""


class Patience(NamedTuple):
    """How long somebody waits until a request is begun, and from then on until it is done."""

    begin: timedelta
    end: timedelta


@dataclass(slots=True)
class Request:
    """Something to be done on the worker's thread, for somebody who waits for it."""

    perform: Callable[[LibraryWork], Any]
    begun: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    result: Any = None
    error: BaseException | None = None

    def is_done_within(self, patience: Patience) -> bool:
        """Wait for it, but only so long; say whether it is done."""
        begun = self.begun.wait(patience.begin.total_seconds())
        return begun and self.done.wait(patience.end.total_seconds())


Task = Wish | Request | Sequence[Export]


class WorkQueue:
    """Holds what is to be done until it is done. One worker takes, anybody puts in."""

    def __init__(
        self, tries: Callable[[Export], int] = lambda _: 0, capacity: int = CAPACITY
    ) -> None:
        """`tries` tells how often an export has been at work when a process ended."""
        self._tries = tries
        self._turn = False
        """Whether a suspect is next: suspects and others take turns."""
        self._changed = threading.Condition()
        self._capacity = capacity
        self._exports: dict[tuple[str, str], Export] = {}
        self._at_work: dict[tuple[str, str], Export] = {}
        self._wishes: dict[Wish, float] = {}
        """When each is due, on the monotonic clock."""
        self._requests: deque[Request] = deque()
        self._closed = False
        self._hurried = False
        self._hurry_at = math.inf
        """When a pause is to end, on the monotonic clock."""

    def __len__(self) -> int:
        with self._changed:
            return len(self._exports) + len(self._at_work)

    def offer(self, export: Export) -> bool:
        """Put an export in, once; False when there is no room for it now."""
        key = _key(export)
        with self._changed:
            if key in self._at_work and self._at_work[key].stamp == export.stamp:
                return True
            if key not in self._exports and len(self._exports) >= self._capacity:
                return False
            self._exports[key] = export
            self._changed.notify_all()
            return True

    def holds(self, folder: Path, sha256: str) -> bool:
        """Tell whether this content of this folder waits here or is at work."""
        key = (str(folder), sha256)
        with self._changed:
            return key in self._exports or key in self._at_work

    def wish(self, wish: Wish, after: timedelta = timedelta()) -> None:
        """Ask for work that has no argument, to be done after a while if need be."""
        due = time.monotonic() + after.total_seconds()
        with self._changed:
            self._wishes[wish] = min(due, self._wishes.get(wish, due))
            self._changed.notify_all()

    def request(self, request: Request) -> bool:
        """Put a request in; False when there are too many, or nobody takes them any more."""
        with self._changed:
            if self._closed or len(self._requests) >= _MOST_REQUESTS:
                return False
            self._requests.append(request)
            self._changed.notify_all()
            return True

    def withdraw(self, request: Request) -> None:
        """Take a request out that nobody waits for any more, if it was not taken yet."""
        with self._changed:
            # Each is one of its own, whatever it holds.
            self._requests = deque(each for each in self._requests if each is not request)

    def take(self) -> Task | None:
        """Wait for something to do; None when the queue is closed.

        Requests come first, for somebody waits; then wishes; then a batch of exports. Those that
        are suspect go each for itself, the least tried first, in turn with the others.
        """
        with self._changed:
            while not self._changed.wait_for(self._has_something, self._next_wish()):
                pass
            if self._closed:
                return None
            # Whatever was to be hurried is under way now; the next pause is another one.
            self._forget_hurry()
            if self._requests:
                return self._requests.popleft()
            if (wish := self._due_wish()) is not None:
                del self._wishes[wish]
                return wish
            self._at_work = {key: self._exports.pop(key) for key in self._next_batch()}
            return list(self._at_work.values())

    def finished(self) -> None:
        """The batch taken last is dealt with."""
        with self._changed:
            self._at_work.clear()

    def put_back(self, task: Task) -> None:
        """The task taken last is still to be done, before the others of its kind."""
        with self._changed:
            if isinstance(task, Wish):
                self._wishes[task] = time.monotonic()
            elif isinstance(task, Request):
                self._requests.appendleft(task)
            else:
                self._exports = self._at_work | self._exports
                self._at_work = {}

    def pause(self, duration: timedelta) -> None:
        """Wait that long, or until the queue is closed or what `hurry` wanted."""
        until = time.monotonic() + duration.total_seconds()
        with self._changed:
            while not (self._closed or self._hurried):
                left = min(until, self._hurry_at) - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            self._forget_hurry()

    def hurry(self, after: timedelta = timedelta()) -> None:
        """End a pause, at once or a while from now: what one was waiting for may have happened."""
        with self._changed:
            if after > timedelta():
                self._hurry_at = min(self._hurry_at, time.monotonic() + after.total_seconds())
            else:
                self._hurried = True
            self._changed.notify_all()

    def _forget_hurry(self) -> None:
        self._hurried, self._hurry_at = False, math.inf

    def refuse_requests(self, error: BaseException) -> None:
        """Tell everybody who waits for a request that it cannot be done now."""
        with self._changed:
            requests, self._requests = list(self._requests), deque()
        for request in requests:
            request.error = error
            request.begun.set()
            request.done.set()

    def close(self) -> None:
        """End every wait; nothing is given out any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self.refuse_requests(BusyError("the daemon is stopping"))

    @property
    def closed(self) -> bool:
        """Whether nothing more is given out."""
        return self._closed

    def _next_batch(self) -> list[tuple[str, str]]:
        tries = {key: self._tries(each) for key, each in self._exports.items()}
        suspects = sorted((key for key in tries if tries[key]), key=tries.__getitem__)
        ordinary = list(itertools.islice((key for key in tries if not tries[key]), BATCH))
        self._turn = bool(suspects) and (self._turn or not ordinary)
        batch = suspects[:1] if self._turn else ordinary
        self._turn = not self._turn
        return batch

    def _has_something(self) -> bool:
        return self._closed or bool(self._requests or self._exports or self._due_wish())

    def _due_wish(self) -> Wish | None:
        now = time.monotonic()
        return next((wish for wish, due in self._wishes.items() if due <= now), None)

    def _next_wish(self) -> float | None:
        """Return in how many seconds the next wish is due; None where there is none."""
        waits = [due - time.monotonic() for due in self._wishes.values()]
        return max(0.0, min(waits)) if waits else None


def _key(export: Export) -> tuple[str, str]:
    return (str(export.folder), export.sha256)
