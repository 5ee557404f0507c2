"""Operations become objects, a report becomes outcomes, and the guard moves only when it may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from adapters.answers import Report
from adapters.zotero_web.writing import (
    Held,
    WriteDraft,
    draft,
    read_outcomes,
    requests,
    version_after,
)
from syncd.errors import OutcomeUnknownError
from syncd.library import (
    Accepted,
    AddToCollection,
    CollectionKey,
    Create,
    CreateCollection,
    Operation,
    Refusal,
    Refused,
    Restore,
    StoredItem,
    Trash,
    Update,
)
from syncd.record import ItemKey

A, B = ItemKey("AAAA2222"), ItemKey("BBBB2222")
C, D = CollectionKey("CCCC2222"), CollectionKey("DDDD2222")


def made(operation: Operation, *held: StoredItem) -> WriteDraft:
    return draft(0, operation, Held({item.key: item for item in held}, {}))


def item(version: int = 7, **data: Any) -> StoredItem:
    return StoredItem(A, version, data)


# What is sent


@pytest.mark.parametrize(
    ("operation", "sent"),
    [
        (Create(A, {"title": "x"}), {"key": A, "version": 0, "title": "x"}),
        (Update(A, 7, {"title": "x"}), {"key": A, "version": 7, "title": "x"}),
        (Trash(A, 7), {"key": A, "version": 7, "deleted": 1}),
        (Restore(A, 7), {"key": A, "version": 7, "deleted": 0}),
        (
            CreateCollection(C, "Inbox"),
            {"key": C, "version": 0, "name": "Inbox", "parentCollection": False},
        ),
        (
            CreateCollection(D, "Scopus", C),
            {"key": D, "version": 0, "name": "Scopus", "parentCollection": C},
        ),
    ],
)
def test_each_operation_says_what_it_may_replace(
    operation: Operation, sent: Mapping[str, Any]
) -> None:
    assert made(operation).to_send == sent


def test_an_addition_is_written_with_all_that_was_there_and_its_version() -> None:
    held = item(6, collections=[D], tags=[{"tag": "by hand"}, {"tag": "auto", "type": 1}])

    sent = made(AddToCollection(A, 7, (C, C), ("new", "auto", "new")), held).to_send

    assert sent == {
        "key": A,
        "version": 6,
        "collections": [D, C],
        "tags": [{"tag": "by hand"}, {"tag": "auto", "type": 1}, {"tag": "new"}],
    }


@pytest.mark.parametrize(
    ("operation", "left_out"),
    [(AddToCollection(A, 7, (C,), ("t",)), "tags"), (AddToCollection(A, 7, (D,), ("u",)), "coll")],
)
def test_what_is_there_already_is_not_sent(operation: AddToCollection, left_out: str) -> None:
    sent = made(operation, item(collections=[D], tags=[{"tag": "t"}])).to_send

    assert sent is not None
    assert not any(name.startswith(left_out) for name in sent)


@pytest.mark.parametrize(
    ("operation", "held", "outcome"),
    [
        (AddToCollection(A, 7, (C,)), [], Refusal.MISSING),
        (AddToCollection(A, 6, (C,)), [item(7)], Refusal.CHANGED),
        (
            AddToCollection(A, 7, (C,), ("t",)),
            [item(5, collections=[C], tags=[{"tag": "t"}])],
            Accepted(A, 5, unchanged=True),
        ),
        (Create(A, {"title": "\ud800"}), [], Refusal.INVALID),
        (Create(A, {"title": float("nan")}), [], Refusal.INVALID),
        (Create(A, {"title": object()}), [], Refusal.INVALID),
    ],
)
def test_what_need_not_be_sent_is_answered_here(
    operation: Operation, held: list[StoredItem], outcome: Accepted | Refusal
) -> None:
    found = made(operation, *held)

    assert found.to_send is None
    if isinstance(outcome, Refusal):
        assert isinstance(found.outcome, Refused)
        assert found.outcome.refusal is outcome
    else:
        assert found.outcome == outcome


def test_items_and_collections_are_sent_apart_and_in_order() -> None:
    operations: list[Operation] = [
        CreateCollection(C, "1"),
        CreateCollection(D, "2"),
        Create(A, {}),
        AddToCollection(B, 1),
        Trash(A, 1),
        CreateCollection(C, "3"),
    ]

    together = requests([draft(place, one, Held({}, {})) for place, one in enumerate(operations)])

    assert [[one.place for one in group] for group in together] == [[0, 1], [2, 4], [5]]


# What comes back


def report(
    successful: Mapping[str, Any] | None = None,
    unchanged: Mapping[str, str] | None = None,
    failed: Mapping[str, Any] | None = None,
    version: int | None = 9,
) -> Report:
    return Report(successful or {}, unchanged or {}, failed or {}, version)


@pytest.mark.parametrize(
    ("operation", "code", "refusal"),
    [
        (Create(A, {}), 412, Refusal.KEY_TAKEN),
        (CreateCollection(C, "x"), 412, Refusal.KEY_TAKEN),
        (Update(A, 7, {}), 412, Refusal.CHANGED),
        (Trash(A, 7), 412, Refusal.CHANGED),
        (AddToCollection(A, 7, (C,)), 412, Refusal.CHANGED),
        (Update(A, 7, {}), 404, Refusal.MISSING),
        (Create(A, {}), 409, Refusal.TROUBLE),
        (Create(A, {}), 400, Refusal.INVALID),
        (Create(A, {}), 413, Refusal.INVALID),
        (Create(A, {}), 428, Refusal.TROUBLE),
        (Create(A, {}), 500, Refusal.TROUBLE),
    ],
)
def test_a_refusal_is_sorted_by_what_to_do_next(
    operation: Operation, code: int, refusal: Refusal
) -> None:
    notice = {"code": code, "message": "it&#x27;s &lt;no&gt; good"}

    [outcome] = read_outcomes([WriteDraft(0, operation, {})], report(failed={"0": notice}))

    assert isinstance(outcome, Refused)
    assert outcome.refusal is refusal
    assert outcome.message == "it's <no> good"


@pytest.mark.parametrize(
    "message",
    [
        "Collection CCCC2222 not found",
        "Parent item CCCC2222 not found",
        "Parent collection CCCC2222 not found",
        "Parent item CCCC2222 cannot have children",
    ],
)
def test_a_conflict_is_about_what_it_names(message: str) -> None:
    failed = {"0": {"code": 409, "message": message}}

    [outcome] = read_outcomes([WriteDraft(0, Create(A, {}), {})], report(failed=failed))

    assert outcome == Refused(A, Refusal.MISSING, message)


def test_answers_are_mapped_by_their_place_whatever_their_order() -> None:
    sent = [
        WriteDraft(n, Update(key, 3, {}), {}) for n, key in enumerate((A, B, ItemKey("EEEE2222")))
    ]
    answer = report(
        successful={"2": {"key": "EEEE2222", "version": 9}},
        unchanged={"0": A},
        failed={"1": {"code": 400, "message": "no"}},
    )

    first, second, third = read_outcomes(sent, answer)

    assert first == Accepted(A, 3, unchanged=True)
    assert second == Refused(B, Refusal.INVALID, "no")
    assert third == Accepted("EEEE2222", 9)


def test_a_report_that_leaves_one_out_leaves_its_outcome_unknown() -> None:
    with pytest.raises(OutcomeUnknownError):
        read_outcomes([WriteDraft(0, Create(A, {}), {})], report())


# Where the library stands

ONE: Mapping[str, Any] = {"0": {}}
TWO: Mapping[str, Any] = {"0": {}, "1": {}}


@pytest.mark.parametrize(
    ("guard", "answer", "after"),
    [
        pytest.param(10, report(TWO, {"2": A}, {}, 13), 13, id="one each, unchanged included"),
        pytest.param(10, report(TWO, {}, {"2": {}}, 12), 12, id="failed ones do not count"),
        pytest.param(10, report(TWO, {}, {}, 11), 11, id="one version for all"),
        pytest.param(10, report({}, {}, {"0": {}}, 10), 10, id="all failed"),
        pytest.param(10, report({}, {}, {"0": {}}, 11), None, id="all failed, somebody wrote"),
        pytest.param(10, report(TWO, {}, {}, 13), None, id="somebody wrote in between"),
        pytest.param(10, report(ONE, {}, {}, 9), None, id="behind its own past"),
        pytest.param(10, report(ONE, {}, {}, None), None, id="not said"),
        pytest.param(None, report(ONE, {}, {}, 11), None, id="no guard"),
    ],
)
def test_the_guard_moves_only_when_nobody_else_can_have_written(
    guard: int | None, answer: Report, after: int | None
) -> None:
    assert version_after(guard, [], answer) == after


@pytest.mark.parametrize(
    ("operation", "after"),
    [
        pytest.param(Create(A, {"relations": {}}), 11, id="none"),
        pytest.param(Create(A, {"relations": {"dc:relation": ["uri"]}}), None, id="one more"),
        pytest.param(Update(A, 3, {"relations": {}}), None, id="perhaps one less"),
    ],
)
def test_a_relation_may_change_the_item_at_its_other_end(
    operation: Operation, after: int | None
) -> None:
    sent = [draft(0, operation, Held({}, {}))]

    assert version_after(10, sent, report(ONE, {}, {}, 11)) == after
