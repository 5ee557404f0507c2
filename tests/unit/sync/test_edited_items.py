"""A record without identifiers is known as what an item was made of, whatever people made of it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from syncd.plan import Decision, Place, PlannedRecord
from syncd.record import ItemKey
from syncd.settings import ByMetadata
from tests.support.everyday import everyday_record
from tests.support.house import House


def _entry(kind: str, *lines: str) -> str:
    return "\n".join([f"TY  - {kind}", *lines, "ER  - ", "", ""])


EDITORIAL = _entry(
    "JOUR", "TI  - Editorial", "AU  - Bull, B.", "PY  - 2019", "JO  - Journal of Moss", "SP  - 5"
)
REPLY = _entry("JOUR", "TI  - Reply", "AU  - Coe, C.")
PAPER = _entry(
    "JOUR",
    "TI  - Seasonal movements of the grey heron between the lakes of upper Carinthia",
    "AU  - Eve, E.",
    "PY  - 2011",
    "JO  - Journal of Herons",
)
THESIS = _entry(
    "THES",
    "TI  - Otters of the Drava",
    "AU  - Gam, G.",
    "PY  - 2009",
    "PB  - University of Graz",
)
CHAPTER = _entry(
    "CHAP",
    "TI  - Herons and men",
    "AU  - Gam, G.",
    "PY  - 2009",
    "T2  - A book of birds",
    "SN  - 978-3-16-148410-0",
    "SP  - 3",
    "EP  - 19",
)
RECORDS = {"editorial": EDITORIAL, "paper": PAPER, "thesis": THESIS, "chapter": CHAPTER}

TITLE = {"title": "What a person calls it"}
SOMEBODY = {"creators": [{"creatorType": "author", "lastName": "Zimmer", "firstName": "Zoe"}]}
EDITS: dict[str, Mapping[str, Any]] = {
    "title": TITLE,
    "translated": {"title": "Wie man es auf Deutsch sagt", "language": "de"},
    "year": {"date": "1987"},
    "people": SOMEBODY,
    "type": {"itemType": "document"},
}
ANOTHER = {
    **SOMEBODY,
    "title": "The history of bridges in Ghana",
    "date": "1987",
    "publicationTitle": "Bridges",
    "pages": "77-99",
}


def _with(record: str, *lines: str) -> str:
    return record.replace("ER  -", "\n".join([*lines, "ER  -"]))


def _fuller(record: str) -> str:
    return _with(record, "N2  - An abstract that came later.")


def _edit(house: House, record: PlannedRecord, changes: Mapping[str, Any]) -> None:
    house.library.edit(ItemKey(str(record.item_key)), changes)


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS.keys())
def test_a_record_with_a_field_more_is_known_though_a_person_edited_its_item(
    tmp_path: Path, record: str, edit: Mapping[str, Any]
) -> None:
    house = House(tmp_path)
    [first] = house.drop(record)
    _edit(house, first, edit)

    [again] = house.drop(_fuller(record))

    assert again.item_key == first.item_key
    assert house.holds() == []
    [work] = house.works()
    assert {name: work.data[name] for name in edit} == edit


def test_an_item_that_was_edited_twice_and_updated_between_is_known(tmp_path: Path) -> None:
    house = House(tmp_path)
    [first] = house.drop(EDITORIAL)
    _edit(house, first, TITLE)
    house.drop(_fuller(EDITORIAL))
    _edit(house, first, {"title": "What another person calls it", "date": "2018"})

    [again] = house.drop(_with(_fuller(EDITORIAL), "LA  - English"))

    assert again.item_key == first.item_key
    assert (house.holds(), len(house.works())) == ([], 1)


@pytest.mark.parametrize("record", [EDITORIAL, THESIS, PAPER], ids=["editorial", "thesis", "paper"])
def test_what_was_retitled_and_removed_stays_removed(tmp_path: Path, record: str) -> None:
    house = House(tmp_path)
    [first] = house.drop(record)
    _edit(house, first, TITLE)
    house.drop(CHAPTER)
    house.library.trash(ItemKey(str(first.item_key)))

    [again] = house.drop(_fuller(record))

    assert (again.decision, again.item_key) == (Decision.SKIP, first.item_key)
    assert "stays there" in again.reason


def test_what_was_retitled_and_merged_into_another_item_is_that_one(tmp_path: Path) -> None:
    house = House(tmp_path)
    [first] = house.drop(EDITORIAL)
    _edit(house, first, TITLE)
    house.drop(CHAPTER)
    house.library.add(
        ItemKey("STAYS234"),
        {
            "itemType": "journalArticle",
            "title": "What remains",
            "date": "2019",
            "relations": {"dc:replaces": f"http://zotero.org/users/1/items/{first.item_key}"},
        },
    )
    house.library.trash(ItemKey(str(first.item_key)))

    [again] = house.drop(_fuller(EDITORIAL))

    assert (again.decision, again.item_key) == (Decision.SKIP, "STAYS234")


@pytest.mark.parametrize("record", [EDITORIAL, PAPER], ids=["editorial", "paper"])
def test_of_an_item_that_people_made_another_work_of_a_person_is_asked(
    tmp_path: Path, record: str
) -> None:
    house = House(tmp_path)
    [first] = house.drop(record)
    _edit(house, first, ANOTHER)

    [again] = house.drop(_fuller(record))

    assert (again.decision, again.candidates[0].item_key) == (Decision.HOLD, first.item_key)
    assert "another work" in again.reason
    [work] = house.works()
    assert not work.data.get("abstractNote")


def test_the_very_record_of_an_item_that_became_another_work_is_no_news(tmp_path: Path) -> None:
    house = House(tmp_path)
    [first] = house.drop(EDITORIAL)
    _edit(house, first, ANOTHER)

    [again] = house.drop("\n" + EDITORIAL)

    assert (again.decision, again.item_key) == (Decision.SKIP, first.item_key)


def test_a_work_that_looks_like_what_a_person_made_of_an_item_is_none_of_its_records(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    [first] = house.drop(THESIS)
    _edit(house, first, {"title": "Seasonal movements of the grey heron in upper Carinthia"})

    [other] = house.drop(PAPER)

    assert (other.decision, len(house.works())) == (Decision.CREATE, 2)


def test_a_record_that_says_too_little_is_asked_about_and_not_made_twice(tmp_path: Path) -> None:
    house = House(tmp_path)
    [first] = house.drop(REPLY)
    _edit(house, first, TITLE)

    [again] = house.drop(_fuller(REPLY))

    assert (again.decision, again.candidates[0].item_key) == (Decision.HOLD, first.item_key)
    assert len(house.works()) == 1


def test_everyday_records_with_more_are_known_whatever_people_call_their_items(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    first = house.drop(*map(everyday_record, range(21)))
    for number, record in enumerate(first):
        _edit(house, record, {"title": f"What a person calls number {number}"})

    again = house.drop(*(everyday_record(number, newer=True) for number in range(21)))

    assert [record.item_key for record in again] == [record.item_key for record in first]
    assert (house.holds(), len(house.works())) == ([], 21)


def test_everyday_records_with_less_are_known_whatever_people_call_their_items(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    first = house.drop(*(everyday_record(number, newer=True) for number in range(21)))
    for number, record in enumerate(first):
        _edit(house, record, {"title": f"What a person calls number {number}"})

    again = house.drop(*map(everyday_record, range(21)))

    assert [record.item_key for record in again] == [record.item_key for record in first]
    assert (house.holds(), len(house.works())) == ([], 21)
    assert all(work.data["abstractNote"] for work in house.works())


def test_where_metadata_decides_nothing_a_field_more_does_not_either(tmp_path: Path) -> None:
    house = House(tmp_path)
    strict = Place(folder=b"/strict", by_metadata=ByMetadata.HOLD)
    house.drop(EDITORIAL, place=strict)

    [again] = house.drop(_fuller(EDITORIAL), place=strict)

    assert again.decision is Decision.HOLD


def test_a_recurring_piece_of_the_next_issue_is_another_one(tmp_path: Path) -> None:
    house = House(tmp_path)
    [first] = house.drop(_with(EDITORIAL, "VL  - 4", "IS  - 1"))

    [other] = house.drop(_with(EDITORIAL, "VL  - 4", "IS  - 2"))

    assert other.item_key != first.item_key


def test_a_record_that_says_something_else_than_before_is_asked_about(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.drop(_with(THESIS, "N2  - What it says."))

    [other] = house.drop(_with(THESIS, "N2  - Something else.", "LA  - English"))

    assert other.decision is Decision.HOLD


def test_of_two_records_of_one_export_that_may_be_an_item_neither_is_taken_for_it(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    [first] = house.drop(EDITORIAL)

    both = house.drop(_fuller(EDITORIAL), _with(EDITORIAL, "N2  - Of another one."))
    issues = house.drop(*(_with(EDITORIAL, "VL  - 4", f"IS  - {number}") for number in (1, 2)))

    assert [record.decision for record in both] == [Decision.HOLD, Decision.HOLD]
    assert first.item_key not in {record.item_key for record in issues}


def test_a_day_where_only_the_year_was_known_is_a_field_more(tmp_path: Path) -> None:
    house = House(tmp_path)
    [first] = house.drop(THESIS)

    [again] = house.drop(THESIS.replace("PY  - 2009", "PY  - 2009/05/01"))

    assert (again.decision, again.item_key) == (Decision.UPDATE, first.item_key)


def test_a_volume_where_only_the_page_was_known_is_a_field_more(tmp_path: Path) -> None:
    house = House(tmp_path)
    [first] = house.drop(EDITORIAL)
    _edit(house, first, TITLE)

    [again] = house.drop(_with(EDITORIAL, "VL  - 4"))

    assert (again.decision, again.item_key) == (Decision.UPDATE, first.item_key)


def test_where_the_ledger_was_lost_a_retitled_item_is_a_question_and_no_second_item(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    [first] = house.drop(EDITORIAL)
    _edit(house, first, TITLE)
    shutil.rmtree(tmp_path / "state")

    [again] = house.drop(_fuller(EDITORIAL))

    assert (again.decision, again.candidates[0].item_key) == (Decision.HOLD, first.item_key)
    assert len(house.works()) == 1


@pytest.mark.parametrize("edit", [{}, TITLE], ids=["as it was", "retitled"])
def test_where_the_ledger_was_lost_no_everyday_record_with_more_is_made_twice(
    tmp_path: Path, edit: Mapping[str, Any]
) -> None:
    house = House(tmp_path)
    for record in house.drop(*map(everyday_record, range(9))):
        _edit(house, record, edit)
    shutil.rmtree(tmp_path / "state")

    again = house.drop(*(everyday_record(number, newer=True) for number in range(9)))

    assert Decision.CREATE not in {record.decision for record in again}
    assert len(house.works()) == 9


def test_where_the_ledger_was_lost_an_item_that_is_another_work_by_now_asks_nothing(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    [first] = house.drop(EDITORIAL)
    _edit(house, first, ANOTHER)
    shutil.rmtree(tmp_path / "state")

    [again] = house.drop(EDITORIAL)

    assert again.decision is Decision.CREATE
    assert again.item_key != first.item_key
