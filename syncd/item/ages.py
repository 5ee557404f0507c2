"""Which of two exports is the newer one, as far as that is known."""

from __future__ import annotations

from enum import Enum, auto


class Age(Enum):
    """How one export stands to another."""

    NEWER = auto()
    OLDER = auto()
    UNKNOWN = auto()


_DAY = len("2024-05-03")


def is_day(exported_at: str) -> bool:
    """Say whether no more than the day of an export is known."""
    return len(exported_at) <= _DAY


def age_of(one: str, than: str) -> Age:
    """Say whether an export is newer than another; a day and an instant compare by their day."""
    one, than = one.removesuffix("Z"), than.removesuffix("Z")
    if not one or not than:
        return Age.UNKNOWN
    if min(len(one), len(than)) <= _DAY:
        one, than = one[:_DAY], than[:_DAY]
    if one == than:
        return Age.UNKNOWN
    return Age.NEWER if one > than else Age.OLDER
