"""The switches between the ways in which Zotero servers differ, and what tests turn off."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Settings:
    """How this server behaves beyond what all of them do."""

    one_version_per_batch: bool = False
    """Older servers raise the library version once for a whole write."""
    lost_updates: bool = True
    """PATCH, PUT and DELETE that race with the same header all succeed (REPEATABLE READ)."""
    race_seconds: float = 0.02
    """How long such a request stands between its check and its write."""
    delay_per_batch: float = 0.0
    """Seconds that a multi-object write takes, spread over its objects."""
    delay_per_read: float = 0.0
    """Seconds that a read takes."""
    rate_limits: bool = False
    """Count requests and answer 429 as the real limiter does."""
    burst: int = 100
    refill_per_second: float = 10.0
    concurrent: int = 5
    lockout_seconds: float = 300.0
    """For how long bad keys of one address are remembered; more than five lock it out."""
    storage_quota: int = 300_000_000
    """How many bytes of files there is room for."""
    storage_answers: int = 201
    """With what the place where files are sent answers; anything but this: it takes none."""
    backoff: int = 0
    """Seconds for a `Backoff` header on every answer; 0: none."""
