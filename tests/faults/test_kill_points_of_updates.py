"""Whatever moment a kill hits: an update is there whole and once, and what people wrote stays."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.library import Capabilities
from syncd.plan import Place
from syncd.system.resources import shipped_schema
from tests.support.death import Death, Fate, live
from tests.support.exports import scopus_record, write_records
from tests.support.runs import opened_ledger, waiting

_RECORDS = 5
_EDITED = 3
"""The record whose issue a person has written."""
_NOTED = 1
"""The record that has a note, of which each newer export says more."""
_FIRST = Place(folder=b"/dropped")
_LATER = Place(folder=b"/filed", collection=("Inbox",), tags=("new",))


class World:
    """A library in which an export has arrived, one item was edited, and a newer one is dropped."""

    def __init__(self, root: Path) -> None:
        root.mkdir()
        self.state = root / "state"
        # Batches smaller than the export, so that there is a middle to die in.
        self.library = MemoryLibrary(shipped_schema(), capabilities=Capabilities(batch_size=4))
        self.first = write_records(root / "first.ris", [_record(n) for n in range(_RECORDS)])
        newer = [_record(n, VL="77", IS="9", AB=f"About {n}.", KW="newer") for n in range(_RECORDS)]
        self.newer = write_records(root / "newer.ris", newer)
        again = [_record(n, VL="78", IS="9", AB=f"About {n}.") for n in range(_RECORDS)]
        self.newest = write_records(root / "newest.ris", again)
        for age, path in enumerate((self.newest, self.newer, self.first)):
            os.utime(path, (1_700_000_000 - age * 86_400,) * 2)
        self._live(self.first, _FIRST, Fate(None))
        [edited] = [item for item in self.works() if item.data["DOI"].endswith(f".{_EDITED}")]
        self.library.edit(edited.key, {"issue": "mine", "extra": f"{edited.data['extra']}\nmine"})

    def live(self, fate: Fate) -> None:
        """Live one life of the daemon: deliver the newer export, and die when it is time."""
        self._live(self.newer, _LATER, fate)

    def go_on(self) -> None:
        """Deliver a still newer export."""
        self._live(self.newest, _LATER, Fate(None))

    def _live(self, export: Path, place: Place, fate: Fate) -> None:
        live(self.state, self.library, export, place, fate)

    def works(self) -> list[Any]:
        return [item for item in self._everything() if "parentItem" not in item.data]

    def notes(self) -> list[str]:
        return [item.data["note"] for item in self._everything() if "parentItem" in item.data]

    def _everything(self) -> list[Any]:
        return [i for page in self.library.changes_since(0) for i in page.items]


def _record(number: int, **tags: str) -> str:
    noted = f"Funding details: {_funds(tags.get('VL', ''))}" if number == _NOTED else None
    return scopus_record(number, N1=noted, **tags)


def _funds(volume: str) -> str:
    return "one fund, another" + {"": "", "77": ", a third", "78": ", a third, a fourth"}[volume]


def _assert_updated(world: World, volume: str) -> None:
    for item in world.works():
        number = int(item.data["DOI"].rpartition(".")[2])
        edited = number == _EDITED
        assert item.data["volume"] == volume
        assert item.data["abstractNote"] == f"About {number}."
        assert item.data["issue"] == ("mine" if edited else "9")
        assert item.data["extra"].endswith("\nmine") is edited
        assert {tag["tag"] for tag in item.data["tags"]} == {"newer", "new"}
        assert len(item.data["collections"]) == 1
    assert len(world.works()) == _RECORDS
    assert world.notes() == [f"<p>Funding details: {_funds(volume)}</p>"]
    with opened_ledger(world.state) as ledger:
        assert waiting(ledger) == []


def _moments_of_a_life(root: Path) -> int:
    fate = Fate(None)
    world = World(root)
    world.live(fate)
    _assert_updated(world, "77")
    return fate.passed


def test_a_kill_at_any_moment_loses_no_update_and_halves_none(tmp_path: Path) -> None:
    moments = _moments_of_a_life(tmp_path / "long")
    assert moments > 10

    for moment in range(moments):
        world = World(tmp_path / str(moment))
        with pytest.raises(Death):
            world.live(Fate(moment))

        world.live(Fate(None))

        _assert_updated(world, "77")
        world.go_on()
        _assert_updated(world, "78")


def test_an_edit_between_a_kill_and_the_next_life_is_not_overwritten(tmp_path: Path) -> None:
    moments = _moments_of_a_life(tmp_path / "long")

    for moment in range(0, moments, 2):
        world = World(tmp_path / str(moment))
        with pytest.raises(Death):
            world.live(Fate(moment))
        [first] = [item for item in world.works() if item.data["DOI"].endswith(".0")]
        world.library.edit(first.key, {"volume": "by hand"})

        world.live(Fate(None))
        world.go_on()

        [item] = world.library.get([first.key])
        assert item.data["volume"] == "by hand"
        others = [each.data["volume"] for each in world.works() if each.key != first.key]
        assert set(others) == {"78"}


def test_each_update_is_kept_once_with_what_stood_there(tmp_path: Path) -> None:
    moments = _moments_of_a_life(tmp_path / "long")

    for moment in range(1, moments, 5):
        world = World(tmp_path / str(moment))
        with pytest.raises(Death):
            world.live(Fate(moment))
        world.live(Fate(None))

        with opened_ledger(world.state) as ledger, ledger.read() as connection:
            told = connection.exec_driver_sql(
                "SELECT item_key, count(*), min(before LIKE '%\"volume\"%') FROM done"
                " WHERE kind = 'update' AND outcome = 'accepted' AND before NOT LIKE '%\"note\"%'"
                " GROUP BY item_key"
            ).all()
        assert [(times, kept) for _, times, kept in told] == [(1, 1)] * _RECORDS
