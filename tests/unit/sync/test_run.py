"""What a run does about records that are new, there, removed, in doubt, or refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.app.remedies import remedy_for
from syncd.errors import (
    AccessDeniedError,
    OutcomeUnknownError,
    PausedError,
    RejectedError,
    UnavailableError,
)
from syncd.item.minting import mint_key
from syncd.ledger.store import Ledger
from syncd.library import (
    Capabilities,
    CollectionKey,
    Create,
    CreateCollection,
    Operation,
    Pushed,
    Refusal,
    Refused,
    StoredCollection,
    TextLimits,
    key_of,
)
from syncd.plan import Decision, Place, PlannedRecord
from syncd.record import ItemKey
from syncd.settings import LookAlikes, WhenFound
from syncd.sync.guards import GuardLimits as Guarded
from syncd.system.packing import unpack
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record, title_of
from tests.support.house import House
from tests.support.libraries import Push, with_mishaps
from tests.support.runs import (
    HELPERS,
    opened_ledger,
    opened_run,
)

FILED = Place(folder=b"/filed", collection=("Inbox", "Scopus"), tags=("new",))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def _decisions(records: Sequence[PlannedRecord]) -> list[Decision]:
    return [record.decision for record in records]


# New works


def test_a_new_record_becomes_an_item_with_its_note(house: House) -> None:
    [record] = house.drop(scopus_record(1))

    assert record.decision is Decision.CREATE
    assert record.outcome == "accepted"
    [item] = house.works()
    assert item.key == record.item_key
    assert item.data["title"] == title_of(1)
    [note] = [each for each in house.everything() if "parentItem" in each.data]
    assert note.data["parentItem"] == item.key
    assert "Foundation 1" in note.data["note"]


def test_a_new_item_goes_into_the_folders_collection_with_its_tags(house: House) -> None:
    [record] = house.drop(scopus_record(1), place=FILED)

    assert record.item_key
    assert house.collections_of(record.item_key) == ["Scopus"]
    parents = {c.name: c.parent for c in house.library.collections()}
    assert parents["Inbox"] is None
    assert parents["Scopus"] in {c.key for c in house.library.collections() if c.name == "Inbox"}
    assert {"tag": "new"} in house.works()[0].data["tags"]


def test_a_collection_that_is_there_is_used(house: House) -> None:
    made = CreateCollection(CollectionKey("ABCD2345"), "Inbox")
    house.library.push([made], expected=None)

    house.drop(scopus_record(1), place=Place(folder=b"/f", collection=("Inbox",)))

    assert house.library.collections() == [StoredCollection(CollectionKey("ABCD2345"), "Inbox")]


def test_two_ledgers_mint_the_same_key_for_the_same_work(tmp_path: Path) -> None:
    keys = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        [record] = House(tmp_path / name).drop(scopus_record(1))
        keys.add(record.item_key)

    assert len(keys) == 1


def test_a_record_that_cannot_be_used_is_rejected_alone(house: House) -> None:
    nothing = "TY  - JOUR\nTI  - \nER  - \n\n"

    records = house.drop(scopus_record(1), nothing, scopus_record(2))

    assert _decisions(records) == [Decision.CREATE, Decision.REJECT, Decision.CREATE]
    assert records[1].origin.line == len(scopus_record(1).splitlines()) + 1
    assert records[1].reason
    assert len(house.works()) == 2


# Works that are there


def test_the_same_file_content_from_the_same_folder_is_not_read_again(house: House) -> None:
    house.drop(scopus_record(1))

    assert house.drop(scopus_record(1)) == []
    assert len(house.works()) == 1


@pytest.mark.parametrize(
    "again",
    [
        scopus_record(1, TY="JOUR ", N1=None),
        scopus_record(1, DO=None),
        scopus_record(1, UR=None),
        scopus_record(1, UR=None, AN="SCOPUS:85000000001", DB=None),
        scopus_record(1, TI=title_of(1).upper()),
    ],
    ids=["other tags", "by EID", "by DOI", "as Pure writes it", "in capitals"],
)
def test_a_work_that_was_imported_is_known_by_any_of_its_identifiers(
    house: House, again: str
) -> None:
    [first] = house.drop(scopus_record(1))

    [record] = house.drop(again)

    assert record.decision is Decision.SKIP
    assert record.item_key == first.item_key
    assert record.duplicate_of
    assert record.duplicate_of.item_key == first.item_key
    assert len(house.works()) == 1


@pytest.mark.parametrize(
    "traces",
    [
        {"extra": "Scopus EID: 2-s2.0-85000000001"},
        {"archiveLocation": "SCOPUS:85000000001"},
        {"url": "https://www.scopus.com/inward/record.uri?eid=2-s2.0-85000000001&partnerID=40"},
        {"url": "https://www.scopus.com/pages/publications/85000000001"},
        {"DOI": "10.5555/INVENTED.1"},
        {"url": "https://doi.org/10.5555/invented.1"},
        {"extra": "tex.note: mine\nDOI: 10.5555/invented.1"},
    ],
    ids=["EID in extra", "as Pure", "in an address", "a page", "DOI", "DOI link", "DOI in extra"],
)
def test_a_work_that_others_imported_is_known_by_what_they_left(
    house: House, traces: dict[str, str]
) -> None:
    data = {"itemType": "journalArticle", "title": title_of(1), "date": "1991", **traces}
    data["creators"] = [{"creatorType": "author", "lastName": "Authorb", "firstName": "A."}]  # type: ignore[assignment]
    house.library.add(ItemKey("HAND2345"), data)

    [record] = house.drop(scopus_record(1))

    assert (record.decision, record.item_key) == (Decision.SKIP, "HAND2345")


def test_two_records_of_one_work_in_one_file_become_one_item(house: House) -> None:
    records = house.drop(scopus_record(1), scopus_record(2), scopus_record(1, N1="other"))

    assert _decisions(records) == [Decision.CREATE, Decision.CREATE, Decision.SKIP]
    pointer = records[2].duplicate_of
    assert pointer
    assert (pointer.index, pointer.item_key) == (1, records[0].item_key)
    assert len(house.works()) == 2


def test_an_item_that_is_there_is_filed_where_the_folder_wants_it(house: House) -> None:
    [first] = house.drop(scopus_record(1))

    [record] = house.drop(scopus_record(1), place=FILED)

    assert (record.decision, record.outcome) == (Decision.COLLECT, "accepted")
    assert first.item_key
    assert house.collections_of(first.item_key) == ["Scopus"]
    assert {"tag": "new"} in house.works()[0].data["tags"]


def test_what_a_person_took_out_of_a_collection_is_not_put_back(house: House) -> None:
    [record] = house.drop(scopus_record(1), place=FILED)
    house.library.edit(ItemKey(str(record.item_key)), {"collections": [], "tags": []})

    [again] = house.drop(scopus_record(1, N1="other"), place=FILED)

    assert again.decision is Decision.SKIP
    assert house.works()[0].data["collections"] == []


def test_skip_leaves_an_item_that_is_there_alone(house: House) -> None:
    house.drop(scopus_record(1))

    [record] = house.drop(
        scopus_record(1),
        place=Place(folder=b"/f", collection=("Inbox",), when_found=WhenFound.SKIP),
    )

    assert record.decision is Decision.SKIP
    assert house.works()[0].data["collections"] == []


# Works that a person removed


@pytest.mark.parametrize("remove", ["trash", "delete"])
def test_a_work_that_a_person_removed_stays_removed(house: House, remove: str) -> None:
    [first] = house.drop(scopus_record(1))
    getattr(house.library, remove)(ItemKey(str(first.item_key)))

    [record] = house.drop(scopus_record(1, N1="other"))

    assert record.decision is Decision.SKIP
    assert "stays" in record.reason
    assert [item for item in house.works() if not item.trashed] == []


@pytest.mark.parametrize("remove", ["trash", "delete"])
def test_a_folder_may_let_works_come_back(house: House, remove: str) -> None:
    [first] = house.drop(scopus_record(1))
    getattr(house.library, remove)(ItemKey(str(first.item_key)))

    house.drop(scopus_record(1, N1="other"), place=Place(folder=b"/f", readd=True))

    [item] = house.works()
    assert not item.trashed
    assert item.data["title"] == title_of(1)


def test_a_deleted_work_stays_deleted_even_when_the_ledger_is_lost(house: House) -> None:
    [first] = house.drop(scopus_record(1))
    house.library.delete(ItemKey(str(first.item_key)))
    for path in (house.root / "state").glob("ledger.sqlite*"):
        path.unlink()

    [record] = house.drop(scopus_record(1))

    assert record.decision is Decision.SKIP
    assert house.works() == []


# Works in doubt


def _contradicting() -> str:
    """Return a record with the EID of work 1 and the title and author of quite another."""
    return scopus_record(1, TI="Quite another subject altogether", AU="Nobody, N.", DO=None)


def test_a_record_whose_identifier_contradicts_its_title_is_held(house: House) -> None:
    [first] = house.drop(scopus_record(1))

    [record] = house.drop(_contradicting())

    assert record.decision is Decision.HOLD
    assert [pointer.item_key for pointer in record.candidates] == [first.item_key]
    assert len(house.works()) == 1
    assert [kind for kind, _ in house.holds()] == ["identity"]


def test_the_same_question_is_asked_once(house: House) -> None:
    house.drop(scopus_record(1))
    house.drop(_contradicting())

    [record] = house.drop(_contradicting().replace("Foundation", "Endowment"))

    assert record.decision is Decision.HOLD
    assert len(house.holds()) == 1


def test_a_folder_does_not_overrule_contradicting_identifiers(house: House) -> None:
    house.drop(scopus_record(1))

    [record] = house.drop(
        _contradicting(), place=Place(folder=b"/f", look_alikes=LookAlikes.CREATE)
    )

    assert record.decision is Decision.HOLD


def test_a_held_record_does_not_hold_up_its_neighbours(house: House) -> None:
    house.drop(scopus_record(1))

    records = house.drop(scopus_record(2), _contradicting(), scopus_record(3))

    assert _decisions(records) == [Decision.CREATE, Decision.HOLD, Decision.CREATE]


# Libraries that move, refuse and fall silent


def test_a_work_that_somebody_adds_before_the_push_is_not_made_twice(tmp_path: Path) -> None:
    house = House(tmp_path)
    inner = house.library

    def somebody_adds_it(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        data = {"itemType": "journalArticle", "title": title_of(1), "DOI": "10.5555/invented.1"}
        inner.add(ItemKey("HAND2345"), data)
        return push(operations, expected)

    house.library = with_mishaps(inner, somebody_adds_it)

    records = house.drop(scopus_record(1), scopus_record(2), place=FILED)

    assert records[0].item_key == "HAND2345"
    assert _decisions(records) == [Decision.COLLECT, Decision.CREATE]
    assert len(house.works()) == 2
    assert house.collections_of("HAND2345") == ["Scopus"]


def test_a_work_that_somebody_adds_and_trashes_before_the_push_stays_trashed(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    inner = house.library

    def somebody(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        data = {"itemType": "journalArticle", "title": title_of(1), "DOI": "10.5555/invented.1"}
        inner.add(ItemKey("HAND2345"), data)
        inner.trash(ItemKey("HAND2345"))
        return push(operations, expected)

    house.library = with_mishaps(inner, somebody)

    [record] = house.drop(scopus_record(1))

    assert record.decision is Decision.SKIP
    assert [item.trashed for item in house.works()] == [True]


def _lose(part: Callable[[int], int]) -> Any:
    """Carry out a part of the push and lose the answer."""

    def lose(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        done = operations[: part(len(operations))]
        if done:
            push(done, expected)
        raise OutcomeUnknownError("the answer was lost")

    return lose


@pytest.mark.parametrize(
    "part",
    [lambda n: n, lambda n: n // 2, lambda n: n - 1, lambda n: 1],
    ids=["all", "half", "all but one", "one"],
)
def test_after_a_lost_answer_each_record_is_there_once(
    tmp_path: Path, part: Callable[[int], int]
) -> None:
    house = House(tmp_path, with_mishaps(MemoryLibrary(shipped_schema()), _lose(part)))

    records = house.drop(*(scopus_record(number) for number in range(4)))

    assert {record.outcome for record in records} == {"accepted"}
    assert len(house.works()) == 4
    assert len(house.everything()) == 8
    assert house.waiting() == []


def test_when_nothing_lands_the_library_is_asked_again_later(tmp_path: Path) -> None:
    losses = [_lose(lambda _: 0)] * 3
    house = House(tmp_path, with_mishaps(MemoryLibrary(shipped_schema()), *losses))

    with pytest.raises(UnavailableError):
        house.drop(scopus_record(1))

    assert house.waiting()
    with opened_run(tmp_path / "state", house.library):
        pass
    assert len(house.works()) == 1
    assert house.waiting() == []


def test_patience_that_a_library_asks_for_is_remembered(tmp_path: Path) -> None:
    def asks(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        raise UnavailableError("slow down", retry_after=timedelta(minutes=7))

    house = House(tmp_path, with_mishaps(MemoryLibrary(shipped_schema()), asks))

    with pytest.raises(UnavailableError):
        house.drop(scopus_record(1))

    with opened_ledger(house.root / "state", house.clock) as ledger:
        mine = ledger.find_library("memory:")
        assert mine
        not_before = mine.row().not_before
    assert not_before
    assert abs(not_before - house.clock.now() - timedelta(minutes=7)) < timedelta(seconds=1)


def test_a_refused_record_is_held_with_the_librarys_words_and_sinks_nobody(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    inner = house.library

    def spoils_the_second(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        [_, other] = [
            one for one in operations if isinstance(one, Create) and "parentItem" not in one.data
        ]
        spoilt = other._replace(data={**other.data, "itemType": "fax"})
        return push([spoilt if one is other else one for one in operations], expected)

    house.library = with_mishaps(inner, spoils_the_second)

    records = house.drop(scopus_record(1), scopus_record(2))

    assert [record.outcome for record in records] == ["accepted", "refused"]
    assert records[1].error
    assert [item.data["title"] for item in house.works()] == [title_of(1)]
    assert house.holds() == [("refused", records[1].error)]
    assert house.waiting() == []


def test_a_note_that_is_refused_is_told_with_its_record_which_is_made(tmp_path: Path) -> None:
    house = House(tmp_path)

    def refuses_the_note(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        *taken, note = operations
        answer = push(taken, expected)
        refused = Refused(key_of(note), Refusal.INVALID, "no room")
        return Pushed([*answer.outcomes, refused], answer.library_version)

    house.library = with_mishaps(house.library, refuses_the_note)

    [record] = house.drop(scopus_record(1))

    assert (record.outcome, len(house.works())) == ("accepted", 1)
    assert record.error == (
        "the library refused a note of it: no room; `syncd review` tries it again"
    )
    assert house.holds() == [("refused", "no room")]


def test_a_request_that_is_too_large_is_cut_until_it_passes(tmp_path: Path) -> None:
    class Small(MemoryLibrary):
        def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
            if len(operations) > 2:
                raise RejectedError("too large", too_large=True)
            return super().push(operations, expected=expected)

    house = House(tmp_path, Small(shipped_schema()))

    records = house.drop(*(scopus_record(number) for number in range(5)))

    assert {record.outcome for record in records} == {"accepted"}
    assert len(house.works()) == 5


def test_a_record_that_is_too_large_with_its_notes_is_sent_in_parts(tmp_path: Path) -> None:
    class Tiny(MemoryLibrary):
        def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
            if len(operations) > 1:
                raise RejectedError("too large", too_large=True)
            return super().push(operations, expected=expected)

    house = House(tmp_path, Tiny(shipped_schema()))
    noted = scopus_record(1).replace("ER  - ", "N1  - A remark\nN1  - Another remark\nER  - ")

    [record] = house.drop(noted)

    assert record.outcome == "accepted"
    [work] = house.works()
    notes = [item for item in house.everything() if item.data.get("parentItem") == work.key]
    assert len(notes) >= 2
    assert house.holds() == []


def test_a_key_that_belongs_to_something_else_moves_to_the_next(tmp_path: Path) -> None:
    house = House(tmp_path)
    first = mint_key("memory:", ("scopus", "2-s2.0-85000000001"), 0)
    house.library.add(first, {"itemType": "book", "title": "Nothing to do with it"})

    [record] = house.drop(scopus_record(1))

    assert record.item_key == mint_key("memory:", ("scopus", "2-s2.0-85000000001"), 1)
    assert len(house.works()) == 2


def test_a_key_that_is_taken_at_the_last_moment_moves_to_the_next(tmp_path: Path) -> None:
    house = House(tmp_path)
    inner = house.library
    first = mint_key("memory:", ("scopus", "2-s2.0-85000000001"), 0)

    def takes_the_key(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        inner.add(first, {"itemType": "book", "title": "Nothing to do with it"})
        return push(operations, None)

    house.library = with_mishaps(inner, takes_the_key)

    [record] = house.drop(scopus_record(1))

    assert record.item_key == mint_key("memory:", ("scopus", "2-s2.0-85000000001"), 1)
    notes = [item for item in house.everything() if "parentItem" in item.data]
    assert [note.data["parentItem"] for note in notes if not note.trashed] == [record.item_key]


def test_a_twin_that_others_made_in_the_same_moment_is_put_before_a_person(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    inner = house.library

    def slips_in(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        answer = push(operations, expected)
        data = {"itemType": "journalArticle", "title": title_of(1), "DOI": "10.5555/invented.1"}
        inner.add(ItemKey("HAND2345"), data)
        return answer._replace(library_version=None)

    house.library = with_mishaps(inner, slips_in)

    house.drop(scopus_record(1))

    assert [kind for kind, _ in house.holds()] == ["twin"]


def test_a_collection_that_is_deleted_meanwhile_does_not_keep_items_out(tmp_path: Path) -> None:
    house = House(tmp_path)
    inner = house.library

    def deletes_it(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        for collection in inner.collections():
            if collection.parent is None:
                inner.delete_collection(collection.key)
        return push(operations, None)

    house.library = with_mishaps(
        inner, lambda push, operations, expected: push(operations, expected), deletes_it
    )

    [record] = house.drop(scopus_record(1), place=FILED)

    assert record.outcome == "accepted"
    assert house.works()[0].data["collections"] == []


def test_a_text_that_is_too_long_is_cut_and_said(tmp_path: Path) -> None:
    capabilities = Capabilities(text_limits=TextLimits(field=200))
    house = House(tmp_path, MemoryLibrary(shipped_schema(), capabilities=capabilities))

    [record] = house.drop(scopus_record(1, AB="long " * 100))

    assert "abstractNote cut" in record.reason
    assert len(house.works()[0].data["abstractNote"].encode()) <= 200
    with opened_ledger(house.root / "state") as ledger:
        assert _entry_of(ledger).count("long") == 100


def _entry_of(ledger: Ledger) -> str:
    with ledger.read() as connection:
        entry = connection.exec_driver_sql("SELECT entry FROM record").scalar_one()
    return unpack(entry).decode()


def test_a_text_that_would_be_falsified_by_cutting_is_held(tmp_path: Path) -> None:
    capabilities = Capabilities(text_limits=TextLimits(field=200))
    house = House(tmp_path, MemoryLibrary(shipped_schema(), capabilities=capabilities))

    records = house.drop(scopus_record(1, UR="https://example.org/" + "x" * 300), scopus_record(2))

    assert _decisions(records) == [Decision.HOLD, Decision.CREATE]
    assert "url" in records[0].reason


def test_a_library_that_may_only_be_read_is_not_written_to(tmp_path: Path) -> None:
    class ReadOnly(MemoryLibrary):
        def describe(self) -> Any:
            return super().describe()._replace(writable=False, access="the key may only read")

    house = House(tmp_path, ReadOnly(shipped_schema()))

    with pytest.raises(AccessDeniedError, match="only read"):
        house.drop(scopus_record(1))

    assert house.works() == []


def test_without_the_right_to_notes_none_are_sent(tmp_path: Path) -> None:
    class NoNotes(MemoryLibrary):
        def describe(self) -> Any:
            return super().describe()._replace(takes_notes=False)

    house = House(tmp_path, NoNotes(shipped_schema()))

    house.drop(scopus_record(1))

    assert len(house.everything()) == 1


# Guards


def test_a_drop_of_more_records_than_allowed_pauses_the_library(house: House) -> None:
    house.helpers = replace(HELPERS, limits=Guarded(creates=2, shrink=0.33))

    with pytest.raises(PausedError, match="max_creates is 2"):
        house.drop(*(scopus_record(number) for number in range(3)))

    assert house.works() == []
    with pytest.raises(PausedError, match="max_creates is 2"):
        house.drop(scopus_record(7))


def test_a_pause_names_its_library_and_how_to_go_on(house: House) -> None:
    house.helpers = replace(HELPERS, limits=Guarded(creates=0, shrink=0.33))

    with pytest.raises(PausedError) as paused:
        house.drop(scopus_record(1))

    assert paused.value.library == "mine"
    assert "syncd resume mine" in remedy_for(paused.value)


def test_a_person_lets_one_large_run_pass(house: House) -> None:
    house.helpers = replace(HELPERS, limits=Guarded(creates=2, shrink=0.33))
    with pytest.raises(PausedError):
        house.drop(*(scopus_record(number) for number in range(3)))

    house.resume()

    house.drop(*(scopus_record(number) for number in range(3)))
    assert len(house.works()) == 3
    with pytest.raises(PausedError):
        house.drop(*(scopus_record(number) for number in range(10, 13)))


def test_a_library_that_has_all_but_vanished_is_not_believed(house: House) -> None:
    records = house.drop(*(scopus_record(number) for number in range(30)))
    for record in records[:20]:
        house.library.delete(ItemKey(str(record.item_key)))

    with pytest.raises(PausedError, match="have vanished"):
        house.drop(scopus_record(99))
    house.resume()
    [record] = house.drop(scopus_record(99))

    assert record.decision is Decision.CREATE


def test_a_few_deletions_stop_nobody(house: House) -> None:
    records = house.drop(*(scopus_record(number) for number in range(4)))
    for record in records:
        house.library.delete(ItemKey(str(record.item_key)))

    [record] = house.drop(scopus_record(99))

    assert record.decision is Decision.CREATE
