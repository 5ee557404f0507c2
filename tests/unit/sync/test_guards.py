"""How much may happen to a library before a person is asked: exactly so much, and no more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from syncd.errors import PausedError
from syncd.item.minting import mint_key
from syncd.record import ItemKey
from syncd.sync.guards import DEFAULT_LIMITS, GuardLimits
from tests.support.exports import scopus_record
from tests.support.house import House

KNOWN = 20


def _house(root: Path, limits: GuardLimits = DEFAULT_LIMITS) -> House:
    house = House(root)
    house.helpers = replace(house.helpers, limits=limits)
    return house


def _filled(root: Path, limits: GuardLimits) -> House:
    house = _house(root, limits)
    house.drop(*(scopus_record(number, N1=None) for number in range(KNOWN)))
    return house


def _key(number: int) -> ItemKey:
    return mint_key("memory:", ("scopus", f"2-s2.0-{85000000000 + number}"))


def _lose(house: House, count: int) -> None:
    for number in range(count):
        house.library.delete(_key(number))


@pytest.mark.parametrize(("lost", "pauses"), [(9, False), (10, True)])
def test_a_few_items_may_vanish_from_any_library(tmp_path: Path, lost: int, pauses: bool) -> None:
    house = _filled(tmp_path, GuardLimits(creates=100, shrink=0.1))
    _lose(house, lost)

    if pauses:
        with pytest.raises(PausedError, match=f"{lost} of {KNOWN} items have vanished"):
            house.drop(scopus_record(50))
    else:
        house.drop(scopus_record(50, N1=None))

    assert len(house.works()) == KNOWN - lost + (0 if pauses else 1)


@pytest.mark.parametrize(("lost", "pauses"), [(10, False), (11, True)])
def test_so_large_a_share_may_vanish_and_no_more(tmp_path: Path, lost: int, pauses: bool) -> None:
    house = _filled(tmp_path, GuardLimits(creates=100, shrink=0.5))
    _lose(house, lost)

    if pauses:
        with pytest.raises(PausedError):
            house.drop(scopus_record(50))
    else:
        house.drop(scopus_record(50, N1=None))

    assert len(house.works()) == KNOWN - lost + (0 if pauses else 1)


def test_what_was_gone_before_does_not_count_as_lost(tmp_path: Path) -> None:
    house = _filled(tmp_path, GuardLimits(creates=100, shrink=0.4))
    _lose(house, 8)
    house.drop(scopus_record(50, N1=None))
    for number in range(8, 12):
        house.library.delete(_key(number))

    house.drop(scopus_record(51, N1=None))

    assert len(house.works()) == KNOWN - 12 + 2


@pytest.mark.parametrize(("records", "pauses"), [(3, False), (4, True)])
def test_so_many_items_may_be_made_at_once_and_no_more(
    tmp_path: Path, records: int, pauses: bool
) -> None:
    house = _house(tmp_path, GuardLimits(creates=3, shrink=0.5))
    dropped = [scopus_record(number, N1=None) for number in range(records)]

    if pauses:
        with pytest.raises(PausedError, match=f"would make {records} items, and max_creates is 3"):
            house.drop(*dropped)
    else:
        house.drop(*dropped)

    assert len(house.works()) == (0 if pauses else records)


def test_records_that_make_nothing_do_not_count(tmp_path: Path) -> None:
    house = _house(tmp_path, GuardLimits(creates=3, shrink=0.5))
    house.drop(*(scopus_record(number, N1=None) for number in range(3)))

    house.drop(*(scopus_record(number, N1="again") for number in range(3)), scopus_record(7))

    assert len(house.works()) == 4


def test_one_run_passes_and_then_the_guards_are_up_again(tmp_path: Path) -> None:
    house = _house(tmp_path, GuardLimits(creates=2, shrink=0.5))
    with pytest.raises(PausedError):
        house.drop(*(scopus_record(number, N1=None) for number in range(3)))
    with pytest.raises(PausedError, match="max_creates"):
        house.drop(scopus_record(9))

    house.resume()
    house.drop(*(scopus_record(number, N1=None) for number in range(3)))

    with pytest.raises(PausedError):
        house.drop(*(scopus_record(number, N1=None) for number in range(10, 13)))
    assert len(house.works()) == 3


def test_to_resume_a_library_that_is_not_paused_lifts_no_guard(tmp_path: Path) -> None:
    house = _house(tmp_path, GuardLimits(creates=2, shrink=0.5))
    house.drop(scopus_record(9, N1=None))

    house.resume()

    with pytest.raises(PausedError):
        house.drop(*(scopus_record(number, N1=None) for number in range(3)))
