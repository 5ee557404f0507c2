"""What counts as done: by a library's answer, and by what a look finds under a key."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from syncd.ledger.outbox import Pending
from syncd.library import (
    Accepted,
    AddToCollection,
    CollectionKey,
    Create,
    CreateCollection,
    Operation,
    Outcome,
    Pushed,
    Refusal,
    Refused,
    Restore,
    StoredItem,
    Trash,
    Update,
)
from syncd.record import ItemKey
from syncd.sync.outcomes import sort_answer, sort_looked

WORK, NOTE, OTHER = ItemKey("WORK2222"), ItemKey("NOTE2222"), ItemKey("OTHER222")
COLLECTION = CollectionKey("COLL2222")
MOSS = {
    "itemType": "journalArticle",
    "title": "Moss on northern walls of abandoned stations",
    "creators": [{"creatorType": "author", "lastName": "Arendt", "firstName": "A."}],
    "date": "2011",
    "DOI": "10.5555/moss.1",
}
BOOK = {"itemType": "book", "title": "Tram timetables of another century", "date": "1931"}
SAYS_LITTLE = {"itemType": "book", "title": "Report"}
SENT = datetime(2026, 7, 1, tzinfo=UTC)

_numbers = count(1)


def _pending(operation: Operation, record: int | None = 1, *, sent: bool = True) -> Pending:
    return Pending(
        operation_id=next(_numbers),
        run_id=1,
        record_id=record,
        operation=operation,
        ordinal=0,
        planned_version=0,
        attempts=0,
        sent_at=SENT if sent else None,
    )


def _work(data: dict[str, Any] | None = None, *, sent: bool = True) -> Pending:
    return _pending(Create(WORK, data or MOSS), sent=sent)


def _note(parent: str = WORK, record: int | None = 1) -> Pending:
    return _pending(Create(NOTE, {"itemType": "note", "note": "n", "parentItem": parent}), record)


def _stored(key: str, data: dict[str, Any], version: int = 7, *, trashed: bool = False) -> Any:
    return {key: StoredItem(ItemKey(key), version, data, trashed)}


# Answers


def _refused(refusal: Refusal) -> Refused:
    return Refused(WORK, refusal, "no")


DONE = Accepted(WORK, 3)


@pytest.mark.parametrize("refusal", [each for each in Refusal if each is not Refusal.KEY_TAKEN])
def test_an_answer_is_sorted_by_what_is_to_be_done(refusal: Refusal) -> None:
    work, note = _work(), _note()
    refused = _refused(refusal)

    answered = sort_answer([work, note], Pushed([refused, DONE], 3))

    assert (answered.landed, answered.taken) == ([(note, DONE)], [])
    assert answered.refused == [(work, refused)]


def test_a_note_below_a_key_that_is_taken_is_looked_at_with_it() -> None:
    work, note = _work(), _note()
    elsewhere = _note(OTHER, record=2)
    outcomes: list[Outcome] = [_refused(Refusal.KEY_TAKEN), DONE, DONE]

    answered = sort_answer([work, note, elsewhere], Pushed(outcomes, 3))

    assert answered.taken == [work, note]
    assert answered.landed == [(elsewhere, DONE)]


def test_a_note_whose_own_key_is_taken_puts_its_work_in_no_doubt() -> None:
    work, note = _work(), _note()

    answered = sort_answer([work, note], Pushed([DONE, _refused(Refusal.KEY_TAKEN)], 3))

    assert (answered.landed, answered.taken) == ([(work, DONE)], [note])


# Looks


def test_what_stands_under_its_key_as_it_was_written_has_landed() -> None:
    work, note = _work(), _note()
    items = {**_stored(WORK, MOSS), **_stored(NOTE, {"note": "n", "parentItem": WORK}, 8)}

    looked = sort_looked([work, note], items, set())

    assert [(p, done.key, done.version) for p, done in looked.landed] == [
        (work, WORK, 7),
        (note, NOTE, 8),
    ]
    assert (looked.unsure, looked.others, looked.strays) == ([], [], [])


def test_what_is_not_there_is_unsure() -> None:
    work = _work()

    looked = sort_looked([work], {}, set())

    assert (looked.landed, looked.unsure, looked.others) == ([], [work], [])


def test_another_work_under_its_key_is_not_ours() -> None:
    work = _work()

    looked = sort_looked([work], _stored(WORK, BOOK), set())

    assert (looked.landed, looked.unsure, looked.others, looked.strays) == ([], [], [work], [])


def test_a_person_may_have_edited_what_landed_before_anybody_looked() -> None:
    work = _work()

    looked = sort_looked([work], _stored(WORK, {**MOSS, "date": "2012", "volume": "3"}), set())

    assert [pending for pending, _ in looked.landed] == [work]


@pytest.mark.parametrize(
    "edit",
    [
        {"title": "Something else by hand"},
        {"title": "Something else by hand", "date": "1999"},
        {"creators": [{"creatorType": "author", "lastName": "Quill", "firstName": "Z."}]},
        {"itemType": "book", "title": "Something else by hand"},
    ],
)
def test_what_was_sent_is_ours_though_a_person_has_made_another_work_of_it(
    edit: dict[str, Any],
) -> None:
    little = {name: MOSS[name] for name in ("itemType", "title", "creators", "date")}
    work, note = _work({**little, "volume": "3"}), _note()
    note_there = {"itemType": "note", "note": "n", "parentItem": WORK}
    items = {
        **_stored(WORK, {**little, "volume": "3", **edit}),
        **_stored(NOTE, note_there),
    }

    looked = sort_looked([work, note], items, set())

    assert [pending for pending, _ in looked.landed] == [work, note]
    assert (looked.others, looked.strays) == ([], [])


@pytest.mark.parametrize("title", ["Tram timetables of another century", ""])
@pytest.mark.parametrize("kind", ["book", "thesis"])
def test_what_says_only_a_title_is_ours_though_a_person_has_retitled_it(
    title: str, kind: str
) -> None:
    work, note = _work(SAYS_LITTLE), _note()
    there = {"itemType": kind, "title": title}
    note_there = {"itemType": "note", "note": "n", "parentItem": WORK}

    looked = sort_looked([work, note], {**_stored(WORK, there), **_stored(NOTE, note_there)}, set())

    assert [pending for pending, _ in looked.landed] == [work, note]
    assert (looked.others, looked.strays) == ([], [])


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ({"itemType": "case", "caseName": "Roe"}, {"itemType": "case", "caseName": "Roe v. Poe"}),
        ({"itemType": "statute", "nameOfAct": "Act"}, {"itemType": "report", "title": "Moss Act"}),
    ],
)
def test_a_title_of_another_name_is_a_title(written: dict[str, Any], found: dict[str, Any]) -> None:
    work = _work(written)

    looked = sort_looked([work], _stored(WORK, found), set())

    assert [pending for pending, _ in looked.landed] == [work]


@pytest.mark.parametrize("more", [{"date": "1931"}, {"publisher": "Tramway Press"}])
def test_a_work_that_says_another_title_and_more_is_not_ours(more: dict[str, Any]) -> None:
    work = _work(SAYS_LITTLE)

    looked = sort_looked([work], _stored(WORK, {**BOOK, "date": "", **more}), set())

    assert (looked.landed, looked.others) == ([], [work])


@pytest.mark.parametrize("sent", [True, False])
def test_a_work_that_says_too_little_is_ours_only_if_it_was_sent(sent: bool) -> None:
    work = _work(SAYS_LITTLE, sent=sent)

    looked = sort_looked([work], _stored(WORK, {**SAYS_LITTLE, "place": "Bergen"}), set())

    assert [pending for pending, _ in looked.landed] == ([work] if sent else [])
    assert looked.others == ([] if sent else [work])


def test_a_note_below_an_item_that_is_not_its_records_is_a_stray() -> None:
    work, note = _work(), _note()
    note_there = {"itemType": "note", "note": "n", "parentItem": WORK}
    items = {**_stored(WORK, BOOK), **_stored(NOTE, note_there)}

    looked = sort_looked([work, note], items, set())

    assert looked.others == [work, note]
    assert [item.key for item in looked.strays] == [NOTE]
    assert looked.landed == []


def test_a_note_under_its_key_below_another_item_is_not_ours() -> None:
    note = _note()
    there = {"itemType": "note", "note": "n", "parentItem": OTHER}

    looked = sort_looked([note], _stored(NOTE, there), set())

    assert (looked.others, looked.landed, looked.strays) == ([note], [], [])


@pytest.mark.parametrize("there", [True, False])
def test_a_collection_has_landed_where_its_key_is_listed(there: bool) -> None:
    making = _pending(CreateCollection(COLLECTION, "Inbox"), None)

    looked = sort_looked([making], {}, {COLLECTION} if there else {"ELSE2222"})

    assert [(pending, done.key) for pending, done in looked.landed] == (
        [(making, COLLECTION)] if there else []
    )
    assert looked.unsure == ([] if there else [making])


@pytest.mark.parametrize(
    ("operation", "data", "trashed", "has_landed"),
    [
        (Restore(WORK, 1), {}, False, True),
        (Restore(WORK, 1), {}, True, False),
        (Trash(WORK, 1), {}, True, True),
        (Trash(WORK, 1), {}, False, False),
        (Update(WORK, 1, {"volume": "3"}), {"volume": "3"}, False, True),
        (Update(WORK, 1, {"volume": "3"}), {"volume": "4"}, False, False),
        (AddToCollection(WORK, 1, (COLLECTION,)), {"collections": [COLLECTION]}, False, True),
        (AddToCollection(WORK, 1, (COLLECTION,)), {"collections": ["ELSE2222"]}, False, False),
        (AddToCollection(WORK, 1, (COLLECTION,)), {}, False, False),
        (AddToCollection(WORK, 1, (), ("new",)), {"tags": [{"tag": "new"}]}, False, True),
        (AddToCollection(WORK, 1, (), ("new",)), {"tags": [{"tag": "old"}]}, False, False),
        (AddToCollection(WORK, 1, (), ("new",)), {}, False, False),
        (
            AddToCollection(WORK, 1, (COLLECTION,), ("new",)),
            {"collections": [COLLECTION]},
            False,
            False,
        ),
    ],
)
def test_a_change_has_landed_where_the_item_is_as_it_was_to_become(
    operation: Operation, data: dict[str, Any], trashed: bool, has_landed: bool
) -> None:
    pending = _pending(operation)

    looked = sort_looked([pending], _stored(WORK, {**MOSS, **data}, trashed=trashed), set())

    assert [p for p, _ in looked.landed] == ([pending] if has_landed else [])
    assert looked.unsure == ([] if has_landed else [pending])
