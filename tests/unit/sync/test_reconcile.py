"""What a reconcile tells is what others did, and not what syncd did itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.errors import OutcomeUnknownError, UnavailableError
from syncd.ledger import knowledge
from syncd.ledger.store import Ledger
from syncd.library import Create, Library, Restore, StoredItem, Trash, Update
from syncd.matching import Verdict
from syncd.record import ItemKey
from syncd.sync.session import LibraryRun
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
    run: LibraryRun, library: MemoryLibrary
) -> None:
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
