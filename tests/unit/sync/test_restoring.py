"""What was removed comes back when a person says so, and not before."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.errors import InputError, UnsettledError
from syncd.library import StoredItem
from syncd.plan import Decision, Place
from syncd.record import ItemKey
from syncd.sync.restoring import RestoreReport
from syncd.sync.review import Answer
from syncd.sync.session import LibraryRun
from syncd.sync.undo import UndoReport
from tests.support.exports import scopus_record, title_of
from tests.support.house import House
from tests.support.libraries import LateLibrary
from tests.support.runs import opened_ledger, opened_run

INBOX = Place(folder=b"/inbox", collection=("Inbox",), tags=("to read",))
DOI = "10.5555/invented.1"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def key(house: House) -> ItemKey:
    """The key of the only work, in the collection Inbox, with a note."""
    [record] = house.drop(scopus_record(1), place=INBOX)
    return ItemKey(str(record.item_key))


def restore(house: House, what: str) -> RestoreReport:
    with opened_ledger(house.root / "state", house.clock) as ledger:
        run = LibraryRun("mine", house.library, ledger, house.helpers)
        run.meet()
        return run.restore(what)


def undo(house: House, run_id: int) -> UndoReport:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        return run.undo(run_id)


def the_work(house: House) -> StoredItem:
    [work] = house.works()
    return work


@pytest.mark.parametrize(
    "what",
    [
        DOI,
        "https://doi.org/10.5555/INVENTED.1",
        "2-s2.0-85000000001",
        "85000000001",
        "SCOPUS:85000000001",
        "https://www.scopus.com/inward/record.uri?eid=2-s2.0-85000000001&partnerID=40",
    ],
)
def test_a_trashed_work_comes_out_of_the_trash(house: House, key: ItemKey, what: str) -> None:
    house.library.trash(key)

    report = restore(house, what)

    assert (report.item_key, report.was, report.is_now) == (key, "trashed", key)
    assert not the_work(house).trashed


def test_a_deleted_work_is_made_again_with_its_note(house: House, key: ItemKey) -> None:
    before = the_work(house).data
    house.library.delete(key)

    report = restore(house, key)

    work = the_work(house)
    assert (report.was, report.is_now) == ("deleted", work.key)
    assert work.data == before
    [note] = [each for each in house.everything() if each.data["itemType"] == "note"]
    assert note.data["parentItem"] == work.key
    assert house.waiting() == []


def test_the_tombstone_is_open_then(house: House, key: ItemKey) -> None:
    house.library.delete(key)
    restore(house, key)

    [record] = house.drop(scopus_record(1), place=Place(folder=b"/other"))

    assert (record.decision, record.item_key) == (Decision.SKIP, the_work(house).key)
    assert record.reason.startswith("already in the library")


def test_a_collection_that_is_gone_is_left_out(house: House, key: ItemKey) -> None:
    house.library.delete(key)
    [inbox] = house.library.collections()
    house.library.delete_collection(inbox.key)

    restore(house, key)

    assert the_work(house).data["collections"] == []


def test_a_work_that_others_made_is_made_again_from_the_entry(house: House) -> None:
    theirs = ItemKey("HAND2345")
    house.library.add(theirs, {"itemType": "journalArticle", "title": title_of(1), "DOI": DOI})
    house.drop(scopus_record(1))
    house.library.delete(theirs)

    report = restore(house, DOI)

    work = the_work(house)
    assert (report.item_key, report.is_now) == (theirs, work.key)
    assert (work.data["title"], work.data["DOI"]) == (title_of(1), DOI)


def test_a_work_that_came_back_saying_less_does_not_come_back_twice(house: House) -> None:
    house.library.add(
        ItemKey("HAND2345"),
        {
            "itemType": "journalArticle",
            "title": title_of(1),
            "creators": [{"creatorType": "author", "lastName": "Authorb", "firstName": "A."}],
            "date": "1991",
            "publicationTitle": "Journal of Invented Results",
            "volume": "2",
            "pages": "101-110",
            "DOI": "10.5555/invented.1",
        },
    )
    house.drop(scopus_record(1, DO=None, UR=None))
    house.library.delete(ItemKey("HAND2345"))
    restored = restore(house, "10.5555/invented.1")
    assert restored.is_now != "HAND2345"

    with pytest.raises(InputError, match="in the library"):
        restore(house, "10.5555/invented.1")

    assert len(house.works()) == 1


def test_what_an_undo_trashed_comes_back_as_well(house: House, key: ItemKey) -> None:
    undo(house, 1)

    restore(house, key)

    assert not the_work(house).trashed


def test_a_restore_is_a_run_that_can_be_taken_back(house: House, key: ItemKey) -> None:
    house.library.trash(key)
    run = restore(house, key).run

    report = undo(house, run)

    assert report.trashed == [key]
    assert the_work(house).trashed


# What cannot be done


def test_what_is_there_needs_no_restoring(house: House, key: ItemKey) -> None:
    with pytest.raises(InputError, match=f"is in the library: {key}"):
        restore(house, DOI)


def test_what_nobody_knows_is_said_so(house: House, key: ItemKey) -> None:
    with pytest.raises(InputError, match="nothing that was removed is known as"):
        restore(house, "10.5555/never.heard.of")


def test_what_may_be_several_is_to_be_named_by_its_key(house: House, key: ItemKey) -> None:
    other = ItemKey("HAND2345")
    house.library.add(other, {"itemType": "journalArticle", "title": title_of(1), "DOI": DOI})
    house.library.trash(other)
    house.library.trash(key)

    with pytest.raises(InputError, match="may be any of"):
        restore(house, DOI)

    assert restore(house, other).is_now == other


def test_a_work_that_is_there_under_another_key_is_not_made_twice(
    house: House, key: ItemKey
) -> None:
    house.library.delete(key)
    other = ItemKey("HAND2345")
    house.library.add(other, {"itemType": "journalArticle", "title": title_of(1), "DOI": DOI})

    with pytest.raises(InputError, match=f"the work of {key} is in the library: {other}"):
        restore(house, key)


def test_a_work_that_a_person_told_apart_is_no_reason_to_leave_it_removed(
    house: House, key: ItemKey
) -> None:
    house.drop(scopus_record(1, TI="Quite another subject", AU="Nobody, N.", DO=None))
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        [asked] = run.reviewer().held()
        run.reviewer().answer(asked.hold_id, Answer.CREATE)
        run.push_pending()
    house.library.trash(key)

    report = restore(house, key)

    assert report.is_now == key
    assert len([each for each in house.works() if not each.trashed]) == 2


def test_a_key_that_was_deleted_unseen_has_nothing_to_come_back(house: House) -> None:
    unseen = ItemKey("HAND2345")
    house.library.add(unseen, {"itemType": "book", "title": "Unseen"})
    house.library.delete(unseen)
    house.drop(scopus_record(2))

    with pytest.raises(InputError, match="knows nothing of it but that"):
        restore(house, unseen)


class TestWhileAnAnswerIsOut:
    """A work is made again, and the answer does not come for now."""

    @pytest.fixture
    def house(self, tmp_path: Path) -> House:
        return House(tmp_path, LateLibrary())

    @pytest.fixture
    def key(self, house: House) -> ItemKey:
        assert isinstance(house.library, LateLibrary)
        house.library.on_time = True
        [record] = house.drop(scopus_record(1, N1=None))
        key = ItemKey(str(record.item_key))
        house.library.delete(key)
        house.library.on_time = False
        return key

    def test_it_is_not_made_a_second_time(self, house: House, key: ItemKey) -> None:
        assert restore(house, key).waiting is not None

        with pytest.raises(UnsettledError, match="run 2 lets"):
            restore(house, key)

        assert isinstance(house.library, LateLibrary)
        house.library.land()
        assert [work.key for work in house.works()] == [key]
