"""What a person's answer leaves behind: decisions, places, identifiers, and answers for others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from syncd.errors import InputError, UnavailableError
from syncd.item.minting import mint_key
from syncd.ledger import journal
from syncd.ledger.instants import format_instant
from syncd.ledger.store import Ledger
from syncd.ledger.works import LedgerWorks
from syncd.library import Create, Operation, Pushed, StoredItem
from syncd.plan import Decision, Place, PlannedRecord, Pointer
from syncd.record import ItemKey
from syncd.sync.review import Answer, Held
from tests.support.exports import scopus_record, title_of
from tests.support.house import House
from tests.support.libraries import Push, with_mishaps
from tests.support.runs import opened_ledger, opened_run

FILED = Place(folder=b"/filed", collection=("Inbox",), tags=("new",))
OTHER_TITLE = "Quite another subject altogether"


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.drop(scopus_record(1, N1=None))
    return house


def _key(number: int) -> ItemKey:
    return mint_key("memory:", ("scopus", f"2-s2.0-{85000000000 + number}"))


def _doubtful(**more: str | None) -> str:
    """Return a record with the EID of work 1 and the title and author of quite another."""
    return scopus_record(
        1, **{"TI": OTHER_TITLE, "AU": "Nobody, N.", "DO": "10.5555/own.1", **more}
    )


def _questions(house: House) -> list[Held]:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        return run.reviewer().held()


def _answer(house: House, said: Answer, item_key: str | None = None) -> PlannedRecord:
    """Answer the only question; return what is then known of its record."""
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        [held] = run.reviewer().held()
        before = run.reviewer().pending()
        run.reviewer().answer(held.hold_id, said, item_key)
        assert run.reviewer().pending() >= before
        run.push_pending()
        assert run.reviewer().pending() == 0
        return _record_of(ledger, held)


def _record_of(ledger: Ledger, held: Held) -> PlannedRecord:
    """Return what is known now of the record that a question is about."""
    with ledger.read() as connection:
        last = connection.exec_driver_sql("SELECT max(run_id) FROM record").scalar_one()
        records = journal.records_of_run(connection, last)
    return next(record for record in records if record.origin == held.record.origin)


def _by_title(house: House, title: str) -> StoredItem:
    [item] = [item for item in house.works() if item.data["title"] == title]
    return item


# The question


def test_a_question_says_when_it_was_asked_and_what_it_is_about(house: House) -> None:
    [record] = house.drop(_doubtful(), place=FILED)

    [held] = _questions(house)

    assert (held.kind, held.record, held.reason) == ("identity", record, record.reason)
    assert held.held_at == format_instant(house.clock.now())
    assert [candidate.item_key for candidate in held.candidates] == [_key(1)]


def test_a_question_can_be_read_while_the_library_is_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.drop(_doubtful())
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):

        def away(keys: Sequence[ItemKey]) -> list[StoredItem]:
            raise UnavailableError("it is night")

        monkeypatch.setattr(house.library, "get", away)
        reviewer = run.reviewer()

        [held] = reviewer.held()

    assert held.data["title"] == OTHER_TITLE
    assert [(each.item_key, each.data) for each in held.candidates] == [(_key(1), None)]
    assert reviewer.unavailable == "it is night"


def test_a_refused_item_is_shown_as_it_was_to_be_made(house: House) -> None:
    def spoils(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        return push([_spoilt(each) for each in operations], expected)

    house.library = with_mishaps(house.library, spoils)
    house.drop(scopus_record(2))

    [held] = _questions(house)

    assert (held.kind, held.data["title"], held.candidates) == ("refused", title_of(2), ())


def _spoilt(operation: Operation) -> Operation:
    if isinstance(operation, Create) and not operation.parent:
        return operation._replace(data={**operation.data, "itemType": "fax"})
    return operation


# It is that item


def test_accept_says_in_the_record_which_item_it_is(house: House) -> None:
    [asked] = house.drop(_doubtful(), place=FILED)

    record = _answer(house, Answer.ACCEPT)

    assert (record.decision, record.item_key, record.outcome) == (
        Decision.COLLECT, _key(1), "accepted"
    )  # fmt: skip
    assert record.duplicate_of == Pointer(item_key=_key(1))
    assert record.reason == f"a person said it is {_key(1)}; {asked.reason}"


def test_accept_makes_the_records_identifiers_lead_to_the_item(house: House) -> None:
    house.drop(_doubtful())
    _answer(house, Answer.ACCEPT)

    [record] = house.drop(_doubtful(UR=None, N1="without its number"))

    assert record.item_key == _key(1)
    with opened_ledger(house.root / "state", house.clock) as ledger:
        mine = ledger.find_library("memory:")
        assert mine is not None
        found = LedgerWorks(mine).by_identifiers([("doi", "10.5555/own.1")])
    assert {known.ref for group in found.values() for known in group} == {_key(1)}


def test_what_a_person_takes_out_after_accepting_is_not_put_back(house: House) -> None:
    house.drop(scopus_record(1, N1="filed"), place=FILED)
    house.drop(_doubtful(), place=FILED)
    record = _answer(house, Answer.ACCEPT)
    house.library.edit(_key(1), {"collections": [], "tags": []})

    [again] = house.drop(_doubtful(N1="again"), place=FILED)

    assert record.item_key == again.item_key == _key(1)
    assert house.collections_of(_key(1)) == []


def test_an_item_that_a_person_had_put_there_counts_as_put_there_by_accepting(
    house: House,
) -> None:
    tagged = Place(folder=b"/tagged", tags=("new",))
    house.drop(_doubtful(), place=tagged)
    house.library.edit(_key(1), {"tags": [{"tag": "new"}]})
    _answer(house, Answer.ACCEPT)
    house.library.edit(_key(1), {"tags": []})

    house.drop(_doubtful(N1="again"), place=tagged)

    assert house.works()[0].data["tags"] == []


def test_accept_of_an_item_that_was_put_into_the_trash_leaves_it_there(house: House) -> None:
    house.drop(_doubtful(), place=FILED)
    house.library.trash(_key(1))

    record = _answer(house, Answer.ACCEPT)

    assert record.outcome == "unchanged"
    assert [(item.trashed, item.data["tags"]) for item in house.works()] == [(True, [])]


def test_of_two_candidates_one_has_to_be_named(house: House) -> None:
    house.drop(scopus_record(2, N1=None, DO=None))
    number_alone = _by_title(house, title_of(2))
    doi_alone = {**number_alone.data, "DOI": "10.5555/invented.2"}
    house.library.add(ItemKey("HAND2345"), {**doi_alone, "url": "", "extra": ""})
    house.drop(scopus_record(2))
    [held] = _questions(house)
    assert {candidate.item_key for candidate in held.candidates} == {_key(2), "HAND2345"}

    with pytest.raises(InputError, match="HAND2345"):
        _answer(house, Answer.ACCEPT)
    record = _answer(house, Answer.ACCEPT, "HAND2345")

    assert record.item_key == "HAND2345"


# It is a work of its own


def test_create_says_so_and_keeps_keywords_and_places(house: House) -> None:
    [asked] = house.drop(_doubtful(KW="moss"), place=Place(folder=b"/t", tags=("new", "moss")))

    record = _answer(house, Answer.CREATE)

    made = _by_title(house, OTHER_TITLE)
    assert [tag["tag"] for tag in made.data["tags"]] == ["moss", "new"]
    assert (record.decision, record.item_key, record.outcome) == (
        Decision.CREATE, made.key, "accepted"
    )  # fmt: skip
    assert record.reason == f"a person said it is a work of its own; {asked.reason}"


def test_what_a_person_takes_out_of_what_an_answer_made_is_not_put_back(house: House) -> None:
    house.drop(_doubtful(), place=FILED)
    _answer(house, Answer.CREATE)
    made = _by_title(house, OTHER_TITLE)
    house.library.edit(made.key, {"collections": [], "tags": []})

    house.drop(_doubtful(N1="again"), place=FILED)

    assert _by_title(house, OTHER_TITLE).data["collections"] == []
    assert _by_title(house, OTHER_TITLE).data["tags"] == []


def test_every_note_of_what_an_answer_makes_has_a_key_of_its_own(house: House) -> None:
    house.drop(_doubtful(L2="https://example.org/a.pdf", N1="Funding details: Foundation"))
    [held] = _questions(house)

    _answer(house, Answer.CREATE)

    made = _by_title(house, OTHER_TITLE)
    children = [item for item in house.everything() if item.data.get("parentItem") == made.key]
    assert len(children) == len({child.key for child in children}) > 0
    assert held.data["title"] == made.data["title"]


# What was refused


def test_a_note_that_is_sent_again_leaves_the_items_outcome_and_ends_the_error(
    house: House,
) -> None:
    def refuses_notes(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        spoilt = [
            each._replace(data={**each.data, "fax": "1"})
            if isinstance(each, Create) and each.parent
            else each
            for each in operations
        ]
        return push(spoilt, expected)

    house.library = with_mishaps(house.library, refuses_notes)
    [first] = house.drop(scopus_record(2))
    assert first.error is not None

    record = _answer(house, Answer.RETRY)

    assert (record.outcome, record.error) == ("accepted", None)
    notes = [item for item in house.everything() if "note" in item.data]
    assert [note.data["parentItem"] for note in notes] == [_key(2)]


def test_an_item_that_is_sent_again_is_pending_until_it_is_made(house: House) -> None:
    def spoils(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        return push([_spoilt(each) for each in operations], expected)

    house.library = with_mishaps(house.library, spoils)
    [refused] = house.drop(scopus_record(2))
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        [held] = run.reviewer().held()
        run.reviewer().answer(held.hold_id, Answer.RETRY)
        pending = _record_of(ledger, held)
        run.push_pending()
        made = _record_of(ledger, held)
        with ledger.read() as connection:
            reasons = connection.exec_driver_sql("SELECT reason FROM run ORDER BY run_id")
            assert reasons.scalars().all() == ["test", "test", "review"]

    assert (refused.outcome, refused.error is None) == ("refused", False)
    assert (pending.outcome, pending.error) == ("pending", None)
    assert made.outcome == "accepted"


# Sharing


def _exported(house: House) -> dict[str, Any]:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        return dict(json.loads(json.dumps(run.reviewer().export_answers())))


def _settled_by(house: House, document: dict[str, Any]) -> tuple[int, list[int]]:
    """Take answers over and settle what they settle; return how many were new and which."""
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        reviewer = run.reviewer()
        taken = reviewer.import_answers(document)
        settled = reviewer.settle()
        run.push_pending()
        return taken.new, settled


def _colleague(tmp_path: Path) -> House:
    root = tmp_path / "colleague"
    root.mkdir()
    house = House(root)
    house.drop(scopus_record(1, N1=None))
    house.drop(_doubtful(), place=FILED)
    return house


def test_answers_say_which_library_they_are_about(house: House) -> None:
    house.drop(_doubtful())
    _answer(house, Answer.CREATE)

    document = _exported(house)

    assert document["schema"].startswith("syncd.answers/")
    assert document["library"] == "memory:"
    [answer] = document["answers"]
    assert answer["verdict"] == "different"
    assert document["left_out"] == []


@pytest.mark.parametrize(
    ("said", "titles"),
    [
        (Answer.ACCEPT, {title_of(1)}),
        (Answer.CREATE, {title_of(1), OTHER_TITLE}),
        (Answer.SKIP, {title_of(1)}),
    ],
)
def test_what_a_colleague_has_answered_settles_the_same_question(
    house: House, tmp_path: Path, said: Answer, titles: set[str]
) -> None:
    house.drop(_doubtful())
    _answer(house, said)
    colleague = _colleague(tmp_path)
    [held] = _questions(colleague)

    taken, settled = _settled_by(colleague, _exported(house))

    assert settled == [held.hold_id]
    assert taken == 1 or said is Answer.SKIP
    assert _questions(colleague) == []
    assert {item.data["title"] for item in colleague.works()} == titles
    tags = next(i.data["tags"] for i in colleague.works() if i.data["title"] == title_of(1))
    assert tags == ([{"tag": "new"}] if said is Answer.ACCEPT else [])


def test_answers_about_other_works_settle_nothing(house: House, tmp_path: Path) -> None:
    house.drop(scopus_record(3, N1=None))
    house.drop(scopus_record(3, TI="A third subject", AU="Nobody, N.", DO=None))
    _answer(house, Answer.CREATE)
    colleague = _colleague(tmp_path)

    taken, settled = _settled_by(colleague, _exported(house))

    assert (taken, settled) == (1, [])
    assert len(_questions(colleague)) == 1


def test_an_answer_of_ones_own_stays_whatever_others_say(house: House, tmp_path: Path) -> None:
    house.drop(_doubtful())
    _answer(house, Answer.CREATE)
    document = _exported(house)
    turned = [{**each, "verdict": "same"} for each in document["answers"]]

    _settled_by(house, {**document, "answers": turned})

    assert _exported(house) == document


def test_an_open_question_is_no_answer_for_others(house: House) -> None:
    house.drop(_doubtful())

    assert _exported(house)["answers"] == []
    assert _exported(house)["left_out"] == []


@pytest.mark.parametrize("left_out", ["a question", [1], None])
def test_what_is_left_out_is_a_list_of_questions(house: House, left_out: Any) -> None:
    document = {**_exported(house), "left_out": left_out}

    with (
        opened_run(house.root / "state", house.library) as run,
        pytest.raises(InputError, match="left out"),
    ):
        run.reviewer().import_answers(document)


# A twin that others made


def test_a_twin_is_shown_and_the_question_about_it_can_be_dropped(house: House) -> None:
    inner = house.library

    def makes_a_twin(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        pushed = push(operations, None)
        made = next(each for each in operations if isinstance(each, Create) and not each.parent)
        inner.add(ItemKey("HAND2345"), made.data)
        return Pushed(pushed.outcomes, None)

    house.library = with_mishaps(inner, makes_a_twin)
    house.drop(scopus_record(2, N1=None))
    [held] = _questions(house)

    record = _answer(house, Answer.DROP)

    assert (held.kind, record.item_key) == ("twin", _key(2))
    [twin] = held.candidates
    assert twin.item_key == "HAND2345"
    assert twin.data is not None
    assert twin.data["title"] == title_of(2)
    assert _questions(house) == []
    assert len(house.works()) == 3
