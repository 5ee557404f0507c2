"""Whatever moment a kill hits: each record is there once, and the ledger says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.ledger.store import Ledger
from syncd.library import Capabilities
from syncd.plan import Place
from syncd.system.resources import shipped_schema
from tests.support.death import Death, Fate, live
from tests.support.exports import write_export
from tests.support.runs import opened_ledger, waiting

_PLACE = Place(folder=b"/dropped", collection=("Inbox", "Scopus"), tags=("new",))
_RECORDS = 5


def _library() -> MemoryLibrary:
    # Batches smaller than the export, so that there is a middle to die in.
    return MemoryLibrary(shipped_schema(), capabilities=Capabilities(batch_size=4))


def _live(state: Path, library: MemoryLibrary, export: Path, fate: Fate) -> None:
    live(state, library, export, _PLACE, fate)


def _works(library: MemoryLibrary) -> list[Any]:
    return [item for item in _all(library) if "parentItem" not in item.data]


def _all(library: MemoryLibrary) -> list[Any]:
    return [item for page in library.changes_since(0) for item in page.items]


def _assert_all_there_once(library: MemoryLibrary, ledger: Ledger) -> None:
    works = _works(library)
    assert sorted(item.data["DOI"] for item in works) == sorted(
        f"10.5555/invented.{number}" for number in range(_RECORDS)
    )
    notes = [item.data["parentItem"] for item in _all(library) if "parentItem" in item.data]
    assert sorted(notes) == sorted(item.key for item in works)
    names = {collection.key: collection.name for collection in library.collections()}
    assert sorted(names.values()) == ["Inbox", "Scopus"]
    for item in works:
        assert [names[key] for key in item.data["collections"]] == ["Scopus"]
        assert {"tag": "new"} in item.data["tags"]
    assert waiting(ledger) == []


def _moments_of_a_life(tmp_path: Path, export: Path) -> int:
    fate = Fate(None)
    _live(tmp_path / "long", _library(), export, fate)
    return fate.passed


def test_a_kill_at_any_moment_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    export = write_export(tmp_path / "export.ris", range(_RECORDS))
    moments = _moments_of_a_life(tmp_path, export)
    assert moments > 10

    for moment in range(moments):
        state, library = tmp_path / str(moment), _library()
        with pytest.raises(Death):
            _live(state, library, export, Fate(moment))

        _live(state, library, export, Fate(None))

        with opened_ledger(state) as ledger:
            _assert_all_there_once(library, ledger)


def test_a_second_kill_while_taking_up_the_first_changes_nothing(tmp_path: Path) -> None:
    export = write_export(tmp_path / "export.ris", range(_RECORDS))
    moments = _moments_of_a_life(tmp_path, export)

    for moment in range(1, moments, 3):
        for again in range(0, 9, 2):
            state, library = tmp_path / f"{moment}-{again}", _library()
            with pytest.raises(Death):
                _live(state, library, export, Fate(moment))
            try:
                _live(state, library, export, Fate(again))
            except Death:
                _live(state, library, export, Fate(None))

            with opened_ledger(state) as ledger:
                _assert_all_there_once(library, ledger)


def test_the_ledger_says_what_became_of_each_record_after_a_kill(tmp_path: Path) -> None:
    export = write_export(tmp_path / "export.ris", range(_RECORDS))
    moments = _moments_of_a_life(tmp_path, export)

    for moment in range(0, moments, 2):
        state, library = tmp_path / str(moment), _library()
        with pytest.raises(Death):
            _live(state, library, export, Fate(moment))
        _live(state, library, export, Fate(None))

        with opened_ledger(state) as ledger, ledger.read() as connection:
            told = connection.exec_driver_sql(
                "SELECT item_key, outcome, count(*) FROM record WHERE decision = 'create'"
                " GROUP BY item_key, outcome"
            ).all()
            unfinished = connection.exec_driver_sql(
                "SELECT count(*) FROM run WHERE ended_at IS NULL"
            ).scalar_one()
        assert {(key, outcome) for key, outcome, _ in told} == {
            (item.key, "accepted") for item in _works(library)
        }
        assert unfinished == 0


def test_a_lost_ledger_is_rebuilt_and_nothing_is_made_twice(tmp_path: Path) -> None:
    export = write_export(tmp_path / "export.ris", range(_RECORDS))
    library = _library()
    _live(tmp_path / "first", library, export, Fate(None))

    _live(tmp_path / "second", library, export, Fate(None))

    with opened_ledger(tmp_path / "second") as ledger:
        _assert_all_there_once(library, ledger)
