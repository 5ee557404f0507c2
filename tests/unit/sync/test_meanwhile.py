"""What others do to a library while a work waits to be made is respected in all its parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from syncd.errors import UnavailableError, UnsettledError
from syncd.item.minting import mint_key
from syncd.library import Create, Operation, Pushed, Refusal, Refused, StoredItem, key_of
from syncd.plan import Decision, Place, PlannedRecord, Pointer
from syncd.record import ItemKey
from syncd.sync.review import Answer
from tests.support.exports import scopus_record, title_of, write_records
from tests.support.house import House
from tests.support.libraries import LateLibrary, Push, with_mishaps
from tests.support.runs import delivery_of, opened_ledger, opened_run, records_of

OWN = Place(folder=b"/own", collection=("Own",), tags=("own",))
INBOX = Place(folder=b"/inbox", collection=("Inbox",), tags=("to read",))
PLAIN = Place(folder=b"/plain")
THEIRS = ItemKey("HAND2345")
BOOK = {"itemType": "book", "title": "Nothing to do with it"}
OTHER = {"TI": "Quite another subject altogether", "AU": "Nobody, N.", "DO": None}


def _key(number: int, ordinal: int = 0) -> ItemKey:
    return mint_key("memory:", ("scopus", f"2-s2.0-{85000000000 + number}"), ordinal)


def _theirs(number: int) -> dict[str, Any]:
    """Return a work as another program would import it."""
    doi = f"10.5555/invented.{number}"
    return {"itemType": "journalArticle", "title": title_of(number), "DOI": doi}


class Waiting:
    """A house in which a work waits for its outcome, and a second run wants it filed."""

    def __init__(self, root: Path, first: Place = OWN, second: Place = INBOX) -> None:
        self.library = LateLibrary()
        self.house = House(root, self.library)
        # The collection is there, so that the work itself is what is lost on the way.
        self.library.on_time = True
        self.house.drop(scopus_record(8, N1=None), place=first)
        self.house.drop(scopus_record(9, N1=None), place=second)
        self.library.on_time = False
        for record, place in (
            (scopus_record(1), first),
            (scopus_record(1, N1="exported again"), second),
        ):
            with pytest.raises(UnsettledError):
                self.house.drop(record, place=place)
        # What was sent never arrives.
        self.library.late = []
        self.house.clock.advance(minutes=6)

    def go_on(self) -> None:
        """Let the next process take up what was left."""
        with (
            opened_ledger(self.house.root / "state", self.house.clock) as ledger,
            opened_run(self.house.root, self.house.library, ledger, self.house.helpers),
        ):
            pass

    def answer(self, said: Answer) -> None:
        """Answer the only question and push."""
        with (
            opened_ledger(self.house.root / "state", self.house.clock) as ledger,
            opened_run(self.house.root, self.house.library, ledger, self.house.helpers) as run,
        ):
            [held] = run.reviewer().held()
            run.reviewer().answer(held.hold_id, said)
            run.push_pending()

    def records(self) -> list[PlannedRecord]:
        """Return the records of the two runs that waited."""
        with (
            opened_ledger(self.house.root / "state", self.house.clock) as ledger,
            opened_run(self.house.root, self.house.library, ledger, self.house.helpers) as run,
        ):
            return [record for number in (3, 4) for record in run.records(number)]

    def item(self, key: str) -> StoredItem:
        [item] = self.library.get([ItemKey(key)])
        return item

    def tags(self, key: str) -> set[str]:
        return {tag["tag"] for tag in self.item(key).data.get("tags", ())}

    def notes(self, key: str) -> list[str]:
        """Return the keys of the notes below an item."""
        return [i.key for i in self.house.everything() if i.data.get("parentItem") == key]


@pytest.fixture
def waiting(tmp_path: Path) -> Waiting:
    return Waiting(tmp_path)


# Nobody does anything


def test_a_work_that_waited_is_made_with_its_note_and_filed_for_both(waiting: Waiting) -> None:
    waiting.go_on()

    assert sorted(waiting.house.collections_of(_key(1))) == ["Inbox", "Own"]
    assert waiting.tags(_key(1)) == {"own", "to read"}
    assert len(waiting.notes(_key(1))) == 1
    assert [(r.decision, r.item_key, r.outcome) for r in waiting.records()] == [
        (Decision.CREATE, _key(1), "accepted"),
        (Decision.COLLECT, _key(1), "accepted"),
    ]


# Somebody makes the work


def test_the_item_that_somebody_made_is_filed_wherever_the_work_was_wanted(
    waiting: Waiting,
) -> None:
    waiting.library.add(THEIRS, _theirs(1))

    waiting.go_on()

    assert sorted(waiting.house.collections_of(THEIRS)) == ["Inbox", "Own"]
    assert waiting.tags(THEIRS) == {"own", "to read"}
    assert waiting.notes(THEIRS) == []
    assert title_of(1) not in [i.data["title"] for i in waiting.house.works() if i.key != THEIRS]


def test_records_of_a_work_that_somebody_made_name_their_item(waiting: Waiting) -> None:
    waiting.library.add(THEIRS, _theirs(1))

    waiting.go_on()

    first, second = waiting.records()
    assert (first.item_key, second.item_key) == (THEIRS, THEIRS)
    assert first.duplicate_of == Pointer(item_key=THEIRS)
    assert first.reason.startswith("it appeared in the library meanwhile; ")
    assert first.decision in (Decision.COLLECT, Decision.SKIP)
    assert first.identity.doi == "10.5555/invented.1"


def test_what_is_taken_out_of_an_item_that_somebody_made_is_not_put_back(
    waiting: Waiting,
) -> None:
    waiting.library.add(THEIRS, _theirs(1))
    waiting.go_on()
    waiting.library.edit(THEIRS, {"collections": [], "tags": []})

    for number, place in enumerate((OWN, INBOX)):
        waiting.house.drop(scopus_record(1, N1=f"again {number}"), place=place)

    assert waiting.house.collections_of(THEIRS) == []
    assert waiting.tags(THEIRS) == set()


def test_a_record_is_known_as_the_item_that_somebody_made_though_that_is_retitled(
    waiting: Waiting,
) -> None:
    waiting.library.add(THEIRS, _theirs(1))
    waiting.go_on()
    waiting.library.edit(THEIRS, {"title": "My reading list, week nine"})

    [record] = waiting.house.drop(scopus_record(1, N1="again"), place=PLAIN)

    assert (record.decision, record.item_key) == (Decision.SKIP, THEIRS)


def test_an_item_that_somebody_made_and_trashed_stays_in_the_trash(waiting: Waiting) -> None:
    waiting.library.add(THEIRS, _theirs(1))
    waiting.library.trash(THEIRS)

    waiting.go_on()

    assert waiting.item(THEIRS).trashed
    assert waiting.item(THEIRS).data == _theirs(1)
    assert [record.outcome for record in waiting.records()] == ["unchanged", "unchanged"]
    assert waiting.house.waiting() == []


# Somebody takes the key for something else, and the work comes into doubt


def test_a_question_holds_all_that_the_work_was_to_be(waiting: Waiting) -> None:
    waiting.library.add(_key(1), BOOK)
    waiting.go_on()
    asked = waiting.records()[0]

    waiting.answer(Answer.CREATE)

    [made] = [item for item in waiting.house.works() if item.data["title"] == title_of(1)]
    assert sorted(waiting.house.collections_of(made.key)) == ["Inbox", "Own"]
    assert waiting.tags(made.key) == {"own", "to read"}
    assert len(waiting.notes(made.key)) == 1
    assert waiting.notes(_key(1)) == []
    assert (asked.decision, asked.item_key) == (Decision.HOLD, None)
    assert asked.candidates == (Pointer(item_key=_key(1)),)


def test_a_record_of_a_work_in_doubt_says_that_it_is_held(waiting: Waiting) -> None:
    waiting.library.add(_key(1), BOOK)

    waiting.go_on()

    second = waiting.records()[1]
    assert (second.decision, second.item_key, second.outcome) == (Decision.SKIP, None, "unchanged")
    assert second.duplicate_of is None
    assert second.reason.startswith("the same work as one that is held; ")


def test_a_work_that_was_deleted_before_anybody_heard_of_its_arrival_stays_deleted(
    waiting: Waiting,
) -> None:
    waiting.library.add(_key(1), _theirs(1))
    waiting.library.delete(_key(1))

    waiting.go_on()

    assert title_of(1) not in {item.data["title"] for item in waiting.house.works()}
    assert waiting.house.waiting() == []
    first, second = waiting.records()
    assert (first.decision, first.outcome) == (Decision.SKIP, "unchanged")
    assert first.reason == "this work was deleted from the library, and stays deleted"
    assert second.outcome == "unchanged"


def test_a_work_that_another_syncd_made_and_a_person_erased_before_it_was_sent_stays_deleted(
    tmp_path: Path,
) -> None:
    library = LateLibrary()
    library.on_time = True
    house = House(tmp_path, with_mishaps(library, _away))
    with pytest.raises(UnavailableError):
        house.drop(scopus_record(1) + scopus_record(2))
    library.add(_key(1), _theirs(1))
    library.delete(_key(1))

    house.drop(scopus_record(3))

    assert {item.data["title"] for item in house.works()} == {title_of(2), title_of(3)}
    assert house.waiting() == []


def _away(_push: Push, _operations: Sequence[Operation], _expected: int | None) -> Pushed:
    raise UnavailableError("too many requests")


def test_what_was_deleted_before_it_was_promised_comes_back_where_that_is_wanted(
    tmp_path: Path,
) -> None:
    library = LateLibrary()
    library.add(_key(1), _theirs(1))
    library.delete(_key(1))
    house = House(tmp_path, library)
    with pytest.raises(UnsettledError):
        house.drop(scopus_record(1), place=Place(folder=b"/own", readd=True))
    library.late = []
    house.clock.advance(minutes=6)

    library.on_time = True
    house.drop(scopus_record(2))

    assert title_of(1) in {item.data["title"] for item in house.works()}


def test_a_work_that_the_library_refuses_is_sent_again_with_all_its_places(
    waiting: Waiting,
) -> None:
    def refuses(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        return Pushed([Refused(key_of(each), Refusal.INVALID, "no") for each in operations], None)

    waiting.house.library = with_mishaps(waiting.library, refuses)
    waiting.go_on()

    waiting.answer(Answer.RETRY)

    assert sorted(waiting.house.collections_of(_key(1))) == ["Inbox", "Own"]
    assert waiting.tags(_key(1)) == {"own", "to read"}
    assert len(waiting.notes(_key(1))) == 1


def test_the_record_of_a_work_that_somebody_made_meanwhile_is_known_though_it_is_retitled(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    inner = house.library

    def makes_it(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        inner.add(THEIRS, _theirs(1))
        return push(operations, expected)

    house.library = with_mishaps(inner, makes_it)
    [joined] = house.drop(scopus_record(1, N1=None), place=PLAIN)
    inner.edit(THEIRS, {"title": "My reading list, week nine"})

    [record] = house.drop(scopus_record(1, N1="again"), place=PLAIN)

    assert joined.item_key == record.item_key == THEIRS
    assert record.decision is not Decision.HOLD


# Two that were promised apart are one work


def _two_promised(house: House) -> list[int]:
    """Have a person say of two records that each is a work of its own, which is one work.

    Returns the numbers of the runs in which the records were decided.
    """
    house.drop(scopus_record(1))
    house.drop(scopus_record(1, **OTHER, SP="7", EP="9"), place=OWN)
    house.drop(scopus_record(1, **OTHER, SP="7", EP="9", PY="1992"), place=INBOX)
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        for held in run.reviewer().held():
            run.reviewer().answer(held.hold_id, Answer.CREATE)
    return [2, 3]


def _carry_out(house: House, runs: Sequence[int]) -> list[PlannedRecord]:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        run.refresh()
        run.push_pending()
        return [record for number in runs for record in run.records(number)]


def test_one_of_two_is_made_and_goes_where_both_were_wanted(tmp_path: Path) -> None:
    house = House(tmp_path)
    runs = _two_promised(house)

    first, second = _carry_out(house, runs)

    [made] = [item for item in house.works() if item.data["title"] == OTHER["TI"]]
    assert sorted(house.collections_of(made.key)) == ["Inbox", "Own"]
    assert [tag["tag"] for tag in made.data["tags"]] == ["own", "to read"]
    assert (first.decision, first.item_key, first.outcome) == (
        Decision.CREATE, made.key, "accepted"
    )  # fmt: skip
    assert (second.decision, second.item_key, second.outcome) == (
        Decision.SKIP, made.key, "unchanged"
    )  # fmt: skip
    assert second.duplicate_of == Pointer(item_key=made.key)
    notes = [item for item in house.everything() if item.data.get("parentItem") == made.key]
    assert len(notes) == 1


def test_what_is_taken_out_of_the_one_is_not_put_back_for_the_other(tmp_path: Path) -> None:
    house = House(tmp_path)
    _, second = _carry_out(house, _two_promised(house))
    key = ItemKey(str(second.item_key))
    house.library.edit(key, {"collections": [], "tags": []})

    again = scopus_record(1, **OTHER, SP="7", EP="9", PY="1992", N1="once more")
    [record] = house.drop(again, place=INBOX)

    assert record.item_key == key
    assert house.collections_of(key) == []


# Notes


def test_a_note_whose_key_is_taken_is_made_under_another(tmp_path: Path) -> None:
    house = House(tmp_path)
    inner = house.library
    taken: list[ItemKey] = []

    def takes_the_notes_key(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        taken.extend(e.item_key for e in operations if isinstance(e, Create) and e.parent)
        inner.add(taken[0], BOOK)
        return push(operations, None)

    house.library = with_mishaps(inner, takes_the_notes_key)

    [record] = house.drop(scopus_record(1))

    [note] = [item for item in house.everything() if "note" in item.data]
    assert note.data["parentItem"] == record.item_key
    assert note.key not in taken
    assert [item.data for item in inner.get(taken)] == [BOOK]
    assert (record.outcome, record.error) == ("accepted", None)


# Collections


@pytest.mark.parametrize("there", [True, False])
def test_of_two_collections_the_one_that_is_left_is_filled(tmp_path: Path, there: bool) -> None:
    house = House(tmp_path)
    house.drop(scopus_record(7, N1=None), place=OWN)
    house.drop(scopus_record(8, N1=None), place=INBOX)
    if there:
        house.drop(scopus_record(1, N1=None))
    own = next(each.key for each in house.library.collections() if each.name == "Own")
    inner = house.library

    def deletes_one(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        inner.delete_collection(own)
        return push(operations, expected)

    house.library = with_mishaps(inner, deletes_one)
    records = _drop_into(house, (OWN, INBOX))

    [item] = [item for item in house.works() if item.data["title"] == title_of(1)]
    assert house.collections_of(item.key) == ["Inbox"]
    assert {tag["tag"] for tag in item.data["tags"]} == {"own", "to read"}
    assert {record.item_key for record in records} == {_key(1)}
    assert house.waiting() == []


def _drop_into(house: House, places: Sequence[Place]) -> list[PlannedRecord]:
    """Drop record 1 into several places in one run."""
    deliveries = [
        delivery_of(
            write_records(house.root / f"one-{n}.ris", [scopus_record(1, N1=str(n))]), place
        )
        for n, place in enumerate(places)
    ]
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        return records_of(ledger, run.deliver(deliveries, "test"))
