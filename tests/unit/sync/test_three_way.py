"""Newer exports meet items: what syncd made follows them, what people wrote stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.app.explaining import explain_items
from syncd.errors import InputError, OutcomeUnknownError
from syncd.ledger import history
from syncd.library import Operation, Pushed, StoredItem, Update
from syncd.plan import Decision, Place, PlannedRecord
from syncd.record import ItemKey
from syncd.settings import WhenFound
from syncd.sync.review import Answer, Held
from syncd.system.clock import SystemClock
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record, title_of
from tests.support.house import House
from tests.support.libraries import Push, with_mishaps
from tests.support.runs import opened_ledger, opened_run

FILED = Place(folder=b"/filed", collection=("Inbox",), tags=("new",))
FILL = Place(folder=b"/fill", when_found=WhenFound.FILL)
AGAIN = Place(folder=b"/again")
FILED_AGAIN = Place(folder=b"/once-more")
EARLY = {"VL": None, "SP": None, "EP": None}


class Watched(MemoryLibrary):
    """Counts what is read item by item."""

    def __init__(self) -> None:
        super().__init__(shipped_schema())
        self.reads: list[list[ItemKey]] = []

    def get(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        self.reads.append(list(keys))
        return super().get(keys)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return _house(tmp_path)


def _house(root: Path, library: Any = None) -> House:
    house = House(root, library)
    # Files are as old as they are: the ledger may not have seen one before it was written.
    house.clock = SystemClock()  # type: ignore[assignment]
    return house


def _only(house: House) -> dict[str, Any]:
    [item] = house.works()
    return dict(item.data)


def _edit(house: House, **fields: Any) -> None:
    [item] = house.works()
    house.library.edit(item.key, fields)


def _held(house: House) -> list[Held]:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        return run.reviewer().held()


def _answer(house: House, answer: Answer, field: str | None = None) -> None:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        [held] = run.reviewer().held()
        run.reviewer().answer(held.hold_id, answer, field)
        run.push_pending()


def test_an_article_in_press_gets_its_place_and_the_plan_says_so(house: House) -> None:
    house.drop(scopus_record(1, N1=None, **EARLY))

    [record] = house.drop(scopus_record(1, N1=None, AB="How amber forms."))

    data = _only(house)
    assert (data["volume"], data["pages"]) == ("2", "101-110")
    assert data["abstractNote"] == "How amber forms."
    assert (record.decision, record.outcome) == (Decision.UPDATE, "accepted")
    assert "pages, volume, abstractNote" in record.reason
    assert "it was in press and is final now" in record.reason
    assert "volume: (empty) → 2" in record.evidence
    assert house.holds() == []


def test_a_corrected_field_moves_once_and_the_next_export_changes_nothing(house: House) -> None:
    house.drop(scopus_record(1, N1=None))
    corrected = scopus_record(1, N1=None, VL="12", T2="Journal of Reinvented Results")

    [moved], [again] = house.drop(corrected), house.drop(corrected, place=AGAIN)

    assert _only(house)["volume"] == "12"
    assert _only(house)["publicationTitle"] == "Journal of Reinvented Results"
    assert (moved.decision, again.decision) == (Decision.UPDATE, Decision.SKIP)


def test_the_same_export_again_reads_nothing_and_writes_nothing(tmp_path: Path) -> None:
    library = Watched()
    house = _house(tmp_path, library)
    house.drop(*(scopus_record(number) for number in range(3)))
    version, library.reads = library.version, []

    records = house.drop(*(scopus_record(number) for number in range(3)), place=AGAIN)

    assert {record.decision for record in records} == {Decision.SKIP}
    assert (library.version, library.reads) == (version, [])


def test_only_items_that_may_change_are_read_and_all_of_them_at_once(tmp_path: Path) -> None:
    library = Watched()
    house = _house(tmp_path, library)
    house.drop(*(scopus_record(number, N1=None) for number in range(5)))
    library.reads = []

    house.drop(*(scopus_record(n, N1=None, VL="99" if n < 2 else str(1 + n)) for n in range(5)))

    planning = library.reads[0]
    assert len(planning) == 2


@pytest.mark.parametrize("times", [1, 2])
def test_a_record_of_what_was_merged_moves_nothing_in_what_stays(house: House, times: int) -> None:
    stays, gone = house.drop(scopus_record(1, N1=None), scopus_record(2, N1=None))
    uri = f"http://zotero.org/users/1/items/{gone.item_key}"
    house.library.edit(ItemKey(str(stays.item_key)), {"relations": {"dc:replaces": [uri]}})
    house.library.trash(ItemKey(str(gone.item_key)))

    for time in range(times):
        [record] = house.drop(scopus_record(2, N1=None, AB=f"Abstract {time}"))
    [own] = house.drop(scopus_record(1, N1=None, VL="12"))

    data = next(dict(item.data) for item in house.works() if item.key == stays.item_key)
    assert data["title"] == title_of(1)
    assert not data.get("abstractNote")
    assert (record.decision, record.item_key) == (Decision.SKIP, stays.item_key)
    assert (own.decision, data["volume"]) == (Decision.UPDATE, "12")


def test_what_a_person_wrote_stays_and_is_asked_about(house: House) -> None:
    house.drop(scopus_record(1, N1=None))
    _edit(house, volume="II", shortTitle="mine")

    [record] = house.drop(scopus_record(1, N1=None, VL="12", SP="7", EP="9"))

    data = _only(house)
    assert (data["volume"], data["pages"], data["shortTitle"]) == ("II", "7-9", "mine")
    assert record.decision is Decision.UPDATE
    assert [kind for kind, _ in house.holds()] == ["fields"]
    [held] = _held(house)
    assert held.fields["volume"]["mine"] == "II"
    assert held.fields["volume"]["theirs"] == "12"


def test_a_difference_alone_is_held_and_stays_one_question(house: House) -> None:
    house.drop(scopus_record(1, N1=None))
    _edit(house, volume="II")

    newer = scopus_record(1, N1=None, VL="12")
    decisions = [house.drop(newer, place=place)[0].decision for place in (None, AGAIN)]

    assert decisions == [Decision.HOLD, Decision.HOLD]
    assert len(_held(house)) == 1


def test_what_is_kept_is_not_asked_about_again_and_a_new_difference_is(house: House) -> None:
    house.drop(scopus_record(1, N1=None))
    _edit(house, volume="II")
    house.drop(scopus_record(1, N1=None, VL="12"))

    _answer(house, Answer.MINE, "volume")

    assert _held(house) == []
    [same] = house.drop(scopus_record(1, N1=None, VL="12"), place=AGAIN)
    assert (same.decision, _held(house)) == (Decision.SKIP, [])
    house.drop(scopus_record(1, N1=None, VL="13"))
    assert _only(house)["volume"] == "II"
    assert [held.fields["volume"]["theirs"] for held in _held(house)] == ["13"]


def test_what_the_export_says_is_written_when_a_person_wants_it(house: House) -> None:
    house.drop(scopus_record(1, N1=None))
    _edit(house, volume="II", pages="i-x")
    house.drop(scopus_record(1, N1=None, VL="12", SP="7", EP="9"))

    _answer(house, Answer.THEIRS, "VOLUME")

    assert (_only(house)["volume"], _only(house)["pages"]) == ("12", "i-x")
    [held] = _held(house)
    assert list(held.fields) == ["pages"]
    _answer(house, Answer.MINE)
    assert _held(house) == []
    house.drop(scopus_record(1, N1=None, VL="14", SP="7", EP="9"))
    assert _only(house)["volume"] == "14", "it is syncd's again"


def test_a_field_that_the_question_is_not_about_is_refused(house: House) -> None:
    house.drop(scopus_record(1, N1=None))
    _edit(house, volume="II")
    house.drop(scopus_record(1, N1=None, VL="12"))

    with pytest.raises(InputError, match="it is about volume"):
        _answer(house, Answer.MINE, "title")


def test_a_line_of_extra_is_decided_like_a_field(house: House) -> None:
    house.drop(scopus_record(1, N1=None, M3="Review"))
    extra = _only(house)["extra"]
    _edit(house, extra=extra.replace("Document Type: Review", "Document Type: Essay\n mine "))
    house.drop(scopus_record(1, N1=None, M3="Short Survey"))

    _answer(house, Answer.THEIRS, "document type")

    lines = _only(house)["extra"].split("\n")
    assert "Document Type: Short Survey" in lines
    assert " mine " in lines
    assert "Document Type: Essay" not in lines


def test_another_source_fills_and_moves_nothing(house: House) -> None:
    house.drop(scopus_record(1, N1=None, VL=None))
    other = scopus_record(1, N1=None, VL="3", DB="ERIC", T2="Other", UR=None, IS="5")

    house.drop(other)

    data = _only(house)
    assert (data["volume"], data["issue"]) == ("3", "5")
    assert data["publicationTitle"] == "Journal of Invented Results"
    house.drop(scopus_record(1, N1=None, VL="4", SP="200", EP="201"))
    assert (_only(house)["volume"], _only(house)["pages"]) == ("3", "200-201")


def _dated(day: str, **tags: str) -> str:
    return scopus_record(1, **{"N1": f"Export Date: {day}", **tags})


def test_an_older_export_changes_nothing_whenever_it_comes(house: House) -> None:
    house.drop(_dated("11 May 2026", VL="12"))

    [record] = house.drop(_dated("3 March 2026", VL="11", IS="4"))

    assert record.decision is Decision.SKIP
    assert "this export is older" in record.reason
    assert _only(house)["volume"] == "12"
    house.drop(_dated("12 May 2026", VL="13"))
    assert _only(house)["volume"] == "13"


def test_an_export_between_two_is_older_than_the_last_that_said_the_same(house: House) -> None:
    house.drop(_dated("1 March 2026", VL="12"))
    house.drop(_dated("1 May 2026", VL="12"))

    house.drop(_dated("1 April 2026", VL="13"))

    assert _only(house)["volume"] == "12"


def test_exports_of_one_day_are_asked_about(house: House) -> None:
    house.drop(_dated("11 May 2026", VL="12"))

    [record] = house.drop(_dated("11 May 2026", VL="13"))

    assert record.decision is Decision.HOLD
    assert _only(house)["volume"] == "12"


def test_an_export_that_says_two_things_of_a_work_is_not_asked_about_when_it_comes_again(
    house: House,
) -> None:
    twice = (_dated("11 May 2026", VL="12"), _dated("11 May 2026", VL="13"))
    house.drop(*twice)

    decisions = [record.decision for record in house.drop(*twice, place=AGAIN)]
    _edit(house, volume="II")
    decisions += [record.decision for record in house.drop(*twice, place=FILED_AGAIN)]

    assert decisions == [Decision.SKIP] * 4
    assert (_held(house), _only(house)["volume"]) == ([], "II")


def test_a_copy_of_an_older_file_is_as_old_as_it(house: House) -> None:
    first = scopus_record(1, N1=None, VL="12")
    house.drop(first)
    house.drop(scopus_record(1, N1=None, VL="13"))

    [record] = house.drop(first, place=Place(folder=b"/elsewhere"))

    assert record.decision is Decision.SKIP
    assert _only(house)["volume"] == "13"


def test_a_record_that_is_absent_removes_nothing(house: House) -> None:
    house.drop(scopus_record(1), scopus_record(2))

    house.drop(scopus_record(2))

    assert len(house.works()) == 2
    assert not any(item.trashed for item in house.works())


def test_an_item_whose_type_a_person_changed_is_only_filed(house: House) -> None:
    house.drop(scopus_record(1, N1=None))
    _edit(house, itemType="magazineArticle")

    [record] = house.drop(scopus_record(1, N1=None, VL="12"), place=FILED)

    assert record.decision is Decision.COLLECT
    assert _only(house)["volume"] == "2"


def test_an_item_is_filed_and_brought_up_to_date_in_one_run(house: House) -> None:
    house.drop(scopus_record(1, N1=None))

    [record] = house.drop(scopus_record(1, N1=None, VL="12", KW="resin"), place=FILED)

    [item] = house.works()
    assert (record.decision, record.outcome) == (Decision.UPDATE, "accepted")
    assert (item.data["volume"], house.collections_of(item.key)) == ("12", ["Inbox"])
    assert {tag["tag"] for tag in item.data["tags"]} == {"new", "resin"}
    assert house.waiting() == []


@pytest.mark.parametrize("mode", [WhenFound.SKIP, WhenFound.COLLECT])
def test_other_modes_change_no_field(house: House, mode: WhenFound) -> None:
    house.drop(scopus_record(1))

    house.drop(scopus_record(1, VL="12"), place=Place(folder=b"/f", when_found=mode))

    assert _only(house)["volume"] == "2"


THEIRS = {
    "itemType": "journalArticle",
    "title": title_of(1),
    "DOI": "10.5555/invented.1",
    "volume": "mine",
    "extra": "read: yes",
    "tags": [],
    "collections": [],
}


def test_items_of_others_are_filled_where_they_are_empty_and_nowhere_else(house: House) -> None:
    house.library.add(ItemKey("HAND2345"), THEIRS)

    [synced] = house.drop(scopus_record(1, N1=None))
    [filled] = house.drop(scopus_record(1, N1=None), place=FILL)

    data = _only(house)
    assert (synced.decision, filled.decision) == (Decision.SKIP, Decision.UPDATE)
    assert (data["volume"], data["pages"], data["date"]) == ("mine", "101-110", "1991")
    assert data["extra"] == "read: yes\nScopus EID: 2-s2.0-85000000001"
    with opened_ledger(house.root / "state", house.clock) as ledger:
        mine = ledger.find_library("memory:")
        assert mine is not None
        with mine.read() as tx:
            assert history.find_bases(tx, ["HAND2345"]) == {}


def test_what_a_person_empties_after_it_was_filled_stays_empty(house: House) -> None:
    house.library.add(ItemKey("HAND2345"), THEIRS)
    house.drop(scopus_record(1, N1=None), place=FILL)
    _edit(house, pages="", extra="read: yes")

    [record] = house.drop(scopus_record(1, N1=None, IS="4"), place=FILL)

    data = _only(house)
    assert record.decision is Decision.UPDATE
    assert (data["issue"], data["pages"], data["extra"]) == ("4", "", "read: yes")


def test_a_fill_that_was_done_is_no_update_again(house: House) -> None:
    house.library.add(ItemKey("HAND2345"), THEIRS)
    house.drop(scopus_record(1, N1=None), place=FILL)

    [record] = house.drop(scopus_record(1, N1=None), place=replace(FILL, folder=b"/again"))

    assert record.decision is Decision.SKIP


def test_an_identifier_that_another_item_bears_is_not_written(house: House) -> None:
    house.drop(scopus_record(1, N1=None, DO=None))
    container = {**THEIRS, "title": "A volume of collected letters", "DOI": "10.5555/volume.1"}
    house.library.add(ItemKey("HAND2345"), {**container, "pages": "1-900", "volume": "40"})

    house.drop(scopus_record(1, N1=None, DO="10.5555/volume.1", VL="12"))

    [ours] = [item for item in house.works() if item.key != "HAND2345"]
    assert "DOI" not in ours.data
    assert ours.data["volume"] == "12"


# When the library moves on, and answers are lost


def _dropped_while(house: House, meanwhile: Any, **tags: str) -> list[PlannedRecord]:
    """Drop a newer record 1 while a person does something just before it is written."""
    inner = house.library

    def first(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        meanwhile()
        return push(operations, expected)

    house.library = with_mishaps(inner, first)
    try:
        return house.drop(scopus_record(1, N1=None, **tags))
    finally:
        house.library = inner


def test_an_edit_elsewhere_in_the_item_goes_along_with_the_update(house: House) -> None:
    house.drop(scopus_record(1, N1=None))
    [item], inner = house.works(), house.library

    records = _dropped_while(house, lambda: inner.edit(item.key, {"shortTitle": "mine"}), VL="12")

    data = _only(house)
    assert (data["volume"], data["shortTitle"]) == ("12", "mine")
    assert records[0].outcome == "accepted"


def test_an_edit_of_the_same_field_is_held_instead_of_being_overwritten(house: House) -> None:
    house.drop(scopus_record(1, N1=None))
    [item], inner = house.works(), house.library

    [record] = _dropped_while(house, lambda: inner.edit(item.key, {"volume": "II"}), VL="12")

    assert _only(house)["volume"] == "II"
    assert (record.decision, record.outcome) == (Decision.HOLD, None)
    assert [kind for kind, _ in house.holds()] == ["fields"]
    assert house.waiting() == []


@pytest.mark.parametrize("lands", [True, False])
@pytest.mark.parametrize("edited", [True, False])
def test_a_lost_answer_is_settled_by_looking(house: House, lands: bool, edited: bool) -> None:
    house.drop(scopus_record(1, N1=None))
    [item] = house.works()
    inner = house.library
    updates: list[Update] = []

    def is_lost(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        updates.extend(each for each in operations if isinstance(each, Update))
        if lands:
            push(operations, expected)
        if edited:
            inner.edit(item.key, {"issue": "mine"})
        raise OutcomeUnknownError("lost")

    house.library = with_mishaps(inner, is_lost)
    house.drop(scopus_record(1, N1=None, VL="12", IS="3"))
    house.library = inner

    data = _only(house)
    assert (data["volume"], data["issue"]) == ("12", "mine" if edited else "3")
    assert len(updates) == 1
    house.drop(scopus_record(1, N1=None, VL="13", IS="3"))
    assert _only(house)["volume"] == "13", "what landed is known as ours"


def test_an_update_that_lands_late_is_known_as_ours(house: House) -> None:
    house.drop(scopus_record(1, N1=None))
    inner = house.library
    late: list[Sequence[Operation]] = []

    def is_held_up(_push: Push, operations: Sequence[Operation], _expected: Any) -> Pushed:
        late.append(operations)
        raise OutcomeUnknownError("no answer")

    def comes_after_it(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        push(late[0], None)
        return push(operations, expected)

    house.library = with_mishaps(inner, is_held_up, comes_after_it)
    [record] = house.drop(scopus_record(1, N1=None, VL="12"))
    house.library = inner

    assert (record.decision, record.outcome) == (Decision.UPDATE, "accepted")
    house.drop(scopus_record(1, N1=None, VL="13"))
    assert _only(house)["volume"] == "13"


@pytest.mark.parametrize("tells", [True, False])
def test_what_is_kept_of_an_update_says_what_stood_there(house: House, tells: bool) -> None:
    house.drop(scopus_record(1, N1=None))
    inner = house.library

    def answers(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        pushed = push(operations, expected)
        told = [each if tells else each._replace(before=None) for each in pushed.outcomes]  # type: ignore[call-arg]
        return pushed._replace(outcomes=told)

    house.library = with_mishaps(inner, answers)
    house.drop(scopus_record(1, N1=None, VL="12"))

    with opened_ledger(house.root / "state", house.clock) as ledger, ledger.read() as connection:
        [done] = [d for d in history.done_in_run(connection, 2) if isinstance(d.operation, Update)]
    assert done.before is not None
    assert done.before["data"] == {"volume": "2"}


# What an undo took out


def _undo(house: House, run: int) -> None:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as opened,
    ):
        opened.undo(run)


def test_what_an_undo_took_out_is_not_written_again_by_a_newer_export(house: House) -> None:
    house.drop(scopus_record(1, **EARLY, KW="resin", N1="Export Date: 2 March 2026"))
    newer = {"KW": "resin\nKW  - polymer", "C2": "7654321", "M3": "Article"}
    house.drop(scopus_record(1, **newer, N1="Export Date: 3 March 2026"), place=AGAIN)
    done = _only(house)
    _undo(house, 2)
    undone = _only(house)

    [record] = house.drop(scopus_record(1, **newer, N1="Export Date: 4 March 2026"), place=AGAIN)

    assert record.decision is Decision.SKIP
    assert _only(house) == undone != done


def test_what_came_as_a_line_of_extra_is_not_written_again_either(house: House) -> None:
    house.drop(scopus_record(1, TY="MGZN"))
    # A magazine's article has no field for it.
    house.drop(scopus_record(1, C2="7654321"), place=AGAIN)
    done = _only(house)
    _undo(house, 2)

    house.drop(scopus_record(1, C2="7654321", AB="More"), place=AGAIN)

    assert "PMID: 7654321" in done["extra"]
    assert "PMID" not in _only(house)["extra"]


RETITLED = f"{title_of(1)}: a story"


def _answered_and_undone(house: House) -> str:
    """Have a person's title replaced by an answer, take that back, and return the title."""
    house.drop(scopus_record(1))
    _edit(house, title=f"{title_of(1)} (mine)")
    house.drop(scopus_record(1, TI=RETITLED), place=AGAIN)
    _answer(house, Answer.THEIRS)
    assert _only(house)["title"] == RETITLED
    _undo(house, 3)
    return str(_only(house)["title"])


def test_a_persons_value_that_an_undo_put_back_is_the_persons(house: House) -> None:
    mine = _answered_and_undone(house)

    house.drop(scopus_record(1, TI=f"{title_of(1)}: a tale"), place=AGAIN)

    assert mine == f"{title_of(1)} (mine)"
    assert _only(house)["title"] == mine
    assert [each.kind for each in _held(house)] == ["fields"]


def test_explaining_says_whose_it_is(house: House) -> None:
    _answered_and_undone(house)
    [item] = house.works()

    with opened_ledger(house.root / "state", house.clock) as ledger:
        mine = ledger.find_library("memory:")
        assert mine is not None
        [told] = explain_items("mine", mine, [item.key], house.library.get, lambda _tx, _keys: {})

    assert (told.fields["title"], told.fields["volume"]) == ("person", "syncd")
    assert all("meanwhile" not in origin.planned.reason for origin in told.origins)


def test_it_is_the_persons_after_further_undos_too(house: House) -> None:
    mine = _answered_and_undone(house)
    _undo(house, 4)
    assert _only(house)["title"] == RETITLED
    _undo(house, 5)

    house.drop(scopus_record(1, TI=f"{title_of(1)}: a tale"), place=AGAIN)

    assert _only(house)["title"] == mine


def test_a_value_of_syncds_that_an_undo_put_back_may_move(house: House) -> None:
    house.drop(scopus_record(1))
    house.drop(scopus_record(1, TI=RETITLED), place=AGAIN)
    _undo(house, 2)
    assert _only(house)["title"] == title_of(1)

    house.drop(scopus_record(1, TI=f"{title_of(1)}: a tale"), place=AGAIN)

    assert _only(house)["title"] == f"{title_of(1)}: a tale"


def test_lines_of_people_that_an_undo_sent_along_stay_theirs(house: House) -> None:
    house.drop(scopus_record(1, TY="MGZN"))
    _edit(house, extra=f"PMCID: PMC77\n{_only(house)['extra']}")
    house.drop(scopus_record(1, C2="7654321"), place=AGAIN)
    _undo(house, 2)
    undone = _only(house)

    with opened_ledger(house.root / "state", house.clock) as ledger:
        mine = ledger.find_library("memory:")
        assert mine is not None
        [item] = house.works()
        with mine.read() as tx:
            base = history.find_bases(tx, [item.key])[item.key]

    assert undone["extra"].startswith("PMCID: PMC77")
    assert base.data["extra"] == "Scopus EID: 2-s2.0-85000000001"


def test_an_undo_of_the_undo_lets_newer_exports_in_again(house: House) -> None:
    house.drop(scopus_record(1, KW="resin"))
    house.drop(scopus_record(1, KW="resin\nKW  - polymer"), place=AGAIN)
    _undo(house, 2)
    _undo(house, 3)

    house.drop(scopus_record(1, KW="resin\nKW  - polymer\nKW  - amber"), place=AGAIN)

    tags = {tag["tag"] for tag in _only(house)["tags"]}
    assert {"resin", "polymer", "amber"} <= tags
