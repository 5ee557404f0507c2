"""Who may ask now: the request rate, the number of requests at once, and bad keys."""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.zotero_server.answers import RequestError
from tests.fakes.zotero_server.settings import Settings

_BAD_KEYS_ALLOWED = 5


class Limiter:
    """Token buckets per user and address, as the real server keeps them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._buckets: dict[tuple[int, str], tuple[float, float]] = {}
        self._running: dict[int, int] = defaultdict(int)
        self._bad_keys: dict[str, deque[float]] = defaultdict(deque)

    def count_bad_key(self, address: str) -> None:
        """Remember that this address came with a key that does not exist."""
        with self._lock:
            self._bad_keys[address].append(time.monotonic())

    def refuse_locked_out(self, address: str) -> None:
        """Raise 429 when too many bad keys came from this address of late."""
        with self._lock:
            tries = self._bad_keys[address]
            while tries and time.monotonic() - tries[0] > self._settings.lockout_seconds:
                tries.popleft()
            if len(tries) > _BAD_KEYS_ALLOWED:
                raise RequestError(429, "Too many authentication failures")

    @contextmanager
    def admit(self, user: int, address: str) -> Iterator[None]:
        """Let one request run, or raise 429."""
        if not self._settings.rate_limits:
            yield
            return
        with self._lock:
            self._take_token(user, address)
            if self._running[user] >= self._settings.concurrent:
                raise RequestError(
                    429,
                    "Concurrent request limit exceeded",
                    headers={"Retry-After": str(random.randint(1, 30))},
                )
            self._running[user] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[user] -= 1

    def _take_token(self, user: int, address: str) -> None:
        now = time.monotonic()
        tokens, at = self._buckets.get((user, address), (float(self._settings.burst), now))
        tokens = min(self._settings.burst, tokens + (now - at) * self._settings.refill_per_second)
        if tokens < 1:
            self._buckets[user, address] = (tokens, now)
            raise RequestError(429, "Request rate limit exceeded", headers={"Retry-After": "10"})
        self._buckets[user, address] = (tokens - 1, now)
