"""What a person answers is done once, and the question does not come back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.errors import InputError
from syncd.ledger import browse
from syncd.ledger.store import Ledger
from syncd.library import StoredItem
from syncd.plan import Decision, Place, PlannedRecord
from syncd.sync.review import Answer
from syncd.sync.session import LibraryRun
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record, title_of, write_records
from tests.support.libraries import with_mishaps
from tests.support.runs import deliver, opened_ledger, opened_run, records_of, waiting

FILED = Place(folder=b"/filed", collection=("Inbox",), tags=("new",))


class Desk:
    """A library in which work 1 is there, and something to ask about it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.library: Any = MemoryLibrary(shipped_schema())
        self._dropped = 0

    @contextmanager
    def opened(self) -> Iterator[tuple[LibraryRun, Ledger]]:
        with (
            opened_ledger(self.root / "state") as ledger,
            opened_run(self.root, self.library, ledger) as run,
        ):
            yield run, ledger

    def drop(self, *records: str, place: Place | None = None) -> list[PlannedRecord]:
        path = write_records(self.root / f"export-{self._dropped}.ris", records)
        self._dropped += 1
        with self.opened() as (run, ledger):
            return records_of(ledger, deliver(run, [path], place or FILED))

    def answer(self, answer: Answer, item_key: str | None = None) -> None:
        """Answer the only question there is."""
        with self.opened() as (run, ledger):
            [held] = run.reviewer().held()
            run.reviewer().answer(held.hold_id, answer, item_key)
            run.push_pending()
            assert waiting(ledger) == []

    def open_questions(self) -> int:
        with self.opened() as (run, _):
            return len(run.reviewer().held())

    def works(self) -> list[StoredItem]:
        return [
            item
            for page in self.library.changes_since(0)
            for item in page.items
            if "parentItem" not in item.data
        ]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.drop(scopus_record(1, N1=None), place=Place(folder=b"/plain"))
    return desk


def _doubtful(**more: str | None) -> str:
    """Return a record with the EID of work 1 and the title and author of quite another."""
    return scopus_record(1, TI="Quite another subject altogether", AU="Nobody, N.", DO=None, **more)


def test_a_question_shows_both_sides(desk: Desk) -> None:
    [record] = desk.drop(_doubtful())

    with desk.opened() as (run, _):
        [held] = run.reviewer().held()

    assert held.kind == "identity"
    assert held.reason == record.reason
    assert held.data["title"] == "Quite another subject altogether"
    [candidate] = held.candidates
    assert candidate.data
    assert candidate.data["title"] == title_of(1)


def test_accept_files_the_item_and_makes_nothing(desk: Desk) -> None:
    desk.drop(_doubtful())

    desk.answer(Answer.ACCEPT)

    [item] = desk.works()
    assert item.data["title"] == title_of(1)
    assert {"tag": "new"} in item.data["tags"]
    assert item.data["collections"]


def test_create_makes_the_item_with_its_note_in_its_place(desk: Desk) -> None:
    desk.drop(_doubtful())

    desk.answer(Answer.CREATE)

    [made] = [item for item in desk.works() if item.data["title"].startswith("Quite another")]
    assert {"tag": "new"} in made.data["tags"]
    assert made.data["collections"]
    notes = [i for page in desk.library.changes_since(0) for i in page.items if "note" in i.data]
    assert [note.data["parentItem"] for note in notes] == [made.key]


def test_skip_makes_nothing(desk: Desk) -> None:
    desk.drop(_doubtful())

    desk.answer(Answer.SKIP)

    assert len(desk.works()) == 1


@pytest.mark.parametrize(
    ("answer", "decision"),
    [
        # It is the same work, so its newer title is the item's.
        (Answer.ACCEPT, Decision.UPDATE),
        (Answer.CREATE, Decision.SKIP),
        (Answer.SKIP, Decision.SKIP),
    ],
)
def test_what_was_answered_is_never_asked_again(
    desk: Desk, answer: Answer, decision: Decision
) -> None:
    desk.drop(_doubtful())
    desk.answer(answer)
    before = len(desk.works())

    [record] = desk.drop(_doubtful(N1="exported again"))

    assert record.decision is decision, record.reason
    assert desk.open_questions() == 0
    assert len(desk.works()) == before


@pytest.mark.parametrize("retitled", [False, True])
def test_what_was_told_apart_is_no_reason_to_ask_about_either(desk: Desk, retitled: bool) -> None:
    """Both have the accession number now; which of the two a record is, its look says."""
    desk.drop(_doubtful())
    desk.answer(Answer.CREATE)
    [other] = [item for item in desk.works() if item.data["title"] != title_of(1)]
    if retitled:
        desk.library.edit(other.key, {"title": "Another subject, as a person words it"})

    [record] = desk.drop(scopus_record(1, AB="Exported again with an abstract."))

    assert record.decision in (Decision.SKIP, Decision.UPDATE), record.reason
    assert record.item_key not in (None, other.key)
    assert desk.open_questions() == 0
    assert len(desk.works()) == 2


def test_an_answer_is_remembered_in_the_decision_and_its_reason(desk: Desk) -> None:
    desk.drop(_doubtful())

    desk.answer(Answer.SKIP)

    with opened_ledger(desk.root / "state") as ledger, ledger.read() as connection:
        rows = connection.exec_driver_sql("SELECT decision, reason, outcome FROM record").all()
    assert (rows[-1][0], rows[-1][2]) == ("skip", "unchanged")
    assert "a person left it out" in rows[-1][1]


def test_a_question_that_was_answered_takes_no_second_answer(desk: Desk) -> None:
    desk.drop(_doubtful())
    with desk.opened() as (run, _):
        [held] = run.reviewer().held()
        run.reviewer().answer(held.hold_id, Answer.SKIP)

        with pytest.raises(InputError, match="waits for an answer"):
            run.reviewer().answer(held.hold_id, Answer.CREATE)


def test_an_answer_that_does_not_fit_is_refused_and_nothing_is_done(desk: Desk) -> None:
    desk.drop(_doubtful())
    with desk.opened() as (run, _):
        [held] = run.reviewer().held()

        with pytest.raises(InputError, match="accept, create, skip"):
            run.reviewer().answer(held.hold_id, Answer.RETRY)

        assert len(run.reviewer().held()) == 1


def test_accept_of_something_that_is_no_candidate_is_refused(desk: Desk) -> None:
    desk.drop(_doubtful())
    with desk.opened() as (run, _):
        [held] = run.reviewer().held()

        with pytest.raises(InputError, match="candidates"):
            run.reviewer().answer(held.hold_id, Answer.ACCEPT, "ZZZZ2222")


@pytest.mark.parametrize(("answer", "works"), [(Answer.RETRY, 2), (Answer.DROP, 1)])
def test_what_a_library_refused_can_be_sent_again_or_dropped(
    desk: Desk, answer: Answer, works: int
) -> None:
    inner = desk.library

    def refuses(push: Any, operations: Any, expected: Any) -> Any:
        spoilt = [
            one._replace(data={**one.data, "itemType": "fax"})
            if "parentItem" not in one.data
            else one
            for one in operations
        ]
        return push(spoilt, expected)

    desk.library = with_mishaps(inner, refuses)
    desk.drop(scopus_record(2), place=Place(folder=b"/plain"))
    assert len(desk.works()) == 1

    desk.answer(answer)

    assert len(desk.works()) == works
    assert desk.open_questions() == 0


def test_answers_travel_to_another_ledger(desk: Desk, tmp_path: Path) -> None:
    desk.drop(_doubtful())
    desk.answer(Answer.CREATE)
    with desk.opened() as (run, _):
        document = json.loads(json.dumps(run.reviewer().export_answers()))
    colleague = Desk(tmp_path / "colleague")
    colleague.root.mkdir()
    colleague.drop(scopus_record(1, N1=None), place=Place(folder=b"/plain"))

    with colleague.opened() as (run, _):
        assert run.reviewer().import_answers(document).new == 1
        assert run.reviewer().import_answers(document).new == 0
    [record] = colleague.drop(_doubtful())

    assert record.decision is Decision.CREATE


@pytest.mark.parametrize(
    "document",
    [{}, {"schema": "syncd.plan/1"}, {"schema": "syncd.answers/1", "answers": [{"one": "a"}]}],
)
def test_what_is_no_document_of_answers_is_refused(desk: Desk, document: dict[str, Any]) -> None:
    with desk.opened() as (run, _), pytest.raises(InputError):
        run.reviewer().import_answers(document)


def test_a_question_that_is_asked_otherwise_by_now_is_not_answered(desk: Desk) -> None:
    desk.drop(_doubtful())
    with desk.opened() as (run, ledger):
        [held] = run.reviewer().held()
        with ledger.read() as connection:
            [seen] = browse.questions(connection)
        desk_row = f"UPDATE hold SET reason = 'otherwise' WHERE hold_id = {held.hold_id}"
        with ledger.write() as connection:
            connection.exec_driver_sql(desk_row)

        with pytest.raises(InputError, match="asked otherwise"):
            run.reviewer().answer(held.hold_id, Answer.SKIP, mark=seen.mark)
        assert run.reviewer().open_questions() == {held.hold_id}

        with ledger.read() as connection:
            [seen] = browse.questions(connection)
        run.reviewer().answer(held.hold_id, Answer.SKIP, mark=seen.mark)
        assert run.reviewer().open_questions() == set()
