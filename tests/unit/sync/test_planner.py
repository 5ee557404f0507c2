"""What a plan says of each record, and what it promises to make."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.item.minting import mint_key
from syncd.plan import Decision, Place, Pointer
from syncd.record import ItemKey
from syncd.sync.review import Answer
from tests.support.exports import scopus_record, title_of, write_records
from tests.support.house import House
from tests.support.runs import delivery_of, opened_ledger, opened_run, records_of

BACK = Place(folder=b"/back", readd=True)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def _key(number: int) -> ItemKey:
    return mint_key("memory:", ("scopus", f"2-s2.0-{85000000000 + number}"))


def _doubtful(number: int) -> str:
    """Return a record with the EID of a work and the title and author of quite another."""
    return scopus_record(number, TI="Quite another subject", AU="Nobody, N.", DO=None)


def test_a_new_item_keeps_the_exports_keywords_beside_the_folders_tags(house: House) -> None:
    place = Place(folder=b"/t", tags=("new", "moss"))

    house.drop(scopus_record(1, KW="moss"), place=place)

    assert [tag["tag"] for tag in house.works()[0].data["tags"]] == ["moss", "new"]


def test_each_note_and_link_of_a_new_item_hangs_below_it(house: House) -> None:
    house.drop(scopus_record(1, L2="https://example.org/a.pdf"))

    [work] = house.works()
    children = [item for item in house.everything() if item.key != work.key]
    assert len(children) == len({child.key for child in children}) > 0
    assert {child.data["parentItem"] for child in children} == {work.key}
    assert {child.data["itemType"] for child in children} <= {"note", "attachment"}


@pytest.mark.parametrize("place", [Place(folder=b"/plain"), BACK])
def test_records_of_an_item_that_is_there_go_each_where_its_folder_wants_it(
    house: House, place: Place
) -> None:
    house.drop(scopus_record(1, N1=None))
    places = [Place(folder=name, tags=(name.decode(),), readd=place.readd) for name in (b"a", b"b")]
    deliveries = [
        delivery_of(write_records(house.root / f"{n}.ris", [scopus_record(1, N1=str(n))]), place)
        for n, place in enumerate(places)
    ]

    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        records = records_of(ledger, run.deliver(deliveries, "test"))

    assert [record.decision for record in records] == [Decision.COLLECT, Decision.COLLECT]
    assert {tag["tag"] for tag in house.works()[0].data["tags"]} == {"a", "b"}


def test_a_record_that_is_skipped_names_the_item_that_it_is(house: House) -> None:
    house.drop(scopus_record(1))

    [record] = house.drop(scopus_record(1, N1="again"))

    assert (record.item_key, record.duplicate_of) == (_key(1), Pointer(item_key=_key(1)))
    assert record.identity.doi == "10.5555/invented.1"
    assert record.identity.scopus == "2-s2.0-85000000001"


@pytest.mark.parametrize("remove", ["trash", "delete"])
def test_a_record_of_a_removed_work_names_the_item_that_it_was(house: House, remove: str) -> None:
    house.drop(scopus_record(1))
    getattr(house.library, remove)(_key(1))

    [record] = house.drop(scopus_record(1, N1="again"))

    assert (record.decision, record.item_key) == (Decision.SKIP, _key(1))


def test_a_work_that_was_deleted_before_the_ledger_was_lost_is_named_too(house: House) -> None:
    house.drop(scopus_record(1))
    house.library.delete(_key(1))
    for path in (house.root / "state").glob("ledger.sqlite*"):
        path.unlink()

    [record] = house.drop(scopus_record(1, N1="again"))

    assert (record.decision, record.item_key) == (Decision.SKIP, _key(1))
    assert record.duplicate_of == Pointer(item_key=_key(1))


def test_a_second_record_of_a_new_work_names_the_first(house: House) -> None:
    first, second = house.drop(
        scopus_record(1, ID="number 7", N1="a"), scopus_record(1, ID="number 8", N1="b")
    )

    assert second.item_key == first.item_key
    assert second.duplicate_of is not None
    assert (second.duplicate_of.item_key, second.duplicate_of.index) == (first.item_key, 1)
    assert second.duplicate_of.file == first.origin.file
    assert second.duplicate_of.source_id == first.origin.source_id == "number 7"
    assert second.reason.startswith("the same work as record 1 of ")
    assert "held" not in second.reason


def test_a_second_record_of_a_doubtful_work_says_that_the_first_is_held(house: House) -> None:
    house.drop(scopus_record(1))

    held, second = house.drop(_doubtful(1), _doubtful(1))

    assert (held.decision, held.item_key) == (Decision.HOLD, None)
    assert held.candidates == (Pointer(item_key=_key(1)),)
    assert second.decision is Decision.SKIP
    assert second.reason.startswith("the same work as record 1 of ")
    assert ", which is held" in second.reason
    assert len(house.holds()) == 1


def test_works_of_one_doi_have_each_a_key_of_its_own(house: House) -> None:
    def of_supplement(title: str, page: int) -> str:
        return scopus_record(
            1, UR=None, TI=title, AU=f"Author{page}, A.", SP=str(page), EP=str(page + 1), VL="9"
        )

    titles = ["Lichens of quarries", "Seed banks of railways", "Ferns in the shade of viaducts"]
    records = house.drop(*(of_supplement(title, 100 * n) for n, title in enumerate(titles, 1)))

    made = {item.key: item.data["title"] for item in house.works()}
    assert [made[ItemKey(str(record.item_key))] for record in records] == titles
    series = [mint_key("memory:", ("doi", "10.5555/invented.1"), ordinal) for ordinal in range(3)]
    assert [record.item_key for record in records] == series


def test_what_a_person_left_out_says_so_when_it_comes_again(house: House) -> None:
    house.drop(scopus_record(1))
    house.drop(_doubtful(1))
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        [held] = run.reviewer().held()
        run.reviewer().answer(held.hold_id, Answer.SKIP)

    [again] = house.drop(
        scopus_record(1, TI="Quite another subject", AU="Nobody, N.", DO=None, N1="x")
    )

    assert again.decision is Decision.SKIP
    assert again.reason.startswith("a person left it out before")
    assert [item.data["title"] for item in house.works()] == [title_of(1)]


def test_a_record_of_a_work_that_is_there_twice_says_where_the_other_is(house: House) -> None:
    house.drop(scopus_record(1, N1=None))
    house.library.add(ItemKey("HAND2345"), house.works()[0].data)

    [record] = house.drop(scopus_record(1, N1="again"))

    there = {_key(1), "HAND2345"}
    assert record.item_key in there
    [other] = there - {record.item_key}
    assert any(other in line for line in record.evidence)
