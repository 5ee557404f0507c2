"""A notice: one thing that somebody should know, in numbers; titles only where they are wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

SCHEMA = "syncd.notice/1"


class Kind(StrEnum):
    """What a notice is about."""

    REFUSED = "refused"
    PAUSED = "paused"
    WAITING = "waiting"
    """The library has been out of reach for long."""
    DISK = "disk"
    QUESTIONS = "questions"
    UNUSABLE = "unusable"
    RECOVERED = "recovered"
    DIGEST = "digest"
    TEST = "test"


URGENT = frozenset({Kind.REFUSED, Kind.PAUSED, Kind.DISK})
"""Nothing goes on by itself."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told; `library` is empty where it is about all of them.

    `details` are titles, names of files and the words of servers.
    """

    kind: Kind
    library: str
    title: str
    text: str
    numbers: Mapping[str, int] = field(default_factory=dict)
    details: Sequence[str] = ()

    @property
    def is_urgent(self) -> bool:
        """Whether it is worth a sound."""
        return self.kind in URGENT

    @property
    def body(self) -> str:
        """Return all but the title, line by line."""
        return "\n".join([self.text, *self.details])

    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "schema": SCHEMA,
            "kind": self.kind.value,
            "library": self.library or None,
            "title": self.title,
            "text": self.text,
            "urgent": self.is_urgent,
            "numbers": dict(self.numbers),
            "details": list(self.details),
        }


class Way(Protocol):
    """One way to tell somebody."""

    name: str

    def send(self, notice: Notice) -> None:
        """Send a notice. Raises `NotToldError`, whose words name no address."""
        ...
