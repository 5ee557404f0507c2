"""A record whose item a person has edited beyond recognition is still known to be that item."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.plan import Decision
from syncd.record import ItemKey
from tests.support.exports import scopus_record, title_of
from tests.support.house import House

RETITLED = {"title": "Reading list, week nine: the one about mushrooms"}


@pytest.mark.parametrize(
    "without",
    [{}, {"DO": None, "UR": None}],
    ids=["with identifiers", "without identifiers"],
)
def test_a_record_that_comes_again_is_known_though_its_item_was_retitled(
    tmp_path: Path, without: dict[str, None]
) -> None:
    house = House(tmp_path)
    [first] = house.drop(scopus_record(1, **without))
    house.library.edit(ItemKey(str(first.item_key)), RETITLED)

    [record] = house.drop(scopus_record(1, N1="exported again", **without))

    assert (record.decision, record.item_key) == (Decision.SKIP, first.item_key)
    assert len(house.works()) == 1
    assert house.works()[0].data["title"] == RETITLED["title"]


def test_another_edit_does_not_make_the_first_one_forgotten(tmp_path: Path) -> None:
    house = House(tmp_path)
    [first] = house.drop(scopus_record(1, DO=None, UR=None))
    for number, title in enumerate(("Week nine", "Week ten, after all")):
        house.library.edit(ItemKey(str(first.item_key)), {"title": title})
        house.drop(scopus_record(100 + number))

    [record] = house.drop(scopus_record(1, DO=None, UR=None, N1="exported again"))

    assert (record.decision, record.item_key) == (Decision.SKIP, first.item_key)


def test_an_item_that_others_made_and_retitled_is_another_work(tmp_path: Path) -> None:
    house = House(tmp_path)
    data = {"itemType": "journalArticle", "title": "Old", "date": "1991"}
    house.library.add(ItemKey("HAND2345"), data)
    house.drop(scopus_record(2))
    house.library.edit(ItemKey("HAND2345"), RETITLED)

    [record] = house.drop(scopus_record(1))

    assert record.decision is Decision.CREATE


def test_a_corrected_record_is_known_though_its_item_was_retitled(tmp_path: Path) -> None:
    house = House(tmp_path)
    [first] = house.drop(scopus_record(1))
    house.library.edit(ItemKey(str(first.item_key)), RETITLED)

    [record] = house.drop(scopus_record(1, PY="2012", VL="13", N1="corrected by the database"))

    assert (record.decision, record.item_key) == (Decision.UPDATE, first.item_key)
    assert house.works()[0].data["title"] == RETITLED["title"]
    assert house.holds() == []


BOOK = """TY  - BOOK
TI  - A book on herons
AU  - Dow, D.
PY  - 2001
SN  - 978-3-16-148410-0
{}ER  -
"""


def test_a_newer_record_of_a_book_is_known_by_its_isbn_though_its_item_was_retitled(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    [first] = house.drop(BOOK.format(""))
    house.library.edit(ItemKey(str(first.item_key)), RETITLED)

    [record] = house.drop(BOOK.format("N2  - An abstract that came later.\n"))

    assert record.item_key == first.item_key
    assert house.holds() == []
    assert [work.data["title"] for work in house.works()] == [RETITLED["title"]]


def test_another_volume_under_the_isbn_of_a_retitled_book_is_not_it(tmp_path: Path) -> None:
    house = House(tmp_path)
    [first] = house.drop(BOOK.format("VL  - 1\n"))
    house.library.edit(ItemKey(str(first.item_key)), RETITLED)

    [record] = house.drop(BOOK.format("VL  - 2\n"))

    assert record.item_key != first.item_key


def test_a_retitled_item_does_not_swallow_another_work_in_its_place(tmp_path: Path) -> None:
    house = House(tmp_path)
    [first] = house.drop(scopus_record(1))
    house.library.edit(ItemKey(str(first.item_key)), {"title": title_of(2)})

    [record] = house.drop(scopus_record(2))

    assert record.item_key != first.item_key


CORRECTED = {
    "other pages": {"SP": "900", "EP": "910"},
    "an article number becomes pages": {"SP": "e900", "EP": None},
    "another volume and other pages": {"VL": "40", "SP": "900", "EP": "910"},
    "a longer title and another volume": {"TI": f"{title_of(1)}: a survey", "VL": "40"},
}


@pytest.mark.parametrize("tags", CORRECTED.values(), ids=CORRECTED.keys())
def test_what_a_database_corrects_of_its_own_entry_is_no_question(
    tmp_path: Path, tags: dict[str, str | None]
) -> None:
    house = House(tmp_path)
    [first] = house.drop(scopus_record(1, N1=None))

    [record] = house.drop(scopus_record(1, N1=None, **tags))

    assert (record.decision, record.item_key) == (Decision.UPDATE, first.item_key)
    assert "corrected" in record.reason or "titles agree" in record.reason


DOUBTFUL = {
    "by somebody else": {"SP": "900", "EP": "910", "AU": "Somebody, Else"},
    "under another DOI": {"SP": "900", "EP": "910", "DO": "10.5555/other.9"},
    "an erratum": {"SP": "900", "EP": "910", "TI": f"Erratum to: {title_of(1)}"},
}


@pytest.mark.parametrize("tags", DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_what_may_be_another_work_under_its_number_is_not_taken_for_a_correction(
    tmp_path: Path, tags: dict[str, str | None]
) -> None:
    house = House(tmp_path)
    house.drop(scopus_record(1, N1=None))

    [record] = house.drop(scopus_record(1, N1=None, **tags))

    assert record.decision is not Decision.UPDATE


def test_the_entry_of_an_item_that_others_made_is_asked_about(tmp_path: Path) -> None:
    house = House(tmp_path)
    first = scopus_record(1, N1=None)
    house.drop(first)
    [item] = house.works()
    house.library.add(ItemKey("HAND2345"), item.data)
    house.library.delete(item.key)

    [record] = house.drop(scopus_record(1, N1=None, SP="900", EP="910"))

    assert record.decision is Decision.HOLD
