"""When a dropped file has settled: pure rules over what successive looks have seen.

SETTLE    how long size and time of change must have rested.
PATIENCE  how long a file may rest without being whole (no bytes, no end) before it is
          taken for what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from syncd.inbox.exports import Content, Stamp

PATIENCE = timedelta(seconds=60)


@dataclass(slots=True)
class Look:
    """What is remembered of one path between scans."""

    stamp: Stamp
    since: timedelta
    """When this stamp was first seen, on the clock that does not jump."""
    content: Content | None = None
    """What reading it at this stamp has said, once it has been read."""
    known: bool = False
    """Every library of the folder has it already."""
    finished: dict[str, str | None] = field(default_factory=dict)
    """The members of a container that are done with, and why nothing could be used of them."""


def first_look(stamp: Stamp, at: timedelta, age: timedelta) -> Look:
    """Begin to watch a path.

    `age` is how long ago the file last changed, as far as that can be trusted (zero where it
    cannot): what has rested that long already is not asked to rest again.
    """
    # Below a minute a clock that was set meanwhile could make a growing file look old.
    return Look(stamp, at - age if age >= PATIENCE else at)


def rests_until(look: Look, settle: timedelta) -> timedelta:
    """Return when a look may be followed by reading, if nothing changes until then."""
    if not look.stamp.size:
        return look.since + max(settle, PATIENCE)
    if look.content is not None and not look.content.ends:
        return look.since + max(settle, PATIENCE)
    return look.since + settle
