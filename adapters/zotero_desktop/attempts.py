"""What is noted before a write, and whether a noted write has ended.

A write goes on in Zotero when its client has gone, so an answer that did not come says nothing.
Zotero remembers the token of a write when that has ended, and forgets all tokens when it is ended
itself. With a token that it knew before the write, the canary, the two can be told apart:

token known                   the write has ended
token unknown, canary too     the process that was to carry it out is gone: it has ended
token unknown, canary known   it is still at work, or it never came so far as to be sent
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

from adapters.zotero_desktop.client import Client
from syncd.system.clock import Clock

_NEW_CANARY_AFTER = timedelta(hours=6)
"""Zotero forgets a token after twelve hours."""

_NEVER_SENT_AFTER = timedelta(minutes=10)
"""So long after it was noted, a write of an earlier process that left no trace was never sent."""

_BYTES = 12


class Attempt(NamedTuple):
    """One write as it was noted: where the library stood, the tokens, and the marks.

    There is a token for each request that it takes, and a mark for each item that it makes, by the
    key under which that was planned.
    """

    server_id: str
    counter: int
    canary: str
    noted_at: datetime
    tokens: Sequence[str]
    marks: Mapping[str, str]

    def dump(self) -> str:
        """Return the text that `load` takes."""
        document = self._asdict() | {"noted_at": self.noted_at.isoformat()}
        return json.dumps(document)

    @classmethod
    def load(cls, text: str) -> Self:
        """Return the attempt that was noted with this text."""
        document = json.loads(text)
        return cls(**document | {"noted_at": datetime.fromisoformat(document["noted_at"])})


class Watch:
    """Keeps a canary in the running process, and knows which writes this process has begun."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._canary = ""
        self._left_at = timedelta()
        self._begun: set[str] = set()
        self._noted: set[str] = set()
        self._last_mark = datetime.min.replace(tzinfo=UTC)

    def canary(self) -> str:
        """Return a token that the running process knows.

        Raises `AccessDeniedError` where the key does not permit writing.
        """
        due = self._clock.elapsed() - self._left_at >= _NEW_CANARY_AFTER
        if not self._canary or due or not self._client.knows_token(self._canary):
            self._canary = new_token()
            self._client.leave_token(self._canary)
            self._left_at = self._clock.elapsed()
        return self._canary

    def note(self, server_id: str, counter: int, tokens: int, made: Sequence[str]) -> Attempt:
        """Return an attempt to be written down; `made` are the planned keys of new items."""
        attempt = Attempt(
            server_id,
            counter,
            self.canary(),
            self._clock.now(),
            [new_token() for _ in range(tokens)],
            {key: self._new_mark() for key in made},
        )
        self._noted.update(attempt.tokens)
        return attempt

    def _new_mark(self) -> str:
        self._last_mark = max(
            self._last_mark + timedelta(seconds=1), self._clock.now().replace(microsecond=0)
        )
        return self._last_mark.strftime("%Y-%m-%dT%H:%M:%SZ")

    def begin(self, token: str) -> None:
        """The request of this token is about to be sent."""
        self._begun.add(token)

    def not_sent(self, token: str) -> None:
        """The request of this token has provably not been sent."""
        self._begun.discard(token)

    def has_ended(self, attempt: Attempt) -> bool:
        """Say whether a noted write can no longer change anything."""
        if all(self._client.knows_token(token) for token in attempt.tokens):
            return True
        if not self._client.knows_token(attempt.canary):
            return True
        unknown = [token for token in attempt.tokens if not self._client.knows_token(token)]
        if self._noted.issuperset(attempt.tokens):
            return not self._begun.intersection(unknown)
        # An earlier process noted it, and nobody can say any more whether it was sent.
        return self._clock.now() - attempt.noted_at >= _NEVER_SENT_AFTER


def new_token() -> str:
    """Return a write token that nobody else uses."""
    return secrets.token_hex(_BYTES)
