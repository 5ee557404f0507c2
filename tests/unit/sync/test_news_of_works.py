"""What a newer export reveals of a work, and what comes back with a returned one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syncd.plan import Decision, Place
from syncd.record import ItemKey
from syncd.settings import UpdateSettings
from tests.support.exports import scopus_record, title_of
from tests.support.house import House
from tests.support.runs import HELPERS


def _house(root: Path, **updates: Any) -> House:
    house = House(root)
    house.helpers = replace(HELPERS, updates=UpdateSettings(**updates))
    return house


def _tags(house: House) -> set[str]:
    [item] = house.works()
    return {tag["tag"] for tag in item.data["tags"]}


FATES = {
    "document type": ({"M3": "Retracted"}, "retracted"),
    "keyword": ({"KW": "Retracted Publication"}, "retracted"),
    "note": ({"N1": "Retraction in: J Inv. 2025;3(1):9. PMID: 1"}, "retracted"),
    "withdrawn": ({"M3": "Withdrawn"}, "withdrawn"),
}


@pytest.mark.parametrize("tags, word", FATES.values(), ids=FATES.keys())
def test_a_retraction_is_said_in_the_plan_and_noted_on_the_item(
    tmp_path: Path, tags: dict[str, str], word: str
) -> None:
    house = _house(tmp_path, retracted_tag="!retracted")
    house.drop(scopus_record(1))

    [record] = house.drop(scopus_record(1, **tags))

    assert f"it is {word} by now" in record.reason
    assert "!retracted" in _tags(house)


def test_no_tag_is_given_where_none_is_wanted_and_none_that_a_person_took_off(
    tmp_path: Path,
) -> None:
    plain = _house(tmp_path / "plain")
    (tmp_path / "plain").mkdir()
    (tmp_path / "tagged").mkdir()
    plain.drop(scopus_record(1, N1=None))
    plain.drop(scopus_record(1, N1="Retraction in: J Inv. 2025;3(1):9"))
    assert _tags(plain) == set()

    tagged = _house(tmp_path / "tagged", retracted_tag="!retracted")
    tagged.drop(scopus_record(1, N1="Retraction in: J Inv. 2025;3(1):9"))
    [item] = tagged.works()
    tagged.library.edit(item.key, {"tags": []})
    tagged.drop(scopus_record(1, N1="Retraction in: J Inv. 2025;3(1):9; again"))
    assert _tags(tagged) == set()


def test_a_title_that_says_retracted_is_held_and_noted_once(tmp_path: Path) -> None:
    house = _house(tmp_path, retracted_tag="!retracted")
    house.drop(scopus_record(1))
    retracted = scopus_record(1, TI=f"RETRACTED: {title_of(1)}")

    [record] = house.drop(retracted)

    [item] = house.works()
    assert record.decision is Decision.HOLD
    assert (item.data["title"], "!retracted" in _tags(house)) == (title_of(1), True)
    house.library.edit(item.key, {"tags": []})
    house.drop(retracted, place=Place(folder=b"/again"))
    assert _tags(house) == set()


def test_corrections_are_said_and_change_nothing(tmp_path: Path) -> None:
    house = _house(tmp_path, retracted_tag="!retracted")
    house.drop(scopus_record(1, N1=None))

    [record] = house.drop(scopus_record(1, N1="Erratum in: J Inv. 2025;3(2):1. PMID: 2"))

    assert "it is corrected by now" in record.reason
    assert (record.decision, _tags(house)) == (Decision.SKIP, set())


SCREENED = {
    "ASReview": {"N1": "ASReview_relevant"},
    "ASReview as keyword": {"KW": "ASReview_relevant", "N1": None},
    "Rayyan": {"N1": 'RAYYAN-INCLUSION: {"Ann"=>"Included"} | RAYYAN-LABELS: pilot,adults'},
    "Covidence": {"N1": "Included"},
}
LABELS = {"asreview_relevant": "in", "Included": "in", "pilot": "first round"}


@pytest.mark.parametrize("tags", SCREENED.values(), ids=SCREENED.keys())
def test_screening_decisions_become_tags_and_no_notes(
    tmp_path: Path, tags: dict[str, str | None]
) -> None:
    house = _house(tmp_path, screening=LABELS)
    house.drop(scopus_record(1, N1=None))

    [record] = house.drop(scopus_record(1, UR=None, DB=None, **tags))

    assert record.decision is Decision.COLLECT
    assert _tags(house) - {"first round"} == {"in"}
    assert len(house.everything()) == 1


def test_decisions_about_new_works_arrive_with_them(tmp_path: Path) -> None:
    house = _house(tmp_path, screening=LABELS)

    house.drop(scopus_record(1, N1="ASReview_relevant", KW="amber"))

    assert _tags(house) == {"amber", "in"}
    assert len(house.everything()) == 1


def test_a_record_that_carries_an_item_key_is_that_item(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.library.add(
        ItemKey("HAND2345"),
        {"itemType": "journalArticle", "title": "As I call it", "tags": [], "collections": []},
    )
    plain = {"DO": None, "UR": None, "N1": None, "DB": None}

    [by_id] = house.drop(scopus_record(1, ID="HAND2345", **plain))
    [by_address] = house.drop(
        scopus_record(2, **{**plain, "UR": "http://zotero.org/users/local/x/items/HAND2345"})
    )
    [other] = house.drop(scopus_record(3, ID="HAND2346", **plain))

    assert (by_id.item_key, by_id.decision) == ("HAND2345", Decision.SKIP)
    assert by_address.item_key == "HAND2345"
    assert other.decision is Decision.CREATE


def test_a_key_does_not_outweigh_another_doi(tmp_path: Path) -> None:
    house = House(tmp_path)
    [first] = house.drop(scopus_record(1))

    [record] = house.drop(scopus_record(2, ID=str(first.item_key)))

    assert (record.decision, len(house.works())) == (Decision.CREATE, 2)


PREPRINT = {
    "TY": "UNPB", "T2": "arXiv", "DO": "10.48550/arxiv.2501.00001", "UR": None, "DB": None,
    "VL": None, "SP": None, "EP": None, "N1": None,
}  # fmt: skip


@pytest.mark.parametrize("wanted", [True, False])
def test_a_preprint_and_its_publication_are_related_where_that_is_wanted(
    tmp_path: Path, wanted: bool
) -> None:
    house = _house(tmp_path, relate_preprints=wanted)
    [preprint] = house.drop(scopus_record(1, **PREPRINT))

    [published] = house.drop(scopus_record(1, N1=None))

    assert published.decision is Decision.CREATE
    relations = {item.key: item.data.get("relations", {}) for item in house.works()}
    related = relations[ItemKey(str(published.item_key))].get("dc:relation", [])
    assert [uri.rpartition("/")[2] for uri in related] == [preprint.item_key] * wanted
    assert len(relations) == 2
