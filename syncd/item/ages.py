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
    """Say whether an export is newer than another; a day and an instant compare by their day.

    Of one that begins with `<` no more is known than that it is not newer.
    """
    age = _compare(_known(one), _known(than))
    is_bound = (age is Age.NEWER and one.startswith("<")) or (
        age is Age.OLDER and than.startswith("<")
    )
    return Age.UNKNOWN if is_bound else age


def _known(exported_at: str) -> str:
    return exported_at.removeprefix("<").removesuffix("Z")


def _compare(one: str, than: str) -> Age:
    if not one or not than:
        return Age.UNKNOWN
    if min(len(one), len(than)) <= _DAY:
        one, than = one[:_DAY], than[:_DAY]
    if one == than:
        return Age.UNKNOWN
    return Age.NEWER if one > than else Age.OLDER
