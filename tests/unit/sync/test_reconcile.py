"""What a reconcile tells is what others did, and not what syncd did itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.errors import OutcomeUnknownError, UnavailableError
from syncd.ledger import duplicates, holds, knowledge
from syncd.ledger.store import Ledger
from syncd.library import Changes, Create, Library, Restore, StoredItem, Trash, Update
from syncd.matching import Verdict
from syncd.record import ItemKey
from syncd.report.reconciliations import library_document
from syncd.sync import follow
from syncd.sync.follow import Reading
from syncd.sync.session import LibraryRun
from syncd.sync.standing import Figures
from syncd.system.resources import shipped_schema
from tests.support.exports import title_of, write_export
from tests.support.libraries import with_mishaps
from tests.support.runs import deliver, opened_ledger, opened_run, waiting

COPY = ItemKey("CPYCPY22")


def works(library: Library) -> dict[str, StoredItem]:
    """Return the works in a library by title."""
    return {
        item.data["title"]: item
        for page in library.changes_since(0)
        for item in page.items
        if "parentItem" not in item.data
    }


def by_others(library: Library, *operations: Any) -> None:
    library.push(operations, expected=None)


@pytest.fixture
def library() -> MemoryLibrary:
    return MemoryLibrary(shipped_schema())


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with opened_ledger(tmp_path / "state") as ledger:
        yield ledger


@pytest.fixture
def run(tmp_path: Path, library: MemoryLibrary, ledger: Ledger) -> Iterator[LibraryRun]:
    """A run on a library to which syncd brought works 1 and 2."""
    with opened_run(tmp_path, library, ledger) as run:
        deliver(run, [write_export(tmp_path / "two.ris", (1, 2))])
        yield run


def test_a_library_that_was_never_looked_at_has_no_news(
    tmp_path: Path, library: MemoryLibrary, ledger: Ledger
) -> None:
    by_others(library, Create(COPY, {"itemType": "book", "title": "Before syncd came"}))

    with opened_run(tmp_path, library, ledger) as run:
        first = run.reconcile()

    assert first.from_version == 0 < first.to_version
    assert list(first.changed) == []


def test_what_syncd_wrote_is_no_news(run: LibraryRun) -> None:
    report = run.reconcile()

    assert (report.changed, report.missing, report.duplicates) == ([], [], [])


def test_what_syncd_wrote_and_got_no_answer_for_is_no_news_either(
    tmp_path: Path, library: MemoryLibrary, ledger: Ledger
) -> None:
    def loses_the_answer(push: Any, operations: Any, expected: Any) -> Any:
        push(operations, expected)
        raise OutcomeUnknownError("the line broke")

    def is_away(_push: Any, _operations: Any, _expected: Any) -> Any:
        raise UnavailableError("gone")

    with opened_run(tmp_path, library, ledger) as run:
        run.refresh()
    mishaps = with_mishaps(library, loses_the_answer, is_away)
    mishaps.get = _fails_once(library.get)
    with opened_run(tmp_path, mishaps, ledger) as run:
        with pytest.raises(UnavailableError):
            deliver(run, [write_export(tmp_path / "two.ris", (1, 2))])
        report = run.reconcile()

    assert waiting(ledger) == []
    assert len(works(library)) == 2
    assert list(report.changed) == []


def _fails_once(get: Any) -> Any:
    left = [UnavailableError("gone")]

    def failing(keys: Any) -> Any:
        if left:
            raise left.pop()
        return get(keys)

    return failing


def test_an_item_that_others_add_edit_trash_and_restore_is_named(
    run: LibraryRun, library: MemoryLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    one, two = works(library)[title_of(1)], works(library)[title_of(2)]
    by_others(
        library,
        Create(COPY, {"itemType": "book", "title": "Added"}),
        Update(one.key, one.version, {"title": "Edited"}),
        Trash(two.key, two.version),
    )
    first = run.reconcile()
    by_others(library, Restore(two.key, library.get([two.key])[0].version))
    second = run.reconcile()

    said = [each.getMessage() for each in caplog.records if "reconciled" in each.getMessage()]
    assert said == [f"reconciled: {n} items changed by others" for n in (3, 1)]
    assert list(first.changed) == sorted((COPY, one.key))
    assert list(first.trashed) == list(first.missing) == [two.key]
    assert list(second.restored) == [two.key]
    assert list(second.missing) == []


def test_notes_are_not_told_of(run: LibraryRun, library: MemoryLibrary) -> None:
    one = works(library)[title_of(1)]
    note = {"itemType": "note", "note": "<p>mine</p>", "parentItem": one.key}
    by_others(library, Create(COPY, note))

    assert list(run.reconcile().changed) == []


def test_a_survey_leaves_what_waits_and_a_reconcile_sends_it(
    tmp_path: Path, library: MemoryLibrary, ledger: Ledger
) -> None:
    def is_away(_push: Any, _operations: Any, _expected: Any) -> Any:
        raise UnavailableError("gone")

    with opened_run(tmp_path, with_mishaps(library, is_away), ledger) as run:
        with pytest.raises(UnavailableError):
            deliver(run, [write_export(tmp_path / "two.ris", (1, 2))])
        run.survey()
        before = works(library)
        run.reconcile()

    assert before == {}
    assert works(library).keys() == {title_of(1), title_of(2)}
    assert waiting(ledger) == []


def test_copies_of_a_work_are_told_until_a_person_says_they_are_none(
    run: LibraryRun, library: MemoryLibrary, ledger: Ledger
) -> None:
    one = works(library)[title_of(1)]
    by_others(library, Create(COPY, dict(one.data)))
    told = run.reconcile().duplicates
    mine = ledger.find_library(run.description.identity)
    assert mine is not None

    with mine.write() as tx:
        knowledge.add_answer(tx, (COPY, one.key), Verdict.DIFFERENT)

    assert [list(group.item_keys) for group in told] == [sorted((COPY, one.key))]
    assert list(run.reconcile().duplicates) == []


def test_copies_that_share_different_identifiers_are_one_group(
    run: LibraryRun, library: MemoryLibrary
) -> None:
    one = works(library)[title_of(1)]
    data = dict(one.data)
    by_doi = {**data, "extra": ""}
    by_scopus = {**data, "DOI": ""}
    others = [ItemKey("CPYCPY23"), ItemKey("CPYCPY24")]
    by_others(library, Create(others[0], by_doi), Create(others[1], by_scopus))

    [group] = run.reconcile().duplicates

    assert list(group.item_keys) == sorted((one.key, *others))


def test_a_copy_that_others_made_and_trashed_is_neither_duplicate_nor_missing(
    run: LibraryRun, library: MemoryLibrary
) -> None:
    one = works(library)[title_of(1)]
    by_others(library, Create(COPY, dict(one.data)))
    by_others(library, Trash(COPY, library.get([COPY])[0].version))

    report = run.reconcile()

    assert (list(report.trashed), list(report.duplicates), list(report.missing)) == ([COPY], [], [])


def test_why_items_are_one_work_is_said(run: LibraryRun, library: MemoryLibrary) -> None:
    one = works(library)[title_of(1)]
    by_others(library, Create(COPY, dict(one.data)))

    [group] = run.reconcile().duplicates

    assert [reason.partition(":")[0] for reason in group.reasons] == [
        "DOI 10.5555/invented.1",
        "Scopus 2-s2.0-85000000001",
    ]


@pytest.mark.parametrize("many", [2_000, 0], ids=["few", "very many"])
def test_copies_that_share_no_identifier_are_told_by_their_look(
    run: LibraryRun, library: MemoryLibrary, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(duplicates, "_MANY", many)
    one = works(library)[title_of(1)]
    by_others(library, Create(COPY, {**one.data, "DOI": "", "extra": "", "url": ""}))

    [group] = run.reconcile().duplicates

    assert set(group.item_keys) == {one.key, COPY}
    assert len(group.reasons) == 1


def test_what_was_found_to_be_one_work_is_found_anew_when_it_changes(
    run: LibraryRun, library: MemoryLibrary
) -> None:
    one = works(library)[title_of(1)]
    by_others(library, Create(COPY, dict(one.data)))
    together = run.reconcile().duplicates
    library.edit(COPY, {"title": "Quite another subject", "DOI": "10.5555/else", "extra": ""})
    apart = run.reconcile().duplicates
    library.edit(COPY, dict(one.data))
    again = run.reconcile().duplicates
    library.trash(COPY)
    trashed = run.reconcile().duplicates
    library.restore(COPY)

    assert together == again == run.reconcile().duplicates
    assert len(together) == 1
    assert list(apart) == list(trashed) == []


def test_an_identifier_on_very_many_items_makes_no_duplicates(
    run: LibraryRun, library: MemoryLibrary
) -> None:
    one = works(library)[title_of(1)]
    data = {**one.data, "extra": ""}
    keys = [ItemKey(f"CPY{number:05}".translate(_NO_DIGITS)) for number in range(60)]
    for key in keys[:3]:
        library.add(key, data)
    some = run.reconcile().duplicates
    for key in keys[3:]:
        library.add(key, data)

    assert len(some) == 1
    assert list(run.reconcile().duplicates) == []


_NO_DIGITS = str.maketrans("01", "YZ")


def test_very_many_works_at_once_are_compared_as_few_are(
    tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = MemoryLibrary(shipped_schema())
    for number in range(20):
        library.add(
            ItemKey(f"WRK{number:05}".translate(_NO_DIGITS)),
            {"itemType": "book", "title": title_of(number % 10), "DOI": f"10.5555/{number % 10}"},
        )
    monkeypatch.setattr(duplicates, "_MANY", 5)

    with opened_run(tmp_path, library, ledger) as run:
        groups = run.reconcile().duplicates

    assert len(groups) == 10


def test_open_conflicts_questions_and_what_waits_are_told(
    tmp_path: Path, run: LibraryRun, library: MemoryLibrary, ledger: Ledger
) -> None:
    one = works(library)[title_of(1)]
    mine = ledger.find_library(run.description.identity)
    assert mine is not None
    with mine.write() as tx:
        for kind in ("fields", "identity"):
            payload = {"candidates": [one.key], "collections": [], "tags": []}
            question = f"{kind} about {one.key}"
            holds.add_hold(tx, 1, kind=kind, question=question, reason="why", payload=payload)

    report = run.reconcile()

    [conflict] = library_document(report)["conflicts"]
    assert (conflict["item_key"], conflict["reason"]) == (one.key, "why")
    assert (report.held, report.pending) == (2, 0)


def test_a_long_reading_says_how_far_it_is(
    tmp_path: Path,
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(follow, "_TOLD_EVERY", 4)
    caplog.set_level(logging.INFO)
    seen: list[Reading | None] = []

    class Paged(MemoryLibrary):
        def changes_since(self, version: int, **known: Any) -> Iterator[Changes]:
            left = 5
            for page in super().changes_since(version, **known):
                left = max(0, left - len(page.items))
                yield replace(page, left=left)
                seen.append(opened[0].figures().reading)

    opened: list[LibraryRun] = []
    library = Paged(shipped_schema(), page_size=2)
    for number in range(5):
        library.add(ItemKey(f"WRK{number + 22222}"), {"itemType": "book", "title": "A book"})
    with opened_run(tmp_path, library, ledger) as mine:
        opened.append(mine)
        mine.refresh()
        afterwards = mine.figures().reading

    assert seen[:3] == [(2, 5), (4, 5), (5, 5)]
    assert afterwards is None
    assert [r.getMessage() for r in caplog.records if "items" in r.getMessage()] == [
        "read 4 of 5 items"
    ]


def test_where_libraries_stand_together_is_the_sum() -> None:
    each = [Figures(2, 1, None, Reading(3, 10)), Figures(1, 0), Figures(0, 4, None, Reading(1, 5))]

    assert Figures.together(each) == Figures(3, 5, None, Reading(4, 15))
