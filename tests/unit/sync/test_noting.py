"""Notes that syncd hung below an item follow newer exports; those that people edited stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syncd.app.explaining import explain_items
from syncd.errors import OutcomeUnknownError
from syncd.ledger.merges import find_survivors
from syncd.library import Operation, Pushed, StoredItem
from syncd.plan import Decision, Place
from syncd.record import ItemKey
from syncd.settings import WhenFound
from syncd.sync.guards import GuardLimits
from syncd.system.clock import SystemClock
from tests.support.exports import scopus_record
from tests.support.house import House
from tests.support.libraries import Push, with_mishaps
from tests.support.runs import opened_ledger, opened_run

OLD = "Funding details: Foundation 1"
NEW = "Funding details: Foundation 1; Foundation of Moss, grant 7"
REMARK = "A remark on the third table of this paper"


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.clock = SystemClock()  # type: ignore[assignment]
    return house


def notes(house: House) -> list[str]:
    return [n.data["note"] for n in children(house) if not n.trashed]


def children(house: House) -> list[StoredItem]:
    return [item for item in house.everything() if item.data["itemType"] == "note"]


def undo(house: House, run_id: int) -> Any:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        return run.undo(run_id)


def test_a_note_that_nobody_touched_follows_the_newer_export(house: House) -> None:
    house.drop(scopus_record(1, N1=OLD))

    [decided] = house.drop(scopus_record(1, N1=NEW))

    assert notes(house) == [f"<p>{NEW}</p>"]
    assert (decided.decision, decided.outcome) == (Decision.UPDATE, "accepted")
    assert "to be brought up to date: note" in decided.reason
    assert any("Moss" in each for each in decided.evidence)
    [again] = house.drop(scopus_record(1, N1=NEW), place=Place(folder=b"/again"))
    assert again.decision is Decision.SKIP


def test_it_goes_with_the_fields_of_its_record(house: House) -> None:
    house.drop(scopus_record(1, N1=OLD, VL=None))

    [decided] = house.drop(scopus_record(1, N1=NEW))

    assert "to be brought up to date: volume, note" in decided.reason
    assert notes(house) == [f"<p>{NEW}</p>"]
    assert [item.data["volume"] for item in house.works()] == ["2"]


def test_an_undo_puts_the_old_text_back_for_good(house: House) -> None:
    house.drop(scopus_record(1, N1=OLD))
    house.drop(scopus_record(1, N1=NEW))

    report = undo(house, 2)

    assert notes(house) == [f"<p>{OLD}</p>"]
    [put_back] = report.put_back
    assert put_back.fields == ["note"]
    house.drop(scopus_record(1, N1=NEW), place=Place(folder=b"/again"))
    assert notes(house) == [f"<p>{OLD}</p>"]
    undo(house, report.run)
    assert notes(house) == [f"<p>{NEW}</p>"]


def test_what_was_made_with_it_is_taken_back_whole(house: House) -> None:
    house.drop(scopus_record(1, N1=OLD))
    house.drop(scopus_record(1, N1=NEW))

    report = undo(house, 1)

    assert (len(report.trashed), report.left) == (1, {})


def _edited(house: House, note: StoredItem) -> None:
    house.library.edit(note.key, {"note": "<p>Funding details: mine</p>"})


def _trashed(house: House, note: StoredItem) -> None:
    house.library.trash(note.key)


def _moved(house: House, note: StoredItem) -> None:
    house.library.add(ItemKey("HAND2345"), {"itemType": "book", "title": "Another"})
    house.library.edit(note.key, {"parentItem": "HAND2345"})


@pytest.mark.parametrize("deed", [_edited, _trashed, _moved])
def test_a_note_that_a_person_worked_with_stays_unasked(house: House, deed: Any) -> None:
    house.drop(scopus_record(1, N1=OLD))
    [note] = children(house)
    deed(house, note)
    [before] = children(house)

    [decided] = house.drop(scopus_record(1, N1=NEW))

    assert children(house) == [before]
    assert decided.decision is Decision.SKIP
    assert house.holds() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"N1": "Funding details: Foundation"},
        {"N1": None},
        {"N1": REMARK},
        {"N1": NEW, "DB": "Embase", "UR": None},
    ],
    ids=["less", "nothing", "another note", "another source"],
)
def test_a_note_does_not_move_to_less_to_another_or_by_another(
    house: House, changes: dict[str, Any]
) -> None:
    house.drop(scopus_record(1, N1=OLD))

    house.drop(scopus_record(1, **changes))

    assert notes(house) == [f"<p>{OLD}</p>"]


def test_an_older_export_changes_no_note(house: House, tmp_path: Path) -> None:
    house.drop(scopus_record(1, N1=f"{OLD}\nN1  - Export Date: 3 May 2024"))

    house.drop(scopus_record(1, N1=f"{NEW}\nN1  - Export Date: 2 May 2024"))

    assert notes(house) == [f"<p>{OLD}</p>"]


def test_of_several_notes_the_one_that_changed_is_written(house: House) -> None:
    house.drop(scopus_record(1, N1=f"{OLD}\nN1  - {REMARK}"))

    house.drop(scopus_record(1, N1=f"{REMARK}\nN1  - {NEW}"))

    assert sorted(notes(house)) == [f"<p>{REMARK}</p>", f"<p>{NEW}</p>"]


def test_a_label_tells_which_note_it_is_though_there_is_a_new_one(house: House) -> None:
    house.drop(scopus_record(1, N1=OLD))

    house.drop(scopus_record(1, N1=f"{REMARK}\nN1  - {NEW}"))

    assert notes(house) == [f"<p>{NEW}</p>"]


def test_two_notes_that_both_changed_are_written_if_one_has_a_label(house: House) -> None:
    house.drop(scopus_record(1, N1=f"{OLD}\nN1  - {REMARK}"))

    [decided] = house.drop(scopus_record(1, N1=f"{REMARK}, and on the fourth\nN1  - {NEW}"))

    assert sorted(notes(house)) == [f"<p>{REMARK}, and on the fourth</p>", f"<p>{NEW}</p>"]
    assert "to be brought up to date: note;" in decided.reason


def test_where_it_cannot_be_told_which_note_is_which_all_stay(house: House) -> None:
    house.drop(scopus_record(1, N1=f"{REMARK}\nN1  - {REMARK}, and a second one"))
    before = notes(house)

    house.drop(scopus_record(1, N1=f"{REMARK}, and on the fourth\nN1  - {REMARK}, and others"))

    assert notes(house) == before


def test_an_edit_at_the_last_moment_stays(house: House) -> None:
    house.drop(scopus_record(1, N1=OLD))
    [note] = children(house)

    def edits(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        _edited(house, note)
        return push(operations, expected)

    inner = house.library
    house.library = with_mishaps(inner, edits)
    [decided] = house.drop(scopus_record(1, N1=NEW))

    assert notes(house) == ["<p>Funding details: mine</p>"]
    assert (decided.decision, decided.outcome) == (Decision.SKIP, "unchanged")
    assert house.waiting() == []


def test_what_a_lost_answer_wrote_is_known_and_can_be_put_back(house: House) -> None:
    house.drop(scopus_record(1, N1=OLD))

    def loses(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        push(operations, expected)
        [note] = children(house)
        # Servers write the markup anew.
        house.library.edit(note.key, {"note": f"<p>{NEW} </p>"})
        raise OutcomeUnknownError("the answer was lost")

    inner = house.library
    house.library = with_mishaps(inner, loses)
    [decided] = house.drop(scopus_record(1, N1=NEW))
    house.library = inner

    assert (decided.decision, decided.outcome) == (Decision.UPDATE, "accepted")
    undo(house, 2)
    assert notes(house) == [f"<p>{OLD}</p>"]


@pytest.mark.parametrize("mode", [WhenFound.SKIP, WhenFound.COLLECT])
def test_where_folders_want_items_left_alone_notes_are(house: House, mode: WhenFound) -> None:
    house.drop(scopus_record(1, N1=OLD))

    house.drop(scopus_record(1, N1=NEW), place=Place(folder=b"/other", when_found=mode))

    assert notes(house) == [f"<p>{OLD}</p>"]


def test_a_work_and_its_note_count_once_for_max_updates(house: House) -> None:
    house.helpers = replace(house.helpers, limits=GuardLimits(100, 0.33, 1))
    house.drop(scopus_record(1, N1=OLD, VL=None))

    [decided] = house.drop(scopus_record(1, N1=NEW))

    assert decided.outcome == "accepted"


def test_explain_says_whose_a_note_is(house: House) -> None:
    house.drop(scopus_record(1, N1=OLD))
    house.drop(scopus_record(1, N1=NEW))
    [note] = children(house)

    def explained() -> Any:
        with opened_ledger(house.root / "state", house.clock) as ledger:
            mine = ledger.find_library("memory:")
            assert mine is not None
            [told] = explain_items("mine", mine, [note.key], house.library.get, find_survivors)
            return told

    before = explained()
    _edited(house, note)

    assert (before.fields, [deed.kind for deed in before.deeds]) == (
        {"note": "syncd"},
        ["create", "update"],
    )
    assert explained().fields == {"note": "person"}
