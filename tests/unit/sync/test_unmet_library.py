"""What the ledger says of a library that cannot be reached, and was not by this process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.errors import UnavailableError
from syncd.ledger.store import Ledger
from syncd.library import Description
from syncd.sync.session import LibraryRun
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record, write_records
from tests.support.libraries import with_mishaps
from tests.support.runs import HELPERS, deliver, opened_ledger, opened_run


class Away(MemoryLibrary):
    """A library that says who it is without being reached, which it cannot be."""

    identity = "memory:"
    location = ""

    def describe(self) -> Description:
        raise UnavailableError("the line is dead")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in which something is promised to a library and something is held."""
    library = MemoryLibrary(shipped_schema())
    doubtful = scopus_record(1, TI="Quite another subject altogether", AU="Nobody, N.", DO=None)

    def patience(_push: Any, _operations: Any, _expected: Any) -> Any:
        raise UnavailableError("later", retry_after=timedelta(hours=1))

    with opened_ledger(tmp_path / "state") as ledger:
        with opened_run(tmp_path, library, ledger) as run:
            deliver(run, [write_records(tmp_path / "a.ris", [scopus_record(1)])])
            deliver(run, [write_records(tmp_path / "b.ris", [doubtful])])
        with opened_run(tmp_path, with_mishaps(library, patience), ledger) as run:
            export = write_records(tmp_path / "c.ris", [scopus_record(2, N1=None)])
            with pytest.raises(UnavailableError):
                deliver(run, [export])
        yield ledger


def test_patience_that_was_asked_for_before_is_kept(ledger: Ledger) -> None:
    run = LibraryRun("mine", Away(shipped_schema()), ledger, HELPERS)

    until = run.not_before()

    assert until is not None
    assert until > ledger.clock.now()


def test_patience_that_a_clock_put_back_would_make_endless_is_over(ledger: Ledger) -> None:
    run = LibraryRun("mine", Away(shipped_schema()), ledger, HELPERS)
    mine = ledger.find_library("memory:")
    assert mine is not None

    mine.set_not_before(ledger.clock.now() + timedelta(days=365))

    assert run.not_before() is None


def test_what_waits_and_what_is_held_is_counted(ledger: Ledger) -> None:
    run = LibraryRun("mine", Away(shipped_schema()), ledger, HELPERS)

    assert (run.figures().pending, run.figures().held) == (1, 1)


def test_a_library_that_only_it_itself_could_name_is_unknown(ledger: Ledger) -> None:
    run = LibraryRun("mine", MemoryLibrary(shipped_schema()), ledger, HELPERS)

    assert run.not_before() is None
    assert run.figures().held == 0
