"""Misbehaviour on order: which request it hits, and what happens to it."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from tests.fakes.zotero_server.answers import Request


class FaultKind(Enum):
    """What can go wrong."""

    LOST_REPLY = "lost reply"
    """The request is carried out; the connection closes without an answer."""
    HALF_BATCH = "half batch"
    """Half the objects (or `objects`) are committed, then 500."""
    STATUS = "status"
    """Nothing is done; `status`, `headers`, `body` are answered. 429, 503, 500, 413 …"""
    BACKOFF = "backoff"
    """The request is carried out; the answer carries `Backoff: seconds`."""
    SLOW = "slow"
    """The request is carried out, the answer comes `seconds` later."""
    STALL = "stall"
    """Half the answer comes, the rest only `seconds` later."""
    RESET = "reset"
    """Nothing is done; the connection is reset."""
    RESET_REPLY = "reset reply"
    """The request is carried out; the connection is reset in the middle of the answer."""
    TRUNCATED = "truncated"
    """The request is carried out; half the answer comes, then the connection closes."""
    HTML = "html"
    """Nothing is done; a portal's page comes with status 200."""
    REDIRECT = "redirect"
    """Nothing is done; the answer sends the client to `location`."""
    REVOKED = "revoked"
    """The API key of the request is revoked just before it is looked at."""


@dataclass(slots=True)
class Fault:
    """One armed fault."""

    kind: FaultKind
    method: str = ""
    """Only requests with this method; empty: any."""
    path: str = ""
    """Only requests whose path ends so; empty: any."""
    after: int = 0
    """Let so many matching requests pass first."""
    times: int | None = 1
    """Strike so often; None: for ever."""
    probability: float = 1.0
    seed: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)
    struck: int = 0
    _chance: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Fault:
        """Read what a test asks for; names that are not about when are the fault's options."""
        when = ("method", "path", "after", "times", "probability", "seed")
        options = {name: document[name] for name in document if name not in (*when, "kind")}
        chosen = {name: document[name] for name in when if name in document}
        return cls(FaultKind(document["kind"]), options=options, **chosen)

    def strikes(self, request: Request) -> bool:
        """Say whether this request is hit, and count."""
        if self.method not in ("", request.method) or not request.path.endswith(self.path):
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self._chance.random() >= self.probability:
            return False
        self.struck += 1
        return True


class Faults:
    """All armed faults; the first that strikes is taken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        """Add a fault behind those armed already."""
        with self._lock:
            self._armed.append(fault)

    def disarm(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._armed.clear()

    def choose(self, request: Request) -> Fault | None:
        """Return the fault that hits this request, or None."""
        with self._lock:
            return next((fault for fault in self._armed if fault.strikes(request)), None)

    def struck(self) -> int:
        """Return how often faults have struck since they were armed."""
        with self._lock:
            return sum(fault.struck for fault in self._armed)
