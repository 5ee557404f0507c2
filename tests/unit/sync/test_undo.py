"""A run is taken back where nobody has touched what it did, and done again by a second undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syncd.errors import InputError, OutcomeUnknownError, UnsettledError
from syncd.ledger import journal, outbox
from syncd.ledger.taken_back import TakenBack, find_taken_back
from syncd.library import Operation, Pushed, StoredItem, Update
from syncd.plan import Decision, Place, PlannedOperation
from syncd.record import ItemKey
from syncd.settings import WhenFound
from syncd.sync.session import LibraryRun
from syncd.sync.undo import UndoReport
from tests.support.exports import scopus_record, title_of
from tests.support.house import House
from tests.support.libraries import LateLibrary, Push, with_mishaps
from tests.support.runs import opened_ledger, opened_run

INBOX = Place(folder=b"/inbox", collection=("Inbox", "Scopus"), tags=("to read",))
HAND = ItemKey("HAND2345")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def undo(house: House, run: int) -> UndoReport:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as opened,
    ):
        return opened.undo(run)


def update(house: House, key: str, data: dict[str, Any]) -> int:
    """Have a run write into an item, through the outbox; return its number."""
    with opened_ledger(house.root / "state", house.clock) as ledger:
        mine = ledger.find_library("memory:")
        assert mine is not None
        [item] = house.library.get([ItemKey(key)])
        with mine.write() as tx:
            run_id = journal.begin_run(tx, "test")
            planned = PlannedOperation(Update(item.key, item.version, data))
            outbox.add_operations(tx, run_id, [(None, "test", planned)], mine.row().cursor)
        with opened_run(house.root, house.library, ledger, house.helpers):
            return run_id


def missing(house: House) -> list[str]:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as opened,
    ):
        return list(opened.reconcile().missing)


def item(house: House, key: str) -> StoredItem:
    [found] = house.library.get([ItemKey(key)])
    return found


def names(house: House) -> set[str]:
    return {each.name for each in house.library.collections()}


def state(house: House) -> tuple[Any, ...]:
    """Return everything outside the trash, but for versions."""
    items = {each.key: dict(each.data) for each in house.everything() if not each.trashed}
    below_trash = {each.key for each in house.everything() if each.trashed}
    there = {k: v for k, v in items.items() if v.get("parentItem") not in below_trash}
    return there, {(each.key, each.name) for each in house.library.collections()}


def taken_back_of(house: House, key: str) -> TakenBack:
    with opened_ledger(house.root / "state", house.clock) as ledger:
        mine = ledger.find_library("memory:")
        assert mine is not None
        with mine.read() as tx:
            return find_taken_back(tx, [key]).get(key, TakenBack())


# What a run made


def test_what_a_run_made_goes_into_the_trash_and_its_collections_with_it(house: House) -> None:
    made = house.drop(scopus_record(1), scopus_record(2), place=INBOX)

    report = undo(house, 1)

    assert (report.run, report.undone) == (2, 1)
    assert set(report.trashed) == {each.item_key for each in made}
    assert all(each.trashed for each in house.works())
    assert names(house) == set()
    assert len(report.trashed_collections) == 2
    assert (report.left, house.waiting()) == ({}, [])


def test_an_undo_of_an_undo_does_it_again(house: House) -> None:
    house.drop(scopus_record(1), place=INBOX)
    after = state(house)

    undo(house, 1)
    report = undo(house, 2)

    assert (report.run, report.undone) == (3, 2)
    assert state(house) == after
    assert len(report.restored) == 1


def test_a_third_undo_takes_it_back_once_more(house: House) -> None:
    house.drop(scopus_record(1), place=INBOX)
    undo(house, 1)
    taken_back = state(house)
    undo(house, 2)

    undo(house, 3)

    assert state(house) == taken_back


def test_dropping_the_export_again_does_not_bring_it_back(house: House) -> None:
    house.drop(scopus_record(1))
    undo(house, 1)

    [again] = house.drop(scopus_record(1), place=INBOX)

    assert again.decision is Decision.SKIP
    assert "in the library's trash, and stays there; removed on 20" in again.reason
    assert f"`syncd restore {again.item_key}`" in again.reason
    assert item(house, str(again.item_key)).trashed


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": "My own title"}, "title edited since"),
        ({"tags": [{"tag": "mine"}]}, "tags changed since"),
    ],
)
def test_what_somebody_worked_with_stays(
    house: House, changes: dict[str, Any], reason: str
) -> None:
    kept, gone = house.drop(scopus_record(1), scopus_record(2), place=INBOX)
    house.library.edit(ItemKey(str(kept.item_key)), changes)

    report = undo(house, 1)

    assert report.left[str(kept.item_key)] == reason
    assert report.trashed == [gone.item_key]
    assert not item(house, str(kept.item_key)).trashed
    assert names(house) == {"Inbox", "Scopus"}
    assert "the collection still holds 1 item" in report.left_collections.values()


def test_an_item_into_which_another_was_merged_stays(house: House) -> None:
    [kept] = house.drop(scopus_record(1), place=INBOX)
    uri = "http://zotero.org/users/1/items/BTHER234"
    house.library.edit(ItemKey(str(kept.item_key)), {"relations": {"dc:replaces": [uri]}})

    report = undo(house, 1)

    assert report.left == {str(kept.item_key): "another item was merged into it since"}
    assert not item(house, str(kept.item_key)).trashed


def test_what_came_back_goes_again_though_it_was_edited_before_it_went(house: House) -> None:
    [made] = house.drop(scopus_record(1))
    key = ItemKey(str(made.item_key))
    house.library.edit(key, {"title": "My own title"})
    house.library.trash(key)
    house.drop(scopus_record(1), place=Place(folder=b"/back", tags=("back",), readd=True))
    assert not item(house, key).trashed

    report = undo(house, 2)

    assert report.trashed == [key]
    assert item(house, key).trashed


def test_what_came_back_stays_if_it_was_edited_since(house: House) -> None:
    [made] = house.drop(scopus_record(1))
    key = ItemKey(str(made.item_key))
    house.library.trash(key)
    house.drop(scopus_record(1), place=Place(folder=b"/back", readd=True))
    house.library.edit(key, {"title": "My own title"})

    report = undo(house, 2)

    assert report.left == {key: "title edited since"}
    assert not item(house, key).trashed


def test_what_came_back_goes_again_though_a_note_was_hung_below_it_before(house: House) -> None:
    [made] = house.drop(scopus_record(1))
    key = ItemKey(str(made.item_key))
    house.library.trash(key)
    house.library.add(HAND, {"itemType": "note", "note": "<p>Mine</p>", "parentItem": key})
    house.drop(scopus_record(1), place=Place(folder=b"/back", tags=("back",), readd=True))

    report = undo(house, 2)

    assert (report.trashed, report.left) == ([key], {})


def test_what_came_back_stays_if_a_note_was_hung_below_it_since(house: House) -> None:
    [made] = house.drop(scopus_record(1))
    key = ItemKey(str(made.item_key))
    house.library.trash(key)
    house.drop(scopus_record(1), place=Place(folder=b"/back", tags=("back",), readd=True))
    house.library.add(HAND, {"itemType": "note", "note": "<p>Mine</p>", "parentItem": key})

    report = undo(house, 2)

    assert report.left == {key: "a note was added since"}


@pytest.mark.parametrize(
    ("child", "reason"),
    [
        ({"itemType": "note", "note": "<p>Mine</p>"}, "a note was added since"),
        ({"itemType": "attachment", "linkMode": "linked_url"}, "an attachment was added since"),
    ],
)
def test_what_somebody_hung_something_below_stays(
    house: House, child: dict[str, Any], reason: str
) -> None:
    [kept] = house.drop(scopus_record(1))
    house.library.add(HAND, {**child, "parentItem": kept.item_key})

    report = undo(house, 1)

    assert report.left == {kept.item_key: reason}
    assert not item(house, str(kept.item_key)).trashed


def test_an_annotation_below_its_file_keeps_an_item(house: House) -> None:
    [kept] = house.drop(scopus_record(1))
    [link] = [each for each in house.everything() if each.data["itemType"] == "note"]
    house.library.add(HAND, {"itemType": "annotation", "parentItem": link.key})

    report = undo(house, 1)

    assert report.left == {kept.item_key: "an annotation was added since"}


def test_a_note_of_syncd_that_somebody_edited_keeps_its_item(house: House) -> None:
    [kept] = house.drop(scopus_record(1))
    [note] = [each for each in house.everything() if each.data["itemType"] == "note"]
    house.library.edit(note.key, {"note": "<p>What I think of it</p>"})

    report = undo(house, 1)

    assert report.left == {kept.item_key: "its note was edited since"}


def test_what_somebody_trashed_already_is_no_matter(house: House) -> None:
    [gone] = house.drop(scopus_record(1))
    house.library.trash(ItemKey(str(gone.item_key)))

    report = undo(house, 1)

    assert (report.run, report.trashed, report.left) == (None, (), {})


# What a run changed


def test_fields_go_back_to_what_stood_there_before(house: House) -> None:
    [record] = house.drop(scopus_record(1))
    key = ItemKey(str(record.item_key))
    before = item(house, key).data
    run = update(house, key, {"volume": "77", "language": "en"})

    report = undo(house, run)

    [put_back] = report.put_back
    assert (put_back.item_key, put_back.fields) == (key, ["language", "volume"])
    now = item(house, key).data
    assert (now["volume"], now.get("language", "")) == (before["volume"], "")


@pytest.mark.parametrize("there", [{}, {"tags": [], "collections": []}, {"issue": "", "extra": ""}])
def test_an_item_that_was_filled_is_byte_for_byte_what_it_was(
    house: House, there: dict[str, Any]
) -> None:
    written = {"itemType": "journalArticle", "DOI": "10.5555/invented.1", "title": title_of(1)}
    house.library.add(HAND, {**written, **there})
    filling = replace(INBOX, when_found=WhenFound.FILL)
    [made] = house.drop(scopus_record(1, IS="3"), place=filling)
    assert (made.decision, made.item_key) == (Decision.UPDATE, HAND)
    filled = item(house, HAND).data
    assert {"issue", "volume", "tags", "collections", "extra"} <= filled.keys()

    undo(house, 1)
    taken_back = item(house, HAND).data
    undo(house, 2)

    assert taken_back == {**written, **there}
    assert item(house, HAND).data == filled
    undo(house, 3)
    assert item(house, HAND).data == {**written, **there}


def test_a_field_that_somebody_changed_since_stays(house: House) -> None:
    [record] = house.drop(scopus_record(1))
    key = ItemKey(str(record.item_key))
    run = update(house, key, {"volume": "77", "issue": "9"})
    house.library.edit(key, {"volume": "78"})

    report = undo(house, run)

    assert report.left == {key: "volume changed since"}
    assert item(house, key).data["volume"] == "78"
    assert "issue" not in item(house, key).data


def test_own_lines_leave_a_text_and_all_others_stay(house: House) -> None:
    [record] = house.drop(scopus_record(1))
    key = ItemKey(str(record.item_key))
    house.library.edit(key, {"extra": "Citation Key: mine\n\nread twice "})
    run = update(house, key, {"extra": "Citation Key: mine\n\nread twice \nPMID: 7"})
    house.library.edit(key, {"extra": "Citation Key: mine\n\nread thrice \nPMID: 7\nmore"})

    # The line before ours was edited: ours is told by itself.
    undo(house, run)

    assert item(house, key).data["extra"] == "Citation Key: mine\n\nread thrice \nmore"


def test_a_blank_line_that_somebody_put_into_a_text_since_stays(house: House) -> None:
    [record] = house.drop(scopus_record(1))
    key = ItemKey(str(record.item_key))
    house.library.edit(key, {"extra": "one\ntwo"})
    run = update(house, key, {"extra": "one\ntwo\nPMID: 7"})
    house.library.edit(key, {"extra": "one\n\n  two\nPMID: 7"})

    undo(house, run)

    assert item(house, key).data["extra"] == "one\n\n  two"


def test_tags_and_collections_are_taken_off_and_what_people_added_stays(house: House) -> None:
    house.library.add(HAND, {"itemType": "journalArticle", "DOI": "10.5555/invented.1"})
    house.library.edit(HAND, {"title": "Invented", "tags": [{"tag": "mine"}], "collections": []})
    [record] = house.drop(scopus_record(1, TI="Invented"), place=INBOX)
    assert record.item_key == HAND, record
    house.library.edit(HAND, {"tags": [*item(house, HAND).data["tags"], {"tag": "later"}]})

    report = undo(house, 1)

    now = item(house, HAND).data
    assert (now["collections"], [each["tag"] for each in now["tags"]]) == ([], ["mine", "later"])
    [put_back] = report.put_back
    assert (put_back.tags, len(put_back.collections)) == (["to read"], 1)
    assert names(house) == set()


def test_what_was_taken_off_is_not_put_there_again_by_itself(house: House) -> None:
    house.drop(scopus_record(1))
    [record] = house.drop(scopus_record(1), place=INBOX)
    undo(house, 2)

    house.drop(scopus_record(1), scopus_record(2), place=INBOX)

    assert item(house, str(record.item_key)).data["collections"] == []


def test_filing_is_done_again_by_an_undo_of_the_undo(house: House) -> None:
    house.drop(scopus_record(1))
    house.drop(scopus_record(1), place=INBOX)
    after = state(house)
    undo(house, 2)

    undo(house, 3)

    assert state(house) == after


def test_a_collection_that_was_renamed_stays(house: House) -> None:
    house.drop(scopus_record(1), place=INBOX)
    [inner] = [each for each in house.library.collections() if each.name == "Scopus"]
    house.library.change_collection(inner._replace(name="Mine"))

    report = undo(house, 1)

    assert names(house) == {"Inbox", "Mine"}
    assert report.left_collections[inner.key] == "the collection was renamed since"


def test_a_library_that_spells_tags_its_own_way_has_not_touched_an_item(house: House) -> None:
    place = Place(folder=b"/inbox", tags=("to  read ",))
    [record] = house.drop(scopus_record(1), place=place)
    key = ItemKey(str(record.item_key))
    house.library.edit(key, {"tags": [{"tag": "to read", "type": 1}]})

    assert undo(house, 1).trashed == [key]


# While others are at work


class Busy:
    """A library in which somebody does something just before a push."""

    def __init__(self, library: Any, *deeds: Callable[[], None]) -> None:
        self._library = library
        self._deeds = list(deeds)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        if self._deeds:
            self._deeds.pop(0)()
        answer: Pushed = self._library.push(operations, expected=expected)
        return answer


def test_a_note_that_comes_at_the_last_moment_keeps_its_item(house: House) -> None:
    kept, gone = house.drop(scopus_record(1), scopus_record(2), place=INBOX)
    inner = house.library
    note = {"itemType": "note", "note": "x", "parentItem": kept.item_key}
    house.library = Busy(inner, lambda: inner.add(HAND, note))

    report = undo(house, 1)

    assert report.trashed == [gone.item_key]
    assert report.left[str(kept.item_key)] == "a note was added since"
    assert names(house) == {"Inbox", "Scopus"}


def test_an_edit_that_comes_at_the_last_moment_stays(house: House) -> None:
    [record] = house.drop(scopus_record(1))
    key = ItemKey(str(record.item_key))
    run = update(house, key, {"volume": "77", "issue": "9"})
    inner = house.library
    house.library = Busy(inner, lambda: inner.edit(key, {"volume": "78"}))

    report = undo(house, run)

    assert report.left == {key: "volume changed since"}
    assert item(house, key).data["volume"] == "78"
    assert "issue" not in item(house, key).data


def test_an_item_put_into_the_collection_at_the_last_moment_keeps_it(house: House) -> None:
    house.drop(scopus_record(1), place=INBOX)
    inner = house.library
    [scopus] = [each for each in inner.collections() if each.name == "Scopus"]
    theirs = {"itemType": "book", "title": "Theirs", "collections": [scopus.key]}
    house.library = Busy(inner, lambda: None, lambda: inner.add(HAND, theirs))

    report = undo(house, 1)

    assert (len(report.trashed), names(house)) == (1, {"Inbox", "Scopus"})
    assert report.left_collections[scopus.key] == "the collection still holds 1 item"


def test_what_a_lost_answer_changed_is_put_back_all_the_same(house: House) -> None:
    [record] = house.drop(scopus_record(1))
    key = ItemKey(str(record.item_key))
    before = item(house, key).data
    inner = house.library

    def is_lost(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        push(operations, expected)
        raise OutcomeUnknownError("lost")

    house.library = with_mishaps(inner, is_lost)
    run = update(house, key, {"volume": "77", "tags": [{"tag": "new"}]})

    undo(house, run)

    assert item(house, key).data == before


def test_what_was_taken_out_of_fields_is_remembered_until_it_is_done_again(house: House) -> None:
    [record] = house.drop(scopus_record(1))
    key = ItemKey(str(record.item_key))
    run = update(house, key, {"volume": "77", "extra": "PMID: 7", "tags": [{"tag": "new"}]})

    undo(house, run)
    after_undo = taken_back_of(house, key)
    undo(house, run + 1)

    for field, value in (("volume", "77"), ("extra", "PMID: 7"), ("tags", "new")):
        assert after_undo.forbids(field, value)
        assert not taken_back_of(house, key).forbids(field, value)


def test_what_an_undo_put_into_the_trash_is_not_missed(house: House) -> None:
    one, two = house.drop(scopus_record(1), scopus_record(2))
    undo(house, 1)

    assert missing(house) == []

    # Somebody takes one out of the trash, and puts it there again.
    house.library.restore(ItemKey(str(one.item_key)))
    house.library.trash(ItemKey(str(one.item_key)))
    assert missing(house) == [one.item_key]

    # The trash is emptied.
    house.library.delete(ItemKey(str(two.item_key)))
    assert missing(house) == [one.item_key]


# Runs that cannot be taken back


def test_a_run_that_does_not_exist_is_said_so(house: House) -> None:
    house.drop(scopus_record(1))

    with pytest.raises(InputError, match="no run 12"):
        undo(house, 12)


def test_a_run_that_is_taken_back_already_names_what_does_it_again(house: House) -> None:
    house.drop(scopus_record(1))
    undo(house, 1)

    with pytest.raises(InputError, match=r"by run 2; `syncd undo 2`"):
        undo(house, 1)


def test_what_was_left_is_taken_back_once_nothing_keeps_it(house: House) -> None:
    kept, _ = house.drop(scopus_record(1), scopus_record(2))
    house.library.add(HAND, {"itemType": "note", "note": "x", "parentItem": kept.item_key})
    undo(house, 1)
    house.library.trash(HAND)

    report = undo(house, 1)

    assert report.trashed == [kept.item_key]


def test_an_undo_whose_answer_is_out_is_not_begun_a_second_time(tmp_path: Path) -> None:
    library = LateLibrary()
    house = House(tmp_path, library)
    library.on_time = True
    [record] = house.drop(scopus_record(1))
    library.on_time = False

    with opened_ledger(house.root / "state", house.clock) as ledger:
        run = LibraryRun("mine", house.library, ledger, house.helpers)
        run.meet()
        first = run.undo(1)
        with pytest.raises(UnsettledError, match="operations of run 2 wait"):
            run.undo(1)

    assert first.waiting is not None
    library.land()
    assert item(house, str(record.item_key)).trashed


def test_what_somebody_takes_out_of_the_trash_before_we_hear_of_it_stays(tmp_path: Path) -> None:
    library = LateLibrary()
    house = House(tmp_path, library)
    library.on_time = True
    records = [record for number in (1, 2) for record in house.drop(scopus_record(number))]
    ours, other = (ItemKey(str(record.item_key)) for record in records)
    for run in (1, 2):
        library.on_time = False
        undo(house, run)
    # The first lands unheard, the second is lost.
    library.late.pop()
    library.land()
    assert (item(house, ours).trashed, item(house, other).trashed) == (True, False)
    library.restore(ours)
    house.clock.advance(minutes=6)

    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as opened,
    ):
        opened.push_pending()

    assert (item(house, ours).trashed, item(house, other).trashed) == (False, True)
    assert house.waiting() == []


# What a run asked


def questions(house: House) -> list[int]:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as opened,
    ):
        return [each.hold_id for each in opened.reviewer().held()]


def doubtful(number: int) -> str:
    return scopus_record(number, TI="Quite another subject", AU="Nobody, N.", DO=None)


def test_what_a_run_asked_is_withdrawn_with_it_and_asked_again_with_its_undo(house: House) -> None:
    house.drop(scopus_record(1))
    house.drop(doubtful(1))
    [asked] = questions(house)

    withdrawn = undo(house, 2)
    after = questions(house)
    again = undo(house, 3)

    assert (withdrawn.run, withdrawn.withdrawn, withdrawn.asked_again, after) == (3, 1, 0, [])
    assert (again.run, again.withdrawn, again.asked_again) == (4, 0, 1)
    assert questions(house) == [asked]
    undo(house, 4)
    assert questions(house) == []


def test_a_question_that_another_run_asks_as_well_stays(house: House) -> None:
    house.drop(scopus_record(1))
    house.drop(doubtful(1))
    house.drop(doubtful(1), place=INBOX)
    asked = questions(house)

    with pytest.raises(InputError):
        undo(house, 5)
    undo(house, 2)

    assert questions(house) == asked


def test_a_question_that_was_withdrawn_is_asked_when_its_record_comes_again(house: House) -> None:
    house.drop(scopus_record(1))
    house.drop(doubtful(1))
    undo(house, 2)

    house.drop(doubtful(1), place=INBOX)

    assert len(questions(house)) == 1
