"""Open the adapter on the test server, for tests that look at what it does there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2

from adapters.zotero_web.library import ZoteroWebLibrary
from adapters.zotero_web.options import Options
from syncd.library import Surroundings
from tests.fakes.zotero_server.process import Account, ZoteroServer


class StillClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.passed = timedelta()

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 12, tzinfo=UTC) + self.passed

    def elapsed(self) -> timedelta:
        return self.passed


def open_library(
    server: ZoteroServer,
    account: Account,
    *,
    find_key: Callable[[], str | None] | None = None,
    cache: Path | None = None,
    clock: StillClock | None = None,
    inner: httpx2.BaseTransport | None = None,
) -> ZoteroWebLibrary:
    """Return the adapter for an account's library."""
    kind, _, number = account.library.partition("/")
    options = Options(kind.removesuffix("s"), int(number), server.url)
    surroundings = Surroundings("mine", cache=cache, find_key=find_key or (lambda: account.key))
    return ZoteroWebLibrary(options, surroundings, clock=clock, inner=inner)
