"""What others did to an item, told by where it stood before and where it stands now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.library import StoredItem
from syncd.record import ItemKey
from syncd.sync.reconcile import ReconcileReport
from syncd.sync.session import LibraryRun
from syncd.system.resources import shipped_schema
from tests.support.exports import title_of, write_export
from tests.support.runs import deliver, opened_run

COPY = ItemKey("CPYCPY22")


@pytest.fixture
def library() -> MemoryLibrary:
    return MemoryLibrary(shipped_schema())


@pytest.fixture
def run(tmp_path: Path, library: MemoryLibrary) -> Iterator[LibraryRun]:
    """A run on a library to which syncd brought works 1 and 2, each with a note."""
    with opened_run(tmp_path, library) as run:
        deliver(run, [write_export(tmp_path / "two.ris", (1, 2))])
        run.reconcile()
        yield run


def _work(library: MemoryLibrary, number: int) -> StoredItem:
    items = [item for page in library.changes_since(0) for item in page.items]
    return next(item for item in items if item.data.get("title") == title_of(number))


def _note(library: MemoryLibrary) -> StoredItem:
    items = [item for page in library.changes_since(0) for item in page.items]
    return next(item for item in items if "note" in item.data)


def _told(report: ReconcileReport) -> dict[str, list[str]]:
    names = ("changed", "trashed", "deleted", "restored")
    return {name: list(keys) for name in names if (keys := getattr(report, name))}


def test_a_report_says_from_where_to_where_it_looked(
    run: LibraryRun, library: MemoryLibrary
) -> None:
    before = library.version
    library.edit(_work(library, 1).key, {"volume": "77"})

    report = run.reconcile()

    assert (report.library, report.from_version, report.to_version) == ("mine", before, before + 1)


def test_an_item_that_others_delete_is_told_once_and_stays_missing(
    run: LibraryRun, library: MemoryLibrary
) -> None:
    key = _work(library, 1).key
    library.delete(key)

    first, second = run.reconcile(), run.reconcile()

    assert (_told(first), _told(second)) == ({"deleted": [key]}, {})
    assert list(first.missing) == list(second.missing) == [key]


def test_a_note_that_others_delete_is_not_told(run: LibraryRun, library: MemoryLibrary) -> None:
    library.delete(_note(library).key)

    report = run.reconcile()

    assert (_told(report), list(report.missing)) == ({}, [])


def test_an_item_that_is_edited_in_the_trash_has_changed(
    run: LibraryRun, library: MemoryLibrary
) -> None:
    key = _work(library, 1).key
    library.trash(key)
    run.reconcile()
    library.edit(key, {"volume": "77"})

    report = run.reconcile()

    assert _told(report) == {"changed": [key]}
    assert list(report.missing) == [key]


def test_an_item_that_comes_back_after_it_was_deleted_is_restored(
    run: LibraryRun, library: MemoryLibrary
) -> None:
    work = _work(library, 1)
    library.delete(work.key)
    run.reconcile()
    library.add(work.key, work.data)

    report = run.reconcile()

    assert _told(report) == {"restored": [work.key]}
    assert list(report.missing) == []


def test_what_others_added_and_deleted_is_not_missing(
    run: LibraryRun, library: MemoryLibrary
) -> None:
    library.add(COPY, {"itemType": "book", "title": "Added"})
    run.reconcile()
    library.delete(COPY)

    report = run.reconcile()

    assert (_told(report), list(report.missing)) == ({"deleted": [COPY]}, [])


def test_what_a_survey_has_told_a_reconcile_does_not_tell_again(
    run: LibraryRun, library: MemoryLibrary
) -> None:
    key = _work(library, 1).key
    library.edit(key, {"volume": "77"})

    surveyed, reconciled = run.survey(), run.reconcile()

    assert _told(surveyed) == {"changed": [key]}
    assert _told(reconciled) == {}


def _uri(key: str) -> str:
    return f"http://zotero.org/users/4711/items/{key}"


@pytest.mark.parametrize(
    ("relations", "is_merged"),
    [
        (lambda key: {"dc:replaces": _uri(key)}, True),
        (lambda key: {"dc:replaces": ["http://zotero.org/groups/7", _uri(key)]}, True),
        (lambda key: {"dc:relation": _uri(key)}, False),
        (lambda key: {"dc:replaces": f"{_uri(key)}/more"}, False),
        (lambda key: {"dc:replaces": [17]}, False),
        (lambda key: [], False),
    ],
)
def test_a_missing_item_that_another_one_replaces_was_merged(
    run: LibraryRun, library: MemoryLibrary, relations: Any, is_merged: bool
) -> None:
    gone, kept = _work(library, 1).key, _work(library, 2).key
    library.trash(gone)
    library.edit(kept, {"relations": relations(gone)})

    report = run.reconcile()

    assert list(report.missing) == [gone]
    assert [tuple(pair) for pair in report.merged] == ([(gone, kept)] if is_merged else [])


def test_an_item_that_is_there_was_not_merged_whatever_another_one_says(
    run: LibraryRun, library: MemoryLibrary
) -> None:
    one, two = _work(library, 1).key, _work(library, 2).key
    library.edit(two, {"relations": {"dc:replaces": _uri(one)}})

    assert list(run.reconcile().merged) == []


def test_works_that_are_not_alike_are_no_duplicates_though_they_share_a_doi(
    run: LibraryRun, library: MemoryLibrary
) -> None:
    doi = _work(library, 1).data["DOI"]
    library.add(COPY, {"itemType": "book", "title": "Tram timetables", "DOI": doi, "date": "1931"})

    assert list(run.reconcile().duplicates) == []


def test_two_pairs_of_copies_are_two_groups(run: LibraryRun, library: MemoryLibrary) -> None:
    one, two = _work(library, 1), _work(library, 2)
    library.add(COPY, one.data)
    library.add(ItemKey("CPYCPY23"), two.data)

    groups = [list(group.item_keys) for group in run.reconcile().duplicates]

    pairs: list[list[str]] = [sorted([COPY, one.key]), sorted(["CPYCPY23", two.key])]
    assert groups == sorted(pairs)


def test_an_item_that_shares_nothing_with_copies_is_in_no_group(
    run: LibraryRun, library: MemoryLibrary
) -> None:
    one = _work(library, 1)
    library.add(COPY, one.data)
    library.add(ItemKey("ALIKE222"), {**one.data, "DOI": "", "extra": "", "title": "Tides"})

    assert len(run.reconcile().duplicates) == 1
