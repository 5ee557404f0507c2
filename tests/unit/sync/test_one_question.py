"""One question for one doubt: others join it, what was answered stays so, held works are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.plan import Decision, Place
from syncd.sync.review import Answer, Held
from tests.support.exports import scopus_record
from tests.support.house import House
from tests.support.runs import opened_ledger, opened_run

FILED = Place(folder=b"/filed", tags=("filed",))
OTHER_PLACE = {"DO": None, "UR": None, "N1": None, "VL": None, "SP": None, "EP": None}
PLACED = {"VL": "4", "SP": "7", "EP": "19"}


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.drop(scopus_record(1, N1=None))
    return house


def look_alike(**more: str | None) -> str:
    """Return a record that may be work 1: the same title and author, in another journal."""
    return scopus_record(1, **{**OTHER_PLACE, "T2": "Quite Different Letters", **more})


def held(house: House) -> list[Held]:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        return run.reviewer().held()


def answer(house: House, number: int, said: Answer, word: str | None = None) -> None:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        run.reviewer().answer(number, said, word)
        run.push_pending()


def decisions(house: House) -> list[tuple[str, str | None]]:
    """Return what became of each record, in the order in which they came."""
    with opened_ledger(house.root / "state", house.clock) as ledger, ledger.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT decision, item_key FROM record ORDER BY record_id"
        )
        return [(row.decision, row.item_key) for row in rows]


def test_a_record_of_a_work_that_is_held_joins_the_question(house: House) -> None:
    house.drop(look_alike(**PLACED))
    [again] = house.drop(look_alike(**PLACED, PY="1992"), place=FILED)

    [question] = held(house)
    answer(house, question.hold_id, Answer.ACCEPT)

    [item] = house.works()
    assert again.decision is Decision.HOLD
    assert {"tag": "filed"} in item.data["tags"]
    assert {key for _, key in decisions(house)} == {item.key}


def test_what_joined_a_question_is_the_work_that_it_made(house: House) -> None:
    house.drop(look_alike(**PLACED))
    house.drop(look_alike(**PLACED, PY="1992"))
    [question] = held(house)

    answer(house, question.hold_id, Answer.CREATE)
    [once_more] = house.drop(look_alike(**PLACED, PY="1992", N1="exported again"))

    [_, made] = house.works()
    assert decisions(house)[1:3] == [("create", made.key), ("skip", made.key)]
    assert once_more.item_key == made.key
    assert once_more.decision in (Decision.SKIP, Decision.UPDATE)


@pytest.mark.parametrize("said", [Answer.ACCEPT, Answer.SKIP])
def test_what_was_answered_is_not_asked_when_a_further_item_looks_like_it(
    house: House, said: Answer
) -> None:
    house.drop(look_alike())
    [question] = held(house)
    answer(house, question.hold_id, said)
    third = look_alike(T2="Annals of a Third Place", AB="Somebody else typed this.")
    house.drop(third)
    answer(house, held(house)[0].hold_id, Answer.CREATE)

    [again] = house.drop(look_alike(N1="exported again"))

    assert again.decision not in (Decision.CREATE, Decision.HOLD), again.reason
    assert held(house) == []


def test_a_work_that_was_left_out_stays_so_when_what_it_looked_like_is_gone(house: House) -> None:
    house.drop(look_alike())
    [question] = held(house)
    answer(house, question.hold_id, Answer.SKIP)
    [item] = house.works()
    house.library.edit(item.key, {"title": "Something else by now", "creators": []})

    [again] = house.drop(look_alike(N1="exported again"))

    assert again.decision is Decision.SKIP
    assert again.reason.startswith("a person left it out before")


def test_a_candidate_that_is_held_is_shown_and_one_answer_is_for_both(house: House) -> None:
    first = look_alike(PY="1991")
    second = look_alike(T2="Annals of a Third Place", PY="1991", AB="Other words.")
    house.drop(first, second)
    [one, other] = held(house)
    [held_one] = [each for each in other.candidates if each.question is not None]

    assert held_one.question == one.hold_id
    assert held_one.data
    assert held_one.data["publicationTitle"] == "Quite Different Letters"
    answer(house, other.hold_id, Answer.ACCEPT, held_one.item_key)
    assert [each.hold_id for each in held(house)] == [one.hold_id]
    answer(house, one.hold_id, Answer.CREATE)

    [_, made] = house.works()
    assert held(house) == []
    assert [key for _, key in decisions(house)[1:]] == [made.key, made.key]


def test_a_candidate_that_was_held_is_an_item_once_it_was_made(house: House) -> None:
    house.drop(look_alike(PY="1991"), look_alike(T2="Annals of a Third Place", PY="1991"))
    [one, other] = held(house)

    answer(house, one.hold_id, Answer.CREATE)

    [_, made] = house.works()
    [left] = held(house)
    assert left.hold_id == other.hold_id
    assert made.key in [each.item_key for each in left.candidates]


def test_a_question_that_became_an_item_may_still_be_named_by_its_number(house: House) -> None:
    house.drop(look_alike(PY="1991"), look_alike(T2="Annals of a Third Place", PY="1991"))
    [one, other] = held(house)

    answer(house, one.hold_id, Answer.CREATE)
    answer(house, other.hold_id, Answer.ACCEPT, f"q{one.hold_id}")

    [_, made] = house.works()
    assert [key for _, key in decisions(house)[1:]] == [made.key, made.key]
