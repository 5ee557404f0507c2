"""Works that people merged are one item, and each record of either is that, however they differ."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path

import pytest

from syncd.plan import PlannedRecord
from syncd.record import ItemKey
from tests.support.house import House
from tests.support.spelled_works import enter, spell

KEPT, GONE, BESIDE = 4, 0, 7
SPELLINGS = ("whole", "no doi", "no eid", "no identifier")
Spelled = tuple[int, str]
EXPORTS: list[tuple[Spelled, ...]] = [
    *(((KEPT, mine), (GONE, theirs)) for mine, theirs in product(SPELLINGS, repeat=2)),
    *(
        ((KEPT, "no identifier"), (KEPT, mine), (GONE, theirs))
        for mine, theirs in combinations(SPELLINGS, 2)
    ),
]


class Merged:
    """A house where a person merged two works that have nothing in common into one of their own."""

    def __init__(self, root: Path, *, erased: bool = False) -> None:
        self._house = House(root)
        self.stays = ItemKey("STAYS234")
        self._house.library.add(self.stays, enter(KEPT))
        gone, _ = self.drop((GONE, "whole"), (BESIDE, "whole"))
        self.goes = ItemKey(str(gone.item_key))
        uri = f"http://zotero.org/users/1/items/{self.goes}"
        self._house.library.edit(self.stays, {"relations": {"dc:replaces": uri}})
        self._house.library.trash(self.goes)
        if erased:
            self.drop((BESIDE, "no doi"))
            self._house.library.delete(self.goes)

    def drop(self, *export: Spelled) -> Sequence[PlannedRecord]:
        return self._house.drop(*(spell(*each) for each in export))

    def take_apart(self) -> None:
        """What Zotero does when somebody takes the other item out of the trash."""
        self._house.library.edit(self.stays, {"relations": {}})
        self._house.library.restore(self.goes)

    def questions(self) -> list[tuple[str, str]]:
        return self._house.holds()


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: "-".join(way for _, way in export))
@pytest.mark.parametrize("erased", [False, True], ids=["in the trash", "erased"])
def test_one_export_of_both_works_is_the_item_that_stays(
    tmp_path: Path, export: tuple[Spelled, ...], erased: bool
) -> None:
    house = Merged(tmp_path, erased=erased)
    # What was learnt from the first time must not stand against the second.
    for wanted in (export, export[::-1]):
        records = house.drop(*wanted)
        assert {record.item_key for record in records} == {house.stays}
        assert house.questions() == []


def test_what_was_learnt_of_a_merged_item_is_its_own_when_it_is_taken_out_again(
    tmp_path: Path,
) -> None:
    house = Merged(tmp_path)
    house.drop((KEPT, "no identifier"), (GONE, "no doi"), (GONE, "no identifier"))
    house.take_apart()

    records = house.drop((KEPT, "no doi"), (GONE, "no identifier"), (GONE, "no eid"))

    assert [record.item_key for record in records] == [house.stays, house.goes, house.goes]
    assert house.questions() == []
