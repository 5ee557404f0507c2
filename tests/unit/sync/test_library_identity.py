"""A library is what it says it is, wherever it is; what is in doubt waits for a person."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from adapters.memory import MemoryLibrary
from syncd.errors import PausedError
from syncd.library import Description
from syncd.record import ItemKey
from syncd.sync.session import LibraryRun
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record, write_records
from tests.support.runs import HELPERS, deliver, opened_ledger

HERE, THERE = "https://here.example", "https://there.example"


class ServedLibrary(MemoryLibrary):
    """One that is reached by an address, as a web library is."""

    def __init__(self) -> None:
        super().__init__(shipped_schema())
        self.location = HERE

    def describe(self) -> Description:
        return super().describe()._replace(location=self.location)


class Site:
    """A ledger and whichever library is configured."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._dropped = 0

    def drop(
        self, library: MemoryLibrary, *records: str, others: Collection[tuple[str, str]] = ()
    ) -> None:
        path = write_records(self.root / f"export-{self._dropped}.ris", records)
        self._dropped += 1
        with opened_ledger(self.root / "state") as ledger:
            run = LibraryRun("mine", library, ledger, HELPERS, others)
            run.open()
            deliver(run, [path])

    def resume(self, library: MemoryLibrary, *, as_new: bool = False) -> None:
        with opened_ledger(self.root / "state") as ledger:
            LibraryRun("mine", library, ledger, HELPERS).resume(as_new=as_new)

    def libraries(self) -> list[tuple[str, str]]:
        with opened_ledger(self.root / "state") as ledger, ledger.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT identity, location FROM library ORDER BY library_id"
            )
            return [(row.identity, row.location) for row in rows]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def library(site: Site) -> ServedLibrary:
    """A library with two works, one of which a person deleted for good."""
    library = ServedLibrary()
    site.drop(library, scopus_record(1), scopus_record(2))
    [gone] = [i for i in library.get(_keys(library)) if "invented.1" in i.data.get("DOI", "")]
    library.delete(gone.key)
    return library


def _keys(library: MemoryLibrary) -> list[ItemKey]:
    return [item.key for page in library.changes_since(0) for item in page.items]


def _works(library: MemoryLibrary) -> int:
    return sum("parentItem" not in item.data for item in library.get(_keys(library)))


def test_a_known_library_at_another_address_waits_for_a_person(
    site: Site, library: ServedLibrary
) -> None:
    library.location = THERE

    with pytest.raises(PausedError, match="resume mine --new"):
        site.drop(library, scopus_record(1))

    assert _works(library) == 1
    assert site.libraries() == [("memory:", HERE)]


def test_the_same_library_by_another_address_keeps_what_was_deleted_away(
    site: Site, library: ServedLibrary
) -> None:
    library.location = THERE
    site.resume(library)

    site.drop(library, scopus_record(1), scopus_record(2))

    assert _works(library) == 1
    assert site.libraries() == [("memory:", THERE)]


def test_another_library_of_the_same_number_begins_anew(site: Site, library: ServedLibrary) -> None:
    other = ServedLibrary()
    other.location = THERE
    site.resume(other, as_new=True)

    site.drop(other, scopus_record(1), scopus_record(2))
    site.drop(library, scopus_record(1))

    assert (_works(other), _works(library)) == (2, 1)
    assert site.libraries() == [("memory:", HERE), (f"memory: at {THERE}", THERE)]


def test_two_of_one_number_in_one_configuration_are_two(site: Site, library: ServedLibrary) -> None:
    other = ServedLibrary()
    other.location = THERE

    site.drop(other, scopus_record(1), others=[("memory:", HERE)])

    assert _works(other) == 1
    assert len(site.libraries()) == 2


def test_a_library_that_the_ledger_never_saw_anywhere_just_begins(site: Site) -> None:
    library = ServedLibrary()
    library.location = THERE

    site.resume(library)
    site.drop(library, scopus_record(1))

    assert site.libraries() == [("memory:", THERE)]
